"""A token that the gateway does not take, or lacks: who is told, and who is not asked all day."""

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.conftest import SetUp
from tests.integration.envoy.kit import SERIAL, entry_for, gateway_at, renewable, shown
from tests.integration.machine import TimeMachine
from tests.simulators.clock import Clock
from tests.simulators.envoy import Endpoint, EnvoySimulator, Fault, Shape, envoy_house

OLD, NEW = Shape.D5_0_STANDARD, Shape.D8_3_STANDARD


def asked_to_sign_in(hass: HomeAssistant) -> int:
    """Tell how many flows ask the user to sign in."""
    flows = hass.config_entries.flow.async_progress()
    return sum(flow["context"]["source"] == "reauth" for flow in flows)


async def test_the_cloud_is_asked_by_the_hour_once_the_user_was_asked(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, gateway: EnvoySimulator
) -> None:
    await set_up(entry_for(gateway, **renewable(gateway)))
    gateway.fault(Endpoint.CHECK_JWT, Fault.UNAUTHORIZED)
    gateway.keeper.forget_sessions()
    await machine.run(900)
    assert asked_to_sign_in(hass) == 1
    given = gateway.cloud.tokens_given
    assert given >= 3
    await machine.run(4 * 3_600)
    assert gateway.cloud.tokens_given - given <= 4
    assert asked_to_sign_in(hass) == 1


async def test_a_refused_token_shows_as_a_problem_while_nothing_else_is_heard(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    await set_up(envoy_entry)
    await machine.run(60)
    assert shown(hass, "token_problem") == "off"
    gateway.revoke()
    gateway.keeper.forget_sessions()
    await machine.run(60)
    assert shown(hass, "token_problem") == "on"


@pytest.mark.parametrize("serial", [SERIAL, "122302000000"], ids=["ours", "another"])
async def test_our_gateway_whose_new_firmware_wants_a_token_asks_to_sign_in(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, serial: str
) -> None:
    async with gateway_at(hass, OLD) as gateway:
        await set_up(entry_for(gateway))
        await machine.run(60)
    house = envoy_house(Clock(running=True), fittings=NEW.fittings)
    upgraded = EnvoySimulator(house, shape=NEW, serial=serial, port=gateway.port)
    await upgraded.start()
    await machine.run(1_000)
    await upgraded.stop()
    assert asked_to_sign_in(hass) == (serial == SERIAL)
    assert upgraded.keeper.jwt_checks == 0


async def test_a_token_that_has_ended_is_no_loss_of_the_gateway(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, gateway: EnvoySimulator
) -> None:
    await set_up(entry_for(gateway, token=gateway.token(expires_in=300)))
    await machine.run(3_600)
    assert asked_to_sign_in(hass) == 1
    assert shown(hass, "token_problem") == "on"
    assert shown(hass, "connection") == "on"
    assert shown(hass, "alarms") == "unknown"
    gateway.close()
    await machine.run(1_200)
    assert shown(hass, "connection") == "off"
    assert shown(hass, "alarms") != "unknown"
