"""What the house finds, and what it does with it for a while."""

from dataclasses import dataclass

from tests.simulators.gridtied import Wake
from tests.simulators.sun import SunPosition

TEMPERATURE_LOSS = 0.0035
"""What a panel loses per kelvin above 25 °C."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What the house cannot change: the sun, the sky, the air, the grid. °, 0-1, °C, V, Hz."""

    sun: SunPosition
    cloud_cover: float
    temperature: float
    irradiance: tuple[float, ...]
    """Light on each array below the clouds, W/m²."""
    pv_power: tuple[float, ...]
    """What each array could give, W."""
    load: float
    """What people use, W."""
    grid_voltage: float
    grid_frequency: float
    wake: Wake
    """What the panels of a grid-tied inverter let it do."""


@dataclass(frozen=True, slots=True)
class Panels:
    """Sun, clouds (0-1) and air (°C) over the arrays, their light (W/m²) and power (W)."""

    sun: SunPosition
    cover: float
    air: float
    light: tuple[float, ...]
    power: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A while (Unix s) with constant powers; `arrays` is what micro-inverters gave per array, W."""

    start: float
    end: float
    conditions: Conditions
    arrays: tuple[float, ...]


def panel_power(kwp: float, irradiance: float, air: float) -> float:
    """Return the DC power (W) of panels in a light (W/m²) and air (°C) that warms them."""
    cell = air + 0.03 * irradiance
    return max(0.0, kwp * irradiance * 0.97 * (1 - TEMPERATURE_LOSS * (cell - 25)))
