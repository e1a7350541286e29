"""One transport per host and port."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from custom_components.solar_monitor.clients.errors import LinkLostError
from custom_components.solar_monitor.clients.solarman import (
    LinkPool,
    LinkStats,
    SolarmanLink,
    Transport,
)


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
    first = pool.acquire("Logger.local", 8899, CountingTransport)
    assert pool.acquire("logger.LOCAL", 8899, unused) is first
    assert pool.acquire("logger.local", 502, CountingTransport) is not first
    assert pool.acquire("other.local", 8899, CountingTransport) is not first


async def test_the_last_holder_closes() -> None:
    pool, transport = LinkPool(), CountingTransport()
    pool.acquire("logger", 8899, lambda: transport)
    pool.acquire("logger", 8899, unused)
    await pool.release(transport)
    assert transport.closes == 0
    await pool.release(transport)
    assert transport.closes == 1
    assert pool.acquire("logger", 8899, CountingTransport) is not transport


async def test_giving_back_too_often_or_what_is_not_ours_does_nothing() -> None:
    pool, transport = LinkPool(), CountingTransport()
    await pool.release(transport)
    pool.acquire("logger", 8899, lambda: transport)
    await pool.release(transport)
    await pool.release(transport)
    assert transport.closes == 1


async def test_a_reload_during_the_close_keeps_the_same_transport() -> None:
    pool, transport = LinkPool(), CountingTransport()
    pool.acquire("logger", 8899, lambda: transport)
    transport.door.clear()
    closing = asyncio.create_task(pool.release(transport))
    await asyncio.sleep(0)
    await pool.release(transport)  # nobody holds it: does not close it again
    assert pool.acquire("logger", 8899, unused) is transport
    transport.door.set()
    await closing
    assert pool.acquire("logger", 8899, unused) is transport
    assert transport.closes == 1


async def test_a_transport_that_fails_to_close_is_forgotten() -> None:
    pool, transport = LinkPool(), CountingTransport()
    transport.closes = 1
    pool.acquire("logger", 8899, lambda: transport)
    with pytest.raises(LinkLostError):
        await pool.release(transport)
    assert pool.acquire("logger", 8899, CountingTransport) is not transport


async def test_two_units_of_a_logger_read_over_one_connection(
    make_link: Callable[..., SolarmanLink],
) -> None:
    pool = LinkPool()
    first, second = (pool.acquire("127.0.0.1", 8899, make_link) for _ in range(2))
    answers = await asyncio.gather(first.read(1, 5, 1), second.read(2, 6, 1))
    assert list(answers) == [(5,), (6,)]
    assert first.stats.connects == 1
    await pool.release(first)
    assert second.connected
    await pool.release(second)
    assert not second.connected
