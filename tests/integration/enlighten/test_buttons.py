"""What a press of a button costs and brings, and what it says when nothing comes of it."""

from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.clients.enlighten.budget import Budget, Use
from tests.integration.conftest import SetUp
from tests.integration.enlighten.kit import SYSTEM, entity_id, entry_for, number, sign_ins_asked
from tests.integration.machine import TimeMachine
from tests.simulators.enlighten import EVERYWHERE, Endpoint, EnlightenSimulator, Fault

REFRESH: Final = "refresh"
TEST: Final = "test_connection"
COST: Final = {
    REFRESH: [Endpoint.SUMMARY, Endpoint.OPEN_ALARMS, Endpoint.OPEN_EVENTS],
    TEST: [Endpoint.SYSTEMS],
}
SECOND: Final = SYSTEM + 1
COME_IN_S: Final = 120
"""By then all that is due at the first start has been answered."""
ALL_CALLS: Final = 1_000
NEW_MONTH: Final = "2026-11-30 16:02"
"""The first of December in UTC and a little later, on Home Assistant's clock."""


async def pressed(hass: HomeAssistant, button: str, system_id: int = SYSTEM) -> None:
    """Press a button as an automation does."""
    await hass.services.async_call(
        "button", "press", {"entity_id": entity_id(hass, button, system_id)}, blocking=True
    )


async def press(
    hass: HomeAssistant, machine: TimeMachine, button: str, system_id: int = SYSTEM
) -> None:
    """Press a button, and wait for what comes of it."""
    await machine.finish(pressed(hass, button, system_id))


def asked_since(cloud: EnlightenSimulator, calls: int) -> list[Endpoint | None]:
    """Name the calls since there were so many."""
    return [call.endpoint for call in cloud.calls[calls:]]


def budget_of(entry: MockConfigEntry) -> Budget:
    """Give the budget of the entry's key."""
    budget: Budget = entry.runtime_data.coordinator.source.desk.budget
    return budget


def use_up(entry: MockConfigEntry) -> None:
    """Let the calls of the month have been made."""
    budget = budget_of(entry)
    budget.month.add("summary", Use.BACKGROUND, budget.left(Use.USER))


@pytest.fixture
async def entry(
    machine: TimeMachine, set_up: SetUp, cloud_entry: MockConfigEntry
) -> MockConfigEntry:
    """Give an entry that runs, with all that is due at a start answered."""
    await set_up(cloud_entry)
    await machine.run(COME_IN_S)
    return cloud_entry


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize("button", COST)
async def test_a_press_makes_as_many_calls_as_its_name_says_and_the_count_shows_them_at_once(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator, button: str
) -> None:
    calls, left = cloud.count(), number(hass, "calls_left")
    await press(hass, machine, button)
    assert asked_since(cloud, calls) == COST[button]
    assert number(hass, "calls_left") == left - len(COST[button])


@pytest.mark.usefixtures("everything_enabled", "entry")
async def test_a_refresh_brings_what_the_cloud_knows_now(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator
) -> None:
    await machine.run(3_000)
    before = cloud.truth()
    await press(hass, machine, REFRESH)
    assert number(hass, "energy_today") == pytest.approx(before.energy_today_wh / 1_000, abs=0.1)
    assert number(hass, "power") == cloud.truth().current_power_w
    assert number(hass, "data_age") <= 15


@pytest.mark.parametrize("cloud", [({}, {})], indirect=True)
@pytest.mark.usefixtures("entry")
async def test_a_refresh_asks_for_its_own_system_and_the_count_of_all_shows_it(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator
) -> None:
    calls = cloud.count()
    left = {system: number(hass, "calls_left", system) for system in (SYSTEM, SECOND)}
    assert left[SYSTEM] == left[SECOND]
    await press(hass, machine, REFRESH, SECOND)
    assert {call.system_id for call in cloud.calls[calls:]} == {SECOND}
    assert {number(hass, "calls_left", system) for system in left} == {left[SYSTEM] - 3}


