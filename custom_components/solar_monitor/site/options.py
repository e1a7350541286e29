"""The options of the site: a menu, because nobody needs all of it and everything has a default."""

from collections.abc import Iterable, Mapping
from datetime import time
from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.helpers.selector import SelectOptionDict

from ..logic.flows import Feed
from ..logic.peaks import OnPeak
from .names import entity_of, reference_to
from .options_arrays import ArraySteps
from .options_checks import error_beside_numbers, error_in_loads, own_entities
from .options_data import (
    CONF_ALARMS,
    CONF_BEGIN,
    CONF_CAPACITY,
    CONF_COMMON_BANK,
    CONF_END,
    CONF_EXCLUDED,
    CONF_FEED,
    CONF_FEEDS,
    CONF_GRID_METER,
    CONF_HOME_METER,
    CONF_HYBRID,
    CONF_LOADS,
    CONF_ON_PEAK,
    CONF_SHEDDING,
    CONF_SOC_OF,
    CONF_WEEKDAYS,
    INVERTERS,
    RECKONED,
    FeedPoint,
)
from .options_forms import (
    AUTO,
    CONF_ARRAY,
    CONF_SOURCES,
    array_schema,
    battery_schema,
    feed_schema,
    meters_schema,
    on_peak_schema,
    sources_schema,
)
from .options_others import OtherSteps
from .options_thresholds import (
    alarms_schema,
    alarms_shown,
    error_in_shedding,
    loads_schema,
    loads_shown,
    loads_stored,
)

MENU: Final = (
    "sources",
    "meters",
    "feeds",
    "others",
    "arrays",
    "battery",
    "loads",
    "alarms",
    "on_peak",
)

ABORT_NO_SOURCES: Final = "no_sources"
ABORT_NO_ARRAYS: Final = "no_arrays"


