"""Dialogs whose list was changed meanwhile, in another window or by an import: back to the menu."""

from typing import Any

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.site_flow.kit import (
    GATEWAY,
    assert_form,
    choose,
    filled_in,
    open_step,
    options_of,
    sensor,
    submit,
)

ARRAYS = [{"id": f"array_{n}", "name": f"Roof {n}", "kwp": 5} for n in range(3)]
LISTS = ["others", "arrays"]
CHANGE = {"others": "others_change", "arrays": "array_change"}
REMOVE = {"others": "others_remove", "arrays": "array_remove"}
CHOICE = {"others": "device", "arrays": "array"}
CHOICES = {"others": "devices", "arrays": "arrays"}


def listed(hass: HomeAssistant, of: str, count: int) -> list[dict[str, Any]]:
    """Make some devices or arrays."""
    if of == "arrays":
        return ARRAYS[:count]
    return [
        {"id": f"other_{n}", "kind": "panels", "name": f"P{n}", "power": sensor(hass, f"power_{n}")}
        for n in range(count)
    ]


def assert_menu(shown: ConfigFlowResult, step_id: str) -> None:
    """A menu is shown."""
    assert (shown["type"], shown["step_id"]) == (FlowResultType.MENU, step_id)


@pytest.mark.parametrize("step", [CHANGE, REMOVE])
@pytest.mark.parametrize("of", LISTS)
async def test_of_a_list_that_was_emptied_nothing_can_be_chosen(
    hass: HomeAssistant, site_entry: MockConfigEntry, of: str, step: dict[str, str]
) -> None:
    update = hass.config_entries.async_update_entry
    update(site_entry, options={of: listed(hass, of, 1)})
    menu = await open_step(hass, site_entry, of)
    update(site_entry, options={})
    menu = await choose(hass, menu, step[of])
    assert_menu(menu, of)
    assert step[of] not in menu["menu_options"]


@pytest.mark.parametrize("of", LISTS)
async def test_what_was_removed_meanwhile_cannot_be_changed(
    hass: HomeAssistant, site_entry: MockConfigEntry, of: str
) -> None:
    whole = listed(hass, of, 3)
    update = hass.config_entries.async_update_entry
    update(site_entry, options={of: whole})
    menu = await open_step(hass, site_entry, of)
    form = await choose(hass, menu, CHANGE[of])
    assert_form(form, CHANGE[of])
    update(site_entry, options={of: whole[:2]})
    menu = await submit(hass, form, {CHOICE[of]: whole[2]["id"]})
    assert_menu(menu, of)
    assert [each.id for each in getattr(options_of(site_entry), of)] == [
        each["id"] for each in whole[:2]
    ]
    form = await submit(hass, await choose(hass, menu, CHANGE[of]), {CHOICE[of]: whole[1]["id"]})
    assert filled_in(form)["name"] == whole[1]["name"]


@pytest.mark.parametrize("of", LISTS)
async def test_what_was_removed_meanwhile_may_be_removed_again(
    hass: HomeAssistant, site_entry: MockConfigEntry, of: str
) -> None:
    whole = listed(hass, of, 2)
    update = hass.config_entries.async_update_entry
    update(site_entry, options={of: whole})
    form = await choose(hass, await open_step(hass, site_entry, of), REMOVE[of])
    update(site_entry, options={})
    menu = await submit(hass, form, {CHOICES[of]: [whole[0]["id"]]})
    assert_menu(menu, of)


@pytest.mark.usefixtures("house")
async def test_panels_that_were_removed_meanwhile_feed_in_nowhere(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    update = hass.config_entries.async_update_entry
    update(site_entry, options={"others": listed(hass, "others", 1)})
    form = await open_step(hass, site_entry, "feeds")
    assert_form(form, "feeds")
    update(site_entry, options={})
    assert_menu(await submit(hass, form, {"array": "other_0"}), "site")
    form = await open_step(hass, site_entry, "feeds")
    assert_form(form, "feed")
    assert form["description_placeholders"] is not None
    assert GATEWAY not in form["description_placeholders"]["name"]
