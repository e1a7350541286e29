"""What to show: one word for what load shedding does, and one for why."""

from typing import Final, NamedTuple

from .config import Config
from .ledger import Ledger
from .memory import Phase
from .plan import Mandate, Step
from .rules import Rules
from .terms import Cause, Reason, Status, Turn

WORST_FIRST: Final = (Cause.CRITICAL, Cause.OFFGRID, Cause.SOC, Cause.GRID_DRAW)


class Outcome(NamedTuple):
    """What a decision has come to."""

    config: Config
    rules: Rules
    ledger: Ledger
    mandate: Mandate
    step: Step | None
    needs_power: bool
    """Whether a power that is unknown decides about a load that is on."""


def judge(outcome: Outcome) -> tuple[Status, Reason]:
    """Give the status and its reason."""
    if trouble := _trouble(outcome):
        return Status.ERROR, trouble
    moving = _moving(outcome)
    if not outcome.config.armed:
        left = Status.RESTORING if outcome.ledger.holds else Status.DISARMED
        return left, Reason.DISARMED
    mandate = outcome.mandate
    if mandate.reason is not None and not mandate.judges:
        # A load that still turns off may do so, but that is not what matters then.
        if moving is None or moving[0] is Status.SHEDDING:
            return Status.HOLDING, mandate.reason
        return moving
    return moving or _resting(outcome)


def _resting(outcome: Outcome) -> tuple[Status, Reason]:
    """Tell the status while nothing moves."""
    rules, ledger, mandate = outcome.rules, outcome.ledger, outcome.mandate
    if outcome.needs_power:
        return Status.HOLDING, Reason.POWER_UNKNOWN
    causes = {hold.cause for hold in ledger.holds.values() if hold.phase is not Phase.TURNING_OFF}
    if causes:
        return Status.SHED, Reason(next(cause for cause in WORST_FIRST if cause in causes))
    if mandate.reason is None and rules.lacks_power(0):
        return Status.HOLDING, Reason.POWER_UNKNOWN
    return Status.NORMAL, mandate.reason or _why_nothing(rules, ledger)


def _trouble(outcome: Outcome) -> Reason | None:
    """Tell what does not obey; loads that are not ours do not matter while disarmed."""
    ledger = outcome.ledger
    for load, note in ledger.notes.items():
        if note.failed_at is None:
            continue
        hold = ledger.holds.get(load)
        if hold is not None and hold.phase is not Phase.TURNING_OFF:
            return Reason.TURN_ON_FAILED
        if outcome.config.armed:
            return Reason.TURN_OFF_FAILED
    return None


def _moving(outcome: Outcome) -> tuple[Status, Reason] | None:
    """Tell what is being turned, or waits for its turn."""
    ledger, step = outcome.ledger, outcome.step
    if ledger.pending is not None:
        hold = ledger.holds[ledger.pending.load]
        if ledger.pending.turn is Turn.OFF:
            return Status.SHEDDING, Reason(hold.cause)
        return Status.RESTORING, hold.give or Reason.RECHARGED
    if step is None or step.at <= ledger.now:
        return None
    return (Status.SHEDDING if step.turn is Turn.OFF else Status.RESTORING), step.reason


def _why_nothing(rules: Rules, ledger: Ledger) -> Reason:
    """Tell why nothing is shed although it might be."""
    if rules.cause(0) is None:
        return Reason.SURPLUS if rules.is_low_anyhow else Reason.CHARGED
    if any(note.released_until is not None for note in ledger.notes.values()):
        return Reason.OVERRIDDEN
    return Reason.NOTHING_LEFT
