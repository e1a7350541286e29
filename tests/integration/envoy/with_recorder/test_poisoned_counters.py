"""Counters that lie, and what the recorder makes of it: energy that went through, nothing else."""

import itertools
from typing import Final

from homeassistant.core import HomeAssistant
import pytest

from tests.integration.conftest import SetUp
from tests.integration.envoy.truth import wrong_states
from tests.integration.envoy.with_recorder.totals import CADENCE_S, CLOSE_KWH, POLL_S, watched
from tests.integration.machine import TimeMachine
from tests.simulators.envoy import EVERYWHERE, Endpoint, Fault, Shape

POISONS: Final = (Fault.ZERO, Fault.WRAPPED, Fault.DROP, Fault.JUMP)
SHAPES: Final = (Shape.D8_3_METERED, Shape.D8_3_STANDARD, Shape.D7_6_THREE_PHASES)
STAYS_S: Final = 1_200
AFTER_S: Final = 900
# A level is believed after three answers that agree over five minutes. What is counted meanwhile is
# lost, when it comes and when it goes: of a meter less than of a panel, which reports less often.
LOST_S: Final = {True: 2 * (300 + 2 * CADENCE_S), False: 2 * (300 + 4 * POLL_S)}


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
@pytest.mark.parametrize("poison", POISONS)
async def test_one_poisoned_answer_leaves_no_trace(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, shape: Shape, poison: Fault
) -> None:
    async with watched(hass, machine, set_up, shape) as totals:
        await machine.run(2 * CADENCE_S)
        totals.gateway.fault(EVERYWHERE, poison)
        await machine.run(POLL_S)
        totals.gateway.clear_faults()
        totals.gateway.site.clock.freeze()
        await machine.run(POLL_S)
        assert not wrong_states(hass, totals.entry, totals.gateway), "recovery in one poll"
        totals.gateway.site.clock.run()
        await machine.run(2 * CADENCE_S)
        await totals.check()
        assert totals.shown()["production_energy_total"] > 0.1


@pytest.mark.parametrize(
    ("shape", "endpoint"),
    [
        *itertools.product(SHAPES, [EVERYWHERE]),
        (Shape.D8_3_METERED, Endpoint.READINGS),
        (Shape.D8_3_METERED, Endpoint.DEVICE_DATA),
    ],
    ids=lambda value: value.name if isinstance(value, Shape) else str(value),
)
@pytest.mark.parametrize("poison", POISONS)
async def test_a_poison_that_stays_is_no_energy_when_it_comes_nor_when_it_goes(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    shape: Shape,
    endpoint: str,
    poison: Fault,
) -> None:
    async with watched(hass, machine, set_up, shape) as totals:
        await machine.run(CADENCE_S)
        began = hass.loop.time()
        totals.gateway.fault(endpoint, poison)
        # Home Assistant is restarted before the level is believed, and after.
        await machine.run(2 * POLL_S + 30)
        await totals.restart(machine)
        await machine.run(STAYS_S)
        await totals.restart(machine)
        await machine.run(POLL_S)
        totals.gateway.clear_faults()
        await machine.run(AFTER_S)
        before, true_before = totals.shown(), totals.risen()
        await machine.run(AFTER_S)
        totals.gateway.site.clock.freeze()
        await machine.run(2 * CADENCE_S)
        await totals.check()
        shown, true = totals.shown(), totals.risen()
        totals.have_gone_on(before, true_before)
        for key, rise in shown.items():
            lost_s = LOST_S[key[0].isdigit()] if poison is Fault.JUMP else 0.0
            lost = true[key] * lost_s / (hass.loop.time() - began)
            assert rise >= true[key] - lost - CLOSE_KWH, key
