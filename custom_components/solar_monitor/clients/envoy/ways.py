"""The way to a gateway, as those who ask it see it."""

from typing import Protocol

from .web import Answer


class Link(Protocol):
    """What is needed of a GatewayLink."""

    async def request(
        self, path: str, *, method: str = "GET", json: object = None, timeout_s: float = 45.0
    ) -> Answer:
        """Ask for a path; raises only ClientErrors."""
        ...
