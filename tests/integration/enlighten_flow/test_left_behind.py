"""A flow that is given up leaves nothing: no entry, no desk that stays open, no plan that holds."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import UnknownFlow
import pytest

from custom_components.solar_monitor.clients.enlighten.budget import Use, budget_id
from custom_components.solar_monitor.clients.enlighten.plans import Plan
from custom_components.solar_monitor.const import DOMAIN
from custom_components.solar_monitor.sources.enlighten.desk import Desk, async_open_desk
from tests.integration.enlighten.kit import entry_for
from tests.integration.enlighten_flow.kit import (
    assert_form,
    key_input,
    show_key_form,
    show_menu,
    submit_later,
)
from tests.integration.envoy_flow.kit import choose, created, submit
from tests.integration.machine import TimeMachine
from tests.simulators.enlighten import EVERYWHERE, EnlightenSimulator, Fault

pytestmark = pytest.mark.usefixtures("current_request_with_host", "no_set_up")

TWO = pytest.mark.parametrize("cloud", [({}, {})], indirect=True)


@pytest.fixture
async def desk(cloud: EnlightenSimulator, hass: HomeAssistant) -> AsyncIterator[Desk]:
    """Give a place at the desk of the key, as another entry has one."""
    place = await async_open_desk(hass, cloud.application.api_key, Plan.WATT)
    yield place
    await place.async_release()


def stored(hass_storage: Mapping[str, Any], cloud: EnlightenSimulator) -> dict[str, Any]:
    """Give what is stored of the key's budget."""
    name = f"{DOMAIN}.enlighten_{budget_id(cloud.application.api_key)}"
    budget: dict[str, Any] = hass_storage[name]["data"]["budget"]
    return budget


def assert_nothing_left(hass: HomeAssistant) -> None:
    """There is no flow in progress and no entry."""
    assert hass.config_entries.flow.async_progress() == []
    assert hass.config_entries.async_entries(DOMAIN) == []


async def test_one_that_is_given_up_before_the_key(
    hass: HomeAssistant, hass_storage: Mapping[str, Any], cloud: EnlightenSimulator
) -> None:
    for shown in (
        await show_menu(hass),
        await choose(hass, await show_menu(hass), "browser"),
        await choose(hass, await show_menu(hass), "code"),
        await show_key_form(hass, cloud),
    ):
        hass.config_entries.flow.async_abort(shown["flow_id"])
    assert_nothing_left(hass)
    assert [name for name in hass_storage if "enlighten" in name] == []


@TWO
async def test_one_that_is_given_up_at_the_choice_has_counted_its_call_and_closed_the_books(
    hass: HomeAssistant, hass_storage: Mapping[str, Any], cloud: EnlightenSimulator
) -> None:
    form = await submit(hass, await show_key_form(hass, cloud), key_input(cloud.application))
    assert_form(form, "systems_free")
    hass.config_entries.flow.async_abort(form["flow_id"])
    assert_nothing_left(hass)
    assert stored(hass_storage, cloud)["clean"] is True
    desk = await async_open_desk(hass, cloud.application.api_key, Plan.WATT)
    assert desk.budget.month.used == cloud.used() == 1
    await desk.async_release()


@pytest.mark.parametrize(
    "fault", [Fault.MISMATCH, Fault.BARE_QUOTA, Fault.SERVER_ERROR, Fault.SILENT, Fault.HTML]
)
async def test_one_that_fails_has_closed_the_books(
    hass: HomeAssistant,
    machine: TimeMachine,
    hass_storage: Mapping[str, Any],
    cloud: EnlightenSimulator,
    fault: Fault,
) -> None:
    cloud.fault(EVERYWHERE, fault)
    form = await show_key_form(hass, cloud)
    shown = await submit_later(machine, hass, form, key_input(cloud.application))
    hass.config_entries.flow.async_abort(shown["flow_id"])
    assert_nothing_left(hass)
    assert stored(hass_storage, cloud)["clean"] is True


@pytest.mark.parametrize("used", [False, True])
async def test_of_what_is_not_the_key_nothing_is_remembered_unless_it_was_used_before(
    hass: HomeAssistant,
    hass_storage: Mapping[str, Any],
    cloud: EnlightenSimulator,
    *,
    used: bool,
) -> None:
    typed = "my-password-at-enphase"
    desk = await async_open_desk(hass, typed, Plan.WATT)
    if used:
        desk.budget.month.add("summary", Use.BACKGROUND, 1)
    await desk.async_release()
    form = await show_key_form(hass, cloud)
    shown = await submit(hass, form, key_input(cloud.application, api_key=typed))
    assert shown["errors"] == {"api_key": "invalid_auth"}
    assert (f"{DOMAIN}.enlighten_{budget_id(typed)}" in hass_storage) is used


async def test_one_that_is_closed_while_the_cloud_is_asked(
    hass: HomeAssistant,
    machine: TimeMachine,
    hass_storage: Mapping[str, Any],
    cloud: EnlightenSimulator,
) -> None:
    cloud.fault(EVERYWHERE, Fault.SILENT)
    form = await show_key_form(hass, cloud)
    typed = key_input(cloud.application)
    asking = asyncio.create_task(submit_later(machine, hass, form, typed))
    await machine.settle()
    hass.config_entries.flow.async_abort(form["flow_id"])
    with pytest.raises(UnknownFlow):
        await asking
    assert_nothing_left(hass)
    assert stored(hass_storage, cloud)["clean"] is True


async def test_one_that_ends_well_has_closed_the_books_before_the_entry_opens_them(
    hass: HomeAssistant, hass_storage: Mapping[str, Any], cloud: EnlightenSimulator
) -> None:
    form = await show_key_form(hass, cloud)
    created(await submit(hass, form, key_input(cloud.application)))
    assert stored(hass_storage, cloud)["clean"] is True


@TWO
async def test_a_plan_that_was_only_tried_does_not_hold_for_others(
    hass: HomeAssistant, cloud: EnlightenSimulator, desk: Desk
) -> None:
    entry = entry_for(cloud)
    entry.add_to_hass(hass)
    form = await entry.start_reconfigure_flow(hass)
    form = await submit(hass, form, {"plan": "kilowatt"})
    assert_form(form, "systems")
    hass.config_entries.flow.async_abort(form["flow_id"])
    assert desk.budget.plan is Plan.WATT
    assert entry.data["plan"] == "watt"
