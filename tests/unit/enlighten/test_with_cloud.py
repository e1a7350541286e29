"""Client, budget and schedule against the simulated cloud, over HTTP."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

import aiohttp
import pytest

from custom_components.solar_monitor.clients.enlighten.api import EnlightenApi
from custom_components.solar_monitor.clients.enlighten.budget import Budget, Use
from custom_components.solar_monitor.clients.enlighten.daylight import Daylight
from custom_components.solar_monitor.clients.enlighten.endpoints import (
    DAILY,
    TELEMETRY,
    Endpoint as Ours,
)
from custom_components.solar_monitor.clients.enlighten.errors import (
    KeyMismatchError,
    NotInPlanError,
    Period,
    RateLimitedError,
    SystemDeniedError,
    TokenRefusedError,
)
from custom_components.solar_monitor.clients.enlighten.jobs import Job, Profile
from custom_components.solar_monitor.clients.enlighten.plans import Plan
from custom_components.solar_monitor.clients.enlighten.poller import Alarms, Events, Poller, Result
from custom_components.solar_monitor.clients.enlighten.schedule import Schedule
from custom_components.solar_monitor.clients.enlighten.series import Window
from custom_components.solar_monitor.clients.enlighten.web import CloudAddress, CloudWeb
from custom_components.solar_monitor.clients.errors import ClientError
from tests.simulators.clock import Clock
from tests.simulators.enlighten import (
    Access,
    Application,
    Endpoint,
    EnlightenSimulator,
    EnlightenSystem,
    Fault,
)

pytestmark = pytest.mark.usefixtures("socket_enabled")

NOON = datetime(2026, 6, 21, 10, 7, tzinfo=UTC)
DAY = 86_400.0


@dataclass
class Account:
    """An account at the simulated cloud, with all that we run for it."""

    cloud: EnlightenSimulator
    session: aiohttp.ClientSession
    results: list[Result] = field(default_factory=list)
    renewals: int = 0

    def __post_init__(self) -> None:
        """Sign in; nothing is asked yet."""
        self.clock = self.cloud.clock
        self._token = str(self.cloud.sign_in()["access_token"])
        web = CloudWeb(self.session, CloudAddress(self.cloud.base_url))
        now = self.clock.timestamp
        self.budget = Budget(
            Plan.WATT, {"clean": True, "months": {"2026-05": {}}}, now=now, sleep=self.sleep
        )
        self.api = EnlightenApi(
            web,
            api_key=self.cloud.application.api_key,
            access_token=self.token,
            budget=self.budget,
            now=now,
        )
        self.schedule = Schedule(self.budget, now=now)
        for system in self.cloud.systems:
            place = system.place
            light = Daylight(place.zone, latitude=place.latitude, longitude=place.longitude)
            self.schedule.include(system.system_id, Profile.CLOUD_ONLY, light)
        self.poller = Poller(self.api, self.schedule, [s.system_id for s in self.cloud.systems])

    async def sleep(self, seconds: float) -> None:
        """Wait: the cloud's clock goes on."""
        self.clock.advance(seconds)

    async def token(self, *, refused: str | None = None) -> str:
        """Give the token; a new one for one that was refused."""
        if refused == self._token:
            self.renewals += 1
            self._token = str(self.cloud.sign_in()["access_token"])
        return self._token

    async def run(self, days: float) -> None:
        """Poll for some days."""
        end = self.clock.timestamp() + days * DAY
        while (now := self.clock.timestamp()) < end:
            self.results += [result async for result in self.poller.poll()]
            wake = self.schedule.wake_at(self.poller.systems)
            self.clock.advance(max(1.0, min(wake, end) - now))

    def last(self, job: Job) -> Result:
        """Give what a job brought last."""
        return [result for result in self.results if result.task.job is job][-1]


@pytest.fixture
async def session(socket_enabled: None) -> AsyncIterator[aiohttp.ClientSession]:  # noqa: ARG001
    """A session of aiohttp."""
    async with aiohttp.ClientSession() as web:
        yield web


@pytest.fixture
async def cloud(socket_enabled: None) -> AsyncIterator[EnlightenSimulator]:  # noqa: ARG001
    """A cloud with one system that has everything, on a summer's day."""
    simulator = EnlightenSimulator(clock := Clock(NOON), [EnlightenSystem(clock, batteries=2)])
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def account(cloud: EnlightenSimulator, session: aiohttp.ClientSession) -> Account:
    """An account at that cloud."""
    return Account(cloud, session)


