"""The counters of the site: nothing but true energy, whoever comes, goes or is silent."""

from dataclasses import replace
from typing import Any, Final

from homeassistant.const import EVENT_STATE_CHANGED, STATE_UNAVAILABLE, STATE_UNKNOWN
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from tests.integration.conftest import SetUp
from tests.integration.machine import TimeMachine
from tests.integration.site.kit import GATEWAY, INVERTER, House, Topology
from tests.integration.states import Changes, history_of, state_with
from tests.simulators.energies import Energies
from tests.simulators.envoy import EVERYWHERE, Fault as GatewayFault, Shape
from tests.simulators.faults import Fault
from tests.simulators.plant import AcFeed

NET_CT: Final = Topology(ct=False, net_ct=True)
TOTALS: Final = (
    "pv_energy_total",
    "load_energy_total",
    "grid_import_energy_total",
    "grid_export_energy_total",
    "battery_charge_energy_total",
    "battery_discharge_energy_total",
)
STEPS_KWH: Final = 0.25
"""What the steps of the inverter's counters, 0.1 kWh each, can make together."""


def assert_they_only_rise(house: House, events: Changes) -> None:
    """No counter ever fell, and none was unknown; it is gone while its entry reloads."""
    for key in TOTALS:
        states = history_of(house.hass, events, f"site_{key}")
        numbers = [float(state) for state in states if state != STATE_UNAVAILABLE]
        assert numbers == sorted(numbers), key


def gone_since(house: House, before: Energies) -> dict[str, float]:
    """Give what truly went through, as the site counts it."""
    gone = before.until(house.site.energies())
    return {
        "pv_energy_total": gone.pv,
        "load_energy_total": gone.load + gone.losses,
        "grid_import_energy_total": gone.grid_import,
        "grid_export_energy_total": gone.grid_export,
        "battery_charge_energy_total": gone.battery_charge,
        "battery_discharge_energy_total": gone.battery_discharge,
    }


def give_sun(house: House, gain: float) -> None:
    """Let all panels give more or less than they would (1)."""
    for index in range(len(house.site.plant.arrays)):
        house.site.set_array_gain(index, gain)


def totals_of(house: House) -> dict[str, float]:
    """Give what is shown."""
    return {key: house.number(key) for key in TOTALS}


def rises(house: House, before: dict[str, float]) -> dict[str, float]:
    """Give by how much the counters have risen."""
    return {key: kwh - before[key] for key, kwh in totals_of(house).items()}


@pytest.mark.parametrize("house", [NET_CT], indirect=True)
async def test_a_new_site_begins_at_zero_and_counts_from_there(
    living: House, machine: TimeMachine
) -> None:
    await machine.run(40)
    assert totals_of(living) == pytest.approx(dict.fromkeys(TOTALS, 0.0), abs=STEPS_KWH)
    for key in TOTALS:
        today = living.number(key.replace("_total", "_today"))
        assert today == living.number(key)


@pytest.mark.parametrize("house", [NET_CT], indirect=True)
@pytest.mark.parametrize("silent_s", [60, 900, 7_200])
async def test_an_inverter_that_was_silent_brings_all_that_it_has_counted(
    living: House, machine: TimeMachine, silent_s: float
) -> None:
    await machine.run(100)
    events = async_capture_events(living.hass, EVENT_STATE_CHANGED)
    shown, before = totals_of(living), living.site.energies()
    living.loggers[0].fault = Fault.REFUSE
    await machine.run(silent_s)
    living.loggers[0].fault = Fault.NONE
    await machine.run(600)
    assert rises(living, shown) == pytest.approx(gone_since(living, before), abs=STEPS_KWH)
    assert_they_only_rise(living, events)


@pytest.mark.parametrize("house", [NET_CT], indirect=True)
async def test_what_the_house_took_waits_for_who_is_silent(
    living: House, machine: TimeMachine
) -> None:
    await machine.run(300)
    assert living.gateway is not None
    living.gateway.fault(EVERYWHERE, GatewayFault.SILENT)
    await machine.run(200)
    load, pv = living.number("load_energy_total"), living.number("pv_energy_total")
    await machine.run(1_800)
    assert living.number("load_energy_total") == load
    assert living.number("pv_energy_total") > pv, "the inverter's own goes on"


