"""`scripts/demo --check`: Home Assistant shows what is true, or it does not."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
import time

from tests.demo import onboarding
from tests.demo.complaints import complaints
from tests.demo.config import ROOT
from tests.demo.demo import Demo
from tests.demo.rehearsal import rehearse
from tests.demo.say import say
from tests.demo.table import UNKNOWN, Line, print_table
from tests.demo.watched import Watched

POLLS = 2
AGREE_S = 60
"""How long Home Assistant may take to agree."""
LOOK_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class Look:
    """What one source showed, and how often its device has been asked since all stands still."""

    kind: str
    lines: list[Line]
    polls: int
    missing: frozenset[str] = frozenset()
    """The keys of entities that must be there and are not."""

    @property
    def ok(self) -> bool:
        """Whether all is well."""
        all_there = bool(self.lines) and not self.missing
        return self.polls >= POLLS and all_there and all(line.ok for line in self.lines)


async def check(demo: Demo) -> bool:
    """Let the house stand still, wait for agreement, print it; returns whether all is well."""
    demo.house.hold_still()
    found = await asyncio.gather(*(attend(demo, watched) for watched in demo.everything))
    looks = [seen for seen, _ in found]
    log = demo.hass.log.read_text(errors="replace")
    problems = [
        *(problem for _, rehearsed in found for problem in rehearsed),
        *(problem for each in looks for problem in find_problems(each)),
        *(f"In the log: {record}" for record in complaints(log, str(ROOT))),
    ]
    print_table(line for each in looks for line in each.lines)
    report(looks, problems)
    if problems:
        await tell_refusals(demo)
    return not problems


async def tell_refusals(demo: Demo) -> None:
    """Say what the guards have refused, for whoever has to find out why the check fails."""
    for watched in demo.everything:
        exported = await demo.client.get(f"/api/diagnostics/config_entry/{watched.entry_id}")
        source = exported["data"].get("source", {})
        if refusals := source.get("refusals"):
            say(f"{watched.kind} refused: {refusals}")
            say(f"{watched.kind} counters: {source.get('memory')}")


async def attend(demo: Demo, watched: Watched) -> tuple[Look, list[str]]:
    """Look at a source until it agrees; returns the look, and what an alarm did not bring."""
    begin, rehearsed = watched.polls(), []
    if watched.hurry:
        await onboarding.set_options(demo.client, watched.entry_id, watched.hurry)
    if watched.account:
        rehearsed = await rehearse(demo.client, lambda: demo.entities(watched), watched.account)
    end = time.monotonic() + AGREE_S
    while True:
        seen = await look(demo, watched, begin)
        if seen.ok or time.monotonic() > end:
            return seen, rehearsed
        await asyncio.sleep(LOOK_EVERY_S)


async def look(demo: Demo, watched: Watched, begin: int) -> Look:
    """Hold what a source shows against the truth of now."""
    lines = await demo.compare(watched)
    missing = watched.required - {line.shown.key for line in lines}
    return Look(watched.kind, lines, watched.polls() - begin, missing)


def find_problems(seen: Look) -> Iterator[str]:
    """Say everything about a source for which the check fails."""
    if not seen.lines:
        yield f"There is no entity of the {seen.kind}."
    for key in sorted(seen.missing):
        yield f"There is no entity {key} of the {seen.kind}."
    for line in seen.lines:
        if line.ok:
            continue
        if line.shown.there:
            yield f"{line.shown.entity_id} is {line.shown.state}, should be {line.truth}."
        else:
            yield f"{line.shown.entity_id} is {line.shown.state}."
    if seen.polls < POLLS:
        yield f"The simulated {seen.kind} saw {seen.polls} polls instead of {POLLS}."


def report(looks: Iterable[Look], problems: Iterable[str]) -> None:
    """Print the verdict."""
    say()
    for each in looks:
        agree = sum(line.ok for line in each.lines)
        say(
            f"{each.kind}: {len(each.lines)} entities are enabled, {agree} agree; "
            f"{each.polls} polls since the weather stands still."
        )
        waiting = [
            line.shown.entity_id for line in each.lines if line.ok and line.shown.state == UNKNOWN
        ]
        if waiting:
            say(f"Unknown by design, because it has not happened yet: {', '.join(waiting)}")
    for problem in problems:
        say(f"PROBLEM  {problem}")
    verdict = "FAILED" if problems else "passed: Home Assistant shows what the simulators know"
    say(f"Check {verdict}.")
