"""What the token endpoint may answer: what it means, and that nothing of it gets out."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Iterator
import json
import logging
import time
from typing import Any, Final

from aiohttp import web
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import (
    OAuth2TokenRequestConnectionError,
    OAuth2TokenRequestError,
    OAuth2TokenRequestReauthError,
)
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.clients.enlighten.errors import TokenRefusedError
from custom_components.solar_monitor.clients.errors import CannotConnectError
from custom_components.solar_monitor.clients.http import MAX_BODY
from custom_components.solar_monitor.sources.enlighten.oauth import TIME_LIMIT_S
from custom_components.solar_monitor.sources.enlighten.tokens import EntryTokens
from tests.integration.enlighten.kit import implementation_of, sign_ins_asked
from tests.integration.enlighten.token_server import GOOD, Answer, TokenServer, token_server
from tests.integration.machine import TimeMachine
from tests.simulators.enlighten import EnlightenSimulator, TokenFault

type Leaks = Callable[..., list[str]]

CANARIES: Final = ("canary-access-token", "canary-refresh-token", "canary-code")

NEW: Final[dict[str, Any]] = {
    **GOOD,
    "access_token": CANARIES[0],
    "refresh_token": CANARIES[1],
}


def without(*names: str, **changes: object) -> Answer:
    """Answer without some fields, or with others."""
    body = {name: value for name, value in (NEW | changes).items() if name not in names}
    return lambda _: web.json_response(body)


def page(text: str, status: int = 200) -> Answer:
    """Answer with a page."""
    return lambda _: web.Response(text=text, content_type="text/html", status=status)


def status(number: int) -> Answer:
    """Answer with an error as OAuth words it, and with tokens that nobody should look at."""
    body = {"error": "invalid_grant", "error_description": CANARIES[1], **NEW}
    return lambda _: web.json_response(body, status=number)


UNUSABLE: Final[dict[str, Answer]] = {
    "no expires_in": without("expires_in"),
    "expires_in is a word": without(expires_in="tomorrow"),
    "expires_in is null": without(expires_in=None),
    "expires_in is true": without(expires_in=True),
    "expires_in is over": without(expires_in=0),
    "expires_in is negative": without(expires_in=-1),
    "expires_in is endless": without(expires_in=10**15),
    "expires_in has more digits than Python reads": without(expires_in="9" * 5000),
    "expires_in are other digits": without(expires_in="²"),
    "no access_token": without("access_token"),
    "access_token is empty": without(access_token=""),
    "access_token is null": without(access_token=None),
    "access_token is a list": without(access_token=[CANARIES[0]]),
    "access_token has a line break": without(access_token=f"{CANARIES[0]}\r\nX:y"),
    "access_token has a blank": without(access_token=f"{CANARIES[0]} x"),
    "access_token is not ASCII": without(access_token=f"{CANARIES[0]}ß"),
    "access_token is endless": without(access_token=CANARIES[0] * 1000),
    "a list": lambda _: web.json_response([NEW]),
    "a text": lambda _: web.json_response(CANARIES[0]),
    "nothing": lambda _: web.Response(),
    "a page": page(f"<html>{CANARIES[0]}</html>"),
    "broken JSON": lambda _: web.Response(text=json.dumps(NEW)[:-1]),
    "not UTF-8": lambda _: web.Response(body=b"\xff\xfe" + json.dumps(NEW).encode()),
    "huge": lambda _: web.Response(text=json.dumps(NEW) + " " * MAX_BODY),
    "another success": lambda _: web.json_response(NEW, status=201),
    "a redirect": lambda _: web.json_response(NEW, status=302, headers={"Location": "/"}),
    "a redirect to nowhere": lambda _: web.json_response(NEW, status=307),
}

TRANSIENT: Final = (403, 404, 405, 408, 425, 429, 500, 502, 503, 504, 599)
FINAL: Final = (400, 401, 410, 422)


@pytest.fixture
async def server(hass: HomeAssistant, cloud: EnlightenSimulator) -> AsyncIterator[TokenServer]:
    """Give an endpoint in the place of the cloud's; the cloud has made the first tokens."""
    assert cloud.calls == []
    async with token_server(hass) as endpoint:
        yield endpoint


