"""A site and what an Energy dashboard may have, on paper."""

from collections.abc import Mapping
from typing import Final

from custom_components.solar_monitor.logic.energy_dashboard import (
    Choice,
    EnergySource,
    Kind,
    Offer,
    Survey,
)

SUN: Final = "sensor.site_pv"
IMPORT: Final = "sensor.site_import"
EXPORT: Final = "sensor.site_export"
OUT: Final = "sensor.site_discharge"
INTO: Final = "sensor.site_charge"
OURS: Final = frozenset({SUN, IMPORT, EXPORT, OUT, INTO, "sensor.site_today"})
OFFER: Final[Offer] = {
    Kind.SOLAR: {"stat_energy_from": SUN, "stat_rate": "sensor.site_pv_power"},
    Kind.GRID: {
        "stat_energy_from": IMPORT,
        "stat_energy_to": EXPORT,
        "stat_rate": "sensor.site_grid_power",
    },
    Kind.BATTERY: {
        "stat_energy_from": OUT,
        "stat_energy_to": INTO,
        "stat_rate": "sensor.site_battery_power",
        "stat_soc": "sensor.site_soc",
        "capacity": 9.6,
    },
}
COUNTED: Final = {
    "sensor.deye_pv": "deye",
    "sensor.deye_import": "deye",
    "sensor.deye_export": "deye",
    "sensor.deye_out": "deye",
    "sensor.deye_into": "deye",
    "sensor.envoy_pv": "envoy",
}
HOLDS: Final = {Kind.SOLAR: frozenset({"deye", "envoy"}), Kind.BATTERY: frozenset({"deye"})}

DEYE_SUN: Final = {"type": "solar", "stat_energy_from": "sensor.deye_pv"}
ENVOY_SUN: Final = {"type": "solar", "stat_energy_from": "sensor.envoy_pv"}
DEYE_GRID: Final = {
    "type": "grid",
    "stat_energy_from": "sensor.deye_import",
    "stat_energy_to": "sensor.deye_export",
    "cost_adjustment_day": 0.0,
}
DEYE_BATTERY: Final = {
    "type": "battery",
    "stat_energy_from": "sensor.deye_out",
    "stat_energy_to": "sensor.deye_into",
}
METER: Final = {
    "type": "grid",
    "stat_energy_from": "utility:import",
    "stat_energy_to": None,
    "stat_cost": "utility:cost",
    "cost_adjustment_day": 0,
}
ROOF: Final = {"type": "solar", "stat_energy_from": "sensor.fronius_pv"}
GAS: Final = {"type": "gas", "stat_energy_from": "sensor.gas"}
RENAMED: Final = {
    "sensor.old_pv": SUN,
    "sensor.old_power": "sensor.site_pv_power",
    "sensor.old_import": IMPORT,
    "sensor.old_export": EXPORT,
    "sensor.old_deye": "sensor.deye_pv",
    "sensor.old_deye_import": "sensor.deye_import",
    "sensor.old_fronius": "sensor.fronius_pv",
}
"""What is called otherwise by now."""
OLD_SUN: Final = {
    "type": "solar",
    "stat_energy_from": "sensor.old_pv",
    "stat_rate": "sensor.old_power",
    "config_entry_solar_forecast": ["f"],
}
OLD_GRID: Final = {
    "type": "grid",
    "stat_energy_from": "sensor.old_import",
    "stat_energy_to": "sensor.old_export",
    "number_energy_price": 0.31,
    "cost_adjustment_day": 2.5,
    "name": "Street",
}
HALF: Final = {
    "type": "grid",
    "stat_energy_from": "sensor.deye_import",
    "stat_energy_to": "sensor.meter_export",
    "cost_adjustment_day": 0.0,
}


def survey(*sources: EnergySource, holds: Mapping[Kind, frozenset[str]] = HOLDS) -> Survey:
    """See a dashboard with some energy sources."""
    return Survey(sources=sources, ours=OURS, counted=COUNTED, holds=holds, renamed=RENAMED)


def best(seen: Survey, offer: Offer = OFFER) -> dict[Kind, Choice]:
    """Decide as the form proposes."""
    return {kind: choices[0] for kind in offer if (choices := seen.present(kind).choices)}


def only(kind: Kind) -> Offer:
    """Let the site have one type only."""
    return {kind: OFFER[kind]}


def ours_of(kind: Kind, **more: object) -> EnergySource:
    """Give what the site is in the dashboard."""
    return {"type": kind.value, **OFFER[kind], **more}
