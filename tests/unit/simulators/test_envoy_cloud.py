"""Enlighten's login and Entrez's tokens, as their clients see them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from aiohttp import ClientConnectionError, ClientSession, CookieJar, TCPConnector
import jwt
from pyenphase.auth import EnvoyTokenAuth
from pyenphase.exceptions import EnvoyAuthenticationError
import pytest

from tests.simulators.envoy import CloudFault, CloudSimulator, EnvoySimulator, Role

from .envoy_kit import gateway

pytestmark = pytest.mark.usefixtures("socket_enabled")

RIGHT = {"user[email]": "owner@example.com", "user[password]": "correct horse"}


@pytest.fixture
async def envoy(socket_enabled: None) -> AsyncIterator[EnvoySimulator]:  # noqa: ARG001  opens sockets
    """A running gateway with its cloud."""
    simulator = gateway()
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
def cloud(envoy: EnvoySimulator) -> CloudSimulator:
    """The cloud of the gateway."""
    return envoy.cloud


@pytest.fixture
async def session(cloud: CloudSimulator) -> AsyncIterator[ClientSession]:
    """A client that trusts the simulated cloud."""
    connector = TCPConnector(ssl=cloud.client_context())
    async with ClientSession(connector=connector, cookie_jar=CookieJar(unsafe=True)) as client:
        yield client


async def log_in(session: ClientSession, cloud: CloudSimulator, **changes: str) -> Any:  # noqa: ANN401 - any JSON
    answer = await session.post(cloud.login_url, data=RIGHT | changes)
    return answer.status, await answer.json()


async def get_token(session: ClientSession, cloud: CloudSimulator, **changes: str) -> Any:  # noqa: ANN401 - any JSON
    _, reply = await log_in(session, cloud)
    body = {"session_id": reply["session_id"], "serial_num": cloud.serial, "username": "x"}
    answer = await session.post(cloud.token_url, json=body | changes)
    return answer.status, await answer.text()


async def test_a_login_gives_a_session_and_a_session_gives_a_token(
    session: ClientSession, cloud: CloudSimulator, envoy: EnvoySimulator
) -> None:
    status, token = await get_token(session, cloud)
    assert status == 200
    assert jwt.decode(token, options={"verify_signature": False})["aud"] == envoy.serial
    async with ClientSession(connector=TCPConnector(ssl=False)) as client:
        answer = await client.get(
            f"https://{envoy.address}/auth/check_jwt", headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status == 200


async def test_a_wrong_password_is_refused(session: ClientSession, cloud: CloudSimulator) -> None:
    status, reply = await log_in(session, cloud, **{"user[password]": "wrong"})
    assert status == 401
    assert "session_id" not in reply


async def test_with_a_second_factor_there_is_no_session(
    session: ClientSession, cloud: CloudSimulator
) -> None:
    cloud.mfa = True
    status, reply = await log_in(session, cloud)
    assert (status, reply) == (200, {"success": True, "isBlocked": False})


async def test_a_strange_session_or_serial_gets_no_token(
    session: ClientSession, cloud: CloudSimulator
) -> None:
    assert (await get_token(session, cloud, session_id="guessed"))[0] == 401
    assert (await get_token(session, cloud, serial_num="122302000000"))[0] == 404
    answer = await session.post(cloud.token_url, data=b"no json")
    assert answer.status == 400


async def test_the_cloud_signs_what_it_is_told_to(
    session: ClientSession, cloud: CloudSimulator
) -> None:
    cloud.role, cloud.expires_in = Role.INSTALLER, 60
    _, token = await get_token(session, cloud)
    claims = jwt.decode(token, options={"verify_signature": False})
    assert (claims["enphaseUser"], claims["exp"] - claims["iat"]) == ("installer", 60)
    cloud.fault = CloudFault.FOREIGN_TOKEN
    _, token = await get_token(session, cloud)
    assert jwt.decode(token, options={"verify_signature": False})["aud"] != cloud.serial
    assert cloud.tokens_given == 2


async def test_the_form_gives_a_token_inside_a_page(
    session: ClientSession, cloud: CloudSimulator
) -> None:
    right = {"username": cloud.username, "password": cloud.password}
    wanted = {"serialNum": cloud.serial}
    await session.post(f"{cloud.base}/login", data=right | {"password": "wrong"})
    refused = await session.post(f"{cloud.base}/entrez_tokens", data=wanted)
    assert "textarea" not in await refused.text()
    await session.post(f"{cloud.base}/login", data=right)
    page = await session.post(f"{cloud.base}/entrez_tokens", data=wanted)
    assert "<textarea" in await page.text()


async def test_a_browser_sees_a_token_inside_json(
    session: ClientSession, cloud: CloudSimulator
) -> None:
    address = f"{cloud.base}/entrez-auth-token"
    answer = await session.get(address, params={"serial_num": cloud.serial})
    assert set(await answer.json()) == {"generation_time", "token", "expires_at"}
    assert (await session.get(address, params={"serial_num": "1"})).status == 404


@pytest.mark.parametrize(("fault", "status"), [(CloudFault.FAIL, 503), (CloudFault.GARBAGE, 200)])
async def test_a_cloud_that_fails_sends_a_page(
    session: ClientSession, cloud: CloudSimulator, fault: CloudFault, status: int
) -> None:
    cloud.fault = fault
    answer = await session.post(cloud.login_url, data=RIGHT)
    assert (answer.status, answer.content_type) == (status, "text/html")


async def test_a_cloud_hangs_up_is_silent_or_down(
    session: ClientSession, cloud: CloudSimulator
) -> None:
    cloud.fault = CloudFault.RESET
    with pytest.raises(ClientConnectionError):
        await session.post(cloud.login_url, data=RIGHT)
    cloud.fault = CloudFault.SILENT
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await session.post(cloud.login_url, data=RIGHT)
    cloud.fault, cloud.down = CloudFault.NONE, True
    assert cloud.down
    with pytest.raises(ClientConnectionError):
        await session.post(cloud.login_url, data=RIGHT)
    cloud.down = False
    assert (await log_in(session, cloud))[0] == 200
    assert (await session.get(f"{cloud.base}/nothing")).status == 404


async def test_nobody_trusts_its_certificate_by_default(cloud: CloudSimulator) -> None:
    async with ClientSession() as client:
        with pytest.raises(ClientConnectionError):
            await client.get(cloud.base)


async def test_pyenphase_gets_a_token_from_it(
    envoy: EnvoySimulator, cloud: CloudSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pyenphase.auth.SSL_CONTEXT", cloud.client_context())
    monkeypatch.setattr(EnvoyTokenAuth, "JSON_LOGIN_URL", cloud.login_url)
    monkeypatch.setattr(EnvoyTokenAuth, "TOKEN_URL", cloud.token_url)
    auth = EnvoyTokenAuth(envoy.address, cloud.username, cloud.password, envoy.serial)
    async with ClientSession(connector=TCPConnector(ssl=False)) as client:
        await auth.setup(client)
        assert auth.token_type == "owner"  # noqa: S105 - a role
        assert "sessionId" in auth.cookies
        for name, value in (("mfa", True), ("fault", CloudFault.NO_TOKEN)):
            with monkeypatch.context() as patch:
                patch.setattr(cloud, name, value)
                with pytest.raises(EnvoyAuthenticationError):
                    await auth.refresh()
