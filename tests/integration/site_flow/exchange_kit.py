"""What the tests of export and import share."""

import json
from typing import Any

from homeassistant.auth.models import User
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.const import DOMAIN
from custom_components.solar_monitor.site.names import reference_to
from tests.checks.repository import TRANSLATIONS, load_json
from tests.integration.conftest import SetUp
from tests.integration.site_flow.kit import GATEWAY, INVERTER, sensor, site_entry_with

DEFAULT_LEVELS = {
    "offgrid_shed_below": 45.0,
    "offgrid_restore_above": 60.0,
    "step": 5.0,
    "critical": 15.0,
    "min_on_s": 900.0,
    "min_off_s": 600.0,
    "stagger_s": 60.0,
    "critical_stagger_s": 10.0,
    "give_back_s": 7200.0,
}


async def export(hass: HomeAssistant, user: User | None = None) -> dict[str, Any]:
    """Call the action."""
    answer = await hass.services.async_call(
        DOMAIN,
        "export_site",
        blocking=True,
        return_response=True,
        context=None if user is None else Context(user_id=user.id),
    )
    return json.loads(json.dumps(answer))  # type: ignore[no-any-return]  # JSON, as a user gets it


async def take_in(hass: HomeAssistant, data: object, user: User | None = None) -> list[str]:
    """Call the action; give what is not there."""
    answer = await hass.services.async_call(
        DOMAIN,
        "import_site",
        {"data": data},
        blocking=True,
        return_response=True,
        context=None if user is None else Context(user_id=user.id),
    )
    await hass.async_block_till_done()
    assert answer is not None
    unknown: Any = answer["unknown"]
    return list(unknown)


def rich_options(hass: HomeAssistant) -> dict[str, Any]:
    """Have an option of every kind."""

    def reference(name: str, unit: str | None, domain: str = "sensor") -> str:
        return reference_to(hass, sensor(hass, name, 5, unit, domain=domain))

    return {
        "excluded": [INVERTER],
        "grid_meter": "other_1",
        "home_meter": "reckoned",
        "feeds": {GATEWAY: {"feed": "generator_port", "hybrid": INVERTER}},
        "others": [
            {
                "id": "other_1",
                "kind": "grid_meter",
                "name": "P1",
                "power": reference("power", "W"),
                "energy_in": reference("energy", "kWh"),
                "inverted": True,
                "capacity": None,
                "floor": 10.0,
            }
        ],
        "arrays": [
            {
                "id": "array_1",
                "name": "East",
                "kwp": 4.4,
                "tilt": 30.0,
                "azimuth": 90.0,
                "source": GATEWAY,
                "panels": ["1", "2"],
            }
        ],
        "common_bank": True,
        "soc_of": "other_9",
        "capacity": 20.0,
        "alarms": {
            "low_battery": {"enabled": True, "below": 40.0, "at": "19:00:00"},
            "high_import": {
                "enabled": False,
                "above": 5000.0,
                "for": 5.0,
                "begin": "00:00:00",
                "end": "00:00:00",
                "cooldown": 60.0,
            },
            "hot_inverter": {"enabled": True, "above": 85.0},
            "no_production": {"enabled": True, "for": 60.0},
        },
        "on_peak": {"weekdays": ["0", "1"], "begin": "16:00:00", "end": "21:00:00"},
        "shedding": {
            "loads": [reference("pool", None, "switch"), "switch.yaml"],
            "grid_draw": True,
            **DEFAULT_LEVELS,
            "step": 3.0,
        },
    }


async def rich_site(hass: HomeAssistant, set_up: SetUp) -> MockConfigEntry:
    """Set a site up with an option of every kind."""
    hass.states.async_set("switch.yaml", "on")
    entry = site_entry_with(rich_options(hass))
    await set_up(entry)
    return entry


def message(err: ServiceValidationError) -> str:
    """Give the English text of a refusal."""
    texts = load_json(TRANSLATIONS / "en.json")["exceptions"]
    text: str = texts[err.translation_key]["message"]
    return text.format(**(err.translation_placeholders or {}))
