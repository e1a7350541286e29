"""Tokens over months, and with a clock that is wrong."""

import time

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.sources.enlighten.tokens import EntryTokens, async_tokens
from tests.integration.enlighten.kit import (
    DAY_S,
    HOUR_S,
    sign_ins_asked,
    system_clock_off_by,
    tokens_of,
)
from tests.integration.machine import TimeMachine
from tests.simulators.enlighten import EnlightenSimulator, TokenFault

RESTARTS_S = 11 * HOUR_S


async def test_two_months_without_a_poll_lose_no_token(
    hass: HomeAssistant,
    cloud: EnlightenSimulator,
    cloud_entry: MockConfigEntry,
    tokens: EntryTokens,
    machine: TimeMachine,
) -> None:
    tokens.start()
    await machine.run(60 * DAY_S)
    assert 55 <= len(cloud.oauth.calls) <= 60
    assert {call.status for call in cloud.oauth.calls} == {200}
    assert cloud.grants.allowed(await machine.finish(tokens.access_token()))
    assert sign_ins_asked(hass, cloud_entry) == 0
    tokens.stop()


async def test_restarts_more_often_than_the_timer_fires_lose_no_token(
    hass: HomeAssistant,
    cloud: EnlightenSimulator,
    cloud_entry: MockConfigEntry,
    machine: TimeMachine,
) -> None:
    tokens = await tokens_of(hass, cloud_entry)
    for _ in range(40 * DAY_S // RESTARTS_S):
        tokens.start()
        await machine.run(RESTARTS_S)
        tokens.stop()
        tokens = await async_tokens(hass, cloud_entry)
    assert {call.status for call in cloud.oauth.calls} == {200}
    assert len(cloud.oauth.calls) <= 40
    assert cloud.grants.allowed(await machine.finish(tokens.access_token()))


async def test_a_cloud_that_fails_for_three_weeks_costs_no_sign_in(
    hass: HomeAssistant,
    cloud: EnlightenSimulator,
    cloud_entry: MockConfigEntry,
    tokens: EntryTokens,
    machine: TimeMachine,
) -> None:
    tokens.start()
    cloud.oauth.break_tokens(TokenFault.FAIL)
    await machine.run(21 * DAY_S)
    cloud.oauth.break_tokens(TokenFault.NONE)
    assert cloud.grants.allowed(await machine.finish(tokens.access_token()))
    assert sign_ins_asked(hass, cloud_entry) == 0
    tokens.stop()


async def test_a_clock_that_leaps_ahead_costs_one_request(
    cloud: EnlightenSimulator, tokens: EntryTokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    with system_clock_off_by(monkeypatch, 40 * DAY_S):
        given = [await tokens.access_token() for _ in range(3)]
    assert len(set(given)) == len(cloud.oauth.calls) == 1
    assert cloud.grants.allowed(given[0])


async def test_a_clock_that_was_ahead_and_is_right_again_costs_one_more(
    cloud: EnlightenSimulator,
    cloud_entry: MockConfigEntry,
    tokens: EntryTokens,
    machine: TimeMachine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Until the token seems to end, in forty days, its refresh token would be long dead."""
    with system_clock_off_by(monkeypatch, 40 * DAY_S):
        await tokens.access_token()
    given = [await machine.finish(tokens.access_token()) for _ in range(3)]
    assert len(set(given)) == 1
    assert len(cloud.oauth.calls) == 2
    assert cloud_entry.data["token"]["expires_at"] < time.time() + 2 * DAY_S
    tokens.start()
    await machine.run(40 * DAY_S)
    assert cloud.grants.allowed(await machine.finish(tokens.access_token()))
    tokens.stop()


async def test_a_clock_that_leaps_back_costs_a_refusal_at_most(
    cloud: EnlightenSimulator,
    tokens: EntryTokens,
    machine: TimeMachine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with system_clock_off_by(monkeypatch, -20 * DAY_S):
        first = await machine.finish(tokens.access_token())
        assert cloud.grants.allowed(first)
        await machine.run(DAY_S)
        second = await machine.finish(tokens.access_token(refused=first))
        assert cloud.grants.allowed(second)
    assert len(cloud.oauth.calls) <= 2


async def test_a_clock_that_is_corrected_by_hours_costs_nothing(
    cloud: EnlightenSimulator, tokens: EntryTokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    for hours in (-12, 12):
        with system_clock_off_by(monkeypatch, hours * HOUR_S):
            await tokens.access_token()
    assert not cloud.oauth.calls
