"""Names what a gateway says: from its readings to our keys, endpoint by endpoint.

Nothing is judged here. Lifetime counters come apart from all other values: they have a guard, and
with it a memory (`guards.py`). Panels are in `panels.py`.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from ...clients.envoy.endpoints import Block
from ...clients.envoy.readings import (
    Battery,
    BatteryKind,
    Ct,
    CtChannel,
    CtKind,
    Grid,
    Meter,
    Readings,
)

PRODUCTION_POWER: Final = "production_power"
PRODUCTION_TOTAL: Final = "production_energy_total"
CONSUMPTION_POWER: Final = "consumption_power"
GRID_POWER: Final = "grid_power"
BATTERY_POWER: Final = "battery_power"
BATTERY_SOC: Final = "battery_soc"
CT_SUM: Final = "ct_production_energy_sum"
INVERTER_SUM: Final = "inverter_production_energy_sum"

NO_FLAGS: Final = "none"

# Of a CT's channel: the field, the key, and its decimals.
_CT_VALUES: Final = (
    ("power_w", "power", 0),
    ("voltage_v", "voltage", 1),
    ("current_a", "current", 2),
    ("frequency_hz", "frequency", 2),
    ("power_factor", "power_factor", 2),
    ("apparent_va", "apparent_power", 0),
    ("reactive_var", "reactive_power", 0),
)


@dataclass(frozen=True, slots=True)
class Count:
    """The raw value of a lifetime counter, kWh."""

    raw: float | None
    origin: str = ""
    today: float | None = None
    """The firmware's own counter of the day, kWh; good only for a first day."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What one endpoint said."""

    values: dict[str, Any] = field(default_factory=dict)
    counters: dict[str, Count] = field(default_factory=dict)

    @property
    def is_zero(self) -> bool:
        """Whether it says nothing but zeros, as firmware does for minutes after its start.

        Some say so with status 200 (github.com/home-assistant/core, issue 120091).
        """
        numbers = [count.raw for count in self.counters.values() if count.raw is not None]
        known = bool(numbers)
        numbers += [value for value in self.values.values() if isinstance(value, int | float)]
        return known and not any(numbers)


def today_key(total_key: str) -> str:
    """Name our counter of the day that belongs to a lifetime counter."""
    return total_key.replace("_energy_total", "_energy_today")


def phase_key(key: str, phase: int) -> str:
    """Name the key of a phase, counted from 1."""
    return f"{key}_l{phase}"


def samples(readings: Readings, updated: Collection[Block]) -> dict[Block, Sample]:
    """Name what the endpoints in `updated` said."""
    found = {block: Sample() for block in updated}
    for block, sample in _parts(readings):
        if block in found:
            found[block].values.update(sample.values)
            found[block].counters.update(sample.counters)
    return found


def _parts(readings: Readings) -> Iterator[tuple[Block, Sample]]:
    """Go through the parts of a gateway's readings, each with the endpoint it came from."""
    yield Block.READINGS, _cts(readings.cts)
    yield Block.METERS, _ct_states(readings.cts)
    if readings.production is not None:
        yield readings.production.block, _meter("production", readings.production)
    if readings.consumption is not None:
        yield readings.consumption.block, _meter("consumption", readings.consumption)
    if readings.grid is not None:
        yield readings.grid.block, _grid(readings.grid)
    yield readings.sums.block, _sums(readings)
    yield from _battery_parts(readings)
    yield from _status_parts(readings)


def watts(value: float | None) -> int | None:
    """Round a power: fractions of a watt are noise, and each would be a state of its own."""
    return None if value is None else round(value)


def decimals(value: float | None, digits: int) -> float | None:
    """Round a measured value."""
    return None if value is None else round(value, digits)


def moment(unix: float | None) -> datetime | None:
    """Give a time as Home Assistant shows it; None for one that is none."""
    try:
        return None if unix is None else datetime.fromtimestamp(round(unix), UTC)
    except OverflowError, ValueError, OSError:
        return None


def _meter(name: str, meter: Meter) -> Sample:
    """Name production or consumption, and their phases."""
    power, total = f"{name}_power", f"{name}_energy_total"
    sample = Sample(
        {power: watts(meter.power_w)},
        {total: Count(meter.energy_kwh, meter.origin, meter.today_kwh)},
    )
    for number, phase in enumerate(meter.phases, 1):
        sample.values[phase_key(power, number)] = watts(phase.power_w)
        sample.counters[phase_key(total, number)] = Count(phase.energy_kwh, meter.origin)
    return sample


def _grid(grid: Grid) -> Sample:
    """Name the exchange with the grid, and its phases."""
    sample = Sample(
        {GRID_POWER: watts(grid.power_w)},
        {
            "grid_import_energy_total": Count(grid.import_kwh),
            "grid_export_energy_total": Count(grid.export_kwh),
        },
    )
    if grid.block is Block.READINGS:  # what stands in for the meter has the power alone
        sample.values["grid_voltage"] = decimals(grid.voltage_v, 1)
        sample.values["grid_frequency"] = decimals(grid.frequency_hz, 2)
    for number, phase in enumerate(grid.phases, 1):
        sample.values[phase_key(GRID_POWER, number)] = watts(phase.power_w)
        sample.counters[phase_key("grid_import_energy_total", number)] = Count(phase.import_kwh)
        sample.counters[phase_key("grid_export_energy_total", number)] = Count(phase.export_kwh)
    for number, voltage in enumerate(grid.voltages_v, 1):
        sample.values[phase_key("grid_voltage", number)] = decimals(voltage, 1)
    return sample


