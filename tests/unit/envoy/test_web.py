"""One exchange with a web server: addresses, and every way it can go wrong."""

import asyncio
from collections.abc import AsyncIterator
import gzip
import socket
from typing import override

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import given, settings, strategies as st
import pytest

from custom_components.solar_monitor.clients.envoy.web import Answer, NoTlsError, exchange, origin
from custom_components.solar_monitor.clients.errors import (
    BadAnswerError,
    CannotConnectError,
    CertificateChangedError,
    ClientError,
    LinkLostError,
    NoAnswerError,
    PortClosedError,
)
from custom_components.solar_monitor.clients.http import MAX_BODY, Request

from .certificates import certificate
from .web_server import GONE, RESET, SILENCE, Reply, WebServer, reply, until

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """A session as the link makes it, without a pin."""
    async with aiohttp.ClientSession() as made:
        yield made


async def ask(
    session: aiohttp.ClientSession,
    server: WebServer,
    *,
    scheme: str = "http",
    timeout_s: float = 10,
) -> Answer:
    """Ask a server once."""
    return await exchange(session, Request(origin(scheme, server.host), timeout_s))


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("192.168.1.5", "https://192.168.1.5"),
        (" envoy.local ", "https://envoy.local"),
        ("Envoy.Local:44321", "https://envoy.local:44321"),
        ("my_envoy", "https://my_envoy"),
        ("::1", "https://[::1]"),
        ("[::1]:443", "https://[::1]"),
        ("[::1]:444", "https://[::1]:444"),
        ("fe80::1%eth0", "https://[fe80::1%eth0]"),
        ("dünn.example", "https://xn--dnn-hoa.example"),
    ],
)
def test_a_host_is_a_name_or_an_address_and_may_have_a_port(host: str, url: str) -> None:
    assert str(origin("https", host)) == url


@pytest.mark.parametrize(
    "host",
    [
        "",
        " ",
        "a b",
        "a..b",
        "a" * 64,
        "\x00",
        "http://envoy.local",
        "envoy.local/home",
        "envoy.local#top",
        "user:secret@envoy.local",
        "envoy.local:99999",
        "envoy.local:x",
        "[::1",
    ],
)
def test_what_is_no_host_cannot_be_connected_to(host: str) -> None:
    with pytest.raises(CannotConnectError) as caught:
        origin("https", host)
    assert str(caught.value) == "this is no host"


async def test_an_answer_has_status_body_and_the_time_it_took(
    session: aiohttp.ClientSession,
) -> None:
    server = WebServer(lambda _: reply("fine", 203))
    async with server.running():
        answer = await ask(session, server)
    assert (answer.status, answer.body) == (203, b"fine")
    assert answer.took_s > 0
    assert answer.success


@pytest.mark.parametrize("status", [301, 404, 503])
async def test_other_statuses_are_no_success(session: aiohttp.ClientSession, status: int) -> None:
    server = WebServer(lambda _: reply("no", status, Location="/elsewhere"))
    async with server.running():
        answer = await ask(session, server)
    assert answer.status == status
    assert not answer.success
    assert server.paths == ["/"]


