"""The first set-up of an account, and set-ups without a cloud, a quota or a time zone."""

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest

from tests.integration.conftest import SetUp
from tests.integration.enlighten.kit import SYSTEM, entry_for, number, shown, source_of
from tests.integration.machine import TimeMachine
from tests.simulators.enlighten import EVERYWHERE, Endpoint, EnlightenSimulator, Fault

FIRST = {
    Endpoint.SUMMARY,
    Endpoint.OPEN_ALARMS,
    Endpoint.OPEN_EVENTS,
    Endpoint.DEVICES,
    Endpoint.SYSTEM,
    Endpoint.EVENT_TYPES,
}


async def test_the_first_set_up_asks_six_calls_and_shows_what_they_say(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, cloud: EnlightenSimulator
) -> None:
    await set_up(entry_for(cloud, profile="cloud_only"))
    await machine.run(60)
    assert {call.endpoint for call in cloud.calls} == FIRST
    assert len(cloud.calls) == len(FIRST)
    truth = cloud.truth()
    assert number(hass, "power") == truth.current_power_w
    assert number(hass, "energy_today") == pytest.approx(truth.energy_today_wh / 1000)
    assert number(hass, "energy_total") == pytest.approx(truth.energy_lifetime_wh / 1000)
    assert shown(hass, "system_status") == "normal"
    assert number(hass, "panels") == 8
    assert shown(hass, "alarm") == "off"
    assert shown(hass, "gateway_connectivity") == "on"
    assert number(hass, "calls_left") == 1000 - 31 - len(FIRST)


@pytest.mark.parametrize("cloud", [({"batteries": 1},)], indirect=True)
async def test_what_the_devices_tell_appears_without_a_reload(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, cloud: EnlightenSimulator
) -> None:
    cloud.fault(Endpoint.SUMMARY, Fault.NULLS)
    cloud.fault(Endpoint.DEVICES, Fault.FAIL, times=1)
    entry = entry_for(cloud, profile="cloud_only", identity={})
    await set_up(entry)
    with pytest.raises(AssertionError):
        shown(hass, "battery_problem")
    await machine.run(120)
    cloud.clear_faults()
    await machine.run(3_600)
    assert shown(hass, "battery_problem") == "off"
    known = entry.data["identity"][str(SYSTEM)]
    assert known["gateways"] == [cloud.system.gateway_serial]
    assert known["name"] == cloud.system.name
    assert known["time_zone"] == "US/Pacific"


async def test_the_very_first_set_up_works_without_the_cloud(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, cloud: EnlightenSimulator
) -> None:
    await cloud.close()
    await set_up(entry_for(cloud, profile="cloud_only"))
    assert shown(hass, "power") == STATE_UNAVAILABLE
    assert shown(hass, "energy_total") == STATE_UNKNOWN
    assert shown(hass, "alarm") == STATE_UNAVAILABLE
    assert number(hass, "calls_left") == 1000 - 31
    await cloud.open()
    await machine.run(360)
    assert number(hass, "power") == cloud.truth().current_power_w
    assert number(hass, "calls_left") == 1000 - 31 - len(FIRST)


async def test_the_very_first_set_up_works_without_any_quota(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, cloud: EnlightenSimulator
) -> None:
    cloud.spend(1000)
    await set_up(entry_for(cloud, profile="cloud_only"))
    await machine.run(600)
    assert shown(hass, "power") == STATE_UNAVAILABLE
    assert number(hass, "calls_left") == 0
    assert len(cloud.calls) == 1


async def test_a_zone_that_nobody_knows_is_that_of_home_assistant(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, cloud: EnlightenSimulator
) -> None:
    identity = {str(SYSTEM): {"name": "Somewhere", "time_zone": "Mars/Olympus"}}
    entry = entry_for(cloud, identity=identity)
    await set_up(entry)
    await machine.run(60)
    daylight = source_of(entry).desk.schedule.site(SYSTEM).daylight
    assert str(daylight.zone) == hass.config.time_zone
    assert number(hass, "panels") == 8


async def test_silence_at_the_start_is_logged_once_and_so_is_the_first_answer(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    cloud: EnlightenSimulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    cloud.fault(EVERYWHERE, Fault.FAIL)
    await set_up(entry_for(cloud))
    await machine.run(7_200)
    assert caplog.text.count("Enphase account does not answer") == 1
    assert "answers again" not in caplog.text
    cloud.clear_faults()
    await machine.run(7_200)
    assert caplog.text.count("Enphase account does not answer") == 1
    assert caplog.text.count("Enphase account answers again") == 1
