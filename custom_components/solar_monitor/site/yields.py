"""What panels yield per installed power today, by the part that tells what they give; kWh/kWp.

A part tells itself what it has counted since midnight, or its lifetime counter does (then from the
first midnight on that is seen, `logic/today.py`). Of a counter that is silent no yield is shown.

Where all descriptions of a part name panels, and together fewer than report there, the energy of
those panels counts: that of all would be too much for them.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from ..logic.contribution import Counter
from ..logic.site_figures import specific_yield
from ..logic.site_totals import Flow
from ..logic.today import DayCounter
from . import keys
from .moment import SiteMoment
from .options_data import ArrayOption, SiteOptions


class Yields:
    """Keeps what the yields of the day are made of."""

    def __init__(self, options: SiteOptions, memory: object) -> None:
        """Continue from what `memory` gave; anything else starts with nothing known."""
        self._arrays: dict[str, list[ArrayOption]] = {}
        for array in options.arrays:
            if array.source is not None:
                self._arrays.setdefault(array.source, []).append(array)
        stored = memory if isinstance(memory, Mapping) else {}
        self._days: dict[str, dict[str, DayCounter]] = {
            part: {str(name): DayCounter(day) for name, day in days.items()}
            for part in self._arrays
            if isinstance(days := stored.get(part, {}), Mapping)
        }

    def memory(self) -> dict[str, Any]:
        """Give what must survive a restart as JSON."""
        return {
            part: {name: day.to_dict() for name, day in days.items()}
            for part, days in self._days.items()
        }

    def values(self, moment: SiteMoment) -> dict[str, Any]:
        """Give the yields; None for what is not known."""
        found: dict[str, Any] = {}
        for part, arrays in self._arrays.items():
            kwp = sum(array.kwp for array in arrays)
            made = specific_yield(self._made_kwh(part, arrays, moment), kwp)
            found[keys.yield_key(part)] = None if made is None else round(made, 2)
        return found

    def _made_kwh(
        self, part: str, arrays: Iterable[ArrayOption], moment: SiteMoment
    ) -> float | None:
        """Give what the panels that are described have made today."""
        for given in moment.contributions:
            counter = given.counters.get(part, {}).get(Flow.PV)
            if counter is not None:
                today_kwh = self._today_kwh(part, counter, moment.local)
                panels = given.panels.get(part, {})
                return None if today_kwh is None else _share(today_kwh, arrays, panels)
        return None

    def _today_kwh(self, part: str, counter: Counter, local: datetime) -> float | None:
        """Give what a counter has counted today; another of the same part has another level."""
        day = self._days.setdefault(part, {}).setdefault(counter.name, DayCounter())
        worked_out = day.offer(counter.kwh, local_now=local, firmware_today=counter.today_kwh)
        if counter.today_kwh is not None or counter.kwh is None:
            return counter.today_kwh
        return worked_out


def _share(
    whole_kwh: float, arrays: Iterable[ArrayOption], panels: Mapping[str, float | None]
) -> float | None:
    """Give the part of today's energy that is of the panels which are described."""
    named: set[str] = set()
    for array in arrays:
        if not array.panels:
            return whole_kwh
        named.update(array.panels)
    if len(named) >= len(panels):
        return whole_kwh
    made = [panels.get(serial) for serial in named]
    known = [kwh for kwh in made if kwh is not None]
    return sum(known) if len(known) == len(made) else None
