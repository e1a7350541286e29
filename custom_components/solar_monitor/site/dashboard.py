"""A ready dashboard of the site: one view in sections, which a phone shows below each other.

Only cards that come with Home Assistant; only what this site has and is enabled. Nothing is stored:
the user takes the text, and whatever he does to it later is his.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.util.yaml import dump

from ..logic.site_totals import Flow
from . import alarm_keys, keys, shedder_keys
from .alarm_words import LIST, TEXT, WHAT_TO_DO
from .dashboard_entities import Finder, Shown
from .energies import LOAD

if TYPE_CHECKING:
    from homeassistant.config_entries import ConfigEntry

type Card = dict[str, Any]

_FULL: Final[Card] = {"columns": "full"}
_DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile for one entity of the site."""

    key: str
    name: str = ""
    """Shorter than the entity's, as it stands below a heading; the user's own name comes first."""
    platform: Platform = Platform.SENSOR
    more: Mapping[str, Any] = field(default_factory=dict)


def _problem(key: str) -> Tile:
    """Make the tile of a problem."""
    return Tile(key, _SHORT.get(key, ""), Platform.BINARY_SENSOR)


_SHORT: Final = {
    alarm_keys.UNREACHABLE: "Unreachable",
    "production_problem": "Production",
}
POWERS: Final = (
    Tile(keys.PV_POWER, more={"color": "amber"}),
    Tile(keys.LOAD_POWER, more={"color": "deep-orange"}),
    Tile(keys.GRID_POWER, more={"color": "blue"}),
    Tile(keys.BATTERY_POWER, more={"color": "green"}),
    Tile(keys.GENERATOR_POWER, more={"color": "brown"}),
)
TODAY: Final = (
    Tile(keys.today_key(Flow.PV), "Solar production"),
    Tile(keys.today_key(LOAD), "Consumption"),
    Tile(keys.today_key(Flow.IMPORT), "Grid import"),
    Tile(keys.today_key(Flow.EXPORT), "Grid export"),
    Tile(keys.today_key(Flow.GENERATOR), "Generator"),
    Tile(keys.SELF_CONSUMPTION),
    Tile(keys.AUTARKY),
)
BATTERY: Final = (
    Tile(keys.BATTERY_SOC, "State of charge", more={"features": [{"type": "bar-gauge"}]}),
    Tile(keys.BATTERY_RUNTIME, "Runtime"),
    Tile(keys.today_key(Flow.CHARGE), "Charged today"),
    Tile(keys.today_key(Flow.DISCHARGE), "Discharged today"),
    Tile(keys.ROUND_TRIP, "Efficiency"),
)
PANELS: Final = (
    (Platform.SENSOR, "panels_reporting"),
    (Platform.SENSOR, "weakest_panel"),
    (Platform.SENSOR, "panel_spread"),
    (Platform.BINARY_SENSOR, "panel_problem"),
)
"""What sources tell of all their panels."""
ALARMS: Final = (
    *map(_problem, alarm_keys.PROBLEMS),
    Tile(alarm_keys.ALARMS, "Last alarm", Platform.EVENT),
)
_NUMBER: Final = {"features": [{"type": "numeric-input", "style": "buttons"}]}
SHEDDING: Final = (
    Tile(shedder_keys.LOAD_SHEDDING, "Armed", Platform.SWITCH),
    Tile(shedder_keys.ACTIVE, "Active", Platform.BINARY_SENSOR),
    Tile(shedder_keys.STATUS, "Status"),
    Tile(shedder_keys.LOADS_SHED),
    Tile(shedder_keys.REASON, "Reason", more={"grid_options": _FULL}),
    Tile(shedder_keys.SHED_BELOW, "", Platform.NUMBER, _NUMBER),
    Tile(shedder_keys.RESTORE_ABOVE, "", Platform.NUMBER, _NUMBER),
    Tile(shedder_keys.EVENTS, "Last event", Platform.EVENT, {"grid_options": _FULL}),
)


