"""What reading one Envoy costs: our client against pyenphase's own `Envoy.update()`.

Run by hand: .venv/ha-2026.11/bin/python -m benchmarks.envoy_requests

Both read the same simulated gateway, which runs in a process of its own, for twenty minutes that
are over in seconds. pyenphase updates once a minute, as Home Assistant's own integration does; ours
polls as its defaults say (readings every 30 s, panels every minute, all else every ten minutes),
and once more with readings every minute. What is asked only at the start is not part of it. CPU
time is that of the event loop's thread: requests, TLS, decoding, no entities.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
import logging
import re
import sys
import time

import aiohttp
from pyenphase import Envoy

from custom_components.solar_monitor.clients.envoy.endpoints import Group
from custom_components.solar_monitor.clients.envoy.gateway import Gateway
from custom_components.solar_monitor.clients.envoy.link import GatewayLink

SYSTEMS = (
    ("production and grid meter, 20 panels", "D8_3_METERED", 20),
    ("the same with 60 panels", "D8_3_METERED", 60),
    ("no meters, 24 panels, firmware 7.6", "D7_6_STANDARD", 24),
    ("three phases, firmware 7.6", "D7_6_THREE_PHASES", 20),
    ("batteries and storage meter", "D8_2_STORAGE", 20),
    ("batteries, collar, combiner", "D8_3_COLLAR", 20),
    ("system controller and generator", "D8_3_GENERATOR", 20),
)
SETTLE_MINUTES = 10
MINUTES = 20
PATIENCE_S = 30
HEADER = (
    "| system | | requests per min | kB per min | CPU ms per min | CPU ms per poll |\n"
    "|---|---|---|---|---|---|"
)


@dataclass(frozen=True)
class Address:
    """Where a simulated gateway is, and what opens it."""

    host: str
    serial: str
    fingerprint: str
    token: str


@dataclass
class Cost:
    """What some minutes cost."""

    requests: int = 0
    bytes_received: int = 0
    cpu_s: float = 0.0
    polls: int = 0

    def row(self, system: str, who: str, minutes: int) -> str:
        """Give a line of the table."""
        return (
            f"| {system} | {who} | {self.requests / minutes:.1f} |"
            f" {self.bytes_received / minutes / 1000:.1f} | {self.cpu_s / minutes * 1000:.1f} |"
            f" {self.cpu_s / self.polls * 1000:.1f} |"
        )


@asynccontextmanager
async def gateway_process(shape: str, panels: int) -> AsyncIterator[Address]:
    """Run a simulated gateway on a free port."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.simulators.envoy"),
        *("--port", "0", "--shape", shape, "--panels", str(panels)),
        stdout=asyncio.subprocess.PIPE,
    )
    if process.stdout is None:
        raise RuntimeError("the simulated gateway has no output")
    try:
        lines = [(await process.stdout.readline()).decode() for _ in range(3)]
        found = re.search(r"Envoy (\d+),.*https://(\S+)\n.*: (\w+)\n.*: (\S+)", "".join(lines))
        if found is None:
            raise RuntimeError("the simulated gateway did not start")
        drain = asyncio.create_task(process.stdout.read())
        serial, host, fingerprint, token = found.groups()
        yield Address(host, serial, fingerprint, token)
        drain.cancel()
    finally:
        process.terminate()
        await process.wait()


async def ours(address: Address, interval_s: int) -> Cost:
    """Read as our integration does; the clock is turned by hand."""
    link = GatewayLink(
        address.host, fingerprint=address.fingerprint, token=address.token, serial=address.serial
    )
    clock = [1_000_000.0]
    gateway = Gateway(link, serial=address.serial, monotonic=lambda: clock[0])
    cost = Cost()

    async def minute(number: int) -> None:
        for step in range(60 // interval_s):
            cost.polls += 1
            await gateway.poll(Group.FAST, time_limit_s=PATIENCE_S)
            if step == 0:
                await gateway.poll(Group.PANELS, time_limit_s=PATIENCE_S)
                if number % 10 == 0:
                    await gateway.poll(Group.SLOW, time_limit_s=PATIENCE_S)
            clock[0] += interval_s

    try:
        await gateway.poll(Group.IDENTITY, time_limit_s=PATIENCE_S)
        await run(minute, cost, lambda: (link.stats.requests, link.stats.bytes_received))
    finally:
        await gateway.close()
        await link.close()
    return cost


async def theirs(address: Address) -> Cost:
    """Read as pyenphase does by itself."""
    counts = [0, 0]
    trace = aiohttp.TraceConfig()

    async def asked(*_: object) -> None:
        counts[0] += 1

    async def received(*args: object) -> None:
        chunk = getattr(args[-1], "chunk", b"")
        counts[1] += len(chunk)

    trace.on_request_start.append(asked)
    trace.on_response_chunk_received.append(received)
    connector = aiohttp.TCPConnector(ssl=False)
    cost = Cost()
    async with aiohttp.ClientSession(connector=connector, trace_configs=[trace]) as session:
        envoy = Envoy(address.host, client=session)
        await envoy.setup()
        await envoy.authenticate(token=address.token)

        async def minute(_: int) -> None:
            cost.polls += 1
            await envoy.update()

        await run(minute, cost, lambda: (counts[0], counts[1]))
    return cost


async def run(
    minute: Callable[[int], Awaitable[None]], cost: Cost, count: Callable[[], tuple[int, int]]
) -> None:
    """Let time pass, first to settle, then to measure."""
    for number in range(SETTLE_MINUTES):
        await minute(number)
    cost.polls = 0
    requests, received = count()
    began = time.thread_time()
    for number in range(MINUTES):
        await minute(number)
    cost.cpu_s = time.thread_time() - began
    cost.requests, cost.bytes_received = (
        now - before for now, before in zip(count(), (requests, received), strict=True)
    )


async def main() -> None:
    """Measure all systems and print the table."""
    logging.disable(logging.WARNING)
    write = sys.stdout.write
    write(f"pyenphase {version('pyenphase')}; {MINUTES} minutes after {SETTLE_MINUTES}\n\n")
    write(HEADER + "\n")
    for system, shape, panels in SYSTEMS:
        async with gateway_process(shape, panels) as address:
            write((await ours(address, 30)).row(system, "ours, every 30 s", MINUTES) + "\n")
            write((await ours(address, 60)).row("", "ours, every 60 s", MINUTES) + "\n")
            write((await theirs(address)).row("", "pyenphase, every 60 s", MINUTES) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
