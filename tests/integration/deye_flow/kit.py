"""What the tests of the Deye flow share."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from homeassistant.config_entries import SOURCE_DHCP, SOURCE_USER, ConfigFlowResult
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from homeassistant.setup import async_setup_component

from custom_components.solar_monitor.const import DOMAIN
from tests.checks.repository import TRANSLATIONS, load_json

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant
    from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

    from tests.simulators.logger import LoggerSimulator

MAC: Final = "e8:fd:f8:a1:b2:c3"
OTHER_MAC: Final = "e8:fd:f8:00:00:01"
OTHER_HOST: Final = "127.0.0.2"


async def show_form(hass: HomeAssistant) -> ConfigFlowResult:
    """Open the menu and choose the Deye form."""
    menu = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert menu["type"] is FlowResultType.MENU
    assert "deye" in menu["menu_options"]
    return await submit(hass, menu, {"next_step_id": "deye"})


async def submit(
    hass: HomeAssistant, shown: ConfigFlowResult, user_input: Mapping[str, Any]
) -> ConfigFlowResult:
    """Answer the form that is shown."""
    result = await hass.config_entries.flow.async_configure(shown["flow_id"], dict(user_input))
    await hass.async_block_till_done()
    return result


async def add(hass: HomeAssistant, logger: LoggerSimulator, **advanced: object) -> ConfigFlowResult:
    """Fill in the form for a logger, from the menu on."""
    return await submit(hass, await show_form(hass), address(logger, **advanced))


async def discover_by_dhcp(
    hass: HomeAssistant, host: str = "127.0.0.1", mac: str = MAC
) -> ConfigFlowResult:
    """Let Home Assistant see a device get an address."""
    result = await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_DHCP},
        data=DhcpServiceInfo(ip=host, hostname="logger", macaddress=mac.replace(":", "")),
    )
    await hass.async_block_till_done()
    return result


def address(logger: LoggerSimulator, **advanced: object) -> dict[str, Any]:
    """Give the form as filled in for a logger."""
    user_input: dict[str, Any] = {CONF_HOST: logger.host, CONF_PORT: logger.port}
    return user_input | ({"advanced": advanced} if advanced else {})


def suggestions(shown: ConfigFlowResult) -> dict[str, Any]:
    """Collect what a form has filled in already, as a browser would send it again."""
    return _suggestions(_fields(shown))


def _fields(shown: ConfigFlowResult) -> Mapping[Any, Any]:
    schema = shown["data_schema"]
    assert schema is not None
    fields: Mapping[Any, Any] = schema.schema
    return fields


def _suggestions(fields: Mapping[Any, Any]) -> dict[str, Any]:
    filled: dict[str, Any] = {}
    for marker, field in fields.items():
        if hasattr(field, "schema") and hasattr(field, "options"):
            filled[str(marker)] = _suggestions(field.schema.schema)
        elif marker.description:
            if (suggested := marker.description["suggested_value"]) is not None:
                filled[str(marker)] = suggested
        elif callable(marker.default):
            filled[str(marker)] = marker.default()
    return filled


def is_advanced_open(shown: ConfigFlowResult) -> bool:
    """Tell whether the section with the rarely needed fields is open."""
    return not _fields(shown)["advanced"].options["collapsed"]


def error_text(shown: ConfigFlowResult) -> str:
    """Give the English text of a form's error, filled in as the browser does."""
    (key,) = (shown["errors"] or {}).values()
    texts: Mapping[str, str] = load_json(TRANSLATIONS / "en.json")["config"]["error"]
    return texts[key].format(**(shown["description_placeholders"] or {}))


def move_sun(hass: HomeAssistant, *, up: bool) -> None:
    """Put the house on the equator where the sun is highest now, or on the other side."""
    now = datetime.now(UTC)
    noon = (12 - now.hour - now.minute / 60) * 15
    hass.config.latitude = 0.0
    hass.config.longitude = noon if up else noon - 180 if noon > 0 else noon + 180


async def fields_in_browser(
    hass: HomeAssistant, hass_client: ClientSessionGenerator
) -> list[dict[str, Any]]:
    """Open the menu, choose the Deye form and give its fields, all as a browser does."""
    for component in ("config", "application_credentials"):  # as in any running Home Assistant
        assert await async_setup_component(hass, component, {})
    client = await hass_client()
    menu = await client.post("/api/config/config_entries/flow", json={"handler": DOMAIN})
    flow_id = (await menu.json())["flow_id"]
    form = await client.post(
        f"/api/config/config_entries/flow/{flow_id}", json={"next_step_id": "deye"}
    )
    fields: list[dict[str, Any]] = (await form.json())["data_schema"]
    return fields
