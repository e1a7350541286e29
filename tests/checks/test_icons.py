"""icons.json: the form that hassfest asks for; every key is an entity's, every state is a state."""

from typing import Any, Final

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import Platform
import pytest
import voluptuous as vol

from custom_components.solar_monitor.kinds import KINDS
from custom_components.solar_monitor.sources.spec import AnyRow

from .entity_keys import BINARY_STATES, all_entities
from .repository import INTEGRATION, load_json

PATH: Final = INTEGRATION / "icons.json"
ON_OR_OFF: Final = {Platform.BINARY_SENSOR, Platform.SWITCH}
ICONS: Final = load_json(PATH) if PATH.is_file() else {"entity": {}}

_ICON: Final = vol.Match(r"^mdi:[a-z0-9]+(-[a-z0-9]+)*$")
_ENTITY: Final = vol.All(
    {
        vol.Optional("default"): _ICON,
        vol.Optional("state"): {str: _ICON},
        vol.Optional("range"): {vol.Match(r"^-?\d+(\.\d+)?$"): _ICON},
        vol.Optional("state_attributes"): {
            str: {vol.Optional("default"): _ICON, vol.Optional("state"): {str: _ICON}}
        },
    },
    vol.Length(min=1),
)
SCHEMA: Final = vol.Schema(
    {
        vol.Required("entity"): {vol.In(list(Platform)): {str: _ENTITY}},
        vol.Optional("services"): {str: {vol.Required("service"): _ICON}},
    }
)


def _entities() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (platform, key, icons)
        for platform, keys in ICONS["entity"].items()
        for key, icons in keys.items()
    ]


def test_icons_fit_the_schema() -> None:
    SCHEMA(ICONS)


@pytest.mark.parametrize("icon", ["hass:sun", "mdi:Sun", "mdi:", "sun"])
def test_only_material_design_icons_are_taken(icon: str) -> None:
    with pytest.raises(vol.Invalid):
        SCHEMA({"entity": {"sensor": {"a": {"default": icon}}}})


def test_every_icon_belongs_to_an_entity() -> None:
    assert {(platform, key) for platform, key, _ in _entities()} <= all_entities().keys()


def test_what_home_assistant_has_no_icon_for_has_one() -> None:
    for spec in KINDS.values():
        rows = spec.every_row()
        described: list[AnyRow] = [*rows.sensors, *rows.binary_sensors, *rows.events, *rows.buttons]
        nameless = {
            row.translation_key
            for row in described
            if row.device_class in (None, SensorDeviceClass.ENUM)
        }
        assert nameless <= {key for _, key, _ in _entities()}


def test_every_icon_of_a_state_belongs_to_a_state() -> None:
    for platform, key, icons in _entities():
        texts = all_entities()[platform, key]
        states = BINARY_STATES if platform in ON_OR_OFF else texts.states
        assert icons.get("state", {}).keys() <= (states or set()), key
        types = icons.get("state_attributes", {}).get("event_type", {}).get("state", {})
        assert types.keys() <= (texts.event_types or set()), key


def test_an_icon_of_a_state_differs_from_the_default() -> None:
    for _, key, icons in _entities():
        assert icons.get("default") not in icons.get("state", {}).values(), key
