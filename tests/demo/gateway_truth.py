"""What Home Assistant must show of the gateway, by the simulated house."""

from collections.abc import Iterator
from datetime import UTC, datetime

from tests.demo.truth import Between, Known, Truth
from tests.simulators.energies import Energies
from tests.simulators.envoy import CtKind, EnvoySimulator, Shape
from tests.simulators.envoy.truth import FlowTruth, PanelTruth, StorageTruth, Truth as GatewayTruth
from tests.simulators.rows import Reading

UNKNOWN_AT_FIRST = frozenset(
    {
        # They take some quarters of an hour of sun to judge.
        "weakest_panel",
        "panel_spread",
        # The gateway has no counters of the day for these: ours begin at midnight.
        *(
            f"{name}_energy_today{ending}"
            for name in ("grid_import", "grid_export", "battery_charge", "battery_discharge")
            for ending in ("", "_estimated")
        ),
    }
)
FORGOTTEN_AFTER_S = 366 * 86_400
STATES_NO_DAY = frozenset({Shape.R4_2_SPLIT, Shape.R4_10_SPLIT, Shape.D7_3_LOCKED})
"""Gateways that have no page for home owners with what their CTs counted today."""
LATE_AT_FIRST = frozenset({"production_energy_today", "consumption_energy_today", "battery_power"})
"""What comes with the second poll: it hangs on an endpoint that nobody waits for."""
WRITTEN_EVERY_S = 300
"""A gateway's counters of the day, with which ours begin on the first day, are that old."""
FIRST_ASKED_S = 120
"""By then Home Assistant has asked for them."""


def unknown_at_first(shape: Shape) -> frozenset[str]:
    """Name what a gateway cannot know in its first minutes or on its first day."""
    return UNKNOWN_AT_FIRST | (LATE_AT_FIRST if shape in STATES_NO_DAY else frozenset())


def true_values_of(gateway: EnvoySimulator) -> Truth:
    """Collect all values that are known, by the keys of our entities."""
    truth = gateway.truth()
    there = [panel for panel in truth.panels.values() if _is_there(panel, truth.at)]
    values: dict[str, Known] = {
        **_flow("production", truth.production),
        **_flow("consumption", truth.consumption),
        **_grid(truth),
        **_batteries(truth),
        **_today(gateway, truth),
        "panels_reporting": sum(panel.communicating for panel in there),
        "panels_expected": len(there),
        "panel_problem": not all(panel.communicating for panel in there),
        "production_problem": False,
        "metering_problem": False,
        "grid_present": truth.grid_up,
        "token_problem": False,
        "connection": True,
        "live_mode": False,
        "refused_values": 0,
        "firmware": gateway.gateway.firmware.version[1:],
    }
    for panel in there:
        values |= {f"{panel.serial}_{name}": value for name, value in _panel(panel)}
    return values


def _flow(name: str, flow: FlowTruth | None) -> dict[str, Reading]:
    """Name production or consumption, and their phases."""
    if flow is None:
        return {}
    pairs = [("", (flow.power_w, flow.energy_kwh)), *_phases(flow.phases)]
    return {
        key: value
        for phase, (power, energy) in pairs
        for key, value in (
            (f"{name}_power{phase}", power),
            (f"{name}_energy_total{phase}", energy),
        )
    }


def _grid(truth: GatewayTruth) -> dict[str, Reading]:
    """Name the exchange with the grid, and its phases; where no CT measures it, by the others."""
    if truth.grid is None:
        if CtKind.TOTAL_CONSUMPTION in truth.cts and truth.consumption is not None:
            return {"grid_power_estimated": truth.consumption.power_w - truth.production.power_w}
        return {}
    grid = truth.grid
    values: dict[str, Reading] = {}
    whole = (grid.power_w, grid.import_kwh, grid.export_kwh)
    for phase, (power, imported, exported) in [("", whole), *_phases(grid.phases)]:
        values[f"grid_power{phase}"] = power
        values[f"grid_import_energy_total{phase}"] = imported
        values[f"grid_export_energy_total{phase}"] = exported
    return values


