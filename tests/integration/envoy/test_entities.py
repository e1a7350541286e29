"""Which devices and entities a gateway becomes: nobody's history breaks unnoticed."""

import logging
import re
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from custom_components.solar_monitor.const import DOMAIN
from tests.integration.conftest import SetUp
from tests.integration.envoy.kit import SERIAL, entry_for, gateway_at, states
from tests.integration.glue.kit import device_of, remove_device
from tests.integration.machine import TimeMachine
from tests.integration.rows import entities_of, registered
from tests.simulators.envoy import EnvoySimulator, Shape, shapes

FEW: Final = 2
"""Panels whose entities are in a snapshot: one is like the other."""
COME_IN_S: Final = 130
"""By then all endpoints have answered, those in the background too."""
LEAST, MOST = 11, 40
OF_ALL: Final = re.compile("not been tested|zlib_ng")
"""Warnings that all get here: it is not Home Assistant's own, and no zlib is a fast one."""


@pytest.mark.parametrize("shape", Shape, ids=lambda shape: shape.name)
async def test_the_entities_of_a_gateway_are_what_they_were(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    shape: Shape,
    snapshot: SnapshotAssertion,
) -> None:
    async with gateway_at(hass, shape, panels=FEW) as gateway:
        entry = entry_for(gateway)
        await set_up(entry)
        await machine.run(COME_IN_S)
        found = entities_of(hass, entry)
        assert {entity.unique_id: registered(entity) for entity in found} == snapshot(
            extension_class=JSONSnapshotExtension
        )
        own = [entity for entity in found if entity.unique_id.startswith(SERIAL)]
        enabled = [entity for entity in own if not entity.disabled]
        print(f"{shape.name}: {len(enabled)} of {len(own)} are enabled by default")  # noqa: T201 - a figure for the reader
        assert LEAST <= len(enabled) <= MOST


@pytest.mark.parametrize("shape", Shape, ids=lambda shape: shape.name)
async def test_what_a_restart_finds_while_the_gateway_is_away_is_what_there_was(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, shape: Shape
) -> None:
    async with gateway_at(hass, shape, panels=FEW) as gateway:
        entry = entry_for(gateway)
        await set_up(entry)
        await machine.run(COME_IN_S)
        before = [registered(entity) for entity in entities_of(hass, entry)]
        values = states(hass, entry)
        await gateway.stop()
        assert await machine.finish(hass.config_entries.async_reload(entry.entry_id))
        await hass.async_block_till_done()
        assert [registered(entity) for entity in entities_of(hass, entry)] == before
        after = states(hass, entry)
        assert after.keys() == values.keys()
        counters = {key for key in values if "_energy_total" in key}
        assert {key: after[key] for key in counters} == {key: values[key] for key in counters}


@pytest.mark.usefixtures("everything_enabled")
async def test_home_assistant_has_nothing_to_say_about_any_entity(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    cts = shapes.EVERYTHING
    fitted: dict[str, Any] = {"cts": cts.cts, "encharges": 2, "acbs": 1, "collar": True, "c6": True}
    async with gateway_at(hass, Shape.D8_3_STORAGE_PHASE, panels=FEW, generator=True, **fitted) as (
        gateway
    ):
        await set_up(entry_for(gateway))
        await machine.run(COME_IN_S)
        said = [
            record.getMessage()
            for record in caplog.records
            if record.levelno >= logging.WARNING and not OF_ALL.search(record.getMessage())
        ]
        assert said == []


async def test_panels_and_batteries_hang_behind_the_gateway(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp
) -> None:
    async with gateway_at(hass, Shape.D8_2_DEVICE_DATA, panels=FEW) as gateway:
        entry = entry_for(gateway)
        await set_up(entry)
        await machine.run(COME_IN_S)
        registry = dr.async_get(hass)
        devices = {
            name: device
            for device in dr.async_entries_for_config_entry(registry, entry.entry_id)
            for domain, name in device.identifiers
            if domain == DOMAIN
        }
        own = devices.pop(SERIAL)
        assert (own.name, own.manufacturer, own.model) == (
            "Enphase gateway",
            "Enphase",
            "IQ Gateway",
        )
        assert own.serial_number == SERIAL
        assert own.sw_version == "8.2.4345"
        assert {device.via_device_id for device in devices.values()} == {own.id}
        assert {device.serial_number for device in devices.values()} == set(devices)
        names = {str(device.name).partition(" ")[0] for device in devices.values()}
        assert names == {"Panel", "Battery"}


async def test_a_panel_that_is_taken_down_can_be_removed_and_stays_away(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    await set_up(envoy_entry)
    await machine.run(COME_IN_S)
    retired, *_, used = gateway.field.panels
    retired.retired = True
    await machine.run(COME_IN_S)
    for panel, goes in ((used, False), (retired, True)):
        removed = await machine.finish(remove_device(hass, hass_ws_client, panel.serial))
        assert removed is goes
    assert await machine.finish(hass.config_entries.async_reload(envoy_entry.entry_id))
    await machine.run(COME_IN_S)
    assert not [key for key in states(hass, envoy_entry) if key.startswith(retired.serial)]
    assert device_of(hass, retired.serial) is None


async def test_a_panel_that_is_put_up_appears_without_a_reload(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    late = gateway.field.panels.pop()
    await set_up(envoy_entry)
    await machine.run(COME_IN_S)
    source = envoy_entry.runtime_data.coordinator.source
    assert late.serial not in source.shape.panels
    gateway.field.panels.append(late)
    await machine.run(COME_IN_S)
    assert envoy_entry.runtime_data.coordinator.source is source
    assert float(states(hass, envoy_entry)[f"{late.serial}_power"]) > 0
