"""The command line of the simulated Envoy."""

import argparse
import asyncio
import contextlib
import logging
import sys

from tests.simulators.envoy import EnvoySimulator, Fault, Role, Shape, envoy_house
from tests.simulators.site import Clock, place_where_it_is


def main() -> None:
    """Run a gateway until Ctrl-C and tell what it is asked."""
    options = _parser().parse_args()
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(asctime)s %(message)s")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(options))
    sys.stdout.write("\nstopped\n")


def _parser() -> argparse.ArgumentParser:
    """Return the options."""
    faults = "\n".join(f"  {fault:14} {fault.on_wire} ({fault.source})" for fault in Fault)
    shapes = "\n".join(f"  {shape.name:20} {shape.firmware.version}" for shape in Shape)
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulators.envoy",
        description="A simulated Enphase Envoy with its panels and Enphase's cloud.",
        epilog=f"shapes:\n{shapes}\n\nfaults and what is on the wire:\n{faults}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = [shape.name for shape in Shape]
    parser.add_argument("--shape", choices=names, default=Shape.D8_3_METERED.name, metavar="S")
    parser.add_argument("--panels", type=int, default=20, help="how many")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8443, help="0: a free one")
    parser.add_argument("--hour", type=int, default=11, help="local time at the house, 0-23")
    parser.add_argument("--seed", type=int, default=1, help="of weather and household")
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="PATH=F",
        help="let an endpoint go wrong; * is all of them; may be given more than once",
    )
    parser.add_argument("--installer", action="store_true", help="print an installer's token")
    parser.add_argument("--mfa", action="store_true", help="the cloud wants a second factor")
    parser.add_argument("--slow", type=float, default=5, help="seconds a slow answer takes")
    return parser


async def _run(options: argparse.Namespace) -> None:
    """Start the gateway and wait for the end."""
    shape = Shape[options.shape]
    site = envoy_house(
        Clock(running=True),
        seed=options.seed,
        place=place_where_it_is(options.hour),
        panels=options.panels,
        fittings=shape.fittings,
    )
    envoy = EnvoySimulator(
        site,
        shape=shape,
        panels=options.panels,
        host=options.host,
        port=options.port,
        slow_s=options.slow,
    )
    envoy.cloud.mfa = options.mfa
    for path, _, fault in (each.partition("=") for each in options.fault):
        envoy.fault(path, Fault[fault.upper()])
    await envoy.start()
    try:
        role = Role.INSTALLER if options.installer else Role.OWNER
        sys.stdout.write(_greeting(envoy, role))
        sys.stdout.flush()
        await asyncio.Event().wait()
    finally:
        await envoy.stop()


def _greeting(envoy: EnvoySimulator, role: Role) -> str:
    """Return how to connect and what the house does."""
    truth, cloud = envoy.truth(), envoy.cloud
    scheme = "https" if envoy.fingerprint else "http"
    return (
        f"Envoy {envoy.serial}, firmware {envoy.gateway.firmware.version}, "
        f"on {scheme}://{envoy.address}\n"
        f"Fingerprint (SHA-256): {envoy.fingerprint or 'none, plain HTTP'}\n"
        f"Token ({role.claim}): {envoy.token(role=role)}\n"
        f"Cloud: login {cloud.login_url} token {cloud.token_url}\n"
        f"       as {cloud.username} with password {cloud.password!r}\n"
        f"House in {envoy.site.place.time_zone}: panels {truth.production_now.power_w:.0f} W, "
        f"load {truth.load.power_w:.0f} W, battery {truth.live.battery_w:+.0f} W, "
        f"grid {truth.live.grid_w:+.0f} W\n"
        f"Try: curl -k -H 'Authorization: Bearer …' {scheme}://{envoy.address}/ivp/meters/readings\n"
        f"Ctrl-C ends it.\n"
    )


if __name__ == "__main__":
    main()
