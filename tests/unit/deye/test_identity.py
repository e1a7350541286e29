from dataclasses import replace

from hypothesis import given, strategies as st
import pytest

from custom_components.solar_monitor.clients.deye.family import Family
from custom_components.solar_monitor.clients.deye.hybrid_1p import REGISTERS
from custom_components.solar_monitor.clients.deye.identity import (
    IDENTITY_BLOCK,
    Identity,
    applies,
    read_identity,
)
from custom_components.solar_monitor.clients.deye.tables import TABLES
from tests.unit.deye.material import BY_KEY, FIRST_ANSWER_WORDS, identity_of, recorded, words_of

RECORDED = dict(enumerate(FIRST_ANSWER_WORDS))


def test_a_recorded_inverter_is_recognised() -> None:
    expected = recorded("hybrid_detect_0103")["expected"]
    assert words_of(expected["registers"]) == RECORDED
    assert read_identity(Family.HYBRID_1P, RECORDED) == Identity(
        family=Family.HYBRID_1P,
        device_type=expected["device_type"],
        serial=expected["serial"],
        rated_power_w=expected["rated_power_w"],
        mppt_count=expected["mppt_count"],
        phase_count=expected["phase_count"],
        firmware="4388-0000-1516",
        protocol="2.1",
    )


@pytest.mark.parametrize(
    ("layout", "mppt_count", "phase_count"),
    [
        (0x0101, 1, 1),
        (0x0201, 2, 1),
        (0x0302, 3, 2),
        (0x0402, 4, 2),
        (0x0C01, 12, 1),
        # more than twelve inputs is junk, more than three phases are three
        (0x0D01, 2, 1),
        (0x020F, 2, 3),
        # not told
        (0x0000, 2, 1),
        (0x0002, 2, 1),
        (0x0100, 2, 1),
        (0x1001, 2, 1),
        (0x0200, 2, 1),
    ],
)
def test_inputs_and_phases_come_from_register_18(
    layout: int, mppt_count: int, phase_count: int
) -> None:
    identity = read_identity(Family.HYBRID_1P, RECORDED | {18: layout})
    assert (identity.mppt_count, identity.phase_count) == (mppt_count, phase_count)


@pytest.mark.parametrize(
    ("words", "watts"),
    [((0, 0), None), ((0xFFFF, 0xFFFF), None), ((0x3880, 1), 8000.0), ((0xD4C0, 1), 12000.0)],
)
def test_a_rated_power_of_nothing_is_unknown(words: tuple[int, int], watts: float | None) -> None:
    identity = read_identity(Family.HYBRID_1P, RECORDED | {16: words[0], 17: words[1]})
    assert identity.rated_power_w == watts


def test_what_an_inverter_does_not_tell_stays_open() -> None:
    bare = dict.fromkeys(range(23), 0) | {0: 3}
    assert read_identity(Family.HYBRID_1P, bare) == replace(
        identity_of(None), serial="", device_type=3
    )


@given(st.sampled_from(Family), st.lists(st.integers(0, 0xFFFF), min_size=23, max_size=23))
def test_any_words_give_an_identity(family: Family, words: list[int]) -> None:
    identity = read_identity(family, dict(zip(IDENTITY_BLOCK.addresses, words, strict=True)))
    assert 1 <= identity.mppt_count <= 12
    assert 1 <= identity.phase_count <= 3
    assert identity.rated_power_w is None or identity.rated_power_w > 0
    assert identity.serial.isprintable()


@pytest.mark.parametrize(
    ("key", "identity", "expected"),
    [
        ("pv1_power", identity_of(mppt_count=1), True),
        ("pv2_power", identity_of(mppt_count=1), False),
        ("pv2_power", identity_of(mppt_count=2), True),
        ("pv3_power", identity_of(mppt_count=2), False),
        ("pv3_power", identity_of(mppt_count=3), True),
        ("pv4_voltage", identity_of(mppt_count=3), False),
        ("pv4_voltage", identity_of(mppt_count=4), True),
        ("grid_l2_power", identity_of(phase_count=1), False),
        ("grid_l2_power", identity_of(phase_count=2), True),
        ("load_l2_current", identity_of(phase_count=3), True),
        ("battery_soc", identity_of(), True),
        # not identified yet: two inputs, one phase
        ("pv2_power", None, True),
        ("pv3_power", None, False),
        ("grid_l12_voltage", None, False),
    ],
)
def test_a_row_exists_only_with_its_input_and_phase(
    key: str,
    identity: Identity | None,
    expected: bool,  # noqa: FBT001  a table
) -> None:
    assert applies(BY_KEY[key], Family.HYBRID_1P, identity) is expected


