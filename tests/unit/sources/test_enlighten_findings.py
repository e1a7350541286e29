"""What the user can do something about: alarms that stay, calls used up, what is refused."""

from datetime import UTC, datetime
import json
from typing import Any, Final

import pytest

from custom_components.solar_monitor.clients.enlighten.budget import Budget, Use
from custom_components.solar_monitor.clients.enlighten.endpoints import Endpoint
from custom_components.solar_monitor.clients.enlighten.errors import (
    CloudFaultError,
    KeyMismatchError,
    NotFoundError,
    NotInPlanError,
    Period,
    RateLimitedError,
    SystemDeniedError,
)
from custom_components.solar_monitor.clients.enlighten.jobs import Job
from custom_components.solar_monitor.clients.enlighten.models import EventType, read_alarms
from custom_components.solar_monitor.clients.enlighten.plans import Plan
from custom_components.solar_monitor.clients.enlighten.poller import Alarms, Payload, Result
from custom_components.solar_monitor.clients.enlighten.schedule import Task
from custom_components.solar_monitor.clients.errors import ClientError
from custom_components.solar_monitor.sources.enlighten.findings import (
    ALARM_OPEN,
    CAPABILITY_LOST,
    KEY_MISMATCH,
    QUOTA_USED_UP,
    SYSTEM_DENIED,
    Findings,
    SystemView,
)
from custom_components.solar_monitor.sources.enlighten.ledgers import Ledgers
from custom_components.solar_monitor.sources.spec import Finding

ONE: Final = 700_001
TWO: Final = 700_002
START: Final = datetime(2027, 3, 1, tzinfo=UTC).timestamp()
HOUR: Final = 3_600.0
DAY: Final = 86_400.0


class Account:
    """An account with two systems, and what was found about it."""

    def __init__(self) -> None:
        """Begin at the first moment of a month."""
        self.now = START
        self.budget = Budget(Plan.WATT, now=lambda: self.now)
        self.catalogue: dict[int, EventType] = {}
        self.views = [
            SystemView(number, name, Ledgers(number), self.catalogue)
            for number, name in ((ONE, "Barn"), (TWO, "House"))
        ]
        self.findings = Findings("key 1")

    def restart(self, key_id: str = "key 1") -> None:
        """Go on from what was stored, through real JSON."""
        self.findings = Findings(key_id, json.loads(json.dumps(self.findings.to_dict())))

    def answer(
        self,
        endpoint: Endpoint = Endpoint.SUMMARY,
        error: ClientError | None = None,
        *,
        system_id: int = ONE,
        payload: Payload | None = None,
    ) -> None:
        """Give the result of a call."""
        task = Task(system_id, Job.OPEN_ALARMS, endpoint, None)
        result = Result(task, self.now, payload, error)
        self.findings.note(result)
        self.views[system_id - ONE].ledgers.take(result, self.catalogue)

    def alarms(self, *found: dict[str, Any]) -> None:
        """Answer with the open alarms of the first system."""
        alarms = read_alarms({"alarms": list(found)})
        self.answer(Endpoint.OPEN_ALARMS, payload=Alarms(alarms, None, self.now))

    def holding(self) -> list[Finding]:
        """List what holds."""
        return list(self.findings.holding(self.views, self.budget, self.now))

    def keys(self) -> list[str]:
        """Name what holds, with its stage."""
        return [finding.key + finding.stage for finding in self.holding()]


@pytest.fixture
def account() -> Account:
    """An account of which nothing is known yet."""
    return Account()


async def use_up(account: Account, *, error: ClientError | None = None) -> None:
    """Use the calls of the month, or have the cloud say that they are used."""

    async def send() -> None:
        if error is not None:
            raise error

    if error is None:
        account.budget.month.add("summary", Use.BACKGROUND, account.budget.left(Use.BACKGROUND))
        return
    with pytest.raises(type(error)):
        await account.budget.spend("summary", Use.BACKGROUND, send)


def alarm(number: str = "7.8.9", began: float | None = START, **more: object) -> dict[str, Any]:
    """An alarm as the cloud lists it."""
    events = [{"serial_number": serial} for serial in ("g1", "g2")]
    plain = {"id": number, "event_type_id": 28, "alarm_start_time": began, "events": events}
    return plain | more


def test_nothing_is_found_at_first_and_alarms_cannot_be_judged(account: Account) -> None:
    assert account.keys() == []
    assert account.findings.undecided(account.views) == {ALARM_OPEN}
    account.alarms()
    assert account.findings.undecided(account.views) == {ALARM_OPEN}
    assert account.findings.undecided(account.views[:1]) == set()


def test_an_alarm_that_is_open_for_a_day_is_a_repair_with_what_to_do(account: Account) -> None:
    name, text, action = "Gateway not reporting", "It is silent.", "Look at it."
    account.catalogue[28] = EventType(28, "envoy_no_report", name, text, action, True)  # noqa: FBT003
    account.alarms(alarm())
    account.now += DAY - 1
    assert account.keys() == []
    account.now += 1
    (finding,) = account.holding()
    assert (finding.key, finding.stage) == (ALARM_OPEN, "_700001_7.8.9")
    assert not finding.fixable
    placeholders = dict(finding.placeholders)
    assert placeholders.pop("since").startswith("2027-0")
    assert placeholders == {
        "system": "Barn",
        "alarm": name,
        "serials": "g1, g2",
        "details": "It is silent.\n\nLook at it.",
    }
    account.alarms()
    assert account.keys() == []


