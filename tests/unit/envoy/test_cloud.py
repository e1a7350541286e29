"""Fetching a token from the cloud."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import parse_qs

import orjson
from pyenphase import EnvoyTokenAuth
import pytest

from custom_components.solar_monitor.clients.envoy.cloud import (
    ENPHASE,
    CloudAddress,
    fetch_token,
)
from custom_components.solar_monitor.clients.errors import (
    ClientError,
    CloudUnreachableError,
    InvalidAuthError,
    MfaRequiredError,
)

from .certificates import certificate
from .gateway_7 import SERIAL, make_token
from .web_server import GONE, RESET, SILENCE, Asked, Reply, WebServer, as_json, reply, until

pytestmark = pytest.mark.usefixtures("socket_enabled")

USER, PASSWORD = "owner@example.com", "correct horse"
LOGIN, TOKENS = "/login/login.json", "/tokens"
SIGNED_IN = {
    "message": "success",
    "session_id": "5e551011",
    "manager_token": "eyJtYW5hZ2VyIjoxfQ",
    "is_consumer": True,
}


class Cloud:
    """The script of a WebServer: one account, which has one gateway."""

    def __init__(self) -> None:
        """Begin with a sign-in that works."""
        self.login: Reply | None = None
        self.tokens: Reply | None = None

    def __call__(self, asked: Asked) -> Reply:
        """Answer a request."""
        if asked.path.startswith(LOGIN):
            return self.login or self._sign_in(parse_qs(asked.body.decode()))
        if asked.path == TOKENS:
            return self.tokens or self._give(orjson.loads(asked.body))
        return reply("stolen", 200)

    def _sign_in(self, form: dict[str, list[str]]) -> Reply:
        if form == {"user[email]": [USER], "user[password]": [PASSWORD]}:
            return as_json(SIGNED_IN)
        return as_json({"message": "Invalid"}, 401)

    def _give(self, wish: dict[str, str]) -> Reply:
        if wish == {"session_id": "5e551011", "serial_num": SERIAL, "username": USER}:
            return reply(make_token())
        return reply("not yours", 403)


@pytest.fixture
def cloud() -> Cloud:
    """A cloud that works."""
    return Cloud()


@pytest.fixture
async def server(cloud: Cloud) -> AsyncIterator[WebServer]:
    """Its web server."""
    made = WebServer(cloud, certificate("cloud"))
    async with made.running():
        yield made


@pytest.fixture
def address(server: WebServer) -> CloudAddress:
    """Where it is."""
    return CloudAddress(
        f"https://{server.host}{LOGIN}?",
        f"https://{server.host}{TOKENS}",
        ssl=certificate("cloud").trusting(),
    )


async def test_a_token_is_fetched_in_two_steps(server: WebServer, address: CloudAddress) -> None:
    assert await fetch_token(USER, PASSWORD, SERIAL, address=address) == make_token()
    assert [asked.path.rstrip("?") for asked in server.asked] == [LOGIN, TOKENS]
    assert {asked.method for asked in server.asked} == {"POST"}
    await until(lambda: server.open == 0)


def test_the_addresses_are_those_of_pyenphase() -> None:
    assert ENPHASE.login_url == EnvoyTokenAuth.JSON_LOGIN_URL
    assert ENPHASE.token_url == EnvoyTokenAuth.TOKEN_URL
    assert ENPHASE.ssl is None


@pytest.mark.parametrize("login_url", ["http://127.0.0.1/", "127.0.0.1", ""])
def test_a_password_is_never_sent_in_the_clear(login_url: str) -> None:
    with pytest.raises(ValueError, match="HTTPS only"):
        CloudAddress(login_url)


async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(
    server: WebServer, address: CloudAddress
) -> None:
    careful = CloudAddress(address.login_url, address.token_url)
    with pytest.raises(CloudUnreachableError):
        await fetch_token(USER, PASSWORD, SERIAL, address=careful)
    assert server.asked == []


async def test_without_a_usable_pyenphase_nothing_is_sent(
    server: WebServer, address: CloudAddress
) -> None:
    with pytest.raises(CloudUnreachableError, match="paste one"):
        await fetch_token(USER, PASSWORD, SERIAL, address=address, sign_in=None)
    assert server.asked == []


async def test_a_wrong_password_is_refused(server: WebServer, address: CloudAddress) -> None:
    with pytest.raises(InvalidAuthError):
        await fetch_token(USER, "wrong", SERIAL, address=address)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("username", "password", "serial"),
    [("", PASSWORD, SERIAL), (USER, "", SERIAL), (USER, PASSWORD, "")],
)
async def test_what_is_missing_is_not_asked_for(
    server: WebServer, address: CloudAddress, username: str, password: str, serial: str
) -> None:
    with pytest.raises(InvalidAuthError):
        await fetch_token(username, password, serial, address=address)
    assert TOKENS not in server.paths
    assert server.asked == []


async def test_a_gateway_of_somebody_else_is_refused(address: CloudAddress) -> None:
    with pytest.raises(InvalidAuthError):
        await fetch_token(USER, PASSWORD, "199988877766", address=address)


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (as_json({"success": True, "isBlocked": False}), MfaRequiredError),
        (as_json({"success": True, "isBlocked": True}), InvalidAuthError),
        (as_json({"success": False, "isBlocked": False}), InvalidAuthError),
        (as_json({"message": "try again"}), CloudUnreachableError),
        (as_json({}), CloudUnreachableError),
        (as_json([]), CloudUnreachableError),
        (reply("null"), CloudUnreachableError),
        (reply(b'{"session_id": "\xff"}'), CloudUnreachableError),
        (reply('{"session_id": NaN}'), CloudUnreachableError),
        (reply("<html>Maintenance</html>"), CloudUnreachableError),
        (reply('{"session_id": "5e5'), CloudUnreachableError),
        (reply("[" * 5000), CloudUnreachableError),
        (as_json({}, 403), InvalidAuthError),
        (as_json({}, 429), CloudUnreachableError),
        (as_json({}, 500), CloudUnreachableError),
        (GONE, CloudUnreachableError),
        (RESET, CloudUnreachableError),
        (Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", "close"), CloudUnreachableError),
        (Reply(b"garbage\r\n\r\n", "close"), CloudUnreachableError),
    ],
    ids=range(19),
)
async def test_a_sign_in_that_fails_has_a_name(
    cloud: Cloud,
    server: WebServer,
    address: CloudAddress,
    said: Reply,
    error: type[ClientError],
) -> None:
    cloud.login = said
    with pytest.raises(error) as caught:
        await fetch_token(USER, PASSWORD, SERIAL, address=address)
    assert type(caught.value) is error
    assert TOKENS not in server.paths


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (reply("<html>Maintenance</html>"), CloudUnreachableError),
        (reply(""), CloudUnreachableError),
        (reply(b"\xff\xfe"), CloudUnreachableError),
        (reply("", 401), InvalidAuthError),
        (reply("", 404), CloudUnreachableError),
        (reply("", 503), CloudUnreachableError),
        (GONE, CloudUnreachableError),
    ],
    ids=range(7),
)
async def test_a_token_that_does_not_come_has_a_name(
    cloud: Cloud, address: CloudAddress, said: Reply, error: type[ClientError]
) -> None:
    cloud.tokens = said
    with pytest.raises(error) as caught:
        await fetch_token(USER, PASSWORD, SERIAL, address=address)
    assert type(caught.value) is error


async def test_the_way_a_token_is_wrapped_does_not_matter(
    cloud: Cloud, address: CloudAddress
) -> None:
    cloud.tokens = as_json({"generation_time": 1, "token": make_token(), "expires_at": 2})
    assert await fetch_token(USER, PASSWORD, SERIAL, address=address) == make_token()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_credentials_are_not_sent_on_to_where_a_redirect_leads(
    cloud: Cloud, server: WebServer, address: CloudAddress, status: int
) -> None:
    thief = WebServer(lambda _: as_json(SIGNED_IN), certificate("cloud"))
    async with thief.running():
        cloud.login = reply("", status, Location=f"https://{thief.host}{LOGIN}")
        with pytest.raises(CloudUnreachableError):
            await fetch_token(USER, PASSWORD, SERIAL, address=address)
        assert len(server.asked) == 1
        assert thief.connections == 0


@pytest.mark.parametrize("silent", ["login", "tokens"])
async def test_a_cloud_that_is_silent_is_given_up_in_time(
    cloud: Cloud, server: WebServer, address: CloudAddress, silent: str
) -> None:
    setattr(cloud, silent, SILENCE)
    async with asyncio.timeout(5):
        with pytest.raises(CloudUnreachableError, match="no answer in time"):
            await fetch_token(USER, PASSWORD, SERIAL, address=address, time_limit_s=0.2)
    await until(lambda: server.open == 0)


async def test_a_cloud_that_is_away_is_given_up_at_once() -> None:
    away = CloudAddress("https://127.0.0.1:1/login", "https://127.0.0.1:1/tokens")
    with pytest.raises(CloudUnreachableError, match="refuses connections"):
        await fetch_token(USER, PASSWORD, SERIAL, address=away)


async def test_fetching_can_be_cancelled(
    cloud: Cloud, server: WebServer, address: CloudAddress
) -> None:
    cloud.login = SILENCE
    task = asyncio.create_task(fetch_token(USER, PASSWORD, SERIAL, address=address))
    await until(lambda: server.asked)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until(lambda: server.open == 0)
