"""Zeros after a wake-up."""

from custom_components.solar_monitor.logic.wakeup import WakeGuard, WakeVerdict

OK = WakeVerdict.OK
HELD = WakeVerdict.HELD
GIVEN_UP = WakeVerdict.GIVEN_UP


def test_a_real_sample_is_always_ok() -> None:
    guard = WakeGuard()
    assert [guard.offer(all_zero=False, at=at) for at in (0.0, 30.0)] == [OK, OK]


def test_zeros_before_any_real_sample_are_unknown_at_once() -> None:
    guard = WakeGuard()
    assert [guard.offer(all_zero=True, at=at) for at in (0.0, 30.0, 400.0)] == [GIVEN_UP] * 3
    assert guard.offer(all_zero=False, at=430.0) is OK


def test_zeros_hold_the_old_values_for_five_minutes() -> None:
    guard = WakeGuard()
    guard.offer(all_zero=False, at=0.0)
    ats = (820.1, 850.0, 1_120.0, 1_120.1, 1_150.0)
    verdicts = [guard.offer(all_zero=True, at=at) for at in ats]
    assert verdicts == [HELD, HELD, HELD, GIVEN_UP, GIVEN_UP]


def test_a_real_sample_starts_the_five_minutes_again() -> None:
    guard = WakeGuard()
    guard.offer(all_zero=False, at=0.0)
    assert guard.offer(all_zero=True, at=10.0) is HELD
    assert guard.offer(all_zero=False, at=200.0) is OK
    assert guard.offer(all_zero=True, at=400.0) is HELD
    assert guard.offer(all_zero=True, at=699.9) is HELD
    assert guard.offer(all_zero=True, at=700.0) is GIVEN_UP
    assert guard.offer(all_zero=False, at=710.0) is OK
    assert guard.offer(all_zero=True, at=720.0) is HELD


def test_the_time_to_hold_can_be_chosen() -> None:
    guard = WakeGuard(hold_s=60.0)
    guard.offer(all_zero=False, at=0.0)
    verdicts = [guard.offer(all_zero=True, at=at) for at in (30.0, 89.9, 90.0)]
    assert verdicts == [HELD, HELD, GIVEN_UP]
