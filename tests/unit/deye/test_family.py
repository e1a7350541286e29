from hypothesis import given, strategies as st
import pytest

from custom_components.solar_monitor.clients.deye.family import (
    Candidate,
    Family,
    Fit,
    candidates,
    check_block,
    judge,
)
from tests.unit.deye.material import recorded, words_of

ABSENT = 0xFFFF
LOW, HIGH = Family.HYBRID_3P_LV, Family.HYBRID_3P_HV


def live(family: Family, words: dict[int, int], *, rest: int = 0) -> dict[int, int]:
    """Return a family's check block with these words in it."""
    return dict.fromkeys(check_block(family).addresses, rest) | words


@pytest.mark.parametrize(
    ("device_type", "family"),
    [
        (0x0002, Family.STRING),
        (0x0003, Family.HYBRID_1P),
        (0x0300, Family.HYBRID_1P),
        (0x0103, Family.HYBRID_1P),
        (0x0004, Family.MICRO),
        (0x0400, Family.MICRO),
        (0x0005, LOW),
        (0x0500, LOW),
        (0x0006, HIGH),
        (0x0600, HIGH),
        (0x0007, HIGH),
        (0x0008, HIGH),
        (0x0601, HIGH),
        (0x0602, HIGH),
    ],
)
def test_the_device_type_names_the_family(device_type: int, family: Family) -> None:
    assert candidates(device_type) == (Candidate(family),)


@pytest.mark.parametrize("device_type", [0x0000, 0x0001, 0x0603, 0xFFFF])
def test_an_unknown_device_type_names_none(device_type: int) -> None:
    assert candidates(device_type) == ()


@pytest.mark.parametrize(
    ("device_type", "last"),
    [(0x0200, Candidate(Family.STRING)), (0x0104, Candidate(LOW, doubted=True))],
)
def test_types_on_which_projects_disagree_have_to_be_proved(
    device_type: int, last: Candidate
) -> None:
    first, *_others, final = candidates(device_type)
    assert first == Candidate(Family.HYBRID_1P, doubted=True)
    assert final == last


@pytest.mark.parametrize("doubted", [False, True])
@pytest.mark.parametrize(
    ("family", "words", "fit"),
    [
        # a battery, or the inverter's own frequency
        (Family.HYBRID_1P, {183: 5258, 184: 96}, Fit.FITS),
        (Family.HYBRID_1P, {183: 800, 184: 1}, Fit.FITS),
        (Family.HYBRID_1P, {183: 6500, 184: 100}, Fit.FITS),
        (Family.HYBRID_1P, {193: 5001}, Fit.FITS),
        (Family.HYBRID_1P, {183: ABSENT, 184: ABSENT, 193: 5001}, Fit.WRONG),
        (Family.HYBRID_1P, {183: 6501, 184: 50}, Fit.WRONG),
        (Family.HYBRID_1P, {183: ABSENT, 184: 50}, Fit.UNSURE),
        # no battery, no grid: neither for nor against it
        (Family.HYBRID_1P, {183: 1014}, Fit.UNSURE),
        (Family.HYBRID_1P, {}, Fit.ASLEEP),
        (LOW, {587: 5124, 588: 21}, Fit.FITS),
        (LOW, {609: 4998}, Fit.FITS),
        (LOW, {638: 6001}, Fit.FITS),
        (LOW, {609: 3999}, Fit.UNSURE),
        (LOW, {587: 6501, 588: 50, 609: 5000}, Fit.WRONG),
        (LOW, {587: ABSENT, 588: ABSENT, 609: 5000}, Fit.WRONG),
        (LOW, {}, Fit.ASLEEP),
        (HIGH, {587: 4021, 588: 21}, Fit.FITS),
        (HIGH, {587: 1200, 588: 100}, Fit.FITS),
        (HIGH, {587: 10001, 588: 50, 609: 5000}, Fit.WRONG),
        (HIGH, {}, Fit.ASLEEP),
        (Family.STRING, {79: 5001, 73: 2310}, Fit.FITS),
        (Family.STRING, {79: 5001, 73: 0}, Fit.UNSURE),
        (Family.STRING, {79: 0, 73: 2310}, Fit.UNSURE),
        (Family.STRING, {63: 1234}, Fit.UNSURE),
        (Family.STRING, {79: ABSENT, 73: ABSENT, 63: 1}, Fit.WRONG),
        (Family.STRING, {}, Fit.ASLEEP),
        (Family.MICRO, {79: 4999, 73: 2355}, Fit.FITS),
        (Family.MICRO, {79: ABSENT, 73: ABSENT}, Fit.WRONG),
        (Family.MICRO, {}, Fit.ASLEEP),
    ],
)
def test_live_registers_speak_for_or_against_a_family(
    family: Family,
    words: dict[int, int],
    fit: Fit,
    doubted: bool,  # noqa: FBT001  a table
) -> None:
    assert judge(Candidate(family, doubted), live(family, words)) is fit


