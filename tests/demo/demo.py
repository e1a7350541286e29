"""The whole demo: simulated devices, Home Assistant, our sources in it, the Energy dashboard."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
import json
from pathlib import Path
import time

from aiohttp import ClientSession

from tests.demo.client import LOOK_EVERY_S, Client, Json
from tests.demo.config import HOST, write_config
from tests.demo.dashboard import add_dashboard
from tests.demo.energy import OFFERED_S, set_up_energy
from tests.demo.entities import Shown, read_entities
from tests.demo.errors import DemoError
from tests.demo.house import House
from tests.demo.loads import choose_loads, make_loads, turn
from tests.demo.onboarding import (
    add_credential,
    add_source,
    create_owner,
    find_site,
    set_options,
)
from tests.demo.past import import_past
from tests.demo.process import Hass
from tests.demo.site_truth import SiteTruth
from tests.demo.table import Line, compare
from tests.demo.watched import Watched
from tests.demo.whole import watched_site

START_S = 60
"""How long Home Assistant may take to start; 5 s are usual."""
FIRST_VALUES_S = 60
"""Those of a group that was turned on come after Home Assistant's half a minute."""
READY_S = 2 * START_S + 4 * FIRST_VALUES_S + OFFERED_S
"""How long all may take until the demo is ready: it answers, it runs, three sources and the site
have their values, and the Energy dashboard is set up."""
READY_FILE = "demo.json"
"""In the configuration folder: how to reach the running demo, for other programs."""


@dataclass(kw_only=True)
class Demo:
    """The running demo."""

    hass: Hass
    client: Client
    house: House
    watched: list[Watched] = field(init=False)
    """The devices that Home Assistant talks to."""
    truth: SiteTruth = field(init=False)
    """What is true of all of them together."""
    site: Watched = field(init=False)
    """What Home Assistant makes of them."""

    def __post_init__(self) -> None:
        """Look at what there is to watch."""
        self.watched = self.house.watched()
        self.truth = SiteTruth(self.house)
        self.site = watched_site(self.truth)

    @property
    def everything(self) -> list[Watched]:
        """The devices and the site, each with an entry."""
        return [*self.watched, self.site]

    async def entities(self, watched: Watched) -> dict[str, Shown]:
        """Read the enabled entities of a source, by their keys."""
        return await read_entities(self.client, watched.entry_id, watched.id_prefix)

    async def compare(self, watched: Watched) -> list[Line]:
        """Hold what a source shows against the truth of now."""
        entities = await self.entities(watched)
        return compare(entities.values(), watched.truth(), watched.unknown_at_first)

    async def wait_for_answer(self) -> None:
        """Wait until Home Assistant answers at all."""
        await self._wait_until("/api/onboarding", lambda answer: answer is not None)

    async def wait_until_running(self) -> None:
        """Wait until Home Assistant has finished its start."""
        await self._wait_until(
            "/api/config", lambda answer: answer is not None and answer["state"] == "RUNNING"
        )

    async def _wait_until(self, path: str, good: Callable[[Json], bool]) -> None:
        end = time.monotonic() + START_S
        while not good(await self.client.answers(path)):
            self.hass.require_alive()
            if time.monotonic() > end:
                raise DemoError(f"Home Assistant did not start within {START_S} s.")
            await asyncio.sleep(LOOK_EVERY_S)

    async def wait_for_values(self, watched: Watched) -> dict[str, Shown]:
        """Wait until all entities have a value; returns them also when some never get one."""
        may_wait = watched.unknown_at_first | watched.late_at_first
        end = time.monotonic() + FIRST_VALUES_S
        while True:
            entities = await self.entities(watched)
            late = {key for key, shown in entities.items() if not shown.there}
            there = entities and entities.keys() >= watched.required
            if (there and late <= may_wait) or time.monotonic() > end:
                return entities
            await asyncio.sleep(LOOK_EVERY_S)


@asynccontextmanager
async def running_demo(folder: Path, port: int, house: House, *, day: bool) -> AsyncIterator[Demo]:
    """Run a Home Assistant in a folder that watches the simulated house; stop it at the end."""
    write_config(folder, port, house)
    hass = Hass(folder)
    async with ClientSession() as session:
        demo = Demo(hass=hass, client=Client(session, f"http://{HOST}:{port}"), house=house)
        try:
            await hass.start()
            await demo.wait_for_answer()
            await create_owner(demo.client)
            await demo.wait_until_running()
            await _furnish(demo, day=day)
            _tell_how_to_reach(demo, folder)
            yield demo
        finally:
            (folder / READY_FILE).unlink(missing_ok=True)
            await hass.stop()


async def _furnish(demo: Demo, *, day: bool) -> None:
    """Add our sources and what load shedding may turn off; with a past, the Energy dashboard."""
    # An account first: a free key may be asked eight times a minute, and its minute runs then
    # while the others are added.
    for watched in sorted(demo.watched, key=lambda each: each.account is None):
        if watched.credential:
            await add_credential(demo.client, watched.credential)
        watched.entry_id = await add_source(demo.client, watched.kind, watched.form)
        if watched.options:
            await set_options(demo.client, watched.entry_id, watched.options)
    demo.site.entry_id = await find_site(demo.client)
    await make_loads(demo.client)
    await choose_loads(demo.client, demo.site.entry_id, demo.house.shedding)
    sources = [await demo.wait_for_values(watched) for watched in demo.everything]
    if not all(sources):
        raise DemoError("The integration made no entities.")
    demo.truth.joined()
    if demo.truth.has_battery:
        await turn(demo.client, "switch", sources[-1]["load_shedding"].entity_id)
    if day:
        for watched, entities in zip(demo.everything, sources, strict=True):
            await import_past(demo.client, entities, demo.house.site, watched.past)
        if not demo.house.by_hand:
            await set_up_energy(demo.client)
            await add_dashboard(demo.client)


def _tell_how_to_reach(demo: Demo, folder: Path) -> None:
    """Write the file by which other programs find the running demo."""
    known = {
        "url": demo.client.url,
        "token": demo.client.token,
        "time_zone": demo.house.site.place.time_zone,
        "entries": {watched.kind: watched.entry_id for watched in demo.everything},
        "log": str(demo.hass.log),
        "keys": demo.house.account.keys if demo.house.account else {},
    }
    file = folder / READY_FILE
    file.touch(mode=0o600)
    file.write_text(json.dumps(known))
