"""Load shedding in words, in the language of this Home Assistant.

The words are those of the event entity's attributes in the translations.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from homeassistant.core import callback
from homeassistant.helpers.translation import async_get_cached_translations

from ..const import DOMAIN
from ..sources.spec import Happening
from . import shedder_keys as keys
from .keys import BATTERY_POWER, PV_POWER
from .place import PLACE

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from ..logic.shedding import Decision, Event, Reason

LOAD: Final = "load"
ENTITY_ID: Final = "entity_id"
REASON: Final = "reason"
TEXT: Final = "text"
LOADS: Final = "loads"
ENTITIES: Final = "entities"
FAILED: Final = "failed"
RELEASED: Final = "released"

_REASON: Final = (
    f"component.{DOMAIN}.entity.event.site_{keys.EVENTS}.state_attributes.{REASON}.state."
)
_SENSOR: Final = f"component.{DOMAIN}.entity.sensor.{PLACE.text_prefix}"


class Words:
    """Puts decisions into words."""

    def __init__(
        self, hass: HomeAssistant, names: Mapping[str, str], entity_ids: Mapping[str, str]
    ) -> None:
        """Take what people call the loads, and their entities, both by reference."""
        self._hass: Final = hass
        self._names: Final = names
        self._entity_ids: Final = entity_ids

    @callback
    def told(self, event: Event) -> Happening:
        """Make the event of something that happened."""
        load = event.load
        return Happening(
            key=keys.EVENTS,
            event_type=event.what.value,
            attributes={
                LOAD: None if load is None else self._names.get(load, load),
                ENTITY_ID: None if load is None else self._entity_ids.get(load),
                REASON: event.reason.value,
                TEXT: self._sentence(event.reason),
            },
        )

    @callback
    def about_loads(self, decision: Decision) -> dict[str, Any]:
        """Describe which loads are shed, the first that was first, and why all is as it is."""

        def named(loads: tuple[str, ...]) -> list[str]:
            return [self._names.get(load, load) for load in loads]

        return {
            REASON: self._sentence(decision.reason),
            LOADS: named(decision.shed),
            ENTITIES: [
                self._entity_ids[each] for each in decision.shed if each in self._entity_ids
            ],
            FAILED: named(decision.failed),
            RELEASED: named(decision.released),
        }

    @callback
    def powers(self, unknown: Mapping[str, tuple[str, ...]]) -> str:
        """Name powers as their entities are called, each with the parts that do not tell it."""
        texts, named = self._texts(), []
        for key, parts in (unknown or dict.fromkeys((BATTERY_POWER, PV_POWER), ())).items():
            name = texts.get(f"{_SENSOR}{key}.name", key)
            named.append(f"{name} ({', '.join(parts)})" if parts else name)
        return ", ".join(named)

    def _sentence(self, reason: Reason) -> str:
        """Give a reason as a sentence."""
        return self._texts().get(f"{_REASON}{reason.value}", reason.value)

    def _texts(self) -> Mapping[str, str]:
        """Give the texts of entities."""
        return async_get_cached_translations(
            self._hass, self._hass.config.language, "entity", DOMAIN
        )
