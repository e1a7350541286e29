"""What the recorder has made of a gateway's entities."""

from collections.abc import Iterable
from datetime import datetime

from homeassistant.components.recorder.statistics import StatisticsRow
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from tests.integration.envoy.kit import entity_id
from tests.integration.recorded import Period, rows_of


async def statistics(
    hass: HomeAssistant, keys: Iterable[str], period: Period, start: datetime
) -> dict[str, list[StatisticsRow]]:
    """Give the rows of the statistics of each key."""
    return await rows_of(hass, {entity_id(hass, key): key for key in keys}, period, start)


async def sums(hass: HomeAssistant, keys: Iterable[str]) -> dict[str, list[float]]:
    """Give the sums of today's five-minute statistics of each key, kWh."""
    start = dt_util.start_of_local_day()
    rows = await statistics(hass, keys, "5minute", start)
    return {key: [row["sum"] or 0.0 for row in found] for key, found in rows.items()}
