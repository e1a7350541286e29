"""Tokens that are lost, revoked or too old: somebody signs in again, once, and keeps the rest."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.clients.enlighten.errors import TokenRefusedError
from custom_components.solar_monitor.clients.errors import CannotConnectError
from custom_components.solar_monitor.sources.enlighten.tokens import (
    KEEP_ALIVE,
    EntryTokens,
    async_tokens,
)
from tests.integration.conftest import SetUp
from tests.integration.enlighten.kit import (
    DAY_S,
    HOUR_S,
    sign_ins_asked,
    token_of,
    tokens_of,
)
from tests.integration.machine import TimeMachine
from tests.simulators.enlighten import EnlightenSimulator, TokenFault

MONTH_S = 30 * DAY_S


def without_token(data: Mapping[str, Any]) -> dict[str, Any]:
    """Give all that an entry remembers but its token."""
    return {key: value for key, value in data.items() if key != "token"}


async def crash_after_renewal(
    hass: HomeAssistant, entry: MockConfigEntry, tokens: EntryTokens, machine: TimeMachine
) -> EntryTokens:
    """Renew the token and die before it is on the disk; give the tokens after the restart."""
    on_disk = dict(entry.data)
    await machine.run(DAY_S)
    await machine.finish(tokens.access_token())
    assert entry.data != on_disk
    hass.config_entries.async_update_entry(entry, data=on_disk)
    return await async_tokens(hass, entry)


async def test_a_crash_before_the_new_token_is_stored_costs_a_sign_in_if_the_old_one_is_dead(
    hass: HomeAssistant,
    cloud_entry: MockConfigEntry,
    tokens: EntryTokens,
    machine: TimeMachine,
) -> None:
    kept = without_token(cloud_entry.data)
    tokens = await crash_after_renewal(hass, cloud_entry, tokens, machine)
    with pytest.raises(TokenRefusedError):
        await machine.finish(tokens.access_token())
    assert sign_ins_asked(hass, cloud_entry) == 1
    assert without_token(cloud_entry.data) == kept


async def test_a_crash_before_the_new_token_is_stored_costs_nothing_if_the_old_one_lives(
    hass: HomeAssistant,
    cloud: EnlightenSimulator,
    cloud_entry: MockConfigEntry,
    tokens: EntryTokens,
    machine: TimeMachine,
) -> None:
    cloud.grants.old_dies = False
    tokens = await crash_after_renewal(hass, cloud_entry, tokens, machine)
    assert cloud.grants.allowed(await machine.finish(tokens.access_token()))
    assert sign_ins_asked(hass, cloud_entry) == 0


@pytest.mark.parametrize("old_dies", [True, False])
async def test_an_answer_that_is_lost_on_its_way_asks_for_a_sign_in_only_if_the_old_token_is_dead(
    hass: HomeAssistant,
    cloud: EnlightenSimulator,
    cloud_entry: MockConfigEntry,
    tokens: EntryTokens,
    machine: TimeMachine,
    *,
    old_dies: bool,
) -> None:
    cloud.grants.old_dies = old_dies
    cloud.oauth.break_tokens(TokenFault.LOST, times=1)
    await machine.run(DAY_S)
    with pytest.raises(CannotConnectError):
        await machine.finish(tokens.access_token())
    assert sign_ins_asked(hass, cloud_entry) == 0
    assert len(cloud.oauth.calls) == 1
    if old_dies:
        with pytest.raises(TokenRefusedError):
            await machine.finish(tokens.access_token())
    else:
        assert cloud.grants.allowed(await machine.finish(tokens.access_token()))
    assert sign_ins_asked(hass, cloud_entry) == old_dies


@pytest.mark.parametrize("status", [400, 401])
async def test_who_revokes_the_access_is_asked_once_to_sign_in(
    hass: HomeAssistant,
    cloud: EnlightenSimulator,
    cloud_entry: MockConfigEntry,
    tokens: EntryTokens,
    machine: TimeMachine,
    status: int,
) -> None:
    cloud.oauth.refusal_status = status
    cloud.grants.revoke()
    old = cloud_entry.data["token"]
    for _ in range(10):
        with pytest.raises(TokenRefusedError):
            await machine.finish(tokens.access_token(refused=old["access_token"]))
        await machine.run(60)
    assert sign_ins_asked(hass, cloud_entry) == 1
    assert [call.status for call in cloud.oauth.calls] == [status]
    assert cloud_entry.data["token"] == old


async def test_a_month_without_home_assistant_costs_a_sign_in(
    hass: HomeAssistant, cloud_entry: MockConfigEntry, machine: TimeMachine
) -> None:
    await machine.run(MONTH_S - DAY_S)
    tokens = await tokens_of(hass, cloud_entry)
    await machine.finish(tokens.access_token())
    await machine.run(MONTH_S)
    tokens = await async_tokens(hass, cloud_entry)
    with pytest.raises(TokenRefusedError):
        await machine.finish(tokens.access_token())
    assert sign_ins_asked(hass, cloud_entry) == 1


@pytest.mark.parametrize("rotate", [True, False])
async def test_a_refused_refresh_token_is_tried_again_after_half_a_day(
    hass: HomeAssistant,
    cloud: EnlightenSimulator,
    cloud_entry: MockConfigEntry,
    tokens: EntryTokens,
    machine: TimeMachine,
    *,
    rotate: bool,
) -> None:
    """The cloud has refused it by mistake. Nobody signs in, and it goes on."""
    cloud.grants.rotate = rotate
    await machine.run(DAY_S)
    right, cloud.oauth.applications = cloud.oauth.applications, []
    tokens.start()
    await machine.run(KEEP_ALIVE.total_seconds() + 60)
    assert [call.status for call in cloud.oauth.calls] == [401, 401]
    assert sign_ins_asked(hass, cloud_entry) == 1
    cloud.oauth.applications = right
    with pytest.raises(TokenRefusedError):
        await tokens.access_token()
    await machine.run(KEEP_ALIVE.total_seconds())
    assert cloud.grants.allowed(await tokens.access_token())
    tokens.stop()
    await machine.run(DAY_S)
    assert cloud.grants.allowed(await machine.finish(tokens.access_token()))


async def test_after_signing_in_again_it_goes_on_with_the_new_token(
    hass: HomeAssistant,
    cloud: EnlightenSimulator,
    cloud_entry: MockConfigEntry,
    tokens: EntryTokens,
    machine: TimeMachine,
) -> None:
    await machine.run(2 * MONTH_S)
    with pytest.raises(TokenRefusedError):
        await machine.finish(tokens.access_token())
    data = {**cloud_entry.data, "token": token_of(cloud)}
    hass.config_entries.async_update_entry(cloud_entry, data=data)
    for _ in range(3):
        assert cloud.grants.allowed(await machine.finish(tokens.access_token()))
        await machine.run(DAY_S)


async def test_a_loaded_account_that_was_revoked_asks_once_and_goes_on_after_the_sign_in(
    hass: HomeAssistant,
    cloud: EnlightenSimulator,
    cloud_entry: MockConfigEntry,
    machine: TimeMachine,
    set_up: SetUp,
) -> None:
    await set_up(cloud_entry)
    await machine.run(HOUR_S)
    before = dict(cloud_entry.data)
    cloud.grants.revoke()
    await machine.run(3 * HOUR_S)
    assert sign_ins_asked(hass, cloud_entry) == 1
    asked = cloud.count()
    [flow] = cloud_entry.async_get_active_flows(hass, {SOURCE_REAUTH})
    for given in ({}, {"next_step_id": "code"}, {"code": cloud.approve(cloud.redirect_uri)}):
        flow = await hass.config_entries.flow.async_configure(flow["flow_id"], given)
    assert flow["reason"] == "reauth_successful"
    await machine.run(3 * HOUR_S)
    assert without_token(cloud_entry.data) == without_token(before)
    assert sign_ins_asked(hass, cloud_entry) == 0
    assert [call.status for call in cloud.calls[asked:]].count(200) > 0
    assert 401 not in {call.status for call in cloud.calls[asked:]}
