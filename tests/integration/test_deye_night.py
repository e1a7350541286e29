"""Inverters without a battery sleep when it is dark: that is no fault, and costs no energy."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
import logging

from freezegun.api import TickingDateTimeFactory
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.const import DOMAIN
from tests.integration.conftest import SetUp
from tests.integration.deye import entry_for, registered, state_of
from tests.integration.machine import TimeMachine
from tests.integration.site.kit import site_entry_with
from tests.integration.states import state_with
from tests.integration.truth import wrong_states
from tests.integration.units import HOME, UNITS
from tests.simulators.face_gridtied import Asleep, GridTied
from tests.simulators.logger import Fault, LoggerSimulator

# In this night the sun sets at 16:43 and rises at 6:27, local time.
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=HOME.zone)
LOW_SUN = datetime(2026, 11, 20, 15, 55, tzinfo=HOME.zone)
"""The sun stands nine degrees high."""
EVENING = datetime(2026, 11, 20, 16, 0, tzinfo=HOME.zone)
SUNSET = EVENING.replace(minute=43)
MIDNIGHT = datetime(2026, 11, 21, 0, 0, tzinfo=HOME.zone)
MORNING = datetime(2026, 11, 21, 9, 0, tzinfo=HOME.zone)
DARK_FROM, DARK_UNTIL = EVENING.replace(hour=17), MORNING.replace(hour=6)
STEP_S = 120
UNKNOWN = {STATE_UNKNOWN, STATE_UNAVAILABLE}


@dataclass
class Night:
    """What was shown, step by step, and what went wrong."""

    hass: HomeAssistant
    machine: TimeMachine
    entry: MockConfigEntry
    seen: dict[str, list[tuple[datetime, str]]] = field(default_factory=dict)
    repairs: set[str] = field(default_factory=set)

    async def until(self, moment: datetime) -> None:
        """Let time pass, and look at everything every two minutes."""
        while (now := dt_util.utcnow()) < moment:
            await self.machine.run(min(STEP_S, (moment - now).total_seconds()))
            self.look()

    def look(self) -> None:
        """Note all states and repairs of this moment."""
        for key, row in registered(self.hass, self.entry).items():
            if not row.disabled:
                shown = (dt_util.now(HOME.zone), state_of(self.hass, key).state)
                self.seen.setdefault(key, []).append(shown)
        issues = ir.async_get(self.hass).issues
        self.repairs |= {key for domain, key in issues if domain == DOMAIN}

    def shown(self, key: str, start: datetime, end: datetime) -> set[str]:
        """Give the states of a key between two times."""
        return {state for at, state in self.seen[key] if start <= at <= end}

    def numbers(self, key: str) -> list[float]:
        """Give all states of a key; one that is no number fails."""
        return [float(state) for _, state in self.seen[key]]


@pytest.fixture
async def logger(
    request: pytest.FixtureRequest,
    clock: TickingDateTimeFactory,
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[LoggerSimulator]:
    """Give a logger with a unit on an afternoon, where Home Assistant believes to be, too."""
    hass.config.latitude, hass.config.longitude = HOME.latitude, HOME.longitude
    monkeypatch.setattr("tests.simulators.logger.WATCH_S", 30)
    unit, asleep, *start = request.param
    clock.move_to(start[0] if start else EVENING)
    simulator = UNITS[unit].logger()
    if isinstance(simulator.inverter, GridTied):
        simulator.inverter.asleep = asleep
    await simulator.start()
    yield simulator
    await simulator.stop()


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Collect what was logged as a warning or worse."""
    return [
        record.getMessage()
        for record in caplog.get_records("call")
        if record.levelno >= logging.WARNING and "solar_monitor" in record.name
    ]


every_sleeper = pytest.mark.parametrize(
    "logger",
    [(unit, asleep) for unit in ("string", "micro") for asleep in Asleep],
    indirect=True,
    ids=lambda param: f"{param[0]}-{param[1]}",
)
sleepers = pytest.mark.parametrize(
    "logger",
    [("string", Asleep.GONE), ("micro", Asleep.ERROR_05)],
    indirect=True,
    ids=lambda param: f"{param[0]}-{param[1]}",
)


