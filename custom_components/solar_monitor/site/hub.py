"""Carries what sources give from their entries to the site, whichever of them is set up first.

It is there from the set-up of the integration on, with or without a site: sources join when they
are loaded and leave when they are unloaded. What one gave last stands until its own ages end.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
import logging
from typing import TYPE_CHECKING, Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..logic.contribution import Contribution

if TYPE_CHECKING:
    from ..coordinator import SolarMonitorConfigEntry
    from ..sources.spec import Contribute

_LOGGER = logging.getLogger(__name__)

_HUB: Final = HassKey["SiteHub"](f"{DOMAIN}_hub")


@callback
def async_hub(hass: HomeAssistant) -> SiteHub:
    """Give the hub of the integration; there is one."""
    return hass.data.setdefault(_HUB, SiteHub())


class SiteHub:
    """Keeps the last contribution of every source, and says when there is news."""

    def __init__(self) -> None:
        """Start with no source and nobody who listens."""
        self._given: dict[str, Contribution] = {}
        self._broken: set[str] = set()
        self._listeners: list[Callable[[], None]] = []

    @property
    def contributions(self) -> Mapping[str, Contribution]:
        """The last contribution of each source that was loaded since the start, by its name."""
        return self._given

    @callback
    def async_join(self, entry: SolarMonitorConfigEntry, contribute: Contribute) -> CALLBACK_TYPE:
        """Let a loaded source take part; returns how it leaves."""
        coordinator = entry.runtime_data.coordinator
        spec = entry.runtime_data.spec
        name = spec.site_name(entry)

        @callback
        def give() -> None:
            try:
                given = contribute(coordinator.source, coordinator.data, coordinator.times)
                success = coordinator.last_success
                self._given[name] = replace(
                    given, last_success=success.timestamp() if success else None
                )
            except Exception:
                # A fault of ours: the entities of the source itself are not to blame.
                if name not in self._broken:
                    _LOGGER.exception("%s gives nothing to the site", coordinator.name)
                self._broken.add(name)
            else:
                self._broken.discard(name)
            self._tell()

        # As a listener, it needs values as entities do, and keeps the polls going without these.
        stop_needing = coordinator.async_add_listener(lambda: None, spec.site_keys)

        @callback
        def leave() -> None:
            stop_needing()
            coordinator.on_news = lambda: None
            if name in self._given:
                self._given[name] = self._given[name].silenced()
            self._tell()

        coordinator.on_news = give
        give()
        return leave

    @callback
    def async_listen(self, listener: Callable[[], None]) -> CALLBACK_TYPE:
        """Call `listener` when a source gave something, joined or left; returns how to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _tell(self) -> None:
        """Tell everybody who listens."""
        for listener in list(self._listeners):
            listener()
