"""Load shedding in real time: a tiny battery, two loads that go off in order and come back."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
import time
from typing import Final, NamedTuple

from tests.demo.client import Json
from tests.demo.complaints import complaints
from tests.demo.config import ROOT, free_port
from tests.demo.demo import Demo, running_demo
from tests.demo.entities import events_of
from tests.demo.house import WAYS, House, build, running
from tests.demo.loads import LOADS, Load
from tests.demo.say import say
from tests.simulators.battery import BatterySpec
from tests.simulators.plant import plant_for
from tests.simulators.site import Site

FAMILY: Final = "hybrid_1p"
TINY: Final = BatterySpec(capacity_kwh=0.3, max_charge_w=2000, max_discharge_w=2000)
"""Its charge changes by less than 2 % from poll to poll, and by less than 4 % if one is missed; a
jump of 5 % would be taken for a faulty reading, and what follows it too, for two minutes."""
RESTING: Final = replace(TINY, max_charge_w=0, max_discharge_w=0)
FIRST_SOC: Final = 42.0
"""By the time that enough readings are there, it is below 40 %, where the first load goes off."""
RESTORE_ABOVE: Final = 45
SHORT_S: Final = 5.0
SHORT: Final = {"hours": 0, "minutes": 0, "seconds": int(SHORT_S)}
SHEDDING: Final = {
    "step": 1,
    "min_on_s": SHORT,
    "min_off_s": SHORT,
    "stagger_s": SHORT,
    "critical_stagger_s": SHORT,
}
"""In the form of the options."""
SUN_W: Final = 5000.0
POLL_EVERY_S: Final = 10
"""The shortest interval that the options allow."""
LOOK_EVERY_S: Final = 0.25
SKEW_S: Final = 0.3
"""How much shorter a pause may seem: Home Assistant measures it with another clock."""
LONGEST_S: Final = 180.0
"""How long all of it may take."""
SETTLED_S: Final = 10.0
"""How long it may take until status and events say what the loads show already."""
ON: Final = "on"
OFF: Final = "off"
EXPECTED: Final = (
    *((load.name, OFF) for load in LOADS),
    *((load.name, ON) for load in reversed(LOADS)),
)
EVENTS: Final = ("shed", "restored")


class Turned(NamedTuple):
    """A load that went off or on."""

    name: str
    state: str
    at: float
    """By Home Assistant's clock, in unix seconds."""


@asynccontextmanager
async def tiny_house() -> AsyncIterator[House]:
    """Run a house without sun, whose tiny battery rests until the scene begins."""
    house = build(FAMILY, WAYS["solarman_v5"], plant=replace(plant_for(FAMILY), battery=TINY))
    house = replace(house, options={"poll_interval": POLL_EVERY_S}, shedding=SHEDDING)
    site = house.site
    site.battery.spec = RESTING
    site.set_soc(FIRST_SOC)
    site.freeze_weather()
    let_sun(site, 0.0)
    async with running(house):
        yield house


async def play_shedding(folder: Path) -> list[str]:
    """Play the scene in a Home Assistant of its own; returns what went wrong."""
    async with tiny_house() as house, running_demo(folder, free_port(), house, day=False) as demo:
        problems = await Stage(demo).play()
        log = demo.hass.log.read_text(errors="replace")
        return [*problems, *(f"In the log: {record}" for record in complaints(log, str(ROOT)))]


