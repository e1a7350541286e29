"""A whole day of a house with 24 panels, and of faults: every kWh is in the statistics."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from freezegun.api import TickingDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from tests.integration.conftest import SetUp
from tests.integration.envoy.kit import entry_for, gateway_at, number
from tests.integration.envoy.with_recorder.statistics import statistics
from tests.integration.machine import TimeMachine
from tests.integration.units import HOME
from tests.simulators.envoy import EVERYWHERE, Endpoint, EnvoySimulator, Fault

PANELS: Final = 24
PACE: Final = {"poll_interval": 120, "panels_interval": 300}
MIDNIGHT: Final = datetime(2027, 6, 20, tzinfo=HOME.zone)
HOURS: Final = 24
EXACT_KWH: Final = 0.2
# What goes wrong, and for how long at most, min.
TROUBLE: Final = (
    (Endpoint.READINGS, Fault.FAIL, 15),
    (Endpoint.READINGS, Fault.ZERO, 2),
    (Endpoint.READINGS, Fault.JUMP, 2),
    (Endpoint.METERS, Fault.HTML, 15),
    (Endpoint.DEVICE_DATA, Fault.TRUNCATED, 30),
    (Endpoint.DEVICE_DATA, Fault.DROP, 2),
    (Endpoint.INVENTORY, Fault.SILENT, 30),
    (Endpoint.CHECK_JWT, Fault.FAIL, 15),
    (EVERYWHERE, Fault.SILENT, 10),
    (EVERYWHERE, Fault.WRAPPED, 2),
    (EVERYWHERE, Fault.UNAUTHORIZED, 1),
)


@pytest.fixture
def recorder_config() -> dict[str, Any]:
    """Leave the panels out: the recorder takes most of the time."""
    return {"include": {"entity_globs": ["sensor.*gateway*total*"]}}


@pytest.fixture
async def gateway(
    clock: TickingDateTimeFactory, hass: HomeAssistant
) -> AsyncIterator[EnvoySimulator]:
    """Give a gateway on a summer's night."""
    hass.config.latitude, hass.config.longitude = HOME.latitude, HOME.longitude
    clock.move_to(MIDNIGHT - timedelta(minutes=10))
    async with gateway_at(hass, panels=PANELS) as simulator:
        yield simulator


async def test_the_hours_of_a_day_add_up_to_what_went_through(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, gateway: EnvoySimulator
) -> None:
    dice = Random(24)  # noqa: S311 - nothing depends on its secrecy
    entry = entry_for(gateway, options=PACE)
    await set_up(entry)
    site = gateway.site
    await machine.run((MIDNIGHT - site.clock.now()).total_seconds())
    for _ in range(HOURS):
        first_s = dice.uniform(60, 2_400)
        endpoint, fault, most_min = dice.choice(TROUBLE)
        lasts_s = dice.uniform(30, 60 * most_min)
        await machine.run(first_s)
        gateway.fault(endpoint, fault)
        await machine.run(min(lasts_s, 3_600 - first_s))
        gateway.clear_faults()
        await machine.run(max(0, 3_600 - first_s - lasts_s))
    end = MIDNIGHT + timedelta(hours=HOURS)
    await machine.run(660)

    before, after = (site.energies_at(at.timestamp()) for at in (MIDNIGHT, end))
    gone = before.until(after)
    true = {
        "production_energy_total": gone.pv_ac,
        "consumption_energy_total": gone.pv_ac + gone.grid_import - gone.grid_export,
        "grid_import_energy_total": gone.grid_import,
        "grid_export_energy_total": gone.grid_export,
    }
    rows = await statistics(hass, true, "hour", MIDNIGHT - timedelta(hours=1))
    for key, expected in true.items():
        told = [row["sum"] or 0.0 for row in rows[key]]
        assert len(told) == HOURS + 1, "the last one before the day, and those of the day"
        assert told == sorted(told), key
        assert told[-1] - told[0] == pytest.approx(expected, abs=EXACT_KWH), key
        assert number(hass, key.replace("_total", "_today")) < EXACT_KWH, "it is another day"
    assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))
