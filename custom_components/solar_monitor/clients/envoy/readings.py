"""What a gateway says, in our units: W, kWh (Wh only for one interval), V, A, Hz, °C, %.

Grid power is + importing, battery power is + discharging. None means that the gateway has no such
value, or none that can be believed; it is never 0. Readings hold the last good answer of every
endpoint; which of them are new is told by `GatewayPoll.updated`, and the field `block` of a value
names the endpoint it came from.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .endpoints import Block

_COLLAR_ON = "ENCMN_MDE_ON_GRID"
_COLLAR_OFF = "ENCMN_MDE_OFF_GRID"


class Origin(StrEnum):
    """Whose register a counter is; two origins never have the same level."""

    CT = "ct"
    INVERTERS = "inverters"


class CtKind(StrEnum):
    """What a current transformer measures."""

    PRODUCTION = "production"
    NET_CONSUMPTION = "net_consumption"
    TOTAL_CONSUMPTION = "total_consumption"
    STORAGE = "storage"
    BACKFEED = "backfeed"
    LOAD = "load"
    EVSE = "evse"
    PV3P = "pv3p"


class BatteryKind(StrEnum):
    """The two lines of Enphase batteries."""

    ENCHARGE = "encharge"
    ACB = "acb"


@dataclass(frozen=True, slots=True, kw_only=True)
class CtChannel:
    """One channel of a CT, or the sum of its channels.

    Delivered and received are the lifetime counters of energy into the house and out of it: of a
    net CT imported and exported, of a storage CT discharged and charged.
    """

    power_w: float | None = None
    delivered_kwh: float | None = None
    received_kwh: float | None = None
    voltage_v: float | None = None
    current_a: float | None = None
    frequency_hz: float | None = None
    power_factor: float | None = None
    apparent_va: float | None = None
    reactive_var: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ct:
    """One enabled meter; values come from READINGS, kind and status from METERS.

    `phases` is empty when there is only one.
    """

    kind: CtKind
    enabled: bool = True
    metering_status: str | None = None
    status_flags: tuple[str, ...] = ()
    total: CtChannel = CtChannel()
    phases: tuple[CtChannel, ...] = ()
    measured_at: float | None = field(default=None, compare=False)
    """The meter's own time, Unix, s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """Power and lifetime energy of one phase."""

    power_w: float | None = None
    energy_kwh: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """Production or consumption of the whole system.

    `energy_kwh` is None while a source stands in that counts from another level without being
    another origin. `today_kwh` is the firmware's own figure of the day, wrong on some firmware:
    good only for a first day, and only if plausible.
    """

    power_w: float | None
    energy_kwh: float | None
    origin: Origin
    block: Block
    phases: tuple[Phase, ...] = ()
    today_kwh: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GridPhase:
    """The grid on one phase."""

    power_w: float | None = None
    import_kwh: float | None = None
    export_kwh: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The exchange with the grid, as a net-consumption CT measures it."""

    power_w: float | None
    import_kwh: float | None
    export_kwh: float | None
    block: Block
    phases: tuple[GridPhase, ...] = ()
    voltage_v: float | None = None
    """Of one phase: the mean where there are several."""
    voltages_v: tuple[float | None, ...] = ()
    frequency_hz: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One micro-inverter; everything but the serial number and the flags is of `reported_at`.

    `interval_wh` over `interval_s` is what the newest report says of the time it covers.
    `conditions`, `producing` and `communicating` come from INVENTORY.
    """

    serial: str
    reported_at: float | None = None
    """Unix time of the report, s; None when there has been none."""
    power_w: float | None = None
    power_max_w: float | None = None
    energy_kwh: float | None = None
    energy_today_kwh: float | None = None
    dc_voltage_v: float | None = None
    dc_current_a: float | None = None
    ac_voltage_v: float | None = None
    ac_current_a: float | None = None
    frequency_hz: float | None = None
    temperature_c: float | None = None
    error_s: float | None = None
    interval_wh: float | None = None
    interval_s: float | None = None
    flags: str | None = None
    producing: bool | None = None
    communicating: bool | None = None
    conditions: tuple[str, ...] = ()
    retired: bool = False
    """Taken out of the system: inactive, or without a report for a year."""
    details: bool = False
    """Whether it is in device_data, that is, has more than power."""
    details_at: float | None = None
    """When it reported all that; `reported_at` is later while only its power is told."""
    part_number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    """One Encharge or ACB unit."""

    serial: str
    kind: BatteryKind
    soc: float | None = None
    power_w: float | None = None
    temperature_c: float | None = None
    reported_at: float | None = None
    communicating: bool | None = None
    capacity_wh: float | None = None
    part_number: str | None = None
    firmware: str | None = None
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BatterySum:
    """All batteries together; `power_block` is READINGS where a storage CT measures them."""

    soc: float | None = None
    power_w: float | None = None
    energy_stored_kwh: float | None = None
    capacity_kwh: float | None = None
    reserve_soc: float | None = None
    block: Block = Block.ENSEMBLE_SECCTRL
    power_block: Block = Block.ENSEMBLE_POWER


