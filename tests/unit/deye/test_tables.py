"""What every family's table must be, and which rows a unit of each has."""

from collections import Counter
from collections.abc import Mapping
import math
import re
from typing import NamedTuple

from hypothesis import given, strategies as st
import pytest

from custom_components.solar_monitor.clients.deye import (
    battery_packs,
    hybrid_1p,
    hybrid_3p,
    micro_inverter,
    shared,
    string_inverter,
)
from custom_components.solar_monitor.clients.deye.family import Family
from custom_components.solar_monitor.clients.deye.identity import Identity
from custom_components.solar_monitor.clients.deye.planner import MAX_COUNT, plan
from custom_components.solar_monitor.clients.deye.registers import Cadence, Kind, Register
from custom_components.solar_monitor.clients.deye.tables import TABLES, pv_power_keys
from tests.unit.deye.material import frozen_rows, identity_of, table_of

NUMERIC = {
    Kind.MEASUREMENT,
    Kind.ENERGY_DAILY,
    Kind.ENERGY_PERIOD,
    Kind.ENERGY_TOTAL,
    Kind.SETTING_NUMBER,
}
UNITLESS = re.compile(r"power_factor|pack\d+_cycles")


class Table(NamedTuple):
    """One module with a table of its own."""

    name: str
    registers: tuple[Register, ...]
    notes: Mapping[str, str]


MODULES = [
    Table("hybrid_1p", hybrid_1p.REGISTERS, hybrid_1p.NOTES),
    Table("hybrid_3p", hybrid_3p.REGISTERS, hybrid_3p.NOTES),
    Table("string", string_inverter.REGISTERS, string_inverter.NOTES),
    Table("micro", micro_inverter.REGISTERS, micro_inverter.NOTES),
]
ALL = [*MODULES, Table("packs", battery_packs.REGISTERS, battery_packs.NOTES)]
ROWS = [(table.name, register) for table in ALL for register in table.registers]

each_module = pytest.mark.parametrize("table", MODULES, ids=lambda table: table.name)
each_table = pytest.mark.parametrize("table", ALL, ids=lambda table: table.name)


@each_module
def test_every_value_that_public_clients_know_has_its_row(table: Table) -> None:
    rows = {(register.words, register.key) for register in table.registers if not register.derived}
    assert rows == frozen_rows(table.name)


@each_module
def test_every_value_is_offered_or_has_a_reason_not_to_be(table: Table) -> None:
    assert all(register.exposed is not bool(register.why_not) for register in table.registers)
    assert not any(register.default and register.why_not for register in table.registers)


@pytest.mark.parametrize("family", Family)
def test_keys_are_unique_snake_case(family: Family) -> None:
    keys = [register.key for register in TABLES[family]]
    assert all(re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", key) for key in keys)
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("family", Family)
def test_no_word_belongs_to_two_rows(family: Family) -> None:
    rows = [register for register in TABLES[family] if not register.derived]
    uses = Counter(word for register in rows for word in register.words)
    assert [word for word, count in uses.items() if count > 1] == []


@pytest.mark.parametrize("family", Family)
def test_what_is_derived_needs_no_further_word(family: Family) -> None:
    own = {word for register in TABLES[family] if not register.derived for word in register.words}
    derived = [register for register in TABLES[family] if register.derived]
    assert all(set(register.words) <= own for register in derived)


@pytest.mark.parametrize(
    "register", [row for _name, row in ROWS], ids=[f"{name}-{row.key}" for name, row in ROWS]
)
def test_a_row_is_sound(register: Register) -> None:
    assert math.isfinite(register.scale)
    assert register.scale > 0
    assert all(0 <= word <= 0xFFFF for word in register.words)
    assert not (register.options and register.bits)
    names = [name for name in (*register.options.values(), *register.bits.values()) if name]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names)
    if register.kind in NUMERIC and not UNITLESS.fullmatch(register.key):
        assert register.unit


def test_units_are_those_that_an_entity_can_have() -> None:
    units = {register.unit for _name, register in ROWS}
    assert units == {
        *(None, "W", "VA", "var", "V", "A", "Hz", "kWh", "kvarh", "°C", "%", "h", "s", "Ah")
    }


@each_table
def test_notes_belong_to_rows(table: Table) -> None:
    assert table.notes.keys() <= {register.name_key for register in table.registers}


def test_shared_notes_belong_to_rows() -> None:
    assert shared.NOTES.keys() <= {register.key for _name, register in ROWS}


@pytest.mark.parametrize("family", Family)
def test_no_setting_is_shown_unasked(family: Family) -> None:
    settings = [row for row in TABLES[family] if row.kind.startswith("setting")]
    assert settings
    assert not any(row.default or row.core for row in settings)


@pytest.mark.parametrize("family", Family)
def test_a_key_means_the_same_in_every_family(family: Family) -> None:
    """One name and one kind of entity: history and translations follow the key."""
    known = {register.key: register for register in TABLES[Family.HYBRID_1P]}
    for register in TABLES[family]:
        other = known.get(register.key)
        if other and not register.bits:
            assert (register.unit, bool(register.mask)) == (other.unit, bool(other.mask))


