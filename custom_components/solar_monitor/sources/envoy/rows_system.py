"""The rows of the whole system: production, consumption and grid, measured or estimated."""

from collections.abc import Iterator
from typing import Final

from ...clients.envoy.readings import CtKind
from ...clients.envoy.shape import Shape
from ..rows_kit import (
    DIAGNOSTIC,
    ENERGY,
    ENERGY_TODAY,
    FREQUENCY,
    POWER,
    VOLTAGE,
    Place,
    Value,
    sensors,
)
from ..spec import SensorRow

_PRODUCTION: Final = (
    Value(name="production_power", quantity=POWER),
    Value(name="production_energy_today", quantity=ENERGY_TODAY),
    Value(name="production_energy_total", quantity=ENERGY),
)
_CONSUMPTION: Final = (
    Value(name="consumption_power", quantity=POWER),
    Value(name="consumption_energy_today", quantity=ENERGY_TODAY),
    Value(name="consumption_energy_total", quantity=ENERGY),
)
_GRID: Final = (
    Value(name="grid_power", quantity=POWER),
    Value(name="grid_import_energy_today", quantity=ENERGY_TODAY),
    Value(name="grid_import_energy_total", quantity=ENERGY),
    Value(name="grid_export_energy_today", quantity=ENERGY_TODAY),
    Value(name="grid_export_energy_total", quantity=ENERGY),
    Value(name="grid_voltage", quantity=VOLTAGE, enabled=False),
)
_GRID_AS_A_WHOLE: Final = (Value(name="grid_frequency", quantity=FREQUENCY, enabled=False),)
_GRID_ESTIMATED: Final = (
    Value(name="grid_power_estimated", quantity=POWER),
    Value(name="grid_import_energy_today_estimated", quantity=ENERGY_TODAY),
    Value(name="grid_import_energy_total_estimated", quantity=ENERGY),
    Value(name="grid_export_energy_today_estimated", quantity=ENERGY_TODAY),
    Value(name="grid_export_energy_total_estimated", quantity=ENERGY),
)
# CT and inverters count the same energy: side by side they show which of the two is wrong.
_CT_SUMS: Final = (
    Value(name="ct_production_power_sum", quantity=POWER, category=DIAGNOSTIC, enabled=False),
    Value(name="ct_production_energy_sum", quantity=ENERGY, category=DIAGNOSTIC, enabled=False),
)
_INVERTER_SUMS: Final = (
    Value(name="inverter_production_power_sum", quantity=POWER, category=DIAGNOSTIC, enabled=False),
    Value(
        name="inverter_production_energy_sum", quantity=ENERGY, category=DIAGNOSTIC, enabled=False
    ),
)


def estimates_grid(shape: Shape) -> bool:
    """Tell whether the exchange with the grid is reckoned from production and consumption."""
    return (
        CtKind.NET_CONSUMPTION not in shape.cts
        and CtKind.TOTAL_CONSUMPTION in shape.cts
        and shape.production
    )


def system_sensors(place: Place, shape: Shape) -> Iterator[SensorRow]:
    """Make the rows of what this system measures."""
    phases = shape.phase_count
    if shape.production:
        yield from sensors(place, *_PRODUCTION, phase_count=phases)
        yield from sensors(place, *_INVERTER_SUMS)
    if CtKind.PRODUCTION in shape.cts:
        yield from sensors(place, *_CT_SUMS)
    if shape.consumption:
        yield from sensors(place, *_CONSUMPTION, phase_count=phases)
    if CtKind.NET_CONSUMPTION in shape.cts:
        yield from sensors(place, *_GRID, phase_count=phases)
        yield from sensors(place, *_GRID_AS_A_WHOLE)
    elif estimates_grid(shape):
        yield from sensors(place, *_GRID_ESTIMATED)