async def test_a_system_that_is_not_asked_in_the_background_is_asked_at_a_press(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, cloud: EnlightenSimulator
) -> None:
    await set_up(entry_for(cloud, paused=[SYSTEM]))
    await machine.run(COME_IN_S)
    assert cloud.count() == 0
    await press(hass, machine, REFRESH)
    assert asked_since(cloud, 0) == COST[REFRESH]
    assert number(hass, "data_age") <= 15


async def test_where_the_cloud_has_no_list_of_open_alarms_a_refresh_asks_in_another_way(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, cloud: EnlightenSimulator
) -> None:
    cloud.missing.add(Endpoint.OPEN_ALARMS)
    await set_up(entry_for(cloud))
    await machine.run(COME_IN_S)
    calls = cloud.count()
    await press(hass, machine, REFRESH)
    assert asked_since(cloud, calls) == [Endpoint.SUMMARY, Endpoint.ALARMS, Endpoint.OPEN_EVENTS]


async def test_a_press_may_use_what_background_calls_must_leave(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator, entry: MockConfigEntry
) -> None:
    budget = budget_of(entry)
    budget.month.add("summary", Use.BACKGROUND, budget.left(Use.BACKGROUND))
    calls = cloud.count()
    await press(hass, machine, REFRESH)
    assert asked_since(cloud, calls) == COST[REFRESH]


@pytest.mark.parametrize("button", COST)
async def test_with_no_calls_left_nothing_is_sent_and_a_press_says_when_there_are_some_again(
    hass: HomeAssistant,
    machine: TimeMachine,
    cloud: EnlightenSimulator,
    entry: MockConfigEntry,
    button: str,
) -> None:
    use_up(entry)
    calls = cloud.count()
    with pytest.raises(HomeAssistantError, match=f"No call is left .* works again from {NEW_MONTH}"):
        await press(hass, machine, button)
    assert cloud.count() == calls
    assert "969 of 1000 are used" in await said(hass, machine, button)


async def said(hass: HomeAssistant, machine: TimeMachine, button: str) -> str:
    """Give what a press that fails says."""
    with pytest.raises(HomeAssistantError) as caught:
        await press(hass, machine, button)
    return str(caught.value)


async def test_the_last_calls_of_a_month_end_a_refresh_in_the_middle(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator, entry: MockConfigEntry
) -> None:
    budget = budget_of(entry)
    budget.month.add("summary", Use.BACKGROUND, budget.left(Use.USER) - 2)
    calls = cloud.count()
    assert "No call is left" in await said(hass, machine, REFRESH)
    assert asked_since(cloud, calls) == COST[REFRESH][:2]
    assert number(hass, "calls_left") == 0


@pytest.mark.usefixtures("entry")
async def test_a_month_that_others_have_used_up_is_known_from_the_first_press_on(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator
) -> None:
    cloud.spend(ALL_CALLS)
    text = await said(hass, machine, REFRESH)
    assert "(1000 of 1000 are used" in text
    assert "2026-11-30 16:0" in text
    assert number(hass, "calls_left") == 0
    calls = cloud.count()
    assert await said(hass, machine, REFRESH) == text
    assert cloud.count() == calls


@pytest.mark.usefixtures("entry")
async def test_a_pause_of_a_minute_is_named_and_the_next_press_waits_for_its_end(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator
) -> None:
    cloud.fault(Endpoint.SUMMARY, Fault.MINUTE_QUOTA, times=1)
    text = await said(hass, machine, REFRESH)
    assert "too many requests" in text
    assert "works again from 2026-11-20 11:0" in text
    calls = cloud.count()
    await press(hass, machine, REFRESH)
    assert asked_since(cloud, calls) == COST[REFRESH]


