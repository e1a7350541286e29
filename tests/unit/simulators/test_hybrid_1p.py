"""The registers of the simulated inverter fit the house and one another."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from hypothesis import given, settings, strategies as st
import pytest

from tests.simulators.face_hybrid_1p import HybridOnePhase
from tests.simulators.rows import Kind, Row
from tests.simulators.rows_hybrid_1p import DEFAULT_SETTINGS, MEASURED, SETTINGS
from tests.simulators.site import Clock, Plant, Site

MORNING = datetime(2026, 6, 21, 7, 0, 5, tzinfo=UTC)


@pytest.fixture
def inverter(site: Site) -> HybridOnePhase:
    return HybridOnePhase(site)


def test_no_register_belongs_to_two_rows() -> None:
    words = [word for row in MEASURED + SETTINGS for word in row.words]
    assert len(words) == len(set(words))
    assert {row.key for row in SETTINGS} == set(DEFAULT_SETTINGS)


@settings(max_examples=25)
@given(st.integers(0, 99_999), st.integers(0, 31_536_000), st.integers(0, 1), st.integers(1, 2))
def test_registers_agree_with_the_house_and_one_another(
    seed: int, second: int, grid: int, mode: int
) -> None:
    site = Site(seed, Clock(MORNING + timedelta(seconds=second)))
    site.grid_up = bool(grid)
    inverter = HybridOnePhase(site)
    inverter.write(244, [mode])
    shown = inverter.truth()
    number = {key: value for key, value in shown.items() if isinstance(value, int | float)}
    powers, energies = site.powers(), site.energies()

    assert number["load_power"] == number["inverter_power"] + number["grid_power"]
    assert number["battery_power"] == pytest.approx(
        number["battery_voltage"] * number["battery_current"], abs=1
    )
    assert number["pv1_power"] + number["pv2_power"] == number["pv_power"]
    assert number["pv_power"] == pytest.approx(powers.pv, abs=2)
    assert number["battery_power"] == pytest.approx(powers.battery, abs=1)
    assert number["external_ct_power"] == pytest.approx(powers.grid, abs=1)
    port = mode == 1
    assert number["grid_power"] == pytest.approx(powers.grid_port if port else powers.grid, abs=1)
    assert number["load_power"] == pytest.approx(powers.backup_load if port else powers.load, abs=1)
    assert number["battery_soc"] == number["bms_soc"] == round(site.soc())
    assert number["grid_connected"] == grid
    assert (number["grid_frequency"] > 49) == bool(grid)
    assert 0 <= energies.pv - number["pv_energy_total"] < 0.1001
    assert 0 <= energies.grid_import - number["grid_import_energy_total"] < 0.1001
    assert 46 < number["battery_voltage"] < 55


def test_the_import_counter_lies_around_the_frequency(inverter: HybridOnePhase) -> None:
    image = inverter.image()
    kwh = inverter.site.energies().grid_import
    assert kwh > 6553.5
    assert image[78] | image[80] << 16 == int(kwh * 10)
    assert 4900 < image[79] < 5100


def test_the_identity_is_that_of_a_single_phase_hybrid(inverter: HybridOnePhase) -> None:
    image = inverter.image()
    serial = b"".join(image[word].to_bytes(2, "big") for word in range(3, 8))
    assert serial == b"2207200001"
    assert (image[0], image[1], image[18]) == (3, 1, 0x0201)
    assert image[16] | image[17] << 16 == 80_000


def test_the_day_ends_at_the_inverters_own_midnight(inverter: HybridOnePhase) -> None:
    site = inverter.site
    tomorrow = site.place.midnight(site.clock.timestamp(), -1)
    site.clock.advance(tomorrow - site.clock.timestamp() - 60)
    evening = inverter.truth()["load_energy_today"]
    assert isinstance(evening, float)
    site.clock.advance(61)
    assert inverter.truth()["load_energy_today"] == 0
    inverter.clock_offset_s = -600
    assert inverter.truth()["load_energy_today"] == pytest.approx(evening, abs=0.2)


def test_the_clock_shows_local_time_and_can_be_set(inverter: HybridOnePhase) -> None:
    local = datetime(2026, 6, 21, 9, 0, 5)  # noqa: DTZ001  an inverter knows no zone
    assert inverter.truth()["clock"] == local
    assert inverter.write(22, [26 << 8 | 6, 21 << 8 | 10, 30 << 8 | 0])
    assert inverter.clock_offset_s == pytest.approx(5395)
    inverter.site.clock.advance(1)
    assert inverter.truth()["clock"] == local.replace(hour=10, minute=30, second=1)
    assert not inverter.write(22, [0, 0, 0])


def test_settings_are_kept_and_measurements_cannot_be_written(inverter: HybridOnePhase) -> None:
    assert inverter.write(268, [35, 36])
    shown = inverter.truth()
    assert (shown["slot1_soc"], shown["slot2_soc"]) == (35, 36)
    assert shown["slot2_time"] == time(5)
    assert not inverter.write(184, [50])
    assert not inverter.write(281, [1, 1])
    assert inverter.truth()["off_grid"] is False


def test_warnings_and_faults_show_in_the_running_state(inverter: HybridOnePhase) -> None:
    assert inverter.truth()["running_state"] == 2
    inverter.warning_bits = 1 << 31
    assert inverter.truth()["running_state"] == 3
    inverter.fault_bits = 1 << 63 | 1
    shown, image = inverter.truth(), inverter.image()
    assert shown["running_state"] == 4
    assert shown["fault_bits"] == 1 << 63 | 1
    assert (image[102], image[103], image[106]) == (0x8000, 1, 0x8000)


def test_an_overridden_register_is_the_truth(inverter: HybridOnePhase) -> None:
    inverter.overrides |= {184: 7, 182: 0, 183: 0xFFFF, 250: 9999, 22: 0}
    shown = inverter.truth()
    assert shown["battery_soc"] == 7
    assert shown["battery_temperature"] is None
    assert shown["battery_voltage"] is None
    assert shown["slot1_time"] is None
    assert shown["clock"] is None


def test_a_string_is_dark_at_night_but_its_input_is_not_dead() -> None:
    shown = HybridOnePhase(Site(1, Clock(MORNING + timedelta(hours=17)))).truth()
    assert (shown["pv1_power"], shown["pv1_current"], shown["pv1_voltage"]) == (0, 0.0, 2.5)


def test_a_dark_house_has_no_voltage() -> None:
    site = Site(1, Clock(MORNING + timedelta(hours=17)))
    site.set_soc(site.plant.battery.soc_min)
    site.grid_up = False
    shown = HybridOnePhase(site).truth()
    assert shown["load_l1_voltage"] == shown["load_frequency"] == shown["load_l1_current"] == 0


def test_only_known_registers_are_readable(inverter: HybridOnePhase) -> None:
    assert inverter.read(390, 10) == [0] * 10
    assert inverter.read(390, 11) is None


def test_counters_are_cut_off_and_measurements_rounded() -> None:
    assert Row("x", (1,), 0.1, kind=Kind.COUNTER).encode(0.29) == {1: 2}
    assert Row("x", (1,), 0.1).encode(0.29) == {1: 3}
    assert Row("x", (1, 2), signed=True).encode(-2) == {1: 0xFFFE, 2: 0xFFFF}


def test_absent_texts_and_versions_are_none() -> None:
    assert Row("x", (1,), kind=Kind.TEXT).decode({1: 0}) is None
    assert Row("x", (1,), kind=Kind.VERSION).decode({1: 0}) is None


def test_the_rated_power_follows_the_plant() -> None:
    plant = replace(Plant(), inverter=replace(Plant().inverter, rated_w=5000))
    site = Site(1, Clock(MORNING), plant=plant)
    assert HybridOnePhase(site).truth()["rated_power"] == 5000
