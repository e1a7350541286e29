"""From what sources give to what the site shows: one moment, fresh in every part, or nothing."""

from dataclasses import replace
from itertools import pairwise
from typing import Final

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import (
    Event,
    EventStateChangedData,
    EventStateReportedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers.event import (
    async_track_state_change_event,
    async_track_state_report_event,
)
import pytest

from tests.integration.conftest import SetUp
from tests.integration.enlighten.kit import (
    SYSTEM,
    cloud_at,
    entry_for as account_entry_for,
    number as cloud_number,
)
from tests.integration.machine import TimeMachine
from tests.integration.site.kit import (
    GATEWAY,
    INVERTER,
    House,
    Topology,
    shown,
    site_entry_with,
    source_of,
)
from tests.integration.states import entity_of, state_with
from tests.simulators.envoy import EVERYWHERE, Fault as GatewayFault
from tests.simulators.faults import Fault
from tests.simulators.plant import AcFeed

NET_CT: Final = Topology(ct=False, net_ct=True)
OWN_CT: Final = Topology(work_mode=2)
MOMENTARY: Final = (
    "pv_power",
    "load_power",
    "grid_power",
    "battery_power",
    "losses",
    "battery_soc",
)


def unavailable(house: House) -> set[str]:
    """Name the values of the moment that are not shown."""
    return {key for key in MOMENTARY if house.shown(key) == STATE_UNAVAILABLE}


@pytest.mark.parametrize("house", [OWN_CT], indirect=True)
async def test_a_silent_inverter_takes_what_it_is_part_of_and_nothing_else(
    living: House, machine: TimeMachine
) -> None:
    await machine.run(60)
    assert unavailable(living) == set()
    living.loggers[0].fault = Fault.REFUSE
    await machine.run(150)
    assert unavailable(living) == set(MOMENTARY)
    assert living.shown("status") == "incomplete"
    missing = state_with(living.hass, "site_status").attributes["missing"]
    assert missing == ["Deye 1"]
    living.loggers[0].fault = Fault.NONE
    await machine.run(90)
    assert unavailable(living) == set()
    assert living.shown("status") == "complete"


@pytest.mark.parametrize("house", [OWN_CT], indirect=True)
async def test_a_silent_gateway_leaves_what_the_inverter_knows(
    living: House, machine: TimeMachine
) -> None:
    await machine.run(60)
    assert living.gateway is not None
    living.gateway.fault(EVERYWHERE, GatewayFault.SILENT)
    await machine.run(200)
    assert unavailable(living) == {"pv_power", "load_power"}
    assert living.number("grid_power") == pytest.approx(living.site.powers().grid, abs=200)


@pytest.mark.parametrize("house", [replace(OWN_CT, interval_s=20)], indirect=True)
async def test_readings_too_far_apart_hold_what_was_shown(
    living: House, machine: TimeMachine
) -> None:
    await machine.run(60)
    assert living.gateway is not None
    living.gateway.fault(EVERYWHERE, GatewayFault.SILENT)
    moments = []
    for _ in range(30):
        await machine.run(5)
        moment = source_of(living.site_entry).moment
        assert moment is not None
        moments.append((moment.held, unavailable(living), living.shown("load_power")))
    held = [each for each in moments if each[0]]
    assert len(held) >= 2, "apart by more than 60 s, and not too old yet"
    assert all(not missing for _, missing, _ in held)
    assert len({load for _, _, load in held}) == 1
    assert moments[-1][1] == {"pv_power", "load_power"}


@pytest.mark.parametrize("house", [NET_CT], indirect=True)
async def test_there_is_one_look_in_five_seconds_however_much_news_comes(
    living: House, machine: TimeMachine
) -> None:
    await machine.run(60)
    times: list[float] = []
    watched = entity_of(living.hass, "site_pv_power")

    @callback
    def note(_: Event[EventStateChangedData] | Event[EventStateReportedData]) -> None:
        times.append(living.hass.loop.time())

    stops = [
        async_track_state_change_event(living.hass, watched, note),
        async_track_state_report_event(living.hass, watched, note),
    ]
    live = entity_of(living.hass, f"{GATEWAY}_live_mode")
    await machine.finish(
        living.hass.services.async_call("switch", "turn_on", {"entity_id": live}, blocking=True)
    )
    await machine.run(120)
    for stop in stops:
        stop()
    pauses = [after - before for before, after in pairwise(times)]
    assert len(times) > 15, "live mode brings news every two seconds"
    assert len(times) <= 120 / 5 + 1
    assert min(pauses) > 4.5, "a timer of a busy machine comes a little late, and the next in time"


@pytest.mark.parametrize("house", [NET_CT], indirect=True)
async def test_what_is_shown_after_a_look_is_of_that_one_moment(
    living: House, machine: TimeMachine
) -> None:
    for _ in range(20):
        await machine.run(31)
        moment = source_of(living.site_entry).moment
        assert moment is not None
        assert living.number("pv_power") == moment.flows.pv_w
        assert living.number("load_power") == moment.flows.load_w
        assert living.number("grid_power") == moment.flows.grid_w
        assert living.number("battery_power") == moment.flows.battery_w


@pytest.mark.usefixtures("long_days")
@pytest.mark.parametrize("house", [replace(NET_CT, interval_s=300)], indirect=True)
async def test_at_night_the_panels_give_nothing_and_nothing_is_missing(
    living: House, machine: TimeMachine
) -> None:
    await machine.run(12 * 3_600)
    assert living.number("pv_power") == pytest.approx(0, abs=5)
    assert living.shown("status") == "complete"
    assert living.number("load_power") == pytest.approx(living.site.powers().load, abs=300)


@pytest.mark.parametrize("house", [NET_CT], indirect=True)
async def test_the_meter_in_use_is_named(living: House, machine: TimeMachine) -> None:
    await machine.run(60)
    meter = state_with(living.hass, "site_grid_meter")
    assert (meter.state, meter.attributes["source"]) == ("meter", "Enphase Envoy")


@pytest.mark.parametrize(
    "house", [replace(NET_CT, ct=True, options={"grid_meter": INVERTER})], indirect=True
)
async def test_the_meter_that_the_user_chose_counts(living: House, machine: TimeMachine) -> None:
    await machine.run(60)
    meter = state_with(living.hass, "site_grid_meter")
    assert (meter.state, meter.attributes["source"]) == ("external_ct", "Deye 1")


@pytest.mark.parametrize(
    "house",
    [
        Topology(
            feed=AcFeed.BACKUP,
            options={"grid_meter": "inverters", "feeds": {GATEWAY: {"feed": "backup"}}},
        )
    ],
    indirect=True,
)
async def test_the_grid_ports_count_where_the_user_says_so(
    living: House, machine: TimeMachine
) -> None:
    living.site.freeze_weather()
    await machine.run(60)
    assert living.shown("grid_meter") == "grid_ports"
    assert living.number("grid_power") == pytest.approx(living.site.powers().grid_port, abs=2)


async def test_a_current_transformer_counts_once_it_has_shown_that_it_is_there(
    living: House, machine: TimeMachine
) -> None:
    assert living.shown("grid_meter") == "grid_ports"
    assert living.shown("load_power") == STATE_UNAVAILABLE, "the panels feed in beside the ports"
    await machine.run(100)
    assert living.shown("grid_meter") == "external_ct"
    site = living.site_entry
    assert await machine.finish(living.hass.config_entries.async_reload(site.entry_id))
    await machine.run(5)
    assert living.shown("grid_meter") == "external_ct", "remembered"


@pytest.mark.parametrize("house", [Topology(feed=None)], indirect=True)
async def test_the_charge_and_the_runtime_are_those_of_the_battery(
    living: House, machine: TimeMachine
) -> None:
    living.site.freeze_weather()
    await machine.run(120)
    spec = living.site.plant.battery
    soc = round(living.site.soc())
    assert living.number("battery_soc") == pytest.approx(soc, abs=1)
    usable_kwh = spec.capacity_kwh * (soc - 10) / 100
    load_kw = living.site.powers().load / 1_000
    assert living.number("battery_runtime") == pytest.approx(usable_kwh / load_kw, rel=0.03)


@pytest.mark.parametrize(
    "house", [Topology(shares=(0.6, 0.4), feed=None, options={"common_bank": True})], indirect=True
)
async def test_a_common_battery_counts_once(living: House, machine: TimeMachine) -> None:
    await machine.run(120)
    moment = source_of(living.site_entry).moment
    assert moment is not None
    assert moment.storage.capacity_kwh == pytest.approx(15.36)


async def test_a_cloud_system_is_an_estimate_good_for_45_minutes(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp
) -> None:
    async with cloud_at(hass) as cloud:
        account = account_entry_for(cloud, profile="cloud_only")
        site = site_entry_with()
        await set_up(account)
        await set_up(site)
        await machine.run(60)
        power = state_with(hass, "site_pv_power")
        assert float(power.state) == cloud_number(hass, "power")
        assert power.attributes["estimated"]
        assert state_with(hass, "site_pv_energy_total").attributes["estimated"]
        assert await machine.finish(hass.config_entries.async_unload(account.entry_id))
        await machine.run(40 * 60)
        assert shown(hass, "pv_power") == power.state
        await machine.run(10 * 60)
        assert shown(hass, "pv_power") == STATE_UNAVAILABLE
        assert await machine.finish(hass.config_entries.async_unload(site.entry_id))


@pytest.mark.parametrize("house", [NET_CT], indirect=True)
async def test_a_cloud_system_whose_gateway_is_here_counts_nowhere(
    house: House, machine: TimeMachine, set_up: SetUp
) -> None:
    house.site.freeze_weather()
    async with cloud_at(house.hass, {"gateway_serial": GATEWAY}) as cloud:
        account = account_entry_for(cloud, profile="cloud_only")
        for entry in (account, *house.entries):
            await set_up(entry)
        await machine.run(100)
        powers = house.site.powers()
        assert cloud_number(house.hass, "power") > 0
        assert house.number("pv_power") == pytest.approx(powers.pv, abs=2)
        moment = source_of(house.site_entry).moment
        assert moment is not None
        assert [array.name for array in moment.plant.arrays] == [GATEWAY]
        assert f"enl_{SYSTEM}" in {part for each in moment.contributions for part in each.parts()}
        assert await machine.finish(house.hass.config_entries.async_unload(account.entry_id))


@pytest.mark.usefixtures("everything_enabled")
async def test_the_oldest_input_is_told_with_its_source(
    living: House, machine: TimeMachine
) -> None:
    await machine.run(100)
    oldest = state_with(living.hass, "site_oldest_input")
    assert oldest.state not in {STATE_UNKNOWN, STATE_UNAVAILABLE}
    assert oldest.attributes["source"] in {"Deye 1", "Enphase Envoy"}
