"""What is only for reading is not written into the database with each state."""

from functools import partial
from typing import Any, Final

from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.history import get_significant_states
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from tests.integration.conftest import SetUp
from tests.integration.enlighten.kit import DAY_S, entity_id, state_of
from tests.integration.machine import TimeMachine
from tests.simulators.enlighten import EnlightenSimulator, Kind

COME_IN_S: Final = 120


async def recorded(hass: HomeAssistant, key: str) -> dict[str, Any]:
    """Give the newest attributes of an entity that are in the database."""
    await async_wait_recording_done(hass)
    name = entity_id(hass, key)
    start = dt_util.start_of_local_day()
    found = await get_instance(hass).async_add_executor_job(
        partial(get_significant_states, hass, start, None, [name], significant_changes_only=False)
    )
    newest = found[name][-1]
    assert not isinstance(newest, dict)
    return dict(newest.attributes)


async def test_open_alarms_and_evidence_are_shown_and_not_recorded(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    cloud: EnlightenSimulator,
    cloud_entry: MockConfigEntry,
) -> None:
    house = cloud.system
    house.begin(Kind.METER_SILENT, house.meter_serials[0], since=house.now - DAY_S)
    await set_up(cloud_entry)
    await machine.run(COME_IN_S)
    for key, listed, kept in (
        ("open_alarms", "alarms", "state_class"),
        ("meter_problem", "evidence", "device_class"),
    ):
        assert state_of(hass, key).attributes[listed]
        attributes = await recorded(hass, key)
        assert kept in attributes
        assert listed not in attributes
