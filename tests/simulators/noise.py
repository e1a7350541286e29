"""Seeded noise: the same numbers for the same seed, on every machine and in every order."""

from dataclasses import dataclass
from functools import lru_cache
from math import floor

_MASK = (1 << 64) - 1


@lru_cache(maxsize=4096)
def chance(seed: int, *path: int) -> float:
    """Return a number in 0 ≤ x < 1 for a seed and a path of integers (SplitMix64)."""
    state = seed & _MASK
    for part in path:
        state = (state ^ (part & _MASK)) + 0x9E37_79B9_7F4A_7C15 & _MASK
        state = (state ^ state >> 30) * 0xBF58_476D_1CE4_E5B9 & _MASK
        state = (state ^ state >> 27) * 0x94D0_49BB_1331_11EB & _MASK
        state ^= state >> 31
    return (state >> 11) / (1 << 53)


class Dice:
    """A sequence of seeded numbers."""

    def __init__(self, seed: int) -> None:
        """Start the sequence of a seed."""
        self._seed = seed
        self._thrown = 0

    def below(self, limit: int) -> int:
        """Return an integer in 0 ≤ n < limit."""
        self._thrown += 1
        return int(chance(self._seed, self._thrown) * limit)


@dataclass(frozen=True, slots=True)
class Noise:
    """Smooth noise in time between 0 and 1, without jumps; `period` s between its nodes."""

    seed: int
    channel: int
    period: float

    def at(self, unix: float) -> float:
        """Return the value at a Unix time."""
        place = unix / self.period
        node = floor(place)
        part = place - node
        low = chance(self.seed, self.channel, node)
        high = chance(self.seed, self.channel, node + 1)
        return low + (high - low) * part * part * (3 - 2 * part)
