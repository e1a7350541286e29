from hypothesis import given, strategies as st
import pytest

from custom_components.solar_monitor.clients.deye.decode import decode
from custom_components.solar_monitor.clients.deye.family import Family
from custom_components.solar_monitor.clients.deye.identity import Identity
from custom_components.solar_monitor.clients.deye.registers import Factor
from custom_components.solar_monitor.clients.deye.scale import (
    PowerScale,
    candidate as family_candidate,
    power_scale,
)
from custom_components.solar_monitor.clients.deye.tables import scaled_table
from tests.unit.deye.material import identity_of, recorded, words_of

SCALED_KEYS = {
    Factor.GRID: {169, 172},
    Factor.GRID_PHASE: {167, 168, 170, 171},
    Factor.LOAD: {176, 177, 178},
    Factor.BATTERY_CURRENT: {191},
}
POWERS = frozenset({Factor.GRID, Factor.GRID_PHASE, Factor.LOAD})


def candidate(identity: Identity | None) -> PowerScale:
    """Return what is proposed for a single-phase hybrid."""
    return family_candidate(Family.HYBRID_1P, identity)


def sample(**watts: int) -> dict[int, int]:
    """Return words of registers named r<address>, negative numbers as the wire has them."""
    return {int(name[1:]): value & 0xFFFF for name, value in watts.items()}


def heard(scale: PowerScale, *samples: dict[int, int], times: int = 1) -> PowerScale:
    """Return the scale after samples, each of them so many times."""
    for words in samples:
        for _ in range(times):
            scale = power_scale(scale, words)
    return scale


def factors(scale: PowerScale) -> tuple[float, float, float]:
    """Return the factors of grid, load and battery current."""
    return (
        scale.factors[Factor.GRID],
        scale.factors[Factor.LOAD],
        scale.factors[Factor.BATTERY_CURRENT],
    )


TENS = sample(r166=0, r169=100, r170=100, r171=0, r172=100, r175=2000, r178=300)
UNITS = sample(r166=0, r169=1252, r170=1252, r171=0, r172=1252, r175=2538, r178=3790)
GRID_ONLY = sample(r166=0, r169=-150, r175=3000, r178=1500)
ISLAND = sample(r166=0, r169=0, r175=2000, r178=2000)
FROM_THE_GRID = sample(r166=0, r169=1200, r175=-40, r178=1160)


@pytest.mark.parametrize(
    ("rated_power_w", "expected", "doubted"),
    [
        (None, (1, 1, 1), frozenset()),
        (8000.0, (1, 1, 1), frozenset()),
        (11999.9, (1, 1, 1), frozenset()),
        (12000.0, (10, 10, 1), POWERS),
        (15999.9, (10, 10, 1), POWERS),
        (16000.0, (10, 10, 10), POWERS | {Factor.BATTERY_CURRENT}),
    ],
)
def test_the_rated_power_proposes(
    rated_power_w: float | None, expected: tuple[float, float, float], doubted: frozenset[Factor]
) -> None:
    scale = candidate(identity_of(rated_power_w))
    assert factors(scale) == expected
    assert scale.doubted == doubted
    assert scale.proven == {}


def test_a_unit_nobody_has_identified_is_taken_for_a_small_one() -> None:
    assert factors(candidate(None)) == (1, 1, 1)
    assert not candidate(None).doubted


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (TENS, {"grid": 10, "load": 10}),
        (UNITS, {"grid": 1, "load": 1}),
        (GRID_ONLY, {"grid": 10, "load": 1}),
        # charging from the grid
        (sample(r166=0, r169=2600, r175=-2000, r178=600), {"grid": 1, "load": 1}),
        # exporting; where the balance is not exact, the load is too small to say anything
        (sample(r166=0, r169=-400, r175=4500, r178=50), {"grid": 10, "load": 10}),
        (sample(r166=0, r169=-400, r175=4500, r178=55), {"grid": 10}),
        # without a grid, or one that does next to nothing
        (ISLAND, {"load": 1}),
        (sample(r166=0, r169=-3, r175=2000, r178=200), {"load": 10}),
    ],
)
def test_three_samples_prove_steps(words: dict[int, int], expected: dict[str, int]) -> None:
    before = candidate(identity_of(12000.0))
    assert heard(before, words, times=2).doubted == POWERS
    proven = heard(before, words, times=3)
    assert {key: proven.proven[key] for key in expected} == expected
    assert proven.doubted == POWERS - set(map(Factor, expected))


