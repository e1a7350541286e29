"""The simulated house of the demo and the devices in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.simulators.logger import LoggerSimulator
from tests.simulators.site import Clock, Plant, Site, place_where_it_is

SEED = 2
LATE_MORNING = 11
"""The house stands where it is this hour now, so that there is sun on its panels."""
HOUSEHOLD_SCALE = 2.0
"""With less, the battery is full at this hour on most days, and rests."""


@asynccontextmanager
async def simulated_house() -> AsyncIterator[LoggerSimulator]:
    """Run the devices; their house has a past that begins yesterday at midnight."""
    place = place_where_it_is(LATE_MORNING)
    plant = Plant(household_scale=HOUSEHOLD_SCALE)
    logger = LoggerSimulator(Site(SEED, Clock(running=True), place, plant, history_days=1))
    await logger.start()
    try:
        yield logger
    finally:
        await logger.stop()