UNITS = [
    (identity_of(), ["59-108", "150-190"], 26),
    (identity_of(mppt_count=4), ["59-108", "150-190"], 28),
    (identity_of(family=Family.HYBRID_3P_LV, phase_count=3), ["500-558", "587-679"], 26),
    (
        identity_of(family=Family.HYBRID_3P_HV, phase_count=3, mppt_count=4, pack_count=2),
        ["500-558", "587-683"],
        34,
    ),
    # the high words of a large unit come with the low ones, in one answer
    (
        identity_of(50_000.0, family=Family.HYBRID_3P_HV, phase_count=3, mppt_count=4),
        ["500-558", "587-708"],
        28,
    ),
    (
        identity_of(80_000.0, family=Family.HYBRID_3P_HV, phase_count=3, mppt_count=8),
        ["500-558", "587-708", "727-730"],
        32,
    ),
    (identity_of(family=Family.STRING), ["59-112"], 11),
    (identity_of(family=Family.STRING, phase_count=3, mppt_count=4), ["59-116"], 15),
    (identity_of(600.0, family=Family.MICRO), ["59-112"], 12),
    (identity_of(300.0, family=Family.MICRO, mppt_count=1), ["59-110"], 9),
    (identity_of(2000.0, family=Family.MICRO, mppt_count=4), ["59-116"], 16),
]


@pytest.mark.parametrize(("identity", "blocks", "shown"), UNITS)
def test_a_unit_has_few_entities_by_default_and_needs_few_requests(
    identity: Identity, blocks: list[str], shown: int
) -> None:
    rows = table_of(identity).values()
    core = [register for register in rows if register.core]
    assert {register.cadence for register in core} == {Cadence.LIVE}
    assert [block.name for block in plan(core)] == blocks
    assert sum(register.default for register in rows) == shown
    assert all(block.count <= MAX_COUNT for block in plan(rows))


COUNTED = {"pv", "load", "grid_import", "grid_export", "battery_charge", "battery_discharge"}


@pytest.mark.parametrize(
    ("family", "quantities"),
    [
        (Family.HYBRID_1P, COUNTED),
        (Family.HYBRID_3P_LV, COUNTED),
        (Family.HYBRID_3P_HV, COUNTED),
        (Family.STRING, {"pv"}),
        (Family.MICRO, {"pv"}),
    ],
)
def test_what_guards_and_the_energy_dashboard_need_is_always_asked(
    family: Family, quantities: set[str]
) -> None:
    core = {register.key for register in TABLES[family] if register.core}
    assert {"running_state", "warning_bits", "fault_bits", "inverter_power"} <= core
    assert {f"{name}_energy_{span}" for name in quantities for span in ("today", "total")} <= core
    if "load" in quantities:
        assert {
            *("battery_soc", "battery_voltage", "battery_power"),
            *("grid_power", "external_ct_power", "load_power", "grid_l1_voltage"),
        } <= core


@pytest.mark.parametrize(
    ("family", "mppt_count", "keys"),
    [
        (Family.HYBRID_1P, 2, ("pv1_power", "pv2_power")),
        (Family.HYBRID_3P_HV, 5, tuple(f"pv{place}_power" for place in range(1, 6))),
        (Family.HYBRID_3P_HV, 12, tuple(f"pv{place}_power" for place in range(1, 9))),
        (Family.MICRO, 1, ("pv1_power",)),
        (Family.STRING, 4, tuple(f"pv{place}_power" for place in range(1, 5))),
        (Family.STRING, 5, ("dc_input_power",)),
    ],
)
def test_the_power_of_all_panels_is_the_sum_of_these(
    family: Family, mppt_count: int, keys: tuple[str, ...]
) -> None:
    identity = identity_of(family=family, mppt_count=mppt_count)
    assert pv_power_keys(family, identity) == keys
    assert all(table_of(identity)[key].core for key in keys)


@pytest.mark.parametrize("family", Family)
def test_the_power_of_panels_is_known_before_the_inverter_has_told_its_inputs(
    family: Family,
) -> None:
    assert pv_power_keys(family, None) == ("pv1_power", "pv2_power")


@given(
    st.sampled_from(Family),
    st.one_of(st.none(), st.floats(1, 200_000)),
    st.integers(1, 12),
    st.integers(1, 3),
    st.integers(0, 20),
)
def test_any_unit_has_sound_rows(
    family: Family, rated_power_w: float | None, mppt_count: int, phase_count: int, packs: int
) -> None:
    identity = identity_of(
        rated_power_w,
        family=family,
        mppt_count=mppt_count,
        phase_count=phase_count,
        pack_count=packs,
    )
    table = table_of(identity)
    assert all(key == register.key and register.scale > 0 for key, register in table.items())
    assert all(block.count <= MAX_COUNT for block in plan(table.values()))
