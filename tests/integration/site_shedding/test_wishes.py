"""Whatever way somebody names what is to stay off, and whatever cannot be a wish or a level."""

from collections.abc import Sequence

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from tests.integration.machine import TimeMachine
from tests.integration.site_shedding.kit import MINUTE, POOL, Battery, Shedding
from tests.integration.site_shedding.loads import Plug


async def _turn_off(hass: HomeAssistant, target: object) -> None:
    await hass.services.async_call("switch", "turn_off", {"entity_id": target}, blocking=True)


@pytest.mark.usefixtures("off")
@pytest.mark.parametrize("target", ["switch.pool, switch.car", "SWITCH.Pool", ["switch.pool"]])
async def test_a_load_is_named_as_home_assistant_lets_it_be_named(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    shedding: Shedding,
    plugs: Sequence[Plug],
    target: object,
) -> None:
    await machine.finish(_turn_off(hass, target))
    assert shedding.short == [("overridden", POOL, "turned_off")]
    battery.recovers(90)
    await machine.run(20 * MINUTE)
    assert "on" not in plugs[0].asked


@pytest.mark.usefixtures("off")
@pytest.mark.parametrize("target", [[["x"]], {"a": 1}, "no entity"])
async def test_a_call_that_is_none_is_no_wish(
    hass: HomeAssistant,
    machine: TimeMachine,
    shedding: Shedding,
    caplog: pytest.LogCaptureFixture,
    target: object,
) -> None:
    with pytest.raises(vol.Invalid):
        await machine.finish(_turn_off(hass, target))
    assert shedding.short == []
    assert "Error" not in caplog.text


@pytest.mark.parametrize("level", ["shed_below", "restore_above"])
@pytest.mark.parametrize("value", [float("nan")])
async def test_a_level_that_is_no_number_is_refused(
    machine: TimeMachine,
    battery: Battery,
    shedding: Shedding,
    armed: MockConfigEntry,
    level: str,
    value: float,
) -> None:
    before = shedding.shown(level)
    with pytest.raises(ServiceValidationError) as raised:
        await machine.finish(shedding.set_level(level, value))
    assert raised.value.translation_key == "level_no_number"
    assert shedding.shown(level) == before
    battery.empties(30)
    await machine.run(15 * MINUTE)
    assert shedding.shown("loads_shed") != "0"
    assert armed.disabled_by is None
