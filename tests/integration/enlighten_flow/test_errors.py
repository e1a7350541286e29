"""What goes wrong with key and cloud: it is named at the right field, and the form goes on."""

import asyncio
from datetime import timedelta
import time

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.solar_monitor.clients.enlighten.budget import Use
from custom_components.solar_monitor.clients.enlighten.plans import Plan
from custom_components.solar_monitor.sources.enlighten.desk import async_open_desk
from tests.integration.enlighten_flow.kit import (
    assert_key_form,
    key_input,
    show_key_form,
    submit_later,
)
from tests.integration.envoy_flow.kit import created, error_text, submit, suggestions
from tests.integration.machine import TimeMachine
from tests.simulators.enlighten import (
    EVERYWHERE,
    Application,
    EnlightenSimulator,
    Fault,
    Period,
    Told,
)

pytestmark = pytest.mark.usefixtures("current_request_with_host", "no_set_up")

MINUTE_S = 60
HOUR_S = 3_600


async def try_key(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator, **typed: str
) -> ConfigFlowResult:
    """Sign in and enter the key; the answer comes within a minute."""
    form = await show_key_form(hass, cloud)
    answer = submit(hass, form, key_input(cloud.application, **typed))
    return await machine.finish(answer, within_s=MINUTE_S + 5)


def assert_error(shown: ConfigFlowResult, field: str, key: str) -> None:
    """The same form is shown with one error; the key is not in it."""
    assert_key_form(shown)
    assert shown["errors"] == {field: key}
    assert error_text(shown)
    assert "api_key" not in suggestions(shown)


@pytest.mark.parametrize(
    ("fault", "field", "key"),
    [
        (Fault.MISMATCH, "api_key", "key_mismatch"),
        (Fault.UNAUTHORIZED, "api_key", "invalid_auth"),
        (Fault.FORBIDDEN, "base", "system_denied"),
        (Fault.SERVER_ERROR, "base", "cloud_fault"),
        (Fault.FAIL, "base", "cloud_fault"),
        (Fault.HTML, "base", "cloud_fault"),
        (Fault.EMPTY, "base", "cloud_fault"),
        (Fault.TRUNCATED, "base", "cloud_fault"),
        (Fault.WRONG_SHAPE, "base", "cloud_fault"),
        (Fault.NULLS, "base", "cloud_fault"),
        (Fault.TEXTS, "base", "cloud_fault"),
        (Fault.MOVED, "base", "cloud_fault"),
        (Fault.NOT_FOUND, "base", "cloud_fault"),
        (Fault.UNPROCESSABLE, "base", "cloud_fault"),
        (Fault.RESET, "base", "cloud_fault"),
        (Fault.SILENT, "base", "cloud_fault"),
    ],
)
async def test_a_fault_is_named_and_the_form_goes_on(
    hass: HomeAssistant,
    machine: TimeMachine,
    cloud: EnlightenSimulator,
    fault: Fault,
    field: str,
    key: str,
) -> None:
    cloud.fault(EVERYWHERE, fault)
    shown = await try_key(hass, machine, cloud, plan="kilowatt", profile="alarms_only")
    assert_error(shown, field, key)
    assert suggestions(shown) == {"plan": "kilowatt", "profile": "alarms_only"}
    assert cloud.count() == 1

    cloud.clear_faults()
    typed = key_input(cloud.application)
    created(await submit_later(machine, hass, shown, typed))
    assert cloud.count() == 2


async def test_a_cloud_that_cannot_be_reached_is_named_and_costs_no_call(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator
) -> None:
    form = await show_key_form(hass, cloud)
    await cloud.close()
    await machine.settle()  # until the connections that were kept are known to be gone
    typed = key_input(cloud.application)
    shown = await submit_later(machine, hass, form, typed)
    assert_error(shown, "base", "cannot_connect")
    assert "127.0.0.1 cannot be reached" in error_text(shown)
    assert await calls_counted(hass, cloud) == 0

    await cloud.open()
    created(await submit_later(machine, hass, shown, typed))
    assert await calls_counted(hass, cloud) == 1


async def calls_counted(hass: HomeAssistant, cloud: EnlightenSimulator) -> int:
    """Give how many calls of the month our books hold."""
    desk = await async_open_desk(hass, cloud.application.api_key, Plan.WATT)
    used = desk.budget.month.used
    await desk.async_release()
    return used


async def test_the_key_of_another_application_is_named(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator
) -> None:
    other = Application()
    cloud.applications.append(other)
    shown = await try_key(hass, machine, cloud, api_key=other.api_key)
    assert_error(shown, "api_key", "key_mismatch")
    assert cloud.count() == 1


