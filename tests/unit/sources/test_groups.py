from typing import TYPE_CHECKING, cast

import pytest

from custom_components.solar_monitor.clients.deye.hybrid_1p import REGISTERS
from custom_components.solar_monitor.sources.deye.groups import GROUPS, group_of
from custom_components.solar_monitor.sources.deye.rows import every_row, rows
from custom_components.solar_monitor.sources.spec import Rows

if TYPE_CHECKING:
    from custom_components.solar_monitor.sources.spec import Source


@pytest.mark.parametrize(
    ("key", "group"),
    [
        ("pv1_voltage", "pv_details"),
        ("grid_l1_current", "grid_details"),
        ("external_ct1_power", "grid_details"),
        ("load_l1_power", "load_details"),
        ("inverter_frequency", "inverter_details"),
        ("bms_voltage", "battery_bms"),
        ("generator_voltage", "generator"),
        ("generator_charge_enabled", "settings"),
        ("grid_charge_current", "settings"),
        ("work_mode", "settings"),
        ("clock", "settings"),
        ("slot3_soc", "time_of_use"),
        ("time_of_use", "time_of_use"),
        ("battery_soc", None),
        ("inverter_serial", None),
        ("no_such_key", None),
    ],
)
def test_an_optional_value_belongs_to_a_topic(key: str, group: str | None) -> None:
    assert group_of(key) == group


def test_every_group_has_values_and_every_optional_value_a_group() -> None:
    optional = [row for row in REGISTERS if row.exposed and not row.default]
    assert {group_of(row.key) for row in optional} == set(GROUPS)


def test_another_kind_of_source_has_no_rows() -> None:
    assert rows(cast("Source", object())) == Rows()


def test_no_key_is_used_twice() -> None:
    table = every_row()
    keys = [row.key for row in (*table.sensors, *table.binary_sensors, *table.events)]
    assert len(keys) == len(set(keys))
