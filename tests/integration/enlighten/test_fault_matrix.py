"""The fault matrix of the cloud: whatever an endpoint does, no good value is lost before its time."""

from collections.abc import AsyncIterator, Callable

from homeassistant.core import HomeAssistant
import pytest

from tests.integration.conftest import MATRIX
from tests.integration.enlighten.kit import cloud_at
from tests.integration.enlighten.matrix import (
    ALL,
    STRIKE_S,
    TURN_S,
    Complaints,
    House,
    Row,
    expense,
    harm,
    noise,
    rows,
)
from tests.integration.machine import TimeMachine
from tests.simulators.enlighten import EVERYWHERE, Fault

ROWS = tuple(rows())
FIRST = [row for row in ROWS if row.own != "nothing"]
"""What is asked first is what is shown."""


@pytest.fixture
async def house(
    hass: HomeAssistant,
    machine: TimeMachine,
    everything_enabled: None,  # noqa: ARG001 - off by default or not, nothing may be lost
    caplog: pytest.LogCaptureFixture,
) -> AsyncIterator[House]:
    """Give a house in which something is wrong; its entry is removed at the end."""
    async with cloud_at(hass, {"batteries": 1}) as cloud:
        yield House(hass, machine, cloud, caplog)


@pytest.mark.parametrize("row", ROWS, ids=str)
async def test_a_fault_takes_nothing_away_and_passes_also_over_a_restart(
    house: House, row: Row, record_property: Callable[[str, object], None]
) -> None:
    await house.begin()
    await house.machine.run(TURN_S)
    wrong: dict[Fault, Complaints] = {}
    for fault in ALL:
        record_property(MATRIX, str(row))
        if complaints := await _strike(house, row, fault):
            wrong[fault] = complaints
    await house.end()
    assert not wrong


async def _strike(house: House, row: Row, fault: Fault) -> Complaints:
    """Let a fault strike in the middle of a life, start again meanwhile, and see it pass."""
    before, asked = house.states(), len(house.cloud.calls)
    house.said()
    house.cloud.fault(row.endpoint, fault)
    house.hasten(row)
    await house.machine.run(STRIKE_S)
    held, said = house.states(), house.said()
    await house.restart()
    again = house.states()
    complaints = harm(before, held) | noise(said)
    complaints |= expense(house, row, fault, house.cloud.calls[asked:])
    if shown := harm(held, again):
        complaints["restart"] = shown
    if house.sign_ins() != row.signs_in(fault):
        complaints["sign_in"] = True
    house.cloud.clear_faults()
    await house.until_answered(row, row.back_within_s(fault))
    complaints |= {f"later_{name}": what for name, what in noise(house.said()).items()}
    await house.source.async_refresh(698_957_008)
    await house.machine.settle()
    if wrong := house.wrong():
        complaints["wrong"] = wrong
    return complaints
