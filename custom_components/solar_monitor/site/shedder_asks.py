"""What is on, and what is asked of an entity to turn it off or on: a table by domain.

Climate devices and water heaters are brought back to the mode that they were in.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from homeassistant.components.climate import (
    ATTR_HVAC_MODE,
    ATTR_HVAC_MODES,
    SERVICE_SET_HVAC_MODE,
    ClimateEntityFeature,
)
from homeassistant.components.water_heater import (
    ATTR_OPERATION_LIST,
    ATTR_OPERATION_MODE,
    SERVICE_SET_OPERATION_MODE,
    WaterHeaterEntityFeature,
)
from homeassistant.const import (
    ATTR_ENTITY_ID,
    ATTR_SUPPORTED_FEATURES,
    ENTITY_MATCH_ALL,
    SERVICE_TOGGLE,
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import HomeAssistant, State, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.target import TargetSelection, async_extract_referenced_entity_ids

from ..logic.shedding import Turn

_NOTHING_KNOWN: Final = frozenset({STATE_UNAVAILABLE, STATE_UNKNOWN})


class Ask(NamedTuple):
    """An action of Home Assistant, to be called for the entity."""

    service: str
    data: dict[str, Any] = {}  # noqa: RUF012 - a named tuple's default, never changed


class Condition(NamedTuple):
    """What a load does: whether it is on (None: unknown), and in which mode."""

    on: bool | None
    mode: str | None = None


def condition_of(domain: str, state: State | None) -> Condition:
    """Tell what an entity of one of the domains does."""
    if state is None or state.state in _NOTHING_KNOWN:
        return Condition(on=None)
    if domain in _MODES:
        is_off = state.state == STATE_OFF
        return Condition(on=not is_off, mode=None if is_off else state.state)
    known = state.state in {STATE_ON, STATE_OFF}
    return Condition(on=state.state == STATE_ON if known else None)


def asks_for(domain: str, state: State, turn: Turn, mode: str | None) -> tuple[Ask, ...]:
    """Give what to ask an entity, in this order; nothing if it cannot be turned at all."""
    if (modes := _MODES.get(domain)) is not None:
        return tuple(modes.off(state) if turn is Turn.OFF else modes.on(state, mode))
    return (Ask(SERVICE_TURN_OFF if turn is Turn.OFF else SERVICE_TURN_ON),)


def turns_off(domain: str, service: str, data: dict[str, Any], *, on: bool = True) -> bool:
    """Tell whether an action turns an entity off that is on, or not, whoever calls it."""
    if service == SERVICE_TURN_OFF or (service == SERVICE_TOGGLE and on):
        return True
    modes = _MODES.get(domain)
    return modes is not None and service == modes.service and data.get(modes.of_mode) == STATE_OFF


@callback
def meant_by(hass: HomeAssistant, data: Mapping[str, Any]) -> set[str]:
    """Give the entities that an action is called for, or *all*; none if that is no valid call.

    The data are as they were given: an action checks and tidies them only when it is carried out.
    """
    try:
        tidy = dict(data)
        if ATTR_ENTITY_ID in tidy:
            tidy[ATTR_ENTITY_ID] = cv.comp_entity_ids(tidy[ATTR_ENTITY_ID])
            if tidy[ATTR_ENTITY_ID] == ENTITY_MATCH_ALL:
                return {ENTITY_MATCH_ALL}
        if tidy.get(ATTR_ENTITY_ID) == ENTITY_MATCH_ALL:
            return {ENTITY_MATCH_ALL}  # what looks entities up leaves it out
        target = async_extract_referenced_entity_ids(hass, TargetSelection(tidy))
    except Exception:  # noqa: BLE001 - whatever somebody else calls an action with
        return set()
    return target.referenced | target.indirectly_referenced


@dataclass(frozen=True, slots=True, kw_only=True)
class _Modes:
    """How entities of a domain with modes are turned."""

    service: str
    of_mode: str
    """The field of the action."""
    choices: str
    """The attribute that lists the modes."""
    sets: int
    """The feature of those whose mode can be set; 0: all of them."""
    turns_off: int
    """The feature of those that can be turned off as such."""
    turns_on: int
    wakes: bool = False
    """Whether one that is off has to be turned on before its mode is set."""

    def off(self, state: State) -> Iterator[Ask]:
        """Turn it off."""
        if self._has(state, self.turns_off):
            yield Ask(SERVICE_TURN_OFF)
        elif self._knows(state, STATE_OFF):
            yield Ask(self.service, {self.of_mode: STATE_OFF})

    def on(self, state: State, mode: str | None) -> Iterator[Ask]:
        """Bring it back to a mode, or to whatever it does by itself."""
        known = mode is not None and self._knows(state, mode)
        if self._has(state, self.turns_on) and (self.wakes or not known):
            yield Ask(SERVICE_TURN_ON)
        if known:
            yield Ask(self.service, {self.of_mode: mode})

    def _knows(self, state: State, mode: str) -> bool:
        """Tell whether it can be set to a mode."""
        settable = not self.sets or self._has(state, self.sets)
        return settable and mode in (state.attributes.get(self.choices) or ())

    def _has(self, state: State, feature: int) -> bool:
        """Tell whether it has a feature."""
        return bool(state.attributes.get(ATTR_SUPPORTED_FEATURES, 0) & feature)


_MODES: Final = {
    "climate": _Modes(
        service=SERVICE_SET_HVAC_MODE,
        of_mode=ATTR_HVAC_MODE,
        choices=ATTR_HVAC_MODES,
        sets=0,
        turns_off=ClimateEntityFeature.TURN_OFF,
        turns_on=ClimateEntityFeature.TURN_ON,
    ),
    "water_heater": _Modes(
        service=SERVICE_SET_OPERATION_MODE,
        of_mode=ATTR_OPERATION_MODE,
        choices=ATTR_OPERATION_LIST,
        sets=WaterHeaterEntityFeature.OPERATION_MODE,
        turns_off=WaterHeaterEntityFeature.ON_OFF,
        turns_on=WaterHeaterEntityFeature.ON_OFF,
        wakes=True,
    ),
}
