"""The simulated house of the demo, the devices in it, and how they are reached."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from tests.demo.account import Account, build_account
from tests.demo.gateway import Roof, build_gateway, fit, hold_panels
from tests.demo.watched import Watched, watched_account, watched_gateway, watched_logger
from tests.simulators.envoy import EnvoySimulator
from tests.simulators.face import Face
from tests.simulators.face_hybrid_3p_lv import HybridThreePhaseLv
from tests.simulators.face_string import StringInverter
from tests.simulators.families import FACES
from tests.simulators.logger import LoggerSimulator
from tests.simulators.modbus_tcp import ModbusTcpSimulator
from tests.simulators.plant import Plant, plant_for
from tests.simulators.rtu_tcp import RtuTcpSimulator
from tests.simulators.site import Clock, Site, place_where_it_is

SEED = 2
LATE_MORNING = 11
"""The house stands where it is this hour now, so that there is sun on its panels."""
HOUSEHOLD_FACTOR = 2.0
"""With less, the battery is full at this hour on most days, and rests."""
PACKS = 2
NO_CHOICES: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How an inverter is reached."""

    simulator: type[LoggerSimulator]
    choices: Mapping[str, str] = field(default=NO_CHOICES)
    """What a user has to choose in the form; the rest is found out."""
    has_serial: bool = False
    """The logger tells a serial number of its own, by which all is named."""


WAYS: Final[Mapping[str, Way]] = {
    "solarman_v5": Way(simulator=LoggerSimulator, has_serial=True),
    "modbus_tcp": Way(simulator=ModbusTcpSimulator),
    "rtu_over_tcp": Way(simulator=RtuTcpSimulator, choices={"transport": "rtu_over_tcp"}),
}
"""By the names that the integration has for its transports."""

GROUPS: Final[Mapping[str, Sequence[str]]] = {"string": ("grid_details", "load_details")}
"""Groups of values that are turned on in a family's demo: what its energy meter knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The running devices."""

    logger: LoggerSimulator
    way: Way
    gateway: EnvoySimulator | None = None
    account: Account | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    """What a user would change of the inverter's options."""
    shedding: Mapping[str, Any] = field(default_factory=dict)
    """What a user would change of the options of load shedding."""

    @property
    def site(self) -> Site:
        """The house itself: one sun over all devices."""
        return self.logger.site

    @property
    def by_hand(self) -> bool:
        """Whether it is left to the user to add the account, and to set up the Energy dashboard."""
        return self.account is not None and self.account.by_hand

    @property
    def form(self) -> Mapping[str, Any]:
        """What a user enters to add the inverter."""
        return {"host": self.logger.host, "port": self.logger.port, **self.way.choices}

    @property
    def id_prefix(self) -> str:
        """What the unique ids of its entities begin with."""
        return str(self.logger.serial) if self.way.has_serial else self.logger.inverter_serial

    @property
    def groups(self) -> Sequence[str]:
        """Which groups of optional values are turned on."""
        return GROUPS.get(self.logger.family, ())

    def watched(self) -> list[Watched]:
        """List what Home Assistant is to watch; the devices must be running."""
        options = {"groups": self.groups, **self.options} if self.groups else self.options
        inverter = watched_logger(self.logger, self.form, self.id_prefix, options)
        account = self.account
        return [
            inverter,
            *([watched_gateway(self.gateway)] if self.gateway else []),
            *([watched_account(account)] if account and not self.by_hand else []),
        ]

    def hold_still(self) -> None:
        """Freeze the weather, and let no panel say anything new."""
        self.site.freeze_weather()
        if self.gateway:
            hold_panels(self.gateway)


def build(
    family: str,
    way: Way,
    roof: Roof | None = None,
    *,
    plant: Plant | None = None,
    now: datetime | None = None,
) -> House:
    """Build a house with an inverter; its past begins yesterday at midnight.

    With `roof` it has more panels, with a gateway and an account at Enphase, as that says. `plant`
    is what was built into it, if it is not what a house with such an inverter usually has. `now` is
    an aware datetime from which its clock goes on (default: the present).
    """
    if plant is None:
        plant = plant_for(family)
        plant = replace(plant, household_scale=plant.household_scale * HOUSEHOLD_FACTOR)
    plant, fittings = fit(plant, roof) if roof else (plant, None)
    clock = Clock(now, running=True)
    place = place_where_it_is(LATE_MORNING, clock.now())
    site = Site(SEED, clock, place, plant, history_days=1)
    logger = way.simulator(site, family=family, face=_inverter(family, site))
    if roof is None or fittings is None:
        return House(logger=logger, way=way)
    gateway = build_gateway(site, roof, fittings) if roof.local else None
    account = build_account(site, roof, fittings, gateway) if roof.cloud else None
    return House(logger=logger, way=way, gateway=gateway, account=account)


def _inverter(family: str, site: Site) -> Face:
    """Make an inverter with all that one of its family can have."""
    match family:
        case "hybrid_3p_lv":
            return HybridThreePhaseLv(site, packs=PACKS)
        case "string":
            return StringInverter(site, meter=True)
    return FACES[family](site)


@asynccontextmanager
async def running(house: House) -> AsyncIterator[House]:
    """Run a house's devices."""
    async with AsyncExitStack() as stack:
        await house.logger.start()
        stack.push_async_callback(house.logger.stop)
        if house.gateway:
            await house.gateway.start()
            stack.push_async_callback(house.gateway.stop)
        if house.account:
            await house.account.cloud.start()
            stack.push_async_callback(house.account.cloud.stop)
        yield house
