"""Every firmware that is met gives the right numbers, with its bugs."""

from collections.abc import Callable

from homeassistant.core import HomeAssistant
import pytest

from tests.integration.conftest import MATRIX, SetUp
from tests.integration.envoy.kit import entry_for, gateway_at, number, states
from tests.integration.envoy.truth import every_truth, wrong_states
from tests.integration.machine import TimeMachine
from tests.simulators.envoy import Shape

HOUR_S = 3_600
COUNTED_DIFFERENTLY = (
    Shape.R3_17_STANDARD,
    Shape.D7_6_THREE_PHASES,
    Shape.D8_2_NO_CT,
    Shape.D8_3_STANDARD,
    Shape.D8_3_TOTAL_IS_NET,
    Shape.D8_3_ACTIVE_COUNT,
)


@pytest.mark.parametrize("shape", Shape, ids=lambda shape: shape.name)
@pytest.mark.usefixtures("everything_enabled")
async def test_the_values_of_a_firmware_are_true(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    shape: Shape,
    record_property: Callable[[str, object], None],
) -> None:
    record_property(MATRIX, "shapes of firmware with true values")
    async with gateway_at(hass, shape) as gateway:
        entry = entry_for(gateway)
        await set_up(entry)
        await machine.run(400)
        gateway.site.clock.freeze()
        await machine.run(90)
        compared = every_truth(gateway).keys() & states(hass, entry).keys()
        assert len(compared) >= 6
        assert not wrong_states(hass, entry, gateway)
        assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))


@pytest.mark.parametrize("shape", COUNTED_DIFFERENTLY, ids=lambda shape: shape.name)
async def test_the_energy_of_an_hour_is_what_was_made_in_it(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, shape: Shape
) -> None:
    async with gateway_at(hass, shape) as gateway:
        entry = entry_for(gateway)
        await set_up(entry)
        await machine.run(120)
        total, true = number(hass, "production_energy_total"), gateway.truth().production
        await machine.run(HOUR_S)
        rise = number(hass, "production_energy_total") - total
        true_rise = gateway.truth().production.energy_kwh - true.energy_kwh
        assert true_rise > 1
        # Panels report every 15 min: their sum is up to that late.
        assert rise == pytest.approx(true_rise, abs=0.06)
        assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))