@pytest.mark.parametrize(
    "words",
    [
        {},
        sample(r166=0, r169=100, r175=2000),
        # all near nothing
        sample(r166=0, r169=0, r175=0, r178=0),
        sample(r166=0, r169=100, r175=499, r178=599),
        FROM_THE_GRID,
        # the AUX port takes part in the balance
        sample(r166=51, r169=1252, r175=2538, r178=3790),
        # nothing fits
        sample(r166=0, r169=100, r175=2000, r178=900),
    ],
)
def test_a_sample_that_cannot_decide_changes_nothing(words: dict[int, int]) -> None:
    scale = candidate(identity_of(12000.0))
    assert power_scale(scale, words) == scale


def test_ten_times_a_little_does_not_prove_what_is_missing_in_a_balance() -> None:
    words = sample(r166=0, r169=-8, r175=500, r178=430)
    assert heard(candidate(identity_of(12000.0)), words, times=5).proven == {"load": 1}


def test_the_load_once_known_proves_the_grid_while_the_inverter_rests() -> None:
    scale = heard(candidate(identity_of(12000.0)), FROM_THE_GRID, times=5)
    assert scale.proven == {}
    scale = heard(scale, ISLAND, FROM_THE_GRID, times=3)
    assert scale.proven == {"grid": 1, "load": 1}
    scale = heard(candidate(identity_of(12000.0)), GRID_ONLY, times=3)
    scale = PowerScale(scale.given, tuple(each for each in scale.opinions if each.proven))
    assert scale.proven == {"grid": 10, "load": 1}


def test_the_grid_once_known_proves_the_load_while_the_inverter_rests() -> None:
    before = family_candidate(Family.HYBRID_1P, identity_of(12000.0), {"grid": 10})
    words = sample(r166=0, r169=120, r175=-40, r178=1160)
    assert heard(before, words, times=3).proven == {"grid": 10, "load": 1}


def test_single_phases_are_proven_by_the_external_ct() -> None:
    before = candidate(identity_of(12000.0))
    proven = heard(before, TENS, times=6)
    assert proven.proven == {"grid": 10, "grid_phase": 10, "load": 10}
    # sunsynk: 169 and 172 alone
    apart = TENS | sample(r170=900, r171=100)
    assert heard(before, apart, times=6).proven["grid_phase"] == 1
    assert "grid_phase" not in heard(before, GRID_ONLY, times=6).proven


def test_the_recorded_dump_would_correct_a_wrong_candidate() -> None:
    words = words_of(recorded("dump_1p_zero_export_ct")["registers"])
    scale = heard(candidate(identity_of(16000.0)), words, times=6)
    assert factors(scale) == (1, 1, 1)
    assert not scale.doubted


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (sample(r183=5258, r190=2184, r191=4155), 1),
        (sample(r183=5258, r190=2184, r191=415), 10),
        (sample(r183=5000, r190=-5000, r191=-1000), 10),
        # too little, missing, or fitting nothing
        (sample(r183=5000, r190=499, r191=998), None),
        (sample(r183=5000, r190=2000), None),
        (sample(r183=0, r190=2000, r191=100), None),
    ],
)
def test_power_is_voltage_times_current(words: dict[int, int], expected: int | None) -> None:
    scale = heard(candidate(identity_of(16000.0)), words, times=3)
    assert scale.proven.get("battery_current") == expected


def test_no_sample_has_a_say_about_a_small_unit() -> None:
    scale = candidate(identity_of(8000.0))
    assert power_scale(scale, TENS) == scale
    assert scale.opinions == ()


