"""The last good answer of every endpoint, read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from . import ensemble, live, panels, raw, statements
from .adapter import Statements
from .endpoints import Block
from .meters import MeterReadings, MeterRow, read_meter_readings, read_meters
from .readings import Battery, Generator, Home, Live, Panel, Tariff

type Fresh = Callable[[Block], bool]
"""Whether the newest answer of a block is good and young."""


@dataclass(slots=True)
class Stock:
    """What `/inventory.json` lists."""

    health: Mapping[str, panels.Health] = field(default_factory=dict)
    acbs: Mapping[str, Battery] = field(default_factory=dict)

    def __len__(self) -> int:
        """Count the devices."""
        return len(self.health) + len(self.acbs)


@dataclass(slots=True)
class Parts:
    """One field per endpoint, named as its block; None or empty until it has answered."""

    meters: tuple[MeterRow, ...] = ()
    readings: MeterReadings = field(default_factory=MeterReadings)
    v1_production: statements.V1 | None = None
    production: statements.Production | None = None
    ensemble_secctrl: ensemble.Sector = field(default_factory=ensemble.Sector)
    ensemble_power: Mapping[str, ensemble.UnitPower] = field(default_factory=dict)
    ensemble_relay: ensemble.Relay | None = None
    device_data: panels.DeviceData = field(default_factory=panels.DeviceData)
    v1_inverters: panels.Inverters = field(default_factory=panels.Inverters)
    ensemble_inventory: ensemble.Inventory = field(default_factory=ensemble.Inventory)
    pdm_energy: statements.PdmEnergy | None = None
    tariff: Tariff | None = None
    generator: Generator | None = None
    generator_mode: str | None = None
    inventory: Stock = field(default_factory=Stock)
    livedata: Live | None = None
    home: Home | None = None

    said: Statements = field(default_factory=Statements)
    """What pyenphase believes of the production blocks."""
    v1_counts: bool = False
    """Whether it believes V1_PRODUCTION, and did so before anything else counted."""
    merged_panels: Mapping[str, Panel] = field(default_factory=dict)
    """The panels of the panel blocks, put together."""


def read_stock(doc: object) -> Stock:
    """Read panels and AC batteries; raises BadAnswerError when it is no list."""
    devices: dict[str, list[Mapping[str, Any]]] = {"PCU": [], "ACB": []}
    for row in raw.rows(raw.need_list(doc)):
        if raw.text(row.get("type")) in devices:
            devices[row["type"]] += raw.rows(row.get("devices"))
    in_use = [row for row in devices["ACB"] if not panels.decommissioned(row)]
    return Stock(panels.read_health(devices["PCU"]), ensemble.read_acbs(in_use))


READERS: Final[Mapping[Block, Callable[[object], object]]] = MappingProxyType(
    {
        Block.METERS: read_meters,
        Block.READINGS: read_meter_readings,
        Block.V1_PRODUCTION: statements.read_v1,
        Block.PRODUCTION: statements.read_production,
        Block.ENSEMBLE_SECCTRL: ensemble.read_sector,
        Block.ENSEMBLE_POWER: ensemble.read_power,
        Block.ENSEMBLE_RELAY: ensemble.read_relay,
        Block.DEVICE_DATA: panels.read_device_data,
        Block.V1_INVERTERS: panels.read_inverters,
        Block.ENSEMBLE_INVENTORY: ensemble.read_inventory,
        Block.PDM_ENERGY: statements.read_pdm_energy,
        Block.TARIFF: statements.read_tariff,
        Block.GENERATOR: ensemble.read_generator,
        Block.GENERATOR_MODE: ensemble.read_generator_mode,
        Block.INVENTORY: read_stock,
        Block.LIVEDATA: live.read_live,
        Block.HOME: statements.read_home,
    }
)
"""How each block's JSON is read; they raise BadAnswerError."""

JUDGED: Final = frozenset({Block.METERS, Block.READINGS, Block.V1_PRODUCTION, Block.PRODUCTION})
"""The blocks that pyenphase is asked about."""

COUNTERS: Final = JUDGED - {Block.METERS}
"""The blocks that count the same energy."""

PANEL_BLOCKS: Final = frozenset({Block.DEVICE_DATA, Block.V1_INVERTERS, Block.INVENTORY})

_COUNTS: Final[Mapping[Block, Callable[[Any], int]]] = MappingProxyType(
    {
        Block.METERS: len,
        Block.READINGS: len,
        Block.V1_PRODUCTION: lambda part: int(part.counting),
        Block.PRODUCTION: lambda part: int(part.counting),
        Block.ENSEMBLE_SECCTRL: lambda part: int(part != ensemble.Sector()),
        Block.DEVICE_DATA: lambda part: len(part.panels),
        Block.V1_INVERTERS: lambda part: len(part.panels) + len(part.acbs),
        Block.ENSEMBLE_INVENTORY: len,
        Block.INVENTORY: len,
    }
)


def count(block: Block, part: object) -> int | None:
    """Count the things that an answer knows of; None for one that has no such things."""
    return _COUNTS[block](part) if block in _COUNTS else None
