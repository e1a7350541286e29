"""What was heard lately: the samples, and what follows from them over time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple, Self

from ..stored import is_number
from .config import Config
from .inputs import Reading, finite

STALE_S: Final = 180.0
"""The oldest sample that anything is done by."""
START_S: Final = 300.0
"""So long after a start there is time for samples before an older silence counts."""
REPAIR_S: Final = 900.0
"""After so long without believable samples somebody must be told."""
PARKED_WINDOW_S: Final = 900.0
PARKED_W: Final = 50.0
DRAW_OVER_W: Final = -50.0
FAULT_S: Final = 60.0
_LONGEST_WINDOW_S: Final = 900.0


class Sample(NamedTuple):
    """The powers (W) of one believable reading."""

    at: float
    surplus: float | None
    battery: float | None
    inverter: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Senses:
    """What was heard since the start, or since the last silence; stored is what a silence was."""

    since: float | None = None
    """Since when there was somebody to listen (unix s)."""
    heard: float | None = None
    """`measured_at` of the last reading: tells new ones from repetitions."""
    silent_since: float | None = None
    """Since when nothing could be decided, starts in between or not."""
    ready_at: float | None = None
    """When the last sample was taken by which something could be decided, since the start."""
    told: bool = False
    """Whether the present silence was told as an event."""
    samples: tuple[Sample, ...] = ()
    count: int = 0
    """How many believable samples came without a silence between them."""
    rare_s: float | None = None
    """How far apart the last samples came that had too long a silence between them; None once
    there were enough without one."""
    first_at: float = 0.0
    at: float | None = None
    soc: float = 0.0
    surplus: float | None = None
    """Mean of PV power − battery power, W; below 0 the battery empties for the loads."""
    battery: float | None = None
    """The battery's power in the last sample, W."""
    rests: bool = False
    """Whether the battery's mean power is next to nothing, or charging."""
    parked_since: float | None = None
    """Since when it has been, or since a load was given back to the grid."""
    drawing: bool = False
    """Whether the inverter draws from the grid, on average."""
    no_draw_since: float | None = None
    inverter_at: float | None = None
    """When the inverter's power was known last."""
    fault_since: float | None = None
    fault_at: float | None = None
    alert: bool = False

    def hear(self, reading: Reading, config: Config, now: float) -> Self:
        """Take in a reading if it is a new one."""
        if reading.measured_at is None or reading.measured_at == self.heard:
            return self
        if now - reading.measured_at >= STALE_S:
            return replace(self, heard=reading.measured_at)
        # A clock ahead of ours makes no sample younger than now.
        at = min(reading.measured_at, now)
        soc = reading.believable_soc
        too_early = self.since is not None and at < self.since
        if soc is None or too_early or (self.at is not None and at <= self.at):
            since, seen_at = self._fault(reading, at)
            return replace(
                self,
                heard=reading.measured_at,
                alert=bool(reading.alert),
                fault_since=since,
                fault_at=seen_at,
            )
        return self._sense(reading, soc, at, config)

    def started(self, now: float) -> Self:
        """Begin to listen anew; a silence that was there before goes on."""
        silent_since = now if self.silent_since is None else self.silent_since
        return type(self)(
            since=now,
            heard=self.heard,
            silent_since=silent_since,
            told=self.told,
            rare_s=self.rare_s,
        )

    def silent_s(self, now: float) -> float:
        """Tell for how long nothing could be decided."""
        since = self.silent_since
        if self.ready_at is None and self.since is not None and now - self.since < START_S:
            since = self.since
        return 0.0 if since is None else now - since

    def is_ready(self, config: Config, now: float) -> bool:
        """Tell whether there are enough samples, and new ones."""
        fresh = self.at is not None and now - self.at < STALE_S
        return fresh and self.count >= config.valid_samples

    def too_rare_s(self, now: float) -> float | None:
        """Tell how far apart samples come if that is too rarely; None: it is not, or none come.

        A start makes no difference until it is known better.
        """
        last = self.since if self.at is None else self.at
        come = last is not None and now - last < REPAIR_S
        return self.rare_s if come else None

    def to_dict(self) -> dict[str, Any]:
        """Give what must survive a restart, as JSON."""
        return {"silent_since": self.silent_since, "told": self.told, "rare_s": self.rare_s}

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Read it back for a new start; what is damaged is left out."""
        if not isinstance(data, Mapping):
            return cls()
        silent_since, rare_s = data.get("silent_since"), data.get("rare_s")
        return cls(
            silent_since=silent_since if is_number(silent_since) else None,
            told=data.get("told") is True,
            rare_s=rare_s if is_number(rare_s) else None,
        )

    @property
    def has_fault(self) -> bool:
        """Whether a fault has lasted long enough to count, and was told of just now."""
        if self.fault_since is None or self.fault_at is None or self.at is None:
            return False
        told = self.at - self.fault_at < STALE_S
        return told and self.fault_at - self.fault_since >= FAULT_S

    def _fault(self, reading: Reading, at: float) -> tuple[float | None, float | None]:
        """Tell since when there is a fault and when it was told of; silence changes nothing."""
        if reading.fault is None:
            return self.fault_since, self.fault_at
        return _since(self.fault_since, at, holds=reading.fault), at

    def _sense(self, reading: Reading, soc: float, at: float, config: Config) -> Self:
        """Take in a believable sample."""
        before = self
        if self.at is None or at - self.at >= STALE_S:
            before = replace(
                self,
                samples=(),
                count=0,
                rare_s=self._rare_s(at, config),
                first_at=at,
                parked_since=None,
                no_draw_since=None,
            )
        sample = _sample(reading, at, config)
        samples = (*before.samples, sample)
        oldest = at - max(_LONGEST_WINDOW_S, config.surplus_window_s)
        if samples[0].at < oldest:
            samples = tuple(old for old in samples if old.at >= oldest)
        battery = _mean(samples, _battery, at - PARKED_WINDOW_S, config)
        rests = battery is not None and battery <= PARKED_W
        count = before.count + 1
        ready = count >= config.valid_samples
        since, seen_at = self._fault(reading, at)
        return replace(
            before,
            heard=reading.measured_at,
            alert=bool(reading.alert),
            fault_since=since,
            fault_at=seen_at,
            samples=samples,
            count=count,
            ready_at=at if ready else before.ready_at,
            rare_s=None if ready else before.rare_s,
            silent_since=at if ready else before.silent_since,
            told=before.told and not ready,
            at=at,
            soc=soc,
            surplus=_mean(
                samples, _surplus, at - config.surplus_window_s, config, config.surplus_most_samples
            ),
            battery=sample.battery,
            rests=rests,
            parked_since=_since(before.parked_since, at, holds=rests),
            drawing=_is_drawing(samples, before.first_at, reading, config),
            inverter_at=before.inverter_at if sample.inverter is None else at,
            no_draw_since=before.no_draw_since
            if sample.inverter is None
            else _since(before.no_draw_since, at, holds=sample.inverter > DRAW_OVER_W),
        )

    def _rare_s(self, at: float, config: Config) -> float | None:
        """Tell how far apart samples come, where this is not the first silence without enough.

        One silence after many samples is no interval, and neither is one that lasts long.
        """
        if self.at is None:
            return self.rare_s
        enough = self.count >= config.valid_samples
        return None if enough or at - self.at >= REPAIR_S else at - self.at


def _sample(reading: Reading, at: float, config: Config) -> Sample:
    """Give the powers of a reading."""
    pv, battery = finite(reading.pv_power), finite(reading.battery_power)
    surplus = None if pv is None or battery is None else pv - battery
    if config.any_alert and reading.alert:
        surplus = None
    return Sample(at, surplus, battery, finite(reading.inverter_power))


def _surplus(sample: Sample) -> float | None:
    return sample.surplus


def _battery(sample: Sample) -> float | None:
    return sample.battery


def _inverter(sample: Sample) -> float | None:
    return sample.inverter


def _mean(
    samples: tuple[Sample, ...],
    value: Callable[[Sample], float | None],
    begin: float,
    config: Config,
    most: int | None = None,
) -> float | None:
    """Give the mean of a power from a time on, None if there are too few samples of it.

    Where samples come so rarely that too few of them lie within, the last ones count.
    """
    begin = min(begin, samples[-config.valid_samples :][0].at)
    known = [
        power for sample in samples if sample.at >= begin and (power := value(sample)) is not None
    ]
    if most is not None:
        known = known[-most:]
    return sum(known) / len(known) if len(known) >= config.valid_samples else None


def _since(before: float | None, at: float, *, holds: bool) -> float | None:
    """Give the time since when something holds without a break."""
    if not holds:
        return None
    return at if before is None else before


def _is_drawing(
    samples: tuple[Sample, ...], first_at: float, reading: Reading, config: Config
) -> bool:
    """Tell whether the inverter draws more from the grid than for its own idling."""
    at = samples[-1].at
    if not config.grid_draw or reading.grid_charge or at - first_at < config.draw_window_s:
        return False
    mean = _mean(samples, _inverter, at - config.draw_window_s, config)
    least_w = max(config.draw_least_w, config.draw_share * (finite(reading.rated_power) or 0.0))
    return mean is not None and mean < -least_w
