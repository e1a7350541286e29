"""Every text that the code asks for is in translations/en.json, and no other."""

import ast
from collections import Counter
from typing import Any, Final

from homeassistant.const import Platform

from custom_components.solar_monitor.kinds import KINDS
from custom_components.solar_monitor.logic.energy_dashboard import Kind

from .code_keys import collect
from .entity_keys import BINARY_STATES, all_entities
from .repository import TRANSLATIONS, leaves, load_json, modules
from .test_translations import placeholders

ENGLISH: Final = load_json(TRANSLATIONS / "en.json")


def _steps() -> list[dict[str, Any]]:
    flows = [ENGLISH[flow] for flow in ("config", "options") if flow in ENGLISH]
    return [step for flow in flows for step in flow["step"].values()]


def _flow_texts(group: str) -> set[str]:
    return {key for flow in ("config", "options") for key in ENGLISH.get(flow, {}).get(group, {})}


def test_the_collector_knows_every_use_of_a_translation_key() -> None:
    assert collect().unknown == []


def test_every_row_is_translated_by_its_own_key() -> None:
    for spec in KINDS.values():
        for row in spec.every_row():
            assert row.translation_key == row.key


def test_entities() -> None:
    texts = {(platform, key) for platform, keys in ENGLISH["entity"].items() for key in keys}
    assert texts == all_entities().keys()


def test_what_the_name_of_an_entity_leaves_open_is_filled_by_its_row() -> None:
    filled = {
        str(row.translation_key): set(row.translation_placeholders or {})
        for spec in KINDS.values()
        for row in spec.every_row()
    }
    for keys in ENGLISH["entity"].values():
        for key, text in keys.items():
            assert placeholders(text["name"]) == filled.get(key, set()), key


def test_two_entities_of_a_device_never_have_the_same_name() -> None:
    for spec in KINDS.values():
        rows = spec.every_row()
        for platform, table in (
            (Platform.SENSOR, rows.sensors),
            (Platform.BINARY_SENSOR, rows.binary_sensors),
            (Platform.EVENT, rows.events),
            (Platform.SWITCH, rows.switches),
            (Platform.BUTTON, rows.buttons),
            (Platform.NUMBER, rows.numbers),
        ):
            names = Counter(
                (row.row.device, ENGLISH["entity"][platform][row.translation_key]["name"])
                for row in table
            )
            assert not [name for name, times in names.items() if times > 1]


def test_states() -> None:
    for (platform, key), expected in all_entities().items():
        states = ENGLISH["entity"][platform][key].get("state")
        if platform == Platform.BINARY_SENSOR and states is not None:
            assert states.keys() == BINARY_STATES, key
        else:
            assert (states and states.keys()) == expected.states, key


def test_event_types() -> None:
    for (platform, key), expected in all_entities().items():
        attributes = ENGLISH["entity"][platform][key].get("state_attributes", {})
        types = attributes.get("event_type", {}).get("state")
        assert (types and types.keys()) == expected.event_types, key


def test_attributes_that_have_a_text_exist() -> None:
    words = {
        node.value
        for _, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    for keys in ENGLISH["entity"].values():
        for text in keys.values():
            assert text.get("state_attributes", {}).keys() <= words | {"event_type"}


def test_steps() -> None:
    assert _flow_texts("step") == collect().steps


def test_menu_options() -> None:
    texts = {option for step in _steps() for option in step.get("menu_options", {})}
    assert texts == collect().menu_options


def test_fields_of_forms() -> None:
    texts: set[str] = set()
    for step in _steps():
        sections = step.get("sections", {})
        texts |= step.get("data", {}).keys() | sections.keys()
        texts |= {key for each in sections.values() for key in each.get("data", {})}
    assert texts == collect().fields


def test_every_field_is_described() -> None:
    for step in _steps():
        for form in (step, *step.get("sections", {}).values()):
            assert form.get("data_description", {}).keys() == form.get("data", {}).keys()


def test_errors_of_forms() -> None:
    assert _flow_texts("error") == collect().errors


def test_reasons_to_abort() -> None:
    assert _flow_texts("abort") == collect().aborts


def test_the_title_of_a_discovered_flow() -> None:
    assert ("flow_title" in ENGLISH["config"]) is collect().flow_title


def test_selectors() -> None:
    texts = {key: set(value["options"]) for key, value in ENGLISH.get("selector", {}).items()}
    expected = collect().selectors
    assert texts.keys() == expected.keys()
    for key, options in expected.items():
        assert options is None or options == texts[key]


def test_exceptions() -> None:
    assert ENGLISH.get("exceptions", {}).keys() == collect().exceptions


def test_devices() -> None:
    assert ENGLISH.get("device", {}).keys() == collect().devices


def test_repairs() -> None:
    texts = ENGLISH.get("issues", {})
    expected = collect().issues
    assert texts.keys() == expected.keys()
    for key, issue in expected.items():
        fix_flow = texts[key].get("fix_flow", {"step": {}})
        assert fix_flow["step"].keys() == ({"confirm"} if issue.fixable else set()), key
        given = collect().fixes.placeholders if _asks(fix_flow) else set()
        for _, text in leaves(texts[key]):
            assert placeholders(str(text)) <= issue.placeholders | given, key


def _asks(fix_flow: dict[str, Any]) -> bool:
    """Tell whether the flow of a repair is more than a confirmation."""
    return any("data" in step for step in fix_flow["step"].values())


def test_flows_of_repairs() -> None:
    flows = [each["fix_flow"] for each in ENGLISH["issues"].values() if "fix_flow" in each]
    found = collect().fixes
    for group, expected in (("error", found.errors), ("abort", found.aborts)):
        assert {key for flow in flows for key in flow.get(group, {})} == expected
    steps = [step for flow in flows for step in flow["step"].values()]
    assert {key for step in steps for key in step.get("data", {})} == {*Kind} | found.fields
    for step in steps:
        assert step.get("data_description", {}).keys() == step.get("data", {}).keys()


def test_system_health() -> None:
    assert ENGLISH.get("system_health", {"info": {}})["info"].keys() == collect().system_health
