"""Whole months on the budget of a key: never too many calls, and how old the figures get.

What is printed are the figures for the documentation: run with `-s`.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest

from custom_components.solar_monitor.clients.enlighten.budget import Use
from custom_components.solar_monitor.clients.enlighten.jobs import Job, Profile
from custom_components.solar_monitor.clients.enlighten.plans import Plan
from custom_components.solar_monitor.clients.errors import CannotConnectError, ClientError

from .home import Home
from .paper_cloud import PaperCloud, PaperSystem, PaperTime, too_many

BACKGROUND_LIMIT: Final = 940
LIMIT: Final = 1_000
DAY: Final = 86_400.0


@dataclass(frozen=True)
class Place:
    """Where a system stands."""

    latitude: float
    longitude: float
    zone: str


DUTCH: Final = Place(52.37, 4.9, "Europe/Amsterdam")
ARIZONA: Final = Place(33.45, -112.07, "America/Phoenix")
CHICAGO: Final = Place(41.88, -87.63, "America/Chicago")
SYDNEY: Final = Place(-33.87, 151.2, "Australia/Sydney")
TROMSO: Final = Place(69.65, 18.96, "Europe/Oslo")


@dataclass(frozen=True)
class Month:
    """A month to go through."""

    name: str
    year: int = 2027
    month: int = 3
    systems: int = 1
    profile: Profile = Profile.CLOUD_ONLY
    place: Place = DUTCH
    battery: bool = True
    plan: Plan = Plan.WATT
    mean_age: float = 35.0
    """The most that the figures may be old on average while the sun shines, minutes."""

    def __str__(self) -> str:
        """Name the month."""
        return self.name

    @property
    def begin(self) -> datetime:
        """The begin of the month."""
        return datetime(self.year, self.month, 1, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        """The begin of the next month."""
        return datetime(self.year + self.month // 12, self.month % 12 + 1, 1, tzinfo=UTC)

    def home(self) -> Home:
        """Give a home whose key has been in use for a while: a day of the month before is over."""
        zone = ZoneInfo(self.place.zone)
        time = PaperTime(self.begin - timedelta(days=1))
        systems = [
            PaperSystem(700_000 + n, zone, battery=self.battery) for n in range(self.systems)
        ]
        cloud = PaperCloud(time, {system.system_id: system for system in systems})
        if self.plan is not Plan.WATT:
            cloud.per_minute, cloud.per_month = 50, 50_000
        return Home(cloud, self.plan, [self.profile], self.place.latitude, self.place.longitude)


MONTHS: Final = (
    Month("28 days", 2027, 2),
    Month("29 days", 2028, 2),
    Month("30 days, summer time ends in America", 2026, 11, place=CHICAGO),
    Month("31 days, summer time begins in Europe", 2027, 3),
    Month("31 days, summer time ends in Europe", 2027, 10),
    Month("longest days", 2027, 6),
    Month("shortest days", 2026, 12, mean_age=20),
    Month("without a battery in Arizona", 2027, 7, place=ARIZONA, battery=False),
    Month("other half of the world", 2027, 4, place=SYDNEY),
    Month("midnight sun", 2027, 7, place=TROMSO),
    Month("two systems", systems=2, mean_age=80),
    Month("three systems", systems=3, mean_age=110),
    Month("companion", profile=Profile.COMPANION, mean_age=120),
    Month("companion, two systems", profile=Profile.COMPANION, systems=2, mean_age=120),
    Month("companion, three systems", profile=Profile.COMPANION, systems=3, mean_age=120),
    Month("alarms only", profile=Profile.ALARMS_ONLY, battery=False, mean_age=150),
    Month("alarms only, three systems", profile=Profile.ALARMS_ONLY, systems=3, mean_age=150),
    Month("paid plan", plan=Plan.KILOWATT, mean_age=9),
)


def judge(home: Home, month: Month) -> Counter[str]:
    """See that the books hold no call too many; give the calls of the month."""
    calls = home.cloud.counted(f"{month.begin:%Y-%m}")
    uses = home.budget.month.by_use if home.now < month.end.timestamp() else {}
    assert home.cloud.busiest_minute() <= (40 if month.plan is not Plan.WATT else 8)
    times = [call.at for call in home.cloud.books]
    assert all(later - earlier >= 1.9 for earlier, later in pairwise(times))
    if month.plan is Plan.WATT:
        assert calls.total() - uses.get("user", 0) <= BACKGROUND_LIMIT
        assert calls.total() <= LIMIT
    return calls


def age_minutes(home: Home) -> tuple[float, float, float]:
    """Give mean, 95th percentile and maximum of the age of the figures in daylight, minutes."""
    ages = sorted(age / 60 for of_one in home.ages.values() for age in of_one)
    return sum(ages) / len(ages), ages[int(0.95 * len(ages))], ages[-1]


def tell(name: object, calls: Counter[str], home: Home) -> None:
    """Print a month's figures."""
    mean, most, highest = age_minutes(home)
    each = ", ".join(f"{endpoint} {count}" for endpoint, count in calls.most_common())
    print(  # noqa: T201  figures for the reader
        f"\n{name}: {calls.total()} calls; age in daylight: mean {mean:.0f} min, "
        f"95 % below {most:.0f} min, at most {highest:.0f} min\n  {each}"
    )


