"""The site comes by itself with the first source, and does not come back once it was removed."""

from collections.abc import AsyncIterator
from typing import Any

from homeassistant.config_entries import (
    SOURCE_IGNORE,
    SOURCE_IMPORT,
    SOURCE_USER,
    ConfigEntry,
    ConfigEntryDisabler,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.const import DOMAIN
from custom_components.solar_monitor.site.creation import UNIQUE_ID
from custom_components.solar_monitor.sources import SOURCES
from tests.integration.conftest import SITE_STORE, SetUp
from tests.integration.envoy.kit import entry_for as gateway_entry_for
from tests.integration.site_flow.kit import site_entry_with
from tests.simulators.envoy import EnvoySimulator


@pytest.fixture
def nothing_removed(hass_storage: dict[str, Any]) -> None:
    """Nobody has removed a site yet."""
    del hass_storage[SITE_STORE]


@pytest.fixture(autouse=True)
async def unload_the_site(hass: HomeAssistant) -> AsyncIterator[None]:
    """Unload a site that a test has brought about."""
    yield
    entry = site_of(hass)
    if entry is not None and entry.state is ConfigEntryState.LOADED:
        assert await hass.config_entries.async_unload(entry.entry_id)


def site_of(hass: HomeAssistant) -> ConfigEntry[Any] | None:
    """Give the entry of the site; None if there is none."""
    return hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, UNIQUE_ID)


async def show_menu(hass: HomeAssistant) -> ConfigFlowResult:
    """Open the menu in which a user adds something."""
    return await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})


async def choose_site(hass: HomeAssistant) -> ConfigFlowResult:
    """Add the site from the menu."""
    menu = await show_menu(hass)
    result = await hass.config_entries.flow.async_configure(
        menu["flow_id"], {"next_step_id": "site"}
    )
    await hass.async_block_till_done()
    return result


@pytest.mark.usefixtures("nothing_removed")
async def test_the_site_comes_with_the_first_source(
    hass: HomeAssistant, set_up: SetUp, deye_entry: MockConfigEntry
) -> None:
    await set_up(deye_entry)
    entry = site_of(hass)
    assert entry is not None
    assert (entry.title, dict(entry.data)) == ("Solar site", {"source": "site"})
    assert not entry.options
    assert (entry.source, entry.state) == (SOURCE_IMPORT, ConfigEntryState.LOADED)


@pytest.mark.usefixtures("nothing_removed", "house")
async def test_two_sources_make_one_site(hass: HomeAssistant) -> None:
    kinds = [entry.data["source"] for entry in hass.config_entries.async_entries(DOMAIN)]
    assert sorted(kinds) == ["deye", "envoy", "site"]


@pytest.mark.usefixtures("nothing_removed")
async def test_sources_that_are_set_up_at_the_same_time_make_one_site(
    hass: HomeAssistant, deye_entry: MockConfigEntry, gateway: EnvoySimulator
) -> None:
    sources = (deye_entry, gateway_entry_for(gateway))
    for entry in sources:
        entry.add_to_hass(hass)
    assert await async_setup_component(hass, DOMAIN, {})
    await hass.async_block_till_done()
    assert len(hass.config_entries.async_entries(DOMAIN)) == 3
    assert hass.config_entries.flow.async_progress() == []
    for entry in sources:
        assert await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.usefixtures("nothing_removed")
