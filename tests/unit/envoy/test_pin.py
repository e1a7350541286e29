"""First contact with a gateway."""

import asyncio

import pytest

from custom_components.solar_monitor.clients.envoy.pin import (
    Found,
    fetch_fingerprint,
    probe_gateway,
)
from custom_components.solar_monitor.clients.errors import (
    BadAnswerError,
    CannotConnectError,
    CertificateChangedError,
    ClientError,
    HttpStatusError,
    LinkLostError,
    PortClosedError,
    UnsupportedGatewayError,
)

from .certificates import certificate
from .gateway_7 import SERIAL, info_xml
from .web_server import GONE, Reply, WebServer, reply, until
from .wire_kit import gateway_7

pytestmark = pytest.mark.usefixtures("socket_enabled")


async def test_the_fingerprint_is_fetched_without_sending_anything() -> None:
    async with gateway_7() as (_, server):
        assert await fetch_fingerprint(server.host) == certificate("gateway").fingerprint
        assert server.asked == []
        await until(lambda: server.open == 0)


async def test_a_port_that_refuses_shows_no_certificate() -> None:
    async with gateway_7() as (_, server):
        pass
    with pytest.raises(PortClosedError):
        await fetch_fingerprint(server.host)


async def test_a_port_without_tls_shows_no_certificate() -> None:
    server = WebServer(lambda _: reply("plain"))
    async with server.running():
        with pytest.raises(CannotConnectError):
            await fetch_fingerprint(server.host)
    assert server.asked == []


async def test_a_gateway_is_asked_who_it_is_behind_a_known_certificate() -> None:
    async with gateway_7() as (_, server):
        found = await probe_gateway(server.host, fingerprint=certificate("gateway").fingerprint)
        assert (found.info.serial, found.info.firmware) == (SERIAL, "8.3.5169")
        assert found.fingerprint == certificate("gateway").fingerprint
        assert server.paths == ["/info"]


async def test_a_gateway_with_an_unknown_certificate_is_found_with_it() -> None:
    async with gateway_7() as (_, server):
        found = await probe_gateway(server.host, fingerprint=None)
        assert found == Found(found.info, certificate("gateway").fingerprint)
        assert found.info.serial == SERIAL


async def test_another_certificate_than_the_known_one_is_not_asked() -> None:
    async with gateway_7() as (_, server):
        with pytest.raises(CertificateChangedError):
            await probe_gateway(server.host, fingerprint=certificate("another").fingerprint)
        assert server.asked == []


async def test_firmware_before_7_is_found_without_tls() -> None:
    server = WebServer(lambda _: reply(info_xml("D5.0.62")))
    async with server.running():
        found = await probe_gateway(server.host, fingerprint=None)
    assert (found.info.firmware, found.fingerprint) == ("5.0.62", None)
    assert server.paths == ["/info"]
    assert "authorization" not in server.asked[0].headers


async def test_firmware_7_without_tls_is_not_believed() -> None:
    server = WebServer(lambda _: reply(info_xml("D7.0.88")))
    async with server.running():
        with pytest.raises(CannotConnectError, match="no TLS"):
            await probe_gateway(server.host, fingerprint=None)


async def test_with_a_known_certificate_plain_http_is_not_tried() -> None:
    server = WebServer(lambda _: reply(info_xml("D5.0.62")))
    async with server.running():
        with pytest.raises(CannotConnectError):
            await probe_gateway(server.host, fingerprint=certificate("gateway").fingerprint)
    assert server.asked == []


async def test_a_port_that_refuses_all_is_closed() -> None:
    async with gateway_7() as (_, server):
        pass
    with pytest.raises(PortClosedError):
        await probe_gateway(server.host, fingerprint=None)


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (reply("<html>Router</html>"), UnsupportedGatewayError),
        (reply("", 301, Location="/login"), UnsupportedGatewayError),
        (reply("", 401), UnsupportedGatewayError),
        (reply("", 404), UnsupportedGatewayError),
        (reply("", 503), HttpStatusError),
        (Reply(b"garbage\r\n\r\n", "close"), BadAnswerError),
        (GONE, LinkLostError),
    ],
    ids=["a router", "301", "401", "404", "503", "garbage", "gone"],
)
async def test_what_is_no_gateway_is_told_from_one_in_trouble(
    said: Reply, error: type[ClientError]
) -> None:
    async with gateway_7() as (gateway, server):
        gateway.pages["/info"] = said
        with pytest.raises(error) as caught:
            await probe_gateway(server.host, fingerprint=None)
        assert type(caught.value) is error


async def test_a_probe_that_is_cancelled_leaves_nothing_open() -> None:
    async with gateway_7() as (gateway, server):
        gateway.pages["/info"] = Reply(b"")
        task = asyncio.create_task(
            probe_gateway(server.host, fingerprint=certificate("gateway").fingerprint)
        )
        await until(lambda: server.asked)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(lambda: server.open == 0)
