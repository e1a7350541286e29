"""What all simulated inverters have in common: registers, settings, a clock of their own."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import datetime
from enum import StrEnum, auto
from functools import cached_property
from math import inf
import re
from typing import ClassVar

from tests.simulators.rows import Kind, Quantity, Reading, Row
from tests.simulators.site import Energies, Site

STATE_STANDBY, STATE_NORMAL, STATE_ALARM, STATE_FAULT = 0, 2, 3, 4
NO_WORD = -1
"""Address of a register that an inverter does not have."""
DARK_STRING_VOLTS = (2.5, 1.2, 0.8, 0.6)
"""What the inputs of a real inverter show at night."""
_INPUT_ROW = re.compile(r"pv(\d)_(power|voltage|current)")


class Presence(StrEnum):
    """How an inverter stands behind its logger."""

    THERE = auto()
    SILENT = auto()
    """It answers nothing; the logger says 05 00 for it."""
    GONE = auto()
    """The logger, which it feeds, has no power either."""


@dataclass(eq=False)
class Face(ABC):
    """An inverter on the simulated site. Its knobs may be turned at any time."""

    site: Site
    unit: int = 1
    serial: str = "2207200001"
    _: KW_ONLY
    device_type: int = 0
    warning_bits: int = 0
    fault_bits: int = 0
    clock_offset_s: float = 0.0
    """How far the inverter's own clock is ahead; its day and its counters follow this clock."""
    clock_unset: bool = False
    """The clock was never set, as without a cloud: it reads zeros, and no day ever ends."""
    scales: Mapping[str, float] = field(default_factory=dict)
    """Rows that count in other steps, {"grid_power": 10} for tens of W; set before the start."""
    high_words_zero: bool = False
    """The high word of a negative power stays 0, as in some firmware (kellerza/sunsynk#398)."""
    junk_inputs: bool = False
    """Registers of inputs that it does not have hold junk (kellerza/sunsynk#671)."""
    overrides: dict[int, int] = field(default_factory=dict)
    """Registers that show something else than the site."""

    measured: ClassVar[tuple[Row, ...]]
    setting_rows: ClassVar[tuple[Row, ...]]
    default_settings: ClassVar[Mapping[str, Quantity]]
    filler: ClassVar[Mapping[int, int]] = {}
    """Registers without a row that a real inverter does not leave at 0."""
    last_register: ClassVar[int]
    """Beyond it a read is refused; below it, registers without a meaning read 0."""
    unused_counters: ClassVar[frozenset[str]] = frozenset()
    """Lifetime counters of things that nobody has connected."""
    tens_rows: ClassVar[frozenset[str]] = frozenset()
    """Powers that large units of the family count in tens of W."""
    live_word: ClassVar[int]
    """A register that every client reads in every poll."""
    soc_word: ClassVar[int] = NO_WORD
    battery_voltage_word: ClassVar[int] = NO_WORD

    def __post_init__(self) -> None:
        """Start with the usual settings."""
        self.settings: dict[int, int] = {}
        for row in self.rows:
            if row.key in self.default_settings:
                self.settings.update(row.encode(self.default_settings[row.key]))
        self.held: dict[int, int] = {}
        self._clock_set_at = -inf

    # Rows.

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Return all rows, in the steps that this unit counts in."""
        rows = (*self.measured, *self._own_rows(), *self.setting_rows)
        return tuple(replace(row, scale=row.scale * self.scales.get(row.key, 1)) for row in rows)

    def _own_rows(self) -> Iterable[Row]:
        """Return the rows that not every inverter of the family has."""
        return ()

    def _ending(self, ending: str) -> tuple[Row, ...]:
        """Return the rows whose keys end so."""
        return tuple(row for row in self.rows if row.key.endswith(ending))

    @cached_property
    def total_rows(self) -> tuple[Row, ...]:
        """Return the rows of the lifetime counters in use."""
        return tuple(
            row for row in self._ending("_energy_total") if row.key not in self.unused_counters
        )

    @cached_property
    def today_rows(self) -> tuple[Row, ...]:
        """Return the rows of the counters of the day."""
        return self._ending("_energy_today")

    @cached_property
    def wide_power_rows(self) -> tuple[Row, ...]:
        """Return the rows of signed powers in two words."""
        return tuple(row for row in self._ending("_power") if row.signed and len(row.words) > 1)

    @cached_property
    def temperature_rows(self) -> tuple[Row, ...]:
        """Return the rows of temperatures."""
        return self._ending("_temperature")

    @cached_property
    def clock_row(self) -> Row:
        """Return the row of the clock."""
        return next(row for row in self.rows if row.kind is Kind.CLOCK)

    @property
    def junk(self) -> dict[int, int]:
        """Return what is in the registers of inputs that it does not have."""
        rows = ((_INPUT_ROW.fullmatch(row.key), row.words[0]) for row in self.rows)
        return {
            word: 700 + 7 * word % 4001
            for match, word in rows
            if match and int(match[1]) > self.inputs
        }

    @property
    @abstractmethod
    def inputs(self) -> int:
        """Return how many inputs for panels it has."""

    # Reading and writing.

    @property
    def presence(self) -> Presence:
        """Return whether it is there at all."""
        return Presence.THERE

    def image(self) -> dict[int, int]:
        """Return all registers of this moment."""
        image = self._true_image()
        if self.high_words_zero:
            image |= dict.fromkeys(self.negative_high_words(image), 0)
        if self.junk_inputs:
            image |= self.junk
        return image | self.overrides

    def negative_high_words(self, image: Mapping[int, int]) -> list[int]:
        """Return the high words of powers that are negative in these registers."""
        words = (row.words[1] for row in self.wide_power_rows)
        return [word for word in words if image.get(word) == 0xFFFF]

    def hold_counters(self) -> None:
        """Remember all counters as they are now."""
        image = self.image()
        rows = self.total_rows + self.today_rows
        self.held = {word: image[word] for row in rows for word in row.words}

    def _true_image(self) -> dict[int, int]:
        """Return all registers of this moment, without quirks and overrides."""
        image = self._blank() | dict(self.filler)
        values = self._values()
        for row in self.rows:
            if row.key in values:
                image.update(row.encode(values[row.key]))
        return image | self.settings

    def _blank(self) -> dict[int, int]:
        """Return all registers that exist, at 0."""
        image = dict.fromkeys(range(self.last_register + 1), 0)
        return image | dict.fromkeys((word for row in self.rows for word in row.words), 0)

    def read(self, address: int, count: int) -> list[int] | None:
        """Return registers, None when the inverter has no such address."""
        image = self.image()
        words = [image.get(word) for word in range(address, address + count)]
        known = [word for word in words if word is not None]
        return known if len(known) == count else None

    def write(self, address: int, values: list[int]) -> bool:
        """Store settings or set the clock; False, and nothing stored, for other registers."""
        words = dict(enumerate(values, address))
        if tuple(words) == self.clock_row.words:
            return self._write_clock(words)
        if not words.keys() <= self.settings.keys():
            return False
        self.settings |= words
        return True

    def truth(self) -> dict[str, Reading]:
        """Return what a perfect client shows: every row, and the power of all panels.

        Quirks of the firmware are seen through; overrides count as true.
        """
        image = self._true_image() | self.overrides
        truth = {row.key: row.decode(image) for row in self.rows}
        return truth | self._derived(image, truth)

    @abstractmethod
    def _derived(
        self, image: Mapping[int, int], truth: Mapping[str, Reading]
    ) -> dict[str, Reading]:
        """Return what follows from registers without being one."""

    @abstractmethod
    def _values(self) -> dict[str, Quantity]:
        """Return the quantities of this moment by row; what is missing reads 0."""

    # The clock.

    def set_time(self, unix: float) -> None:
        """Set the clock; days end from here on."""
        if self.clock_unset:
            self._clock_set_at = unix
        self.clock_unset = False
        self.clock_offset_s = unix - self.site.clock.timestamp()

    def _write_clock(self, words: dict[int, int]) -> bool:
        """Set the inverter's clock from its three registers; False for no such date."""
        written = self.clock_row.decode(words)
        if not isinstance(written, datetime):
            return False
        self.set_time(written.replace(tzinfo=self.site.place.zone).timestamp())
        return True

    def _clock(self) -> dict[str, Quantity]:
        """Return the inverter's local time."""
        if self.clock_unset:
            return {}
        return {"clock": self.site.place.local(self._unix()).replace(tzinfo=None)}

    def _unix(self) -> float:
        """Return the time of the inverter's own clock."""
        return self.site.clock.timestamp() + self.clock_offset_s

    def _energies_before_today(self) -> Energies:
        """Return the lifetime energies at which the inverter's own day began."""
        midnight = self.site.place.midnight(self._unix())
        known = not self.clock_unset and midnight >= self._clock_set_at
        return self.site.energies_at(midnight - self.clock_offset_s if known else 0)

    # Small things of several families.

    def _bits_and_state(self, normal: int = STATE_NORMAL) -> dict[str, Quantity]:
        """Return running state, warnings and faults."""
        state = STATE_ALARM if self.warning_bits else normal
        return {
            "running_state": STATE_FAULT if self.fault_bits else state,
            "warning_bits": self.warning_bits,
            "fault_bits": self.fault_bits,
        }


def amperes(watts: float, volts: float) -> float:
    """Return a current; 0 without voltage."""
    return watts / volts if volts else 0.0


def panels(
    powers: Sequence[float], nominal_volts: Sequence[float], celsius: float
) -> dict[str, Quantity]:
    """Return power, voltage and current of each input."""
    values: dict[str, Quantity] = {}
    inputs = zip(powers, nominal_volts, DARK_STRING_VOLTS, strict=False)
    for number, (watts, nominal, dark) in enumerate(inputs, 1):
        lit = watts >= 1
        volts = nominal * (1 - 0.003 * (celsius - 25)) if lit else dark
        values |= {
            f"pv{number}_power": watts if lit else 0,
            f"pv{number}_voltage": volts,
            f"pv{number}_current": watts / volts if lit else 0,
        }
    return values
