"""Which simulated logger and inverter a test talks to: the combinations of transport and family."""

from typing import Final, NamedTuple

from custom_components.solar_monitor.clients.transport import TransportKind
from tests.simulators.logger import LoggerSimulator
from tests.simulators.modbus_tcp import ModbusTcpSimulator
from tests.simulators.plant import plant_for
from tests.simulators.rtu_tcp import RtuTcpSimulator
from tests.simulators.site import Site

LOGGERS: Final[dict[TransportKind, type[LoggerSimulator]]] = {
    TransportKind.SOLARMAN_V5: LoggerSimulator,
    TransportKind.MODBUS_TCP: ModbusTcpSimulator,
    TransportKind.RTU_OVER_TCP: RtuTcpSimulator,
}


class Combination(NamedTuple):
    """A transport and a family; `logger` fixtures take it as their parameter."""

    transport: TransportKind = TransportKind.SOLARMAN_V5
    family: str = "hybrid_1p"

    @property
    def simulator(self) -> type[LoggerSimulator]:
        """The simulator that speaks so."""
        return LOGGERS[self.transport]

    def logger_at(self, site: Site) -> LoggerSimulator:
        """Put a logger with an inverter of the family on a site, or on one like it."""
        plant = plant_for(self.family)
        if plant != site.plant:
            site = Site(site.seed, site.clock, place=site.place, plant=plant)
            site.freeze_weather()
        return self.simulator(site, family=self.family)

    def __str__(self) -> str:
        """Name the combination as the matrix prints it."""
        return f"{self.family} x {self.transport}"


FAMILIES: Final = ("hybrid_1p", "hybrid_3p_lv", "string", "micro")
COMBINATIONS: Final = tuple(
    Combination(transport, family) for family in FAMILIES for transport in LOGGERS
)


def transport_of(logger: LoggerSimulator) -> TransportKind:
    """Tell what a simulator speaks."""
    return next(kind for kind, simulator in LOGGERS.items() if type(logger) is simulator)