@dataclass(eq=False)
class Stage:
    """Where the scene is played."""

    demo: Demo
    turned: list[Turned] = field(default_factory=list)
    _begin: float = field(default_factory=time.monotonic)
    _states: dict[str, str] = field(
        default_factory=lambda: dict.fromkeys((load.name for load in LOADS), ON)
    )

    async def play(self) -> list[str]:
        """Let the battery run low, then the sun come; returns what went wrong."""
        site = self.demo.house.site
        await self._bring_levels_together()
        self._begin = time.monotonic()
        await self._say("armed, and the battery carries the house")
        site.battery.spec = TINY
        self._feel()
        await self._until(OFF)
        await self._say("the sun comes")
        let_sun(site, SUN_W)
        await self._until(ON)
        end = self._elapsed_s + SETTLED_S
        while True:
            problems = [problem async for problem in self._problems()]
            if not problems or self._elapsed_s > end:
                return problems
            await asyncio.sleep(LOOK_EVERY_S)

    async def _bring_levels_together(self) -> None:
        """Let loads come back at a lower charge, as a user would."""
        entities = await self.demo.entities(self.demo.site)
        level = {"entity_id": entities["restore_above"].entity_id, "value": RESTORE_ABOVE}
        await self.demo.client.post("/api/services/number/set_value", level)

    def _feel(self) -> None:
        """Let the house feel what runs in it."""
        self.demo.house.site.extra_load = sum(
            load.watts for load in LOADS if self._states[load.name] == ON
        )

    async def _until(self, state: str) -> None:
        """Look until all loads have a state, or it takes too long."""
        while set(self._states.values()) != {state} and self._elapsed_s < LONGEST_S:
            for load in LOADS:
                await self._look(load)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _look(self, load: Load) -> None:
        """Notice that a load was turned."""
        turned = noticed(load, await self.demo.client.get(f"/api/states/{load.entity_id}"))
        if turned.state == self._states[load.name]:
            return
        self._states[load.name] = turned.state
        self.turned.append(turned)
        self._feel()
        await self._say(f"{load.name} {turned.state}")

    @property
    def _elapsed_s(self) -> float:
        return time.monotonic() - self._begin

    async def _say(self, what: str) -> None:
        """Print what happened, when, and at which charge."""
        elapsed_s = self._elapsed_s
        soc = (await self.demo.entities(self.demo.site))["battery_soc"]
        say(f"Load shedding, {elapsed_s:4.1f} s, battery {soc.state} {soc.unit}: {what}.")

    async def _problems(self) -> AsyncIterator[str]:
        """Say everything that is not as it should be at the end."""
        order = tuple((name, state) for name, state, _ in self.turned)
        if order != EXPECTED:
            yield f"The loads went {order} within {LONGEST_S:.0f} s, should go {EXPECTED}."
        for problem in too_early(self.turned):
            yield problem
        entities = await self.demo.entities(self.demo.site)
        for key, state in (("load_shedding_status", "normal"), ("loads_shed", "0")):
            if entities[key].state != state:
                yield f"{entities[key].entity_id} is {entities[key].state}, not {state}."
        told = await events_of(self.demo.client, entities["load_shedding_events"].entity_id)
        for event in EVENTS:
            if event not in told:
                yield f"Load shedding told no {event}."


def let_sun(site: Site, watts: float) -> None:
    """Let the panels give so much, whatever season and weather are where it is late morning."""
    arrays = range(len(site.plant.arrays))
    for index in arrays:
        site.set_array_gain(index, 1.0)
    usual = sum(site.conditions().pv_power)
    for index in arrays:
        site.set_array_gain(index, watts / usual)


def noticed(load: Load, state: Json) -> Turned:
    """Read from the state of a load when it was turned: we may look much later."""
    at = datetime.fromisoformat(state["last_changed"])
    return Turned(load.name, state["state"], at.timestamp())


def too_early(turned: list[Turned]) -> Iterator[str]:
    """Say where two switchings of the same kind, or of the same load, are too close together."""
    for before, after in pairwise(turned):
        if after.at - before.at < SHORT_S - SKEW_S and after.state == before.state:
            yield f"{after.name} went {after.state} too soon after {before.name}."
    for first in turned:
        for second in turned:
            if first.name == second.name and 0 < second.at - first.at < SHORT_S - SKEW_S:
                yield f"{first.name} went {second.state} too soon."
