"""Panels as they were built."""

from typing import Any

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.site.options_data import ArrayOption
from tests.integration.conftest import SetUp
from tests.integration.site_flow.kit import (
    GATEWAY,
    INVERTER,
    assert_form,
    assert_kept,
    choose,
    error_text,
    fields_of,
    filled_in,
    labels,
    open_step,
    options_of,
    site_entry_with,
    step_text,
    submit,
)


async def open_arrays(
    hass: HomeAssistant, entry: MockConfigEntry, step: str | None = None
) -> ConfigFlowResult:
    """Open the list of arrays, and choose from it."""
    menu = await open_step(hass, entry, "arrays")
    assert (menu["type"], menu["step_id"]) == (FlowResultType.MENU, "arrays")
    return menu if step is None else await choose(hass, menu, step)


async def add(hass: HomeAssistant, entry: MockConfigEntry, **entered: object) -> ConfigFlowResult:
    """Add an array."""
    return await submit(hass, await open_arrays(hass, entry, "array"), entered)


def panels_of(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, str]:
    """Give the devices of an Envoy's panels by serial number."""
    return {
        str(device.serial_number): device.id
        for device in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
        if device.model == "Microinverter"
    }


async def test_size_is_all_that_has_to_be_known(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    menu = await open_arrays(hass, site_entry)
    assert menu["menu_options"] == ["array", "done"]
    assert step_text(menu).endswith("So far: 0 with 0 kWp. ")
    form = await choose(hass, menu, "array")
    assert_form(form, "array")
    assert fields_of(form).keys() == {"name", "kwp", "tilt", "azimuth"}
    menu = await submit(hass, form, {"name": " Garage ", "kwp": 4.4})
    assert menu["menu_options"] == ["array", "array_change", "array_remove", "done"]
    (array,) = options_of(site_entry).arrays
    assert array == ArrayOption(id=array.id, name="Garage", kwp=4.4)
    assert_kept(await choose(hass, menu, "done"))


async def test_there_may_be_several(hass: HomeAssistant, site_entry: MockConfigEntry) -> None:
    await add(hass, site_entry, name="East", kwp=4.4)
    menu = await add(hass, site_entry, name="West", kwp=2.25, tilt=35, azimuth=270)
    assert step_text(menu).endswith("So far: 2 with 6.65 kWp. East (4.4 kWp), West (2.25 kWp)")
    east, west = options_of(site_entry).arrays
    assert (east.tilt, east.azimuth) == (None, None)
    assert (west.tilt, west.azimuth) == (35, 270)


@pytest.mark.usefixtures("house")
async def test_panels_hang_on_what_tells_of_them(
    hass: HomeAssistant, site_entry: MockConfigEntry, house: tuple[MockConfigEntry, ...]
) -> None:
    form = await open_arrays(hass, site_entry, "array")
    assert labels(form, "source").keys() == {INVERTER, GATEWAY}
    panels = panels_of(hass, house[1])
    first, second = sorted(panels)[:2]
    entered = {
        "name": "East",
        "kwp": 0.88,
        "source": GATEWAY,
        "panels": [panels[first], panels[second], "no device of ours"],
    }
    menu = await submit(hass, form, entered)
    (array,) = options_of(site_entry).arrays
    assert (array.source, array.panels) == (GATEWAY, (first, second))
    form = await choose(hass, menu, "array_change")
    assert filled_in(form) == entered | {"panels": [panels[first], panels[second]]}


async def test_single_panels_tell_what_they_hang_on(
    hass: HomeAssistant, site_entry: MockConfigEntry, house: tuple[MockConfigEntry, ...]
) -> None:
    panels = panels_of(hass, house[1])
    serial = min(panels)
    await add(hass, site_entry, name="East", kwp=0.44, panels=[panels[serial]])
    (array,) = options_of(site_entry).arrays
    assert (array.source, array.panels) == (GATEWAY, (serial,))


@pytest.mark.usefixtures("house")
async def test_only_single_panels_are_offered_as_such(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    form = await open_arrays(hass, site_entry, "array")
    assert fields_of(form)["panels"].config["filter"] == [
        {"integration": "solar_monitor", "model": "Microinverter"}
    ]


async def test_an_array_is_changed_in_its_place_and_keeps_its_id(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    await add(hass, site_entry, name="East", kwp=4.4, tilt=30)
    await add(hass, site_entry, name="West", kwp=2.2)
    east, west = options_of(site_entry).arrays
    pick = await open_arrays(hass, site_entry, "array_change")
    assert_form(pick, "array_change")
    assert labels(pick, "array") == {east.id: "East", west.id: "West"}
    form = await submit(hass, pick, {"array": east.id})
    assert filled_in(form) == {"name": "East", "kwp": 4.4, "tilt": 30}
    menu = await submit(hass, form, {"name": "East", "kwp": 5})
    changed, same = options_of(site_entry).arrays
    assert changed == ArrayOption(id=east.id, name="East", kwp=5)
    assert same == west
    form = await choose(hass, menu, "array")
    assert filled_in(form) == {}


async def test_two_arrays_cannot_have_one_name(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    await add(hass, site_entry, name="East", kwp=4.4)
    form = await add(hass, site_entry, name="East", kwp=2.2)
    assert_form(form, "array", {"name": "name_taken"})
    assert "another one" in error_text(form)
    assert filled_in(form) == {"name": "East", "kwp": 2.2}
    await submit(hass, form, {"name": "West", "kwp": 2.2})
    assert [array.name for array in options_of(site_entry).arrays] == ["East", "West"]


async def test_removed_arrays_are_forgotten(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    await add(hass, site_entry, name="East", kwp=4.4)
    await add(hass, site_entry, name="West", kwp=2.2)
    east, west = options_of(site_entry).arrays
    form = await open_arrays(hass, site_entry, "array_remove")
    assert labels(form, "arrays") == {east.id: "East", west.id: "West"}
    menu = await submit(hass, form, {"arrays": [east.id]})
    assert options_of(site_entry).arrays == (west,)
    menu = await submit(hass, await choose(hass, menu, "array_remove"), {"arrays": [west.id]})
    assert menu["menu_options"] == ["array", "done"]
    assert site_entry.options == {}


@pytest.mark.parametrize(
    "outside", [{"kwp": 0}, {"tilt": 91}, {"azimuth": -1}, {"kwp": "many"}, {"source": "sold"}]
)
async def test_what_cannot_be_is_refused(
    hass: HomeAssistant, site_entry: MockConfigEntry, house: object, outside: dict[str, Any]
) -> None:
    form = await open_arrays(hass, site_entry, "array")
    with pytest.raises(InvalidData):
        await submit(hass, form, {"name": "East", "kwp": 4.4} | outside)
    assert site_entry.options == {}
    assert house


async def test_a_source_that_is_gone_is_not_shown(
    hass: HomeAssistant, set_up: SetUp, house: object
) -> None:
    entry = site_entry_with({"arrays": [{"name": "East", "kwp": 4.4, "source": "sold"}]})
    await set_up(entry)
    form = await open_arrays(hass, entry, "array_change")
    assert filled_in(form) == {"name": "East", "kwp": 4.4, "panels": []}
    assert house