async def test_the_summary_tells_the_truth(account: Account) -> None:
    truth = account.cloud.truth()
    summary = await account.api.summary(truth.system_id)
    assert summary.energy_total_kwh == pytest.approx(truth.energy_lifetime_wh / 1000)
    assert summary.energy_today_kwh == pytest.approx(truth.energy_today_wh / 1000)
    assert summary.power_w == truth.current_power_w
    assert summary.day == truth.day
    assert summary.last_report_at == truth.last_report_at
    assert summary.measured_at == truth.last_interval_end_at


async def test_a_week_of_intervals_adds_up_to_the_days(account: Account) -> None:
    system = account.cloud.system
    number, zone = system.system_id, system.place.zone
    begin = system.midnight(system.today - timedelta(days=7))
    pairs = {
        Ours.PRODUCTION_METER: (Ours.PRODUCTION_LIFETIME, "production"),
        Ours.CONSUMPTION_METER: (Ours.CONSUMPTION_LIFETIME, "consumption"),
        Ours.IMPORT: (Ours.IMPORT_LIFETIME, "import"),
        Ours.EXPORT: (Ours.EXPORT_LIFETIME, "export"),
    }
    for series, (daily, name) in pairs.items():
        window = account.schedule.site(number).memory.capabilities.window(series)
        days = (await account.api.daily(number, daily)).days(name, zone)
        assert len(days) > 3_600
        telemetry = await account.api.telemetry(number, series, begin, window)
        found = sum(i.wh for i in telemetry.intervals if i.end_at <= begin + 7 * DAY)
        expected = sum(days[system.today - timedelta(days=ago)] for ago in range(1, 8))
        assert found / 1000 == pytest.approx(expected, abs=0.7)
    battery = await account.api.battery(number, begin, Window.WEEK)
    days = (await account.api.daily(number, Ours.BATTERY_LIFETIME)).days("charge", zone)
    expected = sum(days[system.today - timedelta(days=ago)] for ago in range(1, 8))
    assert sum(i.charge_wh or 0 for i in battery.intervals) / 1000 == pytest.approx(
        expected, abs=0.7
    )
    assert battery.soc is not None


async def test_all_panels_and_devices_are_found(account: Account) -> None:
    truth = account.cloud.truth()
    panels = await account.api.panels(truth.system_id)
    assert {panel.serial for panel in panels} == set(truth.panels_wh)
    for panel in panels:
        assert panel.energy_kwh == pytest.approx(truth.panels_wh[panel.serial] / 1000, abs=1.0)
        assert panel.reported_at is not None
    devices = await account.api.devices(truth.system_id)
    assert devices.has_battery
    assert devices.has_meter("production")
    assert devices.has_meter("net", "total")
    assert len(devices.of("micros")) == len(panels)


async def test_two_days_of_polling_go_without_an_error_and_count_as_the_cloud_does(
    account: Account,
) -> None:
    await account.run(2)
    assert {result.error for result in account.results} == {None}
    assert {result.task.job for result in account.results} == set(Job)
    assert account.cloud.used() == account.budget.used == account.cloud.count()
    assert account.cloud.most_at_once == 1
    assert not any(call.key_in_url for call in account.cloud.calls)
    assert account.renewals == 1, "tokens last a day"


async def test_a_month_of_the_cloud_s_own_books_stays_within_its_quota(account: Account) -> None:
    account.clock.advance(9.7 * DAY)
    await account.run(30.9)
    in_july = [
        call for call in account.cloud.calls if datetime.fromtimestamp(call.at, UTC).month == 7
    ]
    assert 800 < len(in_july) <= 940
    assert {call.status for call in account.cloud.calls} <= {200, 401}


async def test_a_silent_gateway_becomes_an_event_and_an_alarm_and_they_end(
    account: Account,
) -> None:
    await account.run(0.1)
    account.cloud.system.gateway_falls_silent()
    await account.run(1.5)
    opened = account.last(Job.OPEN_ALARMS).payload
    assert isinstance(opened, Alarms)
    truth = {alarm.type.event_type_id for alarm in account.cloud.truth().open_alarms}
    assert {alarm.type_id for alarm in opened.alarms} == truth != set()
    account.cloud.system.gateway_comes_back()
    await account.run(1.5)
    cleared = account.last(Job.CLEARED_ALARMS).payload
    assert isinstance(cleared, Alarms)
    assert {alarm.type_id for alarm in cleared.alarms} >= truth
    events = account.last(Job.EVENTS).payload
    assert isinstance(events, Events)
    assert truth <= {event.type_id for event in events.events}
    still = account.last(Job.OPEN_ALARMS).payload
    assert isinstance(still, Alarms)
    assert not {alarm.type_id for alarm in still.alarms} & truth


