"""What load shedding holds is given back at once where its site is removed or disabled."""

from collections.abc import Mapping
import logging
from typing import Any, Final

from homeassistant.core import HomeAssistant

from ..logic.shedding import Load, Memory
from ..logic.shedding.memory import Hold, Phase
from ..logic.shedding.terms import Reason
from . import shedder_keys as keys
from .options_values import mapping_in
from .shedder_hands import async_turn_on
from .shedder_loads import Loads

_LOGGER = logging.getLogger(__name__)

MEMORY: Final = "memory"
"""The rule's part of what is stored."""
NAMES: Final = "names"
"""What loads were called last, and by which entities, by reference."""
ENTITIES: Final = "entities"

_STILL_TURNING: Final = frozenset({Phase.TURNING_OFF, Phase.AGAIN})


def named_in(memory: Mapping[str, Any], name: str) -> dict[str, str]:
    """Give texts by reference from what is stored; nothing where that is damaged."""
    return {str(load): str(text) for load, text in mapping_in(memory.get(name)).items()}


async def async_give_back_stored(hass: HomeAssistant, memory: Mapping[str, Any]) -> None:
    """Give back what a site that is being removed still holds; `memory`: all it has stored."""
    own = mapping_in(memory.get(keys.SHEDDING))
    loads = Loads(hass, names=named_in(own, NAMES), entities=named_in(own, ENTITIES))
    await async_give_back(hass, loads, Memory.from_dict(own.get(MEMORY)))


async def async_give_back(hass: HomeAssistant, loads: Loads, memory: Memory) -> frozenset[str]:
    """Turn all on at once that is off because of us; gives the references of those that are.

    Who is unavailable hears no action, so that it is not given back, whatever became of the call.
    """
    holds = memory.holds
    off = [load for load in loads.look(holds.keys()) if _may_be_off(load, holds[load.id])]
    held = {loads.entity_ids[load.id]: load.mode or holds[load.id].mode for load in off}
    heard = await async_turn_on(hass, held)
    stuck = [load for load in off if load.on is None or loads.entity_ids[load.id] not in heard]
    for load in stuck:
        _LOGGER.warning(
            "%s was turned off by load shedding and could not be turned on again: turn it on "
            "yourself",
            loads.entity_ids[load.id],
        )
    return frozenset(holds) - {load.id for load in stuck}


def _may_be_off(load: Load, hold: Hold) -> bool:
    """Tell whether a load is off because of us, or may be soon: a call may still have its effect.

    What somebody has turned off meanwhile is not ours any more.
    """
    if hold.give is Reason.TURNED_OFF:
        return False
    return load.on is not True or hold.phase in _STILL_TURNING
