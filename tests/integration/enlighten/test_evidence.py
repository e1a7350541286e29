"""What is wrong with a system reaches the right binary sensor, with its reasons, and goes again."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from homeassistant.const import EVENT_STATE_CHANGED, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from tests.integration.conftest import SetUp
from tests.integration.enlighten.kit import (
    DAY_S,
    HOUR_S,
    asked,
    entry_for,
    history,
    shown,
    state_of,
)
from tests.integration.machine import TimeMachine
from tests.simulators.enlighten import (
    EVERYWHERE,
    Connection,
    Endpoint,
    EnlightenSimulator,
    EnlightenSystem,
    Fault,
    Kind,
)

WELL: Final = {
    "gateway_connectivity": "on",
    "microinverter_problem": "off",
    "production_problem": "off",
    "meter_problem": "off",
    "battery_problem": "off",
    "alarm": "off",
}
SEEN_S: Final = 2 * HOUR_S
"""By day the system is asked for more often than this."""


class Trouble(NamedTuple):
    """Something that goes wrong, and who says so of what."""

    begin: Callable[[EnlightenSystem], str | None]
    end: Callable[[EnlightenSystem], None]
    witnesses: dict[str, set[str]]


TROUBLES: Final = {
    "a dead panel": Trouble(
        EnlightenSystem.panel_dies,
        EnlightenSystem.panel_recovers,
        {
            "microinverter_problem": {"event", "alarm"},
            "production_problem": {"status", "event", "alarm"},
        },
    ),
    "a silent panel": Trouble(
        EnlightenSystem.panel_falls_silent,
        EnlightenSystem.panel_is_heard,
        {"microinverter_problem": {"status", "event", "alarm"}},
    ),
    "a silent gateway": Trouble(
        EnlightenSystem.gateway_falls_silent,
        EnlightenSystem.gateway_comes_back,
        {"gateway_connectivity": {"status", "report", "event", "alarm"}},
    ),
    "a faulty battery": Trouble(
        EnlightenSystem.battery_fails,
        EnlightenSystem.battery_recovers,
        {"battery_problem": {"status", "event", "alarm"}},
    ),
    "a silent meter": Trouble(
        EnlightenSystem.meter_falls_silent,
        EnlightenSystem.meter_is_heard,
        {"meter_problem": {"status", "event", "alarm"}},
    ),
}


def judged(hass: HomeAssistant) -> dict[str, str]:
    """Give what all of them show."""
    return {key: shown(hass, key) for key in WELL}


def evidence(hass: HomeAssistant, key: str) -> list[dict[str, Any]]:
    """Give the reasons of one of them."""
    found: list[dict[str, Any]] = state_of(hass, key).attributes["evidence"]
    return found


def witnesses(hass: HomeAssistant, key: str) -> set[str]:
    """Name who says that something is wrong."""
    return {reason["witness"] for reason in evidence(hass, key)}


@pytest.fixture
async def system(machine: TimeMachine, set_up: SetUp, cloud: EnlightenSimulator) -> EnlightenSystem:
    """A system that is well, set up by day; the cloud notices troubles at once."""
    cloud.system.life.hurry = 0
    await set_up(entry_for(cloud, profile="cloud_only"))
    await machine.run(60)
    return cloud.system


with_battery = pytest.mark.parametrize("cloud", [({"batteries": 1},)], indirect=True)


@with_battery
@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
async def test_a_trouble_reaches_its_sensors_with_its_reasons_and_goes_off_again(
    hass: HomeAssistant, machine: TimeMachine, system: EnlightenSystem, trouble: Trouble
) -> None:
    assert judged(hass) == WELL
    serial = trouble.begin(system) or system.gateway_serial
    await machine.run(SEEN_S)
    expected = {
        key: {"off": "on", "on": "off"}[state] if key in {*trouble.witnesses, "alarm"} else state
        for key, state in WELL.items()
    }
    assert judged(hass) == expected
    for key, said_by in trouble.witnesses.items():
        assert witnesses(hass, key) == said_by
        for reason in evidence(hass, key):
            assert reason["since"].startswith("2026-11-20T")
            if reason["witness"] in {"event", "alarm"}:
                assert reason["serials"] == [serial]
    (reason,) = evidence(hass, "alarm")
    assert reason["serials"] == [serial]
    trouble.end(system)
    await machine.run(SEEN_S)
    assert judged(hass) == WELL
    assert not any(evidence(hass, key) for key in WELL)


@with_battery
async def test_a_second_fault_behind_the_one_word_is_seen_too(
    hass: HomeAssistant, machine: TimeMachine, system: EnlightenSystem
) -> None:
    system.panel_falls_silent()
    serial = system.battery_fails()
    await machine.run(SEEN_S)
    assert shown(hass, "system_status") == "micro"
    assert shown(hass, "microinverter_problem") == "on"
    assert shown(hass, "battery_problem") == "on"
    assert witnesses(hass, "battery_problem") == {"event", "alarm"}
    assert evidence(hass, "battery_problem")[0]["serials"] == [serial]
    system.panel_is_heard()
    await machine.run(SEEN_S)
    assert shown(hass, "microinverter_problem") == "off"
    assert shown(hass, "battery_problem") == "on"
    assert witnesses(hass, "battery_problem") == {"status", "event", "alarm"}


@with_battery
async def test_devices_that_accuse_are_read_again_when_the_system_is_well(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, cloud: EnlightenSimulator
) -> None:
    system = cloud.system
    system.begin(Kind.PANEL_DEAD, system.panels[2].serial, since=system.now - DAY_S)
    system.begin(Kind.BATTERY_FAULT, system.battery_serials[0], since=system.now - DAY_S)
    await set_up(entry_for(cloud, profile="cloud_only"))
    await machine.run(60)
    by_device = {"witness": "device", "since": None}
    assert by_device | {"says": "power", "serials": [system.panels[2].serial]} in evidence(
        hass, "microinverter_problem"
    )
    assert "device" in witnesses(hass, "battery_problem")
    system.end(Kind.PANEL_DEAD, system.panels[2].serial)
    system.battery_recovers()
    await machine.run(SEEN_S)
    assert judged(hass) == WELL
    assert len(asked(cloud, Endpoint.DEVICES)) == 2


@with_battery
async def test_panels_are_judged_each_night_and_read_again_when_the_system_is_well(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator, system: EnlightenSystem
) -> None:
    serial = system.panel_dies(3)
    await machine.run(18 * HOUR_S)  # five in the morning
    said = {"witness": "panel", "says": "power", "since": None, "serials": [serial]}
    assert said in evidence(hass, "microinverter_problem")
    system.panel_recovers(3)
    await machine.run(6 * HOUR_S)
    assert judged(hass) == WELL
    assert len(asked(cloud, Endpoint.INVERTERS)) == 2


@with_battery
async def test_a_cloud_that_fails_leaves_a_problem_on_and_makes_it_unavailable_never_off(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator, system: EnlightenSystem
) -> None:
    system.battery_fails()
    await machine.run(SEEN_S)
    assert shown(hass, "battery_problem") == shown(hass, "alarm") == "on"
    cloud.fault(EVERYWHERE, Fault.FAIL)
    events = async_capture_events(hass, EVENT_STATE_CHANGED)
    await machine.run(20 * HOUR_S)
    assert shown(hass, "battery_problem") == shown(hass, "alarm") == "on"
    await machine.run(20 * HOUR_S)
    assert judged(hass) == dict.fromkeys(WELL, STATE_UNAVAILABLE)
    for key in ("battery_problem", "alarm"):
        assert "off" not in history(hass, events, key)
    cloud.clear_faults()
    await machine.run(8 * HOUR_S)
    assert shown(hass, "battery_problem") == shown(hass, "alarm") == "on"


@pytest.mark.parametrize("word", ["data_upload", "unknown", "no_data"])
async def test_a_transient_status_neither_raises_nor_clears(
    hass: HomeAssistant, machine: TimeMachine, system: EnlightenSystem, word: str
) -> None:
    events = async_capture_events(hass, EVENT_STATE_CHANGED)
    system.fixed_status = word
    await machine.run(HOUR_S)
    assert shown(hass, "system_status") == ("updating" if word == "unknown" else word)
    assert shown(hass, "microinverter_problem") == "off"
    system.fixed_status = "micro"
    await machine.run(HOUR_S)
    assert shown(hass, "microinverter_problem") == "on"
    since = evidence(hass, "microinverter_problem")[0]["since"]
    system.fixed_status = word
    await machine.run(HOUR_S)
    assert shown(hass, "microinverter_problem") == "on"
    assert evidence(hass, "microinverter_problem")[0]["since"] == since
    system.fixed_status = None
    await machine.run(HOUR_S)
    assert shown(hass, "microinverter_problem") == "off"
    assert history(hass, events, "microinverter_problem")[-1] == "off"
    assert history(hass, events, "microinverter_problem").count("off") == 1


@with_battery
async def test_a_word_that_nobody_knows_is_no_problem_and_is_shown_as_it_is(
    hass: HomeAssistant, machine: TimeMachine, system: EnlightenSystem
) -> None:
    system.fixed_status = "flux_capacitor"
    await machine.run(SEEN_S)
    assert shown(hass, "system_status") == "other"
    assert state_of(hass, "system_status").attributes["raw"] == "flux_capacitor"
    assert judged(hass) == WELL


def stop_reporting(system: EnlightenSystem) -> None:
    """Let the uploads end, and nothing else tell of it."""
    system.reporting.fall_silent(system.now)


async def test_a_gateway_that_sends_nothing_for_45_minutes_is_silent(
    hass: HomeAssistant, machine: TimeMachine, system: EnlightenSystem
) -> None:
    last = system.last_report_at
    stop_reporting(system)
    await machine.run(SEEN_S)
    assert shown(hass, "gateway_connectivity") == "off"
    (reason,) = evidence(hass, "gateway_connectivity")
    assert (reason["witness"], reason["says"]) == ("report", "no_report")
    assert last == 1_795_201_200
    assert reason["since"] == "2026-11-20T19:00:00+00:00"
    system.reporting.come_back(system.now)
    await machine.run(SEEN_S)
    assert shown(hass, "gateway_connectivity") == "on"


on_a_mobile_network = pytest.mark.parametrize(
    "cloud", [({"connection": Connection.CELLULAR},)], indirect=True
)


@on_a_mobile_network
@pytest.mark.usefixtures("system")
async def test_a_gateway_on_a_mobile_network_may_be_silent_for_hours(
    hass: HomeAssistant, machine: TimeMachine
) -> None:
    events = async_capture_events(hass, EVENT_STATE_CHANGED)
    await machine.run(30 * HOUR_S)
    assert shown(hass, "gateway_connectivity") == "on"
    assert "off" not in history(hass, events, "gateway_connectivity")


@on_a_mobile_network
async def test_a_gateway_on_a_mobile_network_is_silent_after_seven_hours(
    hass: HomeAssistant, machine: TimeMachine, system: EnlightenSystem
) -> None:
    stop_reporting(system)
    await machine.run(5 * HOUR_S)
    assert shown(hass, "gateway_connectivity") == "on"
    await machine.run(20 * HOUR_S)
    assert shown(hass, "gateway_connectivity") == "off"
    assert witnesses(hass, "gateway_connectivity") == {"report"}
