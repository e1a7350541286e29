"""Whether what a user gives to the site fits what there is: entities, and the levels of others."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant, callback, split_entity_id
from homeassistant.helpers import entity_registry as er

from ..const import DOMAIN
from .names import entity_of, is_ours, unit_of
from .options_data import OtherDevice, OtherKind, Role, SheddingOptions
from .options_thresholds import LOAD_DOMAINS
from .roles import UNITS
from .shedder import shedding_of

if TYPE_CHECKING:
    from .source import SiteSource

ERROR_CRITICAL_ABOVE_NUMBER: Final = "critical_above_number"
ERROR_NO_ENTITY: Final = "no_entity"
ERROR_NOTHING_CHOSEN: Final = "nothing_chosen"
ERROR_OPPOSITE_ALONE: Final = "opposite_alone"
ERROR_OWN_ENTITY: Final = "own_entity"
ERROR_USED_TWICE: Final = "used_twice"
ERROR_WRONG_DOMAIN: Final = "wrong_domain"
ERROR_WRONG_UNIT: Final = "wrong_unit"


@callback
def error_in_device(
    hass: HomeAssistant, device: OtherDevice, others: Iterable[OtherDevice]
) -> str | None:
    """Tell what is wrong with a device of another integration: the key of a text; None: nothing."""
    if error := error_in_roles(device):
        return error
    used = [*device.entities.values()]
    used += [each for other in others if other.id != device.id for each in other.entities.values()]
    if len(used) > len(set(used)):
        return ERROR_USED_TWICE
    for role, reference in device.entities.items():
        entity_id = entity_of(hass, reference)
        if entity_id is None or not _exists(hass, entity_id):
            return ERROR_NO_ENTITY
        if is_ours(hass, entity_id):
            return ERROR_OWN_ENTITY
        if unit_of(hass, entity_id) not in UNITS[role]:
            return ERROR_WRONG_UNIT
    return None


def error_in_roles(device: OtherDevice) -> str | None:
    """Tell what is missing in a device to be of use: the key of a text; None: nothing."""
    if Role.POWER in device.entities:
        return None
    if Role.OPPOSITE in device.entities:
        return ERROR_OPPOSITE_ALONE
    if device.kind is OtherKind.BATTERY and Role.SOC in device.entities:
        return None
    return ERROR_NOTHING_CHOSEN


@callback
def error_in_loads(hass: HomeAssistant, loads: Iterable[str]) -> str | None:
    """Tell what is wrong with loads (references): the key of a text; None: nothing."""
    for reference in loads:
        entity_id = entity_of(hass, reference)
        if entity_id is None or not _exists(hass, entity_id):
            return ERROR_NO_ENTITY
        if any(is_ours(hass, each) for each in _with_members(hass, entity_id)):
            return ERROR_OWN_ENTITY
        if split_entity_id(entity_id)[0] not in LOAD_DOMAINS:
            return ERROR_WRONG_DOMAIN
    return None


@callback
def error_beside_numbers(entry: ConfigEntry[Any], stored: Mapping[str, Any]) -> str | None:
    """Tell whether options of load shedding contradict the site's numbers: the key of a text.

    None: they do not. The numbers of a site that is not loaded are not known.
    """
    if entry.state is not ConfigEntryState.LOADED:
        return None
    shedding = shedding_of(cast("SiteSource", entry.runtime_data.coordinator.source))
    above = SheddingOptions.read(stored).lowest > shedding.shed_below
    return ERROR_CRITICAL_ABOVE_NUMBER if above else None


@callback
def own_entities(hass: HomeAssistant) -> list[str]:
    """List the entities of this integration: none of them is offered."""
    return [
        entry.entity_id
        for entry in er.async_get(hass).entities.values()
        if entry.platform == DOMAIN and not entry.disabled
    ]


def _with_members(hass: HomeAssistant, entity_id: str) -> set[str]:
    """Give an entity and, of a group, all that it turns, also by groups in it."""
    found: set[str] = set()
    ahead = [entity_id]
    while ahead:
        if (each := ahead.pop()) in found:
            continue
        found.add(each)
        state = hass.states.get(each)
        members = None if state is None else state.attributes.get(ATTR_ENTITY_ID)
        if isinstance(members, list | tuple | set):
            ahead += [member for member in members if isinstance(member, str)]
    return found


def _exists(hass: HomeAssistant, entity_id: str) -> bool:
    """Tell whether there is such an entity, loaded or not."""
    known = er.async_get(hass).async_get(entity_id) is not None
    return known or hass.states.get(entity_id) is not None
