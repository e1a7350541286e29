"""The flow and an entry that runs: set up at once, changed and signed in again while it does."""

from collections.abc import AsyncIterator
from typing import Any

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowContext,
)
from homeassistant.core import HomeAssistant
import pytest

from custom_components.solar_monitor.const import DOMAIN
from tests.integration.enlighten.kit import SYSTEM, shown
from tests.integration.enlighten_flow.kit import (
    Browser,
    assert_form,
    key_input,
    show_menu,
    sign_in,
    submit_later,
)
from tests.integration.envoy_flow.kit import assert_aborted, created
from tests.integration.machine import TimeMachine
from tests.simulators.enlighten import EnlightenSimulator

pytestmark = pytest.mark.usefixtures("current_request_with_host")


@pytest.fixture
async def entry(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator, browser: Browser
) -> AsyncIterator[ConfigEntry[Any]]:
    """Give an entry that was added a minute ago."""
    form = await machine.finish(sign_in(hass, await show_menu(hass), browser))
    result = await submit_later(machine, hass, form, key_input(cloud.application))
    made = created(result)
    await machine.run(60)
    yield made
    if made.state is ConfigEntryState.LOADED:
        await machine.finish(hass.config_entries.async_unload(made.entry_id))


async def test_a_new_account_is_loaded_and_shows_its_system(
    hass: HomeAssistant, cloud: EnlightenSimulator, entry: ConfigEntry[Any]
) -> None:
    assert entry.state is ConfigEntryState.LOADED
    assert shown(hass, "system_status") == "normal"
    assert entry.runtime_data.coordinator.source.desk.budget.month.used == cloud.used()


async def test_an_account_that_was_revoked_signs_in_again_and_goes_on(
    hass: HomeAssistant,
    machine: TimeMachine,
    cloud: EnlightenSimulator,
    browser: Browser,
    entry: ConfigEntry[Any],
) -> None:
    cloud.grants.revoke()
    await machine.run(3_600)
    (flow,) = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert flow["step_id"] == "reauth_confirm_enlighten"
    before = cloud.count()
    menu = await submit_later(machine, hass, flow, {})
    result = await machine.finish(sign_in(hass, menu, browser))
    assert_aborted(result, "reauth_successful")
    await machine.run(3_600)
    assert entry.state is ConfigEntryState.LOADED
    assert {call.status for call in cloud.calls[before:]} == {200}
    assert hass.config_entries.flow.async_progress_by_handler(DOMAIN) == []


@pytest.mark.parametrize("cloud", [({}, {})], indirect=True)
@pytest.mark.parametrize("kept", [SYSTEM, SYSTEM + 1])
async def test_a_running_account_is_changed_with_one_call_and_one_owner_of_its_tokens(
    hass: HomeAssistant,
    machine: TimeMachine,
    cloud: EnlightenSimulator,
    browser: Browser,
    kept: int,
) -> None:
    form = await machine.finish(sign_in(hass, await show_menu(hass), browser))
    form = await submit_later(machine, hass, form, key_input(cloud.application))
    entry = created(await submit_later(machine, hass, form, {"systems": [str(SYSTEM)]}))
    await machine.run(60)

    context = ConfigFlowContext(source=SOURCE_RECONFIGURE, entry_id=entry.entry_id)
    form = await hass.config_entries.flow.async_init(DOMAIN, context=context)
    form = await submit_later(machine, hass, form, {"plan": "kilowatt"})
    assert_form(form, "systems")
    result = await submit_later(machine, hass, form, {"systems": [str(kept)]})
    assert_aborted(result, "reconfigure_successful")
    await machine.run(60)
    assert entry.state is ConfigEntryState.LOADED
    assert shown(hass, "system_status", kept) == "normal"
    assert entry.runtime_data.coordinator.source.desk.budget.limits.per_month == 50_000
    assert cloud.oauth.calls[1:] == []
    await machine.finish(hass.config_entries.async_unload(entry.entry_id))
