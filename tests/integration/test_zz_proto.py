import time
import pytest, freezegun
from tests.integration.machine import TimeMachine
from tests.integration.deye import state_of, coordinator_of
from tests.integration.conftest import SetUp

@pytest.fixture
def ticking():
    t=time.perf_counter()
    f=freezegun.freeze_time(tick=True)
    c=f.start()
    print("freeze took")
    yield c
    f.stop()

@pytest.fixture
async def machine(ticking, hass):
    return TimeMachine(hass, ticking)

@pytest.mark.parametrize("n", range(4))
async def test_x(ticking, hass, logger, deye_entry, set_up, machine, n):
    await set_up(deye_entry)
    c=coordinator_of(deye_entry)
    n0=len(logger.requests)
    await machine.run(3600)
    print("reqs", len(logger.requests)-n0, c.data.connected, hass.loop.time(), logger.connections)
    print({k:(c.data.values[k], logger.truth().get(k)) for k in ("pv_energy_total","battery_soc","clock_offset", "last_success", "pv_energy_today")})
    await machine.finish(c.async_refresh())
