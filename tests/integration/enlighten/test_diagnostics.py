"""What is given to helpers and written to logs, and what never is."""

from collections.abc import AsyncIterator, Iterable
import json
import logging
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.clients.enlighten.budget import budget_id
from custom_components.solar_monitor.diagnostics import async_get_config_entry_diagnostics
from tests.integration.conftest import SetUp
from tests.integration.enlighten.kit import (
    DAY_S,
    HOUR_S,
    NAMES,
    SYSTEM,
    cloud_at,
    entity_id,
    entry_for,
    token_of,
)
from tests.integration.machine import TimeMachine
from tests.simulators.enlighten import (
    EVERYWHERE,
    Application,
    Endpoint,
    EnlightenSimulator,
    Fault,
    Kind,
    TokenFault,
)

USER: Final = "canary-account-5591"
SECOND: Final = SYSTEM + 1
COME_IN_S: Final = 120
ADDRESS: Final = ("Springfield", "94954", "106015287")
"""What the simulated cloud says of the place of a system, and the owner's reference."""
OURS: Final = "custom_components.solar_monitor"
OF_THE_TESTS: Final = ("simulators", "pytest_homeassistant_custom_component")


@pytest.fixture
async def canary(hass: HomeAssistant) -> AsyncIterator[EnlightenSimulator]:
    """Give a cloud with two systems, whose words are found again wherever they leak."""
    application = Application(
        client_id="canary-client-id-2207",
        client_secret="canary-client-secret-9381",  # noqa: S106 - a canary
        api_key="canary-api-key-4416",
    )
    async with cloud_at(hass, {"batteries": 1}, {}, applications=[application]) as cloud:
        yield cloud


@pytest.fixture
def entry(canary: EnlightenSimulator) -> MockConfigEntry:
    """Give the entry of the account, in which one system is paused."""
    return entry_for(
        canary, profile="cloud_only", paused=[SECOND], token=token_of(canary, user=USER)
    )


def secrets_of(cloud: EnlightenSimulator) -> list[str]:
    """List what opens something or says whose it is, all tokens that there ever were among it."""
    application = cloud.application
    return [
        application.client_id,
        application.client_secret,
        application.api_key,
        USER,
        *cloud.grants.access,
        *cloud.grants.refresh,
    ]


def serials_of(cloud: EnlightenSimulator) -> list[str]:
    """List the serial numbers of all devices."""
    return [
        serial
        for system in cloud.systems
        for serial in (
            system.gateway_serial,
            *system.meter_serials,
            *system.battery_serials,
            *(panel.serial for panel in system.panels),
        )
    ]


def private_of(cloud: EnlightenSimulator) -> list[str]:
    """List what says who or where: names, addresses, serial numbers and numbers of systems."""
    numbers = (str(system.system_id) for system in cloud.systems)
    return [*NAMES[:2], *ADDRESS, *numbers, *serials_of(cloud)]


def leaks(text: str, words: Iterable[str]) -> list[str]:
    """Name the words that are in a text."""
    return [word for word in words if word in text]


def told_by(
    caplog: pytest.LogCaptureFixture, words: Iterable[str], *talkers: str
) -> set[tuple[str, str]]:
    """Name the words in the log with who wrote them: some loggers, or all but those of tests."""
    listed = list(words)
    return {
        (record.name, word)
        for record in caplog.records
        if not record.name.startswith(OF_THE_TESTS)
        and (not talkers or record.name.startswith(talkers))
        for word in leaks(f"{record.getMessage()} {record.exc_info} {record.exc_text}", listed)
    }


async def live_through(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator
) -> None:
    """Let a day and more pass on which everything happens."""
    house = cloud.system
    house.panel_dies(2)
    house.meter_falls_silent()
    house.battery_fails()
    await machine.run(8 * HOUR_S)
    for fault in (Fault.HTML, Fault.FAIL, Fault.RESET, Fault.MINUTE_QUOTA, Fault.WRONG_SHAPE):
        cloud.fault(EVERYWHERE, fault, times=2)
        await machine.run(HOUR_S)
    house.end(Kind.BATTERY_FAULT, house.battery_serials[0])
    await cloud.close()
    await machine.run(HOUR_S)
    await cloud.open()
    await press(hass, machine)
    cloud.grants.expire_access()
    for broken in (TokenFault.FAIL, TokenFault.HTML):
        cloud.oauth.fault = broken
        await machine.run(HOUR_S)
    cloud.oauth.fault = TokenFault.NONE
    await machine.run(DAY_S)
    cloud.fault(EVERYWHERE, Fault.MISMATCH, times=1)
    await press(hass, machine)
    cloud.grants.revoke()
    await press(hass, machine)
    await machine.run(HOUR_S)


async def press(hass: HomeAssistant, machine: TimeMachine) -> None:
    """Press the buttons as an automation does that goes on whatever comes of it."""
    for button in ("refresh", "test_connection"):
        service = {"entity_id": entity_id(hass, button)}
        work = hass.services.async_call("button", "press", service, blocking=False)
        await machine.finish(work)
        await machine.run(120)


