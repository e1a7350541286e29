"""A source that is no longer let in asks the user to sign in: once for each loss."""

from homeassistant.config_entries import SOURCE_REAUTH, ConfigFlowResult
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.clients.errors import NoAnswerError
from custom_components.solar_monitor.const import DOMAIN
from tests.integration.conftest import SetUp
from tests.integration.glue.kit import own, state_of
from tests.integration.glue.toy import Toy
from tests.integration.machine import TimeMachine


def asked(hass: HomeAssistant) -> list[ConfigFlowResult]:
    """Give the flows that ask to sign in again."""
    flows = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    return [flow for flow in flows if flow["context"]["source"] == SOURCE_REAUTH]


async def test_the_user_is_asked_once_for_each_loss(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, toy: Toy, toy_config: MockConfigEntry
) -> None:
    await set_up(toy_config)
    assert asked(hass) == []
    toy.error, toy.sign_in = NoAnswerError(), True
    await machine.run(120)
    (flow,) = asked(hass)
    hass.config_entries.flow.async_abort(flow["flow_id"])
    await machine.run(1200)
    assert asked(hass) == [], "the user has said no"
    toy.error, toy.sign_in = None, False
    await machine.run(310)
    assert state_of(hass, own("production_power")).state == "100"
    toy.error, toy.sign_in = NoAnswerError(), True
    await machine.run(120)
    assert len(asked(hass)) == 1


async def test_silence_is_no_reason_to_ask(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, toy: Toy, toy_config: MockConfigEntry
) -> None:
    await set_up(toy_config)
    toy.error = toy.panels_error = NoAnswerError()
    await machine.run(1800)
    assert asked(hass) == []
