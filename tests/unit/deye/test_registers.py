import pytest

from custom_components.solar_monitor.clients.deye import string_inverter
from custom_components.solar_monitor.clients.deye.family import Family
from custom_components.solar_monitor.clients.deye.hybrid_1p import REGISTERS
from custom_components.solar_monitor.clients.deye.identity import applies
from custom_components.solar_monitor.clients.deye.planner import MAX_COUNT, plan
from custom_components.solar_monitor.clients.deye.registers import (
    Cadence,
    Part,
    numbered,
)
from custom_components.solar_monitor.clients.deye.shared import FAULTS, WARNINGS
from tests.unit.deye.material import BY_KEY, identity_of


@pytest.mark.parametrize(
    ("cadence", "blocks"),
    [
        (Cadence.LIVE, ["59-116", "150-196", "235-235"]),
        (Cadence.SETTINGS, ["21-53", "200-323"]),
        (Cadence.IDENTITY, ["0-18"]),
    ],
)
def test_a_cadence_takes_these_requests(cadence: Cadence, blocks: list[str]) -> None:
    planned = plan(register for register in REGISTERS if register.cadence is cadence)
    assert [block.name for block in planned] == blocks
    assert all(block.count <= MAX_COUNT for block in planned)


def test_a_poll_of_core_values_takes_two_requests() -> None:
    core = [register for register in REGISTERS if register.core]
    assert {register.cadence for register in core} == {Cadence.LIVE}
    assert [block.name for block in plan(core)] == ["59-108", "150-190"]


def test_core_is_what_guards_and_the_site_need() -> None:
    core = {register.key for register in REGISTERS if register.core}
    assert core == {
        "running_state",
        "warning_bits",
        "fault_bits",
        "grid_l1_voltage",
        "grid_l2_voltage",
        "grid_power",
        "external_ct_power",
        "inverter_power",
        "load_power",
        "generator_power",
        "pv1_power",
        "pv2_power",
        "pv3_power",
        "pv4_power",
        "battery_power",
        "battery_voltage",
        "battery_soc",
        *(
            f"{name}_energy_{span}"
            for name in (
                "pv",
                "load",
                "grid_import",
                "grid_export",
                "battery_charge",
                "battery_discharge",
            )
            for span in ("today", "total")
        ),
    }


def test_a_family_of_four_gets_few_entities_by_default() -> None:
    shown = {
        register.key
        for register in REGISTERS
        if register.default and applies(register, Family.HYBRID_1P, identity_of())
    }
    assert shown == {
        "running_state",
        "warning_bits",
        "fault_bits",
        "grid_connected",
        "grid_frequency",
        "grid_l1_voltage",
        "load_l1_voltage",
        "dc_temperature",
        "heatsink_temperature",
        "pv1_power",
        "pv2_power",
        "grid_power",
        "external_ct_power",
        "inverter_power",
        "load_power",
        "battery_soc",
        "battery_power",
        "battery_voltage",
        "battery_current",
        "battery_temperature",
        "pv_energy_total",
        "load_energy_total",
        "grid_import_energy_total",
        "grid_export_energy_total",
        "battery_charge_energy_total",
        "battery_discharge_energy_total",
    }


def test_settings_are_shown_only_on_request() -> None:
    settings = [register for register in REGISTERS if register.kind.startswith("setting")]
    assert len(settings) == 71
    assert not any(register.default or register.core for register in settings)


def test_what_is_hidden_has_a_reason_and_what_is_shown_has_none() -> None:
    hidden = {register.key for register in REGISTERS if not register.exposed}
    assert {"inverter_power_switch", "chip_type", "pv_energy_year", "pv_energy_today"} <= hidden
    assert all(register.exposed is not bool(register.why_not) for register in REGISTERS)


@pytest.mark.parametrize(
    ("key", "part"),
    [
        ("battery_soc", Part.BATTERY),
        ("bms_voltage", Part.BATTERY),
        ("battery_charge_energy_total", Part.BATTERY),
        ("grid_power", Part.INVERTER),
    ],
)
def test_a_key_tells_the_device(key: str, part: Part) -> None:
    assert BY_KEY[key].part is part


@pytest.mark.parametrize(
    ("key", "precision"),
    [("battery_soc", 0), ("pv1_voltage", 1), ("battery_voltage", 2), ("power_factor", 3)],
)
def test_precision_follows_from_the_scale(key: str, precision: int) -> None:
    assert BY_KEY[key].precision == precision


def test_a_product_has_no_digits_after_the_point() -> None:
    row = next(register for register in string_inverter.REGISTERS if register.product)
    assert (row.scale, row.precision) == (0.01, 0)


def test_precision_of_a_tenfold_step_is_none() -> None:
    assert BY_KEY["grid_power"].scaled(10).precision == 0
    assert BY_KEY["battery_current"].scaled(10).precision == 1


def test_a_factor_of_one_leaves_the_row_alone() -> None:
    assert BY_KEY["grid_power"].scaled(1) is BY_KEY["grid_power"]


def test_bits_go_by_the_number_on_the_display() -> None:
    assert numbered("f", 3, {2: "fan"}) == {0: "f_01", 1: "f_02_fan", 2: "f_03"}
    assert len(FAULTS) == 64
    assert FAULTS[12] == "fault_13_working_mode_changed"
    assert FAULTS[63] == "fault_64_heatsink_overheated"
    assert len(WARNINGS) == 32
    assert [WARNINGS[bit] for bit in (1, 2, 3, 30, 31)] == [
        "warning_02_fan",
        "warning_03_grid_phase",
        "warning_04_meter_communication",
        "warning_31_battery_loss",
        "warning_32_parallel_communication",
    ]
