"""What the statements of the cloud come to: whether a part of a system has a problem. Pure.

Evidence is a union: a problem is on as long as anybody says so who was heard lately.
"""

from collections.abc import Collection, Mapping
from typing import Final

from ...clients.enlighten.jobs import Job
from ...clients.enlighten.models import NORMAL
from . import status as words
from .charges import charges_of, of_devices, of_incident, of_panels
from .evidence import ALARM, GATEWAY, KEYS, Known, Reason, Verdict, Witness

# Open events are told of anew each day; one that was not is too old for the nightly week.
_EVENT_DOUBT_S: Final = 20 * 3_600.0


def judge(known: Known, now: float) -> Mapping[str, Verdict]:
    """Give the verdict on each of KEYS at a moment (unix s).

    On as long as one statement that is not too old says so. Off if the status, or for `alarm` the
    list of open alarms, is not too old either and nobody says otherwise. A statement that grew too
    old while it said that something is wrong leaves its key unknown, until it is made anew or the
    system is called normal: silence never clears.
    """
    charges = charges_of(known)
    verdicts = {key: _verdict(known, charges[key], now) for key in KEYS if key != ALARM}
    gateway = verdicts[GATEWAY]
    connected = None if gateway.on is None else not gateway.on
    verdicts[GATEWAY] = Verdict(connected, gateway.reasons, gateway.good_until)
    verdicts[ALARM] = _alarm(known, now)
    return verdicts


def doubts(known: Known, now: float) -> frozenset[Job]:
    """Name the jobs whose answer would settle a contradiction, to be asked for out of turn.

    Devices and panels are read weekly and nightly: when the status has changed since, and they
    spoke of a fault, they are asked once more. Open events older than the week that the nightly job
    reads are asked for once a day. Look after each summary that was answered:

        for job in doubts(known, now):
            schedule.hasten(system_id, job)
    """
    found: set[Job] = set()
    changed_at = known.status_since
    if changed_at is not None:
        if known.devices and known.devices.at < changed_at and any(of_devices(known.devices)):
            found.add(Job.DEVICES)
        if known.panels and known.panels.at < changed_at and any(of_panels(known, known.panels)):
            found.add(Job.PANELS)
    if _is_old(known.open_events_at, now) and any(
        _is_old(event.seen_at, now) for event in (known.events.standing if known.events else ())
    ):
        found.add(Job.OPEN_EVENTS)
    return frozenset(found)


def _is_old(at: float | None, now: float) -> bool:
    """Tell whether something should have been told anew since a time."""
    return at is None or now - at > _EVENT_DOUBT_S


def _verdict(known: Known, charges: Collection[Reason], now: float) -> Verdict:
    """Judge what is said against one part; `on` means that there is a problem."""
    alive = tuple(charge for charge in charges if now < charge.good_until)
    if alive:
        return Verdict(on=True, reasons=alive, good_until=max(each.good_until for each in alive))
    status = known.status
    if status is None or now >= status.good_until:
        return Verdict(on=None)
    is_well = words.word_of(status.said) == NORMAL
    if any(not is_well or charge.said_at > status.at for charge in charges):
        return Verdict(on=None)
    return Verdict(on=False, good_until=status.good_until)


def _alarm(known: Known, now: float) -> Verdict:
    """Judge whether an alarm is open."""
    if known.alarms is None:
        return Verdict(on=None)
    reasons = [of_incident(known, Witness.ALARM, each) for each in known.alarms.standing]
    alive = tuple(reason for reason in reasons if now < reason.good_until)
    if alive:
        return Verdict(on=True, reasons=alive, good_until=max(each.good_until for each in alive))
    good_until = known.alarms.looked_at + known.incidents_s
    if reasons or now >= good_until:
        return Verdict(on=None)
    return Verdict(on=False, good_until=good_until)
