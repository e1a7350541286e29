"""What is asked, how often, and that one slow page delays no other."""

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED
from homeassistant.core import Event, HomeAssistant, callback
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.conftest import SetUp
from tests.integration.envoy.kit import (
    asked,
    coordinator_of,
    entity_id,
    entry_for,
    gateway_at,
    number,
    shown,
    source_of,
    states,
)
from tests.integration.envoy.truth import wrong_states
from tests.integration.machine import TimeMachine
from tests.simulators.envoy import Endpoint, EnvoySimulator, Fault, Shape

QUICK = {"/ivp/meters/readings", "/ivp/meters", "/ivp/pdm/device_data", "/auth/check_jwt"}
SLOW = {"/ivp/ensemble/inventory", "/ivp/pdm/energy", "/inventory.json"}
RARE = {"/info", "/home", "/ivp/livedata/status"}


async def test_each_page_is_asked_at_its_own_pace(
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    await set_up(envoy_entry)
    await machine.run(25)
    gateway.requests.clear()
    await machine.run(3_600)
    counts = Counter(what.partition("?")[0] for _, what in gateway.requests)
    assert counts.keys() == QUICK | SLOW
    assert counts["/ivp/meters/readings"] == 120
    assert counts["/ivp/pdm/device_data"] == 60
    assert counts["/ivp/meters"] <= 12
    assert all(counts[path] <= 6 for path in SLOW)
    # The session spares the gateway the check of the token: once in ten minutes is enough.
    assert counts["/auth/check_jwt"] <= 7
    assert sum(counts.values()) / 60 < 4
    assert gateway.most_at_once <= 2
    await machine.run(4 * 3_600)
    assert all(len(asked(gateway, path)) == 1 for path in RARE)


async def test_the_options_set_the_pace(
    machine: TimeMachine, set_up: SetUp, gateway: EnvoySimulator
) -> None:
    intervals = {"poll_interval": 120, "panels_interval": 240, "slow_interval": 1_800}
    await set_up(entry_for(gateway, options=intervals))
    gateway.requests.clear()
    await machine.run(3_590)
    assert len(asked(gateway, "/ivp/meters/readings")) == 29
    assert len(asked(gateway, "/ivp/pdm/device_data")) == 14
    assert len(asked(gateway, "/inventory.json")) == 1


async def test_next_to_cores_integration_it_asks_half_as_often(
    hass: HomeAssistant, set_up: SetUp, gateway: EnvoySimulator
) -> None:
    MockConfigEntry(domain="enphase_envoy", unique_id=gateway.serial).add_to_hass(hass)
    entry = entry_for(gateway)
    await set_up(entry)
    assert coordinator_of(entry).interval_s == 60


async def test_a_panel_is_written_only_when_it_has_reported(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    serial = gateway.field.panels[0].serial
    await set_up(envoy_entry)
    await machine.run(60)
    watched = {entity_id(hass, f"{serial}_{key}") for key in ("power", "energy_total", "problem")}
    writes: Counter[str] = Counter()

    @callback
    def is_watched(data: Mapping[str, Any]) -> bool:
        return data["entity_id"] in watched

    @callback
    def note(event: Event[Any]) -> None:
        writes[event.data["entity_id"]] += 1

    for kind in (EVENT_STATE_CHANGED, EVENT_STATE_REPORTED):
        hass.bus.async_listen(kind, note, event_filter=is_watched)
    reports: set[object] = set()
    for _ in range(60):
        reports.add(gateway.truth().panels[serial].reported_at)
        await machine.run(60)
    assert 4 <= len(reports) <= 6
    assert set(writes.values()) == {len(reports) - 1}
    assert entity_id(hass, f"{serial}_problem") not in writes


async def test_a_page_that_takes_a_minute_delays_no_other(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    for path in ("/inventory.json", "/ivp/pdm/device_data", "/ivp/pdm/energy", "/home"):
        gateway.delays[path] = 25.0
    await set_up(envoy_entry)
    await machine.run(300)
    gateway.requests.clear()
    await machine.run(1_800)
    readings = asked(gateway, "/ivp/meters/readings")
    pauses = [after - before for before, after in pairwise(readings)]
    assert max(pauses) < 32
    assert len(asked(gateway, "/ivp/pdm/device_data")) < 10
    assert coordinator_of(envoy_entry).interval_s == 30
    gateway.site.clock.freeze()
    await machine.run(400)
    assert not wrong_states(hass, envoy_entry, gateway)


async def test_a_gateway_that_answers_slowly_is_asked_less_often(
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    await set_up(envoy_entry)
    gateway.delays["/ivp/meters/readings"] = 6.0
    await machine.run(600)
    gateway.requests.clear()
    await machine.run(1_200)
    assert 5 <= len(asked(gateway, "/ivp/meters/readings")) <= 21
    gateway.delays.clear()
    await machine.run(600)
    gateway.requests.clear()
    await machine.run(600)
    assert len(asked(gateway, "/ivp/meters/readings")) >= 19


async def test_sixty_panels_are_all_there_though_the_gateway_details_only_49(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp
) -> None:
    async with gateway_at(hass, panels=60) as gateway:
        entry = entry_for(gateway)
        await set_up(entry)
        await machine.run(150)
        gateway.site.clock.freeze()
        await machine.run(90)
        assert number(hass, "panels_expected") == 60
        assert number(hass, "panels_reporting") == 60
        powers = [key for key in states(hass, entry) if key.startswith("48") and "power" in key]
        assert len(powers) == 60
        totals = [key for key in states(hass, entry) if key.endswith("_energy_total")]
        assert 45 <= len([key for key in totals if key.startswith("48")]) < 60
        assert not wrong_states(hass, entry, gateway)
        assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))


async def test_new_firmware_is_noticed_within_four_hours(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    await set_up(envoy_entry)
    await machine.run(60)
    assert shown(hass, "firmware") == "8.3.5167"
    gateway.update_firmware(Shape.D8_3_ACTIVE_COUNT)
    await machine.run(4 * 3_600 + 60)
    assert shown(hass, "firmware") == "8.3.5528"
    assert source_of(envoy_entry).reader.known.info is not None
    assert envoy_entry.data["identity"]["firmware"] == "8.3.5528"
    gateway.site.clock.freeze()
    await machine.run(90)
    assert not wrong_states(hass, envoy_entry, gateway)


async def test_the_identity_is_asked_again_after_a_failure(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    await set_up(envoy_entry)
    gateway.fault(Endpoint.INFO, Fault.HTML)
    await machine.run(4 * 3_600 + 60)
    assert shown(hass, "connection") == "on"
    gateway.clear_faults()
    await machine.run(300)
    assert shown(hass, "firmware") == "8.3.5167"
    assert not set(states(hass, envoy_entry).values()) & {"unavailable"}


@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.SLOW])
async def test_an_identity_that_takes_forever_holds_up_nothing(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
    fault: Fault,
) -> None:
    await set_up(envoy_entry)
    gateway.slow_s = 100.0
    gateway.fault(Endpoint.INFO, fault)
    await machine.run(4 * 3_600)
    gateway.requests.clear()
    await machine.run(600)
    assert len(asked(gateway, "/ivp/meters/readings")) >= 15
    assert shown(hass, "connection") == "on"
