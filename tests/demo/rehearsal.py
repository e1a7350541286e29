"""An alarm that is raised and cleared while Home Assistant watches."""

import asyncio
from collections.abc import Awaitable, Callable
import time

from tests.demo.account import Account
from tests.demo.client import LOOK_EVERY_S, Client
from tests.demo.entities import Shown, events_of
from tests.demo.say import say

SEEN_S = 90
"""How long it may take until all is told: calls wait for a minute that has some left."""

type Entities = dict[str, Shown]


async def rehearse(
    client: Client, read: Callable[[], Awaitable[Entities]], account: Account
) -> list[str]:
    """Raise an alarm, press the button, clear it, press again; returns what went wrong."""
    return [
        *await _press_and_see(client, read, account.raise_alarm, "on", "alarm_raised"),
        *await _press_and_see(client, read, account.clear_alarm, "off", "alarm_cleared"),
    ]


async def _press_and_see(
    client: Client,
    read: Callable[[], Awaitable[Entities]],
    change: Callable[[], None],
    state: str,
    event: str,
) -> list[str]:
    """Change something in the cloud; see what the button brings of it."""
    change()
    entities = await read()
    begin = time.monotonic()
    # The button waits for its turn: a free key has eight calls a minute.
    await client.post("/api/services/button/press", {"entity_id": entities["refresh"].entity_id})
    # How something has ended is asked for before it is told: at the next turn, which may be now.
    await client.post(
        "/api/services/homeassistant/update_entity", {"entity_id": entities["alarm"].entity_id}
    )
    pressed = time.monotonic()
    while True:
        entities = await read()
        alarm, events = entities["alarm"], await events_of(client, entities["events"].entity_id)
        missing = [
            *([] if alarm.state == state else [f"{alarm.entity_id} is {alarm.state}, not {state}"]),
            *([] if event in events else [f"{entities['events'].entity_id} told no {event}"]),
        ]
        if not missing:
            say(
                f"{alarm.entity_id} is {state} and {event} was told {time.monotonic() - begin:.1f} "
                "s after the button was pressed."
            )
        if not missing or time.monotonic() > pressed + SEEN_S:
            return missing
        await asyncio.sleep(LOOK_EVERY_S)