@pytest.mark.usefixtures("entry")
async def test_during_a_longer_pause_nothing_is_sent_and_a_press_says_when_it_is_over(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator
) -> None:
    cloud.fault(EVERYWHERE, Fault.BARE_QUOTA, times=2)
    for _ in range(2):
        await said(hass, machine, REFRESH)
    calls = cloud.count()
    assert "works again from 2026-11-20 11:1" in await said(hass, machine, REFRESH)
    assert cloud.count() == calls
    await machine.run(600)
    await press(hass, machine, REFRESH)
    assert asked_since(cloud, calls)[-3:] == COST[REFRESH]


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize("button", COST)
async def test_a_press_without_a_connection_costs_nothing_and_works_as_soon_as_there_is_one(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator, button: str
) -> None:
    left = number(hass, "calls_left")
    await cloud.close()
    text = await said(hass, machine, button)
    assert "the host cannot be reached" in text
    assert "asks again by itself from 2026-11-20 1" in text
    assert number(hass, "calls_left") == left
    await cloud.open()
    await press(hass, machine, button)
    assert number(hass, "calls_left") == left - len(COST[button])


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.FAIL, "the cloud has a problem (status 503)"),
        (Fault.SILENT, "no answer in time"),
        (Fault.RESET, "the connection was lost"),
        (Fault.HTML, "the answer is not JSON"),
    ],
)
async def test_a_press_that_the_cloud_does_not_answer_properly_is_counted_and_leaves_all_values(
    hass: HomeAssistant,
    machine: TimeMachine,
    cloud: EnlightenSimulator,
    fault: Fault,
    reason: str,
) -> None:
    left, status = number(hass, "calls_left"), hass.states.get(entity_id(hass, "system_status"))
    cloud.fault(EVERYWHERE, fault)
    assert f"no proper answer: {reason}." in await said(hass, machine, REFRESH)
    assert number(hass, "calls_left") == left - 1
    assert hass.states.get(entity_id(hass, "system_status")) == status


@pytest.mark.usefixtures("entry")
async def test_a_press_during_another_one_is_refused_and_costs_nothing(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator
) -> None:
    cloud.fault(Endpoint.SUMMARY, Fault.SILENT, times=1)
    calls, left = cloud.count(), number(hass, "calls_left")
    first = hass.async_create_task(pressed(hass, REFRESH))
    await machine.settle()
    assert "already under way" in await said(hass, machine, REFRESH)

    async def end() -> None:
        await first

    with pytest.raises(HomeAssistantError, match="no answer in time"):
        await machine.finish(end())
    assert len(asked_since(cloud, calls)) == 1
    await press(hass, machine, REFRESH)
    assert number(hass, "calls_left") == left - 4


@pytest.mark.parametrize("button", COST)
async def test_a_press_with_a_sign_in_that_was_ended_asks_the_user_to_sign_in_once(
    hass: HomeAssistant,
    machine: TimeMachine,
    cloud: EnlightenSimulator,
    entry: MockConfigEntry,
    button: str,
) -> None:
    cloud.grants.revoke()
    assert "Sign in again" in await said(hass, machine, button)
    await said(hass, machine, button)
    assert sign_ins_asked(hass, entry) == 1


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize("button", COST)
async def test_a_press_with_the_key_of_another_application_says_where_to_enter_the_right_one(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator, button: str
) -> None:
    cloud.fault(EVERYWHERE, Fault.MISMATCH)
    text = await said(hass, machine, button)
    assert "API key belongs to another application" in text
    assert "Reconfigure" in text


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize("fault", [Fault.FORBIDDEN, Fault.NOT_FOUND])
async def test_a_refresh_of_a_system_that_is_not_shared_any_more_says_so(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator, fault: Fault
) -> None:
    cloud.fault(Endpoint.SUMMARY, fault)
    text = await said(hass, machine, REFRESH)
    assert "its owner has ended the access" in text
    assert "Reconfigure" in text


@pytest.mark.usefixtures("entry")
async def test_a_press_that_nobody_can_do_anything_about_says_what_the_cloud_said(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator
) -> None:
    cloud.fault(Endpoint.SUMMARY, Fault.UNPROCESSABLE)
    text = await said(hass, machine, REFRESH)
    assert text.startswith("Enphase account did not do it: the cloud refused the request")
