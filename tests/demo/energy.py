"""The Energy dashboard's settings."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from tests.demo.client import Client
from tests.demo.entities import Shown

type Entities = Mapping[str, Shown]
type Fields = Mapping[str, str]

SOLAR: Final[Sequence[Fields]] = (
    {"stat_energy_from": "pv_energy_total", "stat_rate": "pv_power"},
    {"stat_energy_from": "production_energy_total", "stat_rate": "production_power"},
    {"stat_energy_from": "energy_total", "stat_rate": "power"},
)
"""What an inverter counts and what a gateway counts, or for want of it the cloud: different panels.
"""
GRID: Final[Sequence[Fields]] = tuple(
    {
        "stat_energy_from": f"grid_import_energy_total{ending}",
        "stat_energy_to": f"grid_export_energy_total{ending}",
        "stat_rate": f"grid_power{ending}",
    }
    for ending in ("", "_estimated")
)
BATTERY: Final[Sequence[Fields]] = tuple(
    {
        "stat_energy_from": f"battery_discharge_energy_total{ending}",
        "stat_energy_to": f"battery_charge_energy_total{ending}",
        "stat_rate": "battery_power",
        "stat_soc": "battery_soc",
    }
    for ending in ("", "_estimated")
)


def energy_sources(sources: Iterable[Entities], capacity_kwh: float) -> list[dict[str, Any]]:
    """Choose sun, grid and battery, as far as the sources know of them.

    Each source has panels of its own, so all of these count. But they measure the same exchange
    with the same grid, and there is one battery: what the first of them knows is enough.
    """
    known = list(sources)
    solar = [_part("solar", each, config_entry_solar_forecast=None) for each in _each(known, SOLAR)]
    grid = [_part("grid", each, cost_adjustment_day=0) for each in _each(known, GRID)]
    battery = [_part("battery", each, capacity=capacity_kwh) for each in _each(known, BATTERY)]
    return [*solar, *grid[:1], *battery[:1]]


def _each(sources: Iterable[Entities], choices: Iterable[Fields]) -> Iterator[Fields]:
    """Find what each source has to show of a part of the dashboard, by its entity ids."""
    for entities in sources:
        for fields in choices:
            if entities.keys() >= set(fields.values()):
                yield {field: entities[key].entity_id for field, key in fields.items()}
                break


def _part(kind: str, found: Fields, **more: object) -> dict[str, Any]:
    """Write one part as the dashboard stores it."""
    return {"type": kind, **found, **more}


async def set_up_energy(client: Client, sources: Iterable[Entities], capacity_kwh: float) -> None:
    """Set up what the entities can serve."""
    parts = energy_sources(sources, capacity_kwh)
    await client.command("energy/save_prefs", energy_sources=parts)
