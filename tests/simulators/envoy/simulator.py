"""An Envoy on a port of this machine, with the cloud that signs its tokens.

By hand: python -m tests.simulators.envoy
"""

import asyncio
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field
import logging
from typing import Any

from aiohttp import web

from tests.simulators.envoy import answers
from tests.simulators.envoy.certificates import certificate, server_context
from tests.simulators.envoy.cloud import CloudSimulator
from tests.simulators.envoy.door import Door, say_nothing
from tests.simulators.envoy.endpoints import Endpoint, Role
from tests.simulators.envoy.faults import EVERYWHERE, Fault
from tests.simulators.envoy.gateway import Gateway
from tests.simulators.envoy.pages import Pages
from tests.simulators.envoy.panels import Panel, PanelField, row_of
from tests.simulators.envoy.sessions import Doorkeeper
from tests.simulators.envoy.shapes import Bug, CtKind, Fittings, Shape
from tests.simulators.envoy.tokens import Entrez
from tests.simulators.envoy.truth import Truth, tell
from tests.simulators.envoy.view import Memory
from tests.simulators.site import Site

_LOGGER = logging.getLogger("simulators.envoy")

SERIAL = "122302098765"
SILENT_HOUR = 23
UNFAULTED = frozenset({Endpoint.INFO, Endpoint.INFO_XML, Endpoint.CHECK_JWT})
"""What `EVERYWHERE` leaves alone."""
FIRST_RETIRED = 482_100_000_001
LONG_AGO = 1_536_668_634
"""An evening in 2018."""


