"""The action that returns a dashboard: core cards only, and nothing that the user does not have."""

from collections.abc import Iterator, Mapping
import json
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.template import Template
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol
import yaml

from custom_components.solar_monitor.const import DOMAIN
from custom_components.solar_monitor.kinds import KINDS
from custom_components.solar_monitor.site.dashboard import (
    ALARMS,
    BATTERY,
    PANELS,
    POWERS,
    SHEDDING,
    TODAY,
)
from custom_components.solar_monitor.sources import SOURCES
from tests.integration.site.kit import GATEWAY, INVERTER, PANELS as PANEL_COUNT, Topology
from tests.integration.site_wiring.kit import Desk
from tests.integration.site_wiring.test_repair import ONLY_PANELS

ALL: Final = [
    "Power now",
    "Today",
    "Battery",
    "Panels",
    "Comparison of sources",
    "Alarms",
    "Load shedding",
]
_ENTITIES: Final = [{"entity": str, "name": str}]
_WIDE: Final = {vol.Optional("grid_options"): {"columns": "full"}}
# What the editors of these cards take (home-assistant/frontend 20261028.4,
# src/panels/lovelace/editor/config-elements/hui-*-card-editor.ts), as far as it is used.
CARDS: Final[Mapping[str, vol.Schema]] = {
    "heading": vol.Schema({"type": str, "heading": str, "icon": vol.Match("^mdi:")}),
    "tile": vol.Schema(
        {
            vol.Required("type"): str,
            vol.Required("entity"): str,
            vol.Required("name"): str,
            vol.Optional("color"): vol.In(["amber", "deep-orange", "blue", "green", "brown"]),
            **_WIDE,
            vol.Optional("features"): [
                {"type": "bar-gauge"},
                {"type": "numeric-input", "style": "buttons"},
            ],
        }
    ),
    "glance": vol.Schema(
        {"type": str, "columns": int, "show_icon": bool, "entities": _ENTITIES, **_WIDE}
    ),
    "history-graph": vol.Schema(
        {"type": str, "hours_to_show": int, "entities": _ENTITIES, **_WIDE}
    ),
    "statistics-graph": vol.Schema(
        {
            "type": str,
            "chart_type": "bar",
            "period": "day",
            "days_to_show": int,
            "stat_types": ["change"],
            "entities": _ENTITIES,
            **_WIDE,
        }
    ),
    "markdown": vol.Schema(
        {
            "type": str,
            "content": str,
            "visibility": [{"condition": "state", "entity": str, "state": "on"}],
            **_WIDE,
        }
    ),
}


async def dashboard(hass: HomeAssistant) -> dict[str, Any]:
    """Call the action; give what it returned."""
    answer = await hass.services.async_call(
        DOMAIN, "get_dashboard", blocking=True, return_response=True
    )
    assert isinstance(answer, dict)
    return answer


