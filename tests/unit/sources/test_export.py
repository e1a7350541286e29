from typing import TYPE_CHECKING, cast

import pytest

from custom_components.solar_monitor.sources.deye.export import diagnostics, hex_lines, mask

if TYPE_CHECKING:
    from custom_components.solar_monitor.sources.spec import Source


@pytest.mark.parametrize(
    ("serial", "masked"), [("2207200001", "********01"), ("", ""), ("7", "7"), ("123", "*23")]
)
def test_a_serial_number_keeps_its_length_and_its_end(serial: str, masked: str) -> None:
    assert mask(serial) == masked


def test_words_are_printed_by_start_address_sixteen_to_a_line() -> None:
    words = {address: address for address in (*range(100, 120), 200, 202)}
    assert hex_lines(words) == {
        "100": " ".join(f"{address:04x}" for address in range(100, 116)),
        "116": "0074 0075 0076 0077",
        "200": "00c8",
        "202": "00ca",
    }


def test_hidden_words_are_left_out() -> None:
    assert hex_lines(dict.fromkeys(range(10), 0x3232), hidden=range(3, 8)) == {
        "0": "3232 3232 3232",
        "8": "3232 3232",
    }
    assert hex_lines({}) == {}


def test_another_kind_of_source_shows_nothing() -> None:
    assert diagnostics(cast("Source", object())) == {}
