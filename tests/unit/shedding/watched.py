"""A house in which nothing may be done that load shedding never does."""

from dataclasses import replace
import math
from typing import Final, NamedTuple, Unpack, override

from custom_components.solar_monitor.logic.shedding import (
    Call,
    Load,
    Reason,
    Result,
    Turn,
)
from custom_components.solar_monitor.logic.shedding.ledger import SETTLE_S
from custom_components.solar_monitor.logic.shedding.memory import Hold, Phase
from custom_components.solar_monitor.logic.shedding.rules import Rules
from tests.unit.shedding.scene import ARMED, Figures, Scene

NAMES: Final = ("a", "b", "c")
DWELL_S: Final = min(ARMED.min_on_s, ARMED.min_off_s)
LATE_S: Final = 70.0
SLOW_S: Final = 400.0
"""So late a load may still obey whose call goes on that long, or ended well before that."""
# Turns that need not wait: what a person wants, and a battery that is about to be empty.
AT_ONCE: Final = frozenset({Reason.CRITICAL, Reason.DISARMED, Reason.RELEASED, Reason.REMOVED})


class Bounce(NamedTuple):
    """How a load that has obeyed shows the opposite, and then, maybe, what it really is."""

    after_s: float
    then_s: float | None


class Lateness(NamedTuple):
    """How late a load obeys, whether its call goes on meanwhile, and whether that ends well."""

    late_s: float
    busy: bool = False
    ok: bool = False


class Late(NamedTuple):
    """What a load will do, or show: because it was asked to, or by itself."""

    at: float
    name: str
    on: bool
    by_itself: bool = False


LATENESS: Final = (Lateness(LATE_S), Lateness(SLOW_S, busy=True), Lateness(SLOW_S, ok=True))


