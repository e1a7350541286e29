"""Who gets in: certificate, token, role, cookie, digest; and how the gateway comes and goes."""

import asyncio
import hashlib
import ssl

from aiohttp import ClientConnectionError, ClientSession, DigestAuthMiddleware
import jwt
import pytest

from tests.simulators.envoy import Endpoint, EnvoySimulator, Role, Shape
from tests.simulators.envoy.tokens import INSTALLER_S, YEAR_S

from .envoy_kit import Client, gateway, talking_to

pytestmark = pytest.mark.usefixtures("socket_enabled")

PANELS = Endpoint.V1_INVERTERS


async def fingerprint(simulator: EnvoySimulator) -> str:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    _, writer = await asyncio.open_connection(simulator.host, simulator.port, ssl=context)
    der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return hashlib.sha256(der).hexdigest()


async def test_the_certificate_is_the_one_it_tells_and_stays_until_changed() -> None:
    async with talking_to(gateway()) as client:
        simulator = client.simulator
        first = await fingerprint(simulator)
        assert first == simulator.fingerprint == await fingerprint(simulator)
        port = simulator.port
        simulator.change_certificate()
        assert first != await fingerprint(simulator) == simulator.fingerprint
        assert (await client.ask(PANELS)).status == 200
        assert simulator.port == port


async def test_a_new_certificate_ends_connections_that_are_open() -> None:
    async with talking_to(gateway()) as client:
        reader, writer = await asyncio.open_connection(
            client.simulator.host, client.simulator.port, ssl=_unchecked()
        )
        client.simulator.change_certificate()
        assert await reader.read() == b""
        writer.close()


def _unchecked() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


async def test_a_token_says_whose_it_is_and_for_how_long() -> None:
    simulator = gateway()
    now = simulator.site.clock.timestamp()
    for role, life, name in (
        (Role.OWNER, YEAR_S, "owner"),
        (Role.INSTALLER, INSTALLER_S, "installer"),
    ):
        token = simulator.token(role=role)
        assert jwt.get_unverified_header(token)["alg"] == "ES256"
        claims = jwt.decode(token, options={"verify_signature": False})
        assert claims["aud"] == simulator.serial
        assert claims["enphaseUser"] == name
        assert claims["exp"] - claims["iat"] == life
        assert claims["iat"] == int(now)


async def test_only_good_tokens_open_the_door() -> None:
    async with talking_to(gateway()) as client:
        simulator = client.simulator
        tokens = {
            None: 401,
            "no token": 401,
            simulator.token(expires_in=-1): 401,
            simulator.token(audience="122302000000"): 401,
            simulator.token(audience="un-commissioned"): 200,
            simulator.token(): 200,
        }
        for token, status in tokens.items():
            client.token = token
            assert (await client.ask(PANELS)).status == status
            assert (await client.ask(Endpoint.CHECK_JWT)).status == status
            client.session.cookie_jar.clear()


async def test_a_token_ends_by_the_sites_clock() -> None:
    async with talking_to(gateway()) as client:
        client.token = client.simulator.token(expires_in=60)
        assert (await client.ask(PANELS)).status == 200
        client.simulator.site.clock.advance(61)
        assert (await client.ask(PANELS)).status == 401


async def test_an_owner_may_not_what_an_installer_may() -> None:
    async with talking_to(gateway()) as client:
        for path in (Endpoint.DEVSTATUS, Endpoint.POWER_MODE, Endpoint.METERS_CTS):
            client.token = client.simulator.token()
            assert (await client.ask(path)).status == 401
            assert (await client.ask(path, method="PUT", json={})).status == 401
            client.token = client.simulator.token(role=Role.INSTALLER)
            assert (await client.ask(path)).status == 200


async def test_a_cookie_saves_the_check_of_the_token_for_ten_idle_minutes() -> None:
    async with talking_to(gateway()) as client:
        keeper, clock = client.simulator.keeper, client.simulator.site.clock
        assert (await client.ask(Endpoint.CHECK_JWT)).body.startswith(b"<!DOCTYPE html>")
        client.token, checks = None, keeper.jwt_checks
        for _ in range(3):
            clock.advance(599)
            assert (await client.ask(PANELS)).status == 200
        assert keeper.jwt_checks == checks
        assert keeper.cookies_used == 3
        clock.advance(601)
        assert (await client.ask(PANELS)).status == 401