@pytest.fixture
def old(cloud_entry: MockConfigEntry) -> str:
    """Give the access token that the entry begins with."""
    return str(cloud_entry.data["token"]["access_token"])


@pytest.fixture
def leaks(
    cloud: EnlightenSimulator,
    cloud_entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> Iterator[Leaks]:
    """Give a function that finds secrets in what any logger has said, and in errors."""
    loggers = [logging.getLogger(), *map(logging.getLogger, logging.root.manager.loggerDict)]
    levels = {logger: logger.level for logger in loggers}
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    app, token = cloud.application, cloud_entry.data["token"]
    login = b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode()
    known = {app.client_secret, app.api_key, token["access_token"], token["refresh_token"]}
    secrets = {*CANARIES, login, *known}

    def found(*errors: BaseException) -> list[str]:
        assert "Token request" in caplog.text
        told = caplog.text + "".join(told_by(error) for error in errors)
        return [secret for secret in secrets if secret in told]

    yield found
    for logger, level in levels.items():
        logger.setLevel(level)


def told_by(error: BaseException | None) -> str:
    """Give all that an error says, and those that led to it."""
    if error is None:
        return ""
    parts = (str(error), repr(error), repr(error.args), repr(vars(error)))
    return " ".join(parts) + told_by(error.__context__) + told_by(error.__cause__)


async def test_a_good_answer_is_taken_its_needless_parts_are_not_and_nobody_is_told(
    server: TokenServer,
    cloud_entry: MockConfigEntry,
    tokens: EntryTokens,
    old: str,
    leaks: Leaks,
) -> None:
    server.answer = without(expires_in="86393", jti="x", enl_password_last_changed=1)
    assert await tokens.access_token(refused=old) == CANARIES[0]
    token = dict(cloud_entry.data["token"])
    assert token.pop("expires_at") > time.time()
    assert token == NEW
    assert not leaks()


@pytest.mark.parametrize("refresh_token", [None, "", 0, [], "a b"])
async def test_an_answer_without_a_refresh_token_leaves_the_old_one(
    server: TokenServer,
    cloud_entry: MockConfigEntry,
    tokens: EntryTokens,
    old: str,
    refresh_token: object,
) -> None:
    before = cloud_entry.data["token"]["refresh_token"]
    server.answer = without(refresh_token=refresh_token)
    assert await tokens.access_token(refused=old) == CANARIES[0]
    assert cloud_entry.data["token"]["refresh_token"] == before


@pytest.mark.parametrize("answer", UNUSABLE.values(), ids=UNUSABLE)
async def test_an_unusable_answer_is_refused_and_told_to_nobody(
    server: TokenServer,
    cloud_entry: MockConfigEntry,
    tokens: EntryTokens,
    old: str,
    answer: Answer,
    leaks: Leaks,
) -> None:
    before = cloud_entry.data["token"]
    server.answer = answer
    with pytest.raises(CannotConnectError) as caught:
        await tokens.access_token(refused=old)
    assert not leaks(caught.value)
    assert cloud_entry.data["token"] == before
    server.answer = without()
    assert await tokens.access_token() == CANARIES[0]


@pytest.mark.parametrize("answer", UNUSABLE.values(), ids=UNUSABLE)
async def test_nor_does_it_get_out_where_a_code_is_exchanged(
    hass: HomeAssistant,
    cloud: EnlightenSimulator,
    server: TokenServer,
    answer: Answer,
    leaks: Leaks,
) -> None:
    implementation = await implementation_of(hass, cloud)
    server.answer = answer
    with pytest.raises(OAuth2TokenRequestConnectionError) as caught:
        await implementation.async_exchange_code(CANARIES[2])
    assert not leaks(caught.value)


@pytest.mark.parametrize("number", TRANSIENT)
async def test_a_status_that_says_nothing_about_the_token_is_tried_again(
    hass: HomeAssistant,
    server: TokenServer,
    cloud_entry: MockConfigEntry,
    tokens: EntryTokens,
    old: str,
    number: int,
    leaks: Leaks,
) -> None:
    before = cloud_entry.data["token"]
    server.answer = status(number)
    for _ in range(3):
        with pytest.raises(CannotConnectError) as caught:
            await tokens.access_token(refused=old)
        assert not leaks(caught.value)
    assert len(server.asked) == 3
    assert cloud_entry.data["token"] == before
    server.answer = without()
    assert await tokens.access_token() == CANARIES[0]
    await hass.async_block_till_done()
    assert sign_ins_asked(hass, cloud_entry) == 0


@pytest.mark.parametrize("number", FINAL)
async def test_a_refused_token_asks_for_one_sign_in_and_is_not_presented_again(
    hass: HomeAssistant,
    server: TokenServer,
    cloud_entry: MockConfigEntry,
    tokens: EntryTokens,
    old: str,
    number: int,
    leaks: Leaks,
) -> None:
    before = cloud_entry.data
    server.answer = status(number)
    waiting = (tokens.access_token(refused=old) for _ in range(3))
    errors = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(error) for error in errors} == {TokenRefusedError}
    with pytest.raises(TokenRefusedError) as caught:
        await tokens.access_token()
    assert not leaks(caught.value, *(each for each in errors if isinstance(each, Exception)))
    assert len(server.asked) == 1
    await hass.async_block_till_done()
    assert sign_ins_asked(hass, cloud_entry) == 1
    assert cloud_entry.data == before


