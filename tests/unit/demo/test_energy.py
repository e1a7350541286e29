"""What the Energy dashboard is set up with."""

from tests.demo.energy import energy_sources
from tests.demo.entities import Shown

SUN = ("pv_energy_total", "pv_power")
METER = ("grid_import_energy_total", "grid_export_energy_total", "grid_power")
BATTERY = (
    "battery_discharge_energy_total",
    "battery_charge_energy_total",
    "battery_power",
    "battery_soc",
)


def entities(*keys: str) -> dict[str, Shown]:
    return {key: Shown(key, f"sensor.{key}", "1", "") for key in keys}


def test_an_inverter_without_a_meter_is_sun_alone() -> None:
    assert energy_sources(entities(*SUN), 10) == [
        {
            "type": "solar",
            "stat_energy_from": "sensor.pv_energy_total",
            "stat_rate": "sensor.pv_power",
            "config_entry_solar_forecast": None,
        }
    ]


def test_a_meter_adds_the_grid() -> None:
    sources = energy_sources(entities(*SUN, *METER), 10)
    assert [source["type"] for source in sources] == ["solar", "grid"]


def test_a_hybrid_has_all_three() -> None:
    sources = energy_sources(entities(*SUN, *METER, *BATTERY), 10)
    assert [source["type"] for source in sources] == ["solar", "grid", "battery"]
    assert sources[2]["capacity"] == 10
