"""What the recorder has made of entities."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.statistics import StatisticsRow, statistics_during_period
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

type Period = Literal["5minute", "hour"]


async def rows_of(
    hass: HomeAssistant, key_of: Mapping[str, str], period: Period, start: datetime
) -> dict[str, list[StatisticsRow]]:
    """Give the rows of the statistics of entities, each under its key."""
    await async_wait_recording_done(hass)
    found = await get_instance(hass).async_add_executor_job(
        lambda: statistics_during_period(
            hass, start, None, set(key_of), period, None, {"sum", "state"}
        )
    )
    return {key_of[name]: rows for name, rows in found.items()}
