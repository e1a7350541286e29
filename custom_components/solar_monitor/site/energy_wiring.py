"""Sees whether the Energy dashboard uses the site; if not, a repair proposes it.

It is raised once there is something to use: counters that show a number and have statistics, so
that the dashboard takes them at once without complaint. Nothing is written here but what the user
has confirmed in the repair (`energy_repair.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
import logging
from typing import TYPE_CHECKING, Any, Final, override

from ..logic.energy_dashboard import Choice, Kind, Offer, Survey, lacking, merged
from ..sources.spec import Finding
from .energy_manager import (
    Dashboard,
    UnknownDashboardError,
    UnreadableStatisticsError,
    async_dashboard,
    async_with_statistics,
    is_recorded,
)
from .energy_offer import Entities, Viewer, entities_for, offer_of, unready
from .parts import PartNews, SitePart

if TYPE_CHECKING:
    import asyncio

    from homeassistant.core import HomeAssistant

    from ..coordinator import SolarMonitorConfigEntry
    from .moment import SiteMoment
    from .source import SiteSource

_LOGGER = logging.getLogger(__name__)

ENERGY_WIRING: Final = "energy_wiring"
ENERGY_DASHBOARD: Final = "energy_dashboard"
"""The key of the repair."""
GUIDE: Final = "https://github.com/solar-monitor/solar_monitor/blob/main/docs/energy_dashboard.md"

CHECK_S: Final = 60.0
"""How often it is looked whether there are statistics by now, s."""
PATIENCE_S: Final = 3_600.0
"""How long all that the site has is waited for, so that one confirmation is enough, s."""
_LEFT: Final = "left"
_SEEN: Final = "seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What could become of the dashboard now."""

    offer: Offer
    survey: Survey

    @property
    def decisions(self) -> dict[Kind, tuple[Choice, ...]]:
        """What there is to decide, the best guess first."""
        found = {kind: self.survey.present(kind).choices for kind in self.offer}
        return {kind: choices for kind, choices in found.items() if choices}


def make_energy_wiring(
    hass: HomeAssistant,
    entry: SolarMonitorConfigEntry,
    source: SiteSource,
    memory: Mapping[str, Any],
) -> SitePart:
    """Make it from what it gave before the last stop."""
    return EnergyWiring(hass, entry, Viewer(hass, entry, source.options), memory)


