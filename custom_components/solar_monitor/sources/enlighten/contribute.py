"""What an Enphase account gives to the site: the production of its systems, and their problems.

The cloud answers every half hour at best, so its power is an estimate for the time between two
answers. Where it is asked a few times a day only, a sum would lack it for most of the day: then
something else has to tell of the panels, and of the account only the problems count.
"""

from collections.abc import Collection, Iterator, Mapping
import math
from typing import Any, Final

from ...logic.contribution import Contribution, Counter, Evidence, Subject
from ...logic.flows import AcArray, Reading
from ...logic.site_totals import Flow
from ..spec import Snapshot, Source, Times
from . import evidence, keys
from .entries import ID_PREFIX
from .source import EnlightenSource

GOOD_FOR_S: Final = 45 * 60.0

_NAMED: Final = frozenset({evidence.Witness.EVENT, evidence.Witness.ALARM})

_SUBJECTS: Final[Mapping[str, Subject]] = {
    evidence.GATEWAY: Subject.CONNECTION,
    evidence.MICROINVERTER: Subject.PANELS,
    evidence.PRODUCTION: Subject.PRODUCTION,
    evidence.METER: Subject.METER,
    evidence.BATTERY: Subject.BATTERY,
    evidence.ALARM: Subject.NOTICE,
}


def contribute(source: Source, snapshot: Snapshot, times: Times) -> Contribution:
    """Give what the cloud has told of all systems of an account."""
    del snapshot  # the books know when each figure was told
    if not isinstance(source, EnlightenSource):
        return Contribution(name="")
    arrays: list[AcArray] = []
    counters: dict[str, Mapping[Flow, Counter]] = {}
    told_better: dict[str, frozenset[str]] = {}
    notices: set[str] = set()
    said: list[Evidence] = []
    called: dict[str, str] = {}
    for system in source.systems:
        number, part = system.system_id, f"{ID_PREFIX}_{system.system_id}"
        book = source.book(number)
        look = source.look(number)
        if source.account.counts_power(number):
            power = _power(look.values, book.figures.power_at, times)
            arrays.append(AcArray(name=part, power=power))
            counters[part] = {Flow.PV: _counter(look.values, power, times)}
        elif number not in source.account.paused:
            notices.add(part)
        told_better[part] = frozenset(book.gateways or system.gateways)
        if system.name:
            called[part] = system.name
        said.extend(_evidence(look.values, look.until, part, times))
    return Contribution(
        name=source.site_name,
        arrays=tuple(arrays),
        counters=counters,
        told_better=told_better,
        notices=frozenset(notices),
        evidence=tuple(said),
        called=called,
    )


def _words(reasons: Collection[Mapping[str, Any]]) -> tuple[str, ...]:
    """Give what its events and alarms are called, and what they are about, each once.

    Without any, the words of a status have to do.
    """
    named = [each for each in reasons if each["witness"] in _NAMED] or reasons
    said = (str(word) for each in named for word in (each["says"], *each["serials"]))
    return tuple(dict.fromkeys(said))


def _power(values: Mapping[str, Any], at: float, times: Times) -> Reading:
    """Give the power of a system; while the sun is down nobody asks, and it is 0."""
    if times.is_night():
        return Reading(0.0, times.now, GOOD_FOR_S, estimated=True)
    return Reading(values.get(keys.POWER), at, GOOD_FOR_S, estimated=True)


def _counter(values: Mapping[str, Any], power: Reading, times: Times) -> Counter:
    """Give the energy of a system; it is as old as the power."""
    if power.fresh(times.now) is None:
        return Counter(None, estimated=True)
    return Counter(
        values.get(keys.ENERGY_TOTAL),
        today_kwh=values.get(keys.ENERGY_TODAY),
        estimated=True,
    )


def _evidence(
    values: Mapping[str, Any], until: Mapping[str, float], part: str, times: Times
) -> Iterator[Evidence]:
    """Say what the cloud has judged; until when that stands was judged with it."""
    for key, subject in _SUBJECTS.items():
        verdict: bool | None = values.get(key)
        if verdict is not None and subject is Subject.CONNECTION:
            verdict = not verdict
        reasons = values.get(keys.evidence_of(key)) or ()
        left_s = until.get(key, -math.inf) - times.now
        yield Evidence(
            subject=subject,
            holds=verdict,
            at=times.now,
            good_for_s=left_s,
            device=part,
            words=_words(reasons),
        )
