"""Devices of other integrations: a battery, panels and meters of any make."""

from typing import Any

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.site.options_data import OtherDevice, OtherKind, Role
from tests.integration.conftest import SetUp
from tests.integration.site_flow.kit import (
    assert_form,
    assert_kept,
    choose,
    error_text,
    fields_of,
    filled_in,
    labels,
    open_step,
    options_of,
    sensor,
    site_entry_with,
    step_text,
    submit,
)

ADD = ["other_panels", "other_battery", "other_grid_meter", "other_home_meter"]


def reference(hass: HomeAssistant, entity_id: str) -> str:
    """Give what the options keep of an entity."""
    entry = er.async_get(hass).async_get(entity_id)
    return entity_id if entry is None else entry.id


async def open_others(
    hass: HomeAssistant, entry: MockConfigEntry, step: str | None = None
) -> ConfigFlowResult:
    """Open the list of devices, and choose from it."""
    menu = await open_step(hass, entry, "others")
    assert (menu["type"], menu["step_id"]) == (FlowResultType.MENU, "others")
    return menu if step is None else await choose(hass, menu, step)


async def test_the_list_is_empty_at_first(hass: HomeAssistant, site_entry: MockConfigEntry) -> None:
    menu = await open_others(hass, site_entry)
    assert menu["menu_options"] == [*ADD, "done"]
    assert step_text(menu).endswith("So far: 0. ")


async def test_a_battery_is_kept_with_all_that_tells_of_it(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    power, soc = sensor(hass, "power", unit="kW"), sensor(hass, "soc", 50, "%")
    out, into = sensor(hass, "out", 5, "MWh"), sensor(hass, "into", 6, "kWh")
    form = await open_others(hass, site_entry, "other_battery")
    assert_form(form, "other_battery")
    entered = {
        "name": " EG4 ",
        "soc": soc,
        "power": power,
        "sign": "inverted",
        "counters": {"energy_in": out, "energy_out": into},
        "size": {"capacity": 14.3, "floor": 20},
    }
    menu = await submit(hass, form, entered)
    assert menu["menu_options"] == [*ADD, "others_change", "others_remove", "done"]
    assert step_text(menu).endswith("So far: 1. EG4")
    (device,) = options_of(site_entry).others
    assert device == OtherDevice(
        id=device.id,
        kind=OtherKind.BATTERY,
        name="EG4",
        entities={
            Role.POWER: reference(hass, power),
            Role.SOC: reference(hass, soc),
            Role.ENERGY_IN: reference(hass, out),
            Role.ENERGY_OUT: reference(hass, into),
        },
        inverted=True,
        capacity_kwh=14.3,
        floor=20.0,
    )
    assert_kept(await choose(hass, menu, "done"))


async def test_each_kind_asks_for_what_it_has(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    asked = {step: fields_of(await open_others(hass, site_entry, step)).keys() for step in ADD}
    assert asked == {
        "other_panels": {"name", "power", "energy_in"},
        "other_battery": {
            "name",
            "soc",
            "power",
            "sign",
            "opposite",
            "counters.energy_in",
            "counters.energy_out",
            "size.capacity",
            "size.floor",
        },
        "other_grid_meter": {
            "name",
            "power",
            "sign",
            "opposite",
            "counters.energy_in",
            "counters.energy_out",
        },
        "other_home_meter": {"name", "power"},
    }


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        ("other_panels", OtherKind.PANELS),
        ("other_grid_meter", OtherKind.GRID_METER),
        ("other_home_meter", OtherKind.HOME_METER),
    ],
)
async def test_a_power_is_enough(
    hass: HomeAssistant, site_entry: MockConfigEntry, step: str, kind: OtherKind
) -> None:
    power = sensor(hass, "power")
    form = await open_others(hass, site_entry, step)
    await submit(hass, form, {"power": power})
    (device,) = options_of(site_entry).others
    assert (device.kind, device.entities) == (kind, {Role.POWER: reference(hass, power)})


