"""The fault matrix: which endpoint fails, of which gateway, and which entities may notice it."""

from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import KW_ONLY, dataclass, field, replace
import re
from typing import Final

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.envoy.kit import MISSING, entry_for, states
from tests.integration.envoy.truth import POWER_W, wrong_states
from tests.integration.machine import TimeMachine
from tests.integration.units import HOME
from tests.simulators.clock import Clock
from tests.simulators.envoy import (
    CtKind,
    Endpoint,
    EnvoySimulator,
    Fault,
    Fittings,
    Shape,
    envoy_house,
    row_of,
)
from tests.simulators.envoy.ensemble import C6_SERIAL, COLLAR_SERIAL, CONTROLLER_SERIAL
from tests.simulators.envoy.gateway import FIRST_ACB, FIRST_ENCHARGE

POLL_S: Final = 300
"""How often is asked: rarely, because what takes time in these tests is asking."""
PACE: Final = {"poll_interval": POLL_S, "panels_interval": POLL_S, "slow_interval": POLL_S}
CADENCE_S: Final = 240
"""Panels report so often, so that there is news of them in a short test."""
COME_IN_S: Final = POLL_S + 10
"""By then everything has been read twice."""
ROUND_S: Final = POLL_S + 60
"""By then everything has been read once more, also behind a page that takes its time."""
STEP_S: Final = 10
GRACE_S: Final = 900
SLOW_ANSWER_S: Final = 20.0
"""Too late for a quick endpoint, in time for a slow one."""

KINDS: Final = (
    Fault.FAIL,
    Fault.TRUNCATED,
    Fault.HTML,
    Fault.WRONG_SHAPE,
    Fault.UNAUTHORIZED,
    Fault.MOVED,
    Fault.SILENT,
    Fault.SLOW,
)
EVERYTHING: Final = replace(
    Shape.D8_3_GENERATOR.fittings,
    cts=frozenset({CtKind.PRODUCTION, CtKind.NET_CONSUMPTION, CtKind.STORAGE}),
    encharges=1,
    acbs=1,
    collar=True,
    c6=True,
    phases=1,
)
TWO_PHASES: Final = replace(EVERYTHING, phases=2)

# About the conversation itself, and what is told once.
_ABOUT_THE_LINK: Final = {
    "alarms",
    "answer_time",
    "counter_corrections",
    "last_answer",
    "refused_values",
}

type States = Mapping[str, str]


@dataclass(frozen=True)
class Row:
    """A row of the matrix: an endpoint, and the entities that nothing else brings."""

    endpoint: Endpoint
    own: str = "nothing"
    """A pattern of keys; everything else must stay live and right."""
    _: KW_ONLY
    at_start: str = "nothing"
    """What cannot be read either before this endpoint has answered once."""
    shape: Shape = Shape.D8_3_GENERATOR
    fittings: Fittings | None = EVERYTHING
    """None: what is usual for the shape."""
    panels: int = 2
    kinds: Collection[Fault] = KINDS
    outlives_s: float = 0.0
    """For how long what it said last is still the newest there is."""

    def __str__(self) -> str:
        """Name the row as the matrix prints it."""
        return f"envoy: {self.endpoint}"

    def owns(self, key: str) -> bool:
        """Tell whether only this endpoint brings a key."""
        return re.fullmatch(self.own, key) is not None

    @property
    def just_started(self) -> Row:
        """The row as it is before its endpoint has answered once."""
        return replace(self, own=f"{self.own}|{self.at_start}")


def cases(rows: Collection[Row], kinds: Collection[Fault] = KINDS) -> Iterator[object]:
    """Give every kind of fault of every row."""
    for row in rows:
        for kind in kinds:
            if kind in row.kinds:
                yield pytest.param(row, kind, id=f"{row.shape.name}-{row.endpoint}-{kind}")


