"""What real sources tell: an inverter's logger and a gateway in one simulated house."""

from collections.abc import AsyncIterator

from homeassistant.core import HomeAssistant
import pytest

from tests.integration.conftest import SetUp
from tests.integration.machine import TimeMachine
from tests.integration.site.kit import GATEWAY, House, Topology, house_at
from tests.integration.site_alarms.kit import HOUR, Told, problem, shown

MINUTE = 60
BATTERY_LOST = 1 << 30
"""Warning W31."""
FAN = 1 << 1
"""Warning W02."""
WORKING_MODE = 1 << 12
"""Fault F13."""


@pytest.fixture
async def house(
    request: pytest.FixtureRequest,
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    told: Told,
) -> AsyncIterator[House]:
    """Give a house in which all is well, and was for a while; a test may ask for another one."""
    async with house_at(hass, getattr(request, "param", Topology())) as found:
        for entry in found.entries:
            await set_up(entry)
        await machine.run(12 * MINUTE)
        assert told.events == []
        yield found
        for entry in reversed(found.entries):
            if hass.config_entries.async_get_entry(entry.entry_id) is not None:
                assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))
        await hass.async_block_till_done()


async def test_a_house_in_which_all_is_well_has_no_alarm(hass: HomeAssistant, house: House) -> None:
    for key in (
        "alarm",
        "unreachable",
        "data_stale",
        "production_problem",
        "panel_problem",
        "meter_problem",
        "battery_problem",
        "inverter_problem",
        "grid_lost",
    ):
        assert shown(hass, key) == "off", key
        assert problem(hass, key).attributes["silent"] == [], key
    assert house.site_entry.title == "Solar site"


async def test_a_logger_that_is_unplugged_is_unreachable_and_its_data_goes_stale(
    hass: HomeAssistant, machine: TimeMachine, told: Told, house: House
) -> None:
    await house.loggers[0].stop()
    await machine.run(6 * MINUTE)
    assert shown(hass, "unreachable") == "on"
    text = problem(hass, "unreachable").attributes["text"]
    assert text == "Deye 1: Gateway or logger cannot be reached"
    await machine.run(14 * MINUTE)
    assert shown(hass, "data_stale") == "on"
    assert shown(hass, "grid_lost") == "unavailable"
    await house.loggers[0].start()
    await machine.run(15 * MINUTE)
    assert problem(hass, "alarm").attributes["text"] is None
    assert shown(hass, "alarm") == "off"
    assert told.short[:2] == [("unreachable", "raised"), ("stale", "raised")]
    assert sorted(told.short[2:]) == [("stale", "cleared"), ("unreachable", "cleared")]


async def test_a_gateway_that_is_unplugged_is_unreachable_after_its_own_patience(
    hass: HomeAssistant, machine: TimeMachine, house: House
) -> None:
    assert house.gateway is not None
    await house.gateway.stop()
    await machine.run(10 * MINUTE)
    assert shown(hass, "unreachable") == "off"
    await machine.run(12 * MINUTE)
    assert problem(hass, "unreachable").attributes["sources"] == ["Enphase Envoy"]
    await house.gateway.start()
    await machine.run(15 * MINUTE)
    assert shown(hass, "unreachable") == "off"


@pytest.mark.parametrize("house", [Topology(net_ct=True)], indirect=True)
async def test_a_grid_that_is_gone_is_told_once_though_two_devices_see_it(
    hass: HomeAssistant, machine: TimeMachine, told: Told, house: House
) -> None:
    house.site.grid_up = False
    await machine.run(5 * MINUTE)
    assert shown(hass, "grid_lost") == "on"
    assert set(problem(hass, "grid_lost").attributes["sources"]) == {"Deye 1", "Enphase Envoy"}
    house.site.grid_up = True
    await machine.run(30 * MINUTE)
    assert shown(hass, "grid_lost") == "off"
    assert [news for news in told.short if news[0] == "grid_lost"] == [
        ("grid_lost", "raised"),
        ("grid_lost", "cleared"),
    ]


async def test_a_fault_of_the_inverter_is_told_with_its_name(
    hass: HomeAssistant, machine: TimeMachine, told: Told, house: House
) -> None:
    house.loggers[0].inverter.fault_bits = WORKING_MODE
    await machine.run(3 * MINUTE)
    assert shown(hass, "inverter_problem") == "on"
    [event] = told.events
    assert event["kind"] == "inverter_fault"
    assert "(Fault F13: working mode changed)" in event["text"]
    house.loggers[0].inverter.fault_bits = 0
    await machine.run(7 * MINUTE)
    assert shown(hass, "inverter_problem") == "off"


async def test_a_battery_that_is_lost_is_told_once_and_another_warning_is_a_notice(
    hass: HomeAssistant, machine: TimeMachine, told: Told, house: House
) -> None:
    house.loggers[0].inverter.warning_bits = BATTERY_LOST
    await machine.run(4 * MINUTE)
    assert shown(hass, "battery_problem") == "on"
    assert told.short == [("battery", "raised")]
    house.loggers[0].inverter.warning_bits = FAN
    await machine.run(7 * MINUTE)
    assert shown(hass, "battery_problem") == "off"
    assert shown(hass, "alarm") == "on"
    assert told.short[1:] == [("notice", "raised"), ("battery", "cleared")]


async def test_a_panel_that_falls_silent_is_named(
    hass: HomeAssistant, machine: TimeMachine, told: Told, house: House
) -> None:
    assert house.gateway is not None
    panel = house.gateway.field.panels[2]
    panel.silent = True
    await machine.run(HOUR)
    assert shown(hass, "panel_problem") == "on"
    assert panel.serial in problem(hass, "panel_problem").attributes["text"]
    assert told.short == [("panels", "raised")]


async def test_panels_without_any_production_are_told_by_their_gateway_once(
    hass: HomeAssistant, machine: TimeMachine, told: Told, house: House
) -> None:
    assert house.gateway is not None
    for panel in house.gateway.field.panels:
        house.gateway.field.set_gain(panel, 0.0)
    await machine.run(1.5 * HOUR)
    assert shown(hass, "production_problem") == "on"
    assert told.short == [("production", "raised")]
    assert told.events[0]["source"] == "Enphase Envoy"


async def test_a_source_that_leaves_the_house_takes_its_alarms_with_it(
    hass: HomeAssistant, machine: TimeMachine, told: Told, house: House
) -> None:
    assert house.gateway is not None
    assert house.gateway_entry is not None
    await house.gateway.stop()
    await machine.run(25 * MINUTE)
    assert shown(hass, "unreachable") == "on"
    await machine.finish(hass.config_entries.async_remove(house.gateway_entry.entry_id))
    await machine.run(MINUTE)
    assert shown(hass, "unreachable") == "off"
    assert told.events[-1]["ended"] == "gone"
    assert told.events[-1]["source"] == "Enphase Envoy"
    assert GATEWAY not in str(problem(hass, "alarm").attributes["silent"])
