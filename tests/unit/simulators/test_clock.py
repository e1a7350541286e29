from datetime import UTC, datetime, timedelta

import pytest

from tests.simulators.clock import Clock

START = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_a_stopped_clock_moves_only_by_hand() -> None:
    clock = Clock(START)
    assert clock.now() == START
    clock.advance(90)
    assert clock.now() == START + timedelta(seconds=90)
    assert not clock.running


def test_a_running_clock_goes_on_until_it_is_frozen() -> None:
    clock = Clock(START, running=True)
    first = clock.timestamp()
    while clock.timestamp() == first:
        pass
    assert clock.timestamp() > first
    clock.freeze()
    assert clock.timestamp() == clock.timestamp()
    clock.run()
    assert clock.running


def test_a_clock_starts_now_unless_told_otherwise() -> None:
    assert abs(Clock().now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_naive_start_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Clock(START.replace(tzinfo=None))


def test_the_clock_never_goes_back() -> None:
    with pytest.raises(ValueError, match="back"):
        Clock(START).advance(-1)
