"""Which blocks of registers to ask for: as few requests as possible, none larger than allowed."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from .registers import Register

MAX_COUNT = 125
"""Registers in one answer: the limit of Modbus."""
MAX_GAP = 25
"""Registers that are read for nothing rather than asking a second time."""


@dataclass(frozen=True, slots=True, order=True)
class Block:
    """One request: `count` registers from `address` on."""

    address: int
    count: int

    @property
    def name(self) -> str:
        """First and last address, as in `59-116`."""
        return f"{self.address}-{self.address + self.count - 1}"

    @property
    def addresses(self) -> range:
        """Every address in it."""
        return range(self.address, self.address + self.count)


def plan(registers: Iterable[Register]) -> tuple[Block, ...]:
    """Return sorted, disjoint blocks that hold every word that the rows need.

    Words of one row at most `MAX_GAP` apart stay in one block, so that the halves of a counter
    never come from two answers.
    """
    rows = [sorted(register.needed) for register in registers]
    tied = {
        word
        for words in rows
        for low, high in pairwise(words)
        if high - low <= MAX_GAP + 1
        for word in range(low + 1, high + 1)
    }
    runs: list[tuple[int, int]] = []
    for word in sorted({word for words in rows for word in words}):
        if word in tied and word - runs[-1][0] < MAX_COUNT:
            runs[-1] = (runs[-1][0], word)
        else:
            runs.append((word, word))
    merged: list[tuple[int, int]] = []
    for first, last in runs:
        near = merged and first - merged[-1][1] <= MAX_GAP + 1
        if near and last - merged[-1][0] < MAX_COUNT:
            merged[-1] = (merged[-1][0], last)
        else:
            merged.append((first, last))
    return tuple(Block(first, last - first + 1) for first, last in merged)