@pytest.mark.parametrize("house", [NET_CT], indirect=True)
async def test_what_the_house_took_waits_for_a_silent_inverter_whose_counters_stand(
    living: House, machine: TimeMachine
) -> None:
    for index in (0, 1):
        living.site.set_array_gain(index, 0)  # the gateway's panels alone feed the house
    await machine.run(300)
    shown, before = totals_of(living), living.site.energies()
    living.loggers[0].fault = Fault.REFUSE
    await machine.run(200)
    load = living.number("load_energy_total")
    await machine.run(3_600)
    assert living.number("load_energy_total") == load
    assert living.number("pv_energy_total") > shown["pv_energy_total"], "the gateway's goes on"
    living.loggers[0].fault = Fault.NONE
    await machine.run(600)
    assert rises(living, shown) == pytest.approx(gone_since(living, before), abs=STEPS_KWH)


@pytest.mark.parametrize("house", [NET_CT], indirect=True)
async def test_a_source_that_joins_makes_no_jump(
    house: House, machine: TimeMachine, set_up: SetUp
) -> None:
    gateway, inverter = house.source_entries[1], house.source_entries[0]
    await set_up(gateway)
    await set_up(house.site_entry)
    await machine.run(600)
    before, shown = house.site.energies(), house.number("pv_energy_total")
    await set_up(inverter)
    await machine.run(600)
    gone = before.until(house.site.energies())
    assert house.number("pv_energy_total") - shown == pytest.approx(gone.pv, abs=STEPS_KWH)
    assert house.number("load_energy_total") < 5


@pytest.mark.parametrize("house", [NET_CT], indirect=True)
async def test_a_source_that_is_removed_makes_no_jump(living: House, machine: TimeMachine) -> None:
    await machine.run(600)
    shown = living.number("pv_energy_total")
    events = async_capture_events(living.hass, EVENT_STATE_CHANGED)
    inverter = living.source_entries[0]
    before = living.site.energies()
    assert await machine.finish(living.hass.config_entries.async_remove(inverter.entry_id))
    await machine.run(600)
    gone = before.until(living.site.energies())
    assert living.number("pv_energy_total") - shown == pytest.approx(gone.pv_ac, abs=0.05)
    told = history_of(living.hass, events, "site_pv_energy_total")
    assert [float(state) for state in told] == sorted(map(float, told))


async def choose(house: House, machine: TimeMachine, options: dict[str, Any]) -> None:
    """Change the options of the site, as the user does."""
    entries = house.hass.config_entries
    entries.async_update_entry(house.site_entry, options=options)
    assert await machine.finish(entries.async_reload(house.site_entry.entry_id))


@pytest.mark.parametrize("excluded", [INVERTER, GATEWAY])
@pytest.mark.parametrize("house", [Topology(net_ct=True, ct=True)], indirect=True)
async def test_a_source_that_is_left_out_for_a_while_makes_no_jump(
    living: House, machine: TimeMachine, excluded: str
) -> None:
    await machine.run(600)
    events = async_capture_events(living.hass, EVENT_STATE_CHANGED)
    shown, before = totals_of(living), living.site.energies()
    await choose(living, machine, {"excluded": [excluded]})
    await machine.run(1_800)
    await choose(living, machine, {})
    await machine.run(60)
    joined, rejoined_at = totals_of(living), living.site.energies()
    left_out = before.until(rejoined_at)
    strings, panels = left_out.pv_dc, left_out.pv_ac
    other = panels if excluded == INVERTER else strings
    assert joined["pv_energy_total"] - shown["pv_energy_total"] == pytest.approx(other, abs=0.2)
    assert joined["load_energy_total"] - shown["load_energy_total"] <= left_out.load + 0.3
    await machine.run(1_200)
    assert rises(living, joined) == pytest.approx(gone_since(living, rejoined_at), abs=STEPS_KWH)
    assert_they_only_rise(living, events)


