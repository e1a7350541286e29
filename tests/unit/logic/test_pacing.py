"""When to poll again."""

import pytest

from custom_components.solar_monitor.logic.pacing import Pacing


def after(pacing: Pacing, *, answered: bool, took_s: float) -> float:
    """Note a poll that is all there is to a round; give the time from its begin to the next."""
    pacing.note(answered=answered, took_s=took_s)
    return took_s + pacing.pause(busy_s=took_s)


def test_an_answered_poll_keeps_the_users_interval() -> None:
    pacing = Pacing(30)
    assert [after(pacing, answered=True, took_s=took) for took in (0.3, 1, 14)] == [30, 30, 30]
    assert not pacing.backing_off


def test_one_silent_poll_is_followed_at_the_usual_time() -> None:
    pacing = Pacing(30)
    assert after(pacing, answered=False, took_s=25) == 30
    assert not pacing.backing_off


def test_a_silent_device_is_left_more_and_more_alone_up_to_five_minutes() -> None:
    pacing = Pacing(30)
    pauses = [after(pacing, answered=False, took_s=10) - 10 for _ in range(30)]
    assert pauses[:9] == [20, 5, 10, 20, 40, 80, 160, 300, 300]
    assert set(pauses[9:]) == {300}
    assert pacing.backing_off


def test_a_device_that_may_only_restart_is_asked_more_often() -> None:
    pacing = Pacing(30, longest_retry_s=30)
    pauses = [after(pacing, answered=False, took_s=10) - 10 for _ in range(7)]
    assert pauses == [20, 5, 10, 20, 30, 30, 30]


def test_the_first_answer_ends_the_back_off() -> None:
    pacing = Pacing(30)
    for _ in range(5):
        pacing.note(answered=False, took_s=10)
    assert after(pacing, answered=True, took_s=1) == 30
    assert not pacing.backing_off
    assert after(pacing, answered=False, took_s=1) == 30


@pytest.mark.parametrize(("took", "interval"), [(14.9, 30), (15.0, 30), (15.1, 60), (29.0, 60)])
def test_a_poll_over_half_the_interval_doubles_it_until_it_is_fast_again(
    took: float, interval: float
) -> None:
    pacing = Pacing(30)
    assert after(pacing, answered=True, took_s=took) == interval
    assert pacing.effective_interval_s == interval
    assert after(pacing, answered=True, took_s=1) == 30


def test_slower_polls_in_between_make_no_device_slow() -> None:
    pacing = Pacing(30)
    pacing.note(answered=True, took_s=1)
    assert pacing.pause(busy_s=26) == 4
    assert pacing.effective_interval_s == 30


def test_a_round_longer_than_the_interval_is_followed_by_a_short_pause() -> None:
    pacing = Pacing(10)
    pacing.note(answered=True, took_s=20)
    assert pacing.pause(busy_s=45) == 1


@pytest.mark.parametrize(
    ("interval", "limit", "slow_limit"), [(10, 17, 27), (15, 22, 30), (30, 30, 30), (600, 30, 30)]
)
def test_a_poll_may_outlast_the_interval_a_little(
    interval: float, limit: float, slow_limit: float
) -> None:
    pacing = Pacing(interval)
    assert pacing.time_limit_s == limit
    pacing.note(answered=True, took_s=interval)
    assert pacing.time_limit_s == slow_limit
