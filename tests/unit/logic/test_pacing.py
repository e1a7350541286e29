"""The pause between polls."""

import pytest

from custom_components.solar_monitor.logic.pacing import Pacing


def test_an_answered_poll_keeps_the_users_interval() -> None:
    pacing = Pacing(30)
    assert [pacing.after(answered=True, took_s=1) for _ in range(3)] == [30, 30, 30]
    assert not pacing.backing_off


def test_one_silent_poll_is_followed_at_the_usual_time() -> None:
    pacing = Pacing(30)
    assert pacing.after(answered=False, took_s=10) == 30
    assert not pacing.backing_off


def test_a_silent_device_is_left_more_and_more_alone_up_to_five_minutes() -> None:
    pacing = Pacing(30)
    pauses = [pacing.after(answered=False, took_s=10) for _ in range(30)]
    assert pauses[:9] == [30, 5, 10, 20, 40, 80, 160, 300, 300]
    assert set(pauses[9:]) == {300}
    assert pacing.backing_off


def test_the_first_answer_ends_the_back_off() -> None:
    pacing = Pacing(30)
    for _ in range(5):
        pacing.after(answered=False, took_s=10)
    assert pacing.after(answered=True, took_s=1) == 30
    assert not pacing.backing_off
    assert pacing.after(answered=False, took_s=1) == 30


@pytest.mark.parametrize(("took", "pause"), [(14.9, 30), (15.0, 30), (15.1, 60), (29.0, 60)])
def test_a_poll_over_half_the_interval_doubles_it_until_it_is_fast_again(
    took: float, pause: float
) -> None:
    pacing = Pacing(30)
    assert pacing.after(answered=True, took_s=took) == pause
    assert pacing.after(answered=True, took_s=1) == 30
