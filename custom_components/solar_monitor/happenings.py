"""Hands what happens once to the event entities, also what happened before there was one.

Automations listen once Home Assistant has started: what happens before waits until then, in its
order, so that somebody hears it.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.start import async_at_started

if TYPE_CHECKING:
    from .sources.spec import Happening

# Happenings of the first poll wait for their entity; one that is turned off never comes.
UNTOLD_HAPPENINGS: Final = 256


class Happenings:
    """What one source has told, on its way to the entities."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Start with nobody who listens."""
        self._listeners: dict[str, list[Callable[[Happening], None]]] = {}
        self._untold: dict[str, deque[Happening]] = defaultdict(
            lambda: deque(maxlen=UNTOLD_HAPPENINGS)
        )
        self._started = False
        self.async_stop: Final[CALLBACK_TYPE] = async_at_started(hass, self._on_started)
        """Waits for the start no longer."""

    @callback
    def _on_started(self, _hass: HomeAssistant) -> None:
        """Hand over what has waited for the end of the start."""
        self._started = True
        for key in list(self._untold):
            self._hand_over(key)

    @callback
    def async_listen(self, key: str, listener: Callable[[Happening], None]) -> Callable[[], None]:
        """Call `listener` for every happening of a key, also past ones; returns how to stop."""
        listeners = self._listeners.setdefault(key, [])
        listeners.append(listener)
        self._hand_over(key)
        return lambda: listeners.remove(listener)

    @callback
    def async_tell(self, happenings: Iterable[Happening]) -> None:
        """Hand happenings to their event entities, or keep them until there is one."""
        for happening in happenings:
            self._untold[happening.key].append(happening)
            self._hand_over(happening.key)

    def _hand_over(self, key: str) -> None:
        """Hand over what is untold of a key, if somebody can hear it."""
        listeners = self._listeners.get(key)
        if not (self._started and listeners):
            return
        for happening in self._untold.pop(key, ()):
            for listener in listeners:
                listener(happening)
