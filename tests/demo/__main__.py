"""`scripts/demo`: simulated devices and a real Home Assistant that watches them, in real time."""

import argparse
import asyncio
from contextlib import suppress
from pathlib import Path
import shutil
import signal
import sys
import tempfile

from aiohttp import ClientError

from tests.demo.check import check
from tests.demo.config import free_port
from tests.demo.demo import Demo, running_demo
from tests.demo.errors import DemoError
from tests.demo.gateway import Roof
from tests.demo.house import WAYS, build, running
from tests.demo.onboarding import PASSWORD, USERNAME
from tests.demo.process import RESTART
from tests.demo.say import say
from tests.demo.shedding import play_shedding
from tests.demo.table import print_table
from tests.simulators.enlighten import Plan
from tests.simulators.envoy import Shape
from tests.simulators.families import FACES
from tests.simulators.logger import Fault

FAULTS = {fault.value: fault for fault in Fault}
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def arguments() -> argparse.Namespace:
    """Read the command line; ends the program with a message when it makes no sense."""
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument(
        "--family", choices=FACES, default="hybrid_1p", help="of the inverter (default: hybrid_1p)"
    )
    parser.add_argument(
        "--transport",
        choices=WAYS,
        default="solarman_v5",
        help="how the inverter is reached (default: solarman_v5)",
    )
    shapes = {shape.name.lower(): shape for shape in Shape}
    default = Roof()
    parser.add_argument(
        "--envoy",
        choices=shapes,
        default=default.shape.name.lower(),
        metavar="SHAPE",
        help=f"firmware and fittings of the gateway (default: {default.shape.name.lower()}): "
        + ", ".join(shapes),
    )
    parser.add_argument(
        "--no-envoy", action="store_true", help="Home Assistant does not reach the gateway"
    )
    parser.add_argument("--no-cloud", action="store_true", help="no account at Enphase")
    plans = {plan.label.lower(): plan for plan in Plan}
    parser.add_argument(
        "--plan",
        choices=plans,
        help="of the account (default: watt, the free one; kilowatt with --check, which would wait"
        " long for eight calls a minute)",
    )
    parser.add_argument(
        "--alarm", action="store_true", help="the account has an open alarm from the beginning"
    )
    parser.add_argument(
        "--by-hand",
        action="store_true",
        help="the account and the Energy dashboard are left to you; prints the keys of the account",
    )
    parser.add_argument(
        "--panels",
        type=int,
        default=default.panels,
        metavar="N",
        help=f"how many report to the gateway (default: {default.panels})",
    )
    parser.add_argument(
        "--check", action="store_true", help="compare all values with the truth, then end"
    )
    parser.add_argument(
        "--no-shedding",
        action="store_true",
        help="leave load shedding out of --check: it is played in a house of its own",
    )
    parser.add_argument(
        "--day",
        action="store_true",
        help="import hourly statistics since yesterday's midnight, and set up the Energy dashboard",
    )
    parser.add_argument("--port", type=int, default=0, help="port of Home Assistant (default: any)")
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="DIR",
        help="an empty folder for Home Assistant, kept afterwards",
    )
    parser.add_argument(
        "--fault",
        choices=FAULTS,
        default="none",
        metavar="NAME",
        help="what goes wrong once the source is added: " + ", ".join(FAULTS),
    )
    options = parser.parse_args()
    if FAULTS[options.fault] not in WAYS[options.transport].simulator.faults:
        parser.error(f"{options.fault} cannot happen with {options.transport}")
    if options.panels < 1:
        parser.error("a gateway has at least one panel")
    if (options.alarm or options.by_hand) and (options.no_cloud or options.check):
        parser.error("--alarm and --by-hand need an account, and somebody who looks at it")
    local, cloud = not options.no_envoy, not options.no_cloud
    plan = plans[options.plan or ("kilowatt" if options.check else "watt")]
    roof = Roof(
        shapes[options.envoy],
        options.panels,
        local=local,
        cloud=cloud,
        plan=plan,
        by_hand=options.by_hand,
    )
    options.roof = roof if local or cloud else None
    return options


