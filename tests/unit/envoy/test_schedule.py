"""When an endpoint is asked again."""

import pytest

from custom_components.solar_monitor.clients.envoy.endpoints import ENDPOINTS, Block
from custom_components.solar_monitor.clients.envoy.schedule import REST_S, EndpointState, is_refusal
from custom_components.solar_monitor.clients.errors import (
    BadAnswerError,
    ClientError,
    HttpStatusError,
    NoAnswerError,
    TokenUncheckedError,
)


def state(block: Block = Block.READINGS) -> EndpointState:
    return EndpointState(ENDPOINTS[block])


def test_what_was_never_asked_is_due() -> None:
    assert state().due(0, 300)
    assert not state().healthy


def test_an_answer_is_good_until_its_interval_is_over_give_or_take() -> None:
    asked = state()
    asked.note_answer(1_000, 0.2)
    assert asked.healthy
    assert not asked.due(1_294, 300)
    assert asked.due(1_295, 300)


def test_the_pause_counts_from_the_begin_of_a_request() -> None:
    asked = state()
    asked.note_answer(1_010, 10)
    assert asked.due(1_295, 300)


def test_an_endpoint_takes_a_tenth_of_the_time_at_most() -> None:
    asked = state()
    asked.note_answer(1_000, 20)
    asked.note_answer(2_000, 22)
    assert asked.pause_s(30) == 200
    assert asked.pause_s(600) == 600


def test_a_single_slow_answer_changes_nothing() -> None:
    asked = state()
    asked.note_answer(1_000, 0.3)
    asked.note_answer(1_030, 20)
    assert asked.pause_s(30) == 30
    asked.note_answer(1_060, 20)
    assert asked.pause_s(30) == 200
    asked.note_answer(1_300, 0.3)
    assert asked.pause_s(30) == 30


def test_even_the_slowest_is_asked_every_quarter_of_an_hour() -> None:
    asked = state()
    asked.note_answer(1_000, 200)
    assert asked.pause_s(30) == 900
    asked.note_failure(2_000, 2_000, NoAnswerError())
    assert asked.pause_s(30) == 900


def test_a_quick_failure_is_tried_again_at_the_usual_pace() -> None:
    asked = state()
    asked.note_answer(1_000, 0.3)
    asked.note_failure(1_030, 0.1, HttpStatusError(status=503))
    assert not asked.healthy
    assert asked.answered_at == 1_000
    assert asked.pause_s(30) == 30


def test_a_failure_that_takes_long_is_tried_less_often() -> None:
    asked = state()
    asked.note_failure(1_000, 60, NoAnswerError())
    assert asked.pause_s(30) == 180
    assert not asked.resting


@pytest.mark.parametrize("status", [301, 401, 403, 404])
def test_what_is_not_there_rests_ever_longer_and_not_for_ever(status: int) -> None:
    asked = state()
    pauses = []
    for _ in range(9):
        asked.note_failure(1_000, 0.1, HttpStatusError(status=status))
        pauses.append(asked.pause_s(30))
    assert asked.resting
    assert pauses == [60, 120, 240, 480, 960, 1_920, REST_S, REST_S, REST_S]
    assert asked.pause_s(2 * REST_S) == 2 * REST_S
    assert not asked.due(1_000 + REST_S - 10, 30)
    assert asked.due(1_000 + REST_S, 30)
    asked.note_answer(5_000, 0.1)
    assert asked.pause_s(30) == 30


@pytest.mark.parametrize(
    "error",
    [
        HttpStatusError(status=503),
        NoAnswerError(),
        BadAnswerError(),
        # It is the page of the token that is not there, and only now.
        TokenUncheckedError(status=404),
    ],
)
def test_what_may_be_a_bad_moment_does_not_rest(error: ClientError) -> None:
    asked = state()
    asked.note_failure(1_000, 0.1, error)
    assert not asked.resting


def test_three_bad_answers_and_never_a_good_one_mean_that_it_is_not_there() -> None:
    asked = state()
    for _ in range(3):
        assert not asked.resting
        asked.note_failure(1_000, 0.1, BadAnswerError())
    assert asked.resting


@pytest.mark.parametrize("error", [HttpStatusError(status=404), BadAnswerError()])
def test_what_once_answered_never_rests(error: ClientError) -> None:
    asked = state()
    asked.note_answer(1_000, 0.1)
    for _ in range(5):
        asked.note_failure(1_030, 0.1, error)
    assert not asked.resting


def test_new_firmware_lets_everything_be_asked_again() -> None:
    asked = state()
    asked.note_failure(1_000, 0.1, HttpStatusError(status=404))
    asked.start_over()
    assert asked.due(1_001, 30)
    assert not asked.resting
    asked.note_answer(1_001, 0.1)
    asked.start_over()
    asked.note_failure(1_002, 0.1, HttpStatusError(status=404))
    assert asked.resting


def test_its_figures_are_for_diagnostics() -> None:
    asked = state()
    assert asked.figures(1_000)["last_took_s"] is None
    asked.note_answer(1_000, 0.1234)
    asked.note_failure(1_030, 0.2, NoAnswerError())
    assert asked.figures(1_060) == {
        "path": "/ivp/meters/readings",
        "tries": 2,
        "failures_in_a_row": 1,
        "last_took_s": 0.2,
        "answered_s_ago": 60,
        "error": "no_answer",
        "resting": False,
    }


def test_only_statuses_that_say_so_are_refusals() -> None:
    assert is_refusal(HttpStatusError(status=404))
    assert not is_refusal(HttpStatusError(status=503))
    assert not is_refusal(NoAnswerError())
