from datetime import datetime, time

from hypothesis import given, strategies as st
import pytest

from custom_components.solar_monitor.clients.deye import (
    battery_packs,
    hybrid_1p,
    hybrid_3p,
    micro_inverter,
    string_inverter,
)
from custom_components.solar_monitor.clients.deye.decode import Value, decode
from custom_components.solar_monitor.clients.deye.family import Family
from custom_components.solar_monitor.clients.deye.registers import Kind, Part, Register
from custom_components.solar_monitor.clients.deye.tables import TABLES
from tests.unit.deye.material import BY_KEY, identity_of, table_of

NUMBERS = [
    register
    for table in (
        hybrid_1p.REGISTERS,
        hybrid_3p.REGISTERS,
        battery_packs.pack_rows(1),
        string_inverter.REGISTERS,
        micro_inverter.REGISTERS,
    )
    for register in table
    if not register.options
    and not register.mask
    and not register.product
    and register.kind
    in {
        Kind.IDENTITY,
        Kind.MEASUREMENT,
        Kind.ENERGY_DAILY,
        Kind.ENERGY_PERIOD,
        Kind.ENERGY_TOTAL,
        Kind.SETTING_NUMBER,
    }
]
WORD = st.integers(0, 0xFFFF)


def read(key: str, *raw: int, **others: int) -> Value | None:
    """Decode the row of this key from its words, low word first."""
    register = BY_KEY[key]
    words = dict(zip(register.words, raw, strict=True))
    return decode(register, words | {int(name[1:]): word for name, word in others.items()})


@pytest.mark.parametrize(
    ("key", "raw", "value"),
    [
        # one word, unsigned
        ("battery_soc", (0,), 0),
        ("battery_soc", (100,), 100),
        ("pv1_power", (65534,), 65534),
        ("grid_l1_voltage", (2405,), 240.5),
        ("battery_voltage", (5258,), 52.58),
        ("grid_frequency", (4996,), 49.96),
        ("power_factor", (2000,), 2.0),
        # one word, signed
        ("grid_power", (1252,), 1252),
        ("grid_l1_power", (63518,), -2018),
        ("battery_power", (0xFFFF,), -1),
        ("battery_power", (0x8000,), -32768),
        ("battery_current", (0xFFFF,), -0.01),
        ("zero_export_power", (0xFFEC,), -20),
        # two words, low first
        ("load_energy_total", (4165, 0), 416.5),
        ("pv_energy_total", (0, 1), 6553.6),
        ("rated_power", (60000, 0), 6000.0),
        ("rated_power", (0x3880, 1), 8000.0),
        # two words that are not adjacent
        ("grid_import_energy_total", (1, 2), 13107.3),
        # two words, signed
        ("active_energy_total", (0xFFFF, 0xFFFF), -0.1),
        ("active_energy_total", (0xFFF6, 0xFFFF), -1.0),
        # temperatures
        ("dc_temperature", (1441,), 44.1),
        ("battery_temperature", (1250,), 25.0),
        ("battery_temperature", (1000,), 0.0),
        ("battery_temperature", (850,), -15.0),
    ],
)
def test_a_number_is_decoded(key: str, raw: tuple[int, ...], value: float) -> None:
    result = read(key, *raw)
    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    ("key", "raw"),
    [
        ("pv1_power", (0xFFFF,)),
        ("battery_soc", (0xFFFF,)),
        ("grid_l1_voltage", (0xFFFF,)),
        ("pv_energy_total", (0xFFFF, 0xFFFF)),
        ("fault_bits", (0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF)),
        ("bms_alarm", (0xFFFF,)),
        ("grid_connected", (0xFFFF,)),
        ("work_mode", (0xFFFF,)),
        ("slot1_time", (0xFFFF,)),
        # no sensor
        ("battery_temperature", (0,)),
        ("dc_temperature", (0xFFFF,)),
    ],
)
def test_what_an_inverter_does_not_have_is_none(key: str, raw: tuple[int, ...]) -> None:
    assert read(key, *raw) is None


def test_all_ones_in_one_of_two_words_is_a_value() -> None:
    assert read("pv_energy_total", 0xFFFF, 0) == 6553.5


