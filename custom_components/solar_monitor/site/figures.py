"""Figures of the site that need more than one look: peaks of import, efficiencies."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from ..logic.bank import runtime_h
from ..logic.flows import Flows
from ..logic.peaks import ImportPeaks
from ..logic.site_figures import Conversion, RoundTrip, autarky, self_consumption
from ..logic.site_totals import Flow
from . import keys
from .energies import LOAD
from .moment import SiteMoment
from .options_data import SiteOptions
from .yields import Yields

AT: Final = "at"
_PERCENT: Final = 100.0


class Figures:
    """Keeps what such figures are made of."""

    def __init__(self, options: SiteOptions, memory: Mapping[str, Any]) -> None:
        """Continue from what `memory` gave; anything else starts with nothing known."""
        self._peaks = ImportPeaks.from_dict(memory.get("peaks"), options.on_peak)
        self._conversion = Conversion.from_dict(memory.get("conversion"))
        self._round_trip = RoundTrip(memory.get("round_trip"))
        self._yields = Yields(options, memory.get("yields"))

    def memory(self) -> dict[str, Any]:
        """Give what must survive a restart as JSON."""
        return {
            "peaks": self._peaks.to_dict(),
            "conversion": self._conversion.to_dict(),
            "round_trip": self._round_trip.to_dict(),
            "yields": self._yields.memory(),
        }

    def look(self, flows: Flows, now: float, local: datetime, rated_w: float | None) -> None:
        """Take in the flows of a moment."""
        self._peaks.offer(flows.grid_w, local)
        self._conversion.offer(flows, rated_w=rated_w, now=now)

    def values(self, moment: SiteMoment) -> dict[str, Any]:
        """Give the figures; None for what is not known."""
        today, storage, local = moment.today, moment.storage, moment.local
        stored_kwh = None
        if storage.soc is not None and storage.capacity_kwh is not None:
            stored_kwh = storage.capacity_kwh * storage.soc / _PERCENT
        round_trip = self._round_trip.offer(
            moment.totals.get(Flow.CHARGE),
            moment.totals.get(Flow.DISCHARGE),
            stored_kwh,
            today=local.date(),
            capacity_kwh=storage.capacity_kwh,
        )
        lasts_h = runtime_h(storage, moment.flows.load_w)
        return {
            keys.SELF_CONSUMPTION: _percent(
                self_consumption(today.get(Flow.PV), today.get(Flow.EXPORT))
            ),
            keys.AUTARKY: _percent(autarky(today.get(LOAD), today.get(Flow.IMPORT))),
            keys.ROUND_TRIP: _percent(round_trip),
            keys.CONVERSION: _percent(self._conversion.efficiency(moment.rated_w)),
            keys.BATTERY_RUNTIME: None if lasts_h is None else round(lasts_h, 1),
            **self._peak_values(local),
            **self._yields.values(moment),
        }

    def _peak_values(self, local: datetime) -> dict[str, Any]:
        """Give the highest means of import, and when they were."""
        values: dict[str, Any] = {}
        for key, (length_s, on_peak) in keys.PEAKS.items():
            peak = self._peaks.peak(length_s, on_peak=on_peak)
            values[key] = None if peak is None else round(peak.mean_w)
            at = None if peak is None else datetime.fromtimestamp(peak.at, UTC)
            values[keys.about(key)] = {AT: at and at.astimezone(local.tzinfo).isoformat()}
        return values


def _percent(share: float | None) -> float | None:
    """Give a share in %."""
    return None if share is None else round(_PERCENT * share, 1)
