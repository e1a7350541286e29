"""What is wrong with a system, as states that hold and as events that tell when one begins or ends.

What an alarm was is remembered: one that began or ended while Home Assistant was off is told once
after its start. One that is open when a system is added is known and no news. A device that is
silent leaves its alarms as they were.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from ...clients.envoy.endpoints import Block
from ...clients.envoy.readings import Ct, CtKind, Readings
from ...logic.panels import Change
from ...logic.production import WINDOW_KWH, ProductionWatch, SumCheck
from ..spec import Happening
from .guards import PANEL_W, EnvoyGuards
from .sky import Sky
from .values import CT_SUM, INVERTER_SUM

ALARMS: Final = "alarms"

PRODUCTION_PROBLEM: Final = "production_problem"
METERING_PROBLEM: Final = "metering_problem"
GRID_PRESENT: Final = "grid_present"
GATEWAY_PRESENT: Final = "gateway_present"
ALARM_KEYS: Final = frozenset({PRODUCTION_PROBLEM, METERING_PROBLEM, GRID_PRESENT})

PANEL_SILENT: Final = "panel_silent"
PANEL_BACK: Final = "panel_back"
EVENT_TYPES: Final = {
    PRODUCTION_PROBLEM: {True: "production_lost", False: "production_back"},
    METERING_PROBLEM: {True: "metering_fault", False: "metering_ok"},
    GRID_PRESENT: {False: "grid_lost", True: "grid_back"},
    GATEWAY_PRESENT: {False: "gateway_lost", True: "gateway_back"},
}

# Any phase at all: the rule of the other sources as well.
GRID_V: Final = 90.0
# What an array makes at least by day, as a share of what it can: thick clouds leave ten times that.
LEAST_SHARE: Final = 0.001
LEAST_W: Final = 3.0
# An endpoint that has said nothing for so long tells nothing any more.
EVIDENCE_S: Final = 900.0
_NORMAL: Final = ("normal", None)


class Alarms:
    """Watches one system."""

    def __init__(self, memory: object = None) -> None:
        """Continue from what `memory` gave; anything else starts with nothing known."""
        saved = memory if isinstance(memory, Mapping) else {}
        told = saved.get("told")
        self._told: dict[str, bool] = {
            key: state
            for key, state in (told if isinstance(told, Mapping) else {}).items()
            if key in EVENT_TYPES and isinstance(state, bool)
        }
        self._production = ProductionWatch(saved.get("production"))
        self._sums = SumCheck(saved.get("sums"))
        self._faulty_meters: dict[str, str] | None = None
        self._grid: dict[str, tuple[bool, float]] = {}

    def memory(self) -> dict[str, Any]:
        """Everything that must survive a restart, as JSON."""
        return {
            "told": dict(self._told),
            "production": self._production.to_dict(),
            "sums": self._sums.to_dict(),
        }

    @property
    def faulty_meters(self) -> Mapping[str, str]:
        """What is wrong with the meters, by kind."""
        faults = dict(self._faulty_meters or {})
        if self._sums.agree is False:
            faults["production"] = "sums_disagree"
        return faults

    def look(
        self,
        readings: Readings,
        updated: Collection[Block],
        sky: Sky,
        guards: EnvoyGuards,
        now: float,
    ) -> tuple[dict[str, Any], tuple[Happening, ...]]:
        """Judge what the endpoints in `updated` said; returns the states and what has changed."""
        states: dict[str, bool | None] = {}
        production = readings.production
        if production is not None and production.block in updated:
            least_w = max(LEAST_W, LEAST_SHARE * PANEL_W * len(readings.panels))
            states[PRODUCTION_PROBLEM] = self._production.offer(
                production.power_w, now=now, light=sky.light, least_w=least_w
            )
        if readings.sums.block in updated:
            # Panels report late, perhaps all at once: of a large array more than the window.
            window_kwh = max(WINDOW_KWH, guards.late_kwh)
            self._sums.offer(
                guards.total(CT_SUM), guards.total(INVERTER_SUM), window_kwh=window_kwh
            )
        if Block.METERS in updated:
            self._faulty_meters = dict(_faults(readings.cts))
        # What one of the two says still holds while the other is silent, but not that all is well.
        if readings.cts and (Block.METERS in updated or self._sums.agree is False):
            states[METERING_PROBLEM] = bool(self.faulty_meters)
        self._see_grid(readings, updated, now)
        states[GRID_PRESENT] = self._grid_present(now)
        happenings = tuple(self._tell(states))
        return {key: state for key, state in states.items() if state is not None}, happenings

    def note_gateway(self, *, present: bool) -> tuple[Happening, ...]:
        """Take in whether the gateway is there."""
        return tuple(self._tell({GATEWAY_PRESENT: present}))

    def _tell(self, states: Mapping[str, bool | None]) -> Iterator[Happening]:
        """Tell what is otherwise than it was told last."""
        for key, state in states.items():
            if state is None:
                continue
            before = self._told.get(key)
            self._told[key] = state
            if before is not None and before is not state:
                attributes = self.faulty_meters if key == METERING_PROBLEM else {}
                yield Happening(
                    key=ALARMS, event_type=EVENT_TYPES[key][state], attributes=dict(attributes)
                )

    def _see_grid(self, readings: Readings, updated: Collection[Block], now: float) -> None:
        """Collect who says whether the grid is there."""
        said: dict[str, bool | None] = {}
        if readings.grid is not None and readings.grid.block in updated:
            voltages = [*readings.grid.voltages_v, readings.grid.voltage_v]
            known = [volts for volts in voltages if volts is not None]
            said["meter"] = any(volts >= GRID_V for volts in known) if known else None
        if not {Block.ENSEMBLE_RELAY, Block.ENSEMBLE_INVENTORY}.isdisjoint(updated):
            said["switch"] = readings.enpower.grid_present if readings.enpower else None
        if Block.ENSEMBLE_INVENTORY in updated:
            said["collar"] = readings.collar.grid_present if readings.collar else None
        for witness, present in said.items():
            if present is None:
                self._grid.pop(witness, None)
            else:
                self._grid[witness] = (present, now)

    def _grid_present(self, now: float) -> bool | None:
        """Tell whether the grid is there: lost if anybody says so."""
        said = [present for present, at in self._grid.values() if now - at <= EVIDENCE_S]
        return all(said) if said else None


def panel_happenings(changes: Collection[Change]) -> Iterator[Happening]:
    """Tell of panels whose problem began or ended."""
    for change in changes:
        attributes = {"serial": change.serial}
        if change.problem is not None:
            attributes["problem"] = str(change.problem)
        yield Happening(
            key=ALARMS,
            event_type=PANEL_BACK if change.problem is None else PANEL_SILENT,
            attributes=attributes,
        )


def _faults(cts: Mapping[CtKind, Ct]) -> Iterator[tuple[str, str]]:
    """Name the meters that do not measure as they should."""
    for kind, ct in cts.items():
        if not ct.enabled:
            continue
        if ct.metering_status not in _NORMAL:
            yield str(kind), str(ct.metering_status)
        elif ct.status_flags:
            yield str(kind), ", ".join(ct.status_flags)