async def test_a_site_that_was_removed_does_not_come_back(
    hass: HomeAssistant, set_up: SetUp, deye_entry: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    await set_up(deye_entry)
    entry = site_of(hass)
    assert entry is not None
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert hass_storage[SITE_STORE]["data"] == {"declined": True}
    assert await hass.config_entries.async_reload(deye_entry.entry_id)
    await hass.async_block_till_done()
    assert site_of(hass) is None


@pytest.mark.usefixtures("nothing_removed")
@pytest.mark.parametrize("first", ["the site", "the last device"])
async def test_once_everything_was_removed_nothing_is_left_and_all_begins_anew(
    hass: HomeAssistant,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    hass_storage: dict[str, Any],
    first: str,
) -> None:
    await set_up(deye_entry)
    site = site_of(hass)
    assert site is not None
    order = [site.entry_id, deye_entry.entry_id]
    for entry_id in order if first == "the site" else reversed(order):
        await hass.config_entries.async_remove(entry_id)
        await hass.async_block_till_done()
    assert [key for key in hass_storage if key.startswith(DOMAIN)] == []
    await set_up(MockConfigEntry(domain=DOMAIN, unique_id="again", data=dict(deye_entry.data)))
    assert site_of(hass) is not None


@pytest.mark.usefixtures("nothing_removed")
@pytest.mark.parametrize("disabled_by", [None, ConfigEntryDisabler.USER])
async def test_a_removed_site_stays_away_as_long_as_there_is_any_source(
    hass: HomeAssistant,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    gateway: EnvoySimulator,
    disabled_by: ConfigEntryDisabler | None,
) -> None:
    await set_up(deye_entry)
    site = site_of(hass)
    assert site is not None
    await hass.config_entries.async_remove(site.entry_id)
    other = gateway_entry_for(gateway)
    await set_up(other)
    await hass.config_entries.async_set_disabled_by(other.entry_id, disabled_by)
    await hass.config_entries.async_remove(deye_entry.entry_id)
    await hass.config_entries.async_set_disabled_by(other.entry_id, None)
    assert await hass.config_entries.async_reload(other.entry_id)
    await hass.async_block_till_done()
    assert site_of(hass) is None


@pytest.mark.usefixtures("nothing_removed")
async def test_a_device_that_is_ignored_is_no_source(
    hass: HomeAssistant, set_up: SetUp, deye_entry: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    MockConfigEntry(domain=DOMAIN, unique_id="ignored", source=SOURCE_IGNORE).add_to_hass(hass)
    await set_up(deye_entry)
    site = site_of(hass)
    assert site is not None
    for entry_id in (site.entry_id, deye_entry.entry_id):
        await hass.config_entries.async_remove(entry_id)
    assert SITE_STORE not in hass_storage


async def test_the_menu_offers_the_site_only_while_there_is_none(hass: HomeAssistant) -> None:
    assert (await show_menu(hass))["menu_options"] == [*SOURCES, "site"]
    site_entry_with().add_to_hass(hass)
    assert (await show_menu(hass))["menu_options"] == list(SOURCES)


async def test_a_site_from_the_menu_asks_nothing_and_is_wanted_from_then_on(
    hass: HomeAssistant, set_up: SetUp, deye_entry: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    result = await choose_site(hass)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"] == {"source": "site"}
    assert hass_storage[SITE_STORE]["data"] == {"declined": False}
    await set_up(deye_entry)
    assert len(hass.config_entries.async_entries(DOMAIN)) == 2


async def test_a_second_site_from_a_menu_that_stayed_open_is_refused(hass: HomeAssistant) -> None:
    menu = await show_menu(hass)
    await choose_site(hass)
    result = await hass.config_entries.flow.async_configure(
        menu["flow_id"], {"next_step_id": "site"}
    )
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")


@pytest.mark.usefixtures("nothing_removed")
async def test_a_site_that_is_disabled_is_one(
    hass: HomeAssistant, set_up: SetUp, deye_entry: MockConfigEntry
) -> None:
    entry = MockConfigEntry(
        domain=DOMAIN,
        unique_id=UNIQUE_ID,
        data={"source": "site"},
        disabled_by=ConfigEntryDisabler.USER,
    )
    entry.add_to_hass(hass)
    await set_up(deye_entry)
    assert site_of(hass) is entry
    assert entry.state is ConfigEntryState.NOT_LOADED


@pytest.mark.parametrize("damaged", [[], {}, {"declined": "yes"}])
async def test_a_memory_that_makes_no_sense_is_as_none(
    hass: HomeAssistant,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    hass_storage: dict[str, Any],
    damaged: object,
) -> None:
    hass_storage[SITE_STORE]["data"] = damaged
    await set_up(deye_entry)
    assert site_of(hass) is not None


async def test_a_site_has_nothing_to_reconfigure_and_says_where_its_options_are(
    hass: HomeAssistant,
) -> None:
    entry = site_entry_with()
    entry.add_to_hass(hass)
    result = await entry.start_reconfigure_flow(hass)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "nothing_to_reconfigure"
