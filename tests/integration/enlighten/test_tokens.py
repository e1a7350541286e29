"""Tokens from day to day: who gets which, how many requests that takes, where they are kept."""

import asyncio
from base64 import b64encode
import time
from typing import Any

from homeassistant.components.application_credentials import (
    AuthImplementation,
    AuthorizationServer,
    ClientCredential,
)
from homeassistant.config_entries import ConfigEntries
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import UnknownImplementationError
from homeassistant.helpers.config_entry_oauth2_flow import async_register_implementation
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.clients.enlighten.errors import TokenRefusedError
from custom_components.solar_monitor.clients.errors import CannotConnectError
from custom_components.solar_monitor.const import DOMAIN
from custom_components.solar_monitor.sources.enlighten.oauth import TIME_LIMIT_S
from custom_components.solar_monitor.sources.enlighten.tokens import (
    REFUSED_AGAIN_S,
    EntryTokens,
    async_tokens,
)
from tests.integration.enlighten.kit import DAY_S, entry_for, sign_ins_asked, tokens_of
from tests.integration.enlighten.token_server import GOOD, token_server
from tests.integration.machine import TimeMachine
from tests.simulators.enlighten import EnlightenSimulator, TokenFault

SOON_S = 1.0
"""Long enough for a request to be on its way."""


def stored(entry: MockConfigEntry) -> dict[str, Any]:
    """Give the token of an entry."""
    token: dict[str, Any] = entry.data["token"]
    return token


async def test_a_token_that_is_good_is_given_without_a_request(
    cloud: EnlightenSimulator, cloud_entry: MockConfigEntry, tokens: EntryTokens
) -> None:
    assert await tokens.access_token() == stored(cloud_entry)["access_token"]
    assert not cloud.oauth.calls


async def test_a_token_whose_time_is_over_is_renewed_and_stored_at_once(
    cloud: EnlightenSimulator,
    cloud_entry: MockConfigEntry,
    tokens: EntryTokens,
    machine: TimeMachine,
) -> None:
    before = dict(cloud_entry.data)
    await machine.run(DAY_S)
    given = await machine.finish(tokens.access_token())
    after = stored(cloud_entry)
    assert cloud.grants.allowed(given)
    assert given == after["access_token"] != before["token"]["access_token"]
    assert after["refresh_token"] != before["token"]["refresh_token"]
    assert after["expires_at"] == pytest.approx(time.time() + after["expires_in"], abs=5)
    assert {**cloud_entry.data, "token": None} == {**before, "token": None}


async def test_what_was_renewed_is_on_the_disk_within_two_seconds(
    cloud_entry: MockConfigEntry,
    tokens: EntryTokens,
    machine: TimeMachine,
    hass_storage: dict[str, Any],
) -> None:
    await machine.run(DAY_S)
    given = await machine.finish(tokens.access_token())
    await machine.run(2)
    entries = hass_storage["core.config_entries"]["data"]["entries"]
    [entry] = [each for each in entries if each["entry_id"] == cloud_entry.entry_id]
    assert entry["data"]["token"]["access_token"] == given


async def test_client_id_and_secret_go_into_the_header_and_nothing_secret_into_the_address(
    hass: HomeAssistant,
    cloud: EnlightenSimulator,
    cloud_entry: MockConfigEntry,
) -> None:
    app, old = cloud.application, stored(cloud_entry)
    async with token_server(hass) as server:
        tokens = await tokens_of(hass, cloud_entry)
        await tokens.access_token(refused=old["access_token"])
    [asked] = server.asked
    login = b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode()
    assert asked.headers["Authorization"] == f"Basic {login}"
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert (asked.method, asked.path) == ("POST", "/oauth/token")
    assert asked.form == {
        "grant_type": "refresh_token",
        "client_id": app.client_id,
        "refresh_token": old["refresh_token"],
    }


