"""translations/*.json: the form that hassfest asks for, and the same keys in every language."""

import re
from string import Formatter
from typing import Any, Final

from homeassistant.helpers import config_validation as cv
import pytest
import voluptuous as vol

from .repository import TRANSLATIONS, leaves, load_json

LANGUAGES: Final = sorted(path.stem for path in TRANSLATIONS.glob("*.json"))

_KEY: Final = re.compile(r"^(?!.*[_-]{2})[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?$")
_ADDRESS: Final = re.compile(r"[a-z0-9]+://|\bwww\.", re.IGNORECASE)
_QUOTED_PLACEHOLDER: Final = re.compile(r"'\{\w+\}'")


def placeholders(text: str) -> set[str]:
    """Name what a text leaves open. Raises ValueError for broken braces."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _key(value: object) -> str:
    if not isinstance(value, str) or not _KEY.match(value):
        raise vol.Invalid("keys are lower-case words joined by single underscores")
    return value


def _text(value: object) -> str:
    text = cv.string_with_no_html(value)
    try:
        names = placeholders(text)
    except ValueError as err:
        raise vol.Invalid(f"broken braces: {err}") from err
    if not text.strip() or text != text.strip():
        raise vol.Invalid("empty, or blanks at an end")
    if _ADDRESS.search(text):
        raise vol.Invalid("addresses go into placeholders")
    if _QUOTED_PLACEHOLDER.search(text) or not all(name.isidentifier() for name in names):
        raise vol.Invalid("a placeholder is {a_word} without single quotes around it")
    if "[%" in text:
        raise vol.Invalid("references are not resolved in a custom integration")
    return text


def _plain(value: object) -> str:
    text = _text(value)
    if placeholders(text):
        raise vol.Invalid("nothing fills a placeholder here")
    return text


_TEXTS: Final = {_key: _text}
_PLAIN_TEXTS: Final = {_key: _plain}
_FIELDS: Final = {
    vol.Optional("data"): _TEXTS,
    vol.Optional("data_description"): _TEXTS,
    vol.Optional("description"): _text,
}
_STEP: Final = {
    **_FIELDS,
    vol.Optional("title"): _text,
    vol.Optional("menu_options"): _TEXTS,
    vol.Optional("menu_option_descriptions"): _TEXTS,
    vol.Optional("sections"): {_key: {**_FIELDS, vol.Required("name"): _text}},
    vol.Optional("submit"): _text,
}


def _flow(*extra: str) -> dict[Any, Any]:
    """Make the schema of a flow; `extra` are its further groups of texts."""
    return {
        vol.Required("step"): {_key: _STEP},
        **{vol.Optional(name): _TEXTS for name in ("error", "abort", "progress", *extra)},
    }


_ENTITY: Final = {
    vol.Required("name"): _text,
    vol.Optional("state"): _PLAIN_TEXTS,
    vol.Optional("state_attributes"): {
        _key: {vol.Optional("name"): _plain, vol.Optional("state"): _PLAIN_TEXTS}
    },
    vol.Optional("unit_of_measurement"): _plain,
}
_DESCRIBED: Final = {vol.Required("name"): _plain, vol.Required("description"): _text}
SCHEMA: Final = vol.Schema(
    {
        vol.Optional("title"): "Solar Monitor",
        vol.Required("config"): {**_flow("create_entry"), vol.Optional("flow_title"): _text},
        vol.Optional("options"): _flow(),
        vol.Optional("application_credentials"): {vol.Required("description"): _text},
        vol.Required("entity"): {_key: {_key: _ENTITY}},
        vol.Optional("device"): {_key: {vol.Required("name"): _text}},
        vol.Optional("exceptions"): {_key: {vol.Required("message"): _text}},
        vol.Optional("issues"): {
            _key: vol.Any(
                {vol.Required("title"): _text, vol.Required("description"): _text},
                {vol.Required("title"): _text, vol.Required("fix_flow"): _flow()},
            )
        },
        vol.Optional("selector"): {_key: {vol.Required("options"): _PLAIN_TEXTS}},
        vol.Optional("services"): {
            _key: {**_DESCRIBED, vol.Optional("fields"): {_key: _DESCRIBED}},
        },
        vol.Optional("system_health"): {vol.Required("info"): _PLAIN_TEXTS},
    }
)

_STEPS: Final = {"user": {"title": "T", "data": {"host": "Host"}}}
_GOOD: Final[dict[str, Any]] = {"config": {"step": _STEPS}, "entity": {}}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_fits_the_schema(language: str) -> None:
    SCHEMA(load_json(TRANSLATIONS / f"{language}.json"))


def test_there_is_english() -> None:
    assert "en" in LANGUAGES
    assert SCHEMA(_GOOD)


@pytest.mark.parametrize(
    "bad",
    [
        {"config": {"step": _STEPS, "errors": {"a": "B"}}},
        {"config": {"step": {"User": {"title": "T"}}}},
        {"config": {"step": {"user": {"title": "See https://example.org"}}}},
        {"config": {"step": {"user": {"title": "See www.example.org"}}}},
        {"config": {"step": {"user": {"title": "<b>T</b>"}}}},
        {"config": {"step": {"user": {"title": " T"}}}},
        {"config": {"step": {"user": {"title": "At '{host}'"}}}},
        {"config": {"step": {"user": {"title": "At {host"}}}},
        {"config": {"step": {"user": {"title": "At {}"}}}},
        {"config": {"step": {"user": {"title": "[%key:common::host%]"}}}},
        {"entity": {"sensor": {"a__b": {"name": "N"}}}},
        {"entity": {"sensor": {"a": {"name": "N", "state": {"on": "{x}"}}}}},
        {"issues": {"a": {"title": "T"}}},
        {"strings": {}},
    ],
)
def test_the_schema_refuses_what_hassfest_refuses(bad: dict[str, Any]) -> None:
    with pytest.raises(vol.Invalid):
        SCHEMA(_GOOD | bad)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_description_belongs_to_a_field(language: str) -> None:
    texts = load_json(TRANSLATIONS / f"{language}.json")
    for flow in ("config", "options"):
        for step in texts.get(flow, {}).get("step", {}).values():
            for form in (step, *step.get("sections", {}).values()):
                assert form.get("data_description", {}).keys() <= form.get("data", {}).keys()
            options = step.get("menu_options", {})
            assert step.get("menu_option_descriptions", {}).keys() <= options.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_keys_and_placeholders_of_english(language: str) -> None:
    english = {
        path: placeholders(str(text)) for path, text in leaves(load_json(TRANSLATIONS / "en.json"))
    }
    other = {
        path: placeholders(str(text))
        for path, text in leaves(load_json(TRANSLATIONS / f"{language}.json"))
    }
    assert other == english
