"""The books of one decision: what became of the loads and of the calls since the last one."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from .inputs import Load, Request, Result
from .memory import Hold, Memory, Note, Pending, Phase
from .outputs import Call, Event
from .terms import Cause, Happening, Reason, Turn, Wish

CALL_TIMEOUT_S: Final = 10.0
CONFIRM_S: Final = 15.0
"""How long a load may take to show that it obeys, after the call has ended."""
ATTEMPTS: Final = 3
RETRY_S: Final = 5.0
LATE_S: Final = 120.0
"""So late a load may still obey after it was given up, whatever it said to the calls."""
PASS_OVER_S: Final = 900.0
"""For how long a load that did not obey is left out; so late one may obey that took a call."""
RELEASE_S: Final = 7_200.0
"""For how long a load that somebody wanted on is left alone."""
BOUNCE_S: Final = 30.0
"""A load that turns on again so soon after our call did so by itself."""
SETTLE_S: Final = 60.0
"""A load that goes off again so soon after it came on did so by itself, or was never on.

Longer than the half minute after which most switches are polled: what is not off by then is on.
"""

OBSERVED: Final = ""
"""Stands for the loads where there are none; no entity has this id."""


class Ledger:
    """A copy of the memory to write in."""

    def __init__(self, memory: Memory, now: float) -> None:
        """Open the books."""
        self.now = now
        self.holds = dict(memory.holds)
        self.settling = dict(memory.settling)
        self.notes = dict(memory.notes)
        self.acted_at = memory.acted_at
        self.parked = memory.parked.settled(now)
        self.pending = memory.pending
        self.calls = memory.calls
        self.events: list[Event] = []
        self.changed = False
        self._away_before = memory.away
        self._blind = memory.blind
        self.away: frozenset[str] = frozenset()

    # What happened since the last decision.

    def look(self, loads: Sequence[Load]) -> None:
        """Compare the loads with what is known of them, and forget those that are no more."""
        away = []
        for load in loads:
            if load.on is None:
                away.append(load.id)
                continue
            returned = load.id in self._away_before or (self._blind and not load.watched)
            self._note(load, returned=returned)
            if hold := self.holds.get(load.id):
                self._compare(load, hold, returned=returned)
            elif hold := self.settling.get(load.id):
                self._see_whether_it_lasts(load, hold, returned=returned)
        self.away = frozenset(away)
        known = {load.id for load in loads}
        for gone in self.notes.keys() - known:
            del self.notes[gone]
        for gone in self.holds.keys() - known:
            self._forget(gone)
        for gone in self.settling.keys() - known:
            self._let_go(gone)

    def take_results(self, results: Sequence[Result]) -> None:
        """Take in how calls ended, and give up what takes too long."""
        for result in results:
            pending = self.pending
            if pending is None or result.number != pending.number:
                continue
            if result.ok:
                self.pending = replace(pending, until=self.now + CONFIRM_S, heard=True)
            else:
                self._fail(pending)
        if self.pending is not None and self.now >= self.pending.until:
            self._fail(self.pending)

    def take_requests(self, requests: Sequence[Request]) -> None:
        """Take in what was asked for loads."""
        for request in requests:
            if request.wish is Wish.STAY_OFF:
                self._keep_off(request.load)
            else:
                self._release(request.load)

    def forgive(self) -> None:
        """Let loads be asked at once that did not come on: somebody wants that all are."""
        for load in self.holds:
            self._forgive(load)

    def _note(self, load: Load, *, returned: bool) -> None:
        """Write down whether a load is on, and let time end what is written of it."""
        note, on = self.notes.get(load.id), bool(load.on)
        if note is None:
            self.notes[load.id] = Note(on=on)
            return
        if note.on is not on:
            note = replace(note, on=on, changed_at=self.now)
        if note.failed_at is not None and (returned or self.now - note.failed_at >= PASS_OVER_S):
            note = replace(note, failed_at=None)
        if note.released_until is not None and self.now >= note.released_until:
            note = replace(note, released_until=None)
        self.notes[load.id] = note

    def _compare(self, load: Load, hold: Hold, *, returned: bool) -> None:
        """Find out what became of a load that we hold."""
        match hold.phase, load.on:
            case Phase.TURNING_OFF, False:
                self._confirm_off(load.id, hold)
            case Phase.TURNING_OFF, True:
                self._wait_for_off(load, hold)
            case Phase.OFF, True:
                self._came_on(load, hold, returned=returned)
            case Phase.AGAIN, False:
                self._went_off_again(load, hold, returned=returned)
            case Phase.TURNING_ON, True:
                self.acted_at = self.now
                self.end_hold(load.id, hold.give or Reason.RECHARGED)
            case Phase.TURNING_ON, False:
                if self._is_idle(load.id, hold):
                    self._stay_off(load.id, hold)
            case _:
                pass

    def _is_idle(self, load: str, hold: Hold) -> bool:
        """Tell whether no call to a load is under way or planned."""
        return hold.try_at is None and (self.pending is None or self.pending.load != load)

    def _came_on(self, load: Load, hold: Hold, *, returned: bool) -> None:
        """Find out why a load is on that was off."""
        soon = self.now - hold.at <= BOUNCE_S
        theirs = hold.wanted and soon
        late = theirs or not (soon or load.ours)
        if self.notes[load.id].failed_at is not None or (hold.told and not late):
            self.end_hold(load.id, hold.give or Reason.RECHARGED)
        elif returned and not (hold.rebooted or theirs):
            again = replace(hold, phase=Phase.AGAIN, at=self.now, rebooted=True, attempts=0)
            self._put(load.id, again)
        elif returned or late:
            self._override(load.id, Reason.TURNED_ON)
        elif hold.attempts < ATTEMPTS:
            self._put(load.id, replace(hold, phase=Phase.AGAIN, at=self.now))
        else:
            self._put(load.id, replace(hold, phase=Phase.TURNING_OFF, at=self.now))
            self._mark_failed(load.id, Reason.TURN_OFF_FAILED)

    def _went_off_again(self, load: Load, hold: Hold, *, returned: bool) -> None:
        """Find out why a load is off that came on while we held it.

        One that did so right after it had turned off for us, or that was on for a moment only,
        shows at last what it is; nobody wanted that. What somebody wants is known from what they
        call.
        """
        by_itself = hold.bounced or self.now - hold.at <= SETTLE_S
        if hold.give is not Reason.TURNED_OFF and (returned or load.ours or by_itself):
            self._put(load.id, replace(hold, phase=Phase.OFF, at=self.now))
        else:
            self._override(load.id, Reason.TURNED_OFF)

    def _see_whether_it_lasts(self, load: Load, hold: Hold, *, returned: bool) -> None:
        """Find out what became of a load that came on a moment ago.

        What goes off at once, or vanishes and returns off, has not really come on: it is asked
        again, or held as before if it had vanished, or had come on unasked.
        """
        lately = self.now - hold.at <= SETTLE_S
        if load.on and lately:
            return
        self._let_go(load.id)
        if load.on or not (lately or returned):
            return
        if hold.phase is Phase.TURNING_ON and not returned:
            self._try_on_again(load.id, replace(hold, told=True))
            return
        if hold.give is None:
            self.end_release(load.id)
        told = hold.phase is Phase.TURNING_ON
        self._stay_off(load.id, replace(hold, at=self.now), told=told, wanted=hold.give is None)

    def _let_go(self, load: str) -> None:
        """Watch no more whether a load stays on."""
        if self.settling.pop(load, None) is not None:
            self.changed = True

    def _release(self, load: str) -> None:
        """Take in that somebody wants a load on."""
        if (hold := self.holds.get(load)) is not None:
            self._put(load, replace(hold, give=Reason.RELEASED))
            self._forgive(load)
        elif (hold := self.settling.get(load)) is not None:
            self.settling[load] = replace(hold, give=Reason.RELEASED)
        if load in self.notes:
            self._leave_alone(load)

    def _forgive(self, load: str) -> None:
        """Let a load be asked at once that did not come on when it was asked last."""
        note = self.notes.get(load)
        if note is not None and self.holds[load].phase is Phase.OFF:
            self._write(load, replace(note, failed_at=None))

    def _keep_off(self, load: str) -> None:
        """Take in that somebody wants a load off: it is not ours to give back any more.

        While it is on, we wait until it is off: else we would begin to shed it at the same time.
        """
        self._let_go(load)
        hold = self.holds.get(load)
        if hold is None:
            return
        if hold.phase in {Phase.OFF, Phase.TURNING_ON}:
            self._override(load, Reason.TURNED_OFF)
        else:
            self._put(load, replace(hold, give=Reason.TURNED_OFF))

    def _wait_for_off(self, load: Load, hold: Hold) -> None:
        """Go on holding a load that may still turn off; no time runs while a call to it does."""
        late_s = PASS_OVER_S if hold.heard else LATE_S
        if load.busy:
            self.holds[load.id] = replace(hold, at=self.now)
        elif self._is_idle(load.id, hold) and self.now - hold.at >= late_s:
            self._drop(load.id)

    def _confirm_off(self, load: str, hold: Hold) -> None:
        """Take in that a load has turned off for us."""
        self._write(load, replace(self.notes[load], failed_at=None))
        self.acted_at = self.now
        if hold.give is Reason.TURNED_OFF:
            self._override(load, Reason.TURNED_OFF)
            return
        self._put(load, replace(hold, phase=Phase.OFF, at=self.now, try_at=None, heard=True))
        self._end_call(load)
        self.tell(Happening.SHED, load, Reason.REBOOTED if hold.rebooted else Reason(hold.cause))

    def _fail(self, pending: Pending) -> None:
        """Take in that an attempt did not help."""
        self.pending = None
        hold = self.holds[pending.load]
        if pending.turn is Turn.ON:
            self._try_on_again(pending.load, hold)
            return
        hold = replace(hold, heard=hold.heard or pending.heard)
        if hold.attempts < ATTEMPTS:
            self._put(pending.load, replace(hold, try_at=self.now + RETRY_S))
        else:
            self._put(pending.load, replace(hold, at=self.now))
            self._mark_failed(pending.load, Reason.TURN_OFF_FAILED)

    def _try_on_again(self, load: str, hold: Hold) -> None:
        """Ask a load once more to turn on, or give it up for a while."""
        if hold.attempts < ATTEMPTS:
            self._put(load, replace(hold, try_at=self.now + RETRY_S))
        else:
            self._stay_off(load, hold)
            self._mark_failed(load, Reason.TURN_ON_FAILED)

    def _stay_off(self, load: str, hold: Hold, *, told: bool = False, wanted: bool = False) -> None:
        """Go on holding a load that was to be given back; what somebody asked for still counts."""
        give = hold.give if hold.give is Reason.RELEASED else None
        self._put(load, replace(hold, phase=Phase.OFF, give=give, told=told, wanted=wanted))

    def _mark_failed(self, load: str, reason: Reason) -> None:
        """Leave a load out for a while."""
        self._write(load, replace(self.notes[load], failed_at=self.now))
        self.tell(Happening.FAILED, load, reason)

    def _override(self, load: str, reason: Reason) -> None:
        """Take in that somebody decided about a load that we held."""
        hold = self.holds[load]
        self._drop(load)
        if reason is Reason.TURNED_ON:
            self.settling[load] = replace(hold, phase=Phase.OFF, give=None, at=self.now)
            self._leave_alone(load)
        self.tell(Happening.OVERRIDDEN, load, reason)

    def _forget(self, load: str) -> None:
        """Take in that a load exists no more."""
        self._drop(load)
        if load != OBSERVED:
            self.tell(Happening.FAILED, load, Reason.REMOVED)

    # What is decided.

    def ask_off(self, load: Load, cause: Cause) -> Call | None:
        """Write down that a load is to turn off, and give the call; observing needs none."""
        hold = self.holds.get(load.id)
        self._let_go(load.id)
        if hold is None or (hold.phase is Phase.TURNING_OFF and hold.try_at is None):
            hold = Hold(cause=cause, phase=Phase.TURNING_OFF, at=self.now, mode=load.mode)
            self.parked = self.parked.shed(load.id, self.now)
        attempts = hold.attempts + 1
        hold = replace(hold, phase=Phase.TURNING_OFF, attempts=attempts, try_at=None, wanted=False)
        self._put(load.id, hold)
        if load.id == OBSERVED:
            self._put(OBSERVED, replace(hold, phase=Phase.OFF))
            self.acted_at = self.now
            self.tell(Happening.SHED, OBSERVED, Reason(cause))
            return None
        return self._call(load.id, hold, Turn.OFF, Reason(hold.cause))

    def ask_on(self, load: Load, reason: Reason) -> Call | None:
        """Write down that a load is to turn on, and give the call; observing needs none."""
        hold = self.holds[load.id]
        if load.id == OBSERVED:
            self.acted_at = self.now
            self.end_hold(OBSERVED, reason)
            return None
        attempts = hold.attempts + 1 if hold.phase is Phase.TURNING_ON else 1
        told = hold.told and hold.phase is Phase.TURNING_ON
        hold = replace(hold, phase=Phase.TURNING_ON, give=reason, attempts=attempts, told=told)
        self._put(load.id, replace(hold, try_at=None))
        return self._call(load.id, hold, Turn.ON, reason)

    def _call(self, load: str, hold: Hold, turn: Turn, reason: Reason) -> Call:
        """Give the call and wait for its effect."""
        self.calls += 1
        until = self.now + CALL_TIMEOUT_S + CONFIRM_S
        self.pending = Pending(self.calls, load, turn, until)
        return Call(
            number=self.calls,
            load=load,
            turn=turn,
            mode=hold.mode if turn is Turn.ON else None,
            timeout_s=CALL_TIMEOUT_S,
            attempt=hold.attempts,
            reason=reason,
        )

    def end_hold(self, load: str, reason: Reason) -> None:
        """Take in that a load is on again, as it should be; for a moment it may not stay so."""
        hold = self.holds[load]
        self._drop(load)
        if load != OBSERVED:
            unasked = hold.phase is Phase.AGAIN
            phase = Phase.OFF if unasked else Phase.TURNING_ON
            attempts = hold.attempts if hold.phase is Phase.TURNING_ON else 0
            self.settling[load] = replace(
                hold, phase=phase, at=self.now, give=reason, attempts=attempts
            )
        if reason is Reason.RELEASED:
            self._leave_alone(load)
        if not hold.told:
            self.tell(Happening.RESTORED, load, reason)

    def tell(self, what: Happening, load: str | None, reason: Reason) -> None:
        """Add an event."""
        self.events.append(Event(what, load or None, reason))

    def end_release(self, load: str) -> None:
        """Let a load be shed again that was left alone."""
        self._write(load, replace(self.notes[load], released_until=None))

    def change_cause(self, load: str, cause: Cause) -> None:
        """Go on holding a load for another cause."""
        self._put(load, replace(self.holds[load], cause=cause))

    def let_be(self, load: str) -> None:
        """Ask no more of a load that was to turn off; it may still do so for a while."""
        self._put(load, replace(self.holds[load], try_at=None, at=self.now))

    def start_parked_trial(self, load: str) -> None:
        """Take in that a load is given back because the grid carries the house."""
        self.parked = self.parked.begun(load, self.now)

    def _leave_alone(self, load: str) -> None:
        """Shed a load no more for a while."""
        self._write(load, replace(self.notes[load], released_until=self.now + RELEASE_S))

    def _end_call(self, load: str) -> None:
        """Take in that a call has had its effect."""
        if self.pending is not None and self.pending.load == load:
            self.pending = None

    def _put(self, load: str, hold: Hold) -> None:
        """Write a hold down."""
        self.holds[load] = hold
        self.changed = True

    def _write(self, load: str, note: Note) -> None:
        """Write down what must be known of a load after a restart."""
        self.notes[load] = note
        self.changed = True

    def _drop(self, load: str) -> None:
        """End a hold."""
        del self.holds[load]
        self._end_call(load)
        self.changed = True
