"""What the tests of the site's flows share."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.data_entry_flow import FlowResultType, section
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.const import DOMAIN
from custom_components.solar_monitor.site.options_data import SiteOptions
from tests.checks.repository import TRANSLATIONS, load_json

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant
    from homeassistant.helpers.device_registry import DeviceEntry

INVERTER: Final = "2712345678"
"""What the site calls the Deye of the tests."""
GATEWAY: Final = "122302098765"
"""What the site calls the Envoy of the tests."""


def site_entry_with(options: Mapping[str, Any] | None = None) -> MockConfigEntry:
    """Make the entry of a site."""
    return MockConfigEntry(
        domain=DOMAIN,
        title="Solar site",
        unique_id="site",
        data={"source": "site"},
        options=dict(options or {}),
    )


def options_of(entry: MockConfigEntry) -> SiteOptions:
    """Read the options of a site as everybody does."""
    return SiteOptions.read(entry.options)


async def open_step(hass: HomeAssistant, entry: MockConfigEntry, step: str) -> ConfigFlowResult:
    """Open the options and choose from the menu."""
    menu = await hass.config_entries.options.async_init(entry.entry_id)
    assert (menu["type"], menu["step_id"]) == (FlowResultType.MENU, "site")
    return await choose(hass, menu, step)


async def choose(hass: HomeAssistant, shown: ConfigFlowResult, step: str) -> ConfigFlowResult:
    """Choose from the menu that is shown."""
    assert shown["type"] is FlowResultType.MENU
    return await submit(hass, shown, {"next_step_id": step})


async def submit(
    hass: HomeAssistant, shown: ConfigFlowResult, user_input: Mapping[str, Any]
) -> ConfigFlowResult:
    """Answer what is shown, and let happen what comes of it."""
    result = await hass.config_entries.options.async_configure(shown["flow_id"], dict(user_input))
    await hass.async_block_till_done()
    return result


def assert_form(
    shown: ConfigFlowResult, step_id: str, errors: Mapping[str, str] | None = None
) -> None:
    """A form is shown, with these errors and no others."""
    assert (shown["type"], shown["step_id"]) == (FlowResultType.FORM, step_id)
    assert (shown["errors"] or {}) == (errors or {})


def assert_kept(shown: ConfigFlowResult) -> None:
    """What was entered is kept, and the dialog is closed."""
    assert shown["type"] is FlowResultType.CREATE_ENTRY


def fields_of(shown: ConfigFlowResult) -> dict[str, Any]:
    """Give the fields of a form; those of a section by `section.field`."""
    schema = shown["data_schema"]
    assert schema is not None
    fields: dict[str, Any] = {}
    for marker, field in schema.schema.items():
        if isinstance(field, section):
            fields |= {f"{marker}.{name}": each for name, each in field.schema.schema.items()}
        else:
            fields[str(marker)] = field
    return fields


def filled_in(shown: ConfigFlowResult) -> dict[str, Any]:
    """Give what a form has filled in, as a browser would send it."""
    schema = shown["data_schema"]
    assert schema is not None
    return _filled_in(schema.schema)


def _filled_in(fields: Mapping[Any, Any]) -> dict[str, Any]:
    """Give what is filled in of some fields."""
    filled: dict[str, Any] = {}
    for marker, field in fields.items():
        if isinstance(field, section):
            filled[str(marker)] = _filled_in(field.schema.schema)
        elif marker.description and "suggested_value" in marker.description:
            filled[str(marker)] = marker.description["suggested_value"]
        elif callable(marker.default):
            filled[str(marker)] = marker.default()
    return filled


def labels(shown: ConfigFlowResult, field: str) -> dict[str, str]:
    """Give what can be chosen in a field: values and what a person reads."""
    selector = fields_of(shown)[field]
    texts = load_json(TRANSLATIONS / "en.json")["selector"]
    known = texts.get(selector.config.get("translation_key"), {"options": {}})["options"]
    options = selector.config["options"]
    named = {each: each for each in options if isinstance(each, str)}
    named |= {each["value"]: each["label"] for each in options if not isinstance(each, str)}
    return {value: known.get(value, label) for value, label in named.items()}


def error_text(shown: ConfigFlowResult) -> str:
    """Give the English text of a form's only error."""
    (key,) = (shown["errors"] or {}).values()
    text: str = load_json(TRANSLATIONS / "en.json")["options"]["error"][key]
    return text


def step_text(shown: ConfigFlowResult) -> str:
    """Give the English description of a step, filled in as the browser does."""
    texts = load_json(TRANSLATIONS / "en.json")["options"]["step"][shown["step_id"]]
    text: str = texts["description"].format(**(shown["description_placeholders"] or {}))
    return text


def sensor(
    hass: HomeAssistant,
    name: str,
    state: object = 0,
    unit: str | None = "W",
    *,
    domain: str = "sensor",
    platform: str = "other_maker",
    device: DeviceEntry | None = None,
) -> str:
    """Let another integration have a sensor, or something else; gives its entity id."""
    owner = None
    if device is not None:
        owner = hass.config_entries.async_get_entry(device.config_entry_id)
    entry = er.async_get(hass).async_get_or_create(
        domain,
        platform,
        name,
        suggested_object_id=name,
        original_name=name,
        unit_of_measurement=unit,
        config_entry=owner,
        device_id=None if device is None else device.id,
    )
    show(hass, entry.entity_id, state, unit)
    return entry.entity_id


def show(hass: HomeAssistant, entity_id: str, state: object, unit: str | None = "W") -> None:
    """Let a sensor show something."""
    attributes = {} if unit is None else {"unit_of_measurement": unit}
    hass.states.async_set(entity_id, str(state), attributes)