@pytest.mark.parametrize("house", [NET_CT], indirect=True)
async def test_sources_and_a_site_that_reload_change_no_counter(
    living: House, machine: TimeMachine
) -> None:
    await machine.run(600)
    events = async_capture_events(living.hass, EVENT_STATE_CHANGED)
    shown, before = totals_of(living), living.site.energies()
    for entry in (*living.entries, *living.entries):
        assert await machine.finish(living.hass.config_entries.async_reload(entry.entry_id))
        await machine.run(200)
    assert rises(living, shown) == pytest.approx(gone_since(living, before), abs=STEPS_KWH)
    assert_they_only_rise(living, events)


@pytest.mark.parametrize("house", [Topology(ct=False)], indirect=True)
async def test_what_was_made_before_there_was_a_meter_is_no_load(
    living: House, machine: TimeMachine
) -> None:
    await machine.run(3_600)
    assert living.number("pv_energy_total") > 2
    await choose(living, machine, {"feeds": {GATEWAY: {"feed": "backup"}}})
    before = living.site.energies()
    await machine.run(1_800)
    gone = before.until(living.site.energies())
    load = living.number("load_energy_total")
    assert load == pytest.approx(gone.load + gone.losses, abs=STEPS_KWH)


@pytest.mark.usefixtures("long_days")
@pytest.mark.parametrize("house", [replace(NET_CT, interval_s=300)], indirect=True)
async def test_midnight_begins_the_counters_of_the_day_anew(
    living: House, machine: TimeMachine
) -> None:
    await machine.run(600)
    assert living.number("pv_energy_today") > 0
    await machine.run(13 * 3_600)
    assert living.number("pv_energy_total") > 1
    assert living.number("pv_energy_today") == 0
    assert 0 < living.number("load_energy_today") < 2


@pytest.mark.parametrize("house", [NET_CT], indirect=True)
async def test_shares_of_the_day_are_unknown_until_there_is_something_to_share(
    house: House, machine: TimeMachine, set_up: SetUp
) -> None:
    # Nothing goes through the inverter yet: a step of its counters would be enough to share.
    battery = house.site.battery
    usual, battery.spec = battery.spec, replace(battery.spec, max_charge_w=0, max_discharge_w=0)
    give_sun(house, 0)
    for entry in house.entries:
        await set_up(entry)
    await machine.run(40)
    assert house.number("pv_energy_today") == 0
    assert 0 < house.number("load_energy_today") < 0.1
    assert house.shown("self_consumption") == STATE_UNKNOWN
    assert house.shown("autarky") == STATE_UNKNOWN
    battery.spec = usual
    give_sun(house, 1)
    await machine.run(3_600)
    pv, sold = house.number("pv_energy_today"), house.number("grid_export_energy_today")
    assert house.number("self_consumption") == pytest.approx(100 * (pv - sold) / pv, abs=0.1)
    assert 0 <= house.number("autarky") <= 100


@pytest.mark.parametrize(
    "house",
    [Topology(fittings=Shape.D8_2_DEVICE_DATA.fittings)],
    indirect=True,
)
async def test_what_is_estimated_says_so(living: House, machine: TimeMachine) -> None:
    await machine.run(60)
    estimated = {
        key: state_with(living.hass, f"site_{key}").attributes["estimated"] for key in TOTALS
    }
    assert {key for key, is_so in estimated.items() if is_so} == {
        "load_energy_total",
        "battery_charge_energy_total",
        "battery_discharge_energy_total",
    }


@pytest.mark.parametrize(
    "house",
    [Topology(feed=AcFeed.GENERATOR_PORT, gateway=False, work_mode=2)],
    indirect=True,
)
async def test_panels_on_a_generator_port_that_nobody_else_measures_are_summed_up(
    living: House, machine: TimeMachine
) -> None:
    await machine.run(100)
    shown, before = living.number("pv_energy_total"), living.site.energies()
    await machine.run(7_200)
    gone = before.until(living.site.energies())
    assert gone.pv_ac > 1
    assert living.number("pv_energy_total") - shown == pytest.approx(gone.pv, abs=STEPS_KWH)
    assert state_with(living.hass, "site_pv_energy_total").attributes["estimated"]
    assert living.number("load_energy_total") == pytest.approx(gone.load + gone.losses, abs=0.3)