@dataclass(frozen=True, slots=True, kw_only=True)
class Enpower:
    """The IQ System Controller: the switch between house and grid."""

    serial: str
    grid_mode: str | None = None
    mains_admin_state: str | None = None
    mains_oper_state: str | None = None
    communicating: bool | None = None
    temperature_c: float | None = None
    reported_at: float | None = None
    firmware: str | None = None

    @property
    def grid_present(self) -> bool | None:
        """Whether the house hangs on the grid, as the switch says."""
        return None if self.mains_oper_state is None else self.mains_oper_state == "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Collar:
    """The IQ Meter Collar."""

    serial: str
    grid_state: str | None = None
    mid_state: str | None = None
    admin_state: str | None = None
    collar_state: str | None = None
    communicating: bool | None = None
    temperature_c: float | None = None
    reported_at: float | None = None
    firmware: str | None = None

    @property
    def grid_present(self) -> bool | None:
        """Whether the house hangs on the grid, as the collar says.

        It is `admin_state` that changes when the grid is lost, not `grid_state` (Home Assistant,
        components/enphase_envoy/sensor.py).
        """
        return {_COLLAR_ON: True, _COLLAR_OFF: False}.get(self.admin_state or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class C6:
    """The controller of an IQ Combiner 6C."""

    serial: str
    admin_state: str | None = None
    communicating: bool | None = None
    reported_at: float | None = None
    firmware: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Generator:
    """A standby generator behind the system controller."""

    admin_state: str | None = None
    oper_state: str | None = None
    mode: str | None = None
    start_soc: float | None = None
    stop_soc: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """The storage settings, read only: newer firmware ignores local writes."""

    storage_mode: str | None = None
    reserve_soc: float | None = None
    charge_from_grid: bool | None = None
    ai_optimisation: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What CT and inverters say of the same production, side by side."""

    ct_power_w: float | None = None
    ct_energy_kwh: float | None = None
    inverter_power_w: float | None = None
    inverter_energy_kwh: float | None = None
    block: Block = Block.PRODUCTION


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """One look at the live data; `measured_at` is the gateway's own time (Unix, s)."""

    pv_w: float | None = None
    grid_w: float | None = None
    battery_w: float | None = None
    load_w: float | None = None
    generator_w: float | None = None
    soc: float | None = None
    streaming: bool = False
    measured_at: float | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """What the gateway says about itself and its networks."""

    timezone: str | None = None
    interface: str | None = None
    mac: str | None = field(default=None, repr=False)
    cloud_reported_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """Everything a gateway has said, from the last good answer of each endpoint."""

    phase_count: int = 1
    production: Meter | None = None
    consumption: Meter | None = None
    grid: Grid | None = None
    cts: Mapping[CtKind, Ct] = field(default_factory=dict)
    panels: Mapping[str, Panel] = field(default_factory=dict)
    batteries: Mapping[str, Battery] = field(default_factory=dict)
    battery: BatterySum | None = None
    enpower: Enpower | None = None
    collar: Collar | None = None
    c6: C6 | None = None
    generator: Generator | None = None
    tariff: Tariff | None = None
    sums: Sums = Sums()
    home: Home | None = None
