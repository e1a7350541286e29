"""The registers of the simulated three-phase hybrid fit the house and one another."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings, strategies as st
import pytest

from tests.simulators.face_hybrid_3p_lv import HybridThreePhaseLv
from tests.simulators.plant import plant_for
from tests.simulators.rows_hybrid_3p import DEFAULT_SETTINGS, MEASURED, SETTINGS, pack_rows
from tests.simulators.site import Clock, Site

NOON = datetime(2026, 6, 21, 10, 0, 5, tzinfo=UTC)
PHASES = (1, 2, 3)


def inverter_at(moment: datetime = NOON, seed: int = 1) -> HybridThreePhaseLv:
    return HybridThreePhaseLv(Site(seed, Clock(moment), plant=plant_for("hybrid_3p_lv")))


def numbers(inverter: HybridThreePhaseLv) -> dict[str, float]:
    shown = inverter.truth()
    return {key: value for key, value in shown.items() if isinstance(value, int | float)}


def test_no_register_belongs_to_two_rows() -> None:
    rows = (*MEASURED, *SETTINGS, *pack_rows(1), *pack_rows(2))
    words = [word for row in rows for word in row.words]
    assert len(words) == len(set(words))
    assert {row.key for row in SETTINGS} == set(DEFAULT_SETTINGS)


@settings(max_examples=25)
@given(st.integers(0, 99_999), st.integers(0, 31_536_000), st.integers(0, 1), st.integers(1, 2))
def test_registers_agree_with_the_house_and_one_another(
    seed: int, second: int, grid: int, mode: int
) -> None:
    inverter = inverter_at(NOON + timedelta(seconds=second), seed)
    site = inverter.site
    site.grid_up = bool(grid)
    inverter.write(142, [mode])
    number = numbers(inverter)
    powers, energies = site.powers(), site.energies()

    for place in ("l1_", "l2_", "l3_", ""):
        inverter_and_grid = number[f"inverter_{place}power"] + number[f"grid_{place}power"]
        assert number[f"load_{place}power"] == inverter_and_grid
    for name in ("load_l{}", "grid_l{}", "inverter_l{}", "ups_l{}", "external_ct{}"):
        parts = [number[f"{name.format(phase)}_power"] for phase in PHASES]
        assert sum(parts) == number[f"{name.format('').removesuffix('_l')}_power"]
    for phase in PHASES:
        volts, amps = (number[f"inverter_l{phase}_{what}"] for what in ("voltage", "current"))
        assert number[f"inverter_l{phase}_power"] == pytest.approx(volts * amps, abs=3)

    assert number["external_ct_power"] == pytest.approx(powers.grid, abs=1)
    assert number["internal_ct_power"] == pytest.approx(powers.grid_port, abs=2)
    port = mode == 1
    assert number["grid_power"] == pytest.approx(powers.grid_port if port else powers.grid, abs=1)
    assert number["load_power"] == pytest.approx(powers.backup_load if port else powers.load, abs=1)
    assert number["ups_power"] == pytest.approx(powers.backup_load, abs=1)
    assert number["battery_power"] == pytest.approx(
        number["battery_voltage"] * number["battery_current"], abs=1
    )
    assert number["pv_power"] == number["pv1_power"] + number["pv2_power"]
    assert number["pv_power"] == pytest.approx(powers.pv, abs=2)
    assert number["battery_soc"] == number["bms_soc"] == round(site.soc())
    assert number["relay_bits"] == (5 if grid else 1)
    assert (number["grid_frequency"] > 49) == bool(grid)
    assert 0 <= energies.pv - number["pv_energy_total"] < 0.1001
    assert 0 <= energies.grid_export - number["grid_export_energy_total"] < 0.1001


def test_the_identity_is_that_of_a_three_phase_hybrid() -> None:
    image = inverter_at().image()
    assert (image[0], image[1], image[22]) == (5, 1, 0x0203)
    assert image[20] | image[21] << 16 == 120_000
    assert inverter_at().truth()["control_board_version"] == "3002-1164-1E08"


def test_the_words_of_a_power_lie_far_apart() -> None:
    inverter = inverter_at()
    image, grid = inverter.image(), numbers(inverter)["grid_power"]
    assert grid < 0
    assert (image[625], image[690]) == (int(grid) & 0xFFFF, 0xFFFF)


def test_some_firmware_leaves_the_high_word_of_negative_powers_at_zero() -> None:
    plain, quirky = inverter_at(), inverter_at()
    quirky.high_words_zero = True
    changed = {
        word: value for word, value in quirky.image().items() if value != plain.image()[word]
    }
    assert {690, 708} <= changed.keys() <= set(range(656, 709))
    assert set(changed.values()) == {0}
    assert quirky.truth() == plain.truth()


def test_inputs_that_are_not_there_can_hold_junk() -> None:
    plain, quirky = inverter_at(), inverter_at()
    quirky.junk_inputs = True
    changed = {word for word, value in quirky.image().items() if value != plain.image()[word]}
    assert changed == {674, 675, *range(680, 684), *range(719, 731)}
    assert quirky.truth() == plain.truth()


def test_packs_share_the_battery() -> None:
    inverter = HybridThreePhaseLv(inverter_at().site, packs=2)
    shown, whole = inverter.truth(), numbers(inverter)
    assert inverter.read(10002, 1) == [2]
    assert shown["pack1_serial"] == "PACK20000101"
    assert whole["pack2_voltage"] == pytest.approx(whole["battery_voltage"], abs=0.06)
    assert whole["pack1_current"] == whole["pack2_current"]
    assert 2 * whole["pack1_current"] == pytest.approx(whole["battery_current"], abs=0.2)
    assert whole["pack1_capacity_ah"] == 300
    assert inverter.read(0x2730, 76) is not None
    assert inverter.read(0x2730, 77) is None


def test_older_firmware_refuses_to_tell_of_packs() -> None:
    inverter = inverter_at()
    assert inverter.read(990, 10) == [0] * 10
    assert inverter.read(990, 11) is None
    assert inverter.read(10002, 1) is None


def test_the_clock_and_settings_have_places_of_their_own() -> None:
    inverter = inverter_at()
    assert inverter.write(62, [26 << 8 | 6, 21 << 8 | 10, 30 << 8 | 0])
    assert inverter.truth()["clock"] == datetime(2026, 6, 21, 10, 30)  # noqa: DTZ001  an inverter knows no zone
    assert inverter.write(166, [35])
    assert inverter.truth()["slot1_soc"] == 35
    assert inverter.truth()["max_grid_export_power"] == 12_000
    assert not inverter.write(588, [50])