async def test_a_restart_ends_sessions_and_a_revoked_token_ends_everything() -> None:
    async with talking_to(gateway()) as client:
        simulator = client.simulator
        await client.ask(Endpoint.CHECK_JWT)
        old, client.token = client.token, None
        simulator.restart(zeros=True)
        assert (await client.ask(PANELS)).status == 401

        client.token = old
        await client.ask(Endpoint.CHECK_JWT)
        simulator.revoke()
        assert (await client.ask(PANELS)).status == 401
        client.token = simulator.token()
        assert (await client.ask(PANELS)).status == 200


async def test_identity_needs_no_token_and_tells_the_firmware() -> None:
    async with talking_to(gateway(Shape.D8_3_GENERATOR)) as client:
        client.token = None
        body = (await client.ask(Endpoint.INFO)).body
        assert body == (await client.ask(Endpoint.INFO_XML)).body
    assert b"<software>D8.3.5169</software>" in body
    assert b"<imeter>true</imeter>" in body
    assert b"<web-tokens>true</web-tokens>" in body


async def test_old_firmware_speaks_http_and_wants_a_digest_for_the_panels_alone() -> None:
    simulator = gateway(Shape.R4_10_SPLIT)
    async with talking_to(simulator) as client:
        assert simulator.fingerprint is None
        assert (await client.ask("/production.json")).status == 200
        refused = await client.ask(PANELS)
        assert refused.status == 401
        assert refused.headers["WWW-Authenticate"].startswith('Digest realm="enphaseenergy.com"')
        for password, status in ((simulator.serial[-6:], 200), ("000000", 401)):
            digest = DigestAuthMiddleware("envoy", password)
            async with ClientSession(middlewares=(digest,)) as session:
                answer = await session.get(f"http://{simulator.address}{PANELS}")
                assert answer.status == status


async def test_old_firmware_has_no_page_for_writes_nor_for_what_came_later() -> None:
    async with talking_to(gateway(Shape.D5_0_STANDARD)) as client:
        assert (await client.ask("/admin/lib/tariff", method="PUT", json={})).status == 404
        assert (await client.ask("/ivp/livedata/status")).status == 404
        assert (await client.json("/ivp/ensemble/inventory")) == {"error": "404 - Not Found"}


async def test_a_page_that_is_not_there_is_moved_to_the_page_for_errors() -> None:
    async with talking_to(gateway()) as client:
        reply = await client.ask("/ivp/nothing/here")
    assert (reply.status, reply.headers["Location"]) == (301, "/error")


async def test_the_gateway_goes_down_and_comes_back_on_its_port() -> None:
    async with talking_to(gateway()) as client:
        port = client.simulator.port
        client.simulator.close()
        with pytest.raises(ClientConnectionError):
            await client.ask(PANELS)
        client.simulator.open()
        assert (await client.ask(PANELS)).status == 200
        assert client.simulator.port == port
        assert client.simulator.connections == 1


async def test_another_gateway_answers_at_the_same_address() -> None:
    async with talking_to(gateway()) as client:
        before = client.simulator.fingerprint
        client.simulator.replace_by("122302011111")
        assert b"<sn>122302011111</sn>" in (await client.ask(Endpoint.INFO)).body
        assert client.simulator.fingerprint != before
        assert (await client.ask(PANELS)).status == 401


async def test_new_firmware_changes_what_it_says_and_can_do() -> None:
    async with talking_to(gateway(Shape.D8_2_NO_CT)) as client:
        assert (await client.ask("/ivp/pdm/device_data")).status == 301
        client.simulator.update_firmware(Shape.D8_3_METERED)
        assert b"<software>D8.3.5167</software>" in (await client.ask(Endpoint.INFO)).body
        assert (await client.ask("/ivp/pdm/device_data")).status == 200


async def test_it_counts_how_many_requests_it_had_to_answer_at_once() -> None:
    async with talking_to(gateway()) as client:
        client.simulator.delays[PANELS] = 0.05
        others = [Client(client.simulator, client.token) for _ in range(3)]
        await asyncio.gather(*(other.ask(PANELS) for other in others))
        assert client.simulator.most_at_once == 3
        assert client.simulator.at_once == 0
        for other in others:
            await other.session.close()