@pytest.mark.parametrize(
    ("key", "raw", "value"),
    [
        ("running_state", 0, "standby"),
        ("running_state", 1, "self_test"),
        ("running_state", 2, "normal"),
        ("running_state", 3, "alarm"),
        ("running_state", 4, "fault"),
        ("running_state", 5, None),
        ("work_mode", 0, "selling_first"),
        ("work_mode", 1, "zero_export_to_load"),
        ("work_mode", 2, "zero_export_to_ct"),
        ("energy_pattern", 0, "battery_first"),
        ("energy_pattern", 1, "load_first"),
        ("battery_control_mode", 1, "lithium"),
        ("battery_operation_mode", 2, "no_battery"),
        # public sources disagree: the plain number
        ("aux_port_mode", 2, 2),
    ],
)
def test_an_option_has_a_name(key: str, raw: int, value: Value | None) -> None:
    assert read(key, raw) == value


@pytest.mark.parametrize(
    ("key", "raw", "value"),
    [
        ("grid_connected", 0, False),
        ("grid_connected", 1, True),
        ("grid_charge_enabled", 2, False),
        ("grid_charge_enabled", 3, True),
        ("solar_sell", 1, True),
        ("generator_relay", 17, False),
        ("generator_relay", 0x0100, True),
        ("inverter_power_switch", 2, False),
    ],
)
def test_a_switch_is_true_or_false(key: str, raw: int, value: bool) -> None:  # noqa: FBT001  a table
    assert read(key, raw) is value


@pytest.mark.parametrize(
    ("key", "raw", "active"),
    [
        ("bms_fault", (0,), ()),
        ("bms_fault", (0x8001,), ("bit_0", "bit_15")),
        ("warning_bits", (0, 0), ()),
        ("warning_bits", (2, 0x8000), ("warning_02_fan", "warning_32_parallel_communication")),
        ("fault_bits", (0x1000, 0, 0, 0), ("fault_13_working_mode_changed",)),
        ("fault_bits", (0, 0, 0, 0x8000), ("fault_64_heatsink_overheated",)),
        ("fault_bits", (1, 4, 0, 0), ("fault_01", "fault_19")),
        ("time_of_use", (3,), ("enabled", "mon")),
        ("slot1_charge", (0x47,), ("grid", "generator", "bit_2", "sell")),
        ("peak_shaving_bits", (0x0110,), ("generator_peak_shaving", "grid_peak_shaving")),
    ],
)
def test_bits_are_named_in_ascending_order(
    key: str, raw: tuple[int, ...], active: tuple[str, ...]
) -> None:
    assert read(key, *raw) == active


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (0, time(0, 0)),
        (200, time(2, 0)),
        (1730, time(17, 30)),
        (2359, time(23, 59)),
        (2400, None),
        (1260, None),
    ],
)
def test_a_slot_begins_at_hhmm(raw: int, value: time | None) -> None:
    assert read("slot1_time", raw) == value


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ((0x1A0B, 0x150D, 0x0A1E), datetime.fromisoformat("2026-11-21 13:10:30")),
        ((0x1802, 0x1D00, 0x0000), datetime.fromisoformat("2024-02-29 00:00:00")),
        ((0x1902, 0x1D00, 0x0000), None),
        ((0, 0, 0), None),
        ((0x1A0B, 0x1518, 0), None),
        ((0xFFFF, 0xFFFF, 0xFFFF), None),
    ],
)
def test_the_clock_is_a_local_time_or_nothing(raw: tuple[int, ...], value: datetime | None) -> None:
    assert read("clock", *raw) == value


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ((0x3231, 0x3036, 0x3233, 0x3432, 0x3538), "2106234258"),
        ((0x4142, 0x2020, 0x0000, 0x0000, 0x0000), "AB"),
        ((0x2041, 0x0042, 0x0700, 0x7F43, 0xE944), "ABCD"),
        ((0, 0, 0, 0, 0), None),
        ((0xFFFF,) * 5, None),
    ],
)
def test_text_keeps_what_can_be_read(raw: tuple[int, ...], value: str | None) -> None:
    assert read("inverter_serial", *raw) == value


