"""How long values stand while the cloud is away, and what becomes of them then."""

from homeassistant.const import EVENT_STATE_CHANGED, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from tests.integration.conftest import SetUp
from tests.integration.enlighten.kit import (
    DAY_S,
    HOUR_S,
    entry_for,
    history,
    number,
    shown,
    source_of,
)
from tests.integration.machine import TimeMachine
from tests.simulators.enlighten import EVERYWHERE, EnlightenSimulator, Fault, Kind

COUNTERS = ("energy_total", "calls_left", "next_poll")
PROBLEMS = ("microinverter_problem", "production_problem", "meter_problem")


async def lose(cloud: EnlightenSimulator, fault: Fault | None) -> None:
    """Let the cloud be away, in one way or another."""
    if fault is None:
        await cloud.close()
    else:
        cloud.fault(EVERYWHERE, fault)


@pytest.mark.parametrize("fault", [None, Fault.FAIL, Fault.HTML, Fault.MONTH_QUOTA])
async def test_each_value_stands_for_its_own_time_and_none_becomes_zero_or_off(
    hass: HomeAssistant,
    machine: TimeMachine,
    cloud: EnlightenSimulator,
    set_up: SetUp,
    fault: Fault | None,
) -> None:
    entry = entry_for(cloud, profile="cloud_only")
    await set_up(entry)
    await machine.run(120)
    changes = async_capture_events(hass, EVENT_STATE_CHANGED)
    before = {key: shown(hass, key) for key in ("power", "energy_total", "energy_today")}
    await lose(cloud, fault)
    await machine.run(0.5 * HOUR_S)
    for key, state in before.items():
        assert shown(hass, key) == state
    assert shown(hass, "system_status") == "normal"

    await machine.run(3.5 * HOUR_S)
    for key in ("power", "system_status", "last_report", "gateway_connectivity", *PROBLEMS):
        assert shown(hass, key) == STATE_UNAVAILABLE, key
    assert shown(hass, "alarm") == "off"
    assert shown(hass, "open_alarms") == "0"
    assert number(hass, "energy_today") == float(before["energy_today"])

    await machine.run(DAY_S)
    assert shown(hass, "energy_today") == STATE_UNKNOWN
    assert shown(hass, "alarm") == "off"
    await machine.run(10 * HOUR_S)
    assert shown(hass, "alarm") == STATE_UNAVAILABLE
    assert shown(hass, "open_alarms") == STATE_UNAVAILABLE
    assert number(hass, "panels") == 8
    assert shown(hass, "energy_total") == before["energy_total"]

    await machine.run(1.2 * DAY_S)
    for key in COUNTERS:
        assert shown(hass, key) not in {STATE_UNAVAILABLE, STATE_UNKNOWN}, key
    assert history(hass, changes, "power") == [STATE_UNAVAILABLE]
    for key in (*PROBLEMS, "alarm", "gateway_connectivity"):
        assert history(hass, changes, key) == [STATE_UNAVAILABLE]


async def test_a_problem_stays_on_until_it_is_too_old_and_is_never_off_by_silence(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator, set_up: SetUp
) -> None:
    house = cloud.system
    house.begin(Kind.METER_SILENT, house.meter_serials[0], since=house.now - DAY_S)
    entry = entry_for(cloud, profile="cloud_only")
    await set_up(entry)
    await machine.run(120)
    assert shown(hass, "meter_problem") == "on"
    assert shown(hass, "alarm") == "on"
    changes = async_capture_events(hass, EVENT_STATE_CHANGED)
    await cloud.close()
    await machine.run(2 * DAY_S)
    assert "off" not in history(hass, changes, "meter_problem")
    assert "off" not in history(hass, changes, "alarm")
    assert shown(hass, "alarm") == STATE_UNAVAILABLE


async def test_all_is_well_again_minutes_after_the_cloud_is_back(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator, set_up: SetUp
) -> None:
    entry = entry_for(cloud, profile="cloud_only")
    await set_up(entry)
    await machine.run(120)
    await cloud.close()
    await machine.run(2 * DAY_S)
    calls = cloud.count()
    await cloud.open()
    await machine.run(420)
    assert number(hass, "power") == cloud.truth().current_power_w
    assert shown(hass, "alarm") == "off"
    assert shown(hass, "gateway_connectivity") == "on"
    assert cloud.count() - calls < 15
    assert source_of(entry).refused == 0


async def test_the_power_of_a_silent_gateway_goes_though_the_cloud_answers(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator, set_up: SetUp
) -> None:
    await set_up(entry_for(cloud, profile="cloud_only"))
    await machine.run(120)
    assert number(hass, "power") > 0
    changes = async_capture_events(hass, EVENT_STATE_CHANGED)
    cloud.system.gateway_falls_silent()
    await machine.run(4 * HOUR_S)
    assert shown(hass, "gateway_connectivity") == "off"
    assert shown(hass, "power") == STATE_UNAVAILABLE
    assert number(hass, "energy_today") > 0
    await machine.run(DAY_S)
    assert set(history(hass, changes, "gateway_connectivity")) == {"off"}
    assert STATE_UNAVAILABLE not in history(hass, changes, "system_status")


async def test_an_answer_that_lacks_something_takes_nothing_away(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator, set_up: SetUp
) -> None:
    entry = entry_for(cloud, profile="cloud_only")
    await set_up(entry)
    await machine.run(120)
    keys = ("power", "energy_total", "energy_today", "panels", "size", "system_status", "alarm")
    before = {key: shown(hass, key) for key in keys}
    for fault in (Fault.NULLS, Fault.TEXTS, Fault.WRONG_SHAPE, Fault.EMPTY, Fault.TRUNCATED):
        cloud.fault(EVERYWHERE, fault)
        with pytest.raises(Exception, match="answer"):
            await machine.finish(
                source_of(entry).async_refresh(cloud.system.system_id), within_s=300
            )
        assert {key: shown(hass, key) for key in keys} == before, fault