@callback
def async_dashboard_of(hass: HomeAssistant, site: ConfigEntry[Any]) -> dict[str, Any]:
    """Give the dashboard of a site as YAML, and as the configuration that this is of."""
    finder = Finder(hass, site)
    sections = [
        {"type": "grid", "cards": [{"type": "heading", "heading": heading, "icon": icon}, *cards]}
        for heading, icon, made in (
            ("Power now", "mdi:flash", _power_now(finder)),
            ("Today", "mdi:calendar-today", _tiles(finder, TODAY)),
            ("Battery", "mdi:home-battery", _battery(finder)),
            ("Panels", "mdi:solar-panel", _panels(finder)),
            ("Comparison of sources", "mdi:compare", _comparison(finder)),
            ("Alarms", "mdi:alert", _alarms(finder)),
            ("Load shedding", "mdi:power-plug-off", _shedding(finder)),
        )
        if (cards := list(made))
    ]
    view = {
        "title": site.title,
        "path": "site",
        "icon": "mdi:solar-power",
        "type": "sections",
        "max_columns": 3,
        "sections": sections,
    }
    config = _unshared({"title": site.title, "views": [view]})
    return {"yaml": dump(config), "config": config}


def _unshared(node: Any) -> Any:  # noqa: ANN401 - JSON of any kind
    """Copy what is in several places, which YAML would only name at the others."""
    if isinstance(node, Mapping):
        return {key: _unshared(value) for key, value in node.items()}
    return [_unshared(each) for each in node] if isinstance(node, list) else node


def _tile(shown: Shown) -> Card:
    """Make a tile."""
    return {"type": "tile", "entity": shown.entity_id, "name": shown.name}


def _tiles(finder: Finder, tiles: Iterable[Tile]) -> Iterator[Card]:
    """Make the tiles of what the site has."""
    for tile in tiles:
        shown = finder.of_site(tile.platform, tile.key)
        if shown is not None:
            name = shown.name if shown.by_user else tile.name or shown.name
            yield {**_tile(shown), "name": name, **tile.more}


def _history(found: Iterable[Shown | None], hours: int = 24) -> Iterator[Card]:
    """Make a graph of what there is."""
    if entities := _listed(found):
        yield {
            "type": "history-graph",
            "hours_to_show": hours,
            "entities": entities,
            "grid_options": _FULL,
        }


def _listed(found: Iterable[Shown | None]) -> list[Card]:
    """List entities for a card that shows several."""
    return [{"entity": each.entity_id, "name": each.name} for each in found if each is not None]


def _power_now(finder: Finder) -> Iterator[Card]:
    """Show the powers, and how they went."""
    yield from _tiles(finder, POWERS)
    yield from _history(finder.of_site(tile.platform, tile.key) for tile in POWERS)


def _battery(finder: Finder) -> Iterator[Card]:
    """Show the battery, and how its charge went."""
    yield from _tiles(finder, BATTERY)
    yield from _history([finder.of_site(Platform.SENSOR, keys.BATTERY_SOC)], hours=48)


def _panels(finder: Finder) -> Iterator[Card]:
    """Show the panels one by one."""
    for platform, key in PANELS:
        yield from map(_tile, finder.of_sources(platform, key))
    if entities := _listed(finder.panels()):
        yield {
            "type": "glance",
            "columns": 3,
            "show_icon": False,
            "entities": entities,
            "grid_options": _FULL,
        }


def _comparison(finder: Finder) -> Iterator[Card]:
    """Show what each source produces next to the others; one alone has nothing to compare."""
    producers = list(finder.producers())
    if len(producers) < 2:  # noqa: PLR2004 - that is what it takes to compare
        return
    powers = [each.power for each in producers if each.power is not None]
    yield from map(_tile, powers)
    yield from _history(powers)
    if entities := _listed(each.total for each in producers):
        yield {
            "type": "statistics-graph",
            "chart_type": "bar",
            "period": "day",
            "days_to_show": _DAYS,
            "stat_types": ["change"],
            "entities": entities,
            "grid_options": _FULL,
        }


def _alarms(finder: Finder) -> Iterator[Card]:
    """Show what is wrong; while there is an alarm, also in words."""
    alarm = finder.of_site(Platform.BINARY_SENSOR, alarm_keys.ALARM)
    if alarm is not None:
        told = f"state_attr('{alarm.entity_id}', '{LIST}') or []"
        words = f"**{{{{ alarm.{TEXT} }}}}**\n\n{{{{ alarm.{WHAT_TO_DO} or '' }}}}\n\n"
        yield {
            "type": "markdown",
            "content": f"{{% for alarm in {told} %}}{words}{{% endfor %}}",
            "visibility": [{"condition": "state", "entity": alarm.entity_id, "state": "on"}],
            "grid_options": _FULL,
        }
    yield from _tiles(finder, ALARMS)


def _shedding(finder: Finder) -> Iterator[Card]:
    """Show load shedding with its loads, the first to be shed first."""
    own = list(_tiles(finder, SHEDDING))
    yield from own
    if own:
        yield from map(_tile, finder.loads())
