"""Who an inverter is: registers 0-22, which every family has."""

from collections.abc import Mapping
from dataclasses import dataclass

from .decode import decode
from .family import Family
from .planner import Block
from .registers import Register, identity as number, text, version

IDENTITY_BLOCK = Block(0, 23)
"""The read that every public client begins with (github.com/davidrapan/ha-solarman, common.py)."""

_SERIAL = text((3, 4, 5, 6, 7), "inverter_serial")
_FIRMWARE = version((11, 12, 13), "control_board_version")
_POWER = number((16, 17), "rated_power", "W", 0.1)
_LAYOUT_FLOOR = 0x0100
"""Below this, register 18 does not hold the numbers of inputs and phases."""
_MAX_MPPT = 12
_DEFAULT_MPPT = 2
_DEFAULT_PHASES = 1
_MAX_PHASES = 3


@dataclass(frozen=True, slots=True)
class Identity:
    """What an inverter says about itself; `rated_power_w` is None when it does not say."""

    family: Family
    device_type: int
    serial: str
    rated_power_w: float | None
    mppt_count: int
    phase_count: int
    firmware: str | None
    protocol: str | None


def read_identity(family: Family, words: Mapping[int, int]) -> Identity:
    """Decode the identity of a single-phase hybrid, string or micro inverter from words 0-22."""
    layout = words[18]
    known = layout > _LAYOUT_FLOOR
    mppt = (layout & 0x0F00) >> 8
    phases = layout & 0x000F
    protocol = words[2]
    return Identity(
        family=family,
        device_type=words[0],
        serial=_string(_SERIAL, words) or "",
        rated_power_w=_rated_power(words),
        mppt_count=mppt if known and 1 <= mppt <= _MAX_MPPT else _DEFAULT_MPPT,
        phase_count=min(phases, _MAX_PHASES) if known and phases else _DEFAULT_PHASES,
        firmware=_string(_FIRMWARE, words),
        protocol=f"{protocol >> 8}.{protocol & 0xFF}" if protocol else None,
    )


def applies(register: Register, identity: Identity | None) -> bool:
    """Whether a unit has this row: its PV input and its phase exist.

    Registers of inputs that are not there hold junk (github.com/kellerza/sunsynk issue 671). Of a
    unit that has not been identified yet, two inputs and one phase are taken for granted.
    """
    mppt = identity.mppt_count if identity else _DEFAULT_MPPT
    phases = identity.phase_count if identity else _DEFAULT_PHASES
    return register.mppt <= mppt and register.phases <= phases


def _string(register: Register, words: Mapping[int, int]) -> str | None:
    value = decode(register, words)
    return value if isinstance(value, str) else None


def _rated_power(words: Mapping[int, int]) -> float | None:
    value = decode(_POWER, words)
    return value if isinstance(value, float) and value > 0 else None
