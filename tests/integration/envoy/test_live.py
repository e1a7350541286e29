"""Live mode: values every few seconds, for as long as the user wants and no longer."""

import asyncio

from homeassistant.const import (
    ATTR_ENTITY_ID,
    EVENT_STATE_CHANGED,
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from tests.integration.conftest import SetUp
from tests.integration.envoy.kit import (
    asked,
    entity_id,
    entry_for,
    gateway_at,
    history,
    number,
    shown,
    source_of,
)
from tests.integration.machine import TimeMachine
from tests.simulators.envoy import Endpoint, EnvoySimulator, Fault, Shape

STATUS = "/ivp/livedata/status"
STREAM = "/ivp/livedata/stream"
MINUTE = 60


async def turn(hass: HomeAssistant, machine: TimeMachine, *, on: bool) -> None:
    """Turn live mode on or off, as a user does."""
    await machine.finish(
        hass.services.async_call(
            "switch",
            SERVICE_TURN_ON if on else SERVICE_TURN_OFF,
            {ATTR_ENTITY_ID: entity_id(hass, "live_mode")},
            blocking=True,
        )
    )


async def test_live_mode_brings_values_every_two_seconds(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    await set_up(envoy_entry)
    await machine.run(65)
    assert shown(hass, "live_mode") == "off"
    await turn(hass, machine, on=True)
    assert shown(hass, "live_mode") == "on"
    assert len(asked(gateway, STREAM)) == 1
    gateway.requests.clear()
    began = hass.loop.time()
    for _ in range(15):
        await machine.run(3)
        truth = gateway.truth().live
        assert number(hass, "production_power") == pytest.approx(truth.pv_w, rel=0.02, abs=5)
        assert number(hass, "grid_power") == pytest.approx(truth.grid_w, rel=0.05, abs=10)
        assert number(hass, "consumption_power") == pytest.approx(truth.load_w, rel=0.1, abs=10)
    # What falls on either end of the window may be in it or not.
    passed_s = hass.loop.time() - began
    assert abs(len(asked(gateway, STATUS)) - passed_s / 2) <= 2
    assert abs(len(asked(gateway, "/ivp/meters/readings")) - passed_s / 30) <= 1

    await turn(hass, machine, on=False)
    assert shown(hass, "live_mode") == "off"
    gateway.requests.clear()
    await machine.run(MINUTE)
    assert not asked(gateway, STATUS)


async def test_it_ends_by_itself_and_keeps_the_stream_on_until_then(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
) -> None:
    await set_up(entry_for(gateway, options={"live_interval": 5, "live_duration": 40}))
    await machine.run(65)
    await turn(hass, machine, on=True)
    for _ in range(39):
        await machine.run(MINUTE)
        assert shown(hass, "live_mode") == "on"
        assert number(hass, "grid_power") == pytest.approx(
            gateway.truth().live.grid_w, rel=0.1, abs=25
        )
    await machine.run(2 * MINUTE)
    assert shown(hass, "live_mode") == "off"
    # Before the stream lapses, which it does after a quarter of an hour.
    streams = asked(gateway, STREAM)
    assert 3 <= len(streams) <= 5
    gateway.requests.clear()
    await machine.run(10 * MINUTE)
    assert not asked(gateway, STATUS)
    assert not asked(gateway, STREAM)


async def test_it_writes_nothing_where_nothing_changes(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    await set_up(envoy_entry)
    await machine.run(65)
    gateway.site.clock.freeze()
    await turn(hass, machine, on=True)
    await machine.run(5)
    reports = {
        key: hass.states.get(entity_id(hass, key))
        for key in ("production_power", "grid_power", "consumption_power")
    }
    gateway.requests.clear()
    await machine.run(20)
    assert len(asked(gateway, STATUS)) >= 9
    for key, before in reports.items():
        after = hass.states.get(entity_id(hass, key))
        assert before is not None
        assert after is not None
        assert after.last_reported == before.last_reported, key


async def test_a_stream_that_the_gateway_turns_off_is_turned_on_again(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    await set_up(envoy_entry)
    await machine.run(65)
    await turn(hass, machine, on=True)
    await machine.run(40)
    gateway.gateway.memory.live_until = 0.0
    await machine.run(40)
    assert len(asked(gateway, STREAM)) == 2
    assert number(hass, "grid_power") == pytest.approx(gateway.truth().live.grid_w, rel=0.1, abs=25)


@pytest.mark.parametrize("fault", [Fault.FAIL, Fault.SILENT, Fault.HTML, Fault.RESET])
async def test_live_data_that_fail_end_nothing(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
    fault: Fault,
) -> None:
    await set_up(envoy_entry)
    await machine.run(65)
    await turn(hass, machine, on=True)
    events = async_capture_events(hass, EVENT_STATE_CHANGED)
    gateway.fault(Endpoint.LIVEDATA, fault)
    gateway.requests.clear()
    await machine.run(2 * MINUTE)
    # One that is lost on a kept connection is sent once more.
    assert len(asked(gateway, STATUS)) <= 2 * 26
    assert "unavailable" not in history(hass, events, "production_power")
    gateway.clear_faults()
    gateway.requests.clear()
    await machine.run(30)
    assert len(asked(gateway, STATUS)) >= 7
    assert shown(hass, "live_mode") == "on"


@pytest.mark.parametrize("fault", [Fault.FAIL, Fault.HTML, Fault.UNAUTHORIZED])
async def test_a_gateway_that_does_not_go_along_says_so(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
    fault: Fault,
) -> None:
    await set_up(envoy_entry)
    await machine.run(65)
    gateway.fault(Endpoint.LIVE_STREAM, fault)
    with pytest.raises(HomeAssistantError) as raised:
        await turn(hass, machine, on=True)
    assert raised.value.translation_key == "not_switched"
    assert shown(hass, "live_mode") == "off"


async def test_an_unload_ends_it_and_a_start_begins_without_it(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    await set_up(envoy_entry)
    await machine.run(65)
    await turn(hass, machine, on=True)
    await machine.run(10)
    tasks = len(asyncio.all_tasks())
    assert await machine.finish(hass.config_entries.async_unload(envoy_entry.entry_id))
    await machine.run(5)
    assert len(asyncio.all_tasks()) < tasks
    gateway.requests.clear()
    await machine.run(2 * MINUTE)
    assert not gateway.requests
    assert await machine.finish(hass.config_entries.async_setup(envoy_entry.entry_id))
    await machine.run(10)
    assert shown(hass, "live_mode") == "off"
    assert not source_of(envoy_entry).live.on


async def test_turning_it_on_twice_is_turning_it_on_once(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    await set_up(envoy_entry)
    await machine.run(65)
    await turn(hass, machine, on=True)
    await turn(hass, machine, on=True)
    gateway.requests.clear()
    await machine.run(20)
    assert 9 <= len(asked(gateway, STATUS)) <= 11
    await turn(hass, machine, on=False)
    await turn(hass, machine, on=False)
    assert shown(hass, "live_mode") == "off"


async def test_batteries_are_live_and_their_energy_is_estimated_from_it(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp
) -> None:
    async with gateway_at(hass, Shape.D8_1_BATTERY) as gateway:
        entry = entry_for(gateway)
        await set_up(entry)
        await machine.run(65)
        await turn(hass, machine, on=True)
        await machine.run(10)
        truth = gateway.truth()
        assert truth.storage is not None
        assert number(hass, "battery_power") == pytest.approx(truth.live.battery_w, rel=0.02, abs=5)
        assert number(hass, "battery_soc") == pytest.approx(truth.storage.soc, abs=1)
        start = number(hass, "battery_charge_energy_total_estimated")
        true = truth.storage.charge_kwh
        await machine.run(20 * MINUTE)
        storage = gateway.truth().storage
        assert storage is not None
        rise = number(hass, "battery_charge_energy_total_estimated") - start
        assert rise == pytest.approx(storage.charge_kwh - true, rel=0.03, abs=0.005)
        assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))