class EnergyWiring(SitePart):
    """Compares the dashboard with the site."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: SolarMonitorConfigEntry,
        viewer: Viewer,
        memory: Mapping[str, Any],
    ) -> None:
        """Continue from what `memory` gave; the dashboard is not known yet."""
        self._hass: Final = hass
        self._entry: Final = entry
        self._viewer: Final = viewer
        self._left: dict[Kind, tuple[str, ...]] = dict(_left_in(memory.get(_LEFT)))
        self._seen: dict[str, str] = _seen_in(memory.get(_SEEN))
        self._due = False
        self._unreadable = False
        self._began: Final = hass.loop.time()
        self._check_at = self._began
        self._checking: asyncio.Task[None] | None = None
        self._moment: SiteMoment | None = None
        self._dashboard: Dashboard | None = None
        self._unknown = False
        self._known: frozenset[str] = frozenset()

    @property
    @override
    def name(self) -> str:
        """What its memory is called."""
        return ENERGY_WIRING

    @property
    @override
    def keys(self) -> frozenset[str]:
        """It has no values."""
        return frozenset()

    @property
    @override
    def revision(self) -> int:
        """It has no rows."""
        return 0

    @property
    @override
    def start_values(self) -> Mapping[str, Any]:
        """It has no values."""
        return {}

    @override
    def look(self, moment: SiteMoment) -> PartNews:
        """Remember what the site is made of, and look now and then for the statistics."""
        self._moment = moment
        self._remember()
        now = self._hass.loop.time()
        busy = self._checking is not None and not self._checking.done()
        if not busy and now >= self._check_at and not self._unknown:
            self._check_at = now + CHECK_S
            self._checking = self._entry.async_create_background_task(
                self._hass, self._async_check(), f"{ENERGY_WIRING} of {self._entry.title}"
            )
        return PartNews()

    async def _async_check(self) -> None:
        """Find the dashboard, and which of our entities have statistics."""
        try:
            self._dashboard = await async_dashboard(self._hass)
        except UnknownDashboardError as err:
            self._unknown = True
            _LOGGER.info("The Energy dashboard has to be set up by hand, see %s: %s", GUIDE, err)
            return
        if self._dashboard is None:
            return
        wanted = frozenset(each for fields in self._entities().values() for each in fields.values())
        if missing := wanted - self._known:
            await self._async_look_for(missing)

    async def _async_look_for(self, missing: frozenset[str]) -> None:
        """Find which have statistics by now; a database that does not answer is asked again."""
        try:
            self._known |= await async_with_statistics(self._hass, missing)
        except UnreadableStatisticsError as err:
            if not self._unreadable:
                _LOGGER.info(
                    "The statistics cannot be read now, they are looked for again: %s", err
                )
            self._unreadable = True
        else:
            self._unreadable = False

    def _remember(self) -> None:
        """Keep which statistics of the dashboard are ours, for they may be renamed."""
        if self._dashboard is None:
            return
        try:
            seen = self._viewer.remembered(self._dashboard.sources, self._seen)
        except UnknownDashboardError:
            return
        if seen != self._seen:
            self._seen = seen
            self._due = True

    def _entities(self) -> Entities:
        """Find the entities that the dashboard could use: enabled, and kept by the recorder."""
        every = {each for fields in entities_for(self._hass).values() for each in fields.values()}
        return entities_for(self._hass, [each for each in every if is_recorded(self._hass, each)])

    def _plan(self, dashboard: Dashboard, moment: SiteMoment) -> tuple[Plan, bool]:
        """Compare; and tell whether something is waited for. Raises `UnknownDashboardError`."""
        entities = self._entities()
        waiting = unready(self._hass, entities, self._known)
        offer = offer_of(entities, waiting, moment.storage.capacity_kwh)
        survey = self._viewer.survey(dashboard.sources, moment, self._seen)
        patient = self._hass.loop.time() - self._began < PATIENCE_S
        return Plan(offer=offer, survey=survey), bool(waiting) and (patient or not offer)

    def _judged(self) -> bool | None:
        """Tell whether the dashboard lacks the site; None: it cannot be told yet."""
        if self._unknown or (self._moment is not None and not self._moment.contributions):
            return False
        if self._dashboard is None or self._moment is None:
            return None
        try:
            plan, waits = self._plan(self._dashboard, self._moment)
        except UnknownDashboardError:
            return False
        return None if waits else lacking(plan.survey, plan.offer, self._left)

    @override
    def findings(self) -> tuple[Finding, ...]:
        """Name the repair, if the dashboard lacks the site."""
        if not self._judged():
            return ()
        return (Finding(key=ENERGY_DASHBOARD, fixable=True, learn_more_url=GUIDE),)

    @override
    def undecided(self) -> frozenset[str]:
        """Name the repair while that cannot be told."""
        return frozenset({ENERGY_DASHBOARD}) if self._judged() is None else frozenset()

    async def async_plan(self) -> Plan:
        """Look at the dashboard as it is now; raises `UnknownDashboardError`."""
        await self._async_check()
        if self._dashboard is None or self._moment is None:
            raise UnknownDashboardError("there is no dashboard")
        return self._plan(self._dashboard, self._moment)[0]

    async def async_carry_out(self, plan: Plan, choices: Mapping[Kind, Choice]) -> None:
        """Write what the user has decided; raises `UnknownDashboardError`, then nothing is.

        `plan` is of just now. What is to stay as it is is remembered with how it is.
        """
        if self._dashboard is None:
            raise UnknownDashboardError("there is no dashboard")
        sources = merged(plan.survey, plan.offer, choices)
        if sources != tuple(plan.survey.sources):
            await self._dashboard.async_write(sources)
        for kind, choice in choices.items():
            if choice is Choice.LEAVE:
                self._left[kind] = plan.survey.present(kind).state
            else:
                self._left.pop(kind, None)
        self._due = True

    @property
    @override
    def due(self) -> bool:
        """Whether its memory has to be stored now."""
        return self._due

    @override
    def memory(self) -> Mapping[str, Any]:
        """Give what must survive a restart."""
        self._due = False
        left = {kind.value: list(state) for kind, state in self._left.items()}
        return {_LEFT: left, _SEEN: dict(self._seen)}

    @override
    async def async_close(self) -> None:
        """End a look at the statistics that goes on."""
        if self._checking is not None:
            self._checking.cancel()


def _left_in(stored: object) -> list[tuple[Kind, tuple[str, ...]]]:
    """Read what the user wants as it is; what is damaged was never decided."""
    known = stored.items() if isinstance(stored, Mapping) else ()
    return [
        (Kind(kind), tuple(map(str, counters)))
        for kind, counters in known
        if kind in Kind and isinstance(counters, list)
    ]


def _seen_in(stored: object) -> dict[str, str]:
    """Read which statistics of the dashboard were ours; what is damaged was never seen."""
    known = stored.items() if isinstance(stored, Mapping) else ()
    return {str(name): each for name, each in known if isinstance(each, str)}
