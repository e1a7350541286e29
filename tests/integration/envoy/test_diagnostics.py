"""What is given to helpers, and what never is."""

import json
import logging
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.diagnostics import async_get_config_entry_diagnostics
from tests.integration.conftest import SetUp
from tests.integration.envoy.kit import asked, entry_for, gateway_at, renewable
from tests.integration.machine import TimeMachine
from tests.simulators.envoy import EVERYWHERE, Endpoint, EnvoySimulator, Fault, Shape

PASSWORD = "canary-password-7d1f"  # noqa: S105 - a canary
USERNAME = "canary.owner@example.org"


def secrets_of(gateway: EnvoySimulator, entry: MockConfigEntry) -> list[str]:
    """List what must not get out."""
    token = entry.data["token"]
    return [
        gateway.serial,
        *(panel.serial for panel in gateway.field.panels),
        *(serial for _, serial in gateway.gateway.batteries),
        *token.split("."),
        PASSWORD,
        USERNAME,
        gateway.host,
        gateway.address,
    ]


def with_canaries(gateway: EnvoySimulator, **options: object) -> MockConfigEntry:
    """Make an entry with words that are found again wherever they leak."""
    gateway.cloud.username, gateway.cloud.password = USERNAME, PASSWORD
    return entry_for(gateway, options=options, **renewable(gateway))


async def diagnostics(hass: HomeAssistant, entry: MockConfigEntry) -> tuple[dict[str, Any], str]:
    """Get the diagnostics of an entry, and as the text that a user sends."""
    found = await async_get_config_entry_diagnostics(hass, entry)
    return found["source"], json.dumps(found)


@pytest.mark.parametrize(
    "fault", [Fault.NONE, Fault.HTML, Fault.TRUNCATED, Fault.UNAUTHORIZED, Fault.SILENT]
)
@pytest.mark.parametrize("shape", [Shape.D8_3_STORAGE_PHASE, Shape.D8_2_ACB])
async def test_diagnostics_tell_neither_who_nor_where(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, shape: Shape, fault: Fault
) -> None:
    async with gateway_at(hass, shape) as gateway:
        entry = with_canaries(gateway)
        await set_up(entry)
        await machine.run(65)
        gateway.fault(EVERYWHERE, fault)
        await machine.run(300)
        _, text = await diagnostics(hass, entry)
        leaked = [secret for secret in secrets_of(gateway, entry) if secret in text]
        assert leaked == []
        assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))


async def test_diagnostics_show_what_helps(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, gateway: EnvoySimulator
) -> None:
    entry = with_canaries(gateway)
    await set_up(entry)
    await machine.run(65)
    gateway.fault(Endpoint.READINGS, Fault.JUMP)
    await machine.run(60)
    gateway.fault(Endpoint.DEVICE_DATA, Fault.TRUNCATED)
    await machine.run(65)
    shown, _ = await diagnostics(hass, entry)
    assert shown["identity"]["firmware"] == "8.3.5167"
    assert len(shown["shape"]["panels"]) == 8
    assert shown["refusals"]["held_jump"]["production_energy_total"] >= 1
    assert shown["endpoints"]["readings"]["last_took_s"] >= 0
    assert shown["endpoints"]["device_data"]["error"] == "bad_answer"
    assert shown["link"]["requests"] > 5
    assert shown["token"]["role"] == "owner"
    assert shown["token"]["renewable"] is True
    assert json.loads(shown["answers"]["readings"][-1]["body"])[0]["activePower"] > 0
    assert shown["memory"]["counters"]["production_energy_total"]["total"] > 1_000
    # The same panel is the same everywhere.
    assert set(shown["panels"]["watch"]) == set(shown["shape"]["panels"])
    assert shown["recording"] is None


async def test_a_recording_holds_every_page_masked(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, gateway: EnvoySimulator
) -> None:
    entry = with_canaries(gateway, record_fixtures=True)
    await set_up(entry)
    await machine.run(300)
    shown, text = await diagnostics(hass, entry)
    recording = shown["recording"]
    assert {"/info", "/home", "/ivp/meters/readings", "/inventory.json?deleted=1"} <= set(recording)
    assert recording["/ivp/meters"]["status"] == 200
    assert recording["/ivp/peb/devstatus"]["status"] == 401
    leaked = [secret for secret in secrets_of(gateway, entry) if secret in text]
    assert leaked == []
    asked = len(gateway.requests)
    await machine.run(60)
    assert len(gateway.requests) - asked < 8  # once is enough


async def test_a_recording_is_made_once_and_anew_of_other_firmware_or_when_turned_on_again(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    hass_storage: dict[str, Any],
) -> None:
    def recordings() -> int:
        return len(asked(gateway, "/ivp/sc/pvlimit"))

    entry = with_canaries(gateway, record_fixtures=True)
    await set_up(entry)
    await machine.run(300)
    recorded = (await diagnostics(hass, entry))[0]["recording"]
    assert recordings() == 1
    assert await machine.finish(hass.config_entries.async_reload(entry.entry_id))
    await machine.run(300)
    assert (await diagnostics(hass, entry))[0]["recording"] == recorded
    assert recordings() == 1

    store = hass_storage[f"solar_monitor.{entry.entry_id}.recording"]
    store["data"]["firmware"] = "8.2.4264"
    assert await machine.finish(hass.config_entries.async_reload(entry.entry_id))
    await machine.run(300)
    assert recordings() == 2

    for wanted in (False, True):
        hass.config_entries.async_update_entry(entry, options={"record_fixtures": wanted})
        assert await machine.finish(hass.config_entries.async_reload(entry.entry_id))
        await machine.run(300)
        shown, _ = await diagnostics(hass, entry)
        assert (shown["recording"] is not None) is wanted
    assert recordings() == 3
    await machine.finish(hass.config_entries.async_remove(entry.entry_id))
    assert not [name for name in hass_storage if entry.entry_id in name]


async def test_an_unload_ends_a_recording(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, gateway: EnvoySimulator
) -> None:
    gateway.delays["/home"] = 50.0
    entry = with_canaries(gateway, record_fixtures=True)
    await set_up(entry)
    await machine.run(30)
    assert (await diagnostics(hass, entry))[0]["recording"] is None
    began = hass.loop.time()
    assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))
    assert hass.loop.time() - began < 5


async def test_the_log_tells_no_secret(
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("simulators.envoy").setLevel(logging.ERROR)
    entry = with_canaries(gateway)
    await set_up(entry)
    await machine.run(65)
    old = entry.data["token"]
    gateway.revoke()
    await machine.run(900)
    assert entry.data["token"] != old
    gateway.fault(EVERYWHERE, Fault.HTML)
    await machine.run(300)
    ours = "\n".join(
        record.getMessage() + str(record.exc_info or "")
        for record in caplog.records
        if not record.name.startswith("homeassistant")
    )
    secrets = [PASSWORD, *old.split("."), *entry.data["token"].split(".")]
    assert [secret for secret in secrets if secret in ours] == []


async def test_nothing_of_a_token_is_in_a_state_or_a_repr(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, gateway: EnvoySimulator
) -> None:
    entry = with_canaries(gateway)
    await set_up(entry)
    await machine.run(65)
    source = entry.runtime_data.coordinator.source
    parts = (source, source.reader, source.reader.token, source.reader.token._token)  # noqa: SLF001
    words = " ".join([*map(repr, parts), *(str(state) for state in hass.states.async_all())])
    secrets = [PASSWORD, USERNAME, *entry.data["token"].split(".")]
    assert [secret for secret in secrets if secret in words] == []