async def test_of_a_battery_the_charge_is_enough(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    form = await open_others(hass, site_entry, "other_battery")
    await submit(hass, form, {"soc": sensor(hass, "soc", 50, "%")})
    (device,) = options_of(site_entry).others
    assert device.entities.keys() == {Role.SOC}
    assert device.floor == 10


async def test_what_has_no_name_is_called_like_its_device(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    other = MockConfigEntry(domain="other_maker")
    other.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=other.entry_id, identifiers={("other_maker", "1")}, name="P1 meter"
    )
    power = sensor(hass, "power", device=device)
    form = await open_others(hass, site_entry, "other_grid_meter")
    await submit(hass, form, {"power": power, "name": "  "})
    assert options_of(site_entry).others[0].name == "P1 meter"


async def test_what_has_no_device_is_called_like_its_sensor(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    hass.states.async_set(
        "sensor.tibber", "5", {"unit_of_measurement": "W", "friendly_name": "Tibber pulse"}
    )
    form = await open_others(hass, site_entry, "other_grid_meter")
    await submit(hass, form, {"power": "sensor.tibber"})
    (device,) = options_of(site_entry).others
    assert device.name == "Tibber pulse"
    assert device.entities == {Role.POWER: "sensor.tibber"}


async def test_a_device_is_changed_in_its_place_and_keeps_its_id(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    for name in ("first", "second"):
        form = await open_others(hass, site_entry, "other_battery")
        await submit(hass, form, {"name": name, "power": sensor(hass, name)})
    before = options_of(site_entry).others
    pick = await open_others(hass, site_entry, "others_change")
    assert_form(pick, "others_change")
    assert labels(pick, "device") == {before[0].id: "first", before[1].id: "second"}
    form = await submit(hass, pick, {"device": before[0].id})
    assert_form(form, "other_battery")
    assert filled_in(form) == {
        "name": "first",
        "power": "sensor.first",
        "sign": "normal",
        "counters": {},
        "size": {"floor": 10.0},
    }
    changed = filled_in(form) | {"size": {"floor": 25, "capacity": 5}}
    menu = await submit(hass, form, changed)
    assert step_text(menu).endswith("So far: 2. first, second")
    first, second = options_of(site_entry).others
    assert (first.id, first.floor, first.capacity_kwh) == (before[0].id, 25, 5)
    assert second == before[1]


async def test_the_only_device_is_changed_without_asking_which(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    form = await open_others(hass, site_entry, "other_battery")
    entered = {
        "name": "EG4",
        "power": sensor(hass, "power"),
        "opposite": sensor(hass, "opposite"),
        "sign": "inverted",
        "size": {"floor": 20, "capacity": 5},
    }
    menu = await submit(hass, form, entered)
    form = await choose(hass, menu, "others_change")
    assert_form(form, "other_battery")
    assert filled_in(form) == entered | {"counters": {}}


async def test_after_a_change_the_next_device_is_a_new_one(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    form = await open_others(hass, site_entry, "other_home_meter")
    menu = await submit(hass, form, {"power": sensor(hass, "first")})
    form = await choose(hass, menu, "others_change")
    menu = await submit(hass, form, filled_in(form))
    form = await choose(hass, menu, "other_home_meter")
    assert filled_in(form) == {}
    await submit(hass, form, {"power": sensor(hass, "second")})
    assert len(options_of(site_entry).others) == 2


async def test_removed_devices_take_no_part_any_more(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    for name in ("first", "second"):
        form = await open_others(hass, site_entry, "other_home_meter")
        await submit(hass, form, {"name": name, "power": sensor(hass, name)})
    first, second = options_of(site_entry).others
    form = await open_others(hass, site_entry, "others_remove")
    menu = await submit(hass, form, {"devices": [first.id]})
    assert step_text(menu).endswith("So far: 1. second")
    assert options_of(site_entry).others == (second,)
    form = await choose(hass, menu, "others_remove")
    menu = await submit(hass, form, {"devices": [second.id]})
    assert menu["menu_options"] == [*ADD, "done"]
    assert site_entry.options == {}


async def test_a_sensor_that_is_renamed_stays_the_one(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    form = await open_others(hass, site_entry, "other_home_meter")
    menu = await submit(hass, form, {"power": sensor(hass, "power")})
    er.async_get(hass).async_update_entity("sensor.power", new_entity_id="sensor.house")
    form = await choose(hass, menu, "others_change")
    assert filled_in(form)["power"] == "sensor.house"


async def test_a_sensor_that_was_removed_has_to_be_chosen_anew(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    form = await open_others(hass, site_entry, "other_home_meter")
    menu = await submit(hass, form, {"name": "House", "power": sensor(hass, "power")})
    er.async_get(hass).async_remove("sensor.power")
    form = await choose(hass, menu, "others_change")
    assert filled_in(form) == {"name": "House"}


async def test_a_device_is_kept_at_once_also_if_the_dialog_is_closed_then(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    before = site_entry.runtime_data
    form = await open_others(hass, site_entry, "other_home_meter")
    menu = await submit(hass, form, {"power": sensor(hass, "power")})
    hass.config_entries.options.async_abort(menu["flow_id"])
    assert len(options_of(site_entry).others) == 1
    assert site_entry.runtime_data is not before


@pytest.mark.parametrize(
    ("entered", "error", "says"),
    [
        ({"power": "sensor.gone"}, "no_entity", "no longer there"),
        ({"power": "sensor.soc"}, "wrong_unit", "W, kW or MW"),
        ({"power": "sensor.bare"}, "wrong_unit", "W, kW or MW"),
        ({"soc": "sensor.power"}, "wrong_unit", "charge in %"),
        ({"power": "sensor.power", "opposite": "sensor.power"}, "used_twice", "twice"),
        ({"power": "sensor.taken"}, "used_twice", "another device"),
        ({"opposite": "sensor.power"}, "opposite_alone", "first one"),
        ({"name": "EG4"}, "nothing_chosen", "at least"),
        ({"counters": {"energy_in": "sensor.energy"}}, "nothing_chosen", "at least"),
        (
            {"power": "sensor.power", "counters": {"energy_in": "sensor.soc"}},
            "wrong_unit",
            "energy in Wh",
        ),
    ],
)
async def test_what_cannot_be_is_refused_with_what_to_do(
    hass: HomeAssistant,
    set_up: SetUp,
    entered: dict[str, Any],
    error: str,
    says: str,
) -> None:
    sensor(hass, "power")
    sensor(hass, "soc", 50, "%")
    sensor(hass, "bare", 50, None)
    sensor(hass, "energy", 50, "kWh")
    taken = reference(hass, sensor(hass, "taken"))
    other = {"id": "other_1", "kind": "home_meter", "name": "House", "power": taken}
    entry = site_entry_with({"others": [other]})
    await set_up(entry)
    form = await open_others(hass, entry, "other_battery")
    again = await submit(hass, form, entered)
    assert_form(again, "other_battery", {"base": error})
    assert says in error_text(again)
    kept = filled_in(again)
    assert {key: kept[key] for key in entered} == entered
    assert entry.options == {"others": [other]}
    menu = await submit(hass, again, {"power": "sensor.power"})
    assert menu["step_id"] == "others"


async def test_a_sensor_of_a_device_that_is_not_loaded_is_known_by_the_registry(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    power = sensor(hass, "power")
    hass.states.async_remove(power)
    form = await open_others(hass, site_entry, "other_home_meter")
    await submit(hass, form, {"power": power})
    assert options_of(site_entry).others[0].name == power


@pytest.mark.usefixtures("house")
async def test_our_own_sensors_are_not_offered(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    form = await open_others(hass, site_entry, "other_home_meter")
    excluded = fields_of(form)["power"].config["exclude_entities"]
    own = er.async_entries_for_config_entry(er.async_get(hass), site_entry.entry_id)
    shown = {entity.entity_id for entity in own if not entity.disabled}
    assert shown
    assert shown <= set(excluded)
    with pytest.raises(InvalidData):
        await submit(hass, form, {"power": min(shown)})


async def test_the_charge_of_such_a_battery_can_be_that_of_the_site(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    form = await open_others(hass, site_entry, "other_battery")
    await submit(hass, form, {"name": "Bare", "power": sensor(hass, "power")})
    form = await open_others(hass, site_entry, "other_battery")
    await submit(hass, form, {"name": "Shunt", "soc": sensor(hass, "soc", 50, "%")})
    shunt = options_of(site_entry).others[1]
    shown = await open_step(hass, site_entry, "battery")
    assert labels(shown, "soc_of") == {"auto": "All together", shunt.id: "Shunt"}


async def test_such_meters_and_panels_can_be_chosen_where_ours_can(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    for kind in ("panels", "grid_meter", "home_meter"):
        form = await open_others(hass, site_entry, f"other_{kind}")
        await submit(hass, form, {"name": kind, "power": sensor(hass, kind)})
    meters = await open_step(hass, site_entry, "meters")
    assert "grid_meter" in labels(meters, "grid_meter").values()
    assert "home_meter" in labels(meters, "home_meter").values()
    assert step_text(await open_step(hass, site_entry, "feeds")).startswith("panels:")
