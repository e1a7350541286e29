"""Which endpoints are worth asking, and how often: so few requests as will do.

A gateway is a weak computer. What another endpoint says already is not asked for; what stands in
is asked only while the one it stands in for is silent.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from .endpoints import ENDPOINTS, Block
from .readings import CtKind
from .shape import Shape

_EVERY_POLL: Final = 0.0
_BATTERY_S: Final = 60.0
_SIDE_BY_SIDE_S: Final = 600.0
_ENSEMBLE_FIRMWARE: Final = 5
"""pyenphase asks no older firmware for batteries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What decides on the next requests."""

    firmware: str
    metered: bool
    shape: Shape
    cts: Collection[CtKind]
    """The enabled ones, as METERS says."""
    healthy: Collection[Block]
    """Whose last answer was good."""
    answered: Collection[Block]
    """Who ever gave a good answer."""
    tried: Collection[Block]
    v1_believed: bool
    panels_complete: bool


def interval_s(block: Block, known: Known) -> float | None:
    """Tell how often a block is worth asking, s; 0 is whenever its group is; None is not now."""
    return _RULES[block](known) if block in _RULES else ENDPOINTS[block].interval_s


def _if(needed: bool, every_s: float = _EVERY_POLL) -> float | None:  # noqa: FBT001
    """Give the interval of what is needed."""
    return every_s if needed else None


def _measured(known: Known) -> bool:
    """Whether a CT gives the production, and answers."""
    return CtKind.PRODUCTION in known.cts and Block.READINGS in known.healthy


def _meters(known: Known) -> float | None:
    """Until it is known which CTs there are, that is asked each time."""
    return ENDPOINTS[Block.METERS].interval_s if Block.METERS in known.answered else _EVERY_POLL


def _production(known: Known) -> float | None:
    """`/production.json` is the slowest of the fast ones: the last resort."""
    stated = known.v1_believed and Block.V1_PRODUCTION in known.healthy
    unmetered = known.metered and Block.METERS not in known.answered
    expects_ct = bool(known.cts) or CtKind.PRODUCTION in known.shape.cts
    silent = expects_ct and Block.READINGS not in known.healthy
    if unmetered or silent or not (stated or _measured(known)):
        return _EVERY_POLL
    if known.shape.acbs:
        return _BATTERY_S
    if Block.PDM_ENERGY in known.tried and Block.PDM_ENERGY not in known.healthy:
        return _SIDE_BY_SIDE_S
    return None


def _inverters(known: Known) -> float | None:
    """The short list is for panels that have no details, and for AC batteries."""
    details = Block.DEVICE_DATA in known.healthy and known.panels_complete
    unknown = Block.DEVICE_DATA not in known.tried
    return _if(known.shape.acbs or not (details or unknown))


def _ensemble(known: Known) -> float | None:
    return _if(int(known.firmware.partition(".")[0]) >= _ENSEMBLE_FIRMWARE)


def _switched(known: Known) -> float | None:
    """A generator hangs behind a system controller."""
    return _if(known.shape.enpower is not None)


_RULES: Final[Mapping[Block, Callable[[Known], float | None]]] = MappingProxyType(
    {
        Block.METERS: _meters,
        Block.READINGS: lambda known: _if(bool(known.cts)),
        # Also where it is not believed: it is the quickest sign of life.
        Block.V1_PRODUCTION: lambda known: _if(not _measured(known)),
        Block.PRODUCTION: _production,
        Block.ENSEMBLE_SECCTRL: lambda known: _if(bool(known.shape.batteries), _BATTERY_S),
        Block.ENSEMBLE_POWER: lambda known: _if(known.shape.encharges, _BATTERY_S),
        Block.ENSEMBLE_RELAY: lambda known: _if(known.shape.enpower is not None, _BATTERY_S),
        Block.V1_INVERTERS: _inverters,
        Block.ENSEMBLE_INVENTORY: _ensemble,
        Block.TARIFF: lambda known: _if(bool(known.shape.batteries or known.shape.enpower)),
        Block.GENERATOR: _switched,
        Block.GENERATOR_MODE: lambda known: _if(known.shape.generator),
    }
)
