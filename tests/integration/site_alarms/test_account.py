"""What an account at Enphase tells becomes alarms of the site as what any device tells."""

from collections.abc import AsyncIterator

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.logic.contribution import Subject
from tests.integration.conftest import SetUp
from tests.integration.enlighten.kit import DAY_S, HOUR_S, cloud_at, entry_for, source_of
from tests.integration.glue.toy import SERIAL
from tests.integration.machine import TimeMachine
from tests.integration.site.kit import site_entry_with
from tests.integration.site_alarms.kit import Says, Told, problem, shown, start, stop
from tests.simulators.enlighten import Endpoint, EnlightenSimulator, EnlightenSystem, Fault


class Account:
    """An account with one system, and the site that listens."""

    def __init__(
        self, machine: TimeMachine, cloud: EnlightenSimulator, entry: MockConfigEntry
    ) -> None:
        """Take what a test turns."""
        self._machine = machine
        self.cloud = cloud
        self.entry = entry

    @property
    def system(self) -> EnlightenSystem:
        """The system."""
        return self.cloud.system

    async def refresh(self) -> None:
        """Ask now, as the button does, after the gateway has told the cloud; and let it stand."""
        await self._machine.run(900)
        await self._machine.finish(source_of(self.entry).async_refresh(self.system.system_id))
        await self._machine.run(600)


@pytest.fixture
def site_config() -> MockConfigEntry:
    """Give the entry of the site."""
    return site_entry_with()


@pytest.fixture
async def account(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    told: Told,
    site_config: MockConfigEntry,
) -> AsyncIterator[Account]:
    """Give an account at which all is well."""
    async with cloud_at(hass, {"gateway_serial": SERIAL}) as cloud:
        cloud.system.life.hurry = 0
        entry = entry_for(cloud)
        await set_up(entry)
        await set_up(site_config)
        await machine.run(HOUR_S)
        assert told.events == []
        yield Account(machine, cloud, entry)
        for each in (site_config, entry):
            assert await machine.finish(hass.config_entries.async_unload(each.entry_id))


async def test_a_panel_that_dies_is_told_once_by_the_name_of_its_system(
    hass: HomeAssistant, account: Account, told: Told
) -> None:
    assert shown(hass, "panel_problem") == "off"
    serial = account.system.panel_dies()
    await account.refresh()
    assert shown(hass, "panel_problem") == shown(hass, "alarm") == "on"
    assert told.short == [("panels", "raised")]
    [event] = told.events
    assert event["source"] == "Acacia Road 12"
    told_of = "Acacia Road 12: Panels have a problem (Microinverter without production"
    assert event["text"].startswith(told_of)
    assert serial in event["text"]
    account.system.panel_recovers()
    await account.refresh()
    assert shown(hass, "panel_problem") == "off"
    assert told.short[1:] == [("panels", "cleared")]


async def test_a_restart_tells_nothing_again_and_asks_nobody(
    hass: HomeAssistant,
    machine: TimeMachine,
    account: Account,
    told: Told,
    site_config: MockConfigEntry,
) -> None:
    account.system.meter_falls_silent()
    await account.refresh()
    assert told.short == [("meter", "raised")]
    await stop(hass, machine, site_config, account.entry)
    await start(hass, machine, site_config, account.entry)
    calls = len(account.cloud.calls)
    await machine.run(60)
    assert shown(hass, "meter_problem") == "on"
    assert len(account.cloud.calls) == calls
    await machine.run(HOUR_S)
    assert told.short == [("meter", "raised")]


async def test_a_cloud_that_fails_leaves_an_alarm_until_its_answer_is_too_old_and_never_clears_it(
    hass: HomeAssistant, machine: TimeMachine, account: Account, told: Told
) -> None:
    account.system.panel_dies()
    await account.refresh()
    for endpoint in Endpoint:
        account.cloud.fault(endpoint, Fault.SERVER_ERROR)
    await machine.run(6 * HOUR_S)
    assert shown(hass, "panel_problem") == "on"
    await machine.run(2 * DAY_S)
    assert shown(hass, "panel_problem") == "unavailable"
    assert problem(hass, "alarm").attributes["silent"] == ["Acacia Road 12"]
    assert shown(hass, "data_stale") == "on"
    assert told.short == [("panels", "raised"), ("stale", "raised")]


async def test_a_panel_that_gateway_and_account_both_tell_of_is_told_once(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    account: Account,
    told: Told,
    says: Says,
    toy_config: MockConfigEntry,
) -> None:
    says.subjects = {Subject.PANELS: False}
    await set_up(toy_config)
    await machine.run(70)
    says.subjects = {Subject.PANELS: True}
    account.system.panel_dies()
    await account.refresh()
    assert told.short == [("panels", "raised")]
    sources = problem(hass, "panel_problem").attributes["sources"]
    assert sorted(sources) == ["Acacia Road 12", "Toy"]
    says.subjects = {Subject.PANELS: False}
    await machine.run(600)
    assert shown(hass, "panel_problem") == "on"
    account.system.panel_recovers()
    await account.refresh()
    assert shown(hass, "panel_problem") == "off"
    assert told.short[1:] == [("panels", "cleared")]
