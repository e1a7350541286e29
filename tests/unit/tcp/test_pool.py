"""One transport per kind, host and port."""

import asyncio
from collections.abc import Sequence

import pytest

from custom_components.solar_monitor.clients.errors import LinkLostError
from custom_components.solar_monitor.clients.tcp.pool import LinkPool
from custom_components.solar_monitor.clients.transport import LinkStats, Transport, TransportKind

V5 = TransportKind.SOLARMAN_V5
TCP = TransportKind.MODBUS_TCP


class CountingTransport:
    """A transport that only counts how often it was closed."""

    def __init__(self) -> None:
        """Begin open."""
        self.serial: int | None = None
        self.connected = False
        self.stats = LinkStats()
        self.closes = 0
        self.door = asyncio.Event()
        self.door.set()

    async def read(
        self,
        unit: int,  # noqa: ARG002  as the protocol has it
        address: int,
        count: int,
        *,
        urgent: bool = True,  # noqa: ARG002  as the protocol has it
    ) -> tuple[int, ...]:
        return tuple(range(address, address + count))

    async def write(self, unit: int, address: int, values: Sequence[int]) -> None:
        raise NotImplementedError

    async def close(self) -> None:
        self.closes += 1
        await self.door.wait()
        if self.closes > 1:
            raise LinkLostError


def unused() -> Transport:
    """Fail: the pool has a transport already."""
    pytest.fail("a second transport was made")


async def test_all_holders_of_a_host_and_port_share_one_transport() -> None:
    pool = LinkPool()
    first = pool.acquire(V5, "Logger.local", 8899, CountingTransport)
    assert pool.acquire(V5, "logger.LOCAL", 8899, unused) is first
    assert pool.acquire(V5, "logger.local", 502, CountingTransport) is not first
    assert pool.acquire(V5, "other.local", 8899, CountingTransport) is not first
    assert pool.acquire(TCP, "logger.local", 8899, CountingTransport) is not first


async def test_the_pool_tells_how_an_address_is_spoken_to() -> None:
    pool, transport = LinkPool(), CountingTransport()
    assert pool.kind_at("logger", 8899) is None
    pool.acquire(TCP, "Logger", 8899, lambda: transport)
    assert pool.kind_at("loggER", 8899) is TCP
    assert pool.kind_at("logger", 502) is None
    await pool.release(transport)
    assert pool.kind_at("logger", 8899) is None


async def test_the_last_holder_closes() -> None:
    pool, transport = LinkPool(), CountingTransport()
    pool.acquire(V5, "logger", 8899, lambda: transport)
    pool.acquire(V5, "logger", 8899, unused)
    await pool.release(transport)
    assert transport.closes == 0
    await pool.release(transport)
    assert transport.closes == 1
    assert pool.acquire(V5, "logger", 8899, CountingTransport) is not transport


async def test_giving_back_too_often_or_what_is_not_ours_does_nothing() -> None:
    pool, transport = LinkPool(), CountingTransport()
    await pool.release(transport)
    pool.acquire(V5, "logger", 8899, lambda: transport)
    await pool.release(transport)
    await pool.release(transport)
    assert transport.closes == 1


async def test_a_reload_during_the_close_keeps_the_same_transport() -> None:
    pool, transport = LinkPool(), CountingTransport()
    pool.acquire(V5, "logger", 8899, lambda: transport)
    transport.door.clear()
    closing = asyncio.create_task(pool.release(transport))
    await asyncio.sleep(0)
    await pool.release(transport)  # nobody holds it: does not close it again
    assert pool.acquire(V5, "logger", 8899, unused) is transport
    transport.door.set()
    await closing
    assert pool.acquire(V5, "logger", 8899, unused) is transport
    assert transport.closes == 1


async def test_a_transport_that_fails_to_close_is_forgotten() -> None:
    pool, transport = LinkPool(), CountingTransport()
    transport.closes = 1
    pool.acquire(V5, "logger", 8899, lambda: transport)
    with pytest.raises(LinkLostError):
        await pool.release(transport)
    assert pool.acquire(V5, "logger", 8899, CountingTransport) is not transport
