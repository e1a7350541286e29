"""A client of Home Assistant's REST and WebSocket interfaces."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from aiohttp import ClientError, ClientSession

from tests.demo.errors import DemoError

type Json = Any
"""What an answer holds; nothing checks it."""

LOOK_EVERY_S = 0.1
"""Pause between two looks at something that is about to happen."""


class Client:
    """Talks to one Home Assistant with one access token."""

    def __init__(self, session: ClientSession, url: str, token: str = "") -> None:
        """Take an open session, the address without a slash at its end, and a token."""
        self._session = session
        self.url = url
        self.token = token

    async def get(self, path: str) -> Json:
        """Read from REST; raises DemoError when it is refused."""
        return await self._request("GET", path)

    async def post(self, path: str, body: Mapping[str, Any]) -> Json:
        """Send JSON to REST; raises DemoError when it is refused."""
        return await self._request("POST", path, json=body)

    async def post_form(self, path: str, fields: Mapping[str, str]) -> Json:
        """Send a form to REST; raises DemoError when it is refused."""
        return await self._request("POST", path, data=fields)

    async def _request(self, method: str, path: str, **content: Json) -> Json:
        # As a browser does, so that the way back from another site can be found.
        headers = {"HA-Frontend-Base": self.url}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        async with self._session.request(
            method, self.url + path, headers=headers, **content
        ) as answer:
            if answer.status >= HTTPStatus.BAD_REQUEST:
                raise DemoError(f"{method} {path}: {answer.status} {await answer.text()}")
            return await answer.json()

    async def visit(self, url: str) -> None:
        """Open a page of another site, which has to lead back to Home Assistant.

        Raises DemoError when it does not.
        """
        async with self._session.get(url) as answer:
            text = await answer.text()
            is_back = str(answer.url).startswith(f"{self.url}/")
            if not is_back or answer.status >= HTTPStatus.BAD_REQUEST:
                raise DemoError(f"{answer.url.path}: {answer.status} {text}")

    async def command(self, kind: str, **fields: Json) -> Json:
        """Run one WebSocket command on a connection of its own; raises DemoError for an error."""
        async with self._session.ws_connect(self.url + "/api/websocket", max_msg_size=0) as socket:
            await socket.receive_json()
            await socket.send_json({"type": "auth", "access_token": self.token})
            accepted = await socket.receive_json()
            if accepted["type"] != "auth_ok":
                raise DemoError(f"The token was refused: {accepted}")
            await socket.send_json({"id": 1, "type": kind, **fields})
            answer = await socket.receive_json()
            if not answer["success"]:
                raise DemoError(f"{kind}: {answer['error']['message']}")
            return answer["result"]

    async def answers(self, path: str) -> Json:
        """Read from REST if it answers; None as long as it does not."""
        try:
            return await self.get(path)
        except ClientError, DemoError, asyncio.IncompleteReadError:
            return None
