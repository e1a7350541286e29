"""The fault matrix of the cloud: whatever it answers, no good value is lost before its age."""

from collections.abc import AsyncIterator, Callable
import time
from typing import Any, Final

from homeassistant.core import HomeAssistant
import pytest

from custom_components.solar_monitor.clients.enlighten.jobs import Job
from tests.integration.conftest import MATRIX
from tests.integration.enlighten.house import TURN_S, House
from tests.integration.enlighten.kit import DAY_S, HOUR_S, cloud_at
from tests.integration.enlighten.matrix import (
    ALL,
    EVERYTHING,
    LASTING,
    REFUSALS,
    ROWS,
    SOON_S,
    STRIKE_S,
    SUMMARY,
    TOO_MANY,
    Complaints,
    Row,
    answered,
    expense,
    harm,
    holding,
    least_hours,
    missing,
    noise,
    turned,
)
from tests.integration.machine import TimeMachine
from tests.simulators.enlighten import Fault, TokenFault

LOST_TOKENS: Final = (TokenFault.NO_EXPIRY, TokenFault.TEXT_EXPIRY, TokenFault.LOST)
"""Afterwards nobody has a token that is good: the old one was given back for it."""

type Note = Callable[[str, object], None]


@pytest.fixture
async def house(
    hass: HomeAssistant,
    machine: TimeMachine,
    everything_enabled: None,  # noqa: ARG001 - off by default or not, nothing may be lost
    caplog: pytest.LogCaptureFixture,
    hass_storage: dict[str, Any],
) -> AsyncIterator[House]:
    """Give a house in which something is wrong, and a log that tells of us only."""
    caplog.set_level("WARNING")
    caplog.set_level("INFO", "custom_components.solar_monitor")
    async with cloud_at(hass, {"batteries": 1}) as cloud:
        yield House(hass, machine, cloud, caplog, hass_storage)


def test_all_that_is_ever_asked_has_a_row() -> None:
    assert {job for row in ROWS if not row.is_all for job in row.jobs} == set(Job)


@pytest.mark.parametrize("row", ROWS, ids=str)
async def test_a_fault_takes_nothing_away_neither_at_once_nor_by_a_restart_and_passes(
    house: House, row: Row, record_property: Note
) -> None:
    wrong: dict[Fault, Complaints] = {}
    await house.begin()
    await house.machine.run(TURN_S)
    for fault in ALL:
        record_property(MATRIX, str(row))
        complaints = await _strike(house, row, fault)
        if row.is_awaited(fault):
            complaints |= await _pass(house, row, fault)
        if row.is_all or not row.is_awaited(fault):  # lest the calls of the month run out
            await house.end()
            await house.begin()
            await house.machine.run(TURN_S)
        if complaints:
            wrong[fault] = complaints
    await house.end()
    assert not wrong


async def _strike(house: House, row: Row, fault: Fault) -> Complaints:
    """Let a fault strike in the middle of a life, and start again before it is over."""
    before, asked = house.states(), len(house.cloud.calls)
    house.said()
    house.strike(row, fault)
    house.hasten(row)
    await house.machine.run(STRIKE_S)
    held = house.states()
    complaints = harm(before, held) | noise(house.said())
    complaints |= expense(row, fault, house.cloud.calls[asked:])
    complaints |= holding(
        uncounted=house.uncounted,
        sign_in=house.sign_ins() != row.signs_in(fault),
    )
    await house.restart()
    return complaints | holding(
        restart=harm(held, house.states()),
        sign_in_again=house.sign_ins() != row.signs_in(fault),
    )


async def _pass(house: House, row: Row, fault: Fault) -> Complaints:
    """Let a fault be over."""
    asked = len(house.cloud.calls)
    house.cloud.clear_faults()
    if fault not in LASTING and not house.fails(row):
        house.hasten(row)  # it was no failure, and its hour comes late
    await house.until_answered(row, row.waits_s(fault))
    complaints = {f"later_{name}": what for name, what in noise(house.said()).items()}
    await house.refresh()
    hurried = [call for call in house.cloud.calls[asked:] if call.status == TOO_MANY]
    return complaints | holding(wrong=house.wrong(), hurried=hurried)


