"""Fails a test in which one of our flows shows something that has no text in English.

A pytest plugin (`-p` in pyproject.toml). What tests/checks reads from the code is complete but
knows no steps; this knows which field, error and placeholder belongs to which step.
"""

from collections.abc import Iterator, Mapping
import json
from pathlib import Path
from string import Formatter
from typing import Any, Final

from homeassistant.config_entries import ConfigFlow, OptionsFlow
from homeassistant.data_entry_flow import BaseServiceInfo, FlowHandler, FlowManager, section
import pytest

_ENGLISH: Final = Path(__file__).parents[1] / "custom_components/solar_monitor/translations/en.json"
_OURS: Final = "solar_monitor"
# Home Assistant has texts of its own for these, and for those that it names its own domain with.
_CENTRAL: Final = frozenset({"already_in_progress", "reauth_successful", "reconfigure_successful"})

type _Flow = FlowHandler[Any, Any, Any]
type _Input = dict[str, Any] | BaseServiceInfo | None
type _Found = Iterator[tuple[str, str | None]]


@pytest.fixture(autouse=True)
def every_shown_text_exists(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Look at the result of every step."""
    if "hass" not in request.fixturenames:
        yield
        return
    wrong: list[str] = []
    handle_step = FlowManager._async_handle_step  # noqa: SLF001 - the one place all steps pass

    async def checked(
        manager: FlowManager[Any, Any, Any], flow: _Flow, step_id: str, user_input: _Input
    ) -> Mapping[str, Any]:
        result: Mapping[str, Any] = await handle_step(manager, flow, step_id, user_input)
        wrong.extend(_problems(flow, result))
        return result

    monkeypatch.setattr(FlowManager, "_async_handle_step", checked)
    yield
    assert not wrong, "\n".join(wrong)


def _problems(flow: _Flow, result: Mapping[str, Any]) -> Iterator[str]:
    """Compare what a step shows with the texts."""
    if _OURS not in type(flow).__module__ or not isinstance(flow, ConfigFlow | OptionsFlow):
        return
    group = "options" if isinstance(flow, OptionsFlow) else "config"
    texts = json.loads(_ENGLISH.read_text(encoding="utf-8")).get(group, {})
    given = set(result.get("description_placeholders") or ())
    for path, text in _shown(texts, result):
        if text is None:
            yield f"no text: {group}.{path}"
            continue
        missing = {name for _, name, _, _ in Formatter().parse(text) if name} - given
        if missing:
            yield f"nothing given for {sorted(missing)}: {group}.{path}"
    if placeholders := flow.context.get("title_placeholders"):
        title = texts.get("flow_title", "")
        if {name for _, name, _, _ in Formatter().parse(title) if name} - placeholders.keys():
            yield f"nothing given for all of {group}.flow_title"


def _shown(texts: Mapping[str, Any], result: Mapping[str, Any]) -> _Found:
    """Give what is shown: where its text should be, and the text."""
    kind = str(getattr(result["type"], "value", result["type"]))
    if kind == "abort":
        if result["reason"] not in _CENTRAL and result.get("translation_domain", _OURS) == _OURS:
            yield f"abort.{result['reason']}", texts.get("abort", {}).get(result["reason"])
        return
    if kind not in {"form", "menu"}:
        return
    step = texts.get("step", {}).get(result["step_id"], {})
    where = f"step.{result['step_id']}"
    yield f"{where}.title", step.get("title")
    yield f"{where}.description", step.get("description", "")
    for option in result.get("menu_options") or ():
        yield f"{where}.menu_options.{option}", step.get("menu_options", {}).get(option)
    for error in (result.get("errors") or {}).values():
        yield f"error.{error}", texts.get("error", {}).get(error)
    if kind == "form" and (schema := result.get("data_schema")) is not None:
        yield from _fields(schema.schema, step, where)


def _fields(schema: Mapping[Any, Any], form: Mapping[str, Any], where: str) -> _Found:
    """Give the fields of a form and of its sections."""
    for marker, field in schema.items():
        if isinstance(field, section):
            inner = form.get("sections", {}).get(str(marker), {})
            yield f"{where}.sections.{marker}.name", inner.get("name")
            yield from _fields(field.schema.schema, inner, f"{where}.sections.{marker}")
        else:
            yield f"{where}.data.{marker}", form.get("data", {}).get(str(marker))
            yield (
                f"{where}.data_description.{marker}",
                form.get("data_description", {}).get(str(marker), ""),
            )