@pytest.mark.parametrize("typed", ["client_id", "client_secret"])
async def test_what_is_not_the_key_is_named(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator, typed: str
) -> None:
    wrong = getattr(cloud.application, typed)
    shown = await try_key(hass, machine, cloud, api_key=wrong)
    assert_error(shown, "api_key", "invalid_auth")
    assert cloud.count() == 1


@pytest.mark.parametrize("typed", ["", "  ", "short", "zwei Wörter", "ключ-ключ", "0123 4567 89"])
async def test_what_cannot_be_a_key_is_refused_before_asking(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator, typed: str
) -> None:
    shown = await try_key(hass, machine, cloud, api_key=typed)
    assert_error(shown, "api_key", "invalid_key")
    assert cloud.count() == 0


async def test_an_account_without_systems_is_named(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator
) -> None:
    cloud.gate.users[cloud.oauth.user] = frozenset()
    assert_error(await try_key(hass, machine, cloud), "base", "no_systems")
    assert cloud.count() == 1


async def test_a_token_that_has_ended_meanwhile_is_not_tried_twice(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator
) -> None:
    form = await show_key_form(hass, cloud)
    cloud.grants.expire_access()
    shown = await submit_later(machine, hass, form, key_input(cloud.application))
    assert_error(shown, "api_key", "invalid_auth")
    assert cloud.count() == 1


def told_time(shown: ConfigFlowResult) -> float:
    """Read from the text of an error when to try again, unix s; the text says it in minutes."""
    at = (shown["description_placeholders"] or {})["retry_at"]
    assert at in error_text(shown)
    local = dt_util.parse_datetime(f"{at}:00")
    assert local is not None
    return local.replace(tzinfo=dt_util.get_default_time_zone()).timestamp()


@pytest.mark.parametrize(
    ("fault", "told", "at_least_s", "at_most_s"),
    [
        (Fault.MINUTE_QUOTA, Told.ALWAYS, 1, 3 * MINUTE_S),
        (Fault.BARE_QUOTA, Told.NEVER, MINUTE_S, 3 * MINUTE_S),
        (Fault.MONTH_QUOTA, Told.ALWAYS, 24 * HOUR_S, 32 * 24 * HOUR_S),
    ],
)
async def test_a_quota_that_is_used_up_says_until_when(
    hass: HomeAssistant,
    machine: TimeMachine,
    cloud: EnlightenSimulator,
    fault: Fault,
    told: Told,
    at_least_s: float,
    at_most_s: float,
) -> None:
    cloud.gate.told = told
    cloud.fault(EVERYWHERE, fault, times=1)
    shown = await try_key(hass, machine, cloud)
    assert_error(shown, "base", "rate_limited")
    assert at_least_s < told_time(shown) - time.time() < at_most_s


async def test_before_the_time_that_was_told_nothing_is_sent_and_after_it_the_form_goes_on(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator
) -> None:
    cloud.fault(EVERYWHERE, Fault.BARE_QUOTA, times=1)
    typed = key_input(cloud.application)
    shown = await try_key(hass, machine, cloud)
    until = told_time(shown)
    shown = await submit_later(machine, hass, shown, typed)
    assert_error(shown, "base", "budget_spent")
    assert told_time(shown) == until
    assert cloud.count() == 1

    await machine.run(until - time.time())
    created(await submit_later(machine, hass, shown, typed))


async def test_a_month_without_calls_says_when_the_next_one_begins(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator
) -> None:
    desk = await async_open_desk(hass, cloud.application.api_key, Plan.WATT)
    desk.budget.month.add("summary", Use.BACKGROUND, 1_000)
    shown = await try_key(hass, machine, cloud)
    await desk.async_release()
    assert_error(shown, "base", "budget_spent")
    begins = dt_util.utc_from_timestamp(told_time(shown)) - timedelta(minutes=2)
    assert (begins.day, begins.hour) == (1, 0)
    assert cloud.count() == 0


async def test_a_call_that_would_have_to_wait_long_is_not_waited_for(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator
) -> None:
    form = await show_key_form(hass, cloud)
    typed = key_input(cloud.application, api_key=cloud.application.client_id)
    for _ in range(8):
        form = await submit_later(machine, hass, form, typed)
        assert_error(form, "api_key", "invalid_auth")
    shown = await submit_later(machine, hass, form, typed)
    assert_error(shown, "base", "budget_spent")
    assert cloud.count() == 8
    assert cloud.used(period=Period.MINUTE) == 0


async def test_a_call_of_somebody_else_that_never_ends_is_not_waited_for(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator
) -> None:
    desk = await async_open_desk(hass, cloud.application.api_key, Plan.WATT)
    never = asyncio.Event()
    other = asyncio.create_task(desk.budget.spend("summary", Use.BACKGROUND, never.wait))
    shown = await try_key(hass, machine, cloud)
    assert_error(shown, "base", "cloud_fault")
    assert cloud.count() == 0
    never.set()
    await other
    await desk.async_release()
