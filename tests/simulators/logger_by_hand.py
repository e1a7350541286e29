"""The command line of the simulated loggers."""

import argparse
import asyncio
import contextlib
from dataclasses import dataclass
import logging
import sys

from tests.simulators.discovery import DiscoveryResponder
from tests.simulators.families import FACES
from tests.simulators.faults import Fault
from tests.simulators.logger import LoggerSimulator
from tests.simulators.modbus_tcp import ModbusTcpSimulator
from tests.simulators.plant import plant_for
from tests.simulators.rtu_tcp import RtuTcpSimulator
from tests.simulators.site import Clock, Site, place_where_it_is


@dataclass(frozen=True)
class Offer:
    """A simulator that runs by hand; `hint` tells how to read it with another program."""

    simulator: type[LoggerSimulator]
    description: str
    hint: str
    heartbeat_s: float | None = None


OFFERS = {
    "logger": Offer(
        LoggerSimulator,
        "A simulated Solarman Wi-Fi logger with an inverter.",
        "pysolarmanv5's PySolarmanV5('{host}', {serial}, port={port})"
        ".read_holding_registers(0, 23)",
        heartbeat_s=120,
    ),
    "modbus_tcp": Offer(
        ModbusTcpSimulator,
        "A simulated Ethernet logger (Modbus TCP) with an inverter.",
        "pymodbus's ModbusTcpClient('{host}', port={port}).read_holding_registers(0, count=23)",
    ),
    "rtu_tcp": Offer(
        RtuTcpSimulator,
        "A simulated RS485 adapter (RTU over TCP) with an inverter.",
        "pymodbus's ModbusTcpClient('{host}', framer='rtu', port={port})"
        ".read_holding_registers(0, count=23)",
    ),
}


def main(name: str) -> None:
    """Run a simulator, by its module's name, until Ctrl-C and tell what it does."""
    offer = OFFERS[name]
    options = _parser(name, offer).parse_args()
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(asctime)s %(message)s")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(offer, options))
    sys.stdout.write("\nstopped\n")


def _parser(name: str, offer: Offer) -> argparse.ArgumentParser:
    """Return the options."""
    lines = (f"  {fault:20} {fault.on_wire} ({fault.source})" for fault in offer.simulator.faults)
    faults = "\n".join(lines)
    parser = argparse.ArgumentParser(
        prog=f"python -m tests.simulators.{name}",
        description=offer.description,
        epilog=f"faults and what is on the wire:\n{faults}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--fault", choices=offer.simulator.faults, default=Fault.NONE, metavar="F")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8899, help="0: a free one")
    parser.add_argument("--serial", type=int, default=2_712_345_678, help="of the logger")
    parser.add_argument("--family", choices=FACES, default="hybrid_1p", help="of the inverter")
    parser.add_argument("--hour", type=int, default=11, help="local time at the house, 0-23")
    parser.add_argument("--unit", type=int, default=1, help="Modbus unit of the inverter")
    parser.add_argument(
        "--units", type=int, default=1, help="how many inverters, with this unit and the next ones"
    )
    parser.add_argument(
        "--rated", type=float, help="rated power, W; default: as is usual for the family"
    )
    parser.add_argument("--seed", type=int, default=1, help="of weather and household")
    parser.add_argument(
        "--heartbeat",
        type=float,
        default=offer.heartbeat_s,
        help="seconds between heartbeats, which only a Wi-Fi stick has",
    )
    parser.add_argument("--late", type=float, default=11, help="seconds a late answer takes")
    parser.add_argument("--slow", type=float, default=5, help="seconds a slow answer takes")
    parser.add_argument("--split-at", type=int, help="byte at which split cuts; default: any")
    parser.add_argument("--discovery", type=int, help="also answer discovery on this UDP port")
    return parser


async def _run(offer: Offer, options: argparse.Namespace) -> None:
    """Start the logger and wait for the end."""
    place, plant = place_where_it_is(options.hour), plant_for(options.family)
    site = Site(options.seed, Clock(running=True), place, plant)
    logger = offer.simulator(
        site,
        serial=options.serial,
        unit=options.unit,
        host=options.host,
        port=options.port,
        family=options.family,
        rated_w=options.rated,
        heartbeat_s=options.heartbeat,
        late_s=options.late,
        slow_s=options.slow,
        idle_s=300,
        split_at=options.split_at,
    )
    for step in range(1, options.units):
        serial = str(int(logger.inverter_serial) + step)
        logger.add(FACES[options.family](site, options.unit + step, serial))
    responder = DiscoveryResponder(options.discovery or 0, serial=options.serial)
    await logger.start()
    logger.fault = Fault[options.fault.upper()]
    if options.discovery is not None:
        await responder.start()
    try:
        sys.stdout.write(_greeting(offer, logger))
        sys.stdout.flush()
        await asyncio.Event().wait()
    finally:
        await responder.stop()
        await logger.stop()


def _greeting(offer: Offer, logger: LoggerSimulator) -> str:
    """Return how to connect and what goes wrong."""
    powers = logger.site.powers()
    hint = offer.hint.format(host=logger.host, port=logger.port, serial=logger.serial)
    return (
        f"Logger {logger.serial} on {logger.host}:{logger.port}, "
        f"Modbus unit {', '.join(map(str, logger.units))}, "
        f"family {logger.family} (FC 3 and 16)\n"
        f"House in {logger.site.place.time_zone}: sun {powers.pv:.0f} W, load {powers.load:.0f} W, "
        f"battery {powers.battery:+.0f} W, grid {powers.grid:+.0f} W\n"
        f"Fault {logger.fault}: {logger.fault.on_wire}\n"
        f"Try: {hint}\n"
        f"Ctrl-C ends it.\n"
    )