@pytest.mark.parametrize("month", MONTHS, ids=str)
async def test_a_month_with_a_restart_every_day_stays_within_the_budget(month: Month) -> None:
    home = month.home()
    await home.run_until(month.begin.timestamp())
    home.ages.clear()
    await home.run_until(month.end.timestamp() - 1, each_day=lambda day: day % 3 == 2)
    calls = judge(home, month)
    tell(month, calls, home)
    assert age_minutes(home)[0] <= month.mean_age
    assert calls["open_alarms"] >= 28 * month.systems
    assert {result.error for result in home.results} == {None}


@pytest.mark.parametrize("month", MONTHS[:13:3], ids=str)
async def test_each_day_stands_in_a_window_of_seven_days_that_was_read(month: Month) -> None:
    home = month.home()
    await home.run_until(month.end.timestamp() - 1)
    for endpoint in ("production_meter", "energy_import_telemetry", "events"):
        begins = [
            float(call.query.get("start_at") or call.query["start_time"])
            for call in home.cloud.books
            if call.endpoint == endpoint
        ]
        assert max(later - earlier for earlier, later in pairwise(begins)) < (7 * DAY)


@pytest.mark.parametrize("systems", [1, 2, 3])
async def test_a_user_who_refreshes_all_day_never_passes_the_quota(systems: int) -> None:
    month = Month("refreshes", systems=systems)
    home = month.home()
    await home.run_until(month.begin.timestamp())
    while home.now < month.end.timestamp() - DAY:
        await home.run_until(home.now + DAY / 12)
        for system_id in home.cloud.systems:
            await home.refresh(system_id)
    home.budget.note_token()
    await home.run_until(month.end.timestamp() - 1)
    calls = home.cloud.counted("2027-03")
    assert home.budget.month.by_use["user"] > 100 * systems
    assert calls.total() <= LIMIT - 31
    assert calls.total() - home.budget.month.by_use["user"] <= BACKGROUND_LIMIT
    assert home.cloud.counted("2027-03")["energy_export_telemetry"] > 0


type Answers = tuple[int, dict[str, Any]] | ClientError | None


def _down_for_two_days(at: float, _: str) -> Answers:
    day = datetime.fromtimestamp(at, UTC).day
    return (503, {}) if day in (10, 11) else None


def _one_in_five(at: float, _: str) -> Answers:
    chance = Random(int(at)).random()  # noqa: S311  a repeatable mishap
    return (500, {"errorCode": 7}) if chance < 0.2 else None


def _cut_off(at: float, _: str) -> Answers:
    return CannotConnectError() if datetime.fromtimestamp(at, UTC).day % 4 == 0 else None


def _bare_for_a_day(at: float, _: str) -> Answers:
    if datetime.fromtimestamp(at, UTC).day != 9:
        return None
    return too_many("minute", 0, 0, 0, endpoint="events")


def _minute_at_noon(at: float, _: str) -> Answers:
    minute = at // 60 * 60
    noon = datetime.fromtimestamp(at, UTC).hour == 12
    return too_many("minute", minute, minute + 60, 10) if noon and at % 60 < 30 else None


@pytest.mark.parametrize(
    "fault", [_down_for_two_days, _one_in_five, _cut_off, _bare_for_a_day, _minute_at_noon]
)
@pytest.mark.parametrize("systems", [1, 3])
async def test_faults_of_the_cloud_cost_no_call_too_many(
    fault: Callable[[float, str], Answers], systems: int
) -> None:
    month = replace(MONTHS[3], systems=systems)
    home = month.home()
    home.cloud.fault = fault
    await home.run_until(month.end.timestamp() - 1, each_day=lambda day: day % 2 == 1)
    calls = judge(home, month)
    tell(fault.__name__.strip("_").replace("_", " "), calls, home)
    assert calls.total() > 700
    # Nobody stopped asking: the last day has its figures.
    assert home.payloads(Job.LIVE)[-1].at > month.end.timestamp() - DAY


