"""What a register row is: one line of a family's table says everything about one value."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Protocol, TypedDict, Unpack


class Kind(StrEnum):
    """What a value is; decides how its words are decoded and what an entity of it looks like."""

    IDENTITY = "identity"
    TEXT = "text"
    VERSION = "version"
    CLOCK = "clock"
    STATUS = "status"
    MEASUREMENT = "measurement"
    ENERGY_DAILY = "energy_daily"
    ENERGY_PERIOD = "energy_period"
    ENERGY_TOTAL = "energy_total"
    BITFIELD = "bitfield"
    SETTING_NUMBER = "setting_number"
    SETTING_SELECT = "setting_select"
    SETTING_SWITCH = "setting_switch"
    SETTING_TIME = "setting_time"
    SETTING_BITS = "setting_bits"


class Cadence(StrEnum):
    """How fast a value changes, and so how often it is asked for; in reading order."""

    LIVE = "live"
    SETTINGS = "settings"
    IDENTITY = "identity"


class Part(StrEnum):
    """The logical device that a value belongs to."""

    INVERTER = "inverter"
    BATTERY = "battery"
    PACK = "pack"
    """One battery pack of several: which one is `Register.pack`."""


class Factor(StrEnum):
    """A group of rows that count in other steps on some units (see `scale`)."""

    GRID = "grid"
    GRID_PHASE = "grid_phase"
    LOAD = "load"
    BATTERY_CURRENT = "battery_current"
    BATTERY_VOLTAGE = "battery_voltage"
    BATTERY_POWER = "battery_power"
    PV_POWER = "pv_power"
    SETTING_POWER = "setting_power"
    BMS_CURRENT = "bms_current"
    ENERGY = "energy"


@dataclass(frozen=True, slots=True)
class Gate:
    """A row that means something only while another word holds one of these values."""

    address: int
    values: frozenset[int]


_BATTERY_KEYS = ("battery", "bms")


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """One value of an inverter: where it is, how it is decoded and who wants to see it.

    `words` are Modbus addresses, low word first, not always adjacent. A numeric value is
    raw x `scale` + `offset` in `unit`. With a `mask` the value is a bool, true when any of the
    mask's bits is set. `mppt` and `phases` are the number of PV inputs and phases that a unit must
    have for the row to exist, `pack` is the battery pack (from 1) that it belongs to.

    A `derived` row shares its words with other rows; a `product` is the raw words multiplied. With
    `far_high` the last word is a high word far from the low one, which only large units need (see
    `low_only`). While it is `doubted` whether `scale` is right for this unit, only 0 is a value.
    `why_not` is the reason for hiding a row from people; empty means that it is
    exposed.
    """

    key: str
    words: tuple[int, ...]
    kind: Kind
    cadence: Cadence
    unit: str | None = None
    scale: float = 1
    offset: float = 0
    signed: bool = False
    mask: int = 0
    options: Mapping[int, str] = field(default_factory=dict)
    bits: Mapping[int, str] = field(default_factory=dict)
    mppt: int = 1
    phases: int = 1
    pack: int = 0
    derived: bool = False
    product: bool = False
    far_high: bool = False
    factor: Factor | None = None
    doubted: bool = False
    gate: Gate | None = None
    core: bool = False
    default: bool = False
    why_not: str = ""

    @property
    def exposed(self) -> bool:
        """Whether a person can have this value as an entity."""
        return not self.why_not

    @property
    def part(self) -> Part:
        """The device it belongs to, which its key tells."""
        if self.pack:
            return Part.PACK
        return Part.BATTERY if self.key.startswith(_BATTERY_KEYS) else Part.INVERTER

    @property
    def name_key(self) -> str:
        """The key without the number of the pack: what all packs call this value."""
        return self.key.replace(f"pack{self.pack}_", "pack_", 1) if self.pack else self.key

    @property
    def precision(self) -> int:
        """Digits after the decimal point that the scale can express; none for a product."""
        if self.product:
            return 0
        exponent = Decimal(str(self.scale)).normalize().as_tuple().exponent
        return max(0, -int(exponent))

    @property
    def needed(self) -> tuple[int, ...]:
        """Every word that has to be read before the value can be decoded."""
        return (*self.words, self.gate.address) if self.gate else self.words

    def scaled(self, factor: float) -> Register:
        """Return this row for a unit that counts it in steps `factor` times as large."""
        return replace(self, scale=round(self.scale * factor, 6)) if factor != 1 else self

    def low_only(self) -> Register:
        """Return this row without the far high word, for a unit whose values fit into the low one.

        Firmwares leave the high word 0 for negative values (github.com/kellerza/sunsynk issue 398),
        and two requests may tear the words apart.
        """
        return replace(self, words=self.words[:1], far_high=False) if self.far_high else self


class Marks(TypedDict, total=False):
    """What many rows have in common, to be combined with `|`; fields as `Register` names them."""

    cadence: Cadence
    signed: bool
    far_high: bool
    factor: Factor
    gate: Gate
    core: bool
    default: bool
    why_not: str


class Details(TypedDict, total=False):
    """What is a row's own; fields as `Register` names them."""

    mask: int
    options: Mapping[int, str]
    bits: Mapping[int, str]
    mppt: int
    phases: int
    pack: int
    offset: float
    derived: bool