@pytest.mark.parametrize(
    ("key", "raw", "value"),
    [
        ("control_board_version", (0x1516, 0, 0x4388), "4388-0000-1516"),
        ("communication_board_version", (0xC00B,), "C00B"),
        ("communication_board_version", (0,), None),
    ],
)
def test_a_version_is_hexadecimal_with_the_high_word_first(
    key: str, raw: tuple[int, ...], value: str | None
) -> None:
    assert read(key, *raw) == value


def test_a_value_with_a_missing_word_is_none() -> None:
    assert decode(BY_KEY["grid_import_energy_total"], {78: 1}) is None
    assert decode(BY_KEY["battery_soc"], {}) is None


@pytest.mark.parametrize(("aux_port_mode", "value"), [(0, 13.8), (1, None), (2, None)])
def test_the_generator_total_counts_only_while_the_port_is_a_generator(
    aux_port_mode: int, value: float | None
) -> None:
    assert read("generator_energy_total", 138, 0, _235=aux_port_mode) == value
    assert read("generator_energy_total", 138, 0) is None


@pytest.mark.parametrize(
    ("factor", "key", "raw", "value"),
    [
        (10, "grid_power", 0xFF9C, -1000),
        (10, "load_power", 301, 3010),
        (10, "battery_current", 4155, 415.5),
    ],
)
def test_a_large_unit_counts_in_larger_steps(factor: int, key: str, raw: int, value: float) -> None:
    register = BY_KEY[key].scaled(factor)
    result = decode(register, {register.words[0]: raw})
    assert result == value
    assert type(result) is type(value)


@given(st.sampled_from([row for table in TABLES.values() for row in table]), st.data())
def test_whatever_comes_in_a_value_or_nothing_comes_out(
    register: Register, data: st.DataObject
) -> None:
    words = data.draw(st.dictionaries(st.sampled_from(register.needed), WORD))
    value = decode(register, words)
    assert value is None or isinstance(value, bool | int | float | str | datetime | time | tuple)


@given(st.sampled_from(NUMBERS), st.data())
def test_a_number_survives_encoding_and_decoding(register: Register, data: st.DataObject) -> None:
    size = 16 * len(register.words)
    highest = (1 << size) - 2
    number = data.draw(
        st.integers(-(1 << (size - 1)), (1 << (size - 1)) - 1)
        if register.signed
        else st.integers(0, highest)
    )
    value = round(number * register.scale + register.offset, register.precision)
    words = {
        address: (number >> (16 * place)) & 0xFFFF for place, address in enumerate(register.words)
    }
    if register.gate:
        words[register.gate.address] = min(register.gate.values)
    absent = register.unit == "°C" and number == 0
    assert decode(register, words) == (None if absent else value)


# --- Other families -------------------------------------------------------------------------------

UNITS = {
    "lv": identity_of(12_000.0, family=Family.HYBRID_3P_LV, pack_count=2),
    "hv": identity_of(20_000.0, family=Family.HYBRID_3P_HV, firmware="3002-1095-1E08"),
    "hv_1098": identity_of(20_000.0, family=Family.HYBRID_3P_HV, firmware="3002-1098-1E08"),
    "hv_50": identity_of(50_000.0, family=Family.HYBRID_3P_HV),
    "string": identity_of(family=Family.STRING, mppt_count=4, phase_count=3),
    "micro": identity_of(2000.0, family=Family.MICRO, mppt_count=4),
}


def read_unit(unit: str, key: str, *raw: int) -> Value | None:
    """Decode the row of this key as a unit has it, from its words, low word first."""
    register = table_of(UNITS[unit])[key]
    return decode(register, dict(zip(register.words, raw, strict=True)))


