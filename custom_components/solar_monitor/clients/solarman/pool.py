"""One transport per host and port, shared by all config entries that need it."""

from collections.abc import Callable
from dataclasses import dataclass

from .transport import Transport


@dataclass(slots=True)
class _Shared:
    """A transport and the number of those who hold it."""

    transport: Transport
    holders: int = 0


class LinkPool:
    """Hands out transports: the first caller makes one, the last to give it back closes it."""

    def __init__(self) -> None:
        """Start with no transport."""
        self._shared: dict[tuple[str, int], _Shared] = {}

    def acquire(self, host: str, port: int, factory: Callable[[], Transport]) -> Transport:
        """Return the transport of a host and port, made by `factory` for its first holder."""
        key = (host.lower(), port)
        shared = self._shared.get(key)
        if shared is None:
            shared = self._shared[key] = _Shared(factory())
        shared.holders += 1
        return shared.transport

    async def release(self, transport: Transport) -> None:
        """Give a transport back; it is closed when nobody holds it any more.

        Until it is closed the pool keeps it, so that a reload in between gets the same one and
        never makes a second connection. Giving back what the pool does not know does nothing.
        """
        for key, shared in list(self._shared.items()):
            if shared.transport is transport and shared.holders:
                await self._let_go(key, shared)

    async def _let_go(self, key: tuple[str, int], shared: _Shared) -> None:
        """Count one holder less and close what nobody holds."""
        shared.holders -= 1
        if shared.holders:
            return
        try:
            await shared.transport.close()
        finally:
            if not shared.holders:
                del self._shared[key]
