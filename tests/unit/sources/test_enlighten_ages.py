"""How long values stand: the limits of a system, and time that counts only while there is light."""

from datetime import UTC, date, datetime

import pytest

from custom_components.solar_monitor.clients.enlighten.budget import Budget
from custom_components.solar_monitor.clients.enlighten.daylight import Daylight
from custom_components.solar_monitor.clients.enlighten.jobs import Profile
from custom_components.solar_monitor.clients.enlighten.plans import Plan
from custom_components.solar_monitor.clients.enlighten.schedule import Schedule
from custom_components.solar_monitor.sources.enlighten.ages import (
    INCIDENTS_S,
    LISTS_S,
    POWER_S,
    STATUS_S,
    Ages,
    sunlit_until,
)
from tests.unit.sources.paper_system import DAY_S, DAYLIGHT, HOUR_S, at

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC).timestamp()
SUN = Daylight(UTC)


def ages_of(
    plan: Plan,
    profile: Profile = Profile.CLOUD_ONLY,
    systems: int = 1,
    *,
    cellular: bool = False,
    silent_s: float = 0.0,
) -> Ages:
    """Give the limits of one of some systems with a key."""
    budget = Budget(plan, {"clean": True, "months": {"2027-02": {}}}, now=lambda: NOON)
    schedule = Schedule(budget, now=lambda: NOON)
    for number in range(systems):
        schedule.include(number, profile, SUN)
    return Ages.of(schedule, 0, cellular=cellular, silent_s=silent_s)


def test_on_a_paid_plan_the_least_that_a_gateway_needs_holds() -> None:
    ages = ages_of(Plan.MEGAWATT)
    assert (ages.power_s, ages.status_s) == (POWER_S, STATUS_S)
    assert (ages.incidents_s, ages.lists_s) == (INCIDENTS_S, LISTS_S)


def test_where_there_are_few_calls_values_stand_for_three_of_their_intervals() -> None:
    ages = ages_of(Plan.WATT, Profile.COMPANION)
    assert 5 * HOUR_S < ages.power_s < 9 * HOUR_S
    assert ages.status_s == ages.power_s


def test_a_gateway_on_a_mobile_network_is_given_its_time() -> None:
    ages = ages_of(Plan.MEGAWATT, cellular=True)
    assert ages.power_s == 18 * HOUR_S
    assert ages.report_s == 7 * HOUR_S


def test_what_a_silent_gateway_is_like_stands_until_it_was_asked_for_again() -> None:
    ages = ages_of(Plan.MEGAWATT, silent_s=4 * HOUR_S)
    assert ages.status_s == 9 * HOUR_S
    assert ages.power_s == POWER_S


def test_where_many_share_a_key_incidents_stand_until_they_are_asked_for_again() -> None:
    ages = ages_of(Plan.WATT, systems=12)
    assert ages.incidents_s == 9 * DAY_S
    assert ages.lists_s == LISTS_S


def test_where_no_call_is_left_the_minimum_holds() -> None:
    budget = Budget(Plan.WATT, {"clean": True, "months": {"2027-02": {}}}, now=lambda: NOON)
    budget.month.add("summary", "user", 990)
    schedule = Schedule(budget, now=lambda: NOON)
    schedule.include(1, Profile.CLOUD_ONLY, SUN)
    for cellular in (False, True):
        ages = Ages.of(schedule, 1, cellular=cellular, silent_s=DAY_S)
        assert ages.power_s == POWER_S
        assert ages.status_s == STATUS_S


def test_by_day_an_hour_is_an_hour() -> None:
    assert sunlit_until(DAYLIGHT, at(10, 12), HOUR_S) == at(10, 13)


def test_the_dark_does_not_count() -> None:
    _, closes = DAYLIGHT.window(date(2026, 6, 10))
    opens, _ = DAYLIGHT.window(date(2026, 6, 11))
    assert sunlit_until(DAYLIGHT, closes - 600, HOUR_S) == pytest.approx(opens + 3_000)
    assert sunlit_until(DAYLIGHT, closes + 600, HOUR_S) == pytest.approx(opens + 3_600)


def test_what_was_told_at_night_stands_until_the_sun_has_shone_for_so_long() -> None:
    opens, _ = DAYLIGHT.window(date(2026, 6, 11))
    assert sunlit_until(DAYLIGHT, at(11, 1), 2 * HOUR_S) == pytest.approx(opens + 7_200)


def test_long_times_go_over_several_days() -> None:
    end = sunlit_until(DAYLIGHT, at(10, 12), 40 * HOUR_S)
    assert DAYLIGHT.seconds(at(10, 12), end) == pytest.approx(40 * HOUR_S)


def test_even_without_enough_sun_everything_ends() -> None:
    assert sunlit_until(DAYLIGHT, at(1), 1e9) == at(1) + 60 * DAY_S