async def run(options: argparse.Namespace, folder: Path) -> int:
    """Run the demo until it is stopped or its check is over; returns the exit code."""
    say("Starting the simulated house and Home Assistant …")
    if not options.check:
        return await run_in(options, folder)
    parts = [run_in(options, folder / "house")]
    if not options.no_shedding:
        parts.append(run_shedding(folder / "shedding"))
    return max(await asyncio.gather(*parts))


async def run_in(options: argparse.Namespace, folder: Path) -> int:
    """Let a Home Assistant in a folder watch the house; returns the exit code."""
    port = free_port(options.port)
    async with running(build(options.family, WAYS[options.transport], options.roof)) as house:
        if options.alarm and house.account:
            house.account.alarm_stands()
        async with running_demo(folder, port, house, day=options.day) as demo:
            house.logger.fault = FAULTS[options.fault]
            if options.check:
                return 0 if await check(demo) else 1
            await introduce(demo)
            return await attend(demo)


async def run_shedding(folder: Path) -> int:
    """Let another one shed loads; returns the exit code."""
    problems = await play_shedding(folder)
    for problem in problems:
        say(f"PROBLEM  {problem}")
    say(f"Load shedding {'FAILED' if problems else 'passed'}.")
    return 1 if problems else 0


async def introduce(demo: Demo) -> None:
    """Print where to look, and what is there."""
    for watched in demo.everything:
        print_table(await demo.compare(watched))
    house = demo.house
    local = house.site.place.local(house.site.clock.timestamp())
    say(f"""
Address  {demo.client.url}
Login    {USERNAME} / {PASSWORD}
Device   {house.logger.family} on port {house.logger.port}""")
    if gateway := house.gateway:
        firmware = gateway.gateway.firmware.version
        say(f"Gateway  {firmware} with {len(gateway.field.panels)} panels on {gateway.address}")
    if account := house.account:
        cloud = account.cloud
        say(
            f"Account  {len(cloud.systems)} systems in the cloud at {cloud.base_url}, "
            f"plan {cloud.application.plan.label}, {cloud.used()} calls used"
        )
        if account.by_hand:
            say("\n".join(f"{name:13} {key}" for name, key in account.keys.items()))
    say(f"""\
House    {house.site.place.time_zone}, where it is {local:%H:%M} now
Log      {demo.hass.log}
Ctrl-C ends it.""")


async def attend(demo: Demo) -> int:
    """Start Home Assistant again whenever it asks for that; returns the code it ended with."""
    while (code := await demo.hass.wait()) == RESTART:
        await demo.hass.start()
        await demo.wait_until_running()
        say("Home Assistant has restarted.")
    say(f"Home Assistant has ended with code {code}.")
    return code


async def until_stopped(options: argparse.Namespace, folder: Path) -> int:
    """Run the demo; a signal to stop ends it in good order."""
    running = asyncio.ensure_future(run(options, folder))
    loop = asyncio.get_running_loop()
    for stop_signal in STOP_SIGNALS:
        loop.add_signal_handler(stop_signal, _cancel_once, running)
    with suppress(asyncio.CancelledError):
        return await running
    say("Stopped.")
    return 1 if options.check else 0


def _cancel_once(running: asyncio.Task[int]) -> None:
    """Begin to stop; an impatient second Ctrl-C must not leave Home Assistant behind."""
    if not running.cancelling():
        running.cancel()


def main() -> int:
    """Run in the folder that was asked for, or in one that is removed if all went well."""
    options = arguments()
    folder = options.keep or Path(tempfile.mkdtemp(prefix="demo-house-"))
    code = 1
    try:
        code = asyncio.run(until_stopped(options, folder.resolve()))
    except (DemoError, ClientError) as error:
        say(str(error))
    if options.keep or (code != 0 and any(folder.iterdir())):
        say(f"The log and all else of Home Assistant is in {folder}.")
    else:
        shutil.rmtree(folder)
    return code


if __name__ == "__main__":
    sys.exit(main())
