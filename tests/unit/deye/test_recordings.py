"""Words that real inverters sent, and what their owners read on the display."""

from typing import Any

import pytest

from custom_components.solar_monitor.clients.deye.decode import decode
from tests.unit.deye.material import BY_KEY, recorded, words_of


@pytest.mark.parametrize(
    "key",
    [
        "grid_l1_voltage",
        "load_l1_voltage",
        "grid_l1_current",
        "external_ct1_current",
        "inverter_l1_current",
        "grid_l1_power",
        "grid_power",
        "external_ct_power",
        "inverter_power",
        "load_power",
        "battery_temperature",
        "battery_voltage",
        "battery_soc",
        "pv1_power",
        "pv2_power",
        "battery_power",
        "battery_current",
        "load_frequency",
        "grid_connected",
    ],
)
def test_the_dump_of_a_hybrid_is_decoded(key: str) -> None:
    dump = recorded("dump_1p_zero_export_ct")
    assert decode(BY_KEY[key], words_of(dump["registers"])) == dump["decoded"][key]


def test_the_dump_of_a_hybrid_obeys_physics() -> None:
    words = words_of(recorded("dump_1p_zero_export_ct")["registers"])
    value: dict[str, Any] = {key: decode(row, words) for key, row in BY_KEY.items()}
    assert value["load_power"] == value["inverter_power"] + value["grid_power"]
    watts = value["battery_voltage"] * value["battery_current"]
    assert value["battery_power"] == pytest.approx(watts, abs=1)


@pytest.mark.parametrize(
    "key",
    [
        "grid_frequency",
        "load_energy_today",
        "load_energy_total",
        "dc_temperature",
        "heatsink_temperature",
        "pv_energy_today",
        "pv_energy_total",
        "pv1_voltage",
        "pv2_voltage",
        "pv2_current",
    ],
)
def test_the_counters_of_a_hybrid_are_decoded(key: str) -> None:
    expected = recorded("hybrid_1p_4f_71")["expected"]
    words = words_of(expected["registers"])
    assert decode(BY_KEY[key], words) == expected["decoded"][key]


def test_the_text_of_a_recorded_answer_is_the_serial() -> None:
    expected = recorded("double_crc_string_serial")["expected"]
    words = words_of(expected["registers"])
    assert decode(BY_KEY["inverter_serial"], words) == expected["ascii"]
