"""What the site remembers over a restart, and what it does not believe after a power cut."""

from copy import deepcopy
from typing import Any, Final

from homeassistant.const import (
    EVENT_HOMEASSISTANT_STOP,
    EVENT_STATE_CHANGED,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.solar_monitor.const import DOMAIN
from tests.integration.conftest import SetUp
from tests.integration.machine import TimeMachine
from tests.integration.site.kit import House, Topology, shown
from tests.integration.states import history_of

NET_CT: Final = Topology(ct=False, net_ct=True)
TWO: Final = Topology(shares=(0.6, 0.4), options={"common_bank": True}, work_mode=2)
SUMS: Final = ("pv_energy_total", "grid_export_energy_total", "battery_charge_energy_total")


def stored(hass_storage: dict[str, Any], house: House) -> dict[str, Any]:
    """Give what the site has stored."""
    data: dict[str, Any] = hass_storage[f"{DOMAIN}.{house.site_entry.entry_id}"]["data"]
    return data


async def unload_all(house: House, machine: TimeMachine) -> None:
    """Unload everything, and let pass what takes a restart: what was given is too old by then."""
    for entry in reversed(house.entries):
        assert await machine.finish(house.hass.config_entries.async_unload(entry.entry_id))
    await machine.run(200)


async def load(house: House, machine: TimeMachine, *indices: int) -> None:
    """Set entries up again."""
    for index in indices:
        entry = house.entries[index]
        assert await machine.finish(house.hass.config_entries.async_setup(entry.entry_id))


@pytest.mark.parametrize("house", [NET_CT], indirect=True)
async def test_after_a_restart_the_counters_are_there_before_any_source(
    living: House, machine: TimeMachine, hass_storage: dict[str, Any]
) -> None:
    await machine.run(1_800)
    before = {key: living.shown(key) for key in (*SUMS, "load_energy_total", "pv_energy_today")}
    await unload_all(living, machine)
    assert stored(hass_storage, living)["clean"] is True
    await load(living, machine, 2)
    assert {key: living.shown(key) for key in before} == before
    assert living.shown("status") == "incomplete"
    await load(living, machine, 0, 1)
    await machine.run(60)
    assert living.shown("status") == "complete"
    assert living.number("pv_energy_total") >= float(before["pv_energy_total"])


@pytest.mark.parametrize("house", [NET_CT], indirect=True)
async def test_what_was_made_while_home_assistant_was_off_is_counted(
    living: House, machine: TimeMachine
) -> None:
    await machine.run(600)
    shown_before, before = living.number("pv_energy_total"), living.site.energies()
    await unload_all(living, machine)
    await machine.run(3_600)
    await load(living, machine, 2, 1, 0)
    await machine.run(600)
    gone = before.until(living.site.energies())
    assert gone.pv > 2
    assert living.number("pv_energy_total") - shown_before == pytest.approx(gone.pv, abs=0.2)
    assert living.number("load_energy_total") >= 0


@pytest.mark.parametrize("house", [NET_CT], indirect=True)
async def test_after_a_power_cut_nothing_falls_however_old_the_store_is(
    living: House, machine: TimeMachine, hass_storage: dict[str, Any]
) -> None:
    await machine.run(600)
    old = stored(hass_storage, living)
    assert old["clean"] is False
    await machine.run(3_000)
    before = {key: living.number(key) for key in (*SUMS, "load_energy_total")}
    await unload_all(living, machine)
    hass_storage[f"{DOMAIN}.{living.site_entry.entry_id}"]["data"] = old
    await load(living, machine, 2)
    assert {living.shown(key) for key in before} == {STATE_UNKNOWN}
    await load(living, machine, 0, 1)
    await machine.run(60)
    for key in SUMS:
        assert living.number(key) >= before[key] - 0.001, key
    assert living.shown("load_energy_total") == STATE_UNKNOWN, "until it has passed its reserve"
    await machine.run(3_600)
    assert living.number("load_energy_total") >= before["load_energy_total"]


def on_disk(hass_storage: dict[str, Any], house: House) -> dict[str, Any]:
    """Give what is stored of all entries."""
    keys = [f"{DOMAIN}.{entry.entry_id}" for entry in house.entries]
    return {key: deepcopy(hass_storage[key]) for key in keys}


@pytest.mark.parametrize("uptime_s", [700, 1_700])
@pytest.mark.parametrize("house", [NET_CT, TWO], ids=["a gateway's CT", "two"], indirect=True)
async def test_a_power_cut_at_any_time_costs_no_energy_and_makes_none(
    living: House, machine: TimeMachine, hass_storage: dict[str, Any], uptime_s: float
) -> None:
    await machine.run(uptime_s)
    shown, before = {key: living.number(key) for key in SUMS}, living.site.energies()
    events = async_capture_events(living.hass, EVENT_STATE_CHANGED)
    for _ in range(2):
        await machine.run(200)
        left = on_disk(hass_storage, living)
        assert not any(each["data"]["clean"] for each in left.values())
        await unload_all(living, machine)
        hass_storage.update(left)  # nobody had the time to write
        await load(living, machine, *range(len(living.entries)))
        await machine.run(400)
    gone = before.until(living.site.energies())
    true = {
        "pv_energy_total": gone.pv,
        "grid_export_energy_total": gone.grid_export,
        "battery_charge_energy_total": gone.battery_charge,
    }
    risen = {key: living.number(key) - shown[key] for key in SUMS}
    assert risen == pytest.approx(true, abs=0.25)
    assert gone.pv > 1
    for key in (*SUMS, "load_energy_total"):
        states = history_of(living.hass, events, f"site_{key}")
        known = [float(each) for each in states if each not in {STATE_UNKNOWN, STATE_UNAVAILABLE}]
        assert known == sorted(known), key


@pytest.mark.parametrize("house", [NET_CT], indirect=True)
async def test_when_home_assistant_stops_the_store_is_clean(
    living: House, machine: TimeMachine, hass_storage: dict[str, Any]
) -> None:
    await machine.run(100)
    living.hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await machine.run(10)
    assert stored(hass_storage, living)["clean"] is True


@pytest.mark.parametrize("house", [NET_CT], indirect=True)
async def test_no_entity_goes_at_a_start_at_which_nobody_answers(
    living: House, machine: TimeMachine, caplog: pytest.LogCaptureFixture
) -> None:
    await machine.run(100)
    registry = er.async_get(living.hass)

    def entities() -> set[str]:
        found = er.async_entries_for_config_entry(registry, living.site_entry.entry_id)
        return {entity.unique_id for entity in found}

    before = entities()
    await unload_all(living, machine)
    assert living.gateway is not None
    await living.loggers[0].stop()
    await living.gateway.stop()
    await load(living, machine, 0, 1, 2)
    await machine.run(300)
    assert entities() == before
    assert living.shown("status") == "incomplete"
    await living.loggers[0].start()
    await living.gateway.start()
    await machine.run(700)
    assert living.shown("status") == "complete"
    caplog.clear()


@pytest.mark.parametrize(
    "damaged",
    [
        None,
        {"model": []},
        {"model": {"energies": {"totals": "x", "days": [1], "integrals": 3}, "shape": {}}},
        {"model": {"roster": {"2712345678": {"hybrids": [], "counters": {"a": {"pv": 1}}}}}},
    ],
    ids=["none", "no model", "no numbers", "a strange roster"],
)
@pytest.mark.parametrize("house", [NET_CT], indirect=True)
async def test_a_damaged_store_is_as_none(
    house: House,
    machine: TimeMachine,
    set_up: SetUp,
    hass_storage: dict[str, Any],
    damaged: object,
) -> None:
    if damaged is not None:
        key = f"{DOMAIN}.{house.site_entry.entry_id}"
        hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": damaged}
    for entry in (house.site_entry, *house.source_entries):
        await set_up(entry)
    await machine.run(100)
    assert shown(house.hass, "status") == "complete"
    assert house.number("pv_energy_total") >= 0