@pytest.mark.parametrize(
    ("unit", "key", "raw", "value"),
    [
        ("lv", "battery_voltage", (5124,), 51.24),
        ("hv", "battery_voltage", (4021,), 402.1),
        ("lv", "battery_power", (721,), 721),
        ("hv", "battery_power", (0xFF9C,), -1000),
        ("lv", "battery_current", (1409,), 14.09),
        ("hv", "battery_current", (1409,), 14.09),
        ("lv", "pv1_power", (3000,), 3000),
        ("hv", "pv1_power", (300,), 3000),
        ("hv", "slot1_power", (1200,), 12_000),
        ("hv", "slot1_voltage", (4900,), 490.0),
        ("hv", "zero_export_power", (0xFFFE,), -20),
        ("lv", "bms_current", (0xFFF6,), -10),
        ("hv", "bms_current", (0xFFF6,), -1.0),
        ("hv", "max_grid_export_power", (800,), 8000),
        # energy: whole kWh from firmware 1098 on
        ("lv", "pv_energy_total", (365, 0), 36.5),
        ("hv", "pv_energy_total", (365, 0), 36.5),
        ("hv_1098", "pv_energy_total", (365, 0), 365),
        ("hv_1098", "pv_energy_today", (12,), 12),
        ("hv_1098", "active_energy_total", (10, 0), 1.0),
        # power of up to 32 kW: the low word is the value
        ("lv", "grid_power", (0xFFFB,), -5),
        ("hv", "grid_power", (0x8001,), -32767),
        ("hv_50", "grid_power", (0x8001, 0), 32769),
        ("hv_50", "grid_power", (0xFFFB, 0xFFFF), -5),
        # battery packs
        ("lv", "pack2_soc", (987,), 98.7),
        ("lv", "pack1_current", (0xFFF6,), -1.0),
        ("lv", "pack1_temperature", (1253,), 25.3),
        ("lv", "pack1_max_cell_voltage", (3345,), 3.345),
        ("lv", "pack1_cycles", (212,), 212),
        ("lv", "pack1_hardware_version", (0x0102,), "0102"),
        # string and micro
        ("string", "inverter_power", (0x86A0, 1), 10_000.0),
        ("string", "load_energy_today", (1234,), 12.34),
        ("string", "grid_power", (0xFFFB, 0xFFFF), -5),
        ("micro", "heatsink_temperature", (5470,), 44.7),
        ("micro", "heatsink_temperature", (999,), -0.01),
        ("micro", "heatsink_temperature", (0,), None),
        ("micro", "pv2_energy_total", (1234,), 123.4),
        # power is voltage x current
        ("micro", "pv1_power", (305, 62), 189),
        ("string", "pv4_power", (6003, 81), 4862),
        ("string", "pv1_power", (0, 0), 0),
        ("string", "pv1_power", (6003, 0xFFFF), None),
        ("string", "pv1_power", (0xFFFF, 81), None),
    ],
)
def test_a_number_of_another_family_is_decoded(
    unit: str, key: str, raw: tuple[int, ...], value: Value | None
) -> None:
    result = read_unit(unit, key, *raw)
    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    ("unit", "key", "raw", "active"),
    [
        # 10808 is what a real unit answers: bits 3 and 5 say that their neighbours count
        ("lv", "peak_shaving_bits", (10808,), ("grid_peak_shaving",)),
        ("lv", "peak_shaving_bits", (0b10101010,), ()),
        ("lv", "peak_shaving_bits", (0b1101,), ("micro_export_cutoff", "generator_peak_shaving")),
        ("micro", "fault_bits", (1, 0, 0, 0), ("fault_01_dc_overvoltage",)),
        ("micro", "fault_bits", (0, 1, 0, 0), ("fault_17",)),
        ("string", "fault_bits", (0x1000, 0, 0, 0), ("fault_13_working_mode_changed",)),
        ("lv", "pack1_alarm", (1, 0x8000), ("bit_0", "bit_31")),
    ],
)
def test_bits_of_another_family_have_names(
    unit: str, key: str, raw: tuple[int, ...], active: tuple[str, ...]
) -> None:
    assert read_unit(unit, key, *raw) == active


def test_the_number_of_a_pack_is_not_part_of_its_name() -> None:
    rows = table_of(UNITS["lv"])
    assert (rows["pack2_soc"].name_key, rows["pack2_soc"].part) == ("pack_soc", Part.PACK)
    assert (rows["battery_soc"].name_key, rows["battery_soc"].part) == (
        "battery_soc",
        Part.BATTERY,
    )
