"""The way to the cloud: a real server on this machine, with the faults that networks have."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
import socket

import aiohttp
from aiohttp import web
import pytest

from custom_components.solar_monitor.clients import http
from custom_components.solar_monitor.clients.enlighten import web as cloud_web
from custom_components.solar_monitor.clients.enlighten.web import (
    Answer,
    CloudAddress,
    CloudWeb,
    Question,
)
from custom_components.solar_monitor.clients.errors import (
    BadAnswerError,
    CannotConnectError,
    ClientError,
    LinkLostError,
    NoAnswerError,
)

pytestmark = pytest.mark.usefixtures("socket_enabled")

QUESTION = Question("/api/v4/systems", {"page": "1"}, {"key": "canary", "Authorization": "canary"})

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    """Serve on a free port of this machine; gives the address."""
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def ask(address: str, question: Question = QUESTION) -> Answer:
    """Ask once."""
    async with aiohttp.ClientSession() as session:
        return await CloudWeb(session, CloudAddress(address)).ask(question)


async def fails(address: str, error: type[ClientError]) -> None:
    """See that asking fails so, and that the error tells nothing of what was sent."""
    with pytest.raises(error) as caught:
        await ask(address)
    assert type(caught.value) is error
    assert caught.value.__cause__ is caught.value.__context__ is None
    assert "canary" not in str(caught.value)


async def test_a_question_is_asked_with_its_query_and_headers() -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.json_response(
            [request.path, dict(request.query), request.headers["key"], request.method], status=201
        )

    async with serving(handler) as address:
        answer = await ask(address)
    assert answer.status == 201
    assert answer.body == b'["/api/v4/systems", {"page": "1"}, "canary", "GET"]'


async def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    asked = []

    async def handler(request: web.Request) -> web.Response:
        asked.append(request.path)
        raise web.HTTPFound("/elsewhere")

    async with serving(handler) as address:
        assert (await ask(address)).status == 302
    assert asked == ["/api/v4/systems"]


async def test_nobody_there_cannot_be_reached() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    await fails(f"http://127.0.0.1:{port}", CannotConnectError)


async def test_a_cloud_without_tls_is_not_talked_to() -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response()

    async with serving(handler) as address:
        await fails(address.replace("http:", "https:"), CannotConnectError)


async def test_a_cloud_that_hangs_up_is_lost_and_not_asked_again() -> None:
    asked = []

    async def handler(request: web.Request) -> web.Response:
        asked.append(request.path)
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    async with serving(handler) as address:
        await fails(address, LinkLostError)
    assert len(asked) == 1, "aiohttp must not ask again by itself"


async def test_a_body_that_is_cut_short_is_no_answer() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b"half")
        assert request.transport is not None
        request.transport.close()
        return response

    async with serving(handler) as address:
        await fails(address, BadAnswerError)


async def test_a_cloud_that_says_nothing_is_not_waited_for_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cloud_web, "_TIME_S", 0.05)
    over = asyncio.Event()

    async def handler(_: web.Request) -> web.Response:
        await over.wait()
        return web.Response()

    async with serving(handler) as address:
        await fails(address, NoAnswerError)
        over.set()


async def test_a_connection_that_takes_too_long_was_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud_web, "_CONNECT_S", 1e-9)

    async def handler(_: web.Request) -> web.Response:
        return web.Response()

    async with serving(handler) as address:
        await fails(address, CannotConnectError)


async def test_a_body_without_an_end_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_BODY", 1000)

    async def handler(_: web.Request) -> web.Response:
        return web.Response(body=b"x" * 1001)

    async with serving(handler) as address:
        await fails(address, BadAnswerError)


async def test_a_session_that_is_closed_reaches_nobody() -> None:
    session = aiohttp.ClientSession()
    await session.close()
    with pytest.raises(CannotConnectError):
        await CloudWeb(session, CloudAddress("http://127.0.0.1:9")).ask(QUESTION)


@pytest.mark.parametrize(
    "address", ["http://api.enphaseenergy.com", "http://192.168.1.2", "ftp://127.0.0.1", "x"]
)
def test_tokens_do_not_travel_in_the_clear(address: str) -> None:
    with pytest.raises(ValueError, match="HTTPS"):
        CloudAddress(address)


@pytest.mark.parametrize("address", ["https://example.com", "http://[::1]:80", "http://127.0.0.9"])
def test_plain_http_is_for_this_machine(address: str) -> None:
    assert CloudAddress(address).base == address
