"""Families of inverters and how one is told from another.

Device types (register 0) are those of github.com/davidrapan/ha-solarman and
github.com/kellerza/sunsynk, which disagree on 0x0200: see `second_check`.
"""

from collections.abc import Mapping
from enum import StrEnum

from .planner import Block


class Family(StrEnum):
    """Inverters that share one register map."""

    HYBRID_1P = "hybrid_1p"
    HYBRID_3P_LV = "hybrid_3p_lv"
    HYBRID_3P_HV = "hybrid_3p_hv"
    STRING = "string"
    MICRO = "micro"


_DEVICE_TYPES: Mapping[Family, frozenset[int]] = {
    Family.STRING: frozenset({0x0002, 0x0200}),
    Family.HYBRID_1P: frozenset({0x0003, 0x0300, 0x0103, 0x0104}),
    Family.MICRO: frozenset({0x0004, 0x0400}),
    Family.HYBRID_3P_LV: frozenset({0x0005, 0x0500}),
    Family.HYBRID_3P_HV: frozenset({0x0006, 0x0600, 0x0007, 0x0008, 0x0601, 0x0602}),
}
_AMBIGUOUS = 0x0200
"""A string inverter for ha-solarman, a single-phase hybrid with three inputs for sunsynk."""

CHECK_BLOCK = Block(150, 47)
"""Voltages, powers and battery of a single-phase hybrid: what the second check looks at."""

_VOLTAGE = 183
_SOC = 184
_ABSENT = 0xFFFF
_BATTERY_CENTIVOLTS = range(800, 6501)
_SOC_PERCENT = range(101)


def detect(device_type: int) -> Family | None:
    """Return the family that register 0 names, None for a device that nobody has described."""
    return next((family for family, codes in _DEVICE_TYPES.items() if device_type in codes), None)


def needs_check(device_type: int) -> bool:
    """Whether the device type alone could lead to a wrong map: then read `CHECK_BLOCK`."""
    return device_type == _AMBIGUOUS or detect(device_type) is Family.HYBRID_1P


def second_check(device_type: int, live: Mapping[int, int]) -> Family | None:
    """Return the family after a look at registers 183 (battery V) and 184 (SOC) of the 1p map.

    A string inverter has no battery: an ambiguous device type with 8-65 V and 0-100 % there is a
    single-phase hybrid. 0xFFFF in both is how an inverter answers for registers that it does not
    have: then the single-phase map is wrong whatever the device type says, and None is returned.
    """
    family = detect(device_type)
    voltage, soc = live[_VOLTAGE], live[_SOC]
    if device_type == _AMBIGUOUS and voltage in _BATTERY_CENTIVOLTS and soc in _SOC_PERCENT:
        return Family.HYBRID_1P
    if family is Family.HYBRID_1P and voltage == soc == _ABSENT:
        return None
    return family
