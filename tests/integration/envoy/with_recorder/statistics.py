"""What the recorder has made of an entity."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.statistics import StatisticsRow, statistics_during_period
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from tests.integration.envoy.kit import entity_id

type Period = Literal["5minute", "hour"]


async def statistics(
    hass: HomeAssistant, keys: Iterable[str], period: Period, start: datetime
) -> dict[str, list[StatisticsRow]]:
    """Give the rows of the statistics of each key."""
    await async_wait_recording_done(hass)
    key_of = {entity_id(hass, key): key for key in keys}
    found = await get_instance(hass).async_add_executor_job(
        lambda: statistics_during_period(
            hass, start, None, set(key_of), period, None, {"sum", "state"}
        )
    )
    return {key_of[name]: rows for name, rows in found.items()}


async def sums(hass: HomeAssistant, keys: Iterable[str]) -> dict[str, list[float]]:
    """Give the sums of today's five-minute statistics of each key, kWh."""
    start = dt_util.start_of_local_day()
    rows = await statistics(hass, keys, "5minute", start)
    return {key: [row["sum"] or 0.0 for row in found] for key, found in rows.items()}