def test_an_alarm_of_which_little_is_known_is_a_repair_all_the_same(account: Account) -> None:
    account.alarms(alarm(began=None, events=[]))
    account.now += DAY
    (finding,) = account.holding()
    assert finding.placeholders["alarm"] == "type 28"
    assert finding.placeholders["serials"] == finding.placeholders["details"] == "–"


def test_each_alarm_is_a_repair_of_its_own(account: Account) -> None:
    account.alarms(alarm("1"), alarm("2", START + HOUR))
    account.now += DAY
    assert account.keys() == ["alarm_open_700001_1"]
    account.now += HOUR
    assert account.keys() == ["alarm_open_700001_1", "alarm_open_700001_2"]


async def test_calls_that_are_used_up_are_a_repair_of_their_month(account: Account) -> None:
    account.now += 10 * DAY
    await use_up(account)
    (finding,) = account.holding()
    assert (finding.key, finding.stage) == (QUOTA_USED_UP, "_2027-03")
    assert finding.placeholders["limit"] == "1000"
    assert finding.placeholders["begins"].startswith(("2027-03-31", "2027-04-01"))
    account.restart()
    account.now = START + 31 * DAY - HOUR
    assert account.keys() == ["quota_used_up_2027-03"]
    account.now = START + 31 * DAY + HOUR
    assert account.keys() == []


async def test_calls_that_end_on_the_last_day_of_the_month_are_no_repair(account: Account) -> None:
    account.now = START + 30 * DAY + HOUR
    await use_up(account)
    assert account.keys() == []


async def test_the_cloud_s_own_word_on_the_month_is_a_repair_with_the_end_that_it_told(
    account: Account,
) -> None:
    end = START + 14 * DAY
    error = RateLimitedError(period=Period.MONTH, period_end=end, limit=500)
    await use_up(account, error=error)
    (finding,) = account.holding()
    assert finding.placeholders["limit"] == "500"
    assert finding.placeholders["begins"].startswith(("2027-03-14", "2027-03-15"))


def test_a_key_of_another_application_is_a_repair_until_a_call_succeeds(account: Account) -> None:
    account.answer(error=KeyMismatchError())
    assert account.keys() == [KEY_MISMATCH]
    account.answer(error=CloudFaultError(status=503))
    account.restart()
    assert account.keys() == [KEY_MISMATCH]
    account.answer()
    assert account.keys() == []


def test_another_key_is_not_blamed_for_the_one_before(account: Account) -> None:
    account.answer(error=KeyMismatchError())
    account.restart("key 2")
    assert account.keys() == []


@pytest.mark.parametrize("error", [SystemDeniedError(), NotFoundError()])
def test_a_system_that_is_refused_is_a_repair_of_its_own(
    account: Account, error: ClientError
) -> None:
    account.answer(error=error, system_id=TWO)
    account.answer()
    (finding,) = account.holding()
    assert (finding.key, finding.stage) == (SYSTEM_DENIED, "_700002")
    assert finding.placeholders == {"system": "House"}
    account.restart()
    assert account.keys() == ["system_denied_700002"]
    account.answer(system_id=TWO)
    assert account.keys() == []


def test_a_list_that_the_cloud_does_not_have_is_no_repair(account: Account) -> None:
    account.answer(Endpoint.OPEN_ALARMS, NotFoundError())
    assert account.keys() == []


def test_what_the_plan_never_had_is_no_repair(account: Account) -> None:
    account.answer(Endpoint.INVERTERS, NotInPlanError())
    assert account.keys() == []


def test_what_answered_before_and_is_not_in_the_plan_any_more_is_a_repair(account: Account) -> None:
    for endpoint in (Endpoint.OPEN_EVENTS, Endpoint.EVENTS, Endpoint.INVERTERS):
        account.answer(endpoint)
    account.restart()
    for endpoint in (Endpoint.EVENTS, Endpoint.OPEN_EVENTS):
        account.answer(endpoint, NotInPlanError())
    (finding,) = account.holding()
    assert (finding.key, finding.stage) == (CAPABILITY_LOST, "_700001_events+open_events")
    assert finding.placeholders == {"system": "Barn", "lost": "events"}
    account.answer(Endpoint.INVERTERS, NotInPlanError())
    account.restart()
    (finding,) = account.holding()
    assert finding.stage == "_700001_events+inverters_summary+open_events"
    assert finding.placeholders["lost"] == "events, panels"
    for endpoint in (Endpoint.EVENTS, Endpoint.OPEN_EVENTS, Endpoint.INVERTERS):
        account.answer(endpoint)
    assert account.keys() == []


@pytest.mark.parametrize(
    "memory",
    [
        "nonsense",
        {"mismatch": True, "denied": "x", "answered": [], "lost": 1, "quota_month": 3},
        {"denied": ["1", None, True], "lost": {"x": ["events"], "1": "events", "2": ["x"]}},
    ],
)
def test_a_memory_that_was_not_written_by_us_is_none(memory: object) -> None:
    assert Findings("key", memory).to_dict() == Findings("key").to_dict()


def test_a_view_of_a_system_does_not_show_its_name() -> None:
    assert "Barn" not in repr(Account().views[0])
