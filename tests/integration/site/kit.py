"""A whole house: inverters and a gateway on one simulated site, and their entries."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.clients.envoy.cloud import CloudAddress
from custom_components.solar_monitor.const import DOMAIN
from custom_components.solar_monitor.site.source import SiteSource
from custom_components.solar_monitor.sources.envoy.probe import CLOUD_KEY
from tests.integration.deye import IDENTITY, entry_for as inverter_entry_for
from tests.integration.envoy.kit import entry_for as gateway_entry_for
from tests.integration.states import state_with
from tests.integration.units import HOME
from tests.simulators.clock import Clock
from tests.simulators.envoy import CtKind, EnvoySimulator, Fittings, Shape, envoy_plant, row_of
from tests.simulators.face_hybrid_1p import HybridOnePhase
from tests.simulators.logger import LoggerSimulator
from tests.simulators.plant import AcFeed, Plant
from tests.simulators.site import Site

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from custom_components.solar_monitor.coordinator import SourceCoordinator

INVERTER: Final = "2712345678"
SECOND: Final = "2712345679"
GATEWAY: Final = "122302098765"
PANELS: Final = 8
SHAPE: Final = Shape.D8_3_METERED
PRODUCTION_ONLY: Final = frozenset({CtKind.PRODUCTION})
AUX_PORT_MODE: Final = 235
WORK_MODE: Final = 244
GENERATOR: Final = 0
SMART_LOAD: Final = 1
MICRO_INVERTERS: Final = 2
TO_LOAD: Final = 1
"""Work mode: zero export to load. The inverter then tells of its ports."""


@dataclass(frozen=True, kw_only=True)
class Topology:
    """How a house is wired."""

    feed: AcFeed | None = AcFeed.HOUSE
    """Where micro-inverters feed in; None: there are none."""
    gateway: bool = True
    """Whether there is a gateway that measures them."""
    ct: bool = True
    """Whether the first inverter has an external CT."""
    ct_turned: bool = False
    net_ct: bool = False
    """Whether the gateway has one at the grid."""
    shares: tuple[float, ...] = (1.0,)
    """What each inverter has of the whole; several work in parallel."""
    fittings: Fittings | None = None
    """Of the gateway, where it has batteries of its own."""
    port_mode: int | None = None
    """What the inverters' generator port is set to; None: what it is used for."""
    work_mode: int = TO_LOAD
    household: float = 1.0
    """How much people use, against a small household."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Of the site's entry."""
    interval_s: int = 30
    """How often inverters and gateway are asked."""

    def plant(self) -> Plant:
        """Build the house. Without a CT everything hangs behind the inverters, but for panels."""
        if self.fittings is not None:
            return envoy_plant(PANELS, self.fittings)
        own = Plant(household_scale=self.household)
        if self.feed is not None:
            own = replace(own, arrays=(*own.arrays, *envoy_plant(PANELS).arrays), ac_feed=self.feed)
        measured = self.ct or self.net_ct
        return own if measured else replace(own, backup_share=1.0)


@dataclass(kw_only=True)
class House:
    """Everything that a test turns and looks at."""

    hass: HomeAssistant
    site: Site
    loggers: list[LoggerSimulator]
    gateway: EnvoySimulator | None
    inverter_entries: list[MockConfigEntry]
    gateway_entry: MockConfigEntry | None
    site_entry: MockConfigEntry

    @property
    def source_entries(self) -> list[MockConfigEntry]:
        """The entries of all sources."""
        gateway = [] if self.gateway_entry is None else [self.gateway_entry]
        return [*self.inverter_entries, *gateway]

    @property
    def entries(self) -> list[MockConfigEntry]:
        """All entries, the site's last."""
        return [*self.source_entries, self.site_entry]

    def shown(self, key: str) -> str:
        """Give what an entity of the site shows."""
        return shown(self.hass, key)

    def number(self, key: str) -> float:
        """Give what an entity of the site shows as a number."""
        return float(self.shown(key))


