"""A day, a night and a change of the clocks: what is asked when, and what is shown meanwhile."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Final

from freezegun.api import TickingDateTimeFactory
from homeassistant.components.homeassistant import DOMAIN as CORE, SERVICE_UPDATE_ENTITY
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from tests.integration.conftest import SetUp
from tests.integration.enlighten.kit import (
    DAY_S,
    HOUR_S,
    SYSTEM,
    asked,
    cloud_at,
    entity_id,
    entry_for,
    history,
    number,
    shown,
    source_of,
)
from tests.integration.machine import TimeMachine
from tests.integration.units import HOME
from tests.simulators.enlighten import Endpoint, EnlightenSimulator, EnlightenSystem, Fault
from tests.simulators.place import Place

SPRING: Final = datetime(2027, 3, 13, 12, tzinfo=HOME.zone)
AUTUMN: Final = datetime(2027, 11, 6, 12, tzinfo=HOME.zone)
FAR: Final = Place(-27.47, 153.03, "Australia/Brisbane")


def live_calls(cloud: EnlightenSimulator, since: float = 0.0) -> list[datetime]:
    """Give when live values were asked for, on the clock of the first system."""
    times = asked(cloud, Endpoint.SUMMARY)
    return [datetime.fromtimestamp(at, HOME.zone) for at in times if at >= since]


async def test_a_day_costs_what_it_should_and_the_night_costs_no_live_call(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, cloud: EnlightenSimulator
) -> None:
    await set_up(entry_for(cloud, profile="cloud_only"))
    await machine.run(DAY_S)
    began = cloud.clock.timestamp()
    await machine.run(DAY_S)
    live = live_calls(cloud, began)
    assert 10 <= len(live) <= 40
    assert all(6 <= at.hour < 18 for at in live)
    day = Counter(call.endpoint for call in cloud.calls if call.at >= began)
    assert day[Endpoint.OPEN_ALARMS] == 3
    assert day[Endpoint.INVERTERS_SUMMARY] == 1
    assert day[Endpoint.EVENTS] == 1
    assert sum(day.values()) < 60
    assert cloud.most_at_once == 1


async def test_what_is_shown_by_day_is_what_the_cloud_knew_when_it_was_asked(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, cloud: EnlightenSimulator
) -> None:
    await set_up(entry_for(cloud, profile="cloud_only"))
    for _ in range(6):
        await machine.run(HOUR_S)
        told = asked(cloud, Endpoint.SUMMARY)[-1]
        assert cloud.clock.timestamp() - told < HOUR_S
        truth = cloud.truth()
        missing = truth.energy_lifetime_wh / 1000 - number(hass, "energy_total")
        assert 0 <= missing < 3
        assert number(hass, "energy_today") <= truth.energy_today_wh / 1000


async def test_at_night_the_last_reading_stands_and_the_new_day_begins_with_zero(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, cloud: EnlightenSimulator
) -> None:
    await set_up(entry_for(cloud, profile="cloud_only"))
    await machine.run(11 * HOUR_S)
    assert shown(hass, "power") == "0"
    total = number(hass, "energy_total")
    assert total == pytest.approx(cloud.truth().energy_lifetime_wh / 1000, abs=0.05)
    today = number(hass, "energy_today")
    assert today == pytest.approx(cloud.truth().energy_today_wh / 1000, abs=0.05)
    assert shown(hass, "system_status") == "normal"

    await machine.run(2.1 * HOUR_S)
    assert number(hass, "energy_today") == 0
    await machine.run(3 * HOUR_S)
    assert shown(hass, "power") == "0"
    assert shown(hass, "gateway_connectivity") == "on"
    assert number(hass, "energy_total") == total


@pytest.mark.parametrize("noon", [SPRING, AUTUMN], ids=["23 hours", "25 hours"])
async def test_a_day_on_which_the_clocks_change_begins_and_ends_at_its_midnights(
    hass: HomeAssistant,
    clock: TickingDateTimeFactory,
    machine: TimeMachine,
    set_up: SetUp,
    noon: datetime,
) -> None:
    clock.move_to(noon)
    async with cloud_at(hass) as cloud:
        await set_up(entry_for(cloud, profile="cloud_only"))
        midnight = (noon + timedelta(hours=12)).replace(hour=0)
        tomorrow = (midnight + timedelta(days=1)).replace(hour=0)
        changes = async_capture_events(hass, "state_changed")
        await machine.run(midnight.timestamp() - cloud.clock.timestamp() - 120)
        assert number(hass, "energy_today") > 0
        await machine.run(240)
        assert number(hass, "energy_today") == 0
        await machine.run(tomorrow.timestamp() - cloud.clock.timestamp() - 120)
        assert number(hass, "energy_today") == pytest.approx(
            cloud.truth().energy_today_wh / 1000, abs=0.05
        )
        await machine.run(240)
        assert number(hass, "energy_today") == 0
        totals = [float(state) for state in history(hass, changes, "energy_total")]
        assert totals == sorted(totals)


@pytest.mark.parametrize("cloud", [({"place": FAR}, {})], indirect=True)
async def test_each_system_lives_in_its_own_time_zone(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, cloud: EnlightenSimulator
) -> None:
    await set_up(entry_for(cloud, profile="cloud_only"))
    await machine.run(DAY_S)
    began = cloud.clock.timestamp()
    await machine.run(DAY_S)
    for system in cloud.systems:
        live = [
            datetime.fromtimestamp(call.at, system.place.zone)
            for call in cloud.calls
            if call.endpoint is Endpoint.SUMMARY
            and call.system_id == system.system_id
            and call.at >= began
        ]
        assert live
        assert all(5 <= at.hour < 20 for at in live), system.system_id
        night = [
            datetime.fromtimestamp(call.at, system.place.zone).hour
            for call in cloud.calls
            if call.endpoint is Endpoint.INVERTERS_SUMMARY and call.system_id == system.system_id
        ]
        assert set(night) == {4}
        assert number(hass, "energy_total", system.system_id) == pytest.approx(
            cloud.truth(system.system_id).energy_lifetime_wh / 1000, abs=3
        )
    far, home = cloud.systems
    await run_to_midnight(machine, far)
    assert number(hass, "energy_today", far.system_id) == 0
    assert number(hass, "energy_today", home.system_id) >= 0


async def run_to_midnight(machine: TimeMachine, system: EnlightenSystem) -> None:
    """Let time pass until two minutes after the next midnight of a system."""
    await machine.run(system.midnight(system.today + timedelta(days=1)) - system.now + 120)


async def test_asking_for_an_update_sends_nothing_that_is_not_due(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, cloud: EnlightenSimulator
) -> None:
    assert await async_setup_component(hass, CORE, {})
    await set_up(entry_for(cloud, profile="cloud_only"))
    await machine.run(60)
    before = cloud.count()
    for _ in range(20):
        target = {ATTR_ENTITY_ID: entity_id(hass, "power")}
        await machine.finish(hass.services.async_call(CORE, SERVICE_UPDATE_ENTITY, target, True))
        await machine.run(15)
    assert cloud.count() == before


async def test_no_state_is_written_while_nothing_has_changed(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    cloud: EnlightenSimulator,
    everything_enabled: None,
) -> None:
    await set_up(entry_for(cloud, profile="cloud_only"))
    await machine.run(11 * HOUR_S)
    before = {state.entity_id: state.last_reported for state in hass.states.async_all()}
    await machine.run(HOUR_S)
    after = {state.entity_id: state.last_reported for state in hass.states.async_all()}
    age = entity_id(hass, "data_age")
    assert after.pop(age) > before.pop(age)
    assert after == before


async def test_the_age_of_the_data_grows_until_there_are_newer_ones(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, cloud: EnlightenSimulator
) -> None:
    await set_up(entry_for(cloud, profile="cloud_only"))
    await machine.run(60)
    assert number(hass, "data_age") < 15
    await cloud.close()
    await machine.run(2 * HOUR_S)
    assert 115 <= number(hass, "data_age") <= 135
    await cloud.open()
    await machine.run(400)
    assert number(hass, "data_age") < 25


async def test_the_next_poll_comes_when_it_was_said(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, cloud: EnlightenSimulator
) -> None:
    await set_up(entry_for(cloud, profile="cloud_only"))
    await machine.run(60)
    said = datetime.fromisoformat(shown(hass, "next_poll")).timestamp()
    before = len(asked(cloud, Endpoint.SUMMARY))
    await machine.run(said - cloud.clock.timestamp() - 5)
    assert len(asked(cloud, Endpoint.SUMMARY)) == before
    await machine.run(75)
    assert asked(cloud, Endpoint.SUMMARY)[-1] == pytest.approx(said, abs=65)


async def test_a_paused_system_is_left_alone_and_leaves_its_calls_to_others(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp
) -> None:
    async with cloud_at(hass, {}, {}) as cloud:
        paused = SYSTEM + 1
        entry = entry_for(cloud, profile="cloud_only", paused=[paused])
        await set_up(entry)
        await machine.run(2 * HOUR_S)
        assert {call.system_id for call in cloud.calls} == {SYSTEM, None}
        assert shown(hass, "next_poll", paused) == "unknown"
        schedule = source_of(entry).desk.schedule
        alone = schedule.live_interval_s(SYSTEM)
        await machine.finish(source_of(entry).async_refresh(paused))
        assert number(hass, "power", paused) == cloud.truth(paused).current_power_w
        assert schedule.live_interval_s(SYSTEM) == pytest.approx(alone, rel=0.05)


async def test_a_turn_ends_in_time_though_nobody_answers(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, cloud: EnlightenSimulator
) -> None:
    entry = entry_for(cloud, profile="cloud_only")
    cloud.fault(Endpoint.SUMMARY, Fault.SILENT)
    began = hass.loop.time()
    await set_up(entry)
    assert hass.loop.time() - began < 10
    await machine.run(15)
    began = hass.loop.time()
    await machine.finish(entry.runtime_data.coordinator.async_refresh())
    assert hass.loop.time() - began < 25
    cloud.clear_faults()
    await machine.run(HOUR_S)
    assert number(hass, "power") > 0

