"""One transport per kind, host and port, shared by all config entries that need it."""

from collections.abc import Callable
from dataclasses import dataclass

from ..transport import Transport, TransportKind

type _Key = tuple[TransportKind, str, int]


@dataclass(slots=True)
class _Shared:
    """A transport and the number of those who hold it."""

    transport: Transport
    holders: int = 0


class LinkPool:
    """Hands out transports: the first caller makes one, the last to give it back closes it."""

    def __init__(self) -> None:
        """Start with no transport."""
        self._shared: dict[_Key, _Shared] = {}

    def acquire(
        self, kind: TransportKind, host: str, port: int, factory: Callable[[], Transport]
    ) -> Transport:
        """Return the transport of a kind to a host and port; `factory` makes the first one."""
        key = (kind, host.lower(), port)
        shared = self._shared.get(key)
        if shared is None:
            shared = self._shared[key] = _Shared(factory())
        shared.holders += 1
        return shared.transport

    def kind_at(self, host: str, port: int) -> TransportKind | None:
        """Tell in which way a host and port is spoken to at present, None for in no way."""
        kinds = (kind for kind, *address in self._shared if address == [host.lower(), port])
        return next(kinds, None)

    async def release(self, transport: Transport) -> None:
        """Give a transport back; it is closed when nobody holds it any more.

        Until it is closed the pool keeps it, so that a reload in between gets the same one and
        never makes a second connection. Giving back what the pool does not know does nothing.
        """
        for key, shared in list(self._shared.items()):
            if shared.transport is transport and shared.holders:
                await self._let_go(key, shared)

    async def _let_go(self, key: _Key, shared: _Shared) -> None:
        """Count one holder less and close what nobody holds."""
        shared.holders -= 1
        if shared.holders:
            return
        try:
            await shared.transport.close()
        finally:
            if not shared.holders:
                del self._shared[key]
