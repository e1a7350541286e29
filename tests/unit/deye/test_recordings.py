"""Words that real inverters sent, and what their owners read on the display."""

from typing import Any

import pytest

from custom_components.solar_monitor.clients.deye.decode import decode
from custom_components.solar_monitor.clients.deye.family import Family
from custom_components.solar_monitor.clients.deye.shared import TIME_OF_USE
from tests.unit.deye.material import (
    BY_KEY,
    identity_of,
    recorded,
    recordings,
    table_of,
    words_of,
)


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


# --- Three-phase hybrids --------------------------------------------------------------------------

LOW_VOLTAGE = table_of(identity_of(12_000.0, family=Family.HYBRID_3P_LV, phase_count=3))


def decoded(case: str) -> dict[str, Any]:
    """Return every value of a low-voltage hybrid whose words a recording has."""
    words = words_of(recorded(case)["expected"]["registers"])
    return {
        key: decode(row, words)
        for key, row in LOW_VOLTAGE.items()
        if all(address in words for address in row.needed)
    }


@pytest.mark.parametrize("case", ["sg04lp3_bms_soc21", "sg04lp3_energy", "modbus_tcp_3p_500_558"])
def test_the_recordings_of_three_phase_hybrids_are_decoded(case: str) -> None:
    """The values next to the words were decoded by other programs than ours."""
    expected = recorded(case)["expected"]["decoded"]
    values = decoded(case)
    plain = expected.keys() & values.keys() - {"running_state", "relay_bits"}
    assert {key: values[key] for key in plain} == {key: expected[key] for key in plain}
    assert len(plain) >= 6


def test_the_battery_of_a_three_phase_hybrid_obeys_physics() -> None:
    values = decoded("sg04lp3_bms_soc21")
    watts = values["battery_voltage"] * values["battery_current"]
    assert values["battery_power"] == pytest.approx(watts, abs=2)


@pytest.mark.parametrize(
    ("case", "relays"),
    [
        ("sg04lp3_energy", ("inverter", "grid", "generator")),
        ("modbus_tcp_3p_500_558", ("inverter", "grid")),
    ],
)
def test_the_relays_of_a_three_phase_hybrid_have_names(case: str, relays: tuple[str, ...]) -> None:
    values = decoded(case)
    assert values["relay_bits"] == relays
    assert values["grid_connected"] is ("grid" in relays)
    assert values["generator_relay"] is ("generator" in relays)
    assert values["inverter_on"] is True
    assert values["warning_bits"] == values["fault_bits"] == ()


def test_the_state_of_a_recorded_three_phase_hybrid_is_normal() -> None:
    assert decoded("modbus_tcp_3p_500_558")["running_state"] == "normal"


def test_the_time_of_use_of_a_three_phase_hybrid_is_decoded() -> None:
    expected = recorded("sg04lp3_tou")["expected"]["decoded"]
    values = decoded("sg04lp3_tou")
    slots = range(1, 7)
    assert values["time_of_use"] == tuple(TIME_OF_USE.values())
    assert [f"{values[f'slot{slot}_time']:%H:%M}" for slot in slots] == expected["slot_times"]
    assert [values[f"slot{slot}_power"] for slot in slots] == expected["slot_powers"]
    assert [values[f"slot{slot}_voltage"] for slot in slots] == expected["slot_voltages"]
    assert [values[f"slot{slot}_soc"] for slot in slots] == expected["slot_soc"]
    assert [values[f"slot{slot}_charge"] for slot in slots] == [()] * 6


@pytest.mark.parametrize("family", Family)
def test_every_recording_is_decoded_by_every_family(family: Family) -> None:
    """A wrong map shows nonsense, but never fails."""
    table = table_of(identity_of(family=family, mppt_count=8, phase_count=3, pack_count=20))
    for entry in recordings():
        registers = entry.get("registers") or entry["expected"]["registers"]
        words = words_of(registers)
        values = [decode(row, words) for row in table.values()]
        assert len(values) == len(table)
