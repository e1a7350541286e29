"""Gateways with firmware before 7: plain HTTP and digest."""

from collections.abc import AsyncIterator
import hashlib
import re

import pytest

from custom_components.solar_monitor.clients.envoy.link import GatewayLink
from custom_components.solar_monitor.clients.errors import (
    BadAnswerError,
    ClientError,
    HttpStatusError,
    LinkLostError,
)

from .gateway_7 import SERIAL, info_xml, make_token
from .web_server import GONE, Asked, Reply, WebServer, reply
from .wire_kit import linked

pytestmark = pytest.mark.usefixtures("socket_enabled")

PANELS = "/api/v1/production/inverters"
REALM = "enphaseenergy.com"
CHALLENGE = f'Digest realm="{REALM}", qop="auth", nonce="5ca1ab1e", algorithm=MD5'


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


class Gateway5:
    """The script of a WebServer: pages for all, and one for who knows the password."""

    def __init__(self) -> None:
        """Begin with the password that the serial number gives."""
        self.password = SERIAL[-6:]
        self.challenge = CHALLENGE

    def __call__(self, asked: Asked) -> Reply:
        """Answer a request."""
        match asked.path:
            case "/info":
                return reply(info_xml("R4.10.35"))
            case "/production.json":
                return reply('{"wattsNow": 5}')
            case "/api/v1/production/inverters" if self._knows(asked):
                return reply("[]")
            case "/api/v1/production/inverters":
                return reply("", 401, WWW_Authenticate=self.challenge)
        return reply("", 301, Location="https://localhost/")

    def _knows(self, asked: Asked) -> bool:
        told = asked.headers.get("authorization", "")
        it: dict[str, str] = dict(re.findall(r'(\w+)="?([^",]+)', told))
        if it.get("username") != "envoy":
            return False
        first = md5(f"envoy:{REALM}:{self.password}")
        second = md5(f"GET:{asked.path}")
        chain = f"{first}:{it['nonce']}:{it['nc']}:{it['cnonce']}:{it['qop']}:{second}"
        return it["response"] == md5(chain)


@pytest.fixture
async def server() -> AsyncIterator[WebServer]:
    """A gateway with firmware 4."""
    made = WebServer(Gateway5())
    async with made.running():
        yield made


@pytest.fixture
async def link(server: WebServer) -> AsyncIterator[GatewayLink]:
    """A link without a pin, and a token that must not be sent."""
    async with linked(server, token=make_token()) as made:
        yield made


async def test_pages_are_read_without_a_session(server: WebServer, link: GatewayLink) -> None:
    assert (await link.request("/production.json")).body == b'{"wattsNow": 5}'
    assert server.paths == ["/production.json"]


async def test_the_panels_are_read_with_the_owners_password(
    server: WebServer, link: GatewayLink
) -> None:
    for _ in range(3):
        assert (await link.request(PANELS)).body == b"[]"
    assert server.paths == [PANELS] * 4
    assert server.connections == 1


async def test_no_token_is_ever_sent_in_the_clear(server: WebServer, link: GatewayLink) -> None:
    for path in ("/info", "/production.json", PANELS):
        await link.request(path)
    told = [asked.headers.get("authorization", "Digest") for asked in server.asked]
    assert all(it.startswith("Digest") for it in told)
    assert make_token() not in str(server.asked)


async def test_a_password_that_was_changed_closes_this_page_only(
    server: WebServer, link: GatewayLink
) -> None:
    script = Gateway5()
    script.password = "changed"  # noqa: S105  of a test
    server.answer = script
    with pytest.raises(HttpStatusError) as caught:
        await link.request(PANELS)
    assert caught.value.status == 401
    assert (await link.request("/production.json")).status == 200


async def test_a_gateway_that_sends_away_to_https_is_not_followed(
    server: WebServer, link: GatewayLink
) -> None:
    with pytest.raises(HttpStatusError) as caught:
        await link.request("/elsewhere")
    assert caught.value.status == 301
    assert server.paths == ["/elsewhere"]


@pytest.mark.parametrize(
    ("challenge", "error"),
    [
        ("", HttpStatusError),
        ("Basic realm=x", HttpStatusError),
        ("Digest", HttpStatusError),
        ("Digest ,,,", HttpStatusError),
        ('Digest realm="x"', BadAnswerError),
        ('Digest realm="x", nonce=""', BadAnswerError),
        ('Digest realm="x", nonce="1", algorithm=ROT13', BadAnswerError),
        ('Digest realm="x", nonce="1", qop="no"', BadAnswerError),
        ('Digest realm="x", nonce="1", domain="http://[::1"', BadAnswerError),
        (f'{CHALLENGE}, domain="http://127.0.0.1:1/"', HttpStatusError),
    ],
)
async def test_a_challenge_without_a_sense_is_an_error_like_any_other(
    server: WebServer, link: GatewayLink, challenge: str, error: type[ClientError]
) -> None:
    script = Gateway5()
    script.challenge = challenge
    script.password = "changed"  # noqa: S105  of a test
    server.answer = script
    with pytest.raises(error) as caught:
        await link.request(PANELS)
    assert type(caught.value) is error


async def test_a_gateway_that_hangs_up_is_a_lost_link(server: WebServer, link: GatewayLink) -> None:
    server.answer = lambda _: GONE
    with pytest.raises(LinkLostError):
        await link.request("/production.json")
