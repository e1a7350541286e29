"""What load shedding may turn off: two helpers, made and chosen as a user does it."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from tests.demo.client import Client
from tests.demo.onboarding import set_options


class Load(NamedTuple):
    """Something in the house that a helper stands for."""

    name: str
    icon: str
    watts: float

    @property
    def entity_id(self) -> str:
        """Give what Home Assistant makes of the name."""
        return f"input_boolean.{self.name.lower().replace(' ', '_')}"


LOADS: Final = (Load("Heating rod", "mdi:heating-coil", 2000), Load("Pool pump", "mdi:pump", 1000))
"""The first is turned off first."""


async def make_loads(client: Client) -> None:
    """Make the helpers, and turn them on."""
    for load in LOADS:
        await client.command("input_boolean/create", name=load.name, icon=load.icon)
    await turn(client, "input_boolean", *(load.entity_id for load in LOADS))


async def choose_loads(client: Client, site_id: str, more: Mapping[str, Any]) -> None:
    """Let the site turn them off; `more` are other fields of the form."""
    chosen = {"loads": [load.entity_id for load in LOADS], **more}
    await set_options(client, site_id, chosen, part="loads")


async def turn(client: Client, domain: str, *entity_ids: str, on: bool = True) -> None:
    """Turn switches on or off."""
    action = "turn_on" if on else "turn_off"
    await client.post(f"/api/services/{domain}/{action}", {"entity_id": entity_ids})