@pytest.mark.parametrize("row", [row for row in ROWS if row.at_once], ids=str)
async def test_a_fault_at_the_first_start_keeps_nothing_else_away_and_makes_nothing_up(
    house: House, row: Row, record_property: Note
) -> None:
    wrong: dict[Fault, Complaints] = {}
    await house.begin()
    await house.machine.run(TURN_S)
    well = house.states()
    for fault in ALL:
        record_property(MATRIX, str(row))
        await house.end()
        house.strike(row, fault)
        await house.begin()
        await house.machine.run(STRIKE_S)
        shown = house.states()
        lacking = missing(shown, well) - missing(well)
        complaints = holding(
            zeros=house.zeros(),
            gone={key for key in lacking if not row.owns(key, fault)},
            turned={key for key in turned(well, shown) if not row.owns(key, fault)},
        )
        if fault not in LASTING:
            complaints |= await _pass(house, row, fault)
            complaints |= holding(later=missing(house.states(), well) - missing(well))
        if complaints:
            wrong[fault] = complaints
    await house.end()
    assert not wrong


@pytest.mark.parametrize("fault", [*REFUSALS, Fault.UNPROCESSABLE])
async def test_what_is_refused_is_left_alone_for_a_month_and_then_asked_for_again(
    house: House, fault: Fault, record_property: Note
) -> None:
    rows = [row for row in ROWS if row.is_left_alone(fault)]
    refused = {endpoint for row in rows for endpoint in row.endpoints}
    await house.begin()
    await house.machine.run(TURN_S)
    before, asked = house.states(), len(house.cloud.calls)
    for row in rows:
        record_property(MATRIX, str(row))
        house.strike(row, fault)
        house.hasten(row)
    await house.machine.run(2 * TURN_S)
    struck = {call.endpoint for call in house.cloud.calls[asked:]}
    assert struck >= refused
    assert not harm(before, house.states())

    house.cloud.clear_faults()
    asked = len(house.cloud.calls)
    for _ in range(3):
        await house.rest(9.9 * DAY_S)
    assert not {call.endpoint for call in house.cloud.calls[asked:]} & refused
    for _ in range(4):
        await house.rest(9.9 * DAY_S)
    assert [row for row in rows if not answered(house.cloud.calls[asked:], row)] == []
    await house.refresh()
    assert not house.wrong()
    await house.end()


@pytest.mark.parametrize("fault", TokenFault)
async def test_a_token_that_is_not_to_be_had_takes_nothing_away(
    house: House, fault: TokenFault, record_property: Note
) -> None:
    record_property(MATRIX, "enlighten: /oauth/token")
    await house.begin()
    await house.machine.run(TURN_S)
    before = house.states()
    house.said()
    house.revoke_access()
    house.cloud.oauth.break_tokens(fault)
    house.hasten(SUMMARY)
    await house.machine.run(STRIKE_S)
    assert not harm(before, house.states())
    assert not noise(house.said())
    await house.restart()
    assert not harm(before, house.states())
    house.cloud.oauth.break_tokens(TokenFault.NONE)
    if fault in LOST_TOKENS:
        await house.machine.run(SOON_S)
        assert house.sign_ins() == 1
    else:
        house.hasten(SUMMARY)
        by_mistake = fault is TokenFault.REFUSE
        await house.until_answered(SUMMARY, 2 * DAY_S if by_mistake else SOON_S)
        await house.refresh()
        assert not house.wrong()
        assert house.sign_ins() == 0
    await house.end()


async def test_what_nobody_tells_any_more_goes_with_its_age_and_turns_into_nothing_else(
    house: House, record_property: Note
) -> None:
    record_property(MATRIX, "enlighten: for good")
    await house.begin()
    await house.machine.run(TURN_S)
    before, begin = house.states(), time.time()
    shown = before
    house.strike(EVERYTHING, Fault.FAIL)
    for pause_s in (*[900] * 16, *[3 * HOUR_S] * 14, *[DAY_S / 2] * 20):
        await house.rest(pause_s)
        hours = (time.time() - begin) / HOUR_S
        shown = house.states()
        lacking = missing(shown) - missing(before)
        assert not {key for key in lacking if hours < least_hours(key)}, hours
        assert not house.zeros(), hours
        assert not turned(before, shown), hours
    assert shown.keys() - missing(shown) == {"energy_total"}
    house.cloud.clear_faults()
    await house.until_answered(EVERYTHING, DAY_S)
    await house.machine.run(TURN_S)
    await house.refresh()
    assert not house.wrong()
    assert missing(house.states()) == missing(before)
    await house.end()
