"""What a perfect client of a gateway without any fault would read at this moment."""

from dataclasses import dataclass, replace

from tests.simulators.envoy.model import Ct, Flow, Moment
from tests.simulators.envoy.panels import Panel, PanelField
from tests.simulators.envoy.shapes import CtKind
from tests.simulators.envoy.view import Memory


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowTruth:
    """A power (W) and a counter (kWh) that only grows."""

    power_w: float
    energy_kwh: float
    phases: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GridTruth:
    """The meter: W, + importing; kWh. Per phase power, import, export."""

    power_w: float
    import_kwh: float
    export_kwh: float
    phases: tuple[tuple[float, float, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelTruth:
    """A panel as of its last report, in W, kWh, V, A, Hz, °C and seconds; it may never report."""

    serial: str
    reported_at: int | None
    power_w: int
    power_max_w: int
    energy_kwh: float
    energy_today_kwh: float
    interval_wh: float | None = None
    interval_s: int | None = None
    dc_voltage_v: float | None = None
    dc_current_a: float | None = None
    ac_voltage_v: float | None = None
    ac_current_a: float | None = None
    frequency_hz: float | None = None
    temperature_c: int | None = None
    error_s: int | None = None
    retired: bool
    communicating: bool
    producing: bool
    conditions: tuple[str, ...]
    flags: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryTruth:
    """A battery: %, W (+ discharging), °C, Wh."""

    serial: str
    kind: str
    soc: int
    power_w: float
    temperature_c: float
    capacity_wh: int
    reported_at: int
    communicating: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageTruth:
    """All batteries: %, W (+ discharging), kWh."""

    soc: int
    power_w: float
    energy_stored_kwh: float
    capacity_kwh: float
    reserve_soc: int
    charge_kwh: float
    discharge_kwh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveTruth:
    """livedata: W (grid + importing, battery + discharging), %."""

    pv_w: float
    grid_w: float
    battery_w: float
    load_w: float
    soc: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Everything at one moment (Unix s)."""

    at: float
    production: FlowTruth
    """By the CT where there is one, else the sum of what the panels reported."""
    production_now: FlowTruth
    """What the panels give at this moment, whoever measures it."""
    ct_production: FlowTruth | None
    inverter_production: FlowTruth
    consumption: FlowTruth | None
    grid: GridTruth | None
    """Only with a net-consumption CT."""
    load: FlowTruth
    """What people use, whoever measures it."""
    cts: dict[CtKind, Ct]
    panels: dict[str, PanelTruth]
    batteries: dict[str, BatteryTruth]
    storage: StorageTruth | None
    live: LiveTruth
    grid_up: bool


def tell(moment: Moment, field: PanelField, memory: Memory) -> Truth:
    """Return the truth of a moment."""
    cts = {ct.kind: ct for ct in moment.cts}
    inverters = FlowTruth(
        power_w=moment.inverter_power_w, energy_kwh=moment.inverter_energy_wh / 1000
    )
    measured = _flow(moment, moment.production)
    by_ct = measured if CtKind.PRODUCTION in cts else None
    return Truth(
        at=moment.at,
        production=by_ct or inverters,
        production_now=measured,
        ct_production=by_ct,
        inverter_production=inverters,
        consumption=_flow(moment, moment.total) if moment.metered_consumption else None,
        grid=_grid(moment) if CtKind.NET_CONSUMPTION in cts else None,
        load=_flow(moment, moment.load),
        cts=cts,
        panels={panel.serial: _panel(field, panel) for panel in field.panels},
        batteries={
            battery.serial: BatteryTruth(
                serial=battery.serial,
                kind=battery.kind,
                soc=int(battery.soc),
                power_w=battery.power_w,
                temperature_c=battery.temperature,
                capacity_wh=battery.capacity_wh,
                reported_at=battery.reported_at,
                communicating=battery.serial not in memory.unheard,
            )
            for battery in moment.batteries
        },
        storage=_storage(moment, memory.reserve_soc) if moment.batteries else None,
        live=LiveTruth(
            pv_w=moment.production.power_w,
            grid_w=moment.grid.power_w,
            battery_w=moment.storage.power_w,
            load_w=moment.live_load_w,
            soc=int(moment.soc) if moment.batteries else 0,
        ),
        grid_up=moment.powers.grid_up,
    )


def _flow(moment: Moment, flow: Flow) -> FlowTruth:
    """Return a flow in kWh."""
    return FlowTruth(
        power_w=flow.power_w,
        energy_kwh=flow.net_wh / 1000,
        phases=tuple((each.power_w, each.net_wh / 1000) for each in moment.phases(flow)),
    )


def _grid(moment: Moment) -> GridTruth:
    """Return the meter in kWh."""
    grid = moment.grid
    return GridTruth(
        power_w=grid.power_w,
        import_kwh=grid.delivered_wh / 1000,
        export_kwh=grid.received_wh / 1000,
        phases=tuple(
            (each.power_w, each.delivered_wh / 1000, each.received_wh / 1000)
            for each in moment.phases(grid)
        ),
    )


def _storage(moment: Moment, reserve_soc: int) -> StorageTruth:
    """Return all batteries as one."""
    soc = int(moment.soc)
    return StorageTruth(
        soc=soc,
        power_w=moment.storage.power_w,
        energy_stored_kwh=moment.capacity_wh * soc / 100_000,
        capacity_kwh=moment.capacity_wh / 1000,
        reserve_soc=reserve_soc,
        charge_kwh=moment.storage.received_wh / 1000,
        discharge_kwh=moment.storage.delivered_wh / 1000,
    )


def _panel(field: PanelField, panel: Panel) -> PanelTruth:
    """Return a panel as of its last report."""
    said = panel.report
    known = PanelTruth(
        serial=panel.serial,
        reported_at=None,
        power_w=0,
        power_max_w=panel.max_w,
        energy_kwh=panel.joules / 3_600_000,
        energy_today_kwh=panel.today_wh / 1000,
        retired=panel.retired,
        communicating=field.communicates(panel),
        producing=field.produces(panel),
        conditions=panel.conditions,
        flags=panel.flags,
    )
    if said is None:
        return known
    return replace(
        known,
        reported_at=said.end,
        power_w=said.power_w,
        interval_wh=said.joules / 3600,
        interval_s=said.duration_s,
        dc_voltage_v=said.dc_voltage,
        dc_current_a=said.dc_current,
        ac_voltage_v=said.ac_voltage,
        ac_current_a=said.ac_current,
        frequency_hz=said.frequency,
        temperature_c=said.temperature,
        error_s=said.error_s,
    )
