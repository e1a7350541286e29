"""Register rows of a simulated inverter: how a quantity becomes words and is read back."""

from collections.abc import Mapping
import contextlib
from dataclasses import KW_ONLY, dataclass
from datetime import date, datetime, time
from enum import StrEnum, auto
from math import floor, log10

type Reading = int | float | str | bool | time | datetime | None
"""What a perfect client shows for a row."""
type Quantity = float | str | time | datetime


class Kind(StrEnum):
    """How the words of a row are to be read."""

    NUMBER = auto()
    COUNTER = auto()
    """A number that a real inverter cuts off instead of rounding it."""
    SWITCH = auto()
    """Bit 0."""
    TEXT = auto()
    """ASCII, two characters per word, the first one in the high byte."""
    VERSION = auto()
    """Hexadecimal words, the last one first."""
    CLOCK = auto()
    """Six bytes: year - 2000, month, day, hour, minute, second."""
    TIME = auto()
    """Decimal HHMM."""


@dataclass(frozen=True, slots=True)
class Row:
    """One quantity: its words (the lowest first), and value = raw × scale + offset."""

    key: str
    words: tuple[int, ...]
    scale: float = 1
    _: KW_ONLY
    offset: float = 0
    signed: bool = False
    kind: Kind = Kind.NUMBER

    def encode(self, value: Quantity) -> dict[int, int]:
        """Return the words for a value."""
        match value:
            case datetime():
                fields = (value.year - 2000, value.month, value.day)
                return self._from_bytes(bytes((*fields, value.hour, value.minute, value.second)))
            case time():
                return {self.words[0]: value.hour * 100 + value.minute}
            case str():
                return self._from_bytes(value.encode("ascii").ljust(2 * len(self.words), b"\0"))
        raw = value if isinstance(value, int) and self.scale == 1 else self._raw(value)
        return {word: raw >> 16 * place & 0xFFFF for place, word in enumerate(self.words)}

    def _raw(self, value: float) -> int:
        """Return the integer that stands for a number."""
        exact = (value - self.offset) / self.scale
        return floor(exact + 1e-6) if self.kind is Kind.COUNTER else round(exact)

    def _from_bytes(self, data: bytes) -> dict[int, int]:
        """Spread bytes over the words, high byte first."""
        pairs = zip(data[::2], data[1::2], strict=True)
        return {word: high << 8 | low for word, (high, low) in zip(self.words, pairs, strict=True)}

    def decode(self, image: Mapping[int, int]) -> Reading:
        """Return the value that a perfect client shows for these registers.

        What is absent, or no date or time at all, is None.
        """
        words = [image[word] for word in self.words]
        data = b"".join(word.to_bytes(2, "big") for word in words)
        match self.kind:
            case Kind.TEXT:
                return data.rstrip(b"\0 ").decode("ascii") or None
            case Kind.VERSION:
                return "-".join(f"{word:04X}" for word in reversed(words)) if any(words) else None
            case Kind.CLOCK | Kind.TIME:
                with contextlib.suppress(ValueError):
                    return _clock(data) if self.kind is Kind.CLOCK else time(*divmod(words[0], 100))
                return None
            case Kind.SWITCH:
                return bool(words[0] & 1)
        return self._number(words)

    def _number(self, words: list[int]) -> float | None:
        """Return a number; 0xFFFF in an unsigned row and -100 °C mean that nothing is there."""
        raw = sum(word << 16 * place for place, word in enumerate(words))
        top = 1 << 16 * len(words)
        if self.signed:
            raw -= top if raw >= top >> 1 else 0
        elif raw == top - 1:
            return None
        if self.offset and raw == 0:
            return None
        if self.scale >= 1:
            return raw * round(self.scale)
        return round(raw * self.scale + self.offset, round(-log10(self.scale)))


def _clock(data: bytes) -> datetime:
    """Return the naive time in six bytes; raises ValueError when there is none."""
    year, month, day, hour, minute, second = data
    return datetime.combine(date(2000 + year, month, day), time(hour, minute, second))
