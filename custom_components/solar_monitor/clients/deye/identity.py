"""Who an inverter is: registers 0-22, which every family has, in two layouts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .decode import decode
from .family import Family
from .planner import Block
from .registers import Register, identity as number, text, version

IDENTITY_BLOCK = Block(0, 23)
"""The read that every public client begins with (github.com/davidrapan/ha-solarman, common.py)."""

_SERIAL = text((3, 4, 5, 6, 7), "inverter_serial")
_LAYOUT_FLOOR = 0x0100
"""Below this, the layout register does not hold the numbers of inputs and phases."""
_MAX_MPPT = 12
_DEFAULT_MPPT = 2
_SPLIT_PHASE = 2
_THREE_PHASES = 3


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where a family says how large it is."""

    firmware: Register
    power: Register
    inputs_and_phases: int
    default_phases: int


_SINGLE_PHASE: Final = _Layout(
    firmware=version((11, 12, 13), "control_board_version"),
    power=number((16, 17), "rated_power", "W", 0.1),
    inputs_and_phases=18,
    default_phases=1,
)
_STRING: Final = _Layout(
    firmware=_SINGLE_PHASE.firmware,
    power=_SINGLE_PHASE.power,
    inputs_and_phases=18,
    default_phases=3,
)
_THREE_PHASE: Final = _Layout(
    firmware=version((11, 15, 14), "control_board_version"),
    power=number((20, 21), "rated_power", "W", 0.1),
    inputs_and_phases=22,
    default_phases=3,
)
_LAYOUTS: Final[Mapping[Family, _Layout]] = {
    Family.HYBRID_1P: _SINGLE_PHASE,
    Family.HYBRID_3P_LV: _THREE_PHASE,
    Family.HYBRID_3P_HV: _THREE_PHASE,
    Family.STRING: _STRING,
    Family.MICRO: _SINGLE_PHASE,
}


@dataclass(frozen=True, slots=True)
class Identity:
    """What an inverter says about itself; `rated_power_w` is None when it does not say.

    `pack_count` is the number of battery packs that it tells about one by one: 0 where it cannot.
    """

    family: Family
    device_type: int
    serial: str
    rated_power_w: float | None
    mppt_count: int
    phase_count: int
    firmware: str | None
    protocol: str | None
    pack_count: int = 0


def read_identity(family: Family, words: Mapping[int, int], *, pack_count: int = 0) -> Identity:
    """Decode the identity of an inverter of this family from words 0-22."""
    layout = _LAYOUTS[family]
    size = words[layout.inputs_and_phases]
    known = size > _LAYOUT_FLOOR
    mppt = (size & 0x0F00) >> 8
    protocol = words[2]
    return Identity(
        family=family,
        device_type=words[0],
        serial=_string(_SERIAL, words) or "",
        rated_power_w=_rated_power(layout, words),
        mppt_count=mppt if known and 1 <= mppt <= _MAX_MPPT else _DEFAULT_MPPT,
        phase_count=_phases(family, size & 0x000F if known else 0),
        firmware=_string(layout.firmware, words),
        protocol=f"{protocol >> 8}.{protocol & 0xFF}" if protocol else None,
        pack_count=pack_count,
    )


def applies(register: Register, family: Family, identity: Identity | None) -> bool:
    """Whether a unit has this row: its PV input, its phase and its battery pack exist.

    Registers of inputs that are not there hold junk (github.com/kellerza/sunsynk issue 671). Of a
    unit that has not been identified yet, two inputs and its family's phases are taken for granted.
    """
    mppt = identity.mppt_count if identity else _DEFAULT_MPPT
    phases = identity.phase_count if identity else _LAYOUTS[family].default_phases
    packs = identity.pack_count if identity else 0
    return register.mppt <= mppt and register.phases <= phases and register.pack <= packs


def _phases(family: Family, told: int) -> int:
    """Return the number of phases; only single-phase hybrids can have two (split phase).

    Newer firmware has other codes for three (github.com/davidrapan/ha-solarman, common.py).
    """
    default = _LAYOUTS[family].default_phases
    if family.three_phase or not told:
        return default
    if told == _SPLIT_PHASE and family is Family.HYBRID_1P:
        return _SPLIT_PHASE
    return 1 if told == 1 else _THREE_PHASES


def _string(register: Register, words: Mapping[int, int]) -> str | None:
    value = decode(register, words)
    return value if isinstance(value, str) else None


def _rated_power(layout: _Layout, words: Mapping[int, int]) -> float | None:
    value = decode(layout.power, words)
    return value if isinstance(value, float) and value > 0 else None