def test_a_large_split_phase_unit_has_every_row() -> None:
    identity = identity_of(mppt_count=4, phase_count=2)
    assert all(applies(row, Family.HYBRID_1P, identity) for row in REGISTERS)


SG20KHP3 = RECORDED | {
    0: 0x0601,
    11: 0x1E08,
    12: 0,
    13: 0,
    14: 0x3002,
    15: 0x1098,
    16: 0x0804,
    17: 0x2001,
    18: 0xC048,
    19: 0,
    20: 0x0D40,
    21: 3,
    22: 0x0203,
}
"""A SUN-20K-SG01HP3 by its display: MAIN 3002-1098-1E08, HMI 2001-C048-0804 (davidrapan/ha-solarman
issue 782, evcc-io/evcc PR 23428)."""


def test_a_three_phase_hybrid_has_another_layout() -> None:
    assert read_identity(Family.HYBRID_3P_HV, SG20KHP3, pack_count=4) == Identity(
        family=Family.HYBRID_3P_HV,
        device_type=0x0601,
        serial="2502244848",
        rated_power_w=20_000.0,
        mppt_count=2,
        phase_count=3,
        firmware="3002-1098-1E08",
        protocol="2.1",
        pack_count=4,
    )


@pytest.mark.parametrize(
    ("family", "layout", "phase_count"),
    [
        (Family.HYBRID_3P_LV, 0x0203, 3),
        # newer firmware has other codes for three phases
        (Family.HYBRID_3P_LV, 0x0201, 3),
        (Family.HYBRID_3P_HV, 0x0402, 3),
        (Family.HYBRID_3P_HV, 0x0000, 3),
        (Family.STRING, 0x0401, 1),
        (Family.STRING, 0x0402, 3),
        (Family.STRING, 0x0403, 3),
        (Family.STRING, 0x0000, 3),
        (Family.HYBRID_1P, 0x0202, 2),
        (Family.HYBRID_1P, 0x0203, 3),
        (Family.MICRO, 0x0401, 1),
        (Family.MICRO, 0x0000, 1),
    ],
)
def test_phases_depend_on_the_family(family: Family, layout: int, phase_count: int) -> None:
    identity = read_identity(family, RECORDED | {18: layout, 22: layout})
    assert identity.phase_count == phase_count


@pytest.mark.parametrize(
    ("family", "key", "expected"),
    [
        (Family.STRING, "grid_l3_voltage", True),
        (Family.STRING, "pv3_power", False),
        (Family.HYBRID_3P_LV, "pv5_power", False),
        (Family.HYBRID_3P_LV, "pack1_soc", False),
        (Family.MICRO, "pv2_power", True),
    ],
)
def test_rows_of_a_unit_that_slept_at_set_up(
    family: Family,
    key: str,
    expected: bool,  # noqa: FBT001  a table
) -> None:
    row = next(register for register in TABLES[family] if register.key == key)
    assert applies(row, family, None) is expected


@pytest.mark.parametrize(("packs", "expected"), [(0, 0), (1, 1), (3, 3), (20, 20)])
def test_only_packs_that_are_told_have_rows(packs: int, expected: int) -> None:
    identity = identity_of(family=Family.HYBRID_3P_LV, pack_count=packs)
    rows = [row for row in TABLES[Family.HYBRID_3P_LV] if row.pack]
    numbers = {row.pack for row in rows if applies(row, Family.HYBRID_3P_LV, identity)}
    assert numbers == set(range(1, expected + 1))
