"""Which entry shows a panel that several list: that of a gateway and of the one that replaced it.

The unique ids of a panel are its own, so one entry alone can show it. It is the first one that
asks, until that is unloaded.
"""

import logging
from typing import TYPE_CHECKING, Final

from homeassistant.util.hass_dict import HassKey

from ...clients.envoy.shape import Shape
from ...const import DOMAIN

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

_LOGGER = logging.getLogger(__name__)

_OWNERS: Final = HassKey[dict[str, str]](f"{DOMAIN}_envoy_panels")
"""The entry that shows each panel or battery, by serial number."""


class Claims:
    """What one entry shows of what its gateway has."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Claim nothing yet."""
        self._owners = hass.data.setdefault(_OWNERS, {})
        self._entry_id = entry_id
        self._elsewhere: frozenset[str] = frozenset()
        self.changes = 0
        """How often it has changed what others show."""

    def take(self, shape: Shape) -> Shape:
        """Claim the panels and batteries of a gateway; return it without those of other entries."""
        elsewhere = frozenset(
            serial
            for serial in (*shape.panels, *shape.batteries)
            if self._owners.setdefault(serial, self._entry_id) != self._entry_id
        )
        if elsewhere != self._elsewhere:
            self._elsewhere = elsewhere
            self.changes += 1
            _LOGGER.debug("Shown by another entry already: %s", sorted(elsewhere))
        for serial in elsewhere:
            shape = shape.without(serial)
        return shape

    def is_elsewhere(self, serial: str) -> bool:
        """Tell whether another entry shows a panel or battery."""
        return self._owners.get(serial, self._entry_id) != self._entry_id

    def release(self) -> None:
        """Leave everything to the others."""
        for serial in [each for each, owner in self._owners.items() if owner == self._entry_id]:
            del self._owners[serial]
