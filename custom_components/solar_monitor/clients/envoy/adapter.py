"""What pyenphase says of a gateway's figures.

What it is for: which of a gateway's figures can be believed. Firmware overwrites consumption with
grid power (8.3.5433), swaps counters for some minutes (8.3.5528), lets one phase of a storage CT
drop to zero (8.3.6xxx), stalls `/api/v1/production` (8.2.4264); pyenphase knows these and the next
ones within days.

How: its updaters, as documented for third parties, are run over answers we have fetched before.
They never wait and send nothing, and each has its own data, so that one that fails harms no other.
Its process-wide list of updaters is shared with Home Assistant's own integration: we work on a copy
and change nothing in it. With a pyenphase that lacks what is used here nothing is judged: the
figures are taken as they come, and the guards behind still hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

import aiohttp
from awesomeversion import AwesomeVersion
from awesomeversion.exceptions import AwesomeVersionException

from ..errors import BadAnswerError
from . import raw
from .library import TOOLS, Consumption, Data, Features, Production, Tools
from .meters import Verdict, kind_of
from .readings import CtKind, Phase

_V1_PATH: Final = "/api/v1/production"
_READINGS_PATH: Final = "/ivp/meters/readings"
_OK: Final = 200
_NOT_FOUND: Final = 404
_ALWAYS_ZERO_AT_START: Final = "3."
"""Firmware 3 answers with zeros for minutes after a start (pyenphase, Envoy._validate_update)."""

# All that reading JSON of another shape than expected may raise, in pyenphase and in its data.
_TRIPS: Final = (
    ArithmeticError,
    AttributeError,
    AwesomeVersionException,
    LookupError,
    NameError,
    RuntimeError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A sum that is believed."""

    power_w: float | None
    energy_kwh: float | None
    today_kwh: float | None = None
    phases: tuple[Phase, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    """What is believed of the answers given.

    `judged` is False where pyenphase could not be asked. `eim` and `consumption` are of
    `/production.json`, from CTs; `inverters` of the same place where there is no production CT;
    `v1` of `/api/v1/production`. `bad` names the paths whose answers cannot be read, and why.
    """

    judged: bool = False
    verdicts: Mapping[CtKind, Verdict] = field(default_factory=dict)
    eim: Statement | None = None
    inverters: Statement | None = None
    v1: Statement | None = None
    consumption: Statement | None = None
    grid_power_w: float | None = None
    bad: Mapping[str, BadAnswerError] = field(default_factory=dict)


class _Served:
    """An answer we have, in place of aiohttp's."""

    def __init__(self, path: str, body: bytes | None) -> None:
        """Answer with the body, or with 404 when there is none."""
        self.url = path
        self.status = _NOT_FOUND if body is None else _OK
        self._body = body or b""

    async def read(self) -> bytes:
        """Return the body."""
        return self._body


class _Shelf:
    """Serves one updater what we have, and remembers what it asked for."""

    def __init__(self, bodies: Mapping[str, bytes]) -> None:
        """Serve these bodies by path."""
        self._bodies = bodies
        self.asked: set[str] = set()
        self.missed = False

    async def request(self, path: str) -> aiohttp.ClientResponse:
        """Serve one answer."""
        body = self._bodies.get(path)
        self.asked.add(path)
        self.missed |= body is None
        return cast("aiohttp.ClientResponse", _Served(path, body))


class _Judgement:
    """Collects what the updaters say."""

    def __init__(self, tools: Tools, *, version: str) -> None:
        """Begin with nothing."""
        self._tools = tools
        self._zeros = version.startswith(_ALWAYS_ZERO_AT_START)
        self.parts: dict[str, Any] = {"judged": True}
        self.bad: dict[str, BadAnswerError] = {}

    def take(self, shelf: _Shelf, features: Features, data: Data) -> None:
        """Take what one updater has read."""
        known = self._tools.features
        if _READINGS_PATH in shelf.asked:
            self.parts["verdicts"] = _verdicts(data)
        if (sums := data.system_production) is not None:
            place = "inverters"
            if features & known.METERING:
                place = "eim"
            elif _V1_PATH in shelf.asked:
                place = "v1"
            elif "eim" in self.parts:
                return  # the last resort, which is the same CT here
            self._keep(place, sums, data.system_production_phases)
        if features & known.TOTAL_CONSUMPTION and data.system_consumption is not None:
            self._keep("consumption", data.system_consumption, data.system_consumption_phases)
        if features & known.NET_CONSUMPTION and data.system_net_consumption is not None:
            power = raw.number(data.system_net_consumption.watts_now)
            self.parts.setdefault("grid_power_w", power)

    def _keep[S: Production | Consumption](
        self, place: str, sums: S, phases: Mapping[str, S | None] | None
    ) -> None:
        """Keep a sum, the first of each place: updaters stand in the order of their worth."""
        energy, today = sums.watt_hours_lifetime, sums.watt_hours_today
        statement = Statement(
            power_w=raw.number(sums.watts_now),
            energy_kwh=raw.kwh(energy),
            # Firmware 8.3.5433 repeats the lifetime here.
            today_kwh=None if today == energy else raw.kwh(today),
            phases=tuple(
                Phase()
                if phase is None
                else Phase(
                    power_w=raw.number(phase.watts_now),
                    energy_kwh=raw.kwh(phase.watt_hours_lifetime),
                )
                for phase in (phases or {}).values()
            ),
        )
        if self._zeros and not (statement.power_w or statement.energy_kwh or statement.today_kwh):
            return
        if statement.power_w is not None or statement.energy_kwh is not None:
            self.parts.setdefault(place, statement)


async def interpret(
    bodies: Mapping[str, bytes], *, firmware: str, metered: bool, tools: Tools | None = TOOLS
) -> Statements:
    """Ask pyenphase what it believes of these answers, by path; they must be JSON.

    Nothing in here waits for anything, so two callers never mix. Raises nothing.
    """
    if tools is None:
        return Statements()
    common = tools.common()
    common.imeter_info = metered
    judgement = _Judgement(tools, version=firmware)
    # Panels are not its business here. Who has the production is asked of each by itself.
    found = tools.features.INVERTERS
    for updater_class in tuple(tools.get_updaters()):
        shelf = _Shelf(bodies)
        data = tools.data()
        try:
            updater = updater_class(AwesomeVersion(firmware), shelf.request, shelf.request, common)
            features = await updater.probe(found)
            if features:
                await updater.update(data)
                judgement.take(shelf, features, data)
        except (*_TRIPS, tools.error, aiohttp.ClientError) as err:
            if not shelf.missed:
                reason = BadAnswerError(f"pyenphase cannot read it: {type(err).__name__}")
                judgement.bad |= dict.fromkeys(shelf.asked, reason)
    return Statements(**judgement.parts, bad=judgement.bad)


def _verdicts(data: Data) -> dict[CtKind, Verdict]:
    """Say which values of each CT are believed: None is pyenphase's word for one that is not."""
    verdicts = {}
    for word, total in data.ctmeters.items():
        phases = data.ctmeters_phases.get(word, {}).values()
        if (kind := kind_of(str(word))) is not None:
            verdicts[kind] = Verdict(
                total=total is not None,
                bad_phases=frozenset(i for i, phase in enumerate(phases) if phase is None),
            )
    return verdicts
