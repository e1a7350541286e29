"""The options that are one form each: sources, meters, feeds, battery, hours."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.const import DOMAIN
from custom_components.solar_monitor.logic.flows import Feed
from custom_components.solar_monitor.logic.peaks import OnPeak
from custom_components.solar_monitor.site.options import MENU
from custom_components.solar_monitor.site.options_data import FeedPoint, SiteOptions
from tests.integration.conftest import SetUp
from tests.integration.deye import entry_for
from tests.integration.enlighten.kit import cloud_at, entry_for as account_entry_for
from tests.integration.face import Combination
from tests.integration.site_flow.kit import (
    GATEWAY,
    INVERTER,
    assert_form,
    assert_kept,
    fields_of,
    filled_in,
    labels,
    open_step,
    options_of,
    site_entry_with,
    step_text,
    submit,
)
from tests.simulators.logger import LoggerSimulator

STRING = pytest.mark.parametrize("logger", [Combination(family="string")], indirect=True)
"""A Deye that feeds AC by itself."""


async def test_the_menu_leads_to_every_part(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    menu = await hass.config_entries.options.async_init(site_entry.entry_id)
    assert menu["type"] is FlowResultType.MENU
    assert menu["menu_options"] == list(MENU)


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("step", ["sources", "meters", "feeds", "battery", "on_peak"])
async def test_a_form_that_is_sent_as_it_is_shown_changes_nothing(
    hass: HomeAssistant, site_entry: MockConfigEntry, step: str
) -> None:
    before = options_of(site_entry)
    shown = await open_step(hass, site_entry, step)
    assert_kept(await submit(hass, shown, filled_in(shown)))
    assert options_of(site_entry) == SiteOptions(
        excluded=before.excluded,
        feeds={GATEWAY: FeedPoint()} if step == "feeds" else {},
    )


async def test_without_sources_there_is_nothing_to_choose(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    result = await open_step(hass, site_entry, "sources")
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "no_sources")


@pytest.mark.usefixtures("house")
async def test_all_sources_are_ticked_and_go_by_the_names_of_their_entries(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    shown = await open_step(hass, site_entry, "sources")
    assert labels(shown, "sources") == {INVERTER: "Deye 8 kW", GATEWAY: "Enphase Envoy"}
    assert filled_in(shown) == {"sources": [INVERTER, GATEWAY]}


@pytest.mark.usefixtures("house")
async def test_a_source_whose_tick_is_taken_away_is_no_part_of_the_site(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    shown = await open_step(hass, site_entry, "sources")
    assert_kept(await submit(hass, shown, {"sources": [INVERTER]}))
    assert options_of(site_entry).excluded == {GATEWAY}
    shown = await open_step(hass, site_entry, "sources")
    assert filled_in(shown) == {"sources": [INVERTER]}
    assert_kept(await submit(hass, shown, {"sources": [INVERTER, GATEWAY]}))
    assert site_entry.options == {}


@pytest.mark.usefixtures("house")
async def test_a_source_that_is_no_part_of_the_site_is_offered_nowhere(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    await submit(hass, await open_step(hass, site_entry, "sources"), {"sources": [INVERTER]})
    assert GATEWAY not in labels(await open_step(hass, site_entry, "meters"), "grid_meter")
    result = await open_step(hass, site_entry, "feeds")
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "no_arrays")


@pytest.mark.usefixtures("house")
async def test_meters_go_by_the_names_of_their_devices(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    shown = await open_step(hass, site_entry, "meters")
    offered = labels(shown, "grid_meter")
    assert offered["auto"] == "Find it"
    assert offered[GATEWAY] == "Enphase gateway"
    assert offered["inverters"] == "The grid connection of the inverters"
    assert filled_in(shown) == {"grid_meter": "auto", "home_meter": "auto"}


@pytest.mark.usefixtures("house")
async def test_a_device_that_the_user_renamed_goes_by_that_name(
    hass: HomeAssistant, site_entry: MockConfigEntry, house: tuple[MockConfigEntry, ...]
) -> None:
    devices = dr.async_get(hass)
    device = devices.async_get_device_by_identifier((DOMAIN, GATEWAY), house[1].entry_id)
    assert device is not None
    devices.async_update_device(device.id, name_by_user="Roof")
    shown = await open_step(hass, site_entry, "meters")
    assert labels(shown, "grid_meter")[GATEWAY] == "Roof"


@pytest.mark.usefixtures("house")
async def test_two_devices_of_one_name_are_told_apart(
    hass: HomeAssistant, site_entry: MockConfigEntry, house: tuple[MockConfigEntry, ...]
) -> None:
    devices = dr.async_get(hass)
    for name, entry in zip((INVERTER, GATEWAY), house, strict=True):
        device = devices.async_get_device_by_identifier((DOMAIN, name), entry.entry_id)
        assert device is not None
        devices.async_update_device(device.id, name_by_user="Solar")
    shown = await open_step(hass, site_entry, "meters")
    assert labels(shown, "grid_meter")[GATEWAY] == f"Solar ({GATEWAY})"


@pytest.mark.usefixtures("house")
async def test_a_part_without_a_device_goes_by_the_name_of_its_source(
    hass: HomeAssistant, site_entry: MockConfigEntry, house: tuple[MockConfigEntry, ...]
) -> None:
    devices = dr.async_get(hass)
    for device in dr.async_entries_for_config_entry(devices, house[1].entry_id):
        devices.async_remove_device(device.id)
    shown = await open_step(hass, site_entry, "meters")
    assert labels(shown, "grid_meter")[GATEWAY] == "Enphase Envoy"


@pytest.mark.usefixtures("house")
async def test_chosen_meters_are_kept_and_shown_again(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    shown = await open_step(hass, site_entry, "meters")
    chosen = {"grid_meter": "inverters", "home_meter": "reckoned"}
    assert_kept(await submit(hass, shown, chosen))
    options = options_of(site_entry)
    assert (options.grid_meter, options.home_meter) == ("inverters", "reckoned")
    assert filled_in(await open_step(hass, site_entry, "meters")) == chosen


async def test_a_meter_that_is_gone_gives_way_to_the_one_that_is_found(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    entry = site_entry_with({"grid_meter": "sold", "home_meter": "sold", "soc_of": "sold"})
    await set_up(entry)
    shown = await open_step(hass, entry, "meters")
    assert filled_in(shown) == {"grid_meter": "auto", "home_meter": "auto"}
    assert filled_in(await open_step(hass, entry, "battery"))["soc_of"] == "auto"


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("outside", [{"grid_meter": "sold"}, {"home_meter": "inverters"}])
async def test_what_cannot_be_chosen_is_refused(
    hass: HomeAssistant, site_entry: MockConfigEntry, outside: dict[str, str]
) -> None:
    shown = await open_step(hass, site_entry, "meters")
    with pytest.raises(InvalidData):
        await submit(hass, shown, filled_in(shown) | outside)
    assert site_entry.options == {}


@pytest.mark.usefixtures("house")
async def test_the_only_array_needs_no_choice(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    shown = await open_step(hass, site_entry, "feeds")
    assert_form(shown, "feed")
    assert step_text(shown) == "Enphase gateway: where is it connected?"
    assert fields_of(shown).keys() == {"feed"}  # one battery inverter: no question which
    assert_kept(await submit(hass, shown, {"feed": "backup"}))
    assert options_of(site_entry).feeds == {GATEWAY: FeedPoint(feed=Feed.BACKUP)}
    assert filled_in(await open_step(hass, site_entry, "feeds")) == {"feed": "backup"}


@STRING
@pytest.mark.usefixtures("house")
async def test_of_several_arrays_one_is_chosen_first(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    shown = await open_step(hass, site_entry, "feeds")
    assert_form(shown, "feeds")
    assert labels(shown, "array").keys() == {INVERTER, GATEWAY}
    form = await submit(hass, shown, {"array": GATEWAY})
    assert_form(form, "feed")
    assert_kept(await submit(hass, form, {"feed": "generator_port"}))
    assert options_of(site_entry).feeds == {GATEWAY: FeedPoint(feed=Feed.GENERATOR_PORT)}


async def test_the_batteries_can_be_one_of_a_size_that_one_source_tells_of(
    hass: HomeAssistant, site_entry: MockConfigEntry, house: object
) -> None:
    shown = await open_step(hass, site_entry, "battery")
    assert filled_in(shown) == {"common_bank": False, "soc_of": "auto"}
    bank = next(name for name in labels(shown, "soc_of") if name != "auto")
    chosen = {"common_bank": True, "soc_of": bank, "capacity": 20.5}
    assert_kept(await submit(hass, shown, chosen))
    options = options_of(site_entry)
    assert (options.common_bank, options.soc_of, options.capacity_kwh) == (True, bank, 20.5)
    assert filled_in(await open_step(hass, site_entry, "battery")) == chosen
    assert house


async def test_an_emptied_capacity_is_left_to_the_devices_again(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    entry = site_entry_with({"capacity": 20.5})
    await set_up(entry)
    shown = await open_step(hass, entry, "battery")
    assert filled_in(shown)["capacity"] == 20.5
    await submit(hass, shown, {"common_bank": False, "soc_of": "auto"})
    assert options_of(entry).capacity_kwh is None


async def test_hours_are_kept_and_shown_again(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    shown = await open_step(hass, site_entry, "on_peak")
    assert filled_in(shown) == {"weekdays": [], "begin": "16:00:00", "end": "21:00:00"}
    assert labels(shown, "weekdays")["0"] == "Monday"
    hours: dict[str, Any] = {"weekdays": ["0", "4"], "begin": "17:30:00", "end": "00:15:00"}
    assert_kept(await submit(hass, shown, hours))
    assert options_of(site_entry).on_peak == OnPeak(frozenset({0, 4}), 1050, 15)
    shown = await open_step(hass, site_entry, "on_peak")
    assert filled_in(shown) == hours


async def test_without_a_day_there_are_no_such_hours(hass: HomeAssistant, set_up: SetUp) -> None:
    hours = {"weekdays": ["0"], "begin": "16:00:00", "end": "21:00:00"}
    entry = site_entry_with({"on_peak": hours})
    await set_up(entry)
    shown = await open_step(hass, entry, "on_peak")
    await submit(hass, shown, hours | {"weekdays": []})
    assert entry.options == {}


async def test_the_site_is_loaded_again_when_something_changed(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    before = site_entry.runtime_data
    shown = await open_step(hass, site_entry, "battery")
    await submit(hass, shown, {"common_bank": True, "soc_of": "auto"})
    assert site_entry.runtime_data is not before


@pytest.mark.usefixtures("house")
async def test_the_forms_know_the_sources_also_while_the_site_is_not_loaded(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    assert await hass.config_entries.async_unload(site_entry.entry_id)
    assert GATEWAY in labels(await open_step(hass, site_entry, "meters"), "grid_meter")


async def test_the_forms_know_a_source_that_is_not_loaded_now(
    hass: HomeAssistant, site_entry: MockConfigEntry, house: tuple[MockConfigEntry, ...]
) -> None:
    coordinator = site_entry.runtime_data.coordinator
    await coordinator.async_refresh()
    assert await hass.config_entries.async_unload(house[1].entry_id)
    assert GATEWAY in labels(await open_step(hass, site_entry, "meters"), "grid_meter")


async def test_with_two_battery_inverters_it_matters_whose_generator_port_it_is(
    hass: HomeAssistant,
    site_entry: MockConfigEntry,
    set_up: SetUp,
    logger: LoggerSimulator,
    house: object,
) -> None:
    await set_up(entry_for(logger, id_prefix="another", title="Deye in the barn"))
    shown = await open_step(hass, site_entry, "feeds")
    assert labels(shown, "hybrid").keys() == {"auto", INVERTER, "another"}
    assert filled_in(shown) == {"feed": "house", "hybrid": "auto"}
    chosen = {"feed": "generator_port", "hybrid": "another"}
    assert_kept(await submit(hass, shown, chosen))
    point = FeedPoint(feed=Feed.GENERATOR_PORT, hybrid="another")
    assert options_of(site_entry).feeds == {GATEWAY: point}
    assert filled_in(await open_step(hass, site_entry, "feeds")) == chosen
    assert house


async def test_panels_that_the_cloud_tells_of_and_a_gateway_as_well_are_offered_once(
    hass: HomeAssistant, site_entry: MockConfigEntry, set_up: SetUp, house: object
) -> None:
    async with cloud_at(hass) as cloud:
        account = account_entry_for(cloud, profile="cloud_only")
        await set_up(account)
        shown = await open_step(hass, site_entry, "feeds")
        assert step_text(shown) == "Enphase gateway: where is it connected?"
        assert len(labels(await open_step(hass, site_entry, "sources"), "sources")) == 3
        assert await hass.config_entries.async_unload(account.entry_id)
    assert house
