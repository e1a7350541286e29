"""System health: whether the cloud can be reached, and how many calls each key has used."""

import json
from typing import Any

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, get_system_health_info

from custom_components.solar_monitor.clients.enlighten.budget import budget_id
from custom_components.solar_monitor.const import DOMAIN
from tests.integration.conftest import SetUp
from tests.integration.enlighten.kit import SYSTEM, cloud_at, entry_for
from tests.integration.machine import TimeMachine
from tests.simulators.enlighten import Application, EnlightenSimulator, Plan

SECOND = SYSTEM + 1
COME_IN_S = 120


async def health(hass: HomeAssistant, machine: TimeMachine) -> dict[str, Any]:
    """Give what Home Assistant's system information says of the integration."""
    for component in (DOMAIN, "system_health"):
        assert await async_setup_component(hass, component, {})
    await hass.async_block_till_done()
    found = await machine.finish(get_system_health_info(hass, DOMAIN))
    return {
        key: await machine.finish(value) if hasattr(value, "send") else value
        for key, value in found.items()
    }


def name_of(application: Application) -> str:
    """Give what stands for the key of an application."""
    return budget_id(application.api_key)[:4]


async def test_without_an_account_nothing_is_said_of_the_cloud_and_nobody_asks_it(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator
) -> None:
    assert await health(hass, machine) == {
        "sources": 0,
        "sources_answering": 0,
        "refused_values": 0,
    }
    assert cloud.count() == 0


async def test_the_cloud_can_be_reached_and_its_calls_are_counted(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    cloud: EnlightenSimulator,
    cloud_entry: MockConfigEntry,
) -> None:
    await set_up(cloud_entry)
    await machine.run(COME_IN_S)
    used = cloud.count()
    assert used > 0
    found = await health(hass, machine)
    assert found == {
        "sources": 1,
        "sources_answering": 1,
        "refused_values": 0,
        "cloud_reachable": "ok",
        "cloud_calls": f"{name_of(cloud.application)}: {used} / 1000",
    }
    assert cloud.count() == used, "asking whether it is there costs no call"


async def test_a_cloud_that_is_away_is_said_to_be(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    cloud: EnlightenSimulator,
    cloud_entry: MockConfigEntry,
) -> None:
    await set_up(cloud_entry)
    await cloud.close()
    found = await health(hass, machine)
    assert found["cloud_reachable"] == {"type": "failed", "error": "unreachable"}


@pytest.mark.parametrize("cloud", [({}, {})], indirect=True)
async def test_two_entries_with_one_key_share_one_count(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, cloud: EnlightenSimulator
) -> None:
    for system in (SYSTEM, SECOND):
        await set_up(entry_for(cloud, systems=[system]))
    await machine.run(COME_IN_S)
    found = await health(hass, machine)
    assert found["cloud_calls"] == f"{name_of(cloud.application)}: {cloud.count()} / 1000"


async def test_two_keys_are_counted_each_for_itself_and_named_without_the_key(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp
) -> None:
    applications = [Application(), Application(plan=Plan.KILOWATT)]
    async with cloud_at(hass, {}, {}, applications=applications) as cloud:
        for system, application in zip((SYSTEM, SECOND), applications, strict=True):
            entry = entry_for(cloud, systems=[system], application=application)
            await set_up(entry)
        await machine.run(COME_IN_S)
        found = await health(hass, machine)
        free, paid = found["cloud_calls"].split(", ")
        assert free.startswith(f"{name_of(applications[0])}: ")
        assert free.endswith(" / 1000")
        assert paid.startswith(f"{name_of(applications[1])}: ")
        assert paid.endswith(" / 50000")
        assert not any(each.api_key in json.dumps(found) for each in applications)
        for loaded in hass.config_entries.async_entries(DOMAIN):
            assert await machine.finish(hass.config_entries.async_unload(loaded.entry_id))


async def test_of_an_account_that_is_turned_off_no_calls_are_counted(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    cloud_entry: MockConfigEntry,
) -> None:
    await set_up(cloud_entry)
    await machine.run(COME_IN_S)
    await machine.finish(
        hass.config_entries.async_set_disabled_by(cloud_entry.entry_id, ConfigEntryDisabler.USER)
    )
    found = await health(hass, machine)
    assert found["cloud_reachable"] == "ok"
    assert "cloud_calls" not in found
