"""String and micro-inverters follow the sun: they work, sleep and wake."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings, strategies as st
import pytest

from tests.simulators.face import Face, Presence
from tests.simulators.face_gridtied import Asleep
from tests.simulators.face_micro import MicroInverter
from tests.simulators.face_string import StringInverter
from tests.simulators.faults import Fault
from tests.simulators.logger import LoggerSimulator
from tests.simulators.plant import MICRO_ARRAYS, STRING_ARRAYS, Plant, plant_for
from tests.simulators.rows import Row
from tests.simulators.rows_micro import MEASURED as MICRO_ROWS
from tests.simulators.rows_string import MEASURED as STRING_ROWS, METER
from tests.simulators.site import Clock, Site, Wake
from tests.simulators.v5sim import HEARTBEAT, build

from .wire import Wire, connected

MIDNIGHT = datetime(2026, 6, 20, 22, 0, tzinfo=UTC)
NOON = MIDNIGHT + timedelta(hours=12)
EVENING = MIDNIGHT + timedelta(hours=23)
FACES: dict[str, type[StringInverter | MicroInverter]] = {
    "string": StringInverter,
    "micro": MicroInverter,
}
families = pytest.mark.parametrize("family", list(FACES))


def site_at(moment: datetime, family: str = "string", seed: int = 1) -> Site:
    return Site(seed, Clock(moment), plant=plant_for(family))


def until(site: Site, wake: Wake) -> None:
    """Move the clock to the moment at which the inverter changes to a state."""
    while site.conditions().wake is not wake:
        site.clock.advance(10)


def numbers(inverter: Face) -> dict[str, float]:
    shown = inverter.truth()
    return {key: value for key, value in shown.items() if isinstance(value, int | float)}


@pytest.mark.parametrize("rows", [(*STRING_ROWS, *METER), MICRO_ROWS])
def test_no_register_belongs_to_two_rows(rows: tuple[Row, ...]) -> None:
    words = [word for row in rows for word in row.words]
    assert len(words) == len(set(words))


@settings(max_examples=25)
@given(
    st.sampled_from(sorted(FACES)),
    st.integers(0, 99_999),
    st.integers(0, 31_536_000),
    st.integers(0, 1),
)
def test_registers_agree_with_the_house_and_one_another(
    family: str, seed: int, second: int, grid: int
) -> None:
    site = site_at(NOON + timedelta(seconds=second), family, seed)
    site.grid_up = bool(grid)
    inverter = FACES[family](site)
    number = numbers(inverter)
    powers, energies = site.powers(), site.energies()
    rated = site.plant.grid_tied.rated_w

    assert powers.grid_tied_ac == powers.pv_ac <= rated * 1.0001
    assert abs(powers.pv + powers.grid - powers.load) < 1e-6
    assert number["inverter_power"] == pytest.approx(powers.grid_tied_ac, abs=0.06)
    # A current has one digit: half a tenth of an ampere per input.
    assert number["pv_power"] == pytest.approx(sum(powers.grid_tied), abs=4 * 35)
    assert number["pv_power"] == sum(number[f"pv{n}_power"] for n in range(1, inverter.inputs + 1))
    assert 0 <= energies.grid_tied - number["pv_energy_total"] < 0.1001
    if inverter.wake is Wake.AWAKE:
        assert (number["grid_frequency"] > 49) == bool(grid)
        assert number["running_state"] == (2 if grid else 0)
    else:
        assert number["pv_power"] == 0


@families
def test_a_house_without_panels_for_it_is_an_error(family: str) -> None:
    with pytest.raises(ValueError, match="plant_for"):
        FACES[family](Site(1, Clock(NOON)))


@pytest.mark.parametrize(("phases", "lines"), [(1, 0), (3, 3)])
def test_a_string_inverter_has_one_or_three_phases(phases: int, lines: int) -> None:
    inverter = StringInverter(site_at(NOON), phases=phases)
    number = numbers(inverter)
    assert inverter.image()[18] == 0x0200 | phases
    live = [n for n in (1, 2, 3) if number[f"grid_l{n}_voltage"]]
    between = [name for name in ("12", "23", "31") if number[f"grid_l{name}_voltage"] > 380]
    assert (len(live), len(between)) == (phases, lines)
    watts = sum(number[f"grid_l{n}_voltage"] * number[f"grid_l{n}_current"] for n in live)
    assert watts == pytest.approx(number["inverter_power"], abs=12 * phases)


def test_a_string_inverter_can_have_four_inputs() -> None:
    arrays = (
        *STRING_ARRAYS,
        *(replace(array, string=n) for n, array in enumerate(STRING_ARRAYS, 3)),
    )
    site = Site(1, Clock(NOON), plant=replace(plant_for("string"), arrays=arrays))
    inverter = StringInverter(site)
    assert inverter.image()[18] == 0x0403
    assert numbers(inverter)["dc_input_power"] == pytest.approx(6000 / 0.975, abs=0.1)


def test_a_meter_knows_load_and_grid() -> None:
    site = site_at(NOON)
    without, inverter = StringInverter(site), StringInverter(site, meter=True)
    number = numbers(inverter)
    assert number["load_power"] == pytest.approx(
        number["inverter_power"] + number["grid_power"], abs=1.1
    )
    assert number["load_energy_total"] == pytest.approx(site.energies().load, abs=0.1)
    assert number["grid_import_energy_today"] < number["load_energy_today"]
    assert "load_power" not in without.truth()
    assert without.read(198, 13) == [0] * 13


def test_a_micro_inverter_counts_each_input_in_one_word() -> None:
    inverter = MicroInverter(site_at(NOON, "micro"))
    image, number = inverter.image(), numbers(inverter)
    words = (69, 71, 74, 77)
    total = 10 * number["pv_energy_total"]
    assert sum(image[word] for word in words) == pytest.approx(total, abs=4)
    assert 2000 < image[73] < 2500, "the grid's voltage lies between the counters"
    assert number["heatsink_temperature"] == round(image[90] * 0.01 - 10, 2)
    assert image[18] == 0x0401


@families
def test_it_wakes_with_minutes_of_zeros_and_begins_its_day(family: str) -> None:
    site = site_at(MIDNIGHT, family)
    inverter = FACES[family](site)
    counted = numbers(inverter)["pv_energy_total"]
    until(site, Wake.WAKING)
    woke = site.clock.timestamp()
    assert inverter.presence is Presence.THERE
    assert set(inverter.image().values()) == {0}
    assert numbers(inverter)["pv_energy_total"] == counted
    until(site, Wake.AWAKE)
    assert site.clock.timestamp() - woke >= site.plant.grid_tied.wake_s - 40
    assert inverter.image()[0] == inverter.device_type
    assert numbers(inverter)["pv_energy_today"] == 0
    assert numbers(inverter)["pv_energy_total"] == pytest.approx(counted, abs=0.1)


@families
def test_its_counters_hold_in_the_night(family: str) -> None:
    site = site_at(NOON, family)
    inverter = FACES[family](site)
    until(site, Wake.ASLEEP)
    evening = inverter.truth()
    site.clock.advance(1800)
    assert inverter.truth() == evening
    assert evening["pv_power"] == evening["inverter_power"] == evening["pv1_power"] == 0
    assert evening["rated_power"] == site.plant.grid_tied.rated_w
    assert evening["running_state"] is evening["pv1_voltage"] is evening["clock"] is None
    today = evening["pv_energy_today"]
    assert isinstance(today, float)
    assert today > 5
    site.clock.advance(4 * 3600)
    assert inverter.truth()["pv_energy_today"] == 0


def test_nobody_knows_what_a_meter_counts_in_the_night() -> None:
    shown = StringInverter(site_at(EVENING), meter=True).truth()
    assert "load_energy_total" not in shown
    assert "grid_power" not in shown


@families
def test_a_clock_that_was_never_set_ends_no_day_until_it_is(family: str) -> None:
    site = Site(1, Clock(NOON), plant=plant_for(family), history_days=2)
    inverter = FACES[family](site, clock_unset=True)
    assert inverter.truth()["clock"] is None
    three_days = numbers(inverter)["pv_energy_today"]
    inverter.clock_unset = False
    today = numbers(inverter)["pv_energy_today"]
    assert three_days > 2 * today

    inverter.clock_unset = True
    inverter.set_time(site.clock.timestamp())
    assert inverter.truth()["clock"] == site.place.local(site.clock.timestamp()).replace(
        tzinfo=None
    )
    assert numbers(inverter)["pv_energy_today"] == three_days
    site.clock.advance(86_400)
    assert 0 < numbers(inverter)["pv_energy_today"] < three_days


# On the wire.


@asynccontextmanager
async def running(logger: LoggerSimulator) -> AsyncIterator[LoggerSimulator]:
    await logger.start()
    try:
        yield logger
    finally:
        await logger.stop()


@pytest.fixture
def sleeper(socket_enabled: None) -> LoggerSimulator:  # noqa: ARG001  opens sockets
    return LoggerSimulator(site_at(NOON), family="string")


async def read_all(wire: Wire) -> list[int]:
    return (await wire.read(59, 58)).registers


async def test_the_port_is_closed_while_its_inverter_sleeps(sleeper: LoggerSimulator) -> None:
    site = sleeper.site
    async with running(sleeper):
        async with connected(sleeper) as wire:
            assert any(await read_all(wire))
            until(site, Wake.ASLEEP)
            assert (await wire.listen()).reset
        with pytest.raises(ConnectionRefusedError):
            await connected(sleeper).__aenter__()
        until(site, Wake.WAKING)
        async with connected(sleeper) as wire:
            assert await read_all(wire) == [0] * 58
            until(site, Wake.AWAKE)
            assert any(await read_all(wire))


async def test_a_fault_does_not_wake_it_and_its_end_neither(sleeper: LoggerSimulator) -> None:
    async with running(sleeper):
        until(sleeper.site, Wake.ASLEEP)
        for fault in (Fault.REFUSE, Fault.NONE):
            sleeper.fault = fault
            with pytest.raises(ConnectionRefusedError):
                await connected(sleeper).__aenter__()


@pytest.mark.usefixtures("socket_enabled")
async def test_a_stick_of_its_own_can_say_05_or_zeros_for_it() -> None:
    site = site_at(EVENING)
    face = StringInverter(site, asleep=Asleep.ERROR_05)
    async with (
        running(LoggerSimulator(site, family="string", face=face)) as logger,
        connected(logger) as wire,
    ):
        assert (await wire.read(59, 58)).rtu == b"\x05\x00"
        assert logger.requests == [(3, 59, 58)]
        face.asleep = Asleep.ZEROS
        assert await read_all(wire) == [0] * 58


@pytest.mark.usefixtures("socket_enabled")
async def test_it_falls_asleep_by_a_running_clock_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.simulators.logger.WATCH_S", 0.01)
    site = site_at(NOON)
    until(site, Wake.ASLEEP)
    site.clock = Clock(site.clock.now() - timedelta(seconds=1), running=True)
    awake = Site(1, site.clock, plant=site.plant)
    async with (
        running(LoggerSimulator(awake, family="string")) as logger,
        connected(logger) as wire,
    ):
        assert awake.conditions().wake is Wake.AWAKE
        with pytest.raises(ConnectionResetError):
            await wire.reader.read()


@pytest.mark.usefixtures("socket_enabled")
async def test_a_reply_to_a_heartbeat_sets_a_clock_that_was_never_set() -> None:
    site = site_at(NOON, "micro")
    face = MicroInverter(site, clock_unset=True)
    async with (
        running(LoggerSimulator(site, family="micro", face=face)) as logger,
        connected(logger) as wire,
    ):
        await wire.read(59, 58)
        logger.send_heartbeat()
        (heartbeat,) = (await wire.listen()).frames
        assert heartbeat.control == HEARTBEAT
        unix = int(site.clock.timestamp()) + 30
        payload = b"\x00\x01" + unix.to_bytes(4, "little") + bytes(4)
        wire.writer.write(build(0x1710, heartbeat.sequence + 1, 0, logger.serial, payload))
        await wire.read(59, 58)
    assert face.clock_offset_s == 30
    assert face.truth()["clock"] is not None


def test_hybrid_and_string_inverter_share_one_house() -> None:
    plant = replace(Plant(), arrays=(*Plant().arrays, *MICRO_ARRAYS))
    site = Site(1, Clock(NOON), plant=plant)
    powers, energies = site.powers(), site.energies()
    assert powers.pv_ac == powers.grid_tied_ac > 500
    assert powers.pv_dc > 500
    balance = powers.pv + powers.battery + powers.grid - powers.load - powers.losses
    assert balance == pytest.approx(0, abs=1e-6)
    assert energies.pv == pytest.approx(energies.pv_dc + energies.grid_tied)
