"""Entities are renamed and the Energy dashboard keeps the old ids: told, and put right in place."""

import json
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from tests.integration.site.kit import GATEWAY, INVERTER
from tests.integration.site_wiring.kit import Desk, options, proposal

CAPACITY_KWH: Final = 15.36
PRICES: Final = {
    "number_energy_price": 0.31,
    "number_energy_price_export": 0.08,
    "cost_adjustment_day": 1.5,
    "name": "Street",
}
FORECAST: Final = {"config_entry_solar_forecast": ["forecast"]}
GAS: Final = {"type": "gas", "stat_energy_from": "sensor.gas"}


def rename(desk: Desk, entry: ConfigEntry, word: str) -> None:
    """Rename all entities of an entry, as the dialogue does that renames their device."""
    registry = er.async_get(desk.hass)
    for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
        domain, name = entity.entity_id.split(".")
        registry.async_update_entity(entity.entity_id, new_entity_id=f"{domain}.{word}_{name}")


async def wait_for_the_recorder(desk: Desk) -> None:
    """Let the recorder rename its statistics, and everybody look at them."""
    await desk.machine.settle()
    await async_wait_recording_done(desk.hass)
    await desk.machine.run(150)


def wired(desk: Desk) -> list[dict[str, Any]]:
    """Give a dashboard of the site with what a user has added to it."""
    return [
        GAS,
        desk.grid(**PRICES),
        desk.solar() | FORECAST,
        desk.battery(CAPACITY_KWH) | {"capacity": 12.0},
    ]


async def use_the_site(desk: Desk) -> None:
    """Let the dashboard use the site."""
    await desk.save(*wired(desk))
    await desk.wait_for_statistics()
    assert desk.repair() is None


async def test_a_renamed_site_is_put_right_where_it_stands_with_prices_and_forecast(
    desk: Desk,
) -> None:
    await use_the_site(desk)
    old = desk.of_site("pv_energy_total")
    rename(desk, desk.house.site_entry, "villa")
    await wait_for_the_recorder(desk)
    assert len(await desk.complaints()) == 4
    step = await desk.open_repair()
    assert proposal(step) == dict.fromkeys(["solar", "grid", "battery"], "rename")
    assert options(step)["solar"] == ["rename", "leave"]
    shown = step["description_placeholders"]["solar_now"]
    assert shown.startswith(f"`{old}` → ")
    assert f"(`{desk.of_site('pv_energy_total')}`)" in shown
    await desk.submit(step)
    assert await desk.stored() == wired(desk)
    assert desk.of_site("pv_energy_total").startswith("sensor.villa_")
    assert list(await desk.complaints()) == ["['sensor.gas', None]"]
    await desk.machine.run(600)
    assert desk.repair() is None


async def test_what_is_renamed_while_the_site_is_not_loaded_is_found_afterwards(
    desk: Desk,
) -> None:
    await use_the_site(desk)
    entry = desk.house.site_entry
    assert await desk.machine.finish(desk.hass.config_entries.async_unload(entry.entry_id))
    rename(desk, entry, "villa")
    assert await desk.machine.finish(desk.hass.config_entries.async_setup(entry.entry_id))
    await wait_for_the_recorder(desk)
    rename(desk, entry, "old")  # and once more
    await wait_for_the_recorder(desk)
    await desk.submit(await desk.open_repair())
    assert await desk.stored() == wired(desk)
    assert desk.repair() is None


async def test_renamed_counters_of_sources_stay_those_of_the_sources(desk: Desk) -> None:
    sources: list[dict[str, Any]] = [
        {"type": "solar", "stat_energy_from": desk.of_source(INVERTER, "pv_energy_total")},
        {"type": "solar", "stat_energy_from": desk.of_source(GATEWAY, "production_energy_total")},
        desk.grid(),
        desk.battery(CAPACITY_KWH),
    ]
    await desk.save(*sources)
    await desk.wait_for_statistics()
    assert desk.repair() is None
    before = await desk.stored()
    for entry in desk.house.entries:
        if entry is not desk.house.site_entry:
            rename(desk, entry, "villa")
    await wait_for_the_recorder(desk)
    step = await desk.open_repair()
    assert options(step) == {"solar": ["rename", "leave", "replace"]}
    await desk.submit(step)
    counters = [(INVERTER, "pv_energy_total"), (GATEWAY, "production_energy_total")]
    assert (
        await desk.stored()
        == [
            old | {"stat_energy_from": desk.of_source(*new)}
            for old, new in zip(before, counters, strict=False)
        ]
        + before[2:]
    )
    await desk.machine.run(60)
    assert desk.repair() is None


async def test_old_names_that_the_user_leaves_are_not_asked_for_again(desk: Desk) -> None:
    await use_the_site(desk)
    rename(desk, desk.house.site_entry, "villa")
    await wait_for_the_recorder(desk)
    before = json.dumps(await desk.stored())
    step = await desk.open_repair()
    await desk.submit(step, solar="leave", grid="leave", battery="leave")
    assert json.dumps(await desk.stored()) == before
    await desk.reload()
    await desk.machine.run(600)
    assert desk.repair() is None


async def test_an_old_name_that_somebody_else_has_by_now_is_theirs(desk: Desk) -> None:
    await use_the_site(desk)
    old = desk.of_site("pv_energy_total")
    rename(desk, desk.house.site_entry, "villa")
    desk.hass.states.async_set(old, "7", {"unit_of_measurement": "kWh"})
    await wait_for_the_recorder(desk)
    step = await desk.open_repair()
    assert proposal(step) == {"solar": "leave", "grid": "rename", "battery": "rename"}
    assert options(step)["solar"] == ["leave", "beside"]
