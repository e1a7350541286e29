"""Faults whose frames are right and whose registers are not."""

from collections.abc import Callable, Mapping, Sequence

from tests.simulators.face import Face
from tests.simulators.faults import REGISTER_FAULTS, Fault
from tests.simulators.rows import Row

JUMP_RAW = 5000
"""500 kWh in tenths."""
YESTERDAY_RAW = 87
"""What the day before had counted."""
JUST_BELOW_ZERO = 0xFFFE

type Words = Mapping[int, int]
type Change = Callable[[Words, Face], dict[int, int]]
"""Takes the registers of an answer; returns those that a fault changes."""


class Glitch:
    """Changes the registers of an answer as a register fault does, and notes whether it did."""

    def __init__(self, fault: Fault, inverter: Face) -> None:
        """Prepare for one answer."""
        self._fault = fault
        self._inverter = inverter
        self.struck = fault not in REGISTER_FAULTS

    def __call__(self, address: int, words: Sequence[int]) -> list[int]:
        """Return the registers from an address on, changed."""
        answer = dict(enumerate(words, address))
        change = CHANGES.get(self._fault)
        changed = change(answer, self._inverter) if change else {}
        hit = changed.keys() & answer.keys()
        self.struck = self.struck or bool(hit)
        return [changed.get(word, value) for word, value in answer.items()]


def _filled(value: int) -> Change:
    return lambda words, _: dict.fromkeys(words, value)


def _soc_jump(words: Words, inverter: Face) -> dict[int, int]:
    soc = words.get(inverter.soc_word, 0)
    return {inverter.soc_word: soc + (30 if soc < 50 else -30)}


def _soc_zero(_: Words, inverter: Face) -> dict[int, int]:
    return dict.fromkeys((inverter.soc_word, inverter.battery_voltage_word), 0)


def _counter_zero(_: Words, inverter: Face) -> dict[int, int]:
    return _all(inverter.total_rows, 0)


def _counter_jump(words: Words, inverter: Face) -> dict[int, int]:
    """Raise each counter whose words are all in this answer."""
    return _raised(words, inverter.total_rows, JUMP_RAW)


def _torn(words: Words, inverter: Face) -> dict[int, int]:
    """Let counters have carried and powers have had the other sign when the high word was read."""
    high_words = (row.words[1] for row in inverter.total_rows if len(row.words) > 1)
    carried = {word: words[word] + 1 & 0xFFFF for word in high_words if word in words}
    signs = (row.words[1] for row in inverter.wide_power_rows)
    return carried | {word: words[word] ^ 0xFFFF for word in signs if word in words}


def _clock_never_set(words: Words, inverter: Face) -> dict[int, int]:
    stopped = dict.fromkeys(inverter.clock_row.words, 0)
    return stopped | _raised(words, inverter.today_rows, YESTERDAY_RAW)


def _tens_of_watts(words: Words, inverter: Face) -> dict[int, int]:
    rows = (row for row in inverter.rows if row.key in inverter.tens_rows)
    return {
        word: round(_signed(words[word]) / 10) & 0xFFFF
        for row in rows
        for word in row.words
        if word in words
    }


def _all(rows: Sequence[Row], value: int) -> dict[int, int]:
    """Return a value for all words of some rows."""
    return dict.fromkeys((word for row in rows for word in row.words), value)


def _raised(words: Words, rows: Sequence[Row], by: int) -> dict[int, int]:
    """Return higher values for those rows whose words are all there."""
    raised: dict[int, int] = {}
    for row in rows:
        if set(row.words) <= words.keys():
            raw = by + sum(words[word] << 16 * place for place, word in enumerate(row.words))
            raised |= {word: raw >> 16 * place & 0xFFFF for place, word in enumerate(row.words)}
    return raised


def _signed(word: int) -> int:
    """Return a word as a signed number."""
    return word - (word >> 15 << 16)


CHANGES: dict[Fault, Change] = {
    Fault.ZEROS: _filled(0),
    Fault.FFFF: _filled(0xFFFF),
    Fault.SOC_JUMP: _soc_jump,
    Fault.SOC_ZERO: _soc_zero,
    Fault.COUNTER_ZERO: _counter_zero,
    Fault.COUNTER_JUMP: _counter_jump,
    Fault.COUNTER_STUCK: lambda _, inverter: inverter.held,
    Fault.TORN_WORDS: _torn,
    Fault.HIGH_WORD_ZERO: lambda words, inverter: dict.fromkeys(
        inverter.negative_high_words(words), 0
    ),
    Fault.NEGATIVE_TODAY: lambda _, inverter: _all(inverter.today_rows, JUST_BELOW_ZERO),
    Fault.CLOCK_NEVER_SET: _clock_never_set,
    Fault.JUNK_INPUTS: lambda _, inverter: inverter.junk,
    Fault.TENS_OF_WATTS: _tens_of_watts,
    Fault.NO_SENSOR: lambda _, inverter: _all(inverter.temperature_rows, 0),
}
