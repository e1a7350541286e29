"""What entries and flows with one API key share: the count of calls, the schedule, their file."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import TickingDateTimeFactory
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE, STATE_UNAVAILABLE
from homeassistant.core import CoreState, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.clients.enlighten.budget import Use
from custom_components.solar_monitor.clients.enlighten.errors import BudgetSpentError
from custom_components.solar_monitor.clients.enlighten.plans import Plan
from custom_components.solar_monitor.sources.enlighten.desk import async_open_desk
from tests.integration.conftest import SetUp
from tests.integration.enlighten.kit import (
    HOUR_S,
    SYSTEM,
    asked,
    cloud_at,
    desk_memory_of,
    entry_for,
    number,
    shown,
    source_of,
)
from tests.integration.machine import TimeMachine
from tests.simulators.enlighten import Endpoint, EnlightenSimulator, Fault

KEY = "k3y-of-nobody"
OTHER = SYSTEM + 1
MONTH_END = datetime(2026, 12, 1, tzinfo=UTC)


async def two_entries(
    cloud: EnlightenSimulator, set_up: SetUp
) -> tuple[MockConfigEntry, MockConfigEntry]:
    """Set up two accounts that use one application."""
    first = entry_for(cloud, profile="cloud_only", systems=[SYSTEM])
    second = entry_for(cloud, profile="cloud_only", systems=[OTHER])
    await set_up(first)
    await set_up(second)
    return first, second


async def test_all_who_open_the_desk_of_a_key_at_once_share_it(hass: HomeAssistant) -> None:
    places = await asyncio.gather(*(async_open_desk(hass, KEY, Plan.WATT) for _ in range(5)))
    assert len({id(place.budget) for place in places}) == 1
    assert len({id(place.schedule) for place in places}) == 1
    other = await async_open_desk(hass, "another key", Plan.WATT)
    assert other.budget is not places[0].budget
    for place in (*places, other):
        await place.async_release()


async def test_the_last_to_go_closes_the_desk_and_a_place_goes_once(hass: HomeAssistant) -> None:
    first = await async_open_desk(hass, KEY, Plan.WATT)
    second = await async_open_desk(hass, KEY, Plan.WATT)
    await first.async_release()
    await first.async_release()
    third = await async_open_desk(hass, KEY, Plan.WATT)
    assert third.budget is second.budget
    await second.async_release()
    await third.async_release()
    fourth = await async_open_desk(hass, KEY, Plan.WATT)
    assert fourth.budget is not third.budget
    await fourth.async_release()


async def test_a_desk_goes_on_counting_where_it_ended(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    async def call() -> None:
        """Be sent."""

    place = await async_open_desk(hass, KEY, Plan.WATT)
    await place.budget.spend("summary", Use.USER, call)
    await place.async_release()
    place = await async_open_desk(hass, KEY, Plan.KILOWATT)
    assert place.budget.used == 1
    assert place.budget.plan is Plan.KILOWATT
    await place.async_release()
    assert KEY not in str(hass_storage)


async def test_each_change_is_on_the_disk_within_a_second_though_changes_go_on(
    hass: HomeAssistant, hass_storage: dict[str, Any], machine: TimeMachine
) -> None:
    place = await async_open_desk(hass, KEY, Plan.WATT)
    (stored,) = (each for name, each in hass_storage.items() if "enlighten_" in name)
    for number_of_tokens in range(1, 10):
        place.budget.note_token()
        await machine.run(0.4)
        behind = number_of_tokens - tokens_in(hass_storage)
        assert 0 <= behind <= 3
    await machine.run(1)
    assert tokens_in(hass_storage) == 9
    assert stored["key"].startswith("solar_monitor.enlighten_")
    await place.async_release()


def tokens_in(hass_storage: dict[str, Any]) -> int:
    """Give the token requests that are stored."""
    (stored,) = (each for name, each in hass_storage.items() if "enlighten_" in name)
    months = stored["data"]["budget"]["months"]
    return sum(month["tokens"] for month in months.values())


async def test_the_end_of_home_assistant_marks_the_count_as_whole(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    place = await async_open_desk(hass, KEY, Plan.WATT)
    place.budget.note_token()
    hass.set_state(CoreState.final_write)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done()
    (stored,) = (each for name, each in hass_storage.items() if "enlighten_" in name)
    assert stored["data"]["budget"]["clean"] is True
    assert tokens_in(hass_storage) == 1
    hass.set_state(CoreState.running)
    await place.async_release()


async def test_another_plan_counts_for_all_at_the_desk(hass: HomeAssistant) -> None:
    first = await async_open_desk(hass, KEY, Plan.WATT)
    second = await async_open_desk(hass, KEY, Plan.KILOWATT)
    assert second.budget.limits.per_month == 1_000
    second.use_plan(Plan.KILOWATT)
    assert first.budget.limits.per_month == 50_000
    await first.async_release()
    await second.async_release()


async def test_two_entries_with_one_key_share_its_calls(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp
) -> None:
    async with cloud_at(hass, {}, {}) as cloud:
        first, second = await two_entries(cloud, set_up)
        assert source_of(first).desk.budget is source_of(second).desk.budget
        await machine.run(120)
        assert number(hass, "power") == cloud.truth(SYSTEM).current_power_w
        assert number(hass, "power", OTHER) == cloud.truth(OTHER).current_power_w
        await machine.run(HOUR_S)
        assert cloud.most_at_once == 1
        times = asked(cloud)
        assert min(b - a for a, b in zip(times, times[1:], strict=False)) > 1.5
        assert source_of(first).desk.budget.used == cloud.used()
        assert number(hass, "calls_left") == number(hass, "calls_left", OTHER)
        assert await machine.finish(hass.config_entries.async_unload(first.entry_id))
        calls = cloud.count()
        await machine.run(2 * HOUR_S)
        assert {call.system_id for call in cloud.calls[calls:]} == {OTHER}
        assert source_of(second).desk.budget.used == cloud.used()


async def test_the_part_of_an_entry_that_is_removed_is_free_for_the_others(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp
) -> None:
    async with cloud_at(hass, {}, {}) as cloud:
        first, second = await two_entries(cloud, set_up)
        await machine.run(120)
        schedule = source_of(first).desk.schedule
        shared = schedule.live_interval_s(SYSTEM)
        assert await machine.finish(hass.config_entries.async_unload(second.entry_id))
        assert schedule.live_interval_s(SYSTEM) > 0.7 * shared
        await machine.finish(hass.config_entries.async_remove(second.entry_id))
        assert schedule.known == {SYSTEM}
        assert schedule.live_interval_s(SYSTEM) < 0.7 * shared


async def test_a_system_that_is_no_longer_chosen_is_forgotten_at_the_next_start(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    machine: TimeMachine,
    set_up: SetUp,
) -> None:
    async with cloud_at(hass, {}, {}) as cloud:
        entry = entry_for(cloud)
        await set_up(entry)
        await machine.run(120)
        assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))
        data = dict(entry.data) | {"systems": [OTHER]}
        hass.config_entries.async_update_entry(entry, data=data)
        assert await machine.finish(hass.config_entries.async_setup(entry.entry_id))
        assert source_of(entry).desk.schedule.known == {OTHER}
        assert shown(hass, "system_status", OTHER) == "normal"
        with pytest.raises(AssertionError):
            shown(hass, "system_status", SYSTEM)
        await machine.run(5)
        assert list(desk_memory_of(hass_storage, cloud)["schedule"]["sites"]) == [str(OTHER)]


async def test_entries_that_do_not_agree_on_the_plan_use_the_smaller_one(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp
) -> None:
    async with cloud_at(hass, {}, {}) as cloud:
        await set_up(entry_for(cloud, systems=[SYSTEM], plan="megawatt"))
        second = entry_for(cloud, systems=[OTHER], plan="watt")
        await set_up(second)
        assert source_of(second).desk.budget.plan is Plan.MEGAWATT
        for entry in hass.config_entries.async_entries("solar_monitor"):
            assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))
        assert await machine.finish(hass.config_entries.async_setup(second.entry_id))
        assert source_of(second).desk.budget.plan is Plan.WATT


async def test_a_quota_that_is_used_up_is_waited_for_until_the_month_is_over(
    hass: HomeAssistant, clock: TickingDateTimeFactory, machine: TimeMachine, set_up: SetUp
) -> None:
    clock.move_to(MONTH_END - timedelta(hours=9))
    async with cloud_at(hass) as cloud:
        entry = entry_for(cloud, profile="cloud_only")
        await set_up(entry)
        await machine.run(120)
        total, calls = shown(hass, "energy_total"), cloud.count()
        cloud.spend(1_000)
        await machine.run(6 * HOUR_S)
        assert cloud.count() == calls + 1
        assert number(hass, "calls_left") == 0
        assert shown(hass, "power") == STATE_UNAVAILABLE
        assert shown(hass, "energy_total") == total
        assert datetime.fromisoformat(shown(hass, "next_poll")) >= MONTH_END
        with pytest.raises(BudgetSpentError):
            await source_of(entry).async_refresh(SYSTEM)
        assert cloud.count() == calls + 1
        await machine.run(4 * HOUR_S)
        assert cloud.count() > calls + 1
        assert number(hass, "calls_left") > 900
        assert shown(hass, "system_status") == "normal"


async def test_a_quota_of_a_minute_is_waited_for(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, cloud: EnlightenSimulator
) -> None:
    cloud.fault(Endpoint.DEVICES, Fault.MINUTE_QUOTA, times=1)
    await set_up(entry_for(cloud, profile="cloud_only"))
    await machine.run(240)
    assert len(asked(cloud, Endpoint.DEVICES)) == 2
    assert number(hass, "panels") == 8