def test_what_is_taken_for_granted_is_doubted_while_a_sample_speaks_against_it() -> None:
    before = candidate(None)
    doubted = heard(before, TENS)
    assert doubted.doubted == {Factor.GRID, Factor.LOAD}
    assert not heard(doubted, UNITS).doubted
    assert factors(heard(doubted, TENS, times=2)) == (10, 10, 1)


def test_an_odd_sample_in_between_begins_anew() -> None:
    scale = heard(candidate(identity_of(12000.0)), TENS, TENS, UNITS, TENS)
    assert scale.proven == {}
    assert (scale.opinions[0].heard, scale.opinions[0].votes) == (10, 1)


def test_what_is_proven_holds_until_ten_samples_in_a_row_prove_something_else() -> None:
    scale = heard(candidate(identity_of(12000.0)), UNITS, times=3)
    for _ in range(3):
        scale = heard(scale, TENS, times=9)
        assert factors(scale)[:2] == (1, 1)
        assert not {Factor.GRID, Factor.LOAD} & scale.doubted
        scale = heard(scale, UNITS)
    scale = heard(scale, TENS, times=10)
    assert factors(scale)[:2] == (10, 10)


def test_what_is_proven_can_be_remembered() -> None:
    identity = identity_of(16000.0)
    scale = heard(candidate(identity), UNITS, times=6)
    again = family_candidate(Family.HYBRID_1P, identity, scale.proven)
    assert again.proven == scale.proven == {"grid": 1, "grid_phase": 1, "load": 1}
    assert again.doubted == {Factor.BATTERY_CURRENT}
    # a memory that nobody can have written
    damaged = {"grid": 7, "load": "10", "battery_current": None}
    assert family_candidate(Family.HYBRID_1P, identity, damaged) == candidate(identity)


@given(
    st.sampled_from([(1, 1), (10, 1), (10, 10)]),
    st.lists(st.tuples(st.integers(-15000, 15000), st.integers(-15000, 15000)), max_size=8),
    st.integers(1, 12),
)
def test_nothing_is_ever_shown_tenfold(
    steps: tuple[int, int], flows: list[tuple[int, int]], times: int
) -> None:
    scale = candidate(identity_of(12000.0))
    for inverter, grid in flows:
        grid_words = round(grid / steps[0])
        words = sample(
            r166=0,
            r169=grid_words,
            r175=inverter,
            r178=round((inverter + grid_words * steps[0]) / steps[1]),
        )
        for _ in range(times):
            scale = power_scale(scale, words)
            table = scaled_table(
                Family.HYBRID_1P, identity_of(12000.0), scale.factors, scale.doubted
            )
            for key, word, step in (("grid_power", 169, steps[0]), ("load_power", 178, steps[1])):
                raw = words[word] - (words[word] >> 15 << 16)
                assert decode(table[key], words) in (None, raw * step), key


@pytest.mark.parametrize(("factor", "addresses"), SCALED_KEYS.items())
def test_only_these_registers_are_scaled(factor: Factor, addresses: set[int]) -> None:
    plain: dict[Factor, float] = dict.fromkeys(Factor, 1)
    identity = identity_of(16000.0, mppt_count=4, phase_count=2)
    before = scaled_table(Family.HYBRID_1P, identity, plain)
    after = scaled_table(Family.HYBRID_1P, identity, plain | {factor: 10})
    changed = {row.words[0] for key, row in after.items() if row != before[key]}
    assert changed == addresses
    assert all(
        row.scale == pytest.approx(before[key].scale * (10 if row.words[0] in addresses else 1))
        for key, row in after.items()
    )


# --- Three phases ---------------------------------------------------------------------------------

LOW, HIGH = Family.HYBRID_3P_LV, Family.HYBRID_3P_HV
HIGH_ONLY = {
    Factor.BATTERY_VOLTAGE: 10,
    Factor.BATTERY_POWER: 10,
    Factor.PV_POWER: 10,
    Factor.SETTING_POWER: 10,
    Factor.BMS_CURRENT: 0.1,
}