class SiteOptionsFlow(OtherSteps, ArraySteps):
    """The menu, and the steps that are one form each."""

    _feeding: str = ""
    """The array whose place is asked for."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the menu: in a step of our own, its texts are not those of other kinds."""
        return await self.async_step_site(user_input)

    async def async_step_site(
        self,
        user_input: dict[str, Any] | None = None,  # noqa: ARG002 - a menu
    ) -> ConfigFlowResult:
        """Show the menu."""
        return self.async_show_menu(step_id="site", menu_options=list(MENU))

    async def async_step_done(
        self,
        user_input: dict[str, Any] | None = None,  # noqa: ARG002 - nothing is asked
    ) -> ConfigFlowResult:
        """Close the dialog; everything is kept already."""
        return self.finish()

    async def async_step_sources(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which sources are part of the site. One that is added later is, by itself."""
        members = self.choices.members
        if not members:
            return self.async_abort(reason=ABORT_NO_SOURCES)
        if user_input is not None:
            chosen = user_input[CONF_SOURCES]
            excluded = [member.name for member in members if member.name not in chosen]
            return self.finish(**{CONF_EXCLUDED: excluded or None})
        return self.async_show_form(
            step_id="sources",
            data_schema=self.add_suggested_values_to_schema(
                sources_schema(self.choices.sources()),
                {CONF_SOURCES: [member.name for member in members if member.included]},
            ),
        )

    async def async_step_meters(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask what measures the grid and the house."""
        if user_input is not None:
            return self.finish(
                **{key: _chosen(user_input[key]) for key in (CONF_GRID_METER, CONF_HOME_METER)}
            )
        choices, options = self.choices, self.options
        grid, home = choices.grid_meters(), choices.home_meters()
        shown = {
            CONF_GRID_METER: _offered(options.grid_meter, grid, INVERTERS),
            CONF_HOME_METER: _offered(options.home_meter, home, RECKONED),
        }
        return self.async_show_form(
            step_id="meters",
            data_schema=self.add_suggested_values_to_schema(meters_schema(grid, home), shown),
        )

    async def async_step_feeds(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask which array is meant, if there are several."""
        arrays = self.choices.arrays()
        if not arrays:
            return self.async_abort(reason=ABORT_NO_ARRAYS)
        if user_input is None and len(arrays) > 1:
            return self.async_show_form(step_id="feeds", data_schema=array_schema(arrays))
        self._feeding = arrays[0]["value"] if user_input is None else user_input[CONF_ARRAY]
        return await self.async_step_feed()

    async def async_step_feed(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask where an array feeds in."""
        choices, feeds = self.choices, self.options.feeds
        hybrids = choices.hybrids()
        if user_input is not None:
            hybrid = _chosen(user_input.get(CONF_HYBRID, AUTO))
            point = FeedPoint(feed=Feed(user_input[CONF_FEED]), hybrid=hybrid)
            return self.finish(**{CONF_FEEDS: feeds_stored({**feeds, self._feeding: point})})
        point = feeds.get(self._feeding, FeedPoint())
        shown = {CONF_FEED: point.feed.value, CONF_HYBRID: _offered(point.hybrid, hybrids)}
        names = {array["value"]: array["label"] for array in choices.arrays()}
        if self._feeding not in names:  # it has gone since it was chosen
            return await self.async_step_site()
        return self.async_show_form(
            step_id="feed",
            data_schema=self.add_suggested_values_to_schema(feed_schema(hybrids), shown),
            description_placeholders={"name": names[self._feeding]},
        )

    async def async_step_battery(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what the batteries are together."""
        if user_input is not None:
            return self.finish(
                **{
                    CONF_COMMON_BANK: user_input[CONF_COMMON_BANK],
                    CONF_SOC_OF: _chosen(user_input[CONF_SOC_OF]),
                    CONF_CAPACITY: user_input.get(CONF_CAPACITY),
                }
            )
        banks, options = self.choices.banks(), self.options
        shown: dict[str, Any] = {
            CONF_COMMON_BANK: options.common_bank,
            CONF_SOC_OF: _offered(options.soc_of, banks),
        }
        if options.capacity_kwh is not None:
            shown[CONF_CAPACITY] = options.capacity_kwh
        return self.async_show_form(
            step_id="battery",
            data_schema=self.add_suggested_values_to_schema(battery_schema(banks), shown),
        )

    async def async_step_loads(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask what load shedding may turn off, in which order, and how."""
        errors: dict[str, str] = {}
        shedding = self.options.shedding
        if user_input is not None:
            loads = [reference_to(self.hass, each) for each in user_input[CONF_LOADS]]
            stored = loads_stored(user_input, loads)
            if error := error_in_loads(self.hass, loads):
                errors[CONF_LOADS] = error
            elif error := error_in_shedding(stored) or error_beside_numbers(
                self.config_entry, stored
            ):
                errors["base"] = error
            else:
                return self.finish(**{CONF_SHEDDING: stored})
        entity_ids = (entity_of(self.hass, reference) for reference in shedding.loads)
        known = [entity_id for entity_id in entity_ids if entity_id is not None]
        shown = user_input or loads_shown(shedding, known)
        schema = loads_schema(own_entities(self.hass))
        return self.async_show_form(
            step_id="loads",
            data_schema=self.add_suggested_values_to_schema(schema, shown),
            errors=errors,
        )

    async def async_step_alarms(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for thresholds; a section that was left out is as before."""
        alarms = self.options.alarms
        shown = alarms_shown(alarms)
        if user_input is not None:
            return self.finish(**{CONF_ALARMS: {**shown, **user_input}})
        return self.async_show_form(
            step_id="alarms",
            data_schema=self.add_suggested_values_to_schema(alarms_schema(alarms), shown),
        )

    async def async_step_on_peak(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the hours in which power costs more; without a day there are none."""
        if user_input is not None:
            return self.finish(**{CONF_ON_PEAK: user_input if user_input[CONF_WEEKDAYS] else None})
        hours = self.options.on_peak
        return self.async_show_form(
            step_id="on_peak",
            data_schema=self.add_suggested_values_to_schema(
                on_peak_schema(), on_peak_stored(hours) if hours else None
            ),
        )


def feeds_stored(feeds: Mapping[str, FeedPoint]) -> dict[str, dict[str, str | None]]:
    """Give where arrays feed in as it is stored."""
    return {
        name: {CONF_FEED: point.feed.value, CONF_HYBRID: point.hybrid}
        for name, point in feeds.items()
    }


def on_peak_stored(hours: OnPeak) -> dict[str, Any]:
    """Give the hours as they are stored, and as the form shows them."""
    return {
        CONF_WEEKDAYS: [str(day) for day in sorted(hours.weekdays)],
        CONF_BEGIN: _time_of(hours.begin_min),
        CONF_END: _time_of(hours.end_min),
    }


def _time_of(minutes: int) -> str:
    """Give a time of day as a form shows it."""
    return time(*divmod(minutes, 60)).isoformat()


def _chosen(value: str) -> str | None:
    """Give what was chosen; None where it is left to us."""
    return None if value == AUTO else value


def _offered(value: str | None, options: Iterable[SelectOptionDict], *words: str) -> str:
    """Give what was chosen before, if that can still be chosen."""
    offered = {*words, *(option["value"] for option in options)}
    return value if value is not None and value in offered else AUTO
