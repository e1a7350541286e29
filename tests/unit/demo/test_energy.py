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


PRODUCTION = ("production_energy_total", "production_power")
PANEL = ("482208990001_energy_total", "482208990001_power")


def entities(*keys: str, device: str = "") -> dict[str, Shown]:
    return {key: Shown(key, f"sensor.{device}{key}", "1", "") for key in keys}


def test_an_inverter_without_a_meter_is_sun_alone() -> None:
    assert energy_sources([entities(*SUN)], 10) == [
        {
            "type": "solar",
            "stat_energy_from": "sensor.pv_energy_total",
            "stat_rate": "sensor.pv_power",
            "config_entry_solar_forecast": None,
        }
    ]


def test_a_meter_adds_the_grid() -> None:
    sources = energy_sources([entities(*SUN, *METER)], 10)
    assert [source["type"] for source in sources] == ["solar", "grid"]


def test_a_hybrid_has_all_three() -> None:
    sources = energy_sources([entities(*SUN, *METER, *BATTERY)], 10)
    assert [source["type"] for source in sources] == ["solar", "grid", "battery"]
    assert sources[2]["capacity"] == 10


def test_two_sources_have_panels_of_their_own_but_one_grid_and_one_battery() -> None:
    inverter = entities(*SUN, *METER, *BATTERY, device="deye_")
    gateway = entities(*PRODUCTION, *METER, *BATTERY, *PANEL, device="gateway_")
    sources = energy_sources([inverter, gateway], 10)
    assert [source["type"] for source in sources] == ["solar", "solar", "grid", "battery"]
    assert [source["stat_energy_from"] for source in sources] == [
        "sensor.deye_pv_energy_total",
        "sensor.gateway_production_energy_total",
        "sensor.deye_grid_import_energy_total",
        "sensor.deye_battery_discharge_energy_total",
    ]


def test_the_gateway_gives_what_the_inverter_does_not_know() -> None:
    gateway = entities(*PRODUCTION, *METER, *BATTERY, device="gateway_")
    sources = energy_sources([entities(*SUN), gateway], 10)
    assert [source["type"] for source in sources] == ["solar", "solar", "grid", "battery"]
    assert sources[2]["stat_rate"] == "sensor.gateway_grid_power"


def test_what_the_cloud_counts_is_sun() -> None:
    cloud = entities("energy_total", "power", "energy_today", device="main_house_")
    (source,) = energy_sources([cloud], 10)
    assert source["stat_energy_from"] == "sensor.main_house_energy_total"
    assert source["stat_rate"] == "sensor.main_house_power"


def test_an_estimate_serves_where_nothing_is_measured() -> None:
    keys = (*METER, "battery_discharge_energy_total", "battery_charge_energy_total")
    gateway = entities(
        *PRODUCTION, "battery_power", "battery_soc", *(f"{key}_estimated" for key in keys)
    )
    sources = energy_sources([gateway], 10)
    assert [source["type"] for source in sources] == ["solar", "grid", "battery"]
    assert sources[1]["stat_energy_to"] == "sensor.grid_export_energy_total_estimated"
    assert sources[2]["stat_rate"] == "sensor.battery_power"
