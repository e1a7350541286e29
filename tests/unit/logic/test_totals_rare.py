"""Counters that are heard of rarely, and such that a second one vouches for."""

from typing import Final

from custom_components.solar_monitor.logic.totals import CounterGuard, CounterLimit, Verdict

HOURLY: Final = 3_600.0
NOON: Final = 1_782_043_200.0


def fed(limit: CounterLimit, *raws: float) -> list[Verdict]:
    """Give a guard that knows its counter at 1000 kWh one value an hour."""
    guard = CounterGuard(limit)
    return [
        guard.offer(raw, now=NOON + n * HOURLY, poll=n, awake=True)
        for n, raw in enumerate((1_000.0, *raws))
    ][1:]


def test_a_new_level_is_forgotten_between_reports_that_are_an_hour_apart() -> None:
    limit = CounterLimit(500.0, 0.001)
    assert fed(limit, *[3.0] * 9) == [Verdict.HELD_FALL] * 9


def test_it_is_believed_where_such_pauses_are_usual() -> None:
    limit = CounterLimit(500.0, 0.001, candidate_silence_s=4 * HOURLY)
    verdicts = fed(limit, 3.0, 3.2, 3.4, 3.6)
    assert verdicts[:2] == [Verdict.HELD_FALL] * 2
    assert verdicts[2:] == [Verdict.REBASED, Verdict.ACCEPTED]


def test_more_than_a_second_counter_allows_is_held_however_long_the_silence_was() -> None:
    guard = CounterGuard(CounterLimit(10_000.0, 0.001))
    guard.offer(1_000.0, now=NOON, poll=1, awake=True)
    ten_days = NOON + 10 * 86_400

    def offer(raw: float, most_kwh: float | None) -> Verdict:
        return guard.offer(raw, now=ten_days, poll=2, awake=True, most_kwh=most_kwh)

    assert offer(1_300.1, 300.0) is Verdict.HELD_JUMP
    assert offer(1_300.0, 300.0) is Verdict.ACCEPTED


def test_what_is_told_late_may_come_at_once() -> None:
    guard = CounterGuard(CounterLimit(4_000.0, 0.001, burst_kwh=4.0))
    raws = (1_000.0, 1_003.9, 1_007.8, 1_012.0)
    verdicts = [guard.offer(raw, now=NOON + n, poll=n, awake=True) for n, raw in enumerate(raws)]
    assert verdicts == [Verdict.ACCEPTED] * 3 + [Verdict.HELD_JUMP]
