"""The link to a gateway with a token: the session that it opens, and how long it lasts."""

import asyncio
from itertools import pairwise
import time

import pytest

from custom_components.solar_monitor.clients.envoy.link import GatewayLink
from custom_components.solar_monitor.clients.errors import (
    BadAnswerError,
    HttpStatusError,
    InvalidAuthError,
    TokenExpiredError,
)

from .certificates import certificate
from .gateway_7 import NOW, SERIAL, make_token
from .web_server import SILENCE, Asked, Reply, WebServer, reply, until
from .wire_kit import Clock, gateway_7, linked

pytestmark = pytest.mark.usefixtures("socket_enabled")

MINUTE = 60
CHECK = "/auth/check_jwt"
PAGE = "/production.json"


async def test_the_token_is_shown_once_and_a_cookie_does_the_rest() -> None:
    async with gateway_7() as (_, server), linked(server) as link:
        for _ in range(5):
            answer = await link.request(PAGE + "?details=1")
            assert (answer.status, answer.body) == (200, b'{"wattsNow": 1234}')
        assert server.paths == [CHECK, *[PAGE + "?details=1"] * 5]
        with_token = [asked.path for asked in server.asked if "authorization" in asked.headers]
        assert with_token == [CHECK]
        assert server.connections == 1
        assert link.stats.connects == 1
        assert link.stats.token_checks == 1


async def test_who_the_gateway_is_can_be_asked_without_signing_in() -> None:
    async with gateway_7() as (_, server), linked(server, token=None) as link:
        assert b"<envoy_info>" in (await link.request("/info")).body
        assert server.paths == ["/info"]


async def test_a_link_without_a_token_asks_nobody_for_pages() -> None:
    async with gateway_7() as (_, server), linked(server, token=None) as link:
        with pytest.raises(InvalidAuthError):
            await link.request(PAGE)
        assert server.connections == 0


async def test_many_requests_at_once_share_one_sign_in_and_two_connections() -> None:
    async with gateway_7() as (_, server), linked(server) as link:
        await asyncio.gather(*(link.request(PAGE) for _ in range(8)))
        assert server.paths == [CHECK, *[PAGE] * 8]
        assert server.connections <= 2


async def test_something_can_be_posted() -> None:
    async with gateway_7() as (gateway, server), linked(server) as link:
        gateway.pages["/ivp/livedata/stream"] = reply('{"sc_stream":"enabled"}')
        answer = await link.request("/ivp/livedata/stream", method="POST", json={"enable": 1})
        assert answer.body == b'{"sc_stream":"enabled"}'
        asked = server.asked[-1]
        assert (asked.method, asked.body) == ("POST", b'{"enable": 1}')


@pytest.mark.parametrize("minutes_apart", [0.5, 1, 5])
async def test_the_token_is_checked_anew_before_the_session_ends(minutes_apart: float) -> None:
    clock = Clock()
    async with gateway_7() as (_, server), linked(server, now=clock) as link:
        checked_at = [clock.time]
        while clock.time < NOW + 60 * MINUTE:
            await link.request(PAGE)
            if link.stats.token_checks > len(checked_at):
                checked_at.append(clock.time)
            clock.time += minutes_apart * MINUTE
        pauses = {after - before for before, after in pairwise(checked_at)}
        assert pauses == {9.5 * MINUTE if minutes_apart == 0.5 else 10 * MINUTE}
        assert CHECK not in [asked.path for asked in server.asked if "cookie" in asked.headers]


async def test_a_clock_that_is_set_back_does_not_lengthen_a_session() -> None:
    clock = Clock()
    async with gateway_7() as (_, server), linked(server, now=clock) as link:
        await link.request(PAGE)
        clock.time -= 3600
        await link.request(PAGE)
        assert server.paths == [CHECK, PAGE, CHECK, PAGE]


async def test_a_session_that_the_gateway_forgot_is_renewed() -> None:
    async with gateway_7() as (gateway, server), linked(server) as link:
        await link.request(PAGE)
        gateway.forget_sessions()
        assert (await link.request(PAGE)).status == 200
        assert server.paths == [CHECK, PAGE, PAGE, CHECK, PAGE]


async def test_requests_that_lose_their_session_together_renew_it_once() -> None:
    async with gateway_7() as (gateway, server), linked(server) as link:
        await asyncio.gather(link.request(PAGE), link.request(PAGE))
        gateway.forget_sessions()
        await asyncio.gather(link.request(PAGE), link.request(PAGE))
        assert server.paths.count(CHECK) == 2


async def test_a_revoked_token_is_noticed_within_15_minutes() -> None:
    clock = Clock()
    async with gateway_7() as (gateway, server), linked(server, now=clock) as link:
        await link.request(PAGE)
        gateway.tokens.clear()
        clock.time += 5 * MINUTE
        await link.request(PAGE)
        clock.time += 5 * MINUTE
        with pytest.raises(InvalidAuthError):
            await link.request(PAGE)
        asked = len(server.asked)
        with pytest.raises(InvalidAuthError):
            await link.request(PAGE)
        assert server.paths[asked:] == [CHECK]


