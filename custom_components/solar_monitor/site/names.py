"""Names that survive, and what they stand for: entities of any integration.

The options keep an entity by its id in the registry, so that renaming it changes nothing; one that
is not in the registry, as of many template and REST sensors, by its entity id.
"""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er

from ..const import DOMAIN


@callback
def reference_to(hass: HomeAssistant, entity_id: str) -> str:
    """Give what the options keep of an entity."""
    entry = er.async_get(hass).async_get(entity_id)
    return entity_id if entry is None else entry.id


@callback
def entity_of(hass: HomeAssistant, reference: str) -> str | None:
    """Give the entity id that a reference stands for now; None: the entity was removed."""
    return er.async_resolve_entity_id(er.async_get(hass), reference)


@callback
def is_ours(hass: HomeAssistant, entity_id: str) -> bool:
    """Tell whether an entity is one of this integration."""
    entry = er.async_get(hass).async_get(entity_id)
    return entry is not None and entry.platform == DOMAIN


@callback
def unit_of(hass: HomeAssistant, entity_id: str) -> str | None:
    """Give the unit of an entity, also while it is not loaded; None: it has none."""
    if (state := hass.states.get(entity_id)) is not None:
        unit = state.attributes.get("unit_of_measurement")
        if isinstance(unit, str):
            return unit
    entry = er.async_get(hass).async_get(entity_id)
    return None if entry is None else entry.unit_of_measurement


@callback
def called(hass: HomeAssistant, entity_id: str) -> str:
    """Give what people call an entity: its friendly name, else its entity id."""
    state = hass.states.get(entity_id)
    return entity_id if state is None else state.name


@callback
def device_called(hass: HomeAssistant, entity_id: str) -> str | None:
    """Give what people call the device of an entity; None: it has none."""
    entity = er.async_get(hass).async_get(entity_id)
    if entity is None or entity.device_id is None:
        return None
    device = dr.async_get(hass).async_get(entity.device_id)
    return None if device is None else device.name_by_user or device.name
