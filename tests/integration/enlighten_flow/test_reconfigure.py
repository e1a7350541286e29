"""Key, plan and systems of an account are changed; its sign-in stays."""

from unittest.mock import AsyncMock

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ImplementationUnavailableError
from homeassistant.helpers.config_entry_oauth2_flow import (
    AbstractOAuth2Implementation,
    async_add_implementation_provider,
)
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.clients.enlighten.budget import Use
from custom_components.solar_monitor.clients.enlighten.plans import Plan
from custom_components.solar_monitor.sources.enlighten.desk import async_open_desk
from tests.integration.enlighten.kit import SYSTEM, entry_for
from tests.integration.enlighten_flow.kit import (
    assert_form,
    choices,
    submit_later,
)
from tests.integration.envoy_flow.kit import (
    assert_aborted,
    error_text,
    step_text,
    submit,
    suggestions,
)
from tests.integration.machine import TimeMachine
from tests.simulators.enlighten import (
    EVERYWHERE,
    Application,
    EnlightenSimulator,
    Fault,
    TokenFault,
)

pytestmark = pytest.mark.usefixtures("current_request_with_host", "no_set_up")

TWO = pytest.mark.parametrize("cloud", [({}, {})], indirect=True)
WATT = {"plan": "watt"}


async def begin(hass: HomeAssistant, entry: MockConfigEntry) -> ConfigFlowResult:
    """Let Home Assistant know an entry and open its form."""
    entry.add_to_hass(hass)
    form = await entry.start_reconfigure_flow(hass)
    assert_form(form, "reconfigure_enlighten")
    assert step_text(form)
    return form


async def test_an_empty_field_keeps_the_key(
    hass: HomeAssistant, cloud: EnlightenSimulator, no_set_up: AsyncMock
) -> None:
    entry = entry_for(cloud)
    form = await begin(hass, entry)
    assert suggestions(form) == WATT
    before = dict(entry.data)
    assert_aborted(await submit(hass, form, suggestions(form)), "reconfigure_successful")
    await hass.async_block_till_done()
    assert dict(entry.data) == before
    assert cloud.count() == 1
    assert no_set_up.call_count == 1


async def test_blanks_keep_the_key_too(hass: HomeAssistant, cloud: EnlightenSimulator) -> None:
    entry = entry_for(cloud)
    result = await submit(hass, await begin(hass, entry), WATT | {"api_key": "  "})
    assert_aborted(result, "reconfigure_successful")
    assert entry.data["api_key"] == cloud.application.api_key


