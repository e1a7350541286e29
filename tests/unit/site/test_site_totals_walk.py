"""The counters of a site whose sources come, go, fall silent and crash in any order."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
import json
from typing import Any, Final

from hypothesis import given, strategies as st
import pytest

from custom_components.solar_monitor.logic.site_totals import Flow, SiteTotals


class Event(StrEnum):
    """What happens to a source between two looks."""

    NOTHING = "nothing"
    SILENCE = "silence"
    ANSWER = "answer"
    LEAVE = "leave"
    JOIN = "join"
    RESTART = "restart"
    CRASH = "crash"


SOURCES: Final[Mapping[str, Mapping[str, Flow]]] = {
    "roof": {"pv": Flow.PV},
    "inverter": {"strings": Flow.PV, "discharge": Flow.DISCHARGE, "charge": Flow.CHARGE},
    "meter": {"import": Flow.IMPORT, "export": Flow.EXPORT},
}


@dataclass(frozen=True)
class Spell:
    """What truly flows between two looks, kWh, and what happens meanwhile."""

    pv: float
    strings: float
    kept: float
    """The share of what the strings bring that goes into the battery."""
    load: float
    event: Event
    source: str

    def rises(self) -> dict[str, float]:
        """The rises of all counters."""
        charged = self.kept * self.strings
        grid = self.load - self.pv - self.strings + charged
        return {
            "pv": self.pv,
            "strings": self.strings,
            "charge": charged,
            "discharge": 0.0,
            "import": max(0.0, grid),
            "export": max(0.0, -grid),
        }


class Walk:
    """A site whose sources come and go."""

    def __init__(self) -> None:
        """Begin with all sources."""
        self.totals = SiteTotals()
        self.stored: dict[str, Any] = {}
        self.counted = {name: 1_000.0 for source in SOURCES.values() for name in source}
        self.included = dict.fromkeys(SOURCES, True)
        self.heard = dict.fromkeys(SOURCES, True)
        self.true = dict.fromkeys([*Flow, "load"], 0.0)
        self.shown: dict[str, float] = {}
        self.look()

    def live(self, spell: Spell) -> None:
        """Let a spell pass, and look at what is shown."""
        for name, kwh in spell.rises().items():
            self.counted[name] += kwh
        for source in SOURCES.values():
            for name, flow in source.items():
                self.true[flow] += spell.rises()[name]
        self.true["load"] += spell.load
        match spell.event:
            case Event.SILENCE | Event.ANSWER:
                self.heard[spell.source] = spell.event is Event.ANSWER
            case Event.LEAVE | Event.JOIN:
                self.included[spell.source] = spell.event is Event.JOIN
            case Event.RESTART:
                self.totals = SiteTotals(json.loads(json.dumps(self.totals.to_dict())))
            case Event.CRASH:
                self.totals = SiteTotals(self.stored, proven=False)
            case Event.NOTHING:
                pass
        self.look(in_turn=spell.event is Event.NOTHING)

    def look(self, *, in_turn: bool = False) -> None:
        """Offer what is heard; what is shown never falls and is never more than there was.

        `in_turn`: it is time to store it anyway.
        """
        readings: dict[Flow, dict[str, float | None]] = {flow: {} for flow in Flow}
        for source, names in SOURCES.items():
            for name, flow in names.items() if self.included[source] else ():
                readings[flow][name] = self.counted[name] if self.heard[source] else None
        self.totals.offer(readings, load_counts=self.included["meter"])
        if self.totals.due or in_turn:
            self.stored = json.loads(json.dumps(self.totals.to_dict()))
        now = {flow.value: self.totals.total(flow) for flow in Flow} | {"load": self.totals.load}
        for name, kwh in now.items():
            if kwh is not None:
                assert kwh >= self.shown.get(name, 0.0), name
                assert kwh <= self.true[name] + 0.001, name
                self.shown[name] = kwh


spells = st.builds(
    Spell,
    pv=st.floats(0, 3),
    strings=st.floats(0, 3),
    kept=st.floats(0, 1),
    load=st.floats(0, 3),
    event=st.sampled_from(Event),
    source=st.sampled_from(sorted(SOURCES)),
)


@given(st.lists(spells, max_size=40))
def test_whoever_comes_and_goes_nothing_falls_and_no_energy_is_made_up(walk: list[Spell]) -> None:
    site = Walk()
    for spell in walk:
        site.live(spell)


QUIET: Final = (Event.NOTHING, Event.SILENCE, Event.ANSWER, Event.RESTART)


@given(st.lists(spells.filter(lambda spell: spell.event in QUIET), max_size=20))
def test_what_sources_were_silent_about_all_arrives(walk: list[Spell]) -> None:
    site = Walk()
    for spell in walk:
        site.live(spell)
    for source in SOURCES:
        site.live(Spell(0.0, 0.0, 0.0, 0.0, Event.ANSWER, source))
    for flow in (Flow.PV, Flow.IMPORT, Flow.EXPORT):
        assert site.shown[flow] == pytest.approx(site.true[flow], abs=0.002)
    assert site.shown["load"] == pytest.approx(site.true["load"], abs=0.002)
