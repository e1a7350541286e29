"""How registers become what entities say."""

import pytest

from tests.demo.truth import in_words
from tests.simulators.rows import Reading

QUIET: dict[str, Reading] = {"running_state": 2, "warning_bits": 0, "fault_bits": 0}


@pytest.mark.parametrize(
    ("state", "word"),
    [(0, "standby"), (2, "normal"), (3, "alarm"), (4, "fault"), (None, None), (9, None)],
)
def test_the_running_state_is_a_word(state: Reading, word: str | None) -> None:
    assert in_words({**QUIET, "running_state": state})["running_state"] == word


def test_without_bits_there_is_no_alarm() -> None:
    truth = in_words(QUIET)
    assert (truth["alarm"], truth["fault"], truth["active_alarms"]) == (False, False, "None")


@pytest.mark.parametrize(("bits", "key"), [("warning_bits", "alarm"), ("fault_bits", "fault")])
def test_the_words_for_bits_are_not_known_here(bits: str, key: str) -> None:
    truth = in_words({**QUIET, bits: 2})
    assert truth[key] is True
    assert "active_alarms" not in truth


@pytest.mark.parametrize(
    ("volts", "there"),
    [
        ({"grid_l1_voltage": 230.1}, True),
        ({"grid_l1_voltage": 0.0, "grid_l2_voltage": 12.5, "grid_l3_voltage": 231.0}, True),
        ({"grid_voltage": 229.9}, True),
        ({"grid_voltage": 89.9}, False),
        ({"grid_l1_voltage": None}, False),
    ],
)
def test_the_grid_is_there_when_any_phase_has_voltage(
    volts: dict[str, Reading], *, there: bool
) -> None:
    assert in_words({**QUIET, **volts})["grid_present"] is there


@pytest.mark.parametrize(("relays", "closed"), [(5, True), (1, False)])
def test_the_grid_relay_is_a_bit_of_a_three_phase_hybrid(relays: int, *, closed: bool) -> None:
    assert in_words({**QUIET, "relay_bits": relays})["grid_connected"] is closed


def test_a_relay_with_a_register_of_its_own_is_left_as_it_is() -> None:
    assert in_words({**QUIET, "grid_connected": 1})["grid_connected"] == 1
