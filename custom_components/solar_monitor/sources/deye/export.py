"""What diagnostics show of a Deye inverter: an allow-list, with serial numbers masked."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from ...clients.deye.registers import Kind
from ..spec import Source
from .source import DeyeSource

_VISIBLE_TAIL: Final = 2
_WORDS_PER_LINE: Final = 16


def diagnostics(source: Source) -> dict[str, Any]:
    """Give identity, link figures, refusals, counters and the last words of every register."""
    if not isinstance(source, DeyeSource):
        return {}
    identity = source.identity
    return {
        "family": source.family,
        "identity": None
        if identity is None
        else asdict(identity) | {"serial": mask(identity.serial)},
        "logger_serial": mask(str(source.transport.serial or "")),
        "link": _plain(asdict(source.transport.stats)),
        "proven_steps": source.inverter.scale.proven,
        "refusals": source.guards.refusals.as_dict(),
        "memory": source.guards.memory(),
        "firmware_today": source.guards.firmware_today,
        "registers_hex": hex_lines(source.raw_words, hidden=_text_words(source)),
    }


def _text_words(source: DeyeSource) -> frozenset[int]:
    """Collect the addresses of all text: serial numbers of the inverter and of battery packs."""
    return frozenset(
        address
        for register in source.registers.values()
        if register.kind is Kind.TEXT
        for address in register.words
    )


def mask(serial: str) -> str:
    """Keep the length and the last two characters: enough to compare, too little to use."""
    return "*" * (len(serial) - _VISIBLE_TAIL) + serial[-_VISIBLE_TAIL:]


def hex_lines(words: Mapping[int, int], *, hidden: Collection[int] = ()) -> dict[str, str]:
    """Print words by their start address, so that a report can be replayed as a test."""
    lines: dict[str, list[str]] = {}
    start = previous = -2
    for address in sorted(set(words).difference(hidden)):
        if address != previous + 1 or address - start >= _WORDS_PER_LINE:
            start = address
        previous = address
        lines.setdefault(str(start), []).append(f"{words[address]:04x}")
    return {start: " ".join(line) for start, line in lines.items()}


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Write times as text."""
    return {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in values.items()
    }
