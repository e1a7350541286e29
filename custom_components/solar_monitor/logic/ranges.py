"""What is physical for a single reading, whatever it was before.

The ranges are wide on purpose. They are there for damaged readings (65535 W, 6553.5 V), not for
peaks: a tight fixed limit freezes good values on the day the plant is larger than somebody thought.
"""

from enum import StrEnum
import math
from typing import Final


class Quantity(StrEnum):
    """What a reading measures; its unit is the one in the comment of its range."""

    FREQUENCY = "frequency"
    SOC = "soc"
    TEMPERATURE = "temperature"
    VOLTAGE = "voltage"
    BATTERY_VOLTAGE = "battery_voltage"
    CURRENT = "current"
    POWER = "power"


_RANGES: Final = {
    Quantity.FREQUENCY: (30.0, 70.0),  # Hz; 0 without grid
    Quantity.SOC: (0.0, 100.0),  # %
    Quantity.TEMPERATURE: (-40.0, 150.0),  # °C
    Quantity.VOLTAGE: (0.0, 1_500.0),  # V, the end of low voltage for direct current
    Quantity.BATTERY_VOLTAGE: (0.0, 1_000.0),  # V
    Quantity.CURRENT: (-math.inf, math.inf),  # A, only the plant's own limit is known
    Quantity.POWER: (-math.inf, math.inf),  # W, the same
}


def plausible(quantity: Quantity, value: float, *, limit: float | None = None) -> bool:
    """Tell whether a reading can be true. The ends of a range are inside.

    `limit` narrows the range to ±limit: the plant's own limit, say from its rated power.
    """
    if not math.isfinite(value):
        return False
    if quantity is Quantity.FREQUENCY and value == 0:
        return True
    low, high = _RANGES[quantity]
    if limit is not None:
        low, high = max(low, -limit), min(high, limit)
    return low <= value <= high
