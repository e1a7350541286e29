"""A gateway that is away, or another one in its place: what is shown, told and sent meanwhile."""

import logging
from typing import Final

from homeassistant.const import EVENT_STATE_CHANGED, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from tests.integration.conftest import SetUp
from tests.integration.envoy.kit import (
    SERIAL,
    entity_id,
    history,
    number,
    shown,
    states,
)
from tests.integration.envoy.truth import wrong_states
from tests.integration.machine import TimeMachine
from tests.simulators.envoy import EnvoySimulator, Fault

TO_22_55: Final = 12 * 3_600 - 300
"""Tests begin at eleven."""
MINUTE: Final = 60
OTHER: Final = "122302000000"


def said(caplog: pytest.LogCaptureFixture) -> list[int]:
    """Collect the levels of what our integration has told the log."""
    ours = [record for record in caplog.records if "solar_monitor" in record.name]
    return [record.levelno for record in ours if record.levelno > logging.DEBUG]


@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.RESET])
async def test_a_night_silence_of_twenty_minutes_is_one_loss_and_one_return(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
    fault: Fault,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await machine.run(TO_22_55)
    await set_up(envoy_entry)
    await machine.run(4 * MINUTE)
    before = states(hass, envoy_entry)
    caplog.clear()
    events = async_capture_events(hass, EVENT_STATE_CHANGED)
    gateway.night_silence(20, fault)
    await machine.run(40 * MINUTE)

    alarms = [
        new.attributes["event_type"]
        for event in events
        if event.data["entity_id"] == entity_id(hass, "alarms") and (new := event.data["new_state"])
    ]
    assert alarms == ["gateway_lost", "gateway_back"]
    assert history(hass, events, "connection") == ["off", "on"]
    assert said(caplog) == [logging.WARNING, logging.INFO]
    for key, state in before.items():
        told = history(hass, events, key)
        assert told.count(STATE_UNAVAILABLE) <= 1, key
        if "_energy_" in key:
            numbers = [float(each) for each in (state, *told) if each[0].isdigit()]
            assert STATE_UNAVAILABLE not in told
            assert numbers == sorted(numbers), key
    after = states(hass, envoy_entry)
    assert {key for key in after if after[key] == STATE_UNAVAILABLE} == {
        key for key in before if before[key] == STATE_UNAVAILABLE
    }


async def test_another_gateway_gets_no_token_and_gives_no_values(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    async def trust_what_is_shown() -> None:
        trusted = {**envoy_entry.data, "tls_fingerprint": gateway.fingerprint}
        hass.config_entries.async_update_entry(envoy_entry, data=trusted)
        assert await machine.finish(hass.config_entries.async_reload(envoy_entry.entry_id))

    await set_up(envoy_entry)
    await machine.run(2 * MINUTE)
    total, checks = number(hass, "production_energy_total"), gateway.keeper.jwt_checks

    gateway.replace_by(OTHER)
    gateway.requests.clear()
    connections = gateway.connections
    await machine.run(5 * MINUTE)
    assert not gateway.requests, "a handshake is all it sees"
    assert connections < gateway.connections < connections + 5

    await trust_what_is_shown()
    await machine.run(20 * MINUTE)
    assert {what for _, what in gateway.requests} == {"/info"}
    assert gateway.keeper.jwt_checks == checks
    assert shown(hass, "connection") == "off"
    assert shown(hass, "production_power") == STATE_UNAVAILABLE
    assert number(hass, "production_energy_total") == total

    gateway.replace_by(SERIAL)
    await trust_what_is_shown()
    await machine.run(2 * MINUTE)
    gateway.site.clock.freeze()
    await machine.run(90)
    assert shown(hass, "connection") == "on"
    assert not wrong_states(hass, envoy_entry, gateway)
