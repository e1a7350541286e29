"""Compares what Home Assistant shows with what is true in the simulated house."""

from datetime import UTC, datetime
from typing import Final

from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.envoy.kit import MISSING, states
from tests.simulators.envoy import CtKind, EnvoySimulator, Truth
from tests.simulators.envoy.truth import PanelTruth

POWER_W: Final = 1.0
ENERGY_KWH: Final = 0.002
# A meter of production counts a little that it should not; it is in one sum and not in the other.
CONSUMPTION_KWH: Final = 0.015


def every_truth(gateway: EnvoySimulator) -> dict[str, object]:
    """Give what is true, as entities say it, by key."""
    truth = gateway.truth()
    found: dict[str, object] = {
        "production_power": truth.production.power_w,
        "production_energy_total": truth.production.energy_kwh,
    }
    for phase, (power, energy) in enumerate(truth.production.phases, 1):
        found[f"production_power_l{phase}"] = power
        found[f"production_energy_total_l{phase}"] = energy
    if truth.consumption is not None:
        found["consumption_power"] = truth.consumption.power_w
        found["consumption_energy_total"] = truth.consumption.energy_kwh
    if truth.grid is not None:
        found["grid_power"] = truth.grid.power_w
        found["grid_import_energy_total"] = truth.grid.import_kwh
        found["grid_export_energy_total"] = truth.grid.export_kwh
    if truth.storage is not None:
        found |= _batteries(truth)
    for panel in truth.panels.values():
        found |= _panel(panel)
    return found


def _batteries(truth: Truth) -> dict[str, object]:
    """Give what is true of the batteries."""
    assert truth.storage is not None
    found: dict[str, object] = {
        "battery_soc": truth.storage.soc,
        "battery_power": truth.storage.power_w,
        "battery_energy_stored": truth.storage.energy_stored_kwh,
        "battery_capacity": truth.storage.capacity_kwh,
    }
    if CtKind.STORAGE in truth.cts:
        found["battery_charge_energy_total"] = truth.storage.charge_kwh
        found["battery_discharge_energy_total"] = truth.storage.discharge_kwh
    for battery in truth.batteries.values():
        found[f"{battery.serial}_soc"] = battery.soc
        found[f"{battery.serial}_power"] = battery.power_w
    return found


def _panel(panel: PanelTruth) -> dict[str, object]:
    """Give what is true of a panel."""
    if panel.retired:
        return {}
    reported = panel.reported_at
    values: dict[str, object] = {
        "power": panel.power_w,
        "power_max": panel.power_max_w,
        "energy_total": panel.energy_kwh,
        "last_report": None if reported is None else datetime.fromtimestamp(reported, UTC),
        "dc_voltage": panel.dc_voltage_v,
        "dc_current": panel.dc_current_a,
        "ac_voltage": panel.ac_voltage_v,
        "frequency": panel.frequency_hz,
        "temperature": panel.temperature_c,
        "error_seconds": panel.error_s,
        "interval_energy": panel.interval_wh,
        "interval_duration": panel.interval_s,
        "problem": False,
    }
    return {f"{panel.serial}_{name}": value for name, value in values.items()}


def _is_shown(key: str, shown: str, true: object) -> bool:
    """Tell whether a state is a true value."""
    match true:
        case bool():
            return shown == ("on" if true else "off")
        case datetime():
            return dt_util.parse_datetime(shown) == true
        case int() | float() if shown not in MISSING:
            return abs(float(shown) * _factor(key) - true) <= _tolerance(key)
    return true is None and shown == STATE_UNKNOWN


def _factor(key: str) -> int:
    """Give what turns a state into the unit of the truth: minutes are shown, say."""
    return 60 if key.endswith("interval_duration") else 1


def _tolerance(key: str) -> float:
    """Give what rounding may take from a true value."""
    if "energy_total" not in key:
        return POWER_W
    return CONSUMPTION_KWH if key.startswith("consumption") else ENERGY_KWH


def wrong_states(
    hass: HomeAssistant, entry: MockConfigEntry, gateway: EnvoySimulator
) -> dict[str, tuple[str, object]]:
    """Collect what is shown differently from the truth: (shown, true) by key."""
    truth = every_truth(gateway)
    return {
        key: (shown, truth[key])
        for key, shown in states(hass, entry).items()
        if key in truth and not _is_shown(key, shown, truth[key])
    }
