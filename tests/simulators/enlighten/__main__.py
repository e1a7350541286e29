"""The command line of the simulated Enphase cloud."""

import argparse
import asyncio
import contextlib
import logging
import sys

from tests.simulators.clock import Clock
from tests.simulators.enlighten import (
    EVERYWHERE,
    Access,
    Application,
    Connection,
    Consent,
    EnlightenSimulator,
    EnlightenSystem,
    Fault,
    Kind,
    Plan,
)
from tests.simulators.place import Place, place_where_it_is

ELSEWHERE = Place(-37.81, 144.96, "Australia/Melbourne")


def main() -> None:
    """Run the cloud until Ctrl-C and tell what it is asked."""
    options = _parser().parse_args()
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(asctime)s %(message)s")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(options))
    sys.stdout.write("\nstopped\n")


def _parser() -> argparse.ArgumentParser:
    """Return the options."""
    faults = "\n".join(f"  {fault:14} {fault.on_wire}" for fault in Fault)
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulators.enlighten",
        description="Enphase's API v4 and its OAuth server, with simulated systems behind them.",
        epilog=f"faults and what is on the wire:\n{faults}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8444, help="0: a free one")
    parser.add_argument("--plan", choices=[plan.name.lower() for plan in Plan], default="watt")
    parser.add_argument("--systems", type=int, choices=[1, 2], default=1, help="how many")
    parser.add_argument("--panels", type=int, default=20, help="of each")
    parser.add_argument("--batteries", type=int, default=2, help="of the first")
    parser.add_argument("--cellular", action="store_true", help="uploads every 6 hours only")
    parser.add_argument("--hour", type=int, default=11, help="local time at the house, 0-23")
    parser.add_argument("--seed", type=int, default=1, help="of the weather")
    parser.add_argument("--spent", type=int, default=0, help="requests already used this month")
    parser.add_argument("--dead-panel", action="store_true", help="with an alarm for it")
    parser.add_argument("--ask", action="store_true", help="the owner decides on a page")
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="PATH=F",
        help=f"let a call go wrong, e.g. /systems/{{system_id}}/summary=slow; {EVERYWHERE}: all",
    )
    return parser


def build(options: argparse.Namespace) -> EnlightenSimulator:
    """Return a cloud as the options say."""
    clock = Clock(running=True)
    first = EnlightenSystem(
        clock,
        place=place_where_it_is(options.hour),
        seed=options.seed,
        panel_count=options.panels,
        batteries=options.batteries,
        connection=Connection.CELLULAR if options.cellular else Connection.ETHERNET,
        incidents=True,
    )
    second = EnlightenSystem(
        clock,
        system_id=698_957_009,
        name="Beach house",
        place=ELSEWHERE,
        seed=options.seed + 1,
        panel_count=options.panels,
        gateway_serial="122302098766",
    )
    if options.dead_panel:
        serial = first.panels[3].serial
        first.begin(Kind.PANEL_DEAD, serial, since=first.now - 2 * 86_400)
    cloud = EnlightenSimulator(
        clock,
        [first, second][: options.systems],
        applications=[Application(plan=Plan[options.plan.upper()], ticked=frozenset(Access))],
        host=options.host,
        port=options.port,
    )
    cloud.spend(options.spent)
    cloud.oauth.consent = Consent.ASK if options.ask else Consent.ALLOW
    for path, _, fault in (each.partition("=") for each in options.fault):
        cloud.fault(path, Fault[fault.upper()])
    return cloud


async def _run(options: argparse.Namespace) -> None:
    """Start the cloud and wait for the end."""
    cloud = build(options)
    await cloud.start()
    try:
        sys.stdout.write(greeting(cloud))
        sys.stdout.flush()
        await asyncio.Event().wait()
    finally:
        await cloud.stop()


def greeting(cloud: EnlightenSimulator) -> str:
    """Return how to connect and what there is."""
    application, access = cloud.application, cloud.sign_in()["access_token"]
    lines = [
        f"Enphase cloud on {cloud.base_url}, plan {application.plan.label}",
        f"Authorize: {cloud.authorize_url}   token: {cloud.token_url}",
        f"Client id {application.client_id}, secret {application.client_secret}",
        f"API key {application.api_key}",
        f"A token: {access}",
    ]
    for system in cloud.systems:
        truth = cloud.truth(system.system_id)
        lines.append(
            f"System {system.system_id} in {system.place.time_zone}: {truth.status}, "
            f"{truth.current_power_w} W, {truth.energy_today_wh} Wh today, "
            f"{len(truth.open_alarms)} open alarms"
        )
    first = cloud.system.system_id
    headers = f"-H 'key: {application.api_key}' -H 'Authorization: Bearer {access}'"
    lines.append(f"Try: curl {headers} {cloud.base_url}/api/v4/systems/{first}/summary")
    lines.append("Ctrl-C ends it.")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
