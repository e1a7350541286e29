"""Hands what happens once to the event entities, also what happened before there was one."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from homeassistant.core import callback

if TYPE_CHECKING:
    from .sources.spec import Happening

# Happenings of the first poll wait for their entity; one that is turned off never comes.
UNTOLD_HAPPENINGS: Final = 16


class Happenings:
    """What one source has told, on its way to the entities."""

    def __init__(self) -> None:
        """Start with nobody who listens."""
        self._listeners: dict[str, list[Callable[[Happening], None]]] = {}
        self._untold: dict[str, deque[Happening]] = defaultdict(
            lambda: deque(maxlen=UNTOLD_HAPPENINGS)
        )

    @callback
    def async_listen(self, key: str, listener: Callable[[Happening], None]) -> Callable[[], None]:
        """Call `listener` for every happening of a key, also past ones; returns how to stop."""
        listeners = self._listeners.setdefault(key, [])
        listeners.append(listener)
        for happening in self._untold.pop(key, ()):
            listener(happening)
        return lambda: listeners.remove(listener)

    @callback
    def async_tell(self, happenings: Iterable[Happening]) -> None:
        """Hand happenings to their event entities, or keep them until there is one."""
        for happening in happenings:
            listeners = self._listeners.get(happening.key)
            if not listeners:
                self._untold[happening.key].append(happening)
                continue
            for listener in listeners:
                listener(happening)
