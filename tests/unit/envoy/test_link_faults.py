"""The link to a gateway when something goes wrong, and its end."""

import asyncio
from datetime import UTC, datetime

import pytest

from custom_components.solar_monitor.clients.envoy import session
from custom_components.solar_monitor.clients.envoy.link import GatewayLink
from custom_components.solar_monitor.clients.errors import (
    BadAnswerError,
    CannotConnectError,
    CertificateChangedError,
    HttpStatusError,
    InvalidAuthError,
    LinkLostError,
    NoAnswerError,
    PortClosedError,
    TokenUncheckedError,
)

from .certificates import certificate
from .gateway_7 import NOW, SERIAL
from .web_server import GONE, RESET, SILENCE, Reply, WebServer, reply, until
from .wire_kit import Clock, gateway_7, linked, new_link

pytestmark = pytest.mark.usefixtures("socket_enabled")

CHECK = "/auth/check_jwt"
PAGE = "/production.json"


@pytest.mark.parametrize("status", [301, 404, 500, 503])
async def test_another_status_than_success_is_an_error(status: int) -> None:
    async with gateway_7() as (gateway, server), linked(server) as link:
        gateway.pages[PAGE] = reply("<html></html>", status, Location="https://127.0.0.1:1/x")
        with pytest.raises(HttpStatusError) as caught:
            await link.request(PAGE)
        assert caught.value.status == status
        assert server.paths == [CHECK, PAGE]


@pytest.mark.parametrize("status", [301, 404, 503])
async def test_a_token_check_that_fails_otherwise_blames_neither_token_nor_page(
    status: int,
) -> None:
    async with gateway_7() as (gateway, server), linked(server) as link:
        gateway.check = reply("busy", status)
        with pytest.raises(TokenUncheckedError) as caught:
            await link.request(PAGE)
        assert caught.value.status == status
        assert server.paths == [CHECK]
        gateway.check = None
        assert (await link.request(PAGE)).status == 200


@pytest.mark.parametrize(
    "said",
    [
        reply("busy", 503),
        SILENCE,
        GONE,
        Reply(b"<html>\r\n\r\n", "close"),
    ],
    ids=["busy", "silence", "gone", "garbage"],
)
async def test_a_session_outlives_a_check_that_fails(
    said: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "_CHECK_AGAIN_S", 0.1)
    clock = Clock()
    async with gateway_7() as (gateway, server), linked(server, now=clock) as link:
        await link.request(PAGE)
        gateway.check = said
        for _ in range(20):
            clock.time += 30
            assert (await link.request(PAGE)).status == 200
        assert link.stats.token_checks == 2
        gateway.check = None
        gateway.tokens.clear()
        clock.time += 130
        with pytest.raises(InvalidAuthError):
            await link.request(PAGE)


async def test_a_session_that_is_over_needs_a_check_that_works() -> None:
    async with gateway_7() as (gateway, server), linked(server) as link:
        await link.request(PAGE)
        gateway.forget_sessions()
        gateway.check = reply("busy", 503)
        for _ in range(2):
            with pytest.raises(HttpStatusError):
                await link.request(PAGE)
        assert server.paths == [CHECK, PAGE, PAGE, CHECK, CHECK]


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (SILENCE, NoAnswerError),
        (GONE, LinkLostError),
        (RESET, LinkLostError),
        (Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", "close"), BadAnswerError),
        (Reply(b"<html>\r\n\r\n", "close"), BadAnswerError),
    ],
    ids=["silence", "gone", "reset", "truncated", "garbage"],
)
async def test_after_a_fault_the_next_request_is_answered(
    said: Reply, error: type[Exception]
) -> None:
    async with gateway_7() as (gateway, server), linked(server) as link:
        good = gateway.pages[PAGE]
        gateway.pages[PAGE] = said
        with pytest.raises(error):
            await link.request(PAGE, timeout_s=0.1 if said is SILENCE else 10)
        gateway.pages[PAGE] = good
        assert (await link.request(PAGE)).status == 200
        assert link.stats.token_checks == 1


async def test_a_gateway_that_restarts_is_found_again() -> None:
    async with gateway_7() as (gateway, server):
        link = new_link(server)
        await link.request(PAGE)
    gateway.forget_sessions()
    with pytest.raises(PortClosedError):
        await link.request(PAGE)
    async with server.running(server.port):
        assert (await link.request(PAGE)).status == 200
        await link.close()


