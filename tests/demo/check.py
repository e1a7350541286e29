"""`scripts/demo --check`: Home Assistant shows what is true, or it does not."""

import asyncio
from collections.abc import Iterable
import time

from tests.demo import onboarding
from tests.demo.complaints import complaints
from tests.demo.config import ROOT
from tests.demo.demo import Demo
from tests.demo.entities import Shown
from tests.demo.say import say
from tests.demo.table import Line, compare, print_table
from tests.demo.truth import true_values
from tests.simulators.logger import LoggerSimulator

POLL_INTERVAL_S = 10
"""The shortest that the options allow."""
POLLS = 2
AGREE_S = 60
"""How long Home Assistant may take to agree."""
LOOK_EVERY_S = 0.5


async def check(demo: Demo) -> bool:
    """Freeze the weather, wait for agreement, print the table; returns whether all is well."""
    demo.logger.site.freeze_weather()
    await onboarding.set_options(demo.client, demo.entry_id, {"poll_interval": POLL_INTERVAL_S})
    begin = len(demo.logger.requests)
    end = time.monotonic() + AGREE_S
    while True:
        entities = list((await demo.entities()).values())
        lines = compare(entities, true_values(demo.logger))
        polls = count_polls(demo.logger, begin)
        if (polls >= POLLS and lines and all(line.ok for line in lines)) or (
            time.monotonic() > end
        ):
            break
        await asyncio.sleep(LOOK_EVERY_S)
    log = demo.hass.log.read_text(errors="replace")
    problems = list(find_problems(lines, polls, complaints(log, str(ROOT))))
    print_table(lines)
    report(lines, polls, problems)
    return not problems


def count_polls(logger: LoggerSimulator, begin: int) -> int:
    """Count how often a live value was read since the `begin`-th request."""
    word = logger.inverter.live_word
    return sum(address <= word < address + count for _, address, count in logger.requests[begin:])


def find_problems(lines: Iterable[Line], polls: int, complained: Iterable[str]) -> Iterable[str]:
    """Say everything for which the check fails."""
    lines = list(lines)
    if not lines:
        yield "There is no entity of ours."
    for line in lines:
        if not line.shown.there:
            yield f"{line.shown.entity_id} is {line.shown.state}."
        elif not line.ok:
            yield f"{line.shown.entity_id} is {line.shown.state}, should be {line.truth}."
    if polls < POLLS:
        yield f"The simulated logger saw {polls} polls instead of {POLLS}."
    for record in complained:
        yield f"In the log: {record}"


def report(lines: Iterable[Line], polls: int, problems: Iterable[str]) -> None:
    """Print the verdict."""
    shown = [line.shown for line in lines]
    say(f"\n{len(shown)} entities are enabled; {polls} polls since the weather stands still.")
    waiting = [entity.entity_id for entity in shown if _never_fired(entity)]
    if waiting:
        say(f"Unknown by design, because it has not happened yet: {', '.join(waiting)}")
    for problem in problems:
        say(f"PROBLEM  {problem}")
    verdict = "FAILED" if problems else "passed: Home Assistant shows what the simulator knows"
    say(f"Check {verdict}.")


def _never_fired(entity: Shown) -> bool:
    return entity.entity_id.startswith("event.") and entity.state == "unknown"
