"""Load shedding: what may be turned off, in which order, and how."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import InvalidData
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.logic.shedding import Config
from custom_components.solar_monitor.site.options_data import SheddingOptions
from tests.integration.site_flow.kit import (
    assert_form,
    assert_kept,
    error_text,
    fields_of,
    filled_in,
    open_step,
    options_of,
    sensor,
    submit,
)

NUMBERS: dict[str, Any] = {"armed": True, "shed_below": 40.0, "restore_above": 50.0}


def plug(hass: HomeAssistant, name: str, domain: str = "switch") -> str:
    """Let another integration have something that can be turned off."""
    return sensor(hass, name, "on", None, domain=domain)


async def test_the_form_shows_the_defaults_of_the_rule(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    form = await open_step(hass, site_entry, "loads")
    assert_form(form, "loads")
    assert filled_in(form) == {
        "loads": [],
        "grid_draw": False,
        "offgrid": {"offgrid_shed_below": 45, "offgrid_restore_above": 60},
        "staircase": {"step": 5, "critical": 15},
        "times": {
            "min_on_s": {"hours": 0, "minutes": 15, "seconds": 0},
            "min_off_s": {"hours": 0, "minutes": 10, "seconds": 0},
            "stagger_s": {"hours": 0, "minutes": 1, "seconds": 0},
            "critical_stagger_s": {"hours": 0, "minutes": 0, "seconds": 10},
            "give_back_s": {"hours": 2, "minutes": 0, "seconds": 0},
        },
    }
    assert_kept(await submit(hass, form, filled_in(form)))
    shedding = options_of(site_entry).shedding
    assert shedding == SheddingOptions()
    assert shedding.config(**NUMBERS) == Config(armed=True)


async def test_loads_are_an_ordered_list_that_a_finger_can_move(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    form = await open_step(hass, site_entry, "loads")
    config = fields_of(form)["loads"].config
    assert config["multiple"] is True
    assert config["reorder"] is True
    loads = [
        plug(hass, "pool"),
        plug(hass, "lamp", "light"),
        plug(hass, "boiler", "water_heater"),
        plug(hass, "holiday", "input_boolean"),
        plug(hass, "ceiling", "fan"),
        plug(hass, "bedroom", "climate"),
    ]
    assert_kept(await submit(hass, form, {"loads": loads}))
    form = await open_step(hass, site_entry, "loads")
    assert filled_in(form)["loads"] == loads
    assert_kept(await submit(hass, form, {"loads": loads[::-1]}))
    registry = er.async_get(hass)
    ids = [registry.async_get(load) for load in loads[::-1]]
    assert options_of(site_entry).shedding.loads == tuple(entry.id for entry in ids if entry)


async def test_a_load_that_is_renamed_stays_one_and_one_that_is_removed_is_left_out(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    form = await open_step(hass, site_entry, "loads")
    loads = [plug(hass, "pool"), plug(hass, "lamp", "light")]
    await submit(hass, form, {"loads": loads})
    registry = er.async_get(hass)
    registry.async_update_entity(loads[0], new_entity_id="switch.swimming")
    registry.async_remove(loads[1])
    form = await open_step(hass, site_entry, "loads")
    assert filled_in(form)["loads"] == ["switch.swimming"]


async def test_everything_can_be_chosen_down_to_seconds(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    form = await open_step(hass, site_entry, "loads")
    five: dict[str, int] = {"seconds": 5}
    entered = {
        "loads": [plug(hass, "pool")],
        "grid_draw": True,
        "offgrid": {"offgrid_shed_below": 70, "offgrid_restore_above": 75},
        "staircase": {"step": 0, "critical": 39},
        "times": {
            "min_on_s": five,
            "min_off_s": five,
            "stagger_s": five,
            "critical_stagger_s": five,
            "give_back_s": {"seconds": 0},
        },
    }
    assert_kept(await submit(hass, form, entered))
    assert options_of(site_entry).shedding.config(**NUMBERS) == Config(
        armed=True,
        offgrid_shed_below=70,
        offgrid_restore_above=75,
        step=0,
        critical=39,
        min_on_s=5,
        min_off_s=5,
        stagger_s=5,
        critical_stagger_s=5,
        grid_draw=True,
        give_back_s=0,
    )


async def test_a_time_that_was_emptied_is_the_default_again(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    form = await open_step(hass, site_entry, "loads")
    await submit(hass, form, filled_in(form) | {"times": {"min_on_s": {"hours": 1}}})
    assert options_of(site_entry).shedding.levels["min_on_s"] == 3600
    form = await open_step(hass, site_entry, "loads")
    await submit(hass, form, filled_in(form) | {"times": {}})
    assert options_of(site_entry).shedding.levels["min_on_s"] == 900


def offgrid(shed: float, restore: float) -> dict[str, float]:
    """Give the two levels without the grid."""
    return {"offgrid_shed_below": shed, "offgrid_restore_above": restore}


@pytest.mark.parametrize(
    ("entered", "error", "says"),
    [
        ({"offgrid": offgrid(50, 54)}, "levels_too_close", "at least 5 points"),
        ({"offgrid": offgrid(60, 40)}, "levels_too_close", "Raise the upper one"),
        (
            {"offgrid": offgrid(40, 50), "staircase": {"step": 5, "critical": 40}},
            "critical_too_high",
            "below the level",
        ),
        (
            {"offgrid": offgrid(70, 80), "staircase": {"step": 5, "critical": 40}},
            "critical_above_number",
            "below Shed below, which is an entity",
        ),
        ({"times": {"stagger_s": {"hours": 1, "seconds": 1}}}, "time_too_long", "an hour"),
        ({"times": {"min_on_s": {"days": 1, "seconds": 1}}}, "time_too_long", "a day"),
        ({"times": {"give_back_s": {"days": 7, "seconds": 1}}}, "time_too_long", "a week"),
    ],
)
async def test_levels_and_times_that_make_no_sense_are_refused_with_what_to_do(
    hass: HomeAssistant,
    site_entry: MockConfigEntry,
    entered: dict[str, Any],
    error: str,
    says: str,
) -> None:
    form = await open_step(hass, site_entry, "loads")
    shown = filled_in(form)
    again = await submit(hass, form, shown | entered)
    assert_form(again, "loads", {"base": error})
    assert says in error_text(again)
    kept = filled_in(again)
    assert {key: kept[key] for key in entered} == entered
    assert site_entry.options == {}
    assert_kept(await submit(hass, again, shown))


@pytest.mark.parametrize(
    ("load", "error", "says"),
    [
        ("switch.gone", "no_entity", "no longer there"),
        ("sensor.power", "wrong_domain", "Only switches"),
    ],
)
async def test_what_cannot_be_turned_off_is_refused_with_what_to_do(
    hass: HomeAssistant, site_entry: MockConfigEntry, load: str, error: str, says: str
) -> None:
    sensor(hass, "power")
    form = await open_step(hass, site_entry, "loads")
    again = await submit(hass, form, {"loads": [load]})
    assert_form(again, "loads", {"loads": error})
    assert says in error_text(again)
    assert filled_in(again)["loads"] == [load]


async def test_our_own_switches_are_not_offered(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    own = sensor(hass, "live_mode", "on", None, domain="switch", platform="solar_monitor")
    form = await open_step(hass, site_entry, "loads")
    assert own in fields_of(form)["loads"].config["exclude_entities"]
    with pytest.raises(InvalidData):
        await submit(hass, form, {"loads": [own]})