def sections_of(config: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Give the cards of each section by its heading."""
    (view,) = config["views"]
    assert view["type"] == "sections"
    found = {}
    for section in view["sections"]:
        heading, *cards = section["cards"]
        assert cards
        found[heading["heading"]] = cards
    return found


async def sections(hass: HomeAssistant) -> dict[str, list[dict[str, Any]]]:
    """Call the action; give the cards of each section."""
    return sections_of((await dashboard(hass))["config"])


def entities_in(node: object) -> Iterator[str]:
    """Go through the entities that something shows."""
    if isinstance(node, list):
        for each in node:
            yield from entities_in(each)
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "entity":
                yield value
            yield from entities_in(value)


async def test_a_whole_site_has_all_sections_and_the_text_says_the_same(
    hass: HomeAssistant, quiet: Desk
) -> None:
    answer = await dashboard(hass)
    assert list(sections_of(answer["config"])) == ALL
    assert yaml.safe_load(answer["yaml"]) == answer["config"]
    assert not {"&", "*"} & {word[0] for word in answer["yaml"].split() if word[1:].isalnum()}
    assert json.loads(json.dumps(answer["config"])) == answer["config"]
    assert quiet.house.number("pv_energy_total") >= 0


async def test_it_is_there_over_the_websocket_as_response_data(quiet: Desk) -> None:
    answer = await quiet.command(
        "call_service", domain=DOMAIN, service="get_dashboard", return_response=True
    )
    assert answer["success"]
    assert answer["result"]["response"]["yaml"].startswith("title: Solar site")
    refused = await quiet.command("call_service", domain=DOMAIN, service="get_dashboard")
    assert not refused["success"]


async def test_every_card_comes_with_home_assistant_and_takes_its_options(
    hass: HomeAssistant, quiet: Desk
) -> None:
    del quiet
    (view,) = (await dashboard(hass))["config"]["views"]
    cards = [card for section in view["sections"] for card in section["cards"]]
    assert {card["type"] for card in cards} == CARDS.keys()
    for card in cards:
        CARDS[card["type"]](card)


async def test_every_entity_is_there_and_enabled(hass: HomeAssistant, quiet: Desk) -> None:
    del quiet
    shown = set(entities_in((await dashboard(hass))["config"]))
    assert len(shown) > 40
    for entity_id in shown:
        entry = er.async_get(hass).async_get(entity_id)
        assert entry is not None, entity_id
        assert not entry.disabled, entity_id
        assert hass.states.get(entity_id) is not None, entity_id


async def test_what_is_disabled_is_left_out_and_what_is_renamed_has_its_new_name(
    hass: HomeAssistant, quiet: Desk
) -> None:
    registry = er.async_get(hass)
    gone, renamed = quiet.of_site("autarky"), quiet.of_site("pv_power")
    registry.async_update_entity(gone, disabled_by=er.RegistryEntryDisabler.USER)
    registry.async_update_entity(renamed, new_entity_id="sensor.sun", name="Sun")
    found = await sections(hass)
    assert gone not in set(entities_in(found["Today"]))
    assert renamed not in set(entities_in(found["Power now"]))
    assert found["Power now"][0] == {
        "type": "tile",
        "entity": "sensor.sun",
        "name": "Sun",
        "color": "amber",
    }


async def test_names_are_short_below_a_heading_unless_the_user_has_given_one(
    hass: HomeAssistant, quiet: Desk
) -> None:
    own = quiet.of_site("battery_runtime")
    er.async_get(hass).async_update_entity(own, name="Lasts for")
    names = {card["entity"]: card.get("name") for card in (await sections(hass))["Battery"][:4]}
    assert names[quiet.of_site("battery_soc")] == "State of charge"
    assert names[own] == "Lasts for"


async def test_sources_are_compared_by_the_names_of_their_devices(
    hass: HomeAssistant, quiet: Desk
) -> None:
    found = (await sections(hass))["Comparison of sources"]
    assert [card["type"] for card in found] == ["tile", "tile", "history-graph", "statistics-graph"]
    assert found[2]["entities"] == [
        {"entity": quiet.of_source(INVERTER, "pv_power"), "name": "Deye inverter"},
        {"entity": quiet.of_source(GATEWAY, "production_power"), "name": "Enphase gateway"},
    ]
    assert [each["entity"] for each in found[3]["entities"]] == [
        quiet.of_source(INVERTER, "pv_energy_total"),
        quiet.of_source(GATEWAY, "production_energy_total"),
    ]


async def test_each_panel_has_the_end_of_its_serial_number_or_the_name_of_the_user(
    hass: HomeAssistant, quiet: Desk
) -> None:
    del quiet
    devices = dr.async_get(hass)
    entities = er.async_get(hass)
    (glance,) = [card for card in (await sections(hass))["Panels"] if card["type"] == "glance"]
    assert len(glance["entities"]) == PANEL_COUNT
    first = entities.async_get(glance["entities"][0]["entity"])
    assert first is not None
    assert first.device_id is not None
    assert first.unique_id.split("_")[0].endswith(glance["entities"][0]["name"])
    devices.async_update_device(first.device_id, name_by_user="Above the door")
    (glance,) = [card for card in (await sections(hass))["Panels"] if card["type"] == "glance"]
    assert {"entity": first.entity_id, "name": "Above the door"} in glance["entities"]


@pytest.mark.parametrize("house", [ONLY_PANELS], indirect=True)
async def test_a_site_of_one_source_without_a_battery_shows_neither_battery_nor_comparison(
    hass: HomeAssistant, quiet: Desk
) -> None:
    del quiet
    found = await sections(hass)
    assert {"Power now", "Today", "Panels", "Alarms"} <= found.keys()
    assert not {"Battery", "Comparison of sources"} & found.keys()


EXCLUDED: Final = Topology(options={"excluded": [GATEWAY]})


@pytest.mark.parametrize("house", [EXCLUDED], indirect=True)
async def test_a_source_that_is_no_part_of_the_site_is_not_shown(
    hass: HomeAssistant, quiet: Desk
) -> None:
    found = await sections(hass)
    assert not {"Panels", "Comparison of sources"} & found.keys()
    assert quiet.of_source(GATEWAY, "production_power") not in set(entities_in([*found.values()]))


async def test_the_systems_of_an_account_are_compared_as_well(
    hass: HomeAssistant, quiet: Desk
) -> None:
    del quiet
    account = MockConfigEntry(
        domain=DOMAIN, data={"source": "enlighten"}, unique_id="account", title="Account"
    )
    account.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=account.entry_id, identifiers={(DOMAIN, "enl_7")}, name="Barn"
    )
    for key in ("power", "energy_total"):
        er.async_get(hass).async_get_or_create(
            "sensor", DOMAIN, f"enl_7_{key}", config_entry=account, device_id=device.id
        )
    found = await sections(hass)
    names = [each["name"] for each in found["Comparison of sources"][-1]["entities"]]
    assert names == ["Deye inverter", "Enphase gateway", "Barn"]
    assert not [each for each in entities_in(found["Panels"]) if "enl_7" in each]


async def test_the_loads_stand_in_the_order_in_which_they_are_shed(
    hass: HomeAssistant, quiet: Desk
) -> None:
    registry = er.async_get(hass)
    known = [registry.async_get_or_create("switch", "test", name) for name in ("pump", "gone")]
    registry.async_update_entity(known[1].entity_id, disabled_by=er.RegistryEntryDisabler.USER)
    hass.states.async_set("switch.boiler", "on", {"friendly_name": "Boiler"})
    loads = ["switch.boiler", known[1].id, known[0].id]
    await quiet.set_options({"shedding": {"loads": loads}})
    shown = list(entities_in((await sections(hass))["Load shedding"]))
    assert shown[-2:] == ["switch.boiler", known[0].entity_id]
    assert quiet.hass.states.get(shown[0]) is not None


async def test_an_alarm_is_told_in_words_with_what_to_do(hass: HomeAssistant, quiet: Desk) -> None:
    alarm = quiet.of_site("alarm")
    (card,) = [card for card in (await sections(hass))["Alarms"] if card["type"] == "markdown"]
    assert card["visibility"][0]["entity"] == alarm
    told = Template(card["content"], hass)
    assert told.async_render() == ""
    alarms = [
        {"text": "Deye: battery lost", "what_to_do": "Look at its cable."},
        {"text": "Envoy: notice", "what_to_do": None},
    ]
    hass.states.async_set(alarm, "on", {"alarms": alarms})
    assert told.async_render() == (
        "**Deye: battery lost**\n\nLook at its cable.\n\n**Envoy: notice**"
    )


async def test_it_needs_nothing_that_is_loaded(hass: HomeAssistant, quiet: Desk) -> None:
    before = await dashboard(hass)
    for entry in quiet.house.entries:
        assert await quiet.machine.finish(hass.config_entries.async_unload(entry.entry_id))
    assert await dashboard(hass) == before


async def test_without_a_site_it_says_so(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    with pytest.raises(ServiceValidationError) as refused:
        await dashboard(hass)
    assert refused.value.translation_key == "no_site"


def test_everything_that_it_looks_for_exists() -> None:
    own = {row.key for row in KINDS["site"].every_row()}
    texts = {f"site_{tile.key}" for tile in (*POWERS, *TODAY, *BATTERY, *ALARMS, *SHEDDING)}
    assert texts <= own
    everybody = {
        row.key.removeprefix("cloud_") for spec in SOURCES.values() for row in spec.every_row()
    }
    produced = {key for spec in SOURCES.values() for key in spec.production or ()}
    assert {key for _, key in PANELS} | produced <= everybody
    assert all(spec.production for spec in SOURCES.values())