class Watched(Scene):
    """A house in which each call is judged before it is made."""

    def __init__(self, *loads: str) -> None:
        """Begin to watch."""
        super().__init__(*loads, config=replace(ARMED, grid_draw=True))
        self.ours: set[str] = set()
        self.turned_at: dict[str, float] = {}
        self.last_turn: dict[str, Turn] = {}
        self.elapsed_s = 0.0
        self.good_at = -math.inf
        self.good_samples = 0
        self.late: list[Late] = []
        self.lateness: dict[str, Lateness] = {}
        self.bounces: dict[str, Bounce] = {}

    @override
    def carry_out(self, call: Call) -> Result:
        """Make a call, unless it must never be made."""
        load = self.loads[call.load]
        if call.turn is Turn.OFF:
            self.may_shed(load, call)
        else:
            assert call.load in self.ours, "restores what it did not shed"
        self.forget_late(call.load)
        if load.on is None:
            self.calls.append(call)
            return Result(call.number, ok=False)
        on = call.turn is Turn.ON
        if lateness := self.lateness.get(call.load):
            self.calls.append(call)
            self.loads[call.load] = replace(load, busy=lateness.busy)
            self.late.append(Late(self.now + lateness.late_s, call.load, on))
            return Result(call.number, ok=lateness.ok)
        result = super().carry_out(call)
        if self.loads[call.load].on is not load.on:
            self.obeyed(call, load)
            bounce = self.bounces.get(call.load)
            if bounce is not None and not self.is_wanted_off(call.load):
                self.bounce(call.load, bounce, on=on)
        return result

    def bounce(self, name: str, bounce: Bounce, *, on: bool) -> None:
        """Let a load that has just obeyed show the opposite soon, and then what it is."""
        at = self.now + bounce.after_s
        self.late.append(Late(at, name, not on, by_itself=True))
        if bounce.then_s is not None:
            self.late.append(Late(at + bounce.then_s, name, on, by_itself=True))

    def may_shed(self, load: Load, call: Call) -> None:
        """Check that a load may be turned off now."""
        assert self.config.armed, "sheds while disarmed"
        assert self.now - self.good_at < 180, "sheds on stale readings"
        assert self.good_samples >= 3, "sheds before there are enough readings"
        assert load.member, "sheds what is not in the list"
        rules = Rules(self.config, self.memory.senses, self.memory.grid, self.memory.parked)
        names = list(self.loads)
        for place, name in enumerate(names[: names.index(load.id)]):
            note, other = self.memory.notes.get(name), self.loads[name]
            exempt = note is None or note.released_until or note.failed_at
            held = name in self.memory.holds and not self.is_again(name)
            if call.attempt == 1 and other.on and other.member and not exempt and not held:
                assert rules.cause(place) is None, "sheds a more important load first"

    def is_again(self, name: str) -> bool:
        """Tell whether a load that is held is on."""
        return self.memory.holds[name].phase is Phase.AGAIN

    def obeyed(self, call: Call, before: Load) -> None:
        """Check that a load that has turned because of us had not just done so."""
        # What somebody or something else turned on meanwhile was not turned to and fro by us.
        again = call.turn is self.last_turn.get(before.id)
        self.last_turn[before.id] = call.turn
        self.turned(before.id, on=call.turn is Turn.ON)
        if call.reason not in AT_ONCE:
            # Turns that are this far apart are never more than elapsed time / dwell + 1.
            apart_s = self.elapsed_s - self.turned_at.get(before.id, -math.inf)
            assert again or apart_s >= DWELL_S, "turns too often"
            self.turned_at[before.id] = self.elapsed_s

    def turned(self, name: str, *, on: bool) -> None:
        """Note whose a load is that has turned because of us; what somebody wants off is not."""
        (self.ours.discard if on or self.is_wanted_off(name) else self.ours.add)(name)

    def is_wanted_off(self, name: str) -> bool:
        """Tell whether somebody has turned off a load while we did as well."""
        hold = self.memory.holds.get(name)
        return hold is not None and hold.give is Reason.TURNED_OFF

    def forget_late(self, name: str) -> None:
        """Let a device do the last thing that it was told only."""
        self.late = [late for late in self.late if late.name != name]
        self.loads[name] = replace(self.loads[name], busy=False)

    def want_off(self, name: str) -> None:
        """Let a person want a load off: what it does from then on is nobody's doing but theirs."""
        self.ours.discard(name)
        self.late = [late for late in self.late if late.name != name or not late.by_itself]

    @override
    def restart(self) -> None:
        """Start again; calls that go on end with that, and their loads do not obey."""
        for name in NAMES:
            if self.loads[name].busy:
                self.forget_late(name)
        super().restart()

    def by_hand(self, name: str, *, on: bool) -> None:
        """Let a person turn a load."""
        self.forget_late(name)
        if on:
            self.ours.discard(name)
        elif self.loads[name].on:
            hold = self.memory.holds.get(name)
            # Whether it was us or them cannot be known while we ask for the same, or while the
            # device itself may show now one thing and now the other.
            turning = hold is not None and (hold.phase is Phase.TURNING_OFF or hold.bounced)
            again = hold is not None and hold.phase is Phase.AGAIN and self.may_be_new(hold)
            if turning or again or self.may_not_last(name):
                self.turned(name, on=False)
        self.turn(name, on=on)

    def may_not_last(self, name: str) -> bool:
        """Tell whether a load came on so lately that it may go off by itself."""
        hold = self.memory.settling.get(name)
        return hold is not None and self.may_be_new(hold)

    def may_be_new(self, hold: Hold) -> bool:
        """Tell whether a load may have come on only a moment ago; after a start nobody knows."""
        return self.memory.blind or self.is_new(hold, SETTLE_S)

    def is_new(self, hold: Hold, seconds: float) -> bool:
        """Tell whether a load has done for a moment only what it does."""
        return max(self.now, self.memory.at or self.now) - hold.at <= seconds

    def pass_time(self, seconds: float) -> None:
        """Let time pass; what obeys late does so."""
        end = self.now + seconds
        self.elapsed_s += seconds
        while self.late and (first := min(self.late)).at <= end:
            name, on = first.name, first.on
            self.late.remove(first)
            self.now = max(self.now, first.at)
            self.loads[name] = replace(self.loads[name], busy=False)
            if self.loads[name].on is not None and self.loads[name].on is not on:
                self.turn(name, on=on)
                self.turned(name, on=on)
                self.look()
        self.now = end

    def sample(self, **figures: Unpack[Figures]) -> None:
        """Take one sample."""
        self.set(**figures)
        self.set(measured_at=self.now)
        soc = self.reading.soc
        if soc is not None and 0 <= soc <= 100:
            if self.now - self.good_at >= 180:
                self.good_samples = 0
            self.good_samples += 1
            self.good_at = self.now
        self.decide()