def changed(family: Family, firmware: str | None = None) -> dict[Factor, float]:
    """Return the factors that are proposed and are not 1."""
    identity = identity_of(20_000.0, family=family, firmware=firmware)
    proposed = family_candidate(family, identity).factors
    assert proposed.keys() == set(Factor)
    return {factor: step for factor, step in proposed.items() if step != 1}


@pytest.mark.parametrize("family", [LOW, Family.STRING, Family.MICRO])
def test_families_that_count_as_their_table_says(family: Family) -> None:
    """Firmware 1098 is one of high-voltage units (evcc-io/evcc PR 31543)."""
    assert changed(family, "2005-1121-1807") == {}
    assert family_candidate(family, None).factors == dict.fromkeys(Factor, 1)


@pytest.mark.parametrize(
    ("firmware", "energy"),
    [
        (None, {}),
        ("3002-1095-1E08", {}),
        ("3002-1097-1E08", {}),
        ("3002-1098-1E08", {Factor.ENERGY: 10}),
        ("3002-1122-1E08", {Factor.ENERGY: 10}),
        ("3002-FFFF-1E08", {}),
        ("3002", {}),
    ],
)
def test_high_voltage_counts_in_larger_steps(
    firmware: str | None, energy: dict[Factor, float]
) -> None:
    assert changed(HIGH, firmware) == HIGH_ONLY | energy


def test_a_family_nobody_knows_is_not_scaled() -> None:
    assert family_candidate(None, None).factors == dict.fromkeys(Factor, 1)


def steps(family: Family, words: dict[int, int]) -> tuple[float, float]:
    """Return the factors of PV and battery power after some samples."""
    before = family_candidate(family, None)
    scale = heard(before, words, times=3)
    first = heard(before, words)
    changed = {factor for factor in Factor if before.factors[factor] != scale.factors[factor]}
    assert first.doubted == changed
    return scale.factors[Factor.PV_POWER], scale.factors[Factor.BATTERY_POWER]


@pytest.mark.parametrize(
    ("words", "low", "high"),
    [
        # 600 V x 5 A
        (sample(r672=3000, r676=6000, r677=50), (1, 1), (1, 10)),
        (sample(r672=300, r676=6000, r677=50), (10, 1), (10, 10)),
        # all inputs together
        (
            sample(r672=40, r676=4000, r677=10, r673=60, r678=5000, r679=12),
            (10, 1),
            (10, 10),
        ),
        # too little, incomplete or fitting nothing
        (sample(r672=30, r676=4000, r677=8), (1, 1), (10, 10)),
        (sample(r672=300, r676=6000), (1, 1), (10, 10)),
        (sample(r672=900, r676=6000, r677=50), (1, 1), (10, 10)),
        # the recorded battery, and 402.1 V x 25 A
        (sample(r587=5124, r590=721, r591=1409), (1, 1), (10, 10)),
        (sample(r587=4021, r590=1005, r591=2500), (1, 1), (10, 10)),
        # a power in W, and one in tens of W
        (sample(r587=4021, r590=-10050, r591=-2500), (1, 1), (10, 1)),
        (sample(r587=5000, r590=-125, r591=-2500), (1, 10), (10, 10)),
        (sample(r587=4021, r591=-2500), (1, 1), (10, 10)),
    ],
)
def test_power_of_a_three_phase_hybrid_is_voltage_times_current(
    words: dict[int, int], low: tuple[float, float], high: tuple[float, float]
) -> None:
    assert steps(LOW, words) == low
    assert steps(HIGH, words) == high


@given(
    st.sampled_from([1, 10]),
    st.sampled_from([LOW, HIGH]),
    st.integers(1000, 9000),
    st.integers(1, 400),
)
def test_any_sample_of_the_panels_is_understood(
    step: int, family: Family, volts: int, amps: int
) -> None:
    watts = volts * amps / 100
    words = {672: round(watts / step), 676: volts, 677: amps}
    scale = heard(family_candidate(family, None), words, times=3)
    if scale.proven:
        assert scale.proven == {"pv_power": step}
    else:
        assert watts < 500
