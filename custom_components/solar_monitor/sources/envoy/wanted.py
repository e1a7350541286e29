"""Which values somebody needs: what the background fetches comes out with any poll."""

from collections.abc import Collection
from typing import Final

from ...clients.envoy.endpoints import Block, Group
from ...clients.envoy.shape import Shape
from . import keys

_KEYS_OF: Final = {Group.FAST: keys.fast_keys, Group.SLOW: keys.slow_keys}


class Wanted:
    """Remembers what the polls were asked for. Panels are few enough to be taken in whole."""

    def __init__(self) -> None:
        """Everything is needed until a poll has been asked for less."""
        self._asked: dict[Group, tuple[Collection[str], Shape]] = {}

    def note(self, group: Group, wanted: Collection[str], shape: Shape) -> None:
        """Take in what a poll is asked for, of a gateway that is known to have this shape."""
        self._asked[group] = (wanted, shape)

    def of(self, group: Group) -> Collection[str]:
        """Give what a poll was asked for last."""
        return self._asked[group][0] if group in self._asked else ()

    def keys(self, shape: Shape) -> frozenset[str]:
        """Collect what is needed of all polls.

        What nobody knew of when the poll was asked is needed as well: otherwise it would be shown
        one poll late, which may be ten minutes.
        """
        wanted: set[str] = set()
        for group, keys_of in _KEYS_OF.items():
            asked, known = self._asked.get(group, ((), Shape()))
            wanted.update(asked)
            if known != shape:
                wanted |= keys_of(shape) - keys_of(known)
        return frozenset(wanted)

    def slow_blocks(self) -> frozenset[Block]:
        """Name the slow endpoints that bring what is needed, also by panels and alarms."""
        wanted = self.of(Group.SLOW)
        blocks = {Block.INVENTORY, Block.PDM_ENERGY, Block.ENSEMBLE_INVENTORY}
        if not keys.TARIFF_KEYS.isdisjoint(wanted):
            blocks.add(Block.TARIFF)
        if not keys.GENERATOR_KEYS.isdisjoint(wanted):
            blocks |= {Block.GENERATOR, Block.GENERATOR_MODE}
        return frozenset(blocks)
