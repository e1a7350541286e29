"""Whoever is silent, the user has an answer within a minute."""

import asyncio
from collections.abc import AsyncIterator
import contextlib

from homeassistant.core import HomeAssistant
import pytest

from custom_components.solar_monitor.clients.errors import ClientError
from custom_components.solar_monitor.sources.envoy.probe import async_find_at
from tests.integration.envoy.kit import entry_for
from tests.integration.envoy_flow.kit import LOGIN, NOBODY, OTHER_SERIAL, choose, show_form
from tests.integration.machine import TimeMachine
from tests.simulators.envoy import CloudFault, Endpoint, EnvoySimulator, Fault

MINUTE_S = 60


@pytest.fixture
async def mute() -> AsyncIterator[str]:
    """Give the address of a host that takes connections and says nothing at all."""
    connected: set[asyncio.Task[None] | None] = set()

    async def say_nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.add(asyncio.current_task())
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    _, port = server.sockets[0].getsockname()
    yield f"127.0.0.1:{port}"
    server.close()
    for task in connected:
        if task is not None:
            task.cancel()
    await server.wait_closed()


async def test_a_host_that_never_speaks(
    hass: HomeAssistant, machine: TimeMachine, mute: str
) -> None:
    form = await show_form(hass)
    answer = hass.config_entries.flow.async_configure(form["flow_id"], {"host": mute})
    shown = await machine.finish(answer, within_s=MINUTE_S)
    assert shown["errors"] == {"base": "cannot_connect"}  # TLS is part of the connection


async def test_a_gateway_that_does_not_say_who_it_is(
    hass: HomeAssistant, machine: TimeMachine, gateway: EnvoySimulator
) -> None:
    gateway.fault(Endpoint.INFO, Fault.SILENT)
    form = await show_form(hass)
    answer = hass.config_entries.flow.async_configure(form["flow_id"], {"host": gateway.address})
    shown = await machine.finish(answer, within_s=MINUTE_S)
    assert shown["errors"] == {"base": "no_answer"}


@pytest.mark.parametrize(
    ("cloud", "page", "key"),
    [
        (CloudFault.SILENT, Fault.NONE, "cloud_unreachable"),
        (CloudFault.NONE, Fault.SILENT, "no_answer"),
    ],
)
async def test_a_cloud_and_a_gateway_that_are_asked_to_sign_in(
    hass: HomeAssistant,
    machine: TimeMachine,
    gateway: EnvoySimulator,
    cloud: CloudFault,
    page: Fault,
    key: str,
) -> None:
    configure = hass.config_entries.flow.async_configure
    menu = await configure((await show_form(hass))["flow_id"], {"host": gateway.address})
    form = await choose(hass, menu, "login")
    gateway.cloud.fault = cloud
    gateway.fault(Endpoint.METERS, page)
    shown = await machine.finish(configure(form["flow_id"], LOGIN), within_s=MINUTE_S)
    assert shown["errors"] == {"base": key}


async def test_all_the_addresses_that_a_gateway_may_have(machine: TimeMachine, mute: str) -> None:
    with pytest.raises(ClientError):
        await machine.finish(async_find_at([mute] * 4, OTHER_SERIAL), within_s=MINUTE_S)


async def test_an_entry_that_is_reconfigured(
    hass: HomeAssistant, machine: TimeMachine, gateway: EnvoySimulator
) -> None:
    entry = entry_for(gateway, host=NOBODY)
    entry.add_to_hass(hass)
    form = await entry.start_reconfigure_flow(hass)
    gateway.fault(Endpoint.METERS, Fault.SILENT)
    answer = hass.config_entries.flow.async_configure(form["flow_id"], {"host": gateway.address})
    shown = await machine.finish(answer, within_s=MINUTE_S)
    assert shown["errors"] == {"base": "no_answer"}