async def test_a_connection_that_ended_between_requests_is_made_anew() -> None:
    async with gateway_7() as (_, server), linked(server) as link:
        await link.request(PAGE)
        server.hang_up()
        await until(lambda: server.open == 0)
        assert (await link.request(PAGE)).status == 200
        assert link.stats.connects == 2


async def test_what_is_lost_in_a_new_connection_is_not_sent_again() -> None:
    async with gateway_7() as (gateway, server), linked(server) as link:
        gateway.check = GONE
        with pytest.raises(LinkLostError):
            await link.request(PAGE)
        assert server.paths == [CHECK]


@pytest.mark.parametrize("said", [GONE, RESET], ids=["gone", "reset"])
async def test_what_is_lost_in_a_kept_connection_is_sent_once_more_in_a_new_one(
    said: Reply,
) -> None:
    async with gateway_7() as (gateway, server), linked(server) as link:
        await link.request("/info")
        server.answer = lambda asked: gateway(asked) if server.connections > 1 else said
        assert (await link.request(PAGE)).status == 200
        assert server.paths == ["/info", CHECK, CHECK, PAGE]
        server.answer = lambda _: said
        with pytest.raises(LinkLostError):
            await link.request(PAGE)
        assert server.paths[4:] == [PAGE, PAGE]


async def test_nothing_is_sent_to_another_certificate() -> None:
    impostor = WebServer(lambda _: reply("give me your token"), certificate("impostor"))
    pin = certificate("gateway").fingerprint
    async with impostor.running(), linked(impostor, fingerprint=pin) as link:
        for path in (PAGE, "/info"):
            with pytest.raises(CertificateChangedError) as caught:
                await link.request(path)
            assert caught.value.fingerprint == certificate("impostor").fingerprint
    assert impostor.asked == []


async def test_a_certificate_that_changes_is_noticed_on_the_next_connection() -> None:
    async with gateway_7() as (gateway, server):
        link = new_link(server)
        await link.request(PAGE)
    impostor = WebServer(gateway, certificate("impostor"))
    async with impostor.running(server.port):
        with pytest.raises(CertificateChangedError):
            await link.request(PAGE)
        await link.close()
    assert impostor.asked == []


async def test_with_a_pin_plain_http_is_never_spoken() -> None:
    plain = WebServer(lambda _: reply("in the clear"))
    pin = certificate("gateway").fingerprint
    async with plain.running(), linked(plain, fingerprint=pin) as link:
        for path in (PAGE, "/info"):
            with pytest.raises(CannotConnectError):
                await link.request(path)
    assert plain.asked == []


async def test_a_host_that_is_none_cannot_be_connected_to() -> None:
    link = GatewayLink("no host", fingerprint=None, token=None, serial=SERIAL)
    with pytest.raises(CannotConnectError):
        await link.request(PAGE)


async def test_what_happens_is_counted() -> None:
    async with gateway_7() as (gateway, server), linked(server) as link:
        before = asyncio.get_running_loop().time()
        await link.request(PAGE)
        gateway.pages["/slow"] = SILENCE
        with pytest.raises(NoAnswerError):
            await link.request("/slow", timeout_s=0.05)
        stats = link.stats
        assert (stats.requests, stats.answers, stats.timeouts) == (3, 2, 1)
        assert stats.last_answer_at == datetime.fromtimestamp(NOW, UTC)
        assert stats.last_answer_monotonic is not None
        assert stats.last_answer_monotonic >= before
        assert stats.answer_time_s is not None
        assert stats.answer_time_s > 0
        assert stats.bytes_received > len(b'{"wattsNow": 1234}')


async def test_a_closed_link_says_no_more() -> None:
    async with gateway_7() as (_, server), linked(server) as link:
        await link.request(PAGE)
        await link.close()
        await link.close()
        await until(lambda: server.open == 0)
        with pytest.raises(LinkLostError):
            await link.request(PAGE)
        assert server.paths == [CHECK, PAGE]


async def test_a_link_that_never_asked_can_be_closed() -> None:
    link = GatewayLink("127.0.0.1", fingerprint=None, token=None, serial=SERIAL)
    await link.close()
    with pytest.raises(LinkLostError):
        await link.request("/info")


async def test_closing_ends_requests_under_way() -> None:
    async with gateway_7() as (gateway, server), linked(server) as link:
        gateway.pages["/slow"] = SILENCE
        tasks = [asyncio.create_task(link.request("/slow")) for _ in range(4)]
        await until(lambda: server.paths.count("/slow") == 2)
        await link.close()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(end) for end in ends] == [LinkLostError] * 4
