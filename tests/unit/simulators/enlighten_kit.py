"""A simulated cloud and a client that is signed in to it."""

from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
import json
from typing import Any, NamedTuple

from aiohttp import ClientSession

from tests.simulators.clock import Clock
from tests.simulators.enlighten import (
    Access,
    Application,
    Endpoint,
    EnlightenSimulator,
    EnlightenSystem,
    Plan,
)
from tests.simulators.enlighten.contract import problems

NOON = datetime(2026, 6, 21, 10, 7, tzinfo=UTC)
"""A summer's noon in Amsterdam, seven minutes after an upload."""
DAY = 86_400
AT = int(NOON.timestamp())


class Reply(NamedTuple):
    """Status and JSON of an answer."""

    status: int
    body: Any


def basic(client_id: str, secret: str) -> dict[str, str]:
    """Return the header of HTTP Basic."""
    return {"Authorization": f"Basic {b64encode(f'{client_id}:{secret}'.encode()).decode()}"}


@dataclass
class Client:
    """Asks a cloud, with a key and a token."""

    cloud: EnlightenSimulator
    session: ClientSession
    token: str
    key: str

    async def get(self, endpoint: Endpoint, **query: object) -> Reply:
        """Ask for the first system, and check the answer against the contract."""
        return await self.about(self.cloud.system, endpoint, **query)

    async def about(self, system: EnlightenSystem, endpoint: Endpoint, **query: object) -> Reply:
        """Ask for a system; `serial` goes into the path."""
        serial = str(query.pop("serial", ""))
        path = endpoint.template.replace("{system_id}", str(system.system_id))
        reply = await self.raw(path.replace("{serial_no}", serial), query)
        assert problems(endpoint.template, reply.status, reply.body) == []
        return reply

    async def raw(
        self,
        path: str,
        query: dict[str, object] | None = None,
        *,
        method: str = "GET",
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """Send a request as it is."""
        if headers is None:
            headers = {"Authorization": f"Bearer {self.token}", "key": self.key}
        params = {name: str(value) for name, value in (query or {}).items()}
        url = self.cloud.base_url + path
        async with self.session.request(method, url, params=params, headers=headers) as answer:
            return Reply(answer.status, json.loads(await answer.read()))

    async def ask_token(self, *, in_query: bool = False, **form: str) -> Reply:
        """Ask the token endpoint as the first application."""
        application = self.cloud.application
        headers = basic(application.client_id, application.client_secret)
        async with self.session.post(
            self.cloud.token_url,
            headers=headers,
            params=form if in_query else None,
            data=None if in_query else form,
        ) as answer:
            reply = Reply(answer.status, await answer.json())
        assert problems("/oauth/token", reply.status, reply.body, "post") == []
        return reply


@asynccontextmanager
async def signed_in(cloud: EnlightenSimulator) -> AsyncIterator[Client]:
    """Start a cloud and sign in to it."""
    await cloud.start()
    async with ClientSession() as session:
        yield Client(cloud, session, cloud.sign_in()["access_token"], cloud.application.api_key)
    await cloud.stop()


def full_house(clock: Clock | None = None, **changes: Any) -> EnlightenSystem:  # noqa: ANN401 - any knob
    """Return a system with all devices."""
    return EnlightenSystem(clock or Clock(NOON), **{"batteries": 2} | changes)


def cloud_of(*systems: EnlightenSystem, plan: Plan = Plan.MEGAWATT) -> EnlightenSimulator:
    """Return a cloud whose only application may do all that a plan offers."""
    application = Application(plan=plan, ticked=frozenset(Access))
    return EnlightenSimulator(systems[0].clock, list(systems), applications=[application])
