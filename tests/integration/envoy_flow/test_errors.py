"""What goes wrong before anything secret is asked for: it is named, and the same form goes on."""

from collections.abc import Callable

import aiohttp
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.solar_monitor.sources.envoy import probe
from tests.integration.envoy.kit import gateway_at
from tests.integration.envoy_flow.kit import (
    NOBODY,
    assert_menu,
    error_text,
    find,
    show_form,
    submit,
    suggestions,
)
from tests.simulators.envoy import Endpoint, EnvoySimulator, Fault, Shape

pytestmark = pytest.mark.usefixtures("no_set_up")

type Arrange = Callable[[EnvoySimulator, pytest.MonkeyPatch], None]


def _fault(fault: Fault) -> Arrange:
    """Let the page that says who the gateway is go wrong."""

    def arrange(gateway: EnvoySimulator, _: pytest.MonkeyPatch) -> None:
        gateway.fault(Endpoint.INFO, fault)

    return arrange


def _closed(gateway: EnvoySimulator, _: pytest.MonkeyPatch) -> None:
    """Let the host refuse connections."""
    gateway.close()


def _silent(gateway: EnvoySimulator, patcher: pytest.MonkeyPatch) -> None:
    """Let the gateway take a request and say nothing."""
    patcher.setattr(probe, "FIND_LIMIT_S", 0.2)
    gateway.fault(Endpoint.INFO, Fault.SILENT)


def _no_route(_: EnvoySimulator, patcher: pytest.MonkeyPatch) -> None:
    """Let the host be unknown."""

    async def resolve(*_: object, **__: object) -> list[object]:
        raise OSError("unknown name")

    patcher.setattr(aiohttp.TCPConnector, "_resolve_host", resolve)


@pytest.mark.parametrize(
    ("arrange", "key"),
    [
        (_no_route, "cannot_connect"),
        (_closed, "port_closed"),
        (_silent, "no_answer"),
        (_fault(Fault.RESET), "link_lost"),
        (_fault(Fault.CUT), "bad_answer"),
        (_fault(Fault.FAIL), "bad_status"),
        (_fault(Fault.HTML), "unsupported_gateway"),
        (_fault(Fault.EMPTY), "unsupported_gateway"),
        (_fault(Fault.TRUNCATED), "unsupported_gateway"),
        (_fault(Fault.NOT_FOUND), "unsupported_gateway"),
        (_fault(Fault.MOVED), "unsupported_gateway"),
        (_fault(Fault.UNAUTHORIZED), "unsupported_gateway"),
    ],
)
async def test_a_fault_is_named_and_the_form_goes_on(
    hass: HomeAssistant, gateway: EnvoySimulator, arrange: Arrange, key: str
) -> None:
    with pytest.MonkeyPatch.context() as patcher:
        arrange(gateway, patcher)
        shown = await find(hass, gateway)
    assert (shown["type"], shown["step_id"]) == (FlowResultType.FORM, "envoy")
    assert shown["errors"] == {"base": key}
    assert error_text(shown)
    assert suggestions(shown) == {"host": gateway.address}

    gateway.clear_faults()
    assert_menu(await submit(hass, shown, suggestions(shown)))


async def test_the_text_of_an_error_names_host_and_port(hass: HomeAssistant) -> None:
    shown = await submit(hass, await show_form(hass), {"host": NOBODY})
    assert shown["errors"] == {"base": "port_closed"}
    assert NOBODY in error_text(shown)
    assert "port 1 is closed" in error_text(shown)


@pytest.mark.parametrize("host", ["", "https://192.168.1.60", "192.168.1.600", "a b", "envoy:"])
async def test_a_host_that_cannot_be_one_is_refused_before_asking(
    hass: HomeAssistant, gateway: EnvoySimulator, host: str
) -> None:
    shown = await submit(hass, await show_form(hass), {"host": host})
    assert shown["errors"] == {"host": "invalid_host"}
    assert error_text(shown)
    assert suggestions(shown) == {"host": host}

    assert_menu(await submit(hass, shown, {"host": f" {gateway.address} "}))


async def test_new_firmware_without_tls_is_never_asked_in_plain(
    hass: HomeAssistant, old_gateway: EnvoySimulator
) -> None:
    old_gateway.update_firmware(Shape.D8_3_METERED)
    shown = await find(hass, old_gateway)
    assert shown["errors"] == {"base": "cannot_connect"}


@pytest.mark.parametrize(
    "shape", [Shape.R3_17_STANDARD, Shape.R4_10_SPLIT, Shape.D5_0_STANDARD], ids=lambda it: it.name
)
async def test_every_old_firmware_is_added_at_once(hass: HomeAssistant, shape: Shape) -> None:
    async with gateway_at(hass, shape) as gateway:
        shown = await find(hass, gateway)
    assert shown["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    "shape",
    [shape for shape in Shape if shape.firmware.needs_token],
    ids=lambda it: it.name,
)
async def test_every_new_firmware_is_recognised(hass: HomeAssistant, shape: Shape) -> None:
    async with gateway_at(hass, shape) as gateway:
        shown = await find(hass, gateway)
        assert_menu(shown)
        assert (shown["description_placeholders"] or {})["firmware"] == shape.firmware.version[1:]
