"""What the tests of the Envoy flow share."""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final

from homeassistant.config_entries import (
    SOURCE_USER,
    SOURCE_ZEROCONF,
    ConfigEntry,
    ConfigFlowResult,
)
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo

from custom_components.solar_monitor.const import DOMAIN
from tests.checks.repository import TRANSLATIONS, load_json
from tests.simulators.envoy import EnvoySimulator, Shape

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

OTHER_SERIAL: Final = "122302011111"
NOBODY: Final = "127.0.0.1:1"
"""An address at which nobody listens."""

OLD: Final = Shape.D5_0_STANDARD
"""Firmware before 7: no TLS, no token."""

LOGIN: Final = {"username": "owner@example.com", "password": "correct horse"}


async def show_form(hass: HomeAssistant) -> ConfigFlowResult:
    """Open the menu and choose the Envoy's form."""
    menu = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert menu["type"] is FlowResultType.MENU
    assert "envoy" in menu["menu_options"]
    return await choose(hass, menu, "envoy")


async def submit(
    hass: HomeAssistant, shown: ConfigFlowResult, user_input: Mapping[str, Any]
) -> ConfigFlowResult:
    """Answer the form that is shown."""
    result = await hass.config_entries.flow.async_configure(shown["flow_id"], dict(user_input))
    await hass.async_block_till_done()
    return result


async def choose(hass: HomeAssistant, shown: ConfigFlowResult, step: str) -> ConfigFlowResult:
    """Choose from the menu that is shown."""
    return await submit(hass, shown, {"next_step_id": step})


async def find(hass: HomeAssistant, gateway: EnvoySimulator) -> ConfigFlowResult:
    """Enter the address of a gateway, from the menu on."""
    return await submit(hass, await show_form(hass), {"host": gateway.address})


async def paste(hass: HomeAssistant, shown: ConfigFlowResult, token: str) -> ConfigFlowResult:
    """Choose to paste a token, and paste it."""
    assert_menu(shown)
    return await submit(hass, await choose(hass, shown, "token"), {"token": token})


async def log_in(
    hass: HomeAssistant, shown: ConfigFlowResult, **values: object
) -> ConfigFlowResult:
    """Choose to sign in with the account, and do so."""
    assert_menu(shown)
    return await submit(hass, await choose(hass, shown, "login"), LOGIN | values)


async def announce(
    hass: HomeAssistant,
    *addresses: str,
    serial: str | None,
    port: int | None = 443,
    firmware: str = "8.3.5167",
) -> ConfigFlowResult:
    """Let Home Assistant hear a gateway; the first address is the newest."""
    ips = [ip_address(address) for address in addresses]
    info = ZeroconfServiceInfo(
        ip_address=ips[0],
        ip_addresses=ips,
        port=port,
        hostname="envoy.local.",
        type="_enphase-envoy._tcp.local.",
        name="envoy._enphase-envoy._tcp.local.",
        properties={"serialnum": serial, "protovers": firmware},
    )
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_ZEROCONF}, data=info
    )
    await hass.async_block_till_done()
    return result


def assert_menu(shown: ConfigFlowResult) -> None:
    """The user is offered the two ways to sign in."""
    assert (shown["type"], shown["step_id"]) == (FlowResultType.MENU, "sign_in")
    assert shown["menu_options"] == ["login", "token"]


def assert_aborted(result: ConfigFlowResult, reason: str) -> None:
    """The flow has ended."""
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, reason)


def created(result: ConfigFlowResult) -> ConfigEntry[Any]:
    """Give the entry that was made."""
    assert result["type"] is FlowResultType.CREATE_ENTRY
    return result["result"]


def suggestions(shown: ConfigFlowResult) -> dict[str, Any]:
    """Collect what a form has filled in already, as a browser would send it again."""
    schema = shown["data_schema"]
    assert schema is not None
    filled: dict[str, Any] = {}
    for marker in schema.schema:
        if marker.description and "suggested_value" in marker.description:
            if (suggested := marker.description["suggested_value"]) is not None:
                filled[str(marker)] = suggested
        elif callable(marker.default):
            filled[str(marker)] = marker.default()
    return filled


def error_text(shown: ConfigFlowResult) -> str:
    """Give the English text of a form's error, filled in as the browser does."""
    (key,) = (shown["errors"] or {}).values()
    texts: Mapping[str, str] = load_json(TRANSLATIONS / "en.json")["config"]["error"]
    return texts[key].format(**(shown["description_placeholders"] or {}))


def step_text(shown: ConfigFlowResult) -> str:
    """Give the English description of a step, filled in as the browser does."""
    texts = load_json(TRANSLATIONS / "en.json")["config"]["step"][shown["step_id"]]
    text: str = texts["description"].format(**(shown["description_placeholders"] or {}))
    return text
