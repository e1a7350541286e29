"""From raw words to values: pure, and silent about what is not there.

Rules of absence (github.com/kbialek/deye-inverter-mqtt issue 2 and davidrapan/ha-solarman):
all ones in an unsigned value, a temperature whose register is 0 (-100 °C; -10 °C on micros), an
impossible date or time and an option outside the known ones are None. In a signed value -1 is a
value.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
import math

from .registers import Kind, Register

type Value = bool | int | float | str | datetime | time | tuple[str, ...]

_WORD_BITS = 16
_ABSENT = 0xFFFF


def decode(register: Register, words: Mapping[int, int]) -> Value | None:
    """Return the value of one row, None when a word is missing or says that there is nothing.

    The clock is the inverter's own, without a time zone. A bit field is a tuple of the names of
    its active bits in ascending order, `bit_<n>` where a bit has no name; a bit whose name is empty
    only says that its neighbour means something, and is left out.
    """
    if not _is_there(register, words):
        return None
    raw = [words[address] for address in register.words]
    if register.product:
        return None if _ABSENT in raw else round(math.prod(raw) * register.scale)
    match register.kind:
        case Kind.TEXT:
            return _text(raw)
        case Kind.VERSION:
            return "-".join(f"{word:04X}" for word in reversed(raw)) if any(raw) else None
        case Kind.CLOCK:
            return _clock(raw)
        case _:
            return _number(register, raw)


def _is_there(register: Register, words: Mapping[int, int]) -> bool:
    """Tell whether all words have been read and mean something now."""
    if any(address not in words for address in register.needed):
        return False
    if register.doubted and any(words[address] for address in register.words):
        return False
    return register.gate is None or words[register.gate.address] in register.gate.values


def _number(register: Register, raw: list[int]) -> Value | None:
    """Decode everything that is one integer of one to four words."""
    number = sum(word << (_WORD_BITS * place) for place, word in enumerate(raw))
    size = _WORD_BITS * len(raw)
    if register.signed:
        number -= (number >> (size - 1)) << size
    elif number == (1 << size) - 1:
        return None
    if register.mask:
        return bool(number & register.mask)
    if register.options:
        return register.options.get(number)
    match register.kind:
        case Kind.SETTING_TIME:
            return _hours_minutes(number)
        case Kind.BITFIELD | Kind.SETTING_BITS:
            active = (bit for bit in range(size) if number >> bit & 1)
            return tuple(filter(None, (register.bits.get(bit, f"bit_{bit}") for bit in active)))
        case _:
            return _scaled(register, number)


def _scaled(register: Register, number: int) -> int | float | None:
    """Apply scale and offset: an integer stays one, a fraction has the digits of its scale."""
    if not register.precision and not register.offset:
        return number * int(register.scale)
    if register.unit == "°C" and not number:
        return None
    return round(number * register.scale + register.offset, register.precision)


def _text(raw: list[int]) -> str | None:
    """Decode two ASCII characters per word, high byte first, keeping only printable ones."""
    characters = (chr(byte) for word in raw for byte in divmod(word, 0x100))
    return (
        "".join(char for char in characters if char.isascii() and char.isprintable()).strip()
        or None
    )


def _clock(raw: list[int]) -> datetime | None:
    """Decode the bytes year - 2000, month, day, hour, minute, second."""
    year, month, day, hour, minute, second = (byte for word in raw for byte in divmod(word, 0x100))
    try:
        return datetime.combine(date(2000 + year, month, day), time(hour, minute, second))
    except ValueError:
        return None


def _hours_minutes(number: int) -> time | None:
    """Decode HHMM in decimal, as in 1730."""
    hour, minute = divmod(number, 100)
    try:
        return time(hour, minute)
    except ValueError:
        return None