@asynccontextmanager
async def house_at(hass: HomeAssistant, topology: Topology) -> AsyncIterator[House]:
    """Build a house where Home Assistant is, with a clock that runs."""
    site = Site(seed=7, clock=Clock(running=True), place=HOME, plant=topology.plant())
    async with AsyncExitStack() as stack:
        loggers = []
        if topology.fittings is None:
            for index, share in enumerate(topology.shares):
                logger = _logger(site, topology, index, share)
                await logger.start()
                stack.push_async_callback(logger.stop)
                loggers.append(logger)
        gateway = None
        if topology.feed is not None and topology.gateway:
            gateway = _gateway(site, topology)
            await gateway.start()
            stack.push_async_callback(gateway.stop)
            cloud = gateway.cloud
            hass.data[CLOUD_KEY] = CloudAddress(
                cloud.login_url, cloud.token_url, ssl=cloud.client_context()
            )
        yield House(
            hass=hass,
            site=site,
            loggers=loggers,
            gateway=gateway,
            inverter_entries=[_inverter_entry(logger, topology) for logger in loggers],
            gateway_entry=None if gateway is None else _gateway_entry(gateway, topology),
            site_entry=site_entry_with(topology.options),
        )


def _logger(site: Site, topology: Topology, index: int, share: float) -> LoggerSimulator:
    """Put an inverter with its logger into the house; the first one has the CT."""
    face = HybridOnePhase(
        site,
        serial=f"220720000{1 + index}",
        share=share,
        ct=topology.ct and index == 0,
        ct_turned=topology.ct_turned,
    )
    face.settings[WORK_MODE] = TO_LOAD if index else topology.work_mode
    through = MICRO_INVERTERS if topology.feed is AcFeed.GENERATOR_PORT else GENERATOR
    face.settings[AUX_PORT_MODE] = through if topology.port_mode is None else topology.port_mode
    return LoggerSimulator(site, serial=int(INVERTER) + index, face=face)


def _gateway(site: Site, topology: Topology) -> EnvoySimulator:
    """Put a gateway with its panels into the house; its arrays come last."""
    fittings = topology.fittings
    if fittings is None:
        cts = SHAPE.fittings.cts if topology.net_ct else PRODUCTION_ONLY
        fittings = replace(SHAPE.fittings, cts=cts)
    return EnvoySimulator(
        site, shape=SHAPE, serial=GATEWAY, panels=row_of(site, PANELS), fittings=fittings
    )


def _inverter_entry(logger: LoggerSimulator, topology: Topology) -> MockConfigEntry:
    """Make the entry of an inverter."""
    face = logger.inverter
    assert isinstance(face, HybridOnePhase)
    rated_w = logger.site.plant.inverter.rated_w * face.share
    return inverter_entry_for(
        logger,
        identity=IDENTITY | {"serial": face.serial, "rated_power_w": rated_w},
        title=f"Deye {face.serial[-1]}",
        options={"poll_interval": topology.interval_s},
    )


def _gateway_entry(gateway: EnvoySimulator, topology: Topology) -> MockConfigEntry:
    """Make the entry of the gateway."""
    interval_s = topology.interval_s
    options = {"poll_interval": interval_s, "panels_interval": max(60, interval_s)}
    return gateway_entry_for(gateway, options=options)


def site_entry_with(options: Mapping[str, Any] | None = None) -> MockConfigEntry:
    """Make the entry of the site, as the flow makes it."""
    return MockConfigEntry(
        domain=DOMAIN,
        title="Solar site",
        unique_id="site",
        data={"source": "site"},
        options=dict(options or {}),
    )


def source_of(entry: MockConfigEntry) -> SiteSource:
    """Give the source of the loaded site."""
    source = coordinator_of(entry).source
    assert isinstance(source, SiteSource)
    return source


def coordinator_of(entry: MockConfigEntry) -> SourceCoordinator:
    """Give the coordinator of a loaded entry."""
    coordinator: SourceCoordinator = entry.runtime_data.coordinator
    return coordinator


def shown(hass: HomeAssistant, key: str) -> str:
    """Give what an entity of the site shows."""
    return state_with(hass, f"site_{key}").state