async def test_a_revoked_token_whose_session_is_gone_is_noticed_at_once() -> None:
    async with gateway_7() as (gateway, server), linked(server) as link:
        await link.request(PAGE)
        gateway.tokens.clear()
        gateway.forget_sessions()
        with pytest.raises(InvalidAuthError):
            await link.request(PAGE)


async def test_a_new_token_is_used_at_once() -> None:
    async with gateway_7() as (gateway, server), linked(server) as link:
        gateway.tokens = {make_token(jti="another")}
        with pytest.raises(InvalidAuthError):
            await link.request(PAGE)
        link.use_token(make_token(jti="another"))
        assert (await link.request(PAGE)).status == 200


async def test_an_expired_token_asks_nobody_and_ends_the_session() -> None:
    clock = Clock()
    token = make_token(exp=NOW + 5 * MINUTE)
    async with gateway_7() as (gateway, server), linked(server, now=clock, token=token) as link:
        gateway.tokens = {token, make_token()}
        await link.request(PAGE)
        clock.time = NOW + 5 * MINUTE
        asked = len(server.asked)
        with pytest.raises(TokenExpiredError):
            await link.request(PAGE)
        assert len(server.asked) == asked
        link.use_token(make_token())
        await link.request(PAGE)
        assert server.paths[asked:] == [CHECK, PAGE]


async def test_a_token_whose_end_cannot_be_read_is_left_to_the_gateway() -> None:
    token = "opaque"  # noqa: S105  of a test
    async with gateway_7() as (gateway, server), linked(server, token=token) as link:
        gateway.tokens = {token}
        assert (await link.request(PAGE)).status == 200


async def test_a_page_the_token_does_not_open_is_no_matter_of_the_token() -> None:
    async with gateway_7() as (gateway, server), linked(server) as link:
        gateway.for_installers.add("/ivp/peb/devstatus")
        for _ in range(3):
            with pytest.raises(HttpStatusError) as caught:
                await link.request("/ivp/peb/devstatus")
            assert caught.value.status == 401
        page = "/ivp/peb/devstatus"
        assert server.paths == [CHECK, page, CHECK, page, page, page]
        await link.request(PAGE)
        assert link.stats.token_checks == 2


async def test_a_page_that_opens_after_all_may_lose_its_session_like_any_other() -> None:
    page = "/ivp/pdm/energy"
    async with gateway_7() as (gateway, server), linked(server) as link:
        gateway.pages[page] = reply("{}")
        gateway.for_installers.add(page)
        with pytest.raises(HttpStatusError):
            await link.request(page)
        gateway.for_installers.clear()
        await link.request(page)
        gateway.forget_sessions()
        assert (await link.request(page)).body == b"{}"
        assert server.paths.count(CHECK) == 3


async def test_without_a_cookie_the_token_is_sent_along() -> None:
    async with gateway_7() as (gateway, server), linked(server) as link:
        gateway.gives_cookies = False
        await link.request(PAGE)
        await link.request(PAGE)
        assert server.paths == [CHECK, PAGE, PAGE]


async def test_the_clock_is_the_systems_unless_told_otherwise() -> None:
    async with gateway_7() as (gateway, server):
        token = make_token(iat=int(time.time()), exp=int(time.time()) + 3600)
        gateway.tokens = {token}
        link = GatewayLink(
            server.host, fingerprint=certificate("gateway").fingerprint, token=token, serial=SERIAL
        )
        assert (await link.request(PAGE)).status == 200
        await link.close()


async def test_a_sign_in_that_is_cancelled_leaves_the_next_one_free() -> None:
    async with gateway_7() as (gateway, server), linked(server) as link:
        gateway.check = SILENCE
        task = asyncio.create_task(link.request(PAGE))
        await until(lambda: server.asked)
        waiting = asyncio.create_task(link.request(PAGE))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        gateway.check = None
        assert (await waiting).status == 200


async def test_a_cookie_for_another_place_is_no_session() -> None:
    token = make_token()

    def strange(asked: Asked) -> Reply:
        if asked.path == CHECK:
            return reply("Valid token.", Set_Cookie="sessionId=1; Domain=envoy.local; path=/")
        allowed = asked.headers.get("authorization") == f"Bearer {token}"
        return reply("{}", 200 if allowed else 401)

    server = WebServer(strange, certificate("gateway"))
    async with server.running(), linked(server, token=token) as link:
        assert (await link.request(PAGE)).body == b"{}"


@pytest.mark.parametrize("cookie", ["", ";;;", "=", "sessionId", "\x01=\x02", "a" * 5000])
async def test_a_cookie_that_is_none_is_no_session(cookie: str) -> None:
    token = make_token()

    def strange(asked: Asked) -> Reply:
        if asked.path == CHECK:
            return reply("Valid token.", Set_Cookie=cookie)
        allowed = asked.headers.get("authorization") == f"Bearer {token}"
        return reply("{}", 200 if allowed else 401)

    server = WebServer(strange, certificate("gateway"))
    async with server.running(), linked(server, token=token) as link:
        try:
            assert (await link.request(PAGE)).body == b"{}"
        except BadAnswerError:
            assert not cookie.isprintable()
