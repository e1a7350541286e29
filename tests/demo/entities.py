"""Our entities as Home Assistant has them, by the key of the value they show."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.demo.client import Client

NOT_THERE = frozenset({"unknown", "unavailable", "missing"})


@dataclass(frozen=True, slots=True)
class Shown:
    """One enabled entity and its present state."""

    key: str
    entity_id: str
    state: str
    unit: str

    @property
    def there(self) -> bool:
        """Whether the state is a value.

        What has not happened yet, and a button that nobody has pressed, have none by design.
        """
        return self.state not in NOT_THERE or self.entity_id.startswith(("event.", "button."))


async def read_entities(client: Client, entry_id: str, prefix: str) -> dict[str, Shown]:
    """Read all enabled entities of an entry; `prefix` is what their unique ids begin with."""
    registry = await client.command("config/entity_registry/list")
    states = {state["entity_id"]: state for state in await client.get("/api/states")}
    return {
        (shown := _shown(row, states, prefix)).key: shown
        for row in sorted(registry, key=lambda row: str(row["entity_id"]))
        if row["config_entry_id"] == entry_id and row["disabled_by"] is None
    }


def _shown(row: Mapping[str, Any], states: Mapping[str, Any], prefix: str) -> Shown:
    entity_id = row["entity_id"]
    state = states.get(entity_id, {"state": "missing", "attributes": {}})
    return Shown(
        key=row["unique_id"].removeprefix(f"{prefix}_"),
        entity_id=entity_id,
        state=state["state"],
        unit=state["attributes"].get("unit_of_measurement", ""),
    )


async def events_of(client: Client, entity_id: str) -> set[str]:
    """Read what an event entity has ever told."""
    histories = await client.get(f"/api/history/period?filter_entity_id={entity_id}")
    return {row["attributes"].get("event_type", "") for history in histories for row in history}
