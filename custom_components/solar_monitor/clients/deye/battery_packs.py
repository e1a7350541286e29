"""Rows of the battery packs that newer firmware of three-phase hybrids tells about one by one.

Their number is in 10002; pack n has 38 words from 0x2730 + 38 x (n - 1) on
(github.com/davidrapan/ha-solarman, deye_p3.yaml). Firmware that knows no packs refuses the read.
"""

from collections.abc import Mapping
from typing import Final

from .planner import Block
from .registers import Marks, Register, bits, celsius, measured, text, version
from .shared import BMS, DEVICE, TWO_WAY

MAX_PACKS: Final = 20
"""As many as anybody has described."""
COUNT_BLOCK: Final = Block(10002, 1)

_FIRST: Final = 0x2730
_STRIDE: Final = 38
_SHOWN: Final[Marks] = {"cadence": BMS["cadence"], "default": True}

NOTES: Mapping[str, str] = {
    "pack_alarm": "bits differ by battery maker",
    "pack_fault": "bits differ by battery maker",
}


def pack_rows(pack: int) -> tuple[Register, ...]:
    """Return the rows of one pack, counted from 1."""
    at = _FIRST + _STRIDE * (pack - 1)
    name = f"pack{pack}"
    return (
        text(tuple(range(at, at + 8)), f"{name}_serial", marks=BMS | DEVICE, pack=pack),
        measured(at + 8, f"{name}_voltage", "V", 0.1, marks=BMS, pack=pack),
        measured(at + 9, f"{name}_current", "A", 0.1, marks=BMS | TWO_WAY, pack=pack),
        celsius(at + 10, f"{name}_temperature", marks=_SHOWN, pack=pack),
        celsius(at + 11, f"{name}_max_cell_temperature", marks=BMS, pack=pack),
        celsius(at + 12, f"{name}_min_cell_temperature", marks=BMS, pack=pack),
        celsius(at + 13, f"{name}_mos_temperature", marks=BMS, pack=pack),
        measured(at + 15, f"{name}_soc", "%", 0.1, marks=_SHOWN, pack=pack),
        measured(at + 16, f"{name}_soh", "%", 0.1, marks=_SHOWN, pack=pack),
        measured(at + 18, f"{name}_capacity_ah", "Ah", 0.1, marks=BMS, pack=pack),
        measured(at + 22, f"{name}_max_cell_voltage", "V", 0.001, marks=BMS, pack=pack),
        measured(at + 23, f"{name}_min_cell_voltage", "V", 0.001, marks=BMS, pack=pack),
        measured(at + 24, f"{name}_cycles", marks=BMS, pack=pack),
        bits((at + 26, at + 27), f"{name}_alarm", marks=BMS, pack=pack),
        bits((at + 28, at + 29), f"{name}_fault", marks=BMS, pack=pack),
        version(at + 30, f"{name}_software_version", marks=BMS | DEVICE, pack=pack),
        version(at + 31, f"{name}_hardware_version", marks=BMS | DEVICE, pack=pack),
    )


REGISTERS: tuple[Register, ...] = tuple(
    register for pack in range(1, MAX_PACKS + 1) for register in pack_rows(pack)
)