async def test_of_a_day_on_which_everything_happens_nothing_secret_gets_out(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    canary: EnlightenSimulator,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    await set_up(entry)
    await live_through(hass, machine, canary)
    assert len(canary.grants.access) > 1, "a token was renewed"
    secrets, private = secrets_of(canary), private_of(canary)

    assert told_by(caplog, ["summary: status 200"], OURS), "it is the log of all that was asked"
    assert told_by(caplog, [*secrets, *private], OURS) == set()
    assert told_by(caplog, secrets) == set()

    shown = json.dumps(await async_get_config_entry_diagnostics(hass, entry))
    assert leaks(shown, [*secrets, *private]) == []

    source = entry.runtime_data.coordinator.source
    registries: list[Any] = [
        *hass.states.async_all(),
        *er.async_get(hass).entities.values(),
        *dr.async_get(hass).devices,
        *ir.async_get(hass).issues.values(),
    ]
    parts = (source, source.account, source.api, source.tokens, source.desk, *source.systems)
    told = "\n".join(map(repr, (*registries, *parts)))
    assert leaks(told, secrets) == []
    ids = [entity.unique_id for entity in er.async_get(hass).entities.values()]
    ids += [str(device.identifiers) for device in dr.async_get(hass).devices]
    assert leaks("\n".join(ids), [*NAMES, *ADDRESS, *serials_of(canary)]) == []


@pytest.mark.parametrize(
    "fault", [Fault.NONE, Fault.HTML, Fault.SILENT, Fault.MISMATCH, Fault.MONTH_QUOTA]
)
async def test_diagnostics_tell_neither_who_nor_where(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    canary: EnlightenSimulator,
    entry: MockConfigEntry,
    fault: Fault,
) -> None:
    await set_up(entry)
    await machine.run(COME_IN_S)
    canary.fault(EVERYWHERE, fault)
    await machine.run(DAY_S)
    shown = json.dumps(await async_get_config_entry_diagnostics(hass, entry))
    assert leaks(shown, [*secrets_of(canary), *private_of(canary), canary.host]) == []


async def test_diagnostics_show_what_helps(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    canary: EnlightenSimulator,
    entry: MockConfigEntry,
) -> None:
    canary.missing.add(Endpoint.OPEN_ALARMS)
    canary.system.meter_falls_silent()
    await set_up(entry)
    await machine.run(6 * HOUR_S)
    found = await async_get_config_entry_diagnostics(hass, entry)
    assert found["entry"]["plan"] == "watt"
    assert found["entry"]["options"] == {"profile": "cloud_only"}
    shown = found["source"]
    budget = shown["budget"]
    assert budget["key"] == budget_id(canary.application.api_key)[:4]
    assert budget["used"] == sum(budget["calls"].values()) == canary.count()
    assert budget["calls"]["summary"] == canary.count(Endpoint.SUMMARY)
    assert budget["limits"] == {"per_minute": 10, "per_month": 1_000}
    assert budget["pause"] == "none"
    assert budget["left"]["user"] > budget["left"]["background"] > 0
    assert shown["api"]["requests"] == canary.count()
    assert shown["api"]["last_error"] == "not_found"
    first, second = shown["systems"]
    assert (first["paused"], second["paused"]) == (False, True)
    assert first["values"]["system_status"] == "meter"
    assert first["values"]["panels"] == canary.system.panel_count
    assert first["values"]["meter_problem"] is True
    assert first["values"]["open_events"] == 1
    assert first["good_for_s"]["system_status"] > 0
    assert 0 <= first["fetched_ago_s"]["live"] < 4 * HOUR_S
    assert first["fetched_ago_s"]["cleared_alarms"] is None
    assert second["fetched_ago_s"]["live"] is None
    schedule = first["schedule"]
    assert schedule["lacks"] == {"open_alarms": "not_found"}
    assert schedule["known"]["battery"] is True
    assert schedule["live_interval_s"] >= 900
    assert schedule["due_in_s"].keys() >= {"live", "panels", "devices"}
    assert {device["kind"] for device in first["devices"]} == {
        "micros",
        "meters",
        "gateways",
        "encharges",
    }


async def test_the_same_device_is_the_same_everywhere_in_diagnostics(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    canary: EnlightenSimulator,
    entry: MockConfigEntry,
) -> None:
    canary.system.meter_falls_silent()
    await set_up(entry)
    await machine.run(DAY_S)
    found = await async_get_config_entry_diagnostics(hass, entry)
    first = found["source"]["systems"][0]
    silent = next(each["device"] for each in first["devices"] if each["kind"] == "meters")
    reasons = first["values"]["meter_problem_evidence"]
    assert {name for reason in reasons for name in reason["devices"]} == {silent}
    assert [alarm["devices"] for alarm in first["values"]["alarm_list"]] == [[silent]]
    assert {panel["device"] for panel in first["panels"]} == {
        each["device"] for each in first["devices"] if each["kind"] == "micros"
    }


async def test_there_are_diagnostics_of_an_account_that_is_not_loaded(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    entry.add_to_hass(hass)
    assert await async_get_config_entry_diagnostics(hass, entry) == {
        "entry": {
            "source": "enlighten",
            "plan": "watt",
            "options": {"profile": "cloud_only"},
            "version": "1.1",
            "state": "not_loaded",
        }
    }


async def test_what_has_been_silent_for_too_long_is_named_by_its_text(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    canary: EnlightenSimulator,
    entry: MockConfigEntry,
) -> None:
    await set_up(entry)
    await machine.run(COME_IN_S)
    await canary.close()
    await machine.run(DAY_S)
    found = await async_get_config_entry_diagnostics(hass, entry)
    # Of the system that is asked and of the one that was never asked.
    assert found["polling"]["stale"]["cloud_power"] == 2
    assert found["polling"]["stale"]["cloud_panels"] == 1
    assert "cloud_energy_total" not in found["polling"]["stale"]