async def test_many_who_want_a_token_make_one_request(
    cloud: EnlightenSimulator, tokens: EntryTokens, machine: TimeMachine
) -> None:
    await machine.run(DAY_S)

    async def all_at_once() -> set[str]:
        return set(await asyncio.gather(*(tokens.access_token() for _ in range(20))))

    assert len(await machine.finish(all_at_once())) == 1
    assert [call.status for call in cloud.oauth.calls] == [200]


async def test_many_whose_token_was_refused_make_one_request(
    cloud: EnlightenSimulator,
    cloud_entry: MockConfigEntry,
    tokens: EntryTokens,
) -> None:
    cloud.grants.expire_access()
    old = stored(cloud_entry)["access_token"]
    given = await asyncio.gather(*(tokens.access_token(refused=old) for _ in range(20)))
    assert len(set(given)) == 1
    assert cloud.grants.allowed(given[0])
    assert len(cloud.oauth.calls) == 1


async def test_a_token_that_was_refused_after_it_was_renewed_anyway_costs_nothing(
    cloud: EnlightenSimulator,
    cloud_entry: MockConfigEntry,
    tokens: EntryTokens,
) -> None:
    old = stored(cloud_entry)["access_token"]
    new = await tokens.access_token(refused=old)
    assert await tokens.access_token(refused=old) == await tokens.access_token() == new
    assert len(cloud.oauth.calls) == 1


async def test_an_api_that_refuses_every_token_does_not_get_a_new_one_each_time(
    cloud: EnlightenSimulator,
    tokens: EntryTokens,
    machine: TimeMachine,
) -> None:
    new = await tokens.access_token(refused=await tokens.access_token())
    for _ in range(5):
        with pytest.raises(TokenRefusedError):
            await tokens.access_token(refused=new)
        assert await tokens.access_token() == new
    assert len(cloud.oauth.calls) == 1
    await machine.run(REFUSED_AGAIN_S)
    assert await machine.finish(tokens.access_token(refused=new)) != new


async def test_every_request_is_counted_also_one_that_fails(
    cloud: EnlightenSimulator, tokens: EntryTokens, machine: TimeMachine
) -> None:
    counted: list[float] = []
    tokens.note_token = lambda: counted.append(time.time())
    await machine.run(DAY_S)
    for fault in (TokenFault.FAIL, TokenFault.BUSY, TokenFault.HTML):
        cloud.oauth.break_tokens(fault, times=1)
        with pytest.raises(CannotConnectError):
            await machine.finish(tokens.access_token())
    await machine.finish(tokens.access_token())
    await machine.finish(tokens.access_token())
    assert len(counted) == len(cloud.oauth.calls) == 4


async def test_nobody_who_stops_waiting_loses_the_new_token(
    cloud: EnlightenSimulator,
    cloud_entry: MockConfigEntry,
    tokens: EntryTokens,
    hass: HomeAssistant,
) -> None:
    old = stored(cloud_entry)["access_token"]
    waiting = asyncio.ensure_future(tokens.access_token(refused=old))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    tokens.stop()
    await hass.async_block_till_done()
    assert stored(cloud_entry)["access_token"] != old
    assert cloud.grants.allowed(stored(cloud_entry)["access_token"])


async def test_a_reload_in_the_middle_of_a_request_sends_no_second_one(
    hass: HomeAssistant,
    cloud: EnlightenSimulator,
    cloud_entry: MockConfigEntry,
    tokens: EntryTokens,
    machine: TimeMachine,
) -> None:
    await machine.run(DAY_S)
    first = asyncio.ensure_future(tokens.access_token())
    await asyncio.sleep(0)
    tokens.stop()
    after_reload = await async_tokens(hass, cloud_entry)
    second = await machine.finish(after_reload.access_token())
    assert await first == second == stored(cloud_entry)["access_token"]
    assert len(cloud.oauth.calls) == 1


