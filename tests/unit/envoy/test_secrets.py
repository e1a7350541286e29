"""No secret comes out of the clients: not in errors, not in representations, not in the log."""

from collections.abc import Callable, Iterator
import logging
import traceback

import pytest

from custom_components.solar_monitor.clients.envoy.cloud import CloudAddress, fetch_token
from custom_components.solar_monitor.clients.envoy.token import read_token
from custom_components.solar_monitor.clients.errors import ClientError

from .certificates import certificate
from .gateway_7 import NOW, SERIAL, Gateway7, make_token
from .web_server import GONE, SILENCE, Asked, Reply, WebServer, as_json, reply
from .wire_kit import linked, new_link

pytestmark = pytest.mark.usefixtures("socket_enabled")

PAGE = "/production.json"
TOKEN = make_token(jti="canary-jti")
COOKIE = "canary-cookie-6a1d"
PASSWORD = "canary-password-91c4"  # noqa: S105  this is what must not come out
USER = "canary-user@example.com"
SESSION = "canary-session-77aa"
SECRETS = (TOKEN, TOKEN.rpartition(".")[2], COOKIE, PASSWORD, USER, SESSION)


@pytest.fixture(autouse=True)
def everything_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Log all there is, and look through it when the test ends."""
    names = ["", "aiohttp.client", "aiohttp.internal", "pyenphase", "asyncio", "tenacity"]
    levels = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    assert_clean(caplog.text, *(repr(record.__dict__) for record in caplog.records))


def assert_clean(*texts: str) -> None:
    """Find no secret in texts."""
    assert [secret for secret in SECRETS for text in texts if secret in text] == []


def said_by(error: BaseException) -> list[str]:
    """Collect all that an error may show, with what hangs on it."""
    said = ["".join(traceback.format_exception(error)), repr(error), repr(error.__dict__)]
    for other in (error.__cause__, error.__context__):
        if other is not None:
            said += said_by(other)
    return said


def echo(asked: Asked, status: int, then: str = "keep") -> Reply:
    """Send back what came, as a careless or a hostile server might."""
    text = f"{asked.headers} {asked.body.decode()} {COOKIE}"
    made = reply(text, status, X_Echo=text.replace("\r\n", " "), Set_Cookie=f"a={COOKIE}")
    return Reply(made.data[:-3] if then == "close" else made.data, then)


BAD_COOKIES = [f"sessionId={COOKIE}; expires=never; max-age=x", f"{COOKIE}", f"a b={COOKIE}\x07"]


@pytest.mark.parametrize("status", [301, 401, 403, 404, 500])
@pytest.mark.parametrize("then", ["keep", "close"])
async def test_a_gateway_that_sends_back_what_it_got(status: int, then: str) -> None:
    def answer(asked: Asked) -> Reply:
        if asked.path == "/auth/check_jwt":
            return reply("Valid token.", Set_Cookie=f"sessionId={COOKIE}; path=/")
        return echo(asked, status, then)

    server = WebServer(answer, certificate("gateway"))
    async with server.running(), linked(server, token=TOKEN) as link:
        with pytest.raises(ClientError) as caught:
            await link.request(PAGE)
        assert_clean(*said_by(caught.value), repr(link), repr(link.stats))
    assert any(COOKIE in asked.headers.get("cookie", "") for asked in server.asked)


@pytest.mark.parametrize("status", [200, 301, 401, 500])
@pytest.mark.parametrize("then", ["keep", "close"])
async def test_a_token_check_that_sends_back_the_token(status: int, then: str) -> None:
    server = WebServer(lambda asked: echo(asked, status, then), certificate("gateway"))
    async with server.running(), linked(server, token=TOKEN) as link:
        try:
            await link.request(PAGE)
        except ClientError as err:
            assert_clean(*said_by(err))
        assert_clean(repr(link))
    assert any(TOKEN in asked.headers.get("authorization", "") for asked in server.asked)


@pytest.mark.parametrize("cookie", BAD_COOKIES)
async def test_a_cookie_that_cannot_be_read(cookie: str) -> None:
    def answer(asked: Asked) -> Reply:
        del asked
        return reply("Valid token.", Set_Cookie=cookie)

    server = WebServer(answer, certificate("gateway"))
    async with server.running(), linked(server, token=TOKEN) as link:
        try:
            await link.request(PAGE)
        except ClientError as err:
            assert_clean(*said_by(err))


@pytest.mark.parametrize("said", [SILENCE, GONE, Reply(f"{COOKIE}\r\n\r\n".encode(), "close")])
async def test_a_gateway_that_breaks_off(said: Reply) -> None:
    gateway = Gateway7(TOKEN)
    gateway.pages[PAGE] = said
    server = WebServer(gateway, certificate("gateway"))
    async with server.running(), linked(server, token=TOKEN) as link:
        with pytest.raises(ClientError) as caught:
            await link.request(PAGE, timeout_s=0.1 if said is SILENCE else 10)
        assert_clean(*said_by(caught.value))


async def test_an_impostor_gets_nothing_and_nothing_is_told() -> None:
    server = WebServer(lambda asked: echo(asked, 200), certificate("impostor"))
    pin = certificate("gateway").fingerprint
    async with server.running(), linked(server, token=TOKEN, fingerprint=pin) as link:
        with pytest.raises(ClientError) as caught:
            await link.request(PAGE)
        assert_clean(*said_by(caught.value))


async def test_a_link_shows_nothing_of_its_token(caplog: pytest.LogCaptureFixture) -> None:
    server = WebServer(Gateway7(TOKEN), certificate("gateway"))
    async with server.running():
        link = new_link(server, token=TOKEN)
        await link.request(PAGE)
        assert_clean(repr(link), str(link), caplog.text)
        await link.close()


PASTED = [TOKEN, TOKEN[:-40], TOKEN + "x", f'{{"token": "{TOKEN}"}}', TOKEN.replace(".", "")]


@pytest.mark.parametrize("text", PASTED, ids=range(len(PASTED)))
@pytest.mark.parametrize("serial", [SERIAL, "199988877766"])
@pytest.mark.parametrize("now", [NOW, NOW * 2])
def test_reading_a_token(text: str, serial: str, now: int) -> None:
    try:
        assert_clean(repr(read_token(text, serial=serial, now=now)))
    except ClientError as err:
        assert_clean(*said_by(err))


SIGNED_IN = as_json({"session_id": SESSION, "manager_token": SESSION, "is_consumer": True})


@pytest.mark.parametrize("status", [200, 302, 401, 500])
@pytest.mark.parametrize("step", ["login", "tokens"])
async def test_a_cloud_that_sends_back_what_it_got(status: int, step: str) -> None:
    def answer(asked: Asked) -> Reply:
        if step == "tokens" and asked.path.startswith("/login"):
            return SIGNED_IN
        return echo(asked, status)

    await fetch_and_look(answer)


@pytest.mark.parametrize(
    "login",
    [
        as_json({"success": True, "isBlocked": False, "otp": SESSION}),
        as_json({"success": True, "isBlocked": True, "user": USER}),
        as_json({"message": PASSWORD}),
        reply(f"<html>{PASSWORD}</html>"),
        Reply(f"HTTP/1.1 200 {PASSWORD}\r\nContent-Length: 90\r\n\r\n{SESSION}".encode(), "close"),
        Reply(f"{PASSWORD}\r\n\r\n".encode(), "close"),
        SILENCE,
    ],
    ids=range(7),
)
async def test_a_sign_in_that_fails(login: Reply) -> None:
    await fetch_and_look(lambda _: login, time_limit_s=0.5 if login is SILENCE else 10)


async def fetch_and_look(answer: Callable[[Asked], Reply], time_limit_s: float = 10) -> None:
    """Fetch a token from a cloud with this script, in vain, and look at what is said."""
    server = WebServer(answer, certificate("cloud"))
    async with server.running():
        address = CloudAddress(
            f"https://{server.host}/login?",
            f"https://{server.host}/tokens",
            ssl=certificate("cloud").trusting(),
        )
        with pytest.raises(ClientError) as caught:
            await fetch_token(USER, PASSWORD, SERIAL, address=address, time_limit_s=time_limit_s)
        assert_clean(*said_by(caught.value), repr(address))
    assert server.asked
