"""Endpoint by endpoint, and above all: what a refusal is about."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
import json
import logging
from typing import Any

import pytest

from custom_components.solar_monitor.clients.enlighten.api import EnlightenApi
from custom_components.solar_monitor.clients.enlighten.budget import Budget, Use
from custom_components.solar_monitor.clients.enlighten.endpoints import Endpoint
from custom_components.solar_monitor.clients.enlighten.errors import (
    CloudFaultError,
    KeyMismatchError,
    NotFoundError,
    NotInPlanError,
    Period,
    RateLimitedError,
    Refusal,
    RequestRefusedError,
    SystemDeniedError,
    TokenRefusedError,
    UnexpectedStatusError,
)
from custom_components.solar_monitor.clients.enlighten.plans import Plan
from custom_components.solar_monitor.clients.enlighten.series import Window
from custom_components.solar_monitor.clients.enlighten.web import Answer, Question
from custom_components.solar_monitor.clients.errors import BadAnswerError, ClientError

from .paper_cloud import PaperTime

SUMMARY = {"system_id": 7, "status": "normal"}
UNAUTHORIZED = {"message": "Not Authorized", "details": "User is not authorized", "code": 401}
MISMATCH = {"message": "API Key -Client mismatch", "details": "…", "code": 401}
KEY = "key-canary-0815"
TOKEN = "token-canary-4711"  # noqa: S105  a canary

type Script = Callable[[Question], tuple[int, Any]]


@dataclass
class Cloud:
    """A cloud that follows a script, and the tokens that it takes."""

    script: Script = lambda _: (200, SUMMARY)
    asked: list[Question] = field(default_factory=list)
    tokens: int = 1
    refused: list[str | None] = field(default_factory=list)

    async def ask(self, question: Question) -> Answer:
        """Answer as the script says."""
        self.asked.append(question)
        status, body = self.script(question)
        return Answer(status, body if isinstance(body, bytes) else json.dumps(body).encode())

    async def token(self, *, refused: str | None = None) -> str:
        """Give the newest token; renew it if that one was refused."""
        if refused is not None:
            self.refused.append(refused)
            if refused == f"{TOKEN}-{self.tokens}":
                self.tokens += 1
        return f"{TOKEN}-{self.tokens}"

    @property
    def paths(self) -> list[str]:
        """What was asked for."""
        return [question.path.removeprefix("/api/v4/systems") for question in self.asked]

    def takes(self, question: Question, token: int) -> bool:
        """Tell whether a question carries this token."""
        return question.headers["Authorization"] == f"Bearer {TOKEN}-{token}"


@pytest.fixture
def time() -> PaperTime:
    """Some time."""
    return PaperTime(datetime(2027, 3, 1, tzinfo=UTC))


@pytest.fixture
def cloud() -> Cloud:
    """A cloud whose script tests exchange."""
    return Cloud()


@pytest.fixture
def api(cloud: Cloud, time: PaperTime) -> EnlightenApi:
    """The API on that cloud."""
    budget = Budget(Plan.WATT, None, now=time, sleep=time.sleep)
    return EnlightenApi(cloud, api_key=KEY, access_token=cloud.token, budget=budget, now=time)


async def test_key_and_token_travel_in_headers_and_nowhere_else(
    api: EnlightenApi, cloud: Cloud, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await api.summary(7)
    (asked,) = cloud.asked
    assert asked.headers["key"] == KEY
    assert asked.headers["Authorization"] == f"Bearer {TOKEN}-1"
    for text in (asked.path, str(asked.query), repr(asked), caplog.text, repr(api.stats)):
        assert "canary" not in text
    assert "summary: status 200" in caplog.text


async def test_each_endpoint_has_its_path_and_parameters(api: EnlightenApi, cloud: Cloud) -> None:
    answer: Any = {"events": [], "alarms": [], "event_types": [], "devices": {}, "system_id": 7}
    cloud.script = lambda question: (200, [] if "inverters" in question.path else answer)
    begin = 1_800_000_000.5
    await api.system(7)
    await api.summary(7)
    await api.devices(7)
    await api.panels(7)
    await api.events(7, begin, begin + 60)
    await api.alarms(7, begin, begin + 60, cleared=True)
    await api.open_events(7)
    await api.open_alarms(7)
    await api.event_types()
    await api.event_types(28)
    await api.daily(7, Endpoint.IMPORT_LIFETIME, begin=date(2027, 1, 1))
    await api.telemetry(7, Endpoint.CONSUMPTION_METER, begin, Window.WEEK)
    await api.telemetry(7, Endpoint.EXPORT, begin, Window.DAY)
    await api.battery(7, begin, Window.DAY)
    span = {"start_time": "1800000000", "end_time": "1800000060"}
    week = {"start_at": "1800000000", "granularity": "week"}
    assert list(zip(cloud.paths, (dict(asked.query) for asked in cloud.asked), strict=True)) == [
        ("/7", {}),
        ("/7/summary", {}),
        ("/7/devices", {}),
        (
            "/inverters_summary_by_envoy_or_site",
            {"site_id": "7", "page": "1", "size": "100"},
        ),
        ("/7/events", span),
        ("/7/alarms", span | {"cleared": "true"}),
        ("/7/open_events", {}),
        ("/7/open_alarms", {}),
        ("/event_types", {}),
        ("/event_types", {"event_type_id": "28"}),
        ("/7/energy_import_lifetime", {"start_date": "2027-01-01"}),
        ("/7/telemetry/consumption_meter", week),
        ("/7/energy_export_telemetry", week | {"granularity": "day"}),
        ("/7/telemetry/battery", week | {"granularity": "day"}),
    ]
    assert api.budget.used == api.stats.requests == api.stats.answers == 14


async def test_systems_come_in_pages(api: EnlightenApi, cloud: Cloud) -> None:
    def script(question: Question) -> tuple[int, Any]:
        page = int(question.query["page"])
        numbers = range(100 * page, min(100 * page + 100, 350))
        return 200, {"total": 250, "systems": [{"system_id": number} for number in numbers]}

    cloud.script = script
    assert len(await api.systems(use=Use.USER)) == 250
    assert len(cloud.asked) == 3
    assert api.budget.month.by_use == {"user": 3}


@pytest.mark.parametrize(("each", "pages"), [(0, 1), (1, 20)])
async def test_pages_of_systems_come_to_an_end(
    each: int, pages: int, api: EnlightenApi, cloud: Cloud
) -> None:
    def script(question: Question) -> tuple[int, Any]:
        page = int(question.query["page"])
        return 200, {"total": 999, "systems": [{"system_id": page}] * each}

    cloud.script = script
    await api.systems()
    assert len(cloud.asked) == pages


@pytest.mark.parametrize(
    ("panels", "pages"), [(0, 1), (99, 1), (100, 2), (150, 2), (2_000, 20), (5_000, 20)]
)
async def test_panels_come_in_pages(
    panels: int, pages: int, api: EnlightenApi, cloud: Cloud
) -> None:
    def script(question: Question) -> tuple[int, Any]:
        begin = 100 * (int(question.query["page"]) - 1)
        serials = range(begin, min(begin + 100, panels))
        return 200, [{"micro_inverters": [{"serial_number": str(n)} for n in serials]}]

    cloud.script = script
    assert len(await api.panels(7)) == min(panels, 2_000)
    assert len(cloud.asked) == pages


async def test_a_cloud_that_repeats_its_first_page_is_not_asked_for_ever(
    api: EnlightenApi, cloud: Cloud
) -> None:
    page = [{"micro_inverters": [{"serial_number": str(n)} for n in range(100)]}]
    cloud.script = lambda _: (200, page)
    assert len(await api.panels(7)) == 100
    assert len(cloud.asked) == 2


async def test_a_token_that_has_ended_is_renewed_and_the_call_repeated(
    api: EnlightenApi, cloud: Cloud
) -> None:
    cloud.script = lambda question: (
        (200, SUMMARY) if cloud.takes(question, 2) else (401, UNAUTHORIZED)
    )
    assert (await api.summary(7)).status == "normal"
    assert cloud.refused == [f"{TOKEN}-1"]
    assert api.budget.used == 2


async def test_a_new_token_that_is_refused_as_well_wants_a_new_sign_in(
    api: EnlightenApi, cloud: Cloud
) -> None:
    cloud.script = lambda _: (401, UNAUTHORIZED)
    with pytest.raises(TokenRefusedError):
        await api.systems()
    assert len(cloud.asked) == 2


async def test_a_key_of_another_application_is_named_and_no_token_renewed(
    api: EnlightenApi, cloud: Cloud
) -> None:
    cloud.script = lambda _: (401, MISMATCH)
    for ask in (api.summary, api.devices):
        with pytest.raises(KeyMismatchError):
            await ask(7)
    assert len(cloud.asked) == 2
    assert cloud.refused == []


async def test_a_system_that_is_not_shared_is_named(api: EnlightenApi, cloud: Cloud) -> None:
    cloud.script = lambda _: (403, {"message": "Forbidden", "code": 403})
    with pytest.raises(SystemDeniedError):
        await api.summary(7)
    with pytest.raises(SystemDeniedError):
        await api.devices(7)
    assert cloud.paths == ["/7/summary", "/7/devices", "/7/summary"]


@pytest.mark.parametrize("status", [401, 403])
async def test_an_endpoint_outside_the_plan_never_asks_for_a_new_sign_in(
    status: int, api: EnlightenApi, cloud: Cloud
) -> None:
    cloud.script = lambda question: (
        (200, SUMMARY) if question.path.endswith("summary") else (status, UNAUTHORIZED)
    )
    await api.summary(7)
    with pytest.raises(NotInPlanError):
        await api.open_alarms(7)
    assert cloud.paths == ["/7/summary", "/7/open_alarms", "/7/summary"]
    assert cloud.refused == []


@pytest.mark.parametrize("ask", ["open_alarms", "event_types"])
async def test_what_proves_the_token_is_the_summary_or_the_list_of_systems(
    ask: str, api: EnlightenApi, cloud: Cloud
) -> None:
    core: Any = SUMMARY | {"systems": []}
    cloud.script = lambda question: (
        (200, core) if question.path.endswith(("summary", "systems")) else (401, UNAUTHORIZED)
    )
    with pytest.raises(NotInPlanError):
        await (api.open_alarms(7) if ask == "open_alarms" else api.event_types())
    assert len(cloud.asked) == 2


async def test_a_token_that_ended_on_an_optional_endpoint_is_renewed_there_too(
    api: EnlightenApi, cloud: Cloud
) -> None:
    cloud.script = lambda question: (
        (200, SUMMARY | {"alarms": []}) if cloud.takes(question, 2) else (401, UNAUTHORIZED)
    )
    assert await api.open_alarms(7) == ()
    assert cloud.paths == ["/7/open_alarms", "/7/summary", "/7/summary", "/7/open_alarms"]


async def test_with_a_new_token_an_endpoint_can_still_be_outside_the_plan(
    api: EnlightenApi, cloud: Cloud
) -> None:
    cloud.script = lambda question: (
        (200, SUMMARY)
        if cloud.takes(question, 2) and question.path.endswith("summary")
        else (401, UNAUTHORIZED)
    )
    with pytest.raises(NotInPlanError):
        await api.open_alarms(7)


async def test_a_system_that_is_gone_proves_no_token(api: EnlightenApi, cloud: Cloud) -> None:
    cloud.script = lambda question: (
        (404, {}) if question.path.endswith("summary") else (401, UNAUTHORIZED)
    )
    with pytest.raises(NotFoundError):
        await api.open_alarms(7)


async def test_a_renewed_token_on_a_system_that_is_denied(api: EnlightenApi, cloud: Cloud) -> None:
    cloud.script = lambda question: (403 if cloud.takes(question, 2) else 401, UNAUTHORIZED)
    with pytest.raises(SystemDeniedError):
        await api.summary(7)


@pytest.mark.parametrize(
    ("details", "refusal"),
    [
        ("System doesn't have encharges", Refusal.ABSENT),
        ("Requested date is in the future", Refusal.FUTURE),
        ("Requested date range is invalid for this system", Refusal.RANGE),
        ("start_time is required", Refusal.MISSING),
        ("whatever system 698957008 is", Refusal.OTHER),
        (None, Refusal.OTHER),
    ],
)
async def test_a_422_says_why_and_its_text_goes_no_further(
    details: str | None, refusal: Refusal, api: EnlightenApi, cloud: Cloud
) -> None:
    cloud.script = lambda _: (422, {"message": "Unprocessable Entity", "details": details})
    with pytest.raises(RequestRefusedError) as caught:
        await api.battery(7, 1, Window.DAY)
    assert caught.value.refusal is refusal
    assert "698957008" not in str(caught.value)
    assert api.stats.last_error == "request_refused"


@pytest.mark.parametrize(
    ("body", "period", "limit"),
    [
        ({"period": "minute", "period_end": 1_800_000_060, "limit": 10}, Period.MINUTE, 10),
        ({"period": "month", "period_end": "1800000060", "limit": "1000"}, Period.MONTH, 1000),
        ({"period": "fortnight"}, None, None),
        ({"message": "Too Many Requests"}, None, None),
        (b"<html>", None, None),
        ([], None, None),
    ],
)
async def test_a_429_tells_what_it_tells(
    body: object, period: Period | None, limit: int | None, api: EnlightenApi, cloud: Cloud
) -> None:
    cloud.script = lambda _: (429, body)
    with pytest.raises(RateLimitedError) as caught:
        await api.summary(7)
    assert (caught.value.period, caught.value.limit) == (period, limit)
    assert caught.value.period_end == (1_800_000_060 if period else None)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (404, NotFoundError),
        (500, CloudFaultError),
        (503, CloudFaultError),
        (302, UnexpectedStatusError),
        (405, UnexpectedStatusError),
        (501, UnexpectedStatusError),
    ],
)
async def test_every_other_status_has_its_error(
    status: int, error: type[ClientError], api: EnlightenApi, cloud: Cloud
) -> None:
    cloud.script = lambda _: (status, {"errorCode": 7, "errorMessages": ["unavailable"]})
    with pytest.raises(error) as caught:
        await api.devices(7)
    assert getattr(caught.value, "status", status) == status
    assert api.budget.used == 1


@pytest.mark.parametrize("body", [b"", b"<html>login</html>", b"null", b"[1]", b'"x"', b"12"])
async def test_a_success_that_cannot_be_read_is_an_error(
    body: bytes, api: EnlightenApi, cloud: Cloud
) -> None:
    cloud.script = lambda _: (200, body)
    with pytest.raises(BadAnswerError):
        await api.summary(7)
    assert api.stats.last_error == "bad_answer"


async def test_what_fetching_a_token_raises_comes_out_and_costs_nothing(
    api: EnlightenApi, cloud: Cloud
) -> None:
    async def no_token(*, refused: str | None = None) -> str:
        raise PermissionError(refused)

    with pytest.raises(PermissionError):
        await EnlightenApi(cloud, api_key=KEY, access_token=no_token, budget=api.budget).summary(7)
    assert (cloud.asked, api.budget.used) == ([], 0)