async def test_home_assistant_waits_for_an_answer_before_it_stops_and_stores_it(
    hass: HomeAssistant,
    cloud_entry: MockConfigEntry,
    machine: TimeMachine,
    hass_storage: dict[str, Any],
) -> None:
    old = stored(cloud_entry)["access_token"]
    async with token_server(hass) as server:
        server.opens.clear()
        tokens = await tokens_of(hass, cloud_entry)
        waiting = asyncio.ensure_future(tokens.access_token(refused=old))
        await machine.run(SOON_S)
        waiting.cancel()
        stopping = asyncio.ensure_future(hass.async_stop(force=True))
        await machine.run(5)
        assert not stopping.done()
        server.opens.set()
        await machine.finish(_end(stopping))
    [entry] = hass_storage["core.config_entries"]["data"]["entries"]
    assert entry["data"]["token"]["access_token"] == GOOD["access_token"] != old


async def _end(task: asyncio.Future[None]) -> None:
    await task


async def test_a_request_that_is_over_has_nothing_to_do_with_a_later_stop(
    hass: HomeAssistant, cloud_entry: MockConfigEntry, tokens: EntryTokens
) -> None:
    before = hass.bus.async_listeners()[EVENT_HOMEASSISTANT_STOP]
    old = stored(cloud_entry)["access_token"]
    assert await tokens.access_token(refused=old) != old
    assert hass.bus.async_listeners()[EVENT_HOMEASSISTANT_STOP] == before


async def test_an_entry_that_is_removed_in_the_middle_of_a_request_leaves_nothing_behind(
    hass: HomeAssistant,
    cloud: EnlightenSimulator,
    cloud_entry: MockConfigEntry,
    tokens: EntryTokens,
) -> None:
    work = asyncio.ensure_future(tokens.access_token(refused=stored(cloud_entry)["access_token"]))
    await asyncio.sleep(0)
    await ConfigEntries.async_remove(hass.config_entries, cloud_entry.entry_id)
    with pytest.raises(CannotConnectError):
        await work
    assert len(cloud.oauth.calls) == 1


async def test_a_start_renews_a_token_whose_time_is_over_and_no_other(
    cloud: EnlightenSimulator,
    tokens: EntryTokens,
    machine: TimeMachine,
) -> None:
    for expected in (0, 1):
        tokens.start()
        await machine.run(SOON_S)
        tokens.stop()
        assert len(cloud.oauth.calls) == expected
        await machine.run(DAY_S)


async def test_nothing_is_renewed_after_the_end(
    cloud: EnlightenSimulator, tokens: EntryTokens, machine: TimeMachine
) -> None:
    tokens.start()
    tokens.stop()
    tokens.stop()
    await machine.run(3 * DAY_S)
    assert not cloud.oauth.calls


async def test_without_application_credentials_somebody_has_to_sign_in(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    entry = entry_for(cloud, auth_implementation="gone")
    entry.add_to_hass(hass)
    with pytest.raises(UnknownImplementationError):
        await async_tokens(hass, entry)


async def test_credentials_of_somebody_else_do_not_count(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    server = AuthorizationServer(cloud.authorize_url, cloud.token_url)
    foreign = AuthImplementation(hass, "foreign", ClientCredential("id", "secret"), server)
    async_register_implementation(hass, DOMAIN, foreign)
    entry = entry_for(cloud, auth_implementation="foreign")
    entry.add_to_hass(hass)
    with pytest.raises(UnknownImplementationError):
        await async_tokens(hass, entry)


async def test_an_endpoint_that_says_nothing_keeps_nobody_waiting(
    hass: HomeAssistant,
    cloud: EnlightenSimulator,
    cloud_entry: MockConfigEntry,
    tokens: EntryTokens,
    machine: TimeMachine,
) -> None:
    await machine.run(DAY_S)
    cloud.oauth.break_tokens(TokenFault.SILENT)
    began = time.monotonic()
    with pytest.raises(CannotConnectError):
        await machine.finish(tokens.access_token())
    assert time.monotonic() - began == pytest.approx(TIME_LIMIT_S, abs=2)
    cloud.oauth.break_tokens(TokenFault.NONE)
    assert cloud.grants.allowed(await machine.finish(tokens.access_token()))
    assert not sign_ins_asked(hass, cloud_entry)