class Maker(Protocol):
    """Makes a table row: where, key, unit and scale where they differ from the kind's own."""

    def __call__(
        self,
        address: int | tuple[int, ...],
        key: str,
        unit: str | None = ...,
        scale: float = ...,
        /,
        marks: Marks = ...,
        **details: Unpack[Details],
    ) -> Register:
        """Return the row."""
        ...


def _maker(
    kind: Kind,
    cadence: Cadence,
    default_unit: str | None = None,
    default_scale: float = 1,
    **preset: float,
) -> Maker:
    """Return the maker of rows of one kind; `preset` are further fields that they all have."""
    common: Marks = {"cadence": cadence}

    def make(
        address: int | tuple[int, ...],
        key: str,
        unit: str | None = default_unit,
        scale: float = default_scale,
        /,
        marks: Marks = common,
        **details: Unpack[Details],
    ) -> Register:
        words = (address,) if isinstance(address, int) else address
        columns: dict[str, Any] = {**preset, **common, **marks, **details}
        return Register(key=key, words=words, kind=kind, unit=unit, scale=scale, **columns)

    return make


identity: Final = _maker(Kind.IDENTITY, Cadence.IDENTITY)
text: Final = _maker(Kind.TEXT, Cadence.IDENTITY)
version: Final = _maker(Kind.VERSION, Cadence.IDENTITY)
clock: Final = _maker(Kind.CLOCK, Cadence.SETTINGS)
status: Final = _maker(Kind.STATUS, Cadence.LIVE)
measured: Final = _maker(Kind.MEASUREMENT, Cadence.LIVE)
product: Final = _maker(
    Kind.MEASUREMENT, Cadence.LIVE, "W", 0.01, product=True, derived=True
)  # of 0.1 V and 0.1 A
celsius: Final = _maker(Kind.MEASUREMENT, Cadence.LIVE, "°C", 0.1, offset=-100)
daily: Final = _maker(Kind.ENERGY_DAILY, Cadence.LIVE, "kWh", 0.1)
period: Final = _maker(Kind.ENERGY_PERIOD, Cadence.LIVE, "kWh", 0.1)
total: Final = _maker(Kind.ENERGY_TOTAL, Cadence.LIVE, "kWh", 0.1)
bits: Final = _maker(Kind.BITFIELD, Cadence.LIVE)
number: Final = _maker(Kind.SETTING_NUMBER, Cadence.SETTINGS)
select: Final = _maker(Kind.SETTING_SELECT, Cadence.SETTINGS)
switch: Final = _maker(Kind.SETTING_SWITCH, Cadence.SETTINGS)
hhmm: Final = _maker(Kind.SETTING_TIME, Cadence.SETTINGS)
set_bits: Final = _maker(Kind.SETTING_BITS, Cadence.SETTINGS)


def numbered(prefix: str, count: int, names: Mapping[int, str]) -> dict[int, str]:
    """Return a name for each of `count` bits: `prefix_07_name`, or `prefix_07` where none is known.

    `names` goes by the number that manuals print: number n is bit n - 1.
    """
    return {
        number - 1: f"{prefix}_{number:02d}" + (f"_{names[number]}" if number in names else "")
        for number in range(1, count + 1)
    }