def _phases[ValuesT](phases: tuple[ValuesT, ...]) -> list[tuple[str, ValuesT]]:
    """Give the endings of the phases' keys with their values."""
    return [(f"_l{number}", values) for number, values in enumerate(phases, 1)]


def _batteries(truth: GatewayTruth) -> dict[str, Known]:
    """Name what the batteries do, all together and each for itself."""
    if truth.storage is None:
        return {}
    values = _storage(truth.storage)
    if CtKind.STORAGE in truth.cts:
        values["battery_charge_energy_total"] = truth.storage.charge_kwh
        values["battery_discharge_energy_total"] = truth.storage.discharge_kwh
    for battery in truth.batteries.values():
        values[f"{battery.serial}_soc"] = _lately(battery.soc, battery.power_w)
        values[f"{battery.serial}_power"] = battery.power_w
        values[f"{battery.serial}_communicating"] = True
    return values


def _storage(storage: StorageTruth) -> dict[str, Known]:
    soc = _lately(storage.soc, storage.power_w)
    percent = storage.capacity_kwh / 100
    return {
        "battery_soc": soc,
        "battery_power": storage.power_w,
        "battery_energy_stored": Between(soc.low * percent, soc.high * percent),
        "battery_capacity": storage.capacity_kwh,
        "battery_reserve_soc": storage.reserve_soc,
    }


def _lately(soc: int, power_w: float) -> Between:
    """Give what a whole state of charge (%) was in the last minute: it is asked for that often."""
    return Between(soc - (power_w < 0), soc + (power_w > 0))


def _today(gateway: EnvoySimulator, truth: GatewayTruth) -> dict[str, Known]:
    """Name what was counted since midnight, as far as the gateway has a CT for it."""
    site = gateway.site
    day = site.energies_at(site.place.midnight(truth.at)).until(site.energies())
    begun = gateway.gateway.memory.started_at
    first = site.energies_at(begun - WRITTEN_EVERY_S)
    missed = first.until(site.energies_at(begun + FIRST_ASKED_S))
    values: dict[str, Known] = {}
    if truth.ct_production is not None:
        values["production_energy_today"] = _less(_made(day), _made(missed))
    if truth.grid is not None:
        values["grid_import_energy_today"] = day.grid_import
        values["grid_export_energy_today"] = day.grid_export
        values["consumption_energy_today"] = _less(_used(day), _used(missed))
    return values


def _made(day: Energies) -> float:
    """Give what the micro-inverters made, kWh."""
    return day.pv_ac - day.grid_tied


def _used(day: Energies) -> float:
    """Give what the gateway takes for consumption, kWh."""
    return _made(day) + day.grid_import - day.grid_export


def _less(kwh: float, missed: float) -> Between:
    """Give an energy of which a part may be missing."""
    return Between(kwh - max(0.0, missed), kwh)


def _is_there(panel: PanelTruth, now: float) -> bool:
    """Tell whether a panel is on the roof: some firmware never forgets one."""
    return not panel.retired and now - (panel.reported_at or now) < FORGOTTEN_AFTER_S


def _panel(panel: PanelTruth) -> Iterator[tuple[str, Reading]]:
    """Name what a panel said last."""
    yield "power", panel.power_w
    yield "power_max", panel.power_max_w
    yield "energy_total", panel.energy_kwh
    yield "energy_today", panel.energy_today_kwh
    yield "problem", not panel.communicating
    if panel.reported_at is not None:
        yield "last_report", datetime.fromtimestamp(panel.reported_at, UTC)
    yield "dc_voltage", panel.dc_voltage_v
    yield "dc_current", panel.dc_current_a
    yield "ac_voltage", panel.ac_voltage_v
    yield "ac_current", panel.ac_current_a
    yield "frequency", panel.frequency_hz
    yield "temperature", panel.temperature_c
    yield "error_seconds", panel.error_s
    yield "interval_energy", panel.interval_wh