def _cts(cts: Mapping[CtKind, Ct]) -> Sample:
    """Name what the meters measure, channel by channel."""
    sample = Sample()
    for kind, ct in cts.items():
        _channel(sample, f"ct_{kind}", "", ct.total)
        for number, channel in enumerate(ct.phases, 1):
            _channel(sample, f"ct_{kind}", f"_l{number}", channel)
    storage = cts.get(CtKind.STORAGE)
    if storage is not None:
        sample.counters["battery_charge_energy_total"] = Count(storage.total.received_kwh)
        sample.counters["battery_discharge_energy_total"] = Count(storage.total.delivered_kwh)
    return sample


def _channel(sample: Sample, name: str, phase: str, channel: CtChannel) -> None:
    """Name one channel of a meter."""
    for attribute, key, digits in _CT_VALUES:
        value = getattr(channel, attribute)
        sample.values[f"{name}_{key}{phase}"] = decimals(value, digits) if digits else watts(value)
    sample.counters[f"{name}_energy_delivered_total{phase}"] = Count(channel.delivered_kwh)
    sample.counters[f"{name}_energy_received_total{phase}"] = Count(channel.received_kwh)


def _ct_states(cts: Mapping[CtKind, Ct]) -> Sample:
    """Name what the gateway says about its meters."""
    values: dict[str, Any] = {}
    for kind, ct in cts.items():
        values[f"ct_{kind}_metering_status"] = ct.metering_status
        values[f"ct_{kind}_status_flags"] = ", ".join(ct.status_flags) or NO_FLAGS
    return Sample(values)


def _sums(readings: Readings) -> Sample:
    """Name what CT and inverters say of the same production."""
    sums = readings.sums
    return Sample(
        {
            "ct_production_power_sum": watts(sums.ct_power_w),
            "inverter_production_power_sum": watts(sums.inverter_power_w),
        },
        {CT_SUM: Count(sums.ct_energy_kwh), INVERTER_SUM: Count(sums.inverter_energy_kwh)},
    )


def _battery_parts(readings: Readings) -> Iterator[tuple[Block, Sample]]:
    """Name what the batteries say, all together and each for itself."""
    if (whole := readings.battery) is not None:
        yield (
            whole.block,
            Sample(
                {
                    BATTERY_SOC: decimals(whole.soc, 1),
                    "battery_energy_stored": decimals(whole.energy_stored_kwh, 3),
                    "battery_capacity": decimals(whole.capacity_kwh, 3),
                    "battery_reserve_soc": decimals(whole.reserve_soc, 1),
                }
            ),
        )
        yield whole.power_block, Sample({BATTERY_POWER: watts(whole.power_w)})
    for battery in readings.batteries.values():
        yield from _unit_parts(battery)


def _unit_parts(battery: Battery) -> Iterator[tuple[Block, Sample]]:
    """Name what one battery says of itself; only an Encharge tells its charge with its power."""
    soc = {f"{battery.serial}_soc": decimals(battery.soc, 1)}
    power = {f"{battery.serial}_power": watts(battery.power_w)}
    rest = {
        f"{battery.serial}_temperature": decimals(battery.temperature_c, 1),
        f"{battery.serial}_last_report": moment(battery.reported_at),
        f"{battery.serial}_communicating": battery.communicating,
    }
    if battery.kind is BatteryKind.ACB:
        yield Block.V1_INVERTERS, Sample(power)
        yield Block.INVENTORY, Sample(soc | rest)
    else:
        yield Block.ENSEMBLE_POWER, Sample(soc | power)
        yield Block.ENSEMBLE_INVENTORY, Sample(soc | rest)


def _status_parts(readings: Readings) -> Iterator[tuple[Block, Sample]]:
    """Name what the other devices say of themselves."""
    yield Block.ENSEMBLE_RELAY, Sample(_named("enpower", readings.enpower, _RELAY))
    inventory = _named("enpower", readings.enpower, _ENPOWER)
    inventory |= _named("collar", readings.collar, _COLLAR)
    inventory |= _named("c6", readings.c6, _C6)
    yield Block.ENSEMBLE_INVENTORY, Sample(inventory)
    yield Block.GENERATOR, Sample(_named("generator", readings.generator, _GENERATOR))
    yield Block.GENERATOR_MODE, Sample(_named("generator", readings.generator, ("mode",)))
    if (tariff := readings.tariff) is not None:
        values = {
            "storage_mode": tariff.storage_mode,
            "reserve": tariff.reserve_soc,
            "charge_from_grid": tariff.charge_from_grid,
            "ai_optimisation": tariff.ai_optimisation,
        }
        yield Block.TARIFF, Sample(values)


_DEVICE: Final = ("communicating", "reported_at")
_RELAY: Final = ("mains_admin_state", "mains_oper_state")
_ENPOWER: Final = ("grid_mode", *_RELAY, "temperature_c", *_DEVICE)
_COLLAR: Final = ("grid_state", "mid_state", "admin_state", "temperature_c", *_DEVICE)
_C6: Final = ("admin_state", *_DEVICE)
_GENERATOR: Final = ("admin_state", "oper_state", "start_soc", "stop_soc")


def _named(prefix: str, device: object, fields: Collection[str]) -> dict[str, Any]:
    """Name some fields of a device; nothing where there is no such device."""
    if device is None:
        return {}
    values: dict[str, Any] = {}
    for name in fields:
        value = getattr(device, name)
        if name == "reported_at":
            values[f"{prefix}_last_report"] = moment(value)
        elif name == "temperature_c":
            values[f"{prefix}_temperature"] = decimals(value, 1)
        else:
            values[f"{prefix}_{name}"] = value
    return values