@pytest.mark.parametrize("family", Family)
def test_registers_that_are_not_there_are_no_family(family: Family) -> None:
    assert judge(Candidate(family), live(family, {}, rest=ABSENT)) is Fit.WRONG


@pytest.mark.parametrize(
    ("family", "words"),
    [
        # 39 V and less with a charge: the battery of a high-voltage unit, read with the wrong scale
        (LOW, {587: 2999, 588: 50, 609: 5000}),
        (HIGH, {587: 599, 588: 50, 609: 5000}),
        (Family.HYBRID_1P, {183: 799, 184: 50, 193: 5000}),
    ],
)
def test_a_low_battery_voltage_speaks_only_against_a_doubted_family(
    family: Family, words: dict[int, int]
) -> None:
    assert judge(Candidate(family), live(family, words)) is Fit.FITS
    assert judge(Candidate(family, doubted=True), live(family, words)) is Fit.WRONG


DAY_TENS = {609: 5000, 587: 5200, 588: 50, 676: 6000, 677: 50, 672: 300}
DAY_UNITS = DAY_TENS | {672: 3000}
NIGHT_TENS = {609: 5000, 587: 5200, 588: 50, 590: 200, 636: 1900}
NIGHT_UNITS = NIGHT_TENS | {590: 2000}


@pytest.mark.parametrize("words", [DAY_TENS, NIGHT_TENS])
def test_tens_of_watts_prove_high_voltage(words: dict[int, int]) -> None:
    assert judge(Candidate(LOW, doubted=True), live(LOW, words)) is Fit.WRONG
    assert judge(Candidate(HIGH, doubted=True), live(HIGH, words)) is Fit.FITS
    assert judge(Candidate(LOW), live(LOW, words)) is Fit.FITS


@pytest.mark.parametrize("words", [DAY_UNITS, NIGHT_UNITS])
def test_watts_prove_low_voltage(words: dict[int, int]) -> None:
    assert judge(Candidate(HIGH, doubted=True), live(HIGH, words)) is Fit.WRONG
    assert judge(Candidate(LOW, doubted=True), live(LOW, words)) is Fit.FITS


def test_a_recorded_hybrid_fits_its_own_family_only() -> None:
    words = live(Family.HYBRID_1P, words_of(recorded("dump_1p_zero_export_ct")["registers"]))
    assert judge(Candidate(Family.HYBRID_1P, doubted=True), words) is Fit.FITS


def test_a_recorded_battery_of_a_three_phase_hybrid_fits() -> None:
    words = live(LOW, words_of(recorded("sg04lp3_bms_soc21")["expected"]["registers"]))
    assert judge(Candidate(LOW, doubted=True), words) is Fit.FITS


def test_settings_of_a_three_phase_hybrid_are_no_single_phase_one() -> None:
    """Its time-of-use slots lie where a single-phase hybrid has voltages and powers."""
    words = live(Family.HYBRID_1P, {})
    slots = words_of(recorded("sg04lp3_tou")["expected"]["registers"])
    words |= {address: word for address, word in slots.items() if address in words}
    assert judge(Candidate(Family.HYBRID_1P, doubted=True), words) is Fit.UNSURE


def test_a_single_phase_hybrid_is_no_string_inverter() -> None:
    """The mains frequency is at the same place, the voltage is not."""
    words = live(Family.STRING, {})
    counters = words_of(recorded("hybrid_1p_4f_71")["expected"]["registers"])
    words |= {address: word for address, word in counters.items() if address in words}
    assert judge(Candidate(Family.STRING, doubted=True), words) is Fit.UNSURE


@given(st.sampled_from(Family), st.booleans(), st.data())
def test_any_words_have_a_verdict(
    family: Family,
    doubted: bool,  # noqa: FBT001  a property
    data: st.DataObject,
) -> None:
    addresses = check_block(family).addresses
    words = data.draw(st.dictionaries(st.sampled_from(addresses), st.integers(0, 0xFFFF)))
    fit = judge(Candidate(family, doubted), live(family, words))
    assert (fit is Fit.ASLEEP) is (not any(words.values()))
    if fit is Fit.FITS and doubted:
        assert judge(Candidate(family), live(family, words)) is Fit.FITS