async def test_a_cloud_of_an_older_version_has_no_list_of_open_alarms(account: Account) -> None:
    account.cloud.missing |= {Endpoint.OPEN_ALARMS, Endpoint.OPEN_EVENTS}
    await account.run(0.5)
    failed = [result for result in account.results if result.error]
    assert [result.task.job for result in failed] == [Job.OPEN_ALARMS, Job.OPEN_EVENTS]
    assert account.last(Job.OPEN_ALARMS).error is None


async def test_a_minute_s_quota_that_others_use_is_learnt_and_waited_for(account: Account) -> None:
    account.cloud.fault(Endpoint.SUMMARY, Fault.MINUTE_QUOTA, times=1)
    before = account.clock.timestamp()
    with pytest.raises(RateLimitedError) as caught:
        await account.api.summary(account.cloud.system.system_id)
    assert (caught.value.period, caught.value.limit) == (Period.MINUTE, 10)
    await account.api.summary(account.cloud.system.system_id)
    assert account.clock.timestamp() - before < 75


async def test_a_month_s_quota_that_others_have_used_is_believed(account: Account) -> None:
    account.cloud.spend(1_000)
    with pytest.raises(RateLimitedError):
        await account.api.summary(account.cloud.system.system_id)
    assert account.budget.left(Use.USER) == 0
    assert datetime.fromtimestamp(account.budget.opens_at(Use.USER), UTC).month == 7


async def test_a_key_of_another_application_is_found_out(
    cloud: EnlightenSimulator, session: aiohttp.ClientSession
) -> None:
    cloud.applications.append(other := Application())
    account = Account(cloud, session)
    api = EnlightenApi(
        CloudWeb(session, CloudAddress(cloud.base_url)),
        api_key=other.api_key,
        access_token=account.token,
        budget=account.budget,
    )
    with pytest.raises(KeyMismatchError):
        await api.systems()


async def test_access_that_was_not_ticked_is_no_reason_to_sign_in_again(
    session: aiohttp.ClientSession,
) -> None:
    application = Application(ticked=frozenset({Access.SYSTEM_DETAILS, Access.SITE_PRODUCTION}))
    cloud = EnlightenSimulator(Clock(NOON), applications=[application])
    await cloud.start()
    account = Account(cloud, session)
    with pytest.raises(NotInPlanError):
        await account.api.telemetry(
            cloud.system.system_id, Ours.IMPORT, NOON.timestamp() - DAY, Window.DAY
        )
    assert account.renewals == 0
    await cloud.stop()


async def test_a_system_that_the_owner_does_not_share_is_named(account: Account) -> None:
    account.cloud.system.api_access = False
    with pytest.raises(SystemDeniedError):
        await account.api.summary(account.cloud.system.system_id)


async def test_tokens_that_are_always_refused_want_a_new_sign_in(account: Account) -> None:
    account.cloud.fault(Endpoint.SUMMARY, Fault.UNAUTHORIZED)
    with pytest.raises(TokenRefusedError):
        await account.api.summary(account.cloud.system.system_id)
    assert account.renewals == 1


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.SILENT])
async def test_no_fault_of_the_cloud_lets_anything_but_our_errors_out(
    fault: Fault, account: Account
) -> None:
    number, begin = account.cloud.system.system_id, NOON.timestamp() - DAY
    account.cloud.slow_s = 0.01
    api = account.api
    asks: list[Callable[[], Awaitable[object]]] = [
        api.systems,
        lambda: api.system(number),
        lambda: api.summary(number),
        lambda: api.devices(number),
        lambda: api.panels(number),
        lambda: api.open_events(number),
        lambda: api.open_alarms(number),
        api.event_types,
        lambda: api.events(number, begin, begin + DAY),
        lambda: api.alarms(number, begin, begin + DAY, cleared=False),
        lambda: api.battery(number, begin, Window.DAY),
        *(
            partial(api.telemetry, number, series, begin, Window.DAY)
            for series in TELEMETRY
            if series is not Ours.BATTERY
        ),
        *(partial(api.daily, number, series) for series in sorted(DAILY)),
    ]
    for ask in asks:
        account.cloud.fault("*", fault)
        account.clock.advance(2 * DAY)
        said = ""
        try:
            await ask()
        except ClientError as err:
            said = f"{err.key}: {err}"
        assert "unknown_error" not in said
        assert str(number) not in said
    account.cloud.clear_faults()
    account.clock.advance(40 * DAY)
    assert (await api.summary(number)).system_id == number