async def test_a_quota_that_others_use_up_costs_one_probe_a_day_and_ends_with_the_month() -> None:
    month = MONTHS[3]
    home = month.home()
    home.cloud.others = lambda at: 700 if datetime.fromtimestamp(at, UTC).day > 4 else 0
    await home.run_until(month.end.timestamp() - 1)
    refused = [call for call in home.cloud.books if call.status == 429]
    assert 1 <= len(refused) <= 4
    assert home.budget.used == LIMIT
    assert home.schedule.next_live_at(700_000) > home.now
    home.cloud.others = lambda _: 0
    await home.run_until(month.end.timestamp() + 3 * DAY)
    assert home.payloads(Job.LIVE)[-1].at > month.end.timestamp() + 2 * DAY
    assert home.budget.used <= 120


async def test_without_the_word_month_the_cloud_is_probed_once_a_day() -> None:
    month = MONTHS[3]
    home = month.home()

    def refuse(at: float, _: str) -> Answers:
        if datetime.fromtimestamp(at, UTC).day in range(5, 21):
            return 429, {"message": "Too Many Requests", "code": 429}
        return None

    home.cloud.fault = refuse
    await home.run_until(month.end.timestamp() - 1)
    refused = [call for call in home.cloud.books if call.status == 429]
    assert 15 <= len(refused) <= 22
    judge(home, month)
    assert home.payloads(Job.LIVE)[-1].at > month.end.timestamp() - DAY


@pytest.mark.parametrize("hours", [-8, 10])
async def test_another_zone_of_the_quota_s_month_makes_no_difference(hours: int) -> None:
    month = MONTHS[3]
    home = month.home()
    home.cloud.month_zone = {-8: ZoneInfo("Etc/GMT+8"), 10: ZoneInfo("Etc/GMT-10")}[hours]
    await home.run_until(month.end.timestamp() + 20 * DAY)
    assert 429 not in {call.status for call in home.cloud.books}
    assert home.cloud.counted("2027-03").total() > 850


async def test_a_key_that_begins_in_mid_month_takes_its_part_of_the_quota() -> None:
    month = MONTHS[3]
    home = month.home()
    home.cloud.time.now = month.begin.timestamp() + 20 * DAY
    home.stored = "{}"
    home.start()
    await home.run_until(month.end.timestamp() - 1)
    calls = home.cloud.counted("2027-03").total()
    tell("begun on the 21st", home.cloud.counted("2027-03"), home)
    assert 250 < calls <= 940 * 11 / 31
    await home.run_until(month.end.timestamp() + 29 * DAY)
    assert 800 < home.cloud.counted("2027-04").total() <= BACKGROUND_LIMIT


async def test_a_gateway_on_a_mobile_network_is_asked_as_often_as_it_reports() -> None:
    month = MONTHS[3]
    home = month.home()
    for system in home.cloud.systems.values():
        system.cellular = True
    await home.run_until(month.end.timestamp() - 1)
    summaries = home.cloud.counted("2027-03")["summary"]
    tell("mobile network", home.cloud.counted("2027-03"), home)
    assert summaries < 31 * 5


async def test_a_gateway_that_is_silent_is_asked_every_three_hours() -> None:
    month = MONTHS[3]
    home = month.home()
    for system in home.cloud.systems.values():
        system.silent_since = month.begin.timestamp()
    await home.run_until(month.end.timestamp() - 1)
    assert home.cloud.counted("2027-03")["summary"] < 31 * 7


async def test_a_status_that_flaps_asks_for_alarms_a_few_times_only() -> None:
    month = MONTHS[3]
    home = month.home()
    for system in home.cloud.systems.values():
        system.status = lambda at: "comm" if int(at / 3600) % 2 else "normal"
    await home.run_until(month.end.timestamp() - 1)
    calls = judge(home, month)
    assert 10 < calls["open_events"] <= 20
    per_day = Counter(
        int(call.at // DAY) for call in home.cloud.books if call.endpoint == "open_events"
    )
    assert max(per_day.values()) <= 7


async def test_history_takes_what_the_month_has_to_spare() -> None:
    taken = {}
    for month in (MONTHS[12], MONTHS[3], MONTHS[17]):
        home = month.home()
        history: list[float] = []
        while home.now < month.end.timestamp() - 1:
            await home.run_until(min(home.now + 7_200, month.end.timestamp() - 1))
            while len(history) < 3_000 and home.schedule.take_history():
                await home.budget.spend("energy_lifetime", Use.HISTORY, _nothing)
                history.append(home.now)
        taken[month.profile, month.plan] = len(history)
        if month.plan is Plan.WATT:
            assert home.budget.month.used <= BACKGROUND_LIMIT
    print(f"\ncalls for history in a month: {taken}")  # noqa: T201  figures for the reader
    assert taken[Profile.COMPANION, Plan.WATT] > 250
    assert taken[Profile.CLOUD_ONLY, Plan.WATT] < 100
    assert taken[Profile.CLOUD_ONLY, Plan.KILOWATT] == 3_000


async def _nothing() -> None:
    """Send nothing."""
