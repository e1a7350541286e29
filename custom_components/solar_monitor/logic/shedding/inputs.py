"""What load shedding is told: the site's figures, the loads, what became of calls, wishes."""

from dataclasses import dataclass
import math

from .terms import Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """A load as it is now. The order of loads is the order in which they are shed.

    `on` is None while the load is unavailable. `mode` is what must be told to a climate device or
    a water heater to bring it back to what it does now. `member` is False for one that was taken
    out of the list while we held it: it is given back. `ours` tells that what it does now was
    brought about by a call of ours, however late: then nobody wanted it. `busy` tells that a call
    of ours to it still runs, given up or not. `watched` tells that it was in sight all the time
    since the last decision, even if that is long ago: then it did not just start anew.
    """

    id: str
    on: bool | None
    mode: str | None = None
    member: bool = True
    ours: bool = False
    busy: bool = False
    watched: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """How a call ended: `ok` if it returned without an error in its time."""

    number: int
    ok: bool


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks for a load."""

    load: str
    wish: Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is known of the site. Powers in W, None for what is not known.

    `measured_at` (unix s) tells one sample from the next; repeat a reading until there is a new
    one. It is the time of what is decided by: charge and battery power. The charge is one that a
    guard has let through (`logic/soc.py`): what is not physical is refused here as well, but a jump
    is believed.
    """

    measured_at: float | None = None
    soc: float | None = None
    pv_power: float | None = None
    battery_power: float | None = None
    """+ when the battery discharges."""
    inverter_power: float | None = None
    """+ when the inverter gives AC power, − when it draws from the grid."""
    rated_power: float | None = None
    grid_voltages: tuple[float | None, ...] = ()
    """V of each phase of the grid."""
    grid_at: float | None = None
    """When the voltages were measured, if not with the rest: one looked at twice is one."""
    grid_charge: bool | None = None
    """Whether the inverter is set to charge the battery from the grid now."""
    fault: bool | None = None
    """Whether the inverter is in the state *fault* or has a fault bit; warnings do not count."""
    alert: bool | None = None
    """Whether the inverter has any alert; only `Config.any_alert` asks."""
    results: tuple[Result, ...] = ()
    """What became of calls since the last decision."""
    requests: tuple[Request, ...] = ()
    """What was asked since the last decision."""

    @property
    def believable_soc(self) -> float | None:
        """The charge in %, None if there is none or it is impossible."""
        return self.soc if self.soc is not None and 0 <= self.soc <= 100 else None  # noqa: PLR2004


def finite(value: float | None) -> float | None:
    """Give a value, None for what is no number."""
    return value if value is not None and math.isfinite(value) else None
