from hypothesis import given, strategies as st
import pytest

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
    Factor.GRID: {167, 168, 169, 170, 171, 172},
    Factor.LOAD: {176, 177, 178},
    Factor.BATTERY_CURRENT: {191},
}


def candidate(identity: Identity | None) -> PowerScale:
    """Return what is proposed for a single-phase hybrid."""
    return family_candidate(Family.HYBRID_1P, identity)


def sample(**watts: int) -> dict[int, int]:
    """Return words of registers named r<address>, negative numbers as the wire has them."""
    return {int(name[1:]): value & 0xFFFF for name, value in watts.items()}


def factors(scale: PowerScale) -> tuple[float, float, float]:
    """Return the factors of grid, load and battery current."""
    return (
        scale.factors[Factor.GRID],
        scale.factors[Factor.LOAD],
        scale.factors[Factor.BATTERY_CURRENT],
    )


TENS = sample(r166=0, r169=100, r175=2000, r178=300)
UNITS = sample(r166=0, r169=1252, r175=2538, r178=3790)
GRID_ONLY = sample(r166=0, r169=-150, r175=3000, r178=1500)


@pytest.mark.parametrize(
    ("rated_power_w", "expected"),
    [
        (None, (1, 1, 1)),
        (8000.0, (1, 1, 1)),
        (11999.9, (1, 1, 1)),
        (12000.0, (10, 10, 1)),
        (15999.9, (10, 10, 1)),
        (16000.0, (10, 10, 10)),
    ],
)
def test_the_rated_power_proposes(
    rated_power_w: float | None, expected: tuple[int, int, int]
) -> None:
    assert factors(candidate(identity_of(rated_power_w))) == expected


def test_a_unit_nobody_has_identified_is_taken_for_a_small_one() -> None:
    assert factors(candidate(None)) == (1, 1, 1)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (TENS, (10, 10)),
        (UNITS, (1, 1)),
        (GRID_ONLY, (10, 1)),
        # exporting, and charging from the grid
        (sample(r166=0, r169=-400, r175=4500, r178=50), (10, 10)),
        (sample(r166=0, r169=2600, r175=-2000, r178=600), (1, 1)),
    ],
)
def test_a_sample_confirms_or_corrects(words: dict[int, int], expected: tuple[int, int]) -> None:
    scale = power_scale(candidate(identity_of(12000.0)), words)
    assert factors(scale)[:2] == expected


@pytest.mark.parametrize(
    "words",
    [
        {},
        sample(r166=0, r169=100, r175=2000),
        # all near nothing
        sample(r166=0, r169=0, r175=0, r178=0),
        sample(r166=0, r169=100, r175=499, r178=599),
        # the AUX port takes part in the balance
        sample(r166=51, r169=1252, r175=2538, r178=3790),
        # no grid power: its factor cannot be seen
        sample(r166=0, r169=0, r175=2000, r178=2000),
        # nothing fits
        sample(r166=0, r169=100, r175=2000, r178=900),
    ],
)
def test_a_sample_that_cannot_decide_keeps_the_candidate(words: dict[int, int]) -> None:
    scale = candidate(identity_of(12000.0))
    assert power_scale(scale, words) == scale


def test_the_recorded_dump_would_correct_a_wrong_candidate() -> None:
    words = words_of(recorded("dump_1p_zero_export_ct")["registers"])
    assert factors(power_scale(candidate(identity_of(16000.0)), words)) == (1, 1, 1)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (sample(r183=5258, r190=2184, r191=4155), 1),
        (sample(r183=5258, r190=2184, r191=415), 10),
        (sample(r183=5000, r190=-5000, r191=-1000), 10),
        # too little, missing, or fitting nothing: the candidate
        (sample(r183=5000, r190=499, r191=998), 10),
        (sample(r183=5000, r190=2000), 10),
        (sample(r183=0, r190=2000, r191=100), 10),
    ],
)
def test_power_is_voltage_times_current(words: dict[int, int], expected: int) -> None:
    scale = power_scale(candidate(identity_of(16000.0)), words)
    assert scale.factors[Factor.BATTERY_CURRENT] == expected


def test_no_sample_has_a_say_about_a_small_unit() -> None:
    scale = candidate(identity_of(8000.0))
    assert power_scale(scale, TENS) == scale
    assert scale.opinions == ()


def test_three_agreeing_samples_settle_it() -> None:
    scale = candidate(identity_of(12000.0))
    for _ in range(3):
        scale = power_scale(scale, UNITS)
    for _ in range(5):
        scale = power_scale(scale, TENS)
    assert factors(scale)[:2] == (1, 1)


def test_one_odd_sample_does_not_settle_it() -> None:
    scale = candidate(identity_of(12000.0))
    for words in (TENS, TENS, UNITS, TENS):
        scale = power_scale(scale, words)
    assert (scale.opinions[0].steps, scale.opinions[0].votes) == ((10, 10), 1)


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


@given(
    st.sampled_from([(1, 1), (10, 1), (10, 10)]),
    st.integers(-15000, 15000),
    st.integers(-15000, 15000),
)
def test_a_decision_never_contradicts_the_balance(
    steps: tuple[int, int], inverter: int, grid: int
) -> None:
    words = sample(
        r166=0,
        r169=round(grid / steps[0]),
        r175=inverter,
        r178=round((inverter + grid) / steps[1]),
    )
    scale = power_scale(candidate(identity_of(16000.0)), words)
    if scale.opinions[0].votes:
        grid_step, load_step, _ = factors(scale)
        signed = {address: word - (word >> 15 << 16) for address, word in words.items()}
        error = signed[178] * load_step - signed[169] * grid_step - inverter
        assert abs(error) <= abs(inverter) * 0.1


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
    """Return the factors of PV and battery power after one sample."""
    scale = power_scale(family_candidate(family, None), words)
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
    scale = power_scale(family_candidate(family, None), words)
    opinion = scale.opinions[0]
    if opinion.votes:
        assert opinion.steps == (step,)
    else:
        assert watts < 500
