"""Home Assistant's Energy dashboard and its statistics, as far as they are as we know them.

The manager of the dashboard is no public interface: an integration has no other way to its
preferences. So everything that is taken from it is looked at first (HA/components/energy/data.py of
2026.10 and 2026.11), and nothing is written that its own schema does not take.
"""

from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

from homeassistant.core import HomeAssistant
import voluptuous as vol

from ..logic.energy_dashboard import EnergySource

if TYPE_CHECKING:
    from homeassistant.components.energy.data import EnergyManager, EnergyPreferencesUpdate

_ENERGY: Final = "energy"
_RECORDER: Final = "recorder"
_SOURCES: Final = "energy_sources"


class UnknownDashboardError(Exception):
    """The dashboard is not as we know it, or does not take what we would write."""


class UnreadableStatisticsError(Exception):
    """The recorder's database does not answer now: it is locked, rebuilt, or closed."""


class Dashboard:
    """The preferences of the Energy dashboard."""

    def __init__(self, manager: EnergyManager) -> None:
        """Take Home Assistant's manager."""
        self._manager: Final = manager

    @property
    def sources(self) -> tuple[EnergySource, ...]:
        """The energy sources as they are stored; raises `UnknownDashboardError`."""
        try:
            preferences: Any = self._manager.data
            stored: Any = () if preferences is None else preferences[_SOURCES]
        except (AttributeError, KeyError, TypeError) as err:
            raise UnknownDashboardError("the preferences have another form") from err
        if not isinstance(stored, Sequence) or not all(
            isinstance(each, Mapping) for each in stored
        ):
            raise UnknownDashboardError("the energy sources have another form")
        return tuple(stored)

    async def async_write(self, sources: Sequence[EnergySource]) -> None:
        """Store energy sources: all, in their order.

        Those that are stored already go back as they are, to the byte. All of them together pass
        the dashboard's schema first. Raises `UnknownDashboardError`; then nothing was written.
        """
        stored = self.sources
        checked = _checked(sources)
        written = [
            source if any(source is each for each in stored) else good
            for source, good in zip(sources, checked, strict=True)
        ]
        try:
            update = self._manager.async_update
            work = update(cast("EnergyPreferencesUpdate", {_SOURCES: written}))
        except (AttributeError, TypeError) as err:
            raise UnknownDashboardError("the preferences are written in another way") from err
        await work


def _checked(sources: Sequence[EnergySource]) -> list[EnergySource]:
    """Let the dashboard's own schema look at copies; raises `UnknownDashboardError`."""
    try:
        from homeassistant.components.energy.data import (  # noqa: PLC0415 - see async_dashboard
            ENERGY_SOURCE_SCHEMA,
        )

        checked: Any = ENERGY_SOURCE_SCHEMA(deepcopy(list(sources)))
    except (ImportError, TypeError, vol.Invalid) as err:
        raise UnknownDashboardError("the dashboard does not take these energy sources") from err
    if not isinstance(checked, list) or len(checked) != len(sources):
        raise UnknownDashboardError("the schema is of another kind")
    return checked


async def async_dashboard(hass: HomeAssistant) -> Dashboard | None:
    """Give the dashboard; None: this Home Assistant has none. Raises `UnknownDashboardError`.

    The modules of both components are imported only where these are loaded: they are not
    everywhere, and what they need is not either.
    """
    if not {_ENERGY, _RECORDER} <= hass.config.components:
        return None
    try:
        from homeassistant.components.energy.data import async_get_manager  # noqa: PLC0415

        manager = await async_get_manager(hass)
    except (ImportError, TypeError) as err:
        raise UnknownDashboardError("the manager is not where it was") from err
    dashboard = Dashboard(manager)
    _ = dashboard.sources  # raises at once if it has another form
    return dashboard


def is_recorded(hass: HomeAssistant, entity_id: str) -> bool:
    """Tell whether the recorder, which must be loaded, keeps an entity."""
    from homeassistant.components.recorder import is_entity_recorded  # noqa: PLC0415 - see above

    return is_entity_recorded(hass, entity_id)


async def async_with_statistics(hass: HomeAssistant, ids: Collection[str]) -> frozenset[str]:
    """Give those that there are statistics of. The recorder makes them every five minutes.

    Raises `UnreadableStatisticsError`; it may be otherwise a minute later.
    """
    from homeassistant.components.recorder import get_instance  # noqa: PLC0415 - see above
    from homeassistant.components.recorder.statistics import get_metadata  # noqa: PLC0415
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 - comes with the recorder

    read = partial(get_metadata, hass, statistic_ids=set(ids))
    try:
        return frozenset(await get_instance(hass).async_add_executor_job(read))
    except (SQLAlchemyError, RuntimeError) as err:  # the latter: its threads have ended
        raise UnreadableStatisticsError(type(err).__name__) from err
