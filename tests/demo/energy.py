"""The Energy dashboard's settings."""

from collections.abc import Mapping
from typing import Any, Final

from tests.demo.client import Client
from tests.demo.entities import Shown

PARTS: Final[Mapping[str, Mapping[str, str]]] = {
    "solar": {"stat_energy_from": "pv_energy_total", "stat_rate": "pv_power"},
    "grid": {
        "stat_energy_from": "grid_import_energy_total",
        "stat_energy_to": "grid_export_energy_total",
        "stat_rate": "grid_power",
    },
    "battery": {
        "stat_energy_from": "battery_discharge_energy_total",
        "stat_energy_to": "battery_charge_energy_total",
        "stat_rate": "battery_power",
        "stat_soc": "battery_soc",
    },
}
"""Our counters and powers for each part, by our keys."""


def energy_sources(entities: Mapping[str, Shown], capacity_kwh: float) -> list[dict[str, Any]]:
    """Choose sun, grid and battery, as far as the inverter knows of them."""
    more: Mapping[str, Mapping[str, Any]] = {
        "solar": {"config_entry_solar_forecast": None},
        "grid": {"cost_adjustment_day": 0},
        "battery": {"capacity": capacity_kwh},
    }
    return [
        {
            "type": part,
            **{field: entities[key].entity_id for field, key in keys.items()},
            **more[part],
        }
        for part, keys in PARTS.items()
        if entities.keys() >= set(keys.values())
    ]


async def set_up_energy(client: Client, entities: Mapping[str, Shown], capacity_kwh: float) -> None:
    """Set up what the entities can serve."""
    sources = energy_sources(entities, capacity_kwh)
    await client.command("energy/save_prefs", energy_sources=sources)
