"""What to do next: which load to turn off or on, why, and when its time has come."""

from collections.abc import Sequence
from dataclasses import dataclass
import math
from typing import NamedTuple

from .config import Config
from .inputs import Load
from .ledger import LATE_S, OBSERVED, Ledger
from .memory import Hold, Phase
from .rules import Rules
from .terms import Cause, Reason, Turn


@dataclass(frozen=True, slots=True)
class Mandate:
    """What may be done at all.

    `reason` tells why nothing may be shed, None where it may. `give_all` tells why everything is
    given back, whatever it was shed for. `judges` tells whether causes may be over by the rules.
    """

    reason: Reason | None = None
    give_all: Reason | None = None
    judges: bool = True

    @property
    def may_shed(self) -> bool:
        """Whether loads may be shed."""
        return self.reason is None


class Step(NamedTuple):
    """A load to turn, and from when on; one that is to turn off has a cause."""

    load: Load
    turn: Turn
    reason: Reason
    cause: Cause | None
    at: float


class Planner:
    """Finds the next step for one decision."""

    def __init__(
        self, config: Config, rules: Rules, ledger: Ledger, mandate: Mandate, loads: Sequence[Load]
    ) -> None:
        """Take what the step depends on."""
        self._config = config
        self._rules = rules
        self._ledger = ledger
        self._mandate = mandate
        self._loads = loads

    def next_step(self) -> Step | None:
        """Give the step to take now or to wait for; there is none while a call is under way."""
        self._settle()
        if self._ledger.pending is not None:
            return None
        if step := self._urgent_step():
            return step
        shed, give = self._shed_step(), self._give_step()
        if shed is not None and give is not None:
            return shed if shed.at <= self._ledger.now else min(shed, give, key=lambda s: s.at)
        return shed or give

    def _settle(self) -> None:
        """End what needs no call: releases that are over, holds of loads that are on."""
        ledger = self._ledger
        for place, load in enumerate(self._loads):
            note, hold = ledger.notes.get(load.id), ledger.holds.get(load.id)
            if note is not None and note.released_until is not None:
                self._end_release(place, load)
            if hold is not None and hold.phase is Phase.AGAIN and load.on:
                self._let_on(place, load, hold)

    def _end_release(self, place: int, load: Load) -> None:
        """Let a load be shed again once it would have been given back anyway."""
        if self._mandate.judges and self._rules.senses.soc >= self._rules.restore_above(place):
            self._ledger.end_release(load.id)

    def _let_on(self, place: int, load: Load, hold: Hold) -> None:
        """Leave a load on that came on by itself, if it would have been given back by now."""
        if reason := self._reason_to_give(place, load, hold):
            self._ledger.end_hold(load.id, reason)

    def _urgent_step(self) -> Step | None:
        """Give what somebody asked for, else what was begun."""
        ledger = self._ledger
        held = [(load, hold) for load in self._loads if (hold := ledger.holds.get(load.id))]
        for load, hold in held:
            if hold.phase is Phase.OFF and hold.give is Reason.RELEASED and self._can_ask(load):
                return Step(load, Turn.ON, Reason.RELEASED, None, ledger.now)
        for load, hold in held:
            if hold.try_at is None:
                continue
            if hold.phase is Phase.TURNING_ON:
                return Step(load, Turn.ON, hold.give or Reason.RECHARGED, None, hold.try_at)
            if self._mandate.may_shed and load.member and hold.give is None:
                return Step(load, Turn.OFF, Reason(hold.cause), hold.cause, hold.try_at)
            ledger.let_be(load.id)
        return None

    def _shed_step(self) -> Step | None:
        """Give the first load that is on and should not be."""
        if not self._mandate.may_shed:
            return None
        ledger = self._ledger
        nothing_to_shed = self._rules.cause(0) is None
        for place, load in enumerate(self._loads):
            hold = ledger.holds.get(load.id)
            if hold is not None and not self._is_free(load, hold):
                if hold.phase is Phase.AGAIN and load.on:
                    return self._step_off(load, hold.cause)
            elif nothing_to_shed or not self._may_shed(load):
                continue
            elif cause := self._rules.cause(place):
                return self._step_off(load, cause)
        return None

    def _is_free(self, load: Load, hold: Hold) -> bool:
        """Tell whether a load that was asked to turn off, and is asked no more, can be shed anew.

        It may yet obey what it was asked; but whoever needs it off need not wait for that long.
        """
        is_over = hold.phase is Phase.TURNING_OFF and self._ledger.now - hold.at >= LATE_S
        return is_over and hold.give is None and not load.busy

    def _may_shed(self, load: Load) -> bool:
        """Tell whether a load is one that can be shed now, its dwell aside."""
        if not load.on or not load.member:
            return False
        note = self._ledger.notes[load.id]
        return note.failed_at is None and note.released_until is None

    def _step_off(self, load: Load, cause: Cause) -> Step:
        """Give the step that turns a load off, with the time it has to wait for."""
        config, ledger = self._config, self._ledger
        critical = cause is Cause.CRITICAL
        at = self._after_others(config.critical_stagger_s if critical else config.stagger_s)
        changed_at = ledger.notes[load.id].changed_at
        if not critical and changed_at is not None and load.id not in ledger.holds:
            at = max(at, changed_at + config.min_on_s)
        return Step(load, Turn.OFF, Reason(cause), cause, at)

    def _give_step(self) -> Step | None:
        """Give the load that was shed last of those that may be given back."""
        ledger, config = self._ledger, self._config
        for place in range(len(self._loads) - 1, -1, -1):
            load = self._loads[place]
            hold = ledger.holds.get(load.id)
            if hold is None or hold.phase is not Phase.OFF or not self._can_ask(load):
                continue
            reason = self._reason_to_give(place, load, hold)
            if reason is None:
                continue
            at = self._after_others(config.stagger_s)
            if reason not in {Reason.DISARMED, Reason.STALE, Reason.REMOVED}:
                at = max(at, hold.at + config.min_off_s)
            return Step(load, Turn.ON, reason, None, at)
        return None

    def _can_ask(self, load: Load) -> bool:
        """Tell whether a load that is off can be asked to turn on."""
        return load.on is False and self._ledger.notes[load.id].failed_at is None

    def _after_others(self, stagger_s: float) -> float:
        """Give the time from which on another load may turn."""
        acted_at = self._ledger.acted_at
        return -math.inf if acted_at is None else acted_at + stagger_s

    def _reason_to_give(self, place: int, load: Load, hold: Hold) -> Reason | None:
        """Tell why a load is to be given back, if it is.

        A load whose cause is over while another one would shed it at once goes on being held.
        """
        if hold.give is Reason.RELEASED:
            return Reason.RELEASED
        if not load.member:
            return Reason.REMOVED
        if self._mandate.give_all is not None or not self._mandate.judges:
            return self._mandate.give_all
        reason = self._rules.over(hold.cause, place, self._ledger.parked.wait_s)
        other = self._rules.cause(place) if reason is not None else None
        if other is None or (reason is Reason.PARKED and other is Cause.SOC):
            return reason
        if other is not hold.cause:
            self._ledger.change_cause(load.id, other)
        return None


def observer(ledger: Ledger) -> Load:
    """Give the load that stands for all where there are none: it obeys at once."""
    return Load(id=OBSERVED, on=OBSERVED not in ledger.holds)
