"""Load shedding: a staircase thermostat on the battery's charge that remembers what it did."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from .config import Config
from .inputs import Load, Reading
from .lack import Lack
from .ledger import OBSERVED, Ledger
from .memory import Memory, Phase
from .outputs import Call, Decision
from .plan import Mandate, Planner, Step, observer
from .rules import Rules
from .senses import REPAIR_S, STALE_S, Senses
from .status import Outcome, judge
from .terms import Happening, Reason

FAULT_HOLD_OFF_S: Final = 600.0


def decide(
    config: Config, memory: Memory, reading: Reading, loads: Sequence[Load], now: float
) -> Decision:
    """Decide what to do now (unix s).

    `memory` is that of the last decision, or `Memory.from_dict` after a start. `reading` is the
    latest one, repeated until there is a new one; its results and requests are told once. `loads`
    are those to shed, the first first, and after them those in `memory.owned` that were taken out
    of the list (`member=False`). A load that exists no more is left out, one that is only
    unavailable is not: what is left out is forgotten.

    To be called with each new reading, when a load changes, after each call, at `again_at`, and at
    least every minute. Nothing is kept elsewhere, and nothing is raised for whatever devices say.
    """
    now, memory = memory.resumed(now)
    senses = memory.senses.hear(reading, config, now)
    grid = memory.grid.hear(reading, config, now)
    rules = Rules(config, senses, grid, memory.parked)
    ledger = Ledger(memory, now)
    if not any(load.member for load in loads):
        loads = (observer(ledger), *loads)
    ledger.look(loads)
    ledger.take_results(reading.results)
    ledger.take_requests(reading.requests)
    if memory.armed and not config.armed:
        ledger.forgive()

    fault_until = memory.fault_until
    ready = senses.is_ready(config, now)
    if ready and not rules.rests:
        ledger.parked = ledger.parked.ended()
    if ready and rules.is_faulty and not config.any_alert:
        fault_until = now + FAULT_HOLD_OFF_S
    mandate = _mandate(config, rules, now, ready=ready, fault_until=fault_until)
    silent_s = 0.0 if ready else senses.silent_s(now)
    rare_s = senses.too_rare_s(now)
    begun = senses.ready_at is not None or rare_s is not None
    if config.armed and silent_s >= STALE_S and not senses.told and begun:
        senses = replace(senses, told=True)
        ledger.tell(Happening.HELD, None, _why_silent(senses, now))

    step = Planner(config, rules, ledger, mandate, loads).next_step()
    needed = mandate.may_shed and _needs_power(rules, ledger, loads)
    lack = _looked_at(memory.lack, rules, now, needed=needed, ready=ready)
    if needed and not lack.told and lack.lasts_s(now) >= STALE_S:
        lack = replace(lack, told=True)
        ledger.tell(Happening.HELD, None, Reason.POWER_UNKNOWN)
    call = None
    if step is not None and step.at <= now:
        call = _take(step, ledger)
        if step.reason is Reason.PARKED:
            senses = replace(senses, parked_since=None)
    status, reason = judge(Outcome(config, rules, ledger, mandate, step, needed))
    stale = config.armed and silent_s >= REPAIR_S
    return Decision(
        memory=_remember(memory, ledger, senses, rules, now, fault_until, lack),
        call=call,
        save=ledger.changed,
        status=status,
        reason=reason,
        active=any(hold.phase is not Phase.TURNING_OFF for hold in ledger.holds.values()),
        shed=tuple(
            load
            for load, hold in ledger.holds.items()
            if hold.phase in {Phase.OFF, Phase.TURNING_ON} and load != OBSERVED
        ),
        failed=tuple(load for load, note in ledger.notes.items() if note.failed_at is not None),
        released=tuple(
            load for load, note in ledger.notes.items() if note.released_until is not None
        ),
        events=tuple(ledger.events),
        stale=stale,
        rare_s=rare_s if stale else None,
        lacks_power=lack.lasts_s(now) >= REPAIR_S and not stale,
        grid=grid.state,
        again_at=_again_at(step, ledger),
    )


def _mandate(
    config: Config, rules: Rules, now: float, *, ready: bool, fault_until: float | None
) -> Mandate:
    """Tell what may be done."""
    if not config.armed:
        return Mandate(Reason.DISARMED, Reason.DISARMED, judges=False)
    if not ready:
        silent_s = rules.senses.silent_s(now)
        too_long = 0 < config.give_back_s <= silent_s
        reason = _why_silent(rules.senses, now) if silent_s >= STALE_S else Reason.STARTING
        return Mandate(reason, Reason.STALE if too_long else None, judges=False)
    if rules.is_faulty:
        return Mandate(Reason.FAULT, Reason.FAULT)
    if fault_until is not None and now < fault_until and rules.tolerates_faults:
        return Mandate(Reason.FAULT_LATELY)
    return Mandate()


def _why_silent(senses: Senses, now: float) -> Reason:
    """Tell why there are not enough readings: none come, or too rarely."""
    return Reason.STALE if senses.too_rare_s(now) is None else Reason.RARE


def _needs_power(rules: Rules, ledger: Ledger, loads: Sequence[Load]) -> bool:
    """Tell whether a load is on of which an unknown power decides whether it has to go."""
    return any(
        load.on
        and load.member
        and load.id not in ledger.holds
        and ledger.notes[load.id].released_until is None
        and rules.lacks_power(place)
        for place, load in enumerate(loads)
    )


def _looked_at(lack: Lack, rules: Rules, now: float, *, needed: bool, ready: bool) -> Lack:
    """Take in whether powers are lacking now; without readings nobody knows."""
    charged = rules.senses.soc >= rules.restore_above(0)
    over = not rules.config.armed or (ready and (rules.knows_powers or charged))
    return lack.looked(now, needed=needed, over=over)


def _take(step: Step, ledger: Ledger) -> Call | None:
    """Take a step whose time has come."""
    if step.cause is not None:
        return ledger.ask_off(step.load, step.cause)
    if step.reason is Reason.PARKED:
        ledger.start_parked_trial(step.load.id)
    return ledger.ask_on(step.load, step.reason)


def _again_at(step: Step | None, ledger: Ledger) -> float | None:
    """Tell when time alone changes something."""
    if ledger.pending is not None:
        return ledger.pending.until
    return None if step is None else max(step.at, ledger.now)


def _remember(
    memory: Memory,
    ledger: Ledger,
    senses: Senses,
    rules: Rules,
    now: float,
    fault_until: float | None,
    lack: Lack,
) -> Memory:
    """Give what the next decision needs."""
    return Memory(
        at=now,
        holds=ledger.holds,
        settling=ledger.settling,
        notes=ledger.notes,
        acted_at=ledger.acted_at,
        parked=ledger.parked,
        fault_until=fault_until,
        lack=lack,
        grid=rules.grid,
        senses=senses,
        pending=ledger.pending,
        calls=ledger.calls,
        armed=rules.config.armed,
        away=ledger.away,
        blind=False,
    )
