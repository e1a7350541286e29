"""A token endpoint that answers whatever a test wants, and remembers what it was asked."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web
from aiohttp.test_utils import RawTestServer
from homeassistant.core import HomeAssistant

from custom_components.solar_monitor.clients.enlighten.web import CloudAddress
from custom_components.solar_monitor.sources.enlighten.address import CLOUD_KEY

type Answer = Callable[[web.BaseRequest], web.StreamResponse]

GOOD: Final[Mapping[str, Any]] = {
    "access_token": "new-access-token",
    "token_type": "bearer",
    "refresh_token": "new-refresh-token",
    "expires_in": 86_393,
    "scope": "read write",
    "enl_uid": "2187530",
}


@dataclass(frozen=True)
class Asked:
    """A request."""

    method: str
    path: str
    headers: Mapping[str, str]
    form: Mapping[str, str]


@dataclass
class TokenServer:
    """The endpoint. `answer` makes what it says."""

    answer: Answer = field(default=lambda _: web.json_response(dict(GOOD)))
    drips: bool = False
    """Send a byte now and then, for ever."""
    opens: asyncio.Event = field(default_factory=asyncio.Event)
    """Answers wait for this; set unless a test clears it."""
    asked: list[Asked] = field(default_factory=list)
    base_url: str = ""

    def __post_init__(self) -> None:
        """Let answers pass."""
        self.opens.set()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.asked.append(Asked(request.method, request.path, request.headers.copy(), form))
        await self.opens.wait()
        return await _drip(request) if self.drips else self.answer(request)


async def _drip(request: web.BaseRequest) -> web.StreamResponse:
    """Answer a byte each second, until the other side has enough."""
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(1)


@asynccontextmanager
async def token_server(hass: HomeAssistant | None = None) -> AsyncIterator[TokenServer]:
    """Run an endpoint; with `hass` it stands for Enphase's there."""
    endpoint = TokenServer()
    async with RawTestServer(endpoint.handle, host="127.0.0.1") as server:
        endpoint.base_url = str(server.make_url("")).rstrip("/")
        if hass is not None:
            hass.data[CLOUD_KEY] = CloudAddress(endpoint.base_url)
        yield endpoint
