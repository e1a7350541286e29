from typing import TYPE_CHECKING, cast

import pytest

from custom_components.solar_monitor.clients.deye.family import Family
from custom_components.solar_monitor.clients.deye.tables import TABLES
from custom_components.solar_monitor.sources.deye.groups import GROUPS, group_of, groups_of
from custom_components.solar_monitor.sources.deye.rows import every_row, rows
from custom_components.solar_monitor.sources.spec import Rows

if TYPE_CHECKING:
    from custom_components.solar_monitor.sources.spec import Source


HYBRID, THREE_PHASE, STRING, MICRO = (
    Family.HYBRID_1P,
    Family.HYBRID_3P_LV,
    Family.STRING,
    Family.MICRO,
)


@pytest.mark.parametrize(
    ("family", "key", "group"),
    [
        (HYBRID, "pv1_voltage", "pv_details"),
        (HYBRID, "grid_l1_current", "grid_details"),
        (HYBRID, "external_ct1_power", "grid_details"),
        (HYBRID, "load_l1_power", "load_details"),
        (HYBRID, "inverter_frequency", "inverter_details"),
        (HYBRID, "bms_voltage", "battery_bms"),
        (HYBRID, "generator_voltage", "generator"),
        (HYBRID, "generator_charge_enabled", "settings"),
        (HYBRID, "grid_charge_current", "settings"),
        (HYBRID, "work_mode", "settings"),
        (HYBRID, "clock", "settings"),
        (HYBRID, "slot3_soc", "time_of_use"),
        (HYBRID, "time_of_use", "time_of_use"),
        (HYBRID, "battery_soc", None),
        (HYBRID, "inverter_serial", None),
        (HYBRID, "no_such_key", None),
        (THREE_PHASE, "ups_l1_power", "load_details"),
        (THREE_PHASE, "pack2_voltage", "battery_packs"),
        (THREE_PHASE, "battery2_power", "battery_bms"),
        (THREE_PHASE, "battery_corrected_capacity", "battery_bms"),
        (THREE_PHASE, "battery_float_voltage", "settings"),
        (THREE_PHASE, "generator_power", "generator"),
        (STRING, "pv1_voltage", "pv_details"),
        (STRING, "grid_l1_current", "grid_details"),
        (STRING, "pv1_power", None),
        (STRING, "load_power", "load_details"),
        (STRING, "load_energy_today", "load_details"),
        (STRING, "pv_energy_today", None),
        (MICRO, "grid_current", "grid_details"),
        (MICRO, "pv1_energy_total", None),
        (MICRO, "pv1_energy_today", "pv_details"),
        (MICRO, "pv_energy_today", None),
        (MICRO, "active_power_limit", "settings"),
    ],
)
def test_an_optional_value_belongs_to_a_topic(family: Family, key: str, group: str | None) -> None:
    assert group_of(family, key) == group


@pytest.mark.parametrize("family", Family)
def test_every_optional_value_has_a_group(family: Family) -> None:
    optional = [row.key for row in TABLES[family] if row.exposed and not row.default]
    assert optional
    assert {group_of(family, key) for key in optional} <= set(GROUPS)


@pytest.mark.parametrize(
    ("family", "groups"),
    [
        (STRING, ["pv_details", "grid_details", "load_details", "inverter_details", "settings"]),
        (MICRO, ["pv_details", "grid_details", "settings"]),
        (THREE_PHASE, list(GROUPS)),
        (HYBRID, [group for group in GROUPS if group != "battery_packs"]),
    ],
)
def test_only_groups_that_a_family_has_are_offered(family: Family, groups: list[str]) -> None:
    assert groups_of(family) == groups


def test_every_group_has_values() -> None:
    found = {group_of(family, row.key) for family, table in TABLES.items() for row in table} - {
        None
    }
    assert found == set(GROUPS)


def test_another_kind_of_source_has_no_rows() -> None:
    assert rows(cast("Source", object())) == Rows()


def test_no_key_is_used_twice() -> None:
    table = every_row()
    keys = [row.key for row in (*table.sensors, *table.binary_sensors, *table.events)]
    assert len(keys) == len(set(keys))
