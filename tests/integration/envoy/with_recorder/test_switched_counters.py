"""Firmware that counts now here, now there: the recorder sees one counter that goes on."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest

from tests.integration.conftest import SetUp
from tests.integration.envoy.kit import shown
from tests.integration.envoy.truth import wrong_states
from tests.integration.envoy.with_recorder.totals import CADENCE_S, POLL_S, watched
from tests.integration.machine import TimeMachine
from tests.simulators.envoy import Endpoint, EnvoySimulator, Fault, Shape

PRODUCED: Final = "production_energy_total"
SETTLED_S: Final = 660
"""By then another level is believed."""
STAYS_S: Final = 900


def lose_readings(gateway: EnvoySimulator) -> None:
    """Let the meters be silent, so that `/production.json` stands in."""
    for endpoint in (Endpoint.READINGS, Endpoint.METERS):
        gateway.fault(endpoint, Fault.FAIL)


def unplug_meters(gateway: EnvoySimulator) -> None:
    """Let there be no meters any more, so that the inverters' sum is all there is."""
    gateway.gateway.fittings = replace(gateway.gateway.fittings, cts=frozenset())


def update_to(shape: Shape, gateway: EnvoySimulator) -> None:
    """Let another firmware count."""
    gateway.update_firmware(shape)


def restore(gateway: EnvoySimulator) -> None:
    """Let everything be as it was."""
    gateway.clear_faults()
    gateway.gateway.firmware = gateway.shape.firmware
    gateway.gateway.fittings = gateway.shape.fittings


@pytest.mark.parametrize(
    ("shape", "switch"),
    [
        pytest.param(Shape.D8_3_METERED, lose_readings, id="meter and its sum"),
        pytest.param(Shape.D8_3_ACTIVE_COUNT, lose_readings, id="meter, and now and then others"),
        pytest.param(Shape.D8_3_METERED, unplug_meters, id="meter and inverters"),
        pytest.param(
            Shape.D7_6_STANDARD, partial(update_to, Shape.D8_3_STANDARD), id="v1 and inverters"
        ),
        pytest.param(
            Shape.D8_3_STANDARD, partial(update_to, Shape.D7_6_STANDARD), id="inverters and v1"
        ),
    ],
)
async def test_counters_that_take_turns_are_one(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    shape: Shape,
    switch: Callable[[EnvoySimulator], None],
) -> None:
    async with watched(hass, machine, set_up, shape) as totals:
        await machine.run(CADENCE_S)
        for turn in (switch, restore, switch, restore):
            turn(totals.gateway)
            await machine.run(SETTLED_S)
            settled, true = totals.shown(), totals.risen()
            await machine.run(STAYS_S)
            if turn is restore:
                totals.have_gone_on(settled, true)
            rise = totals.shown()[PRODUCED] - settled[PRODUCED]
            assert rise >= 0.8 * (totals.risen()[PRODUCED] - true[PRODUCED])
        await totals.check()


@pytest.mark.parametrize("seconds", [180, 900])
@pytest.mark.parametrize(
    "shape",
    [
        Shape.D8_3_METERED,
        Shape.D8_3_STANDARD,
        Shape.D7_6_STANDARD,
        Shape.D7_6_THREE_PHASES,
        Shape.R3_17_STANDARD,
    ],
    ids=lambda shape: shape.name,
)
async def test_zeros_after_a_start_of_the_gateway_are_no_energy_and_no_loss(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, shape: Shape, seconds: float
) -> None:
    async with watched(hass, machine, set_up, shape, panels=8) as totals:
        await machine.run(CADENCE_S)
        totals.gateway.restart(zeros=True, seconds=seconds)
        await machine.run(seconds)
        totals.gateway.site.clock.freeze()
        await machine.run(2 * POLL_S)
        assert not wrong_states(hass, totals.entry, totals.gateway)
        if seconds < CADENCE_S:
            assert shown(hass, "counter_corrections") == STATE_UNKNOWN
        totals.gateway.site.clock.run()
        await machine.run(2 * CADENCE_S)
        await totals.check()