BOMB = gzip.compress(bytes(4 * MAX_BODY))


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (SILENCE, NoAnswerError),
        (GONE, LinkLostError),
        (RESET, LinkLostError),
        (Reply(b"HTTP/1.1 200 OK\r\nContent-"), NoAnswerError),
        (Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf", "close"), BadAnswerError),
        (Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf"), NoAnswerError),
        (Reply(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"), BadAnswerError),
        (
            Reply(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
            BadAnswerError,
        ),
        (Reply(b"SSH-2.0-OpenSSH_9.9\r\n\r\n", "close"), BadAnswerError),
        (Reply(b"\x00\xff" * 100, "close"), BadAnswerError),
        (Reply(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000), BadAnswerError),
        (reply(b"no gzip at all", Content_Encoding="gzip"), BadAnswerError),
        (reply(BOMB, Content_Encoding="gzip"), BadAnswerError),
        (reply(bytes(MAX_BODY + 1)), BadAnswerError),
    ],
    ids=range(14),
)
async def test_a_bad_answer_has_a_name(
    session: aiohttp.ClientSession, said: Reply, error: type[ClientError]
) -> None:
    server = WebServer(lambda _: said)
    async with server.running():
        with pytest.raises(error) as caught:
            await ask(session, server, timeout_s=0.1 if error is NoAnswerError else 10)
        assert type(caught.value) is error
        assert caught.value.__cause__ is None
        assert caught.value.__context__ is None
        server.answer = lambda _: reply("better")
        assert (await ask(session, server)).body == b"better"


async def test_a_large_answer_is_read_up_to_the_limit(session: aiohttp.ClientSession) -> None:
    server = WebServer(lambda _: reply(bytes(MAX_BODY)))
    async with server.running():
        request = Request(origin("http", server.host), 5)
        assert len((await exchange(session, request)).body) == MAX_BODY


async def test_a_closed_port_is_told_from_a_host_that_is_away(
    session: aiohttp.ClientSession,
) -> None:
    server = WebServer(lambda _: SILENCE)
    async with server.running():
        pass
    with pytest.raises(PortClosedError):
        await ask(session, server)


async def test_a_handshake_that_does_not_come_is_no_connection(
    session: aiohttp.ClientSession,
) -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(say_nothing, "127.0.0.1", 0) as silent:
        port = silent.sockets[0].getsockname()[1]
        with pytest.raises(CannotConnectError, match="no connection in time"):
            await exchange(session, Request(origin("https", f"127.0.0.1:{port}"), 0.5))


async def test_a_port_without_tls_is_recognised(session: aiohttp.ClientSession) -> None:
    server = WebServer(lambda _: reply("plain"))
    async with server.running():
        with pytest.raises(NoTlsError):
            await ask(session, server, scheme="https")


async def test_a_handshake_that_is_cut_off_is_no_tls(session: aiohttp.ClientSession) -> None:
    def cut_off(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    async with await asyncio.start_server(cut_off, "127.0.0.1", 0) as rude:
        port = rude.sockets[0].getsockname()[1]
        with pytest.raises(NoTlsError):
            await exchange(session, Request(origin("https", f"127.0.0.1:{port}"), 5))


async def test_an_unknown_certificate_is_no_tls_for_who_trusts_authorities(
    session: aiohttp.ClientSession,
) -> None:
    server = WebServer(lambda _: reply("self-signed"), certificate("gateway"))
    async with server.running():
        with pytest.raises(NoTlsError):
            await ask(session, server, scheme="https")
    assert server.asked == []


async def test_another_certificate_than_the_pinned_one_stops_all() -> None:
    server = WebServer(lambda _: reply("secret, please"), certificate("another"))
    pin = aiohttp.Fingerprint(bytes.fromhex(certificate("gateway").fingerprint))
    async with (
        server.running(),
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=pin)) as session,
    ):
        with pytest.raises(CertificateChangedError) as caught:
            await ask(session, server, scheme="https")
    assert caught.value.fingerprint == certificate("another").fingerprint
    assert server.asked == []


class FixedResolver(AbstractResolver):
    """Finds the same addresses for every name, or fails."""

    def __init__(self, *addresses: str, error: OSError | None = None) -> None:
        """Take what to find."""
        self._addresses = addresses
        self._error = error

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if self._error is not None:
            raise self._error
        return [
            ResolveResult(hostname=host, host=it, port=port, family=family, proto=0, flags=0)
            for it in self._addresses
        ]

    @override
    async def close(self) -> None:
        """Keep nothing open."""


@pytest.mark.parametrize(
    ("resolver", "error", "text"),
    [
        (FixedResolver("127.0.0.1", "127.0.0.1"), PortClosedError, "refuses connections"),
        (
            FixedResolver(error=socket.gaierror(socket.EAI_NONAME, "unknown")),
            CannotConnectError,
            "the host cannot be reached",
        ),
        (FixedResolver(error=OSError(113, "…")), CannotConnectError, "No route to host"),
        (FixedResolver(error=OSError("both failed")), CannotConnectError, "cannot be reached"),
    ],
    ids=["all refuse", "unknown name", "no route", "no number"],
)
async def test_a_name_that_leads_nowhere_cannot_be_connected_to(
    resolver: FixedResolver, error: type[ClientError], text: str
) -> None:
    server = WebServer(lambda _: SILENCE)
    async with server.running():
        pass
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=resolver)) as session:
        with pytest.raises(error, match=text) as caught:
            await exchange(session, Request(origin("http", f"envoy.local:{server.port}"), 10))
    assert type(caught.value) is error


async def test_an_exchange_can_be_cancelled(session: aiohttp.ClientSession) -> None:
    server = WebServer(lambda _: SILENCE)
    async with server.running():
        request = Request(origin("http", server.host), 60)
        task = asyncio.create_task(exchange(session, request))
        await until(lambda: server.asked)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(lambda: server.open == 0)


async def test_a_closed_session_is_a_lost_link(session: aiohttp.ClientSession) -> None:
    server = WebServer(lambda _: reply("never"))
    async with server.running():
        await session.close()
        with pytest.raises(LinkLostError):
            await ask(session, server)


async def test_closing_ends_what_is_open_and_what_waits() -> None:
    server = WebServer(lambda _: SILENCE)
    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1))
    async with server.running():
        request = Request(origin("http", server.host), 60)
        tasks = [asyncio.create_task(exchange(session, request)) for _ in range(3)]
        await until(lambda: server.asked)
        await session.close()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(end) for end in ends] == [LinkLostError] * 3


@settings(max_examples=150)
@given(data=st.binary(max_size=200), proper=st.booleans())
def test_whatever_bytes_come_only_our_errors_come_out(data: bytes, *, proper: bool) -> None:
    head = b"HTTP/1.1 200 OK\r\n" if proper else b""

    async def one() -> None:
        server = WebServer(lambda _: Reply(head + data, "close"))
        async with server.running(), aiohttp.ClientSession() as session:
            try:
                answer = await ask(session, server)
            except ClientError:
                return
            assert len(answer.body) <= len(data)

    asyncio.run(one())
