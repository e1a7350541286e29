"""A link whose gateway is a table of answers, and a clock that only moves when it is told to."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson

from custom_components.solar_monitor.clients.envoy.endpoints import ENDPOINTS, Block, Group
from custom_components.solar_monitor.clients.envoy.gateway import Gateway, GatewayPoll
from custom_components.solar_monitor.clients.envoy.info import GatewayInfo
from custom_components.solar_monitor.clients.envoy.shape import Shape
from custom_components.solar_monitor.clients.envoy.web import Answer
from custom_components.solar_monitor.clients.errors import ClientError, HttpStatusError

from . import documents as docs

type Page = object | ClientError | Callable[[], object]
"""JSON, bytes, an error to raise, or what makes one of these."""


@dataclass
class Times:
    """Two clocks that move together."""

    monotonic_s: float = 10_000.0
    unix_s: float = 1_782_039_600.0

    def monotonic(self) -> float:
        return self.monotonic_s

    def now(self) -> float:
        return self.unix_s

    def pass_by(self, seconds: float) -> None:
        self.monotonic_s += seconds
        self.unix_s += seconds


@dataclass
class PaperLink:
    """Answers from `pages`, by path; a page that is not there is a 404."""

    times: Times = field(default_factory=Times)
    pages: dict[str, Page] = field(default_factory=dict)
    took_s: dict[str, float] = field(default_factory=dict)
    """How long an answer takes, on the clock above."""
    held: dict[str, asyncio.Event] = field(default_factory=dict)
    """Answers that wait for something."""
    asked: list[str] = field(default_factory=list)
    sent: list[tuple[str, object]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    def put(self, block: Block, page: Page) -> None:
        self.pages[ENDPOINTS[block].path] = page

    def count(self, block: Block) -> int:
        return self.asked.count(ENDPOINTS[block].path)

    async def request(
        self, path: str, *, method: str = "GET", json: object = None, timeout_s: float = 45.0
    ) -> Answer:
        assert timeout_s > 0
        self.asked.append(path)
        if method != "GET":
            self.sent.append((path, json))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if path in self.held:
                await self.held[path].wait()
            else:
                await asyncio.sleep(0)
        finally:
            self.at_once -= 1
        self.times.pass_by(self.took_s.get(path, 0.0))
        page = self.pages.get(path, HttpStatusError(status=404))
        found: Any = page() if callable(page) else page
        if isinstance(found, ClientError):
            raise found
        return Answer(200, found if isinstance(found, bytes) else orjson.dumps(found), 0.1)


def standard(panels: int = 2) -> PaperLink:
    """A gateway without meters, as they are since 8.2."""
    link = PaperLink()
    serials = [f"48220899000{i + 1}" for i in range(panels)]
    link.put(Block.INFO, docs.INFO.replace(b"true</imeter>", b"false</imeter>"))
    link.put(Block.METERS, [])
    link.put(Block.READINGS, [])
    link.put(Block.V1_PRODUCTION, docs.v1())
    link.put(Block.PRODUCTION, docs.production_json(production=[docs.inverters()]))
    link.put(Block.DEVICE_DATA, docs.device_data(*map(docs.pcu, serials)))
    link.put(Block.V1_INVERTERS, [docs.inverter(serial) for serial in serials])
    link.put(Block.INVENTORY, [{"type": "PCU", "devices": [docs.stock(each) for each in serials]}])
    link.put(Block.ENSEMBLE_INVENTORY, [])
    counted = {"wattsNow": 1_990, "wattHoursLifetime": 4_990_000, "wattHoursToday": 8_900}
    link.put(Block.PDM_ENERGY, {"production": {"pcu": counted}})
    link.put(Block.HOME, {"timezone": "Europe/Berlin", "network": {}})
    link.put(Block.LIVEDATA, {"connection": {"sc_stream": "disabled"}, "meters": {"soc": 0}})
    return link


def metered(phases: int = 1) -> PaperLink:
    """A gateway with CTs for production and grid."""
    link = standard()
    link.put(Block.INFO, docs.INFO)
    link.put(
        Block.METERS,
        [docs.meter(docs.PRODUCTION_EID, phases), docs.meter(docs.NET_EID, phases)],
    )
    link.put(
        Block.READINGS,
        [
            docs.reading(docs.PRODUCTION_EID, 2_100, 5_100_000, 10, phases),
            docs.reading(docs.NET_EID, -1_500, 1_000_000, 3_000_000, phases),
        ],
    )
    link.put(
        Block.PRODUCTION,
        docs.production_json(
            production=[docs.inverters(), docs.eim("production", 2_101, 5_100_001)],
            consumption=[
                docs.eim("total-consumption", 601, 3_099_000),
                docs.eim("net-consumption", -1_500, -2_000_000, 0),
            ],
        ),
    )
    return link


def with_batteries(link: PaperLink) -> PaperLink:
    """Add a system controller and two batteries."""
    link.put(
        Block.ENSEMBLE_INVENTORY,
        [
            {"type": "ENCHARGE", "devices": [docs.encharge("4921"), docs.encharge("4922")]},
            {"type": "ENPOWER", "devices": [docs.stock("2024", mains_oper_state="closed")]},
        ],
    )
    link.put(Block.ENSEMBLE_SECCTRL, docs.secctrl())
    link.put(Block.ENSEMBLE_POWER, docs.power(s4921=-600_000, s4922=-620_000))
    link.put(Block.ENSEMBLE_RELAY, {"mains_admin_state": "closed", "mains_oper_state": "closed"})
    settings = {"mode": "savings-mode", "reserved_soc": 20.0, "charge_from_grid": False}
    link.put(Block.TARIFF, {"tariff": {"storage_settings": settings}})
    link.put(Block.GENERATOR, {})
    return link


def gateway_on(
    link: PaperLink, *, shape: Shape | None = None, info: GatewayInfo | None = None
) -> Gateway:
    """A gateway that reads this paper."""
    return Gateway(
        link,
        serial=docs.SERIAL,
        shape=shape,
        info=info,
        monotonic=link.times.monotonic,
        now=link.times.now,
    )


async def ask(gateway: Gateway, group: Group = Group.FAST, time_limit_s: float = 5) -> GatewayPoll:
    """Poll one group."""
    return await gateway.poll(group, time_limit_s=time_limit_s)


async def ask_all(gateway: Gateway) -> list[GatewayPoll]:
    """Poll all groups once, and once more for what the background brought meanwhile."""
    return [await ask(gateway, group) for group in (*Group, Group.FAST)]


def updated(polls: Iterable[GatewayPoll]) -> set[Block]:
    """Name the blocks that some polls brought."""
    return {block for poll in polls for block in poll.updated}


def failed(polls: Iterable[GatewayPoll]) -> dict[str, ClientError]:
    """Name the failures that some polls told of."""
    return {name: error for poll in polls for name, error in poll.report.failed.items()}


async def until(happened: Callable[[], object]) -> None:
    """Let others work until something has happened."""
    async with asyncio.timeout(5):
        while not happened():  # noqa: ASYNC110 - nobody sets an event for it
            await asyncio.sleep(0)


def asked_since(link: PaperLink, start: int = 0) -> list[Block]:
    """Name the blocks that were asked for."""
    blocks = {endpoint.path: block for block, endpoint in ENDPOINTS.items()}
    return [blocks[path] for path in link.asked[start:]]