@dataclass
class House:
    """A gateway that a row is about, and the entry that shows it."""

    hass: HomeAssistant
    machine: TimeMachine
    gateway: EnvoySimulator
    entry: MockConfigEntry = field(init=False)

    def __post_init__(self) -> None:
        """Make the entry."""
        self.entry = entry_for(self.gateway, options=PACE)

    def states(self) -> dict[str, str]:
        """Give what is shown of the house."""
        shown = states(self.hass, self.entry)
        return {key: state for key, state in shown.items() if key not in _ABOUT_THE_LINK}

    def wrong(self) -> dict[str, tuple[str, object]]:
        """Collect what is shown differently from the truth."""
        return wrong_states(self.hass, self.entry, self.gateway)

    def turn(self) -> None:
        """Let everything be otherwise than it was, so that an old value is not a right one."""
        gateway, memory = self.gateway, self.gateway.memory
        for panel in gateway.field.panels:
            gateway.field.set_gain(panel, 0.6)
            panel.error_s = 7
            panel.flags = 1
        memory.storage_mode = "backup"
        memory.reserve_soc = 35
        memory.charge_from_grid = True
        memory.generator_on = True
        memory.unheard |= {CONTROLLER_SERIAL, COLLAR_SERIAL, C6_SERIAL}
        memory.unheard |= {str(FIRST_ENCHARGE), str(FIRST_ACB)}
        for kind in gateway.gateway.fittings.cts:
            gateway.ct_problem(kind, "normal", "power-on-unused-phase")

    async def until_asked(self, path: str, within_s: float) -> None:
        """Wait until an endpoint has been asked once."""
        before = len(self.gateway.requests)
        for _ in range(round(within_s / STEP_S)):
            await self.machine.run(STEP_S)
            if path in (what.partition("?")[0] for _, what in self.gateway.requests[before:]):
                return
        pytest.fail(f"{path} is not asked within {within_s} s")


def missing(shown: States) -> set[str]:
    """Collect what has no value."""
    return {key for key, state in shown.items() if state in MISSING}


def strange(row: Row, before: States, now: States, then: States) -> dict[str, tuple[str, str, str]]:
    """Collect what is neither as it was nor as it is; of other endpoints, also what is as it was.

    Energies of the row itself may be anything between. What has no value is not strange.
    """
    return {
        key: (before[key], shown, then[key])
        for key, shown in now.items()
        if not (
            shown in MISSING
            or _is_same(key, shown, then[key])
            or (row.owns(key) and _has_stood(key, before[key], shown, then[key]))
        )
    }


def stale(before: States, now: States, then: States) -> set[str]:
    """Collect what is shown as it was, though it is otherwise; counters may stand."""
    return {
        key
        for key, shown in now.items()
        if shown == before[key]
        and not (shown in MISSING or "_energy_" in key or _is_same(key, shown, then[key]))
    }


def _is_same(key: str, one: str, other: str) -> bool:
    """Tell whether two states say the same: pages round powers differently."""
    try:
        difference = abs(float(one) - float(other))
    except ValueError:
        return one == other
    return difference <= (POWER_W if "_power" in key else 0)


def _has_stood(key: str, before: str, shown: str, then: str) -> bool:
    """Tell whether a value is what it was, or a counter on its way."""
    if "_energy_" in key and then not in MISSING:
        return float(before) <= float(shown) <= float(then)
    return shown == before


@asynccontextmanager
async def house_of(row: Row, hass: HomeAssistant, machine: TimeMachine) -> AsyncIterator[House]:
    """Run the gateway of a row, with panels that report often and weather that stands still."""
    fittings = row.fittings or row.shape.fittings
    site = envoy_house(
        Clock(running=True), seed=7, place=HOME, panels=row.panels, fittings=fittings
    )
    site.freeze_weather()
    panels = row_of(site, row.panels, cadence_s=CADENCE_S)
    gateway = EnvoySimulator(site, shape=row.shape, panels=panels, fittings=fittings)
    gateway.slow_s = SLOW_ANSWER_S
    await gateway.start()
    house = House(hass, machine, gateway)
    try:
        yield house
    finally:
        await machine.finish(hass.config_entries.async_unload(house.entry.entry_id))
        await gateway.stop()
