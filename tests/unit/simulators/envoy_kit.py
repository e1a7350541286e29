"""A simulated gateway and a plain client, for its own tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import ClientSession, ClientTimeout, CookieJar, TCPConnector
import orjson

from tests.simulators.envoy import EnvoySimulator, Fittings, Shape, envoy_house
from tests.simulators.site import Clock

NOON = datetime(2026, 6, 21, 10, 30, tzinfo=UTC)
EVENING = datetime(2026, 6, 21, 20, 30, tzinfo=UTC)
NIGHT = datetime(2026, 6, 21, 1, 0, tzinfo=UTC)


def gateway(
    shape: Shape = Shape.D8_3_METERED,
    *,
    start: datetime = NOON,
    panels: int = 20,
    fittings: Fittings | None = None,
    history_days: int = 0,
) -> EnvoySimulator:
    """Return a gateway that does not run."""
    fitted = fittings or shape.fittings
    clock = Clock(start)
    site = envoy_house(clock, panels=panels, fittings=fitted, history_days=history_days)
    return EnvoySimulator(site, shape=shape, panels=panels, fittings=fitted)


@dataclass
class Reply:
    """What a gateway answered."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def json(self) -> Any:  # noqa: ANN401 - any JSON
        """Return the body's JSON."""
        return orjson.loads(self.body)


class Client:
    """Asks with a token, or with the cookie it got for it."""

    def __init__(self, simulator: EnvoySimulator, token: str | None) -> None:
        """Prepare to ask a gateway."""
        self.simulator = simulator
        self.token = token
        self.session = ClientSession(
            connector=TCPConnector(ssl=False, force_close=True),
            cookie_jar=CookieJar(unsafe=True),
        )

    async def ask(
        self, path: str, *, method: str = "GET", json: object = None, time_limit_s: float = 5
    ) -> Reply:
        """Return an answer; follows no redirect."""
        scheme = "https" if self.simulator.fingerprint else "http"
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        async with self.session.request(
            method,
            f"{scheme}://{self.simulator.address}{path}",
            headers=headers,
            json=json,
            timeout=ClientTimeout(total=time_limit_s),
            allow_redirects=False,
        ) as answer:
            return Reply(answer.status, await answer.read(), dict(answer.headers))

    async def json(self, path: str) -> Any:  # noqa: ANN401 - any JSON
        """Return an answer's JSON; it must be 200."""
        reply = await self.ask(path)
        assert reply.status == 200, reply
        return reply.json


@asynccontextmanager
async def talking_to(simulator: EnvoySimulator) -> AsyncIterator[Client]:
    """Start a gateway, talk to it, stop it."""
    await simulator.start()
    client = Client(simulator, simulator.token() if simulator.fingerprint else None)
    try:
        yield client
    finally:
        await client.session.close()
        await simulator.stop()