async def test_a_new_key_is_checked_and_stored(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    entry = entry_for(cloud)
    form = await begin(hass, entry)
    cloud.application.api_key = "0123456789abcdef0123456789abcdef"
    typed = WATT | {"api_key": cloud.application.api_key}
    assert_aborted(await submit(hass, form, typed), "reconfigure_successful")
    assert entry.data["api_key"] == cloud.application.api_key


async def test_a_plan_is_changed(hass: HomeAssistant, cloud: EnlightenSimulator) -> None:
    entry = entry_for(cloud)
    result = await submit(hass, await begin(hass, entry), {"plan": "kilowatt"})
    assert_aborted(result, "reconfigure_successful")
    assert entry.data["plan"] == "kilowatt"


async def test_a_larger_plan_helps_at_once_when_the_calls_of_a_month_are_used_up(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    desk = await async_open_desk(hass, cloud.application.api_key, Plan.WATT)
    desk.budget.month.add("summary", Use.BACKGROUND, 1_000)
    form = await begin(hass, entry_for(cloud))
    shown = await submit(hass, form, WATT)
    assert shown["errors"] == {"base": "budget_spent"}
    result = await submit(hass, shown, {"plan": "kilowatt"})
    assert_aborted(result, "reconfigure_successful")
    await desk.async_release()


async def test_a_plan_that_was_changed_holds_for_whoever_shares_the_key(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    desk = await async_open_desk(hass, cloud.application.api_key, Plan.WATT)
    await submit(hass, await begin(hass, entry_for(cloud)), {"plan": "kilowatt"})
    assert desk.budget.plan is Plan.KILOWATT
    await desk.async_release()


@TWO
async def test_systems_are_chosen_anew_and_what_is_known_of_them_stays(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    entry = entry_for(cloud, systems=[SYSTEM])
    before = entry.data["identity"][str(SYSTEM)]
    form = await submit(hass, await begin(hass, entry), WATT)
    assert_form(form, "systems_free")
    assert suggestions(form) == {"systems": [str(SYSTEM)]}
    both = {"systems": [str(SYSTEM), str(SYSTEM + 1)]}
    assert_aborted(await submit(hass, form, both), "reconfigure_successful")
    assert entry.data["systems"] == [SYSTEM, SYSTEM + 1]
    assert entry.data["identity"][str(SYSTEM)] == before
    assert entry.data["identity"][str(SYSTEM + 1)]["gateways"] == []
    assert cloud.count() == 1


@TWO
async def test_a_system_that_is_left_out_is_forgotten(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    entry = entry_for(cloud)
    form = await submit(hass, await begin(hass, entry), WATT)
    await submit(hass, form, {"systems": [str(SYSTEM + 1)]})
    assert entry.data["systems"] == [SYSTEM + 1]
    assert entry.data["identity"].keys() == {str(SYSTEM + 1)}


@pytest.mark.parametrize("cloud", [({}, {}, {})], indirect=True)
async def test_a_system_of_another_entry_is_not_offered(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    MockConfigEntry(
        domain="solar_monitor", unique_id="777", data={**entry_for(cloud, systems=[SYSTEM]).data}
    ).add_to_hass(hass)
    entry = entry_for(cloud, systems=[SYSTEM + 1])
    form = await submit(hass, await begin(hass, entry), WATT)
    assert choices(form).keys() == {str(SYSTEM + 1), str(SYSTEM + 2)}


@TWO
async def test_a_system_that_is_shared_no_more_is_not_offered(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    cloud.gate.users[cloud.oauth.user] = frozenset({SYSTEM + 1})
    entry = entry_for(cloud, systems=[SYSTEM])
    result = await submit(hass, await begin(hass, entry), WATT)
    assert_aborted(result, "reconfigure_successful")
    assert entry.data["systems"] == [SYSTEM + 1]


@pytest.mark.parametrize(
    ("fault", "field", "key"),
    [
        (Fault.MISMATCH, "api_key", "key_mismatch"),
        (Fault.UNAUTHORIZED, "api_key", "invalid_auth"),
        (Fault.BARE_QUOTA, "base", "rate_limited"),
        (Fault.SERVER_ERROR, "base", "cloud_fault"),
        (Fault.SILENT, "base", "cloud_fault"),
    ],
)
async def test_a_fault_is_named_and_nothing_is_changed_until_the_form_goes_on(
    hass: HomeAssistant,
    machine: TimeMachine,
    cloud: EnlightenSimulator,
    fault: Fault,
    field: str,
    key: str,
) -> None:
    entry = entry_for(cloud)
    form = await begin(hass, entry)
    before = dict(entry.data) | {"token": None}
    cloud.fault(EVERYWHERE, fault)
    typed = {"plan": "kilowatt", "api_key": "0123456789abcdef0123456789abcdef"}
    cloud.application.api_key = typed["api_key"]
    shown = await submit_later(machine, hass, form, typed)
    assert_form(shown, "reconfigure_enlighten")
    assert shown["errors"] == {field: key}
    assert error_text(shown)
    assert suggestions(shown) == {"plan": "kilowatt"}
    assert dict(entry.data) | {"token": None} == before

    cloud.clear_faults()
    await machine.run(120)
    result = await submit_later(machine, hass, shown, typed)
    assert_aborted(result, "reconfigure_successful")
    assert entry.data["plan"] == "kilowatt"


@pytest.mark.parametrize("typed", ["short", "zwei Wörter"])
async def test_what_cannot_be_a_key_is_refused_before_asking(
    hass: HomeAssistant, cloud: EnlightenSimulator, typed: str
) -> None:
    form = await begin(hass, entry_for(cloud))
    shown = await submit(hass, form, WATT | {"api_key": typed})
    assert shown["errors"] == {"api_key": "invalid_key"}
    assert cloud.count() == 0


async def test_the_key_of_another_application_is_named(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    other = Application()
    cloud.applications.append(other)
    form = await begin(hass, entry_for(cloud))
    shown = await submit(hass, form, WATT | {"api_key": other.api_key})
    assert shown["errors"] == {"api_key": "key_mismatch"}


async def test_an_account_without_systems_is_named(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    cloud.gate.users[cloud.oauth.user] = frozenset()
    shown = await submit(hass, await begin(hass, entry_for(cloud)), WATT)
    assert shown["errors"] == {"base": "no_systems"}


async def test_a_token_whose_time_is_over_is_renewed_first(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    entry = entry_for(cloud)
    token = entry.data["token"] | {"expires_at": 0}
    entry = entry_for(cloud, token=token)
    result = await submit(hass, await begin(hass, entry), WATT)
    assert_aborted(result, "reconfigure_successful")
    assert entry.data["token"]["access_token"] != token["access_token"]
    assert cloud.count() == 1


async def test_a_token_that_is_refused_is_renewed_once(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator
) -> None:
    entry = entry_for(cloud)
    form = await begin(hass, entry)
    cloud.grants.expire_access()
    result = await submit_later(machine, hass, form, WATT)
    assert_aborted(result, "reconfigure_successful")
    assert cloud.count() == 2
    assert cloud.grants.refreshed == 1


async def test_an_account_that_has_to_sign_in_first_says_so(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator
) -> None:
    entry = entry_for(cloud)
    form = await begin(hass, entry)
    cloud.grants.revoke()
    shown = await submit_later(machine, hass, form, WATT)
    assert shown["errors"] == {"api_key": "invalid_auth"}
    assert "asks you to sign in again" in error_text(shown)


async def test_without_new_tokens_the_form_goes_on(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator
) -> None:
    entry = entry_for(cloud, token=entry_for(cloud).data["token"] | {"expires_at": 0})
    form = await begin(hass, entry)
    cloud.oauth.break_tokens(TokenFault.FAIL, times=1)
    shown = await submit_later(machine, hass, form, WATT)
    assert shown["errors"] == {"base": "cannot_connect"}
    assert cloud.count() == 0
    assert_aborted(await submit_later(machine, hass, shown, WATT), "reconfigure_successful")


async def test_credentials_that_are_gone_are_named(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    entry = entry_for(cloud, auth_implementation="deleted")
    shown = await submit(hass, await begin(hass, entry), WATT)
    assert shown["errors"] == {"api_key": "invalid_auth"}


async def test_credentials_that_are_away_are_named(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    async def fail(_: HomeAssistant, __: str) -> list[AbstractOAuth2Implementation]:
        raise ImplementationUnavailableError

    async_add_implementation_provider(hass, "away", fail)
    entry = entry_for(cloud, auth_implementation="away")
    shown = await submit(hass, await begin(hass, entry), WATT)
    assert shown["errors"] == {"base": "cannot_connect"}
