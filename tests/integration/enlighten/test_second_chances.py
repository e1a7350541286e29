"""What was refused is asked for again when there is a reason, and not merely because of a start."""

import asyncio

from homeassistant.core import HomeAssistant
import pytest

from custom_components.solar_monitor.clients.enlighten.plans import Plan
from custom_components.solar_monitor.sources.enlighten.desk import async_open_desk
from custom_components.solar_monitor.sources.enlighten.probe import IssuedToken, async_find_systems
from tests.integration.conftest import SetUp
from tests.integration.enlighten.kit import (
    DAY_S,
    HOUR_S,
    asked,
    entry_for,
    shown,
    sign_ins_asked,
    source_of,
    token_of,
)
from tests.integration.machine import TimeMachine
from tests.simulators.enlighten import Endpoint, EnlightenSimulator, Fault, TokenFault


async def test_a_start_does_not_end_the_rest_of_a_system_that_the_cloud_does_not_know(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, cloud: EnlightenSimulator
) -> None:
    entry = entry_for(cloud, profile="cloud_only")
    await set_up(entry)
    await machine.run(600)
    cloud.fault(Endpoint.SUMMARY, Fault.FORBIDDEN, 1)
    await machine.run(3 * DAY_S)  # refused once, answered since, with other tokens
    cloud.fault("*", Fault.NOT_FOUND)
    await machine.run(12 * HOUR_S)
    calls = cloud.count()
    for _ in range(5):
        assert await machine.finish(hass.config_entries.async_reload(entry.entry_id))
        await machine.run(30)
    assert cloud.count() == calls


async def test_a_token_that_was_refused_by_mistake_heals_and_nobody_has_to_sign_in(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, cloud: EnlightenSimulator
) -> None:
    entry = entry_for(cloud, profile="cloud_only")
    await set_up(entry)
    await machine.run(600)
    cloud.oauth.break_tokens(TokenFault.REFUSE, 1)
    await machine.run(DAY_S)
    assert sign_ins_asked(hass, entry) == 1
    await machine.run(14 * HOUR_S)
    assert sign_ins_asked(hass, entry) == 0
    assert asked(cloud)[-1] > cloud.clock.timestamp() - 3 * HOUR_S
    assert shown(hass, "system_status") == "normal"


@pytest.mark.parametrize("name", ["America/Phoenix/", "/etc/passwd", "x" * 300, "Moon/Base"])
async def test_a_time_zone_that_is_none_does_not_end_a_set_up(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    cloud: EnlightenSimulator,
    name: str,
) -> None:
    cloud.system.time_zone_name = name
    entry = entry_for(cloud, profile="cloud_only")
    await set_up(entry)
    await machine.run(120)
    assert await machine.finish(hass.config_entries.async_reload(entry.entry_id))
    assert shown(hass, "system_status") == "normal"


async def test_plans_that_two_dialogs_try_at_once_leave_the_one_that_is_settled(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, cloud: EnlightenSimulator
) -> None:
    entry = entry_for(cloud, profile="cloud_only")
    await set_up(entry)
    await machine.run(600)
    token = IssuedToken(token_of(cloud)["access_token"])
    key = cloud.application.api_key

    async def try_both() -> None:
        await asyncio.gather(
            async_find_systems(hass, key, Plan.PARTNER, token),
            async_find_systems(hass, key, Plan.KILOWATT, token),
        )

    await machine.finish(try_both())
    assert source_of(entry).desk.budget.plan is Plan.WATT


async def test_a_plan_that_is_only_tried_is_not_that_of_an_entry_that_is_loaded_meanwhile(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    trying = await async_open_desk(hass, cloud.application.api_key, Plan.PARTNER)
    trying.try_plan(Plan.PARTNER)
    settled = await async_open_desk(hass, cloud.application.api_key, Plan.WATT)
    plans = [settled.budget.plan]
    await trying.async_release()
    plans.append(settled.budget.plan)
    await settled.async_release()
    assert plans == [Plan.PARTNER, Plan.WATT]