@pytest.mark.parametrize("number", [*TRANSIENT, *FINAL])
async def test_the_error_of_a_refused_code_holds_no_secret(
    hass: HomeAssistant,
    cloud: EnlightenSimulator,
    server: TokenServer,
    number: int,
    leaks: Leaks,
) -> None:
    """Home Assistant's flow logs it."""
    implementation = await implementation_of(hass, cloud)
    server.answer = status(number)
    with pytest.raises(OAuth2TokenRequestError) as caught:
        await implementation.async_exchange_code(CANARIES[2])
    assert isinstance(caught.value, OAuth2TokenRequestReauthError) is (number in FINAL)
    assert caught.value.status == number
    assert not leaks(caught.value)


@pytest.mark.parametrize("number", [301, 302, 303, 307, 308])
async def test_a_redirect_takes_no_credentials_elsewhere(
    server: TokenServer, tokens: EntryTokens, old: str, number: int
) -> None:
    async with token_server() as elsewhere:
        headers = {"Location": f"{elsewhere.base_url}/oauth/token"}
        server.answer = lambda _: web.Response(status=number, headers=headers)
        with pytest.raises(CannotConnectError):
            await tokens.access_token(refused=old)
    assert len(server.asked) == 1
    assert not elsewhere.asked


async def test_an_answer_that_comes_byte_by_byte_keeps_nobody_waiting(
    server: TokenServer, tokens: EntryTokens, old: str, machine: TimeMachine
) -> None:
    server.drips = True
    began = time.monotonic()
    with pytest.raises(CannotConnectError):
        await machine.finish(tokens.access_token(refused=old))
    assert time.monotonic() - began == pytest.approx(TIME_LIMIT_S, abs=2)


async def test_a_cloud_that_is_down_costs_no_sign_in(
    hass: HomeAssistant,
    cloud: EnlightenSimulator,
    cloud_entry: MockConfigEntry,
    tokens: EntryTokens,
    old: str,
    leaks: Leaks,
) -> None:
    await cloud.close()
    with pytest.raises(CannotConnectError) as caught:
        await tokens.access_token(refused=old)
    assert not leaks(caught.value)
    await cloud.open()
    assert cloud.grants.allowed(await tokens.access_token())
    assert sign_ins_asked(hass, cloud_entry) == 0


async def test_a_code_that_gives_no_refresh_token_gives_nothing(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    """It would have to be entered anew every day."""
    cloud.oauth.break_tokens(TokenFault.NO_REFRESH)
    implementation = await implementation_of(hass, cloud)
    with pytest.raises(OAuth2TokenRequestConnectionError):
        await implementation.async_exchange_code(cloud.approve(cloud.redirect_uri))
