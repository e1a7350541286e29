"""Options as a text: taken out, and in again here or elsewhere."""

import json

from homeassistant.auth.models import User
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError, Unauthorized
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.site.names import reference_to
from custom_components.solar_monitor.site.options_data import Role
from tests.integration.conftest import SetUp
from tests.integration.site_flow.exchange_kit import (
    DEFAULT_LEVELS,
    export,
    message,
    rich_site,
    take_in,
)
from tests.integration.site_flow.kit import (
    GATEWAY,
    INVERTER,
    options_of,
    sensor,
    site_entry_with,
)


async def test_a_site_without_options_exports_its_defaults(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    exported = await export(hass)
    assert exported["version"] == 1
    assert exported["options"]["excluded"] == []
    assert exported["options"]["shedding"] == {"loads": [], "grid_draw": False, **DEFAULT_LEVELS}
    before = options_of(site_entry)
    assert await take_in(hass, exported) == []
    assert options_of(site_entry) == before


async def test_what_is_exported_is_taken_in_unchanged(hass: HomeAssistant, set_up: SetUp) -> None:
    entry = await rich_site(hass, set_up)
    before = entry.options
    exported = await export(hass)
    hass.config_entries.async_update_entry(entry, options={})
    await take_in(hass, exported)
    assert entry.options == before
    assert await export(hass) == exported


async def test_entities_are_exported_by_all_the_names_that_they_have(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    await rich_site(hass, set_up)
    options = (await export(hass))["options"]
    assert options["others"][0]["power"] == {
        "entity_id": "sensor.power",
        "platform": "other_maker",
        "unique_id": "power",
    }
    assert options["shedding"]["loads"][1] == {"entity_id": "switch.yaml"}


async def test_an_entity_is_found_by_its_unique_id_where_it_has_another_name(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    entry = await rich_site(hass, set_up)
    exported = await export(hass)
    registry = er.async_get(hass)
    registry.async_remove("sensor.power")
    hass.states.async_remove("sensor.power")
    new = registry.async_get_or_create(
        "sensor", "other_maker", "power", suggested_object_id="moved", unit_of_measurement="kW"
    )
    await take_in(hass, exported)
    assert entry.options["others"][0]["power"] == new.id


async def test_an_entity_is_found_by_its_entity_id_where_it_has_another_unique_id(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    entry = await rich_site(hass, set_up)
    exported = await export(hass)
    exported["options"]["others"][0]["power"]["unique_id"] = "another"
    before = entry.options
    await take_in(hass, exported)
    assert entry.options == before


async def test_no_secret_is_exported(hass: HomeAssistant, set_up: SetUp) -> None:
    power = reference_to(hass, sensor(hass, "owner@example.com_power"))
    house = {"id": "other_1", "kind": "home_meter", "name": "House", "power": power}
    await set_up(site_entry_with({"others": [house], "token": "canary"}))
    exported = await export(hass)
    assert exported["options"]["others"][0]["power"].keys() == {"entity_id"}
    assert "owner@example.com" not in json.dumps(exported)
    assert "canary" not in json.dumps(exported)


async def test_an_entity_that_was_removed_is_exported_and_has_to_be_taken_out(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    house = {"id": "other_1", "kind": "home_meter", "name": "House", "power": "sensor.gone"}
    entry = site_entry_with({"others": [house]})
    await set_up(entry)
    exported = await export(hass)
    assert exported["options"]["others"][0]["power"] == {"entity_id": "sensor.gone"}
    with pytest.raises(ServiceValidationError) as refused:
        await take_in(hass, exported)
    assert "sensor.gone" in message(refused.value)


@pytest.mark.parametrize(
    ("gone", "left"),
    [
        (["sensor.energy"], {"power"}),
        (["sensor.power"], set()),
        (["sensor.power", "sensor.energy"], set()),
        (["switch.pool"], {"power", "energy_in"}),
    ],
)
async def test_what_is_exported_after_entities_were_removed_is_taken_in(
    hass: HomeAssistant, set_up: SetUp, gone: list[str], left: set[str]
) -> None:
    entry = await rich_site(hass, set_up)
    for entity_id in gone:
        er.async_get(hass).async_remove(entity_id)
        hass.states.async_remove(entity_id)
    exported = await export(hass)
    given = exported["options"]
    assert {role for each in given["others"] for role in each.keys() & set(Role)} == left
    loads = [each["entity_id"] for each in given["shedding"]["loads"]]
    assert loads == [each for each in ("switch.pool", "switch.yaml") if each not in gone]
    unknown = await take_in(hass, exported)
    assert ("other_1" in unknown) is not bool(left)  # it is the grid meter still
    assert await export(hass) == exported
    assert entry.options["arrays"] == given["arrays"]


async def test_all_missing_entities_are_named_and_nothing_is_changed(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    entry = await rich_site(hass, set_up)
    exported = await export(hass)
    before = entry.options
    registry = er.async_get(hass)
    for gone in ("sensor.power", "switch.pool"):
        registry.async_remove(gone)
        hass.states.async_remove(gone)
    exported["options"]["capacity"] = 99
    with pytest.raises(ServiceValidationError) as refused:
        await take_in(hass, exported)
    assert "sensor.power, switch.pool" in message(refused.value)
    assert entry.options == before


@pytest.mark.usefixtures("house")
async def test_sources_and_parts_that_are_not_there_yet_are_named(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    data = {
        "version": 1,
        "options": {
            "excluded": ["new_source"],
            "grid_meter": "new_meter",
            "home_meter": "reckoned",
            "soc_of": "new_bank",
            "feeds": {
                "new_array": {"feed": "generator_port", "hybrid": "new_hybrid"},
                GATEWAY: {"feed": "house"},
            },
            "arrays": [
                {"id": "a", "name": "East", "kwp": 5, "source": "new_array"},
                {"id": "b", "name": "West", "kwp": 5, "source": INVERTER},
                {"id": "c", "name": "Shed", "kwp": 5},
            ],
        },
    }
    assert await take_in(hass, data) == [
        "new_array",
        "new_bank",
        "new_hybrid",
        "new_meter",
        "new_source",
    ]
    assert options_of(site_entry).excluded == {"new_source"}


async def test_the_site_is_loaded_with_what_was_taken_in(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    before = site_entry.runtime_data
    await take_in(hass, {"version": 1, "options": {"common_bank": True}})
    assert site_entry.runtime_data is not before


async def test_a_load_that_is_given_twice_counts_once(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    hass.states.async_set("switch.yaml", "on")
    loads = [{"entity_id": "switch.yaml"}, {"entity_id": "switch.yaml"}]
    await take_in(hass, {"version": 1, "options": {"shedding": {"loads": loads}}})
    assert options_of(site_entry).shedding.loads == ("switch.yaml",)


async def test_only_administrators_may(
    hass: HomeAssistant, site_entry: MockConfigEntry, hass_read_only_user: User
) -> None:
    with pytest.raises(Unauthorized):
        await export(hass, hass_read_only_user)
    with pytest.raises(Unauthorized):
        await take_in(hass, {"version": 1, "options": {}}, hass_read_only_user)
    assert site_entry.options == {}


async def test_an_administrator_may(
    hass: HomeAssistant, site_entry: MockConfigEntry, hass_admin_user: User
) -> None:
    exported = await export(hass, hass_admin_user)
    assert await take_in(hass, exported, hass_admin_user) == []
    assert site_entry.options


@pytest.mark.parametrize("service", ["export_site", "import_site"])
async def test_without_a_site_the_actions_say_how_to_get_one(
    hass: HomeAssistant, set_up: SetUp, deye_entry: MockConfigEntry, service: str
) -> None:
    await set_up(deye_entry)
    with pytest.raises(ServiceValidationError) as refused:
        await (export(hass) if service == "export_site" else take_in(hass, {}))
    assert refused.value.translation_key == "no_site"
    assert "Add integration" in message(refused.value)
