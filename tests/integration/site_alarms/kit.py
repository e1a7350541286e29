"""A source that says what a test lets it say, and the site that listens."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er, issue_registry as ir

from custom_components.solar_monitor.const import DOMAIN
from custom_components.solar_monitor.logic.bank import Bank
from custom_components.solar_monitor.logic.contribution import (
    Contribution,
    Evidence,
    InverterState,
    Subject,
)
from custom_components.solar_monitor.logic.flows import AcArray, Meter, Reading
from tests.integration.glue.toy import SERIAL, Toy
from tests.integration.states import state_with

if TYPE_CHECKING:
    from homeassistant.core import Event, EventStateChangedData, State
    from pytest_homeassistant_custom_component.common import MockConfigEntry

    from custom_components.solar_monitor.sources.spec import Snapshot, Source, Times
    from tests.integration.machine import TimeMachine

GOOD_FOR_S: Final = 90.0
HOUR: Final = 3_600.0


@dataclass
class Says:
    """What a source tells of itself, from the next poll on. None: it cannot tell."""

    subjects: dict[Subject, bool | None] = field(default_factory=dict)
    asleep: bool = False
    device: str = ""
    words: tuple[str, ...] = ()
    called: dict[str, str] = field(default_factory=dict)
    production_w: float | None = None
    production_good_for_s: float = GOOD_FOR_S
    good_for_s: float = GOOD_FOR_S
    """All other figures are."""
    grid_w: float | None = None
    soc: float | None = None
    celsius: float | None = None

    def contribute(self, source: Source, snapshot: Snapshot, times: Times) -> Contribution:
        """Give it to the site; while the source does not answer, what it has told grows old."""
        assert isinstance(source, Toy)
        del snapshot
        at = times.at("production_power")

        def reading(value: float | None) -> Reading:
            return Reading(value, at, self.good_for_s)

        panels = AcArray(
            name=SERIAL, power=Reading(self.production_w, at, self.production_good_for_s)
        )
        meter = Meter(name=SERIAL, power=reading(self.grid_w))
        bank = Bank(name=SERIAL, soc=reading(self.soc))
        inverter = InverterState(name=SERIAL, power=reading(0.0), temperature=reading(self.celsius))
        return Contribution(
            name=SERIAL,
            arrays=() if self.production_w is None else (panels,),
            meters=() if self.grid_w is None else (meter,),
            banks=() if self.soc is None else (bank,),
            inverters=() if self.celsius is None else (inverter,),
            evidence=tuple(self._evidence(at)),
            called=self.called,
        )

    def _evidence(self, at: float) -> Iterator[Evidence]:
        for subject, holds in self.subjects.items():
            yield Evidence(
                subject=subject,
                holds=holds,
                asleep=self.asleep,
                at=at,
                good_for_s=GOOD_FOR_S,
                device=self.device or SERIAL,
                words=self.words if holds else (),
            )


class Told:
    """Notes what the event entity of the site tells."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin to listen."""
        self.events: list[Mapping[str, Any]] = []
        self._seen: set[str] = set()
        hass.bus.async_listen("state_changed", self._on_state)

    @callback
    def _on_state(self, event: Event[EventStateChangedData]) -> None:
        state = event.data["new_state"]
        is_ours = event.data["entity_id"] == "event.solar_site_alarms"
        if state is None or not is_ours or state.state in {"unknown", "unavailable"}:
            return
        if event.data["old_state"] is not None and state.state not in self._seen:
            self.events.append(state.attributes)
        self._seen.add(state.state)

    @property
    def short(self) -> list[tuple[str, str]]:
        """Give kind and type of each."""
        return [(event["kind"], event["event_type"]) for event in self.events]


async def lose_grid(machine: TimeMachine, says: Says) -> None:
    """Let a grid that was there be lost for a while."""
    says.subjects |= {Subject.GRID: False}
    await machine.run(70)
    says.subjects |= {Subject.GRID: True}
    await machine.run(100)


def problem(hass: HomeAssistant, key: str) -> State:
    """Give the state of a binary sensor of the site."""
    return state_with(hass, f"site_{key}")


def shown(hass: HomeAssistant, key: str) -> str:
    """Give what a binary sensor of the site shows."""
    return problem(hass, key).state


def has(hass: HomeAssistant, key: str) -> bool:
    """Tell whether the site has a binary sensor."""
    found = er.async_get(hass).async_get_entity_id("binary_sensor", DOMAIN, f"site_{key}")
    return found is not None


def repairs(hass: HomeAssistant) -> dict[str, Mapping[str, str] | None]:
    """Give the repairs that are shown, with what their texts leave open."""
    return {
        str(issue.translation_key): issue.translation_placeholders
        for (domain, _), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN and issue.active and issue.dismissed_version is None
    }


async def stop(hass: HomeAssistant, machine: TimeMachine, *entries: MockConfigEntry) -> None:
    """Stop Home Assistant as far as our entries are concerned: what is not stored is forgotten."""
    for entry in entries:
        assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))
    hass.data.pop(f"{DOMAIN}_hub")


async def start(
    hass: HomeAssistant, machine: TimeMachine, *entries: MockConfigEntry, apart_s: float = 0
) -> None:
    """Start it again, with some time between the entries."""
    for entry in entries:
        assert await machine.finish(hass.config_entries.async_setup(entry.entry_id))
        await machine.run(apart_s)