@every_sleeper
async def test_a_night_is_no_fault_and_costs_no_energy(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    logger: LoggerSimulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    entry = entry_for(logger, identity=None)
    await set_up(entry)
    night = Night(hass, machine, entry)
    await machine.run(60)
    new_day = MIDNIGHT + timedelta(seconds=1)
    await night.until(new_day)
    await night.until(MORNING)

    assert complaints(caplog) == []
    assert night.repairs == set()
    rated_kw = logger.site.plant.grid_tied.rated_w / 1000
    for key in night.seen:
        if key.endswith("_energy_total"):
            told = night.numbers(key)
            steps = [after - before for before, after in pairwise(told)]
            assert min(steps) >= 0, key
            assert max(steps) <= rated_kw * STEP_S / 3600 + 0.11, key
    for key in ("pv_power", "pv1_power", "inverter_power"):
        assert {float(state) for state in night.shown(key, DARK_FROM, DARK_UNTIL)} == {0}, key
        assert night.shown(key, DARK_FROM, DARK_UNTIL)
    # Also where it is asked every five minutes only.
    after_midnight = night.shown("pv_energy_today", new_day, DARK_UNTIL)
    assert {float(state) for state in after_midnight} == {0}

    logger.site.clock.freeze()
    await machine.run(40)
    assert not wrong_states(hass, entry, logger)


@sleepers
async def test_a_set_up_in_the_night_with_a_chosen_family_waits_for_the_morning(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    logger: LoggerSimulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await machine.run((DARK_FROM - dt_util.utcnow()).total_seconds() + 7200)
    entry = entry_for(logger, identity=None)
    await set_up(entry)
    night = Night(hass, machine, entry)
    night.look()
    assert isinstance(logger.inverter, GridTied)
    logger_is_awake = logger.inverter.asleep is not Asleep.GONE
    assert night.seen["connectivity"][0][1] == ("on" if logger_is_awake else "off")
    assert night.seen["pv_energy_total"][0][1] == STATE_UNKNOWN
    assert {key for key in night.seen if key.endswith("_power")} >= {"pv_power", "pv1_power"}
    await machine.run(60)
    assert state_of(hass, "pv_power").state == "0"
    assert not entry.data["identity"]
    await night.until(MORNING)
    assert entry.data["identity"]["serial"] == logger.inverter_serial
    assert complaints(caplog) == []
    assert night.repairs == set()
    told = [float(state) for _, state in night.seen["pv_energy_total"] if state not in UNKNOWN]
    assert told == sorted(told)
    logger.site.clock.freeze()
    await machine.run(60)
    assert not wrong_states(hass, entry, logger)


@sleepers
async def test_a_restart_in_the_night_keeps_counters_and_shows_no_power(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    logger: LoggerSimulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    entry = entry_for(logger, identity=None)
    await set_up(entry)
    night = Night(hass, machine, entry)
    await machine.run(60)
    await night.until(DARK_FROM)
    before = state_of(hass, "pv_energy_total").state
    assert await machine.finish(hass.config_entries.async_reload(entry.entry_id))
    assert state_of(hass, "pv_energy_total").state == before
    assert state_of(hass, "pv_power").state == "0"
    assert entry.data["identity"]["serial"] == logger.inverter_serial
    await night.until(MORNING)
    told = night.numbers("pv_energy_total")
    assert told == sorted(told)
    assert complaints(caplog) == []
    assert night.repairs == set()
    logger.site.clock.freeze()
    await machine.run(60)
    assert not wrong_states(hass, entry, logger)


@sleepers
async def test_a_site_of_inverters_that_sleep_is_well_all_night_also_after_a_restart(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    logger: LoggerSimulator,
) -> None:
    entries = site_entry_with(), entry_for(logger)
    for each in entries:
        await set_up(each)
    await machine.run(300)
    shown: dict[str, set[str]] = {"unreachable": set(), "data_stale": set(), "alarm": set()}
    in_the_dark: dict[str, set[str]] = {"status": set(), "pv_power": set()}

    async def watch(until: datetime) -> None:
        while (now := dt_util.utcnow()) < until:
            await machine.run(STEP_S)
            watched = shown | in_the_dark if DARK_FROM < now < DARK_UNTIL else shown
            for key, states in watched.items():
                states.add(state_with(hass, f"site_{key}").state)

    await watch(MIDNIGHT)
    for each in entries:
        assert await machine.finish(hass.config_entries.async_reload(each.entry_id))
    await watch(MORNING)
    assert shown == {"unreachable": {"off"}, "data_stale": {"off"}, "alarm": {"off"}}
    assert in_the_dark == {"status": {"complete"}, "pv_power": {"0"}}


@pytest.mark.parametrize(
    "logger", [(unit, Asleep.GONE, NOON) for unit in ("string", "micro")], indirect=True
)
async def test_silence_by_day_is_no_power_that_anybody_knows(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    logger: LoggerSimulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    entry = entry_for(logger, identity=None)
    await set_up(entry)
    await machine.run(60)
    total = state_of(hass, "pv_energy_total").state
    logger.fault = Fault.SILENCE
    await machine.run(600)
    assert state_of(hass, "pv_power").state in UNKNOWN
    assert state_of(hass, "pv_energy_total").state == total
    [complaint] = complaints(caplog)
    assert "does not answer" in complaint


@pytest.mark.parametrize(
    "logger", [(unit, Asleep.GONE, LOW_SUN) for unit in ("string", "micro")], indirect=True
)
async def test_silence_under_a_low_sun_is_no_fault_and_no_power_that_anybody_knows(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    logger: LoggerSimulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    entry = entry_for(logger, identity=None)
    await set_up(entry)
    await machine.run(60)
    logger.fault = Fault.REFUSE
    night = Night(hass, machine, entry)
    await night.until(SUNSET)
    for key in ("pv_power", "inverter_power"):
        assert night.shown(key, LOW_SUN + timedelta(minutes=5), SUNSET) <= UNKNOWN, key
    assert night.numbers("pv_energy_total")
    await night.until(DARK_FROM)
    assert state_of(hass, "pv_power").state == "0"
    assert complaints(caplog) == []
    assert night.repairs == set()


@pytest.mark.parametrize("logger", [("hybrid_1p", Asleep.GONE)], indirect=True)
async def test_a_hybrid_that_is_silent_in_the_night_is_a_fault_that_is_logged_once(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    logger: LoggerSimulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    entry = entry_for(logger, identity=None)
    await set_up(entry)
    night = Night(hass, machine, entry)
    await night.until(DARK_FROM)
    assert complaints(caplog) == []
    logger.fault = Fault.REFUSE
    await night.until(DARK_FROM + timedelta(hours=2))
    [complaint] = complaints(caplog)
    assert "does not answer" in complaint
    assert state_of(hass, "pv_power").state == STATE_UNAVAILABLE
    assert night.repairs == {f"{entry.entry_id}_port_closed"}
