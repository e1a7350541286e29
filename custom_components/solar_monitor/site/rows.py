"""All rows of the site: one table for each of its pieces."""

from collections.abc import Callable
from itertools import chain
from typing import Final

from ..sources.rows_kit import one_of_each
from ..sources.spec import Rows, Source
from .alarms import alarm_rows_of
from .rows_alarms import every_alarm_row
from .rows_energy import energy_rows
from .rows_shedding import every_shedding_row, shedding_rows_of
from .shape import Feature, Shape
from .source import SiteSource

_EVERYTHING: Final = Shape(frozenset(Feature), (("panels", "panels"),))

TABLES: Final[tuple[Callable[[SiteSource], Rows], ...]] = (
    lambda source: energy_rows(source.model.shape),
    alarm_rows_of,
    shedding_rows_of,
)
"""The rows that this site has, of each piece."""
EVERY_TABLE: Final[tuple[Callable[[], Rows], ...]] = (
    lambda: energy_rows(_EVERYTHING),
    every_alarm_row,
    every_shedding_row,
)
"""The rows that any site can have, of each piece."""


def rows(source: Source) -> Rows:
    """The rows of the site as it is now."""
    if not isinstance(source, SiteSource):
        return Rows()
    return _joined(*(table(source) for table in TABLES))


def every_row() -> Rows:
    """All rows that any site can have, under the keys of their texts."""
    made = _joined(*(table() for table in EVERY_TABLE))
    return Rows(
        sensors=one_of_each(made.sensors),
        binary_sensors=one_of_each(made.binary_sensors),
        events=one_of_each(made.events),
        switches=one_of_each(made.switches),
        buttons=one_of_each(made.buttons),
        numbers=one_of_each(made.numbers),
    )


def _joined(*tables: Rows) -> Rows:
    """Put tables together."""
    return Rows(
        sensors=tuple(chain.from_iterable(each.sensors for each in tables)),
        binary_sensors=tuple(chain.from_iterable(each.binary_sensors for each in tables)),
        events=tuple(chain.from_iterable(each.events for each in tables)),
        switches=tuple(chain.from_iterable(each.switches for each in tables)),
        buttons=tuple(chain.from_iterable(each.buttons for each in tables)),
        numbers=tuple(chain.from_iterable(each.numbers for each in tables)),
    )