@dataclass(eq=False)
class EnvoySimulator:
    """A gateway: start it, turn its knobs, stop it.

    Port 0 takes a free port, which `port` then tells; it stays the same until the end. All times
    are those of the site's clock, but for `slow_s` and `delays`.
    """

    site: Site
    _: KW_ONLY
    shape: Shape = Shape.D8_3_METERED
    panels: int | Sequence[Panel] = 20
    """How many, or the panels themselves."""
    fittings: Fittings | None = None
    """What is fitted; None: what is usual for the shape. Batteries must be the site's too."""
    serial: str = SERIAL
    host: str = "127.0.0.1"
    port: int = 0

    slow_s: float = 0.2
    """Real seconds that a slow answer takes; real gateways take 3-60."""
    delays: dict[str, float] = field(default_factory=dict, init=False)
    """Real seconds that an endpoint always takes."""

    requests: list[tuple[float, str]] = field(default_factory=list, init=False)
    """When (site's clock) and what was asked for, with its query."""
    at_once: int = field(default=0, init=False)
    """How many requests are being answered."""
    most_at_once: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Put the panels on the roof and the gateway on the wall."""
        firmware, fitted = self.shape.firmware, self.fittings or self.shape.fittings
        if fitted.batteries and not self.site.plant.inverter.ac_coupled:
            raise ValueError("the site has no such batteries: envoy_house(fittings=…)")
        self.entrez = Entrez(self.site.clock)
        self.field = PanelField(self.site, self._row())
        self.gateway = Gateway(
            self.serial,
            firmware,
            fitted,
            self.field,
            Doorkeeper(self.serial),
            Memory(self.site.clock.timestamp()),
        )
        self.pages = Pages(self.gateway)
        self.cloud = CloudSimulator(self.entrez, self.serial, self.host)
        self.certificate = certificate(self.serial)
        self._context = server_context(self.certificate) if firmware.needs_token else None
        self._door = Door(self.host, self.port, self._answer, self._context)
        self._faults: dict[str, tuple[Fault, int | None]] = {}
        self._quiet: tuple[float, Fault] | None = None
        self._running = False

    def _row(self) -> list[Panel]:
        """Return the panels, and those that only the gateway still remembers."""
        if not isinstance(self.panels, int):
            return list(self.panels)
        own = list(row_of(self.site, self.panels))
        if self.shape is Shape.D8_3_REMOVED_PANELS:
            gone = row_of(self.site, 2, first_serial=FIRST_RETIRED)
            for panel in gone:
                panel.retired = True
            own += gone
        if Bug.NEVER_FORGETS in self.shape.firmware.bugs:
            forgotten = row_of(self.site, 2, first_serial=FIRST_RETIRED)
            for panel in forgotten:
                panel.last_heard = LONG_AGO
            own += forgotten
        return own

    # Coming and going.

    async def start(self) -> str:
        """Open the gateway's and the cloud's ports; return the gateway's host:port."""
        self._door.open()
        self._running = True
        self.port = self._door.number
        await self.cloud.start()
        return self.address

    async def stop(self) -> None:
        """Close all ports and connections; leaves no task."""
        self._running = False
        await self._door.stop()
        await self.cloud.stop()
        self.field.close()

    @property
    def address(self) -> str:
        """Return host:port."""
        return f"{self.host}:{self.port}"

    @property
    def fingerprint(self) -> str | None:
        """Return the hex SHA-256 of the certificate; None for firmware without TLS."""
        return self.certificate.fingerprint if self._context is not None else None

    @property
    def connections(self) -> int:
        """Return how many connections were ever accepted."""
        return self._door.accepted

    @property
    def open_connections(self) -> int:
        """Return how many connections are open now."""
        return self._door.open_connections

    @property
    def keeper(self) -> Doorkeeper:
        """Return who lets requests in, with its counts of tokens and cookies."""
        return self.gateway.keeper

    @property
    def memory(self) -> Memory:
        """Return what the gateway remembers: the tariff, the generator, who is not heard."""
        return self.gateway.memory

    @property
    def writes(self) -> list[tuple[str, str, Any]]:
        """Return method, path and body of each request that wanted to change something."""
        return self.pages.writes

    # What a test turns.

    def token(
        self,
        *,
        role: Role = Role.OWNER,
        expires_in: float | None = None,
        audience: str | None = None,
    ) -> str:
        """Return a signed token; see `Entrez.sign`."""
        serial = self.gateway.serial
        return self.entrez.sign(serial, role=role, expires_in=expires_in, audience=audience)

    def fault(self, endpoint: str, fault: Fault, times: int | None = None) -> None:
        """Let an endpoint (or `EVERYWHERE`) go wrong; `times` answers only, None: until cleared.

        aiohttp itself repeats a GET whose connection ended: a reset must strike twice.
        """
        self._faults[endpoint] = (fault, times)

    def clear_faults(self) -> None:
        """Let everything be right again."""
        self._faults.clear()
        self._quiet = None
        self.open()

    def change_certificate(self) -> None:
        """Offer another certificate; open connections end."""
        self.certificate = certificate(self.serial)
        if self._context is not None:
            self.certificate.load_into(self._context)
        self._door.reset_clients()

    def revoke(self) -> None:
        """Take back all tokens signed so far, as a new firmware does; new ones are good."""
        self.keeper.revoked.update(self.entrez.issued)

    def restart(self, *, zeros: bool = False, seconds: float = 180) -> None:
        """Restart; for a while all is 503 or, with `zeros`, all counters and powers are zero.

        The live stream and all sessions end, and batteries do not know their temperature.
        """
        self.gateway.start_again(seconds, zeros=zeros)
        self._door.reset_clients()

    def night_silence(self, minutes: float = 8, fault: Fault = Fault.SILENT) -> None:
        """From now on say nothing (or what a fault says) for minutes after 23:00 local."""
        self._quiet = (minutes * 60, fault)

    def close(self) -> None:
        """Refuse connections: the gateway is down."""
        self._door.close()

    def open(self) -> None:
        """Accept connections again."""
        if self._running:
            self._door.open()

    def update_firmware(self, shape: Shape) -> None:
        """Become another firmware that also (or also not) wants TLS; the fittings stay."""
        self.gateway.firmware = shape.firmware
        self.keeper.forget_sessions()
        self._door.reset_clients()

    def replace_by(self, serial: str) -> None:
        """Become another gateway at the same address."""
        self.gateway.serial = self.keeper.serial = serial
        self.keeper.forget_sessions()
        self.change_certificate()

    def ct_problem(self, kind: CtKind, status: str = "check-wiring", *flags: str) -> None:
        """Let a CT tell that something is wrong with it; "normal" without flags ends that."""
        self.memory.ct_status[kind] = (status, flags)

    def add_panel(self, serial: str, array: int = 0) -> Panel:
        """Put one more panel on the roof and return it."""
        panel = Panel(serial, array)
        self.field.add(panel)
        return panel

    def truth(self) -> Truth:
        """Return what a perfect client reads of a faultless gateway at this moment."""
        return tell(self.gateway.view().moment, self.field, self.memory)

    # Answers.

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        self.requests.append((self.gateway.now, request.path_qs))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            answer = await self._reply(request, self._fault_for(request.path))
        finally:
            self.at_once -= 1
        _LOGGER.info("%s %s: %d", request.method, request.path_qs, answer.status)
        return answer

    async def _reply(self, request: web.BaseRequest, fault: Fault) -> web.StreamResponse:
        """Return an answer, as a fault lets it."""
        await asyncio.sleep(self.delays.get(request.path, 0))
        if fault in {Fault.SILENT, Fault.RESET}:
            await say_nothing(request, hang_up=fault is Fault.RESET)
        if fault is Fault.SLOW:
            await asyncio.sleep(self.slow_s)
        busy = self.gateway.now < self.gateway.busy_until
        refusal = answers.refusal(Fault.FAIL if busy else fault)
        return refusal or await self.pages.answer(request, fault)

    def _fault_for(self, path: str) -> Fault:
        """Return what goes wrong with an answer, and count it."""
        if self._quiet is not None and self._seconds_into_silence() < self._quiet[0]:
            return self._quiet[1]
        key = path if path in self._faults or path in UNFAULTED else EVERYWHERE
        fault, left = self._faults.get(key, (Fault.NONE, None))
        if left is not None:
            self._faults[key] = (fault, left - 1)
            if left <= 1:
                del self._faults[key]
        return fault

    def _seconds_into_silence(self) -> float:
        """Return how long ago it was 23:00 local."""
        local = self.site.place.local(self.gateway.now)
        return (local.hour - SILENT_HOUR) % 24 * 3600 + local.minute * 60 + local.second
