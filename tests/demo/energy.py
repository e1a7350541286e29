"""The Energy dashboard's settings."""

from collections.abc import Mapping

from tests.demo.client import Client
from tests.demo.entities import Shown


async def set_up_energy(client: Client, entities: Mapping[str, Shown], capacity_kwh: float) -> None:
    """Choose our counters and powers for sun, grid and battery."""

    def of(key: str) -> str:
        return entities[key].entity_id

    solar = {
        "type": "solar",
        "stat_energy_from": of("pv_energy_total"),
        "stat_rate": of("pv_power"),
        "config_entry_solar_forecast": None,
    }
    grid = {
        "type": "grid",
        "stat_energy_from": of("grid_import_energy_total"),
        "stat_energy_to": of("grid_export_energy_total"),
        "stat_rate": of("grid_power"),
        "cost_adjustment_day": 0,
    }
    battery = {
        "type": "battery",
        "stat_energy_from": of("battery_discharge_energy_total"),
        "stat_energy_to": of("battery_charge_energy_total"),
        "stat_rate": of("battery_power"),
        "stat_soc": of("battery_soc"),
        "capacity": capacity_kwh,
    }
    await client.command("energy/save_prefs", energy_sources=[solar, grid, battery])
