"""The Energy dashboard, which a repair of the site offers to set up."""

import asyncio
import time

from tests.demo.client import LOOK_EVERY_S, Client, Json
from tests.demo.errors import DemoError
from tests.demo.onboarding import DOMAIN, fill

ISSUE = "energy_dashboard"
FIX = "/api/repairs/issues/fix"
OFFERED_S = 180
"""How long it may take until the repair is there: it is looked for statistics once a minute."""


async def set_up_energy(client: Client) -> None:
    """Wait for the repair, and confirm what it proposes, as a user would.

    Raises DemoError when it does not come, or does not like that.
    """
    issue_id = await find_issue(client)
    step = await client.post(FIX, {"handler": DOMAIN, "issue_id": issue_id})
    if step["type"] != "form":
        raise DemoError(f"The repair of the Energy dashboard asks nothing: {step}")
    done = await client.post(f"{FIX}/{step['flow_id']}", fill(step["data_schema"], {}))
    if done["type"] != "create_entry":
        raise DemoError(f"The Energy dashboard could not be set up: {done}")


async def find_issue(client: Client) -> str:
    """Wait for the repair; returns its id. Raises DemoError when it does not come."""
    end = time.monotonic() + OFFERED_S
    while time.monotonic() < end:
        if issue := _issue_among(await client.command("repairs/list_issues")):
            return issue
        await asyncio.sleep(LOOK_EVERY_S)
    raise DemoError(f"No repair has offered the Energy dashboard within {OFFERED_S} s.")


def _issue_among(answer: Json) -> str | None:
    """Find the repair among all."""
    ids = (str(each["issue_id"]) for each in answer["issues"] if each["domain"] == DOMAIN)
    return next((each for each in ids if ISSUE in each), None)
