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


@given(st.lists(st.integers(0, 0xFFFF), min_size=23, max_size=23))
def test_any_words_give_an_identity(words: list[int]) -> None:
    identity = read_identity(
        Family.HYBRID_1P, dict(zip(IDENTITY_BLOCK.addresses, words, strict=True))
    )
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
    assert applies(BY_KEY[key], identity) is expected


def test_a_large_split_phase_unit_has_every_row() -> None:
    assert all(applies(row, identity_of(mppt_count=4, phase_count=2)) for row in REGISTERS)
