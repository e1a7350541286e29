"""The Monitoring API v4, endpoint by endpoint: typed answers, one family of errors.

Every call is counted by the budget of its key before it is sent. The key travels in a header and
never in a URL. A 401 does not say what it is about: an access token that has ended, a key of
another application, or an endpoint that the plan does not have. What tells them apart:

- The text "API Key -Client mismatch" is about the key.
- On an endpoint that every plan has, the token is renewed and the call repeated, once.
- On any other, the summary is asked for next: if that is answered with the same token, the plan is
  the reason. An earlier answer proves nothing, for the token may have ended since.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from http import HTTPStatus
import logging
import time
from typing import Final, Protocol

import orjson

from ..errors import BadAnswerError, ClientError
from . import raw
from .budget import Budget, Use
from .endpoints import CORE, Endpoint, path_of
from .errors import (
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
from .models import (
    PAGE_SIZE,
    Alarm,
    Devices,
    Event,
    EventType,
    Panel,
    Summary,
    System,
    SystemsPage,
    read_alarms,
    read_event_types,
    read_events,
    read_panels,
)
from .series import BatteryTelemetry, DailySeries, Telemetry, Window
from .web import Answer, Question, Web

_LOGGER = logging.getLogger(__name__)

_MOST_PAGES: Final = 20
_REFUSALS: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})

_REFUSAL_WORDS: Final[Mapping[str, Refusal]] = {
    "doesn't have": Refusal.ABSENT,
    "does not have": Refusal.ABSENT,
    "future": Refusal.FUTURE,
    "range": Refusal.RANGE,
    "required": Refusal.MISSING,
}


class AccessToken(Protocol):
    """Where access tokens come from."""

    async def __call__(self, *, refused: str | None = None) -> str:
        """Give an access token that is valid as far as is known, renewed if its time is over.

        `refused` is one that the cloud has just refused: it is renewed, unless that has happened
        meanwhile. Whatever this raises comes out of the API's methods.
        """
        ...


@dataclass(slots=True)
class ApiStats:
    """What happened since the API object was made; a live object that goes on counting."""

    requests: int = 0
    answers: int = 0
    answer_time_s: float | None = None
    """How long the last answer took."""
    answer_time_sum_s: float = 0.0
    last_answer_at: float | None = None
    """Unix s."""
    last_error: str | None = None
    """The key of the last error."""
    last_error_at: float | None = None


class EnlightenApi:
    """Asks for the systems of one account. All methods raise only ClientErrors.

    `use` says what a call is for: background calls end before the budget does. `now` is unix time.
    """

    def __init__(
        self,
        web: Web,
        *,
        api_key: str,
        access_token: AccessToken,
        budget: Budget,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Prepare to ask; nothing is sent yet."""
        self.stats = ApiStats()
        self.budget = budget
        self._web = web
        self._key = api_key
        self._token = access_token
        self._now = now

    async def systems(self, *, use: Use = Use.BACKGROUND) -> tuple[System, ...]:
        """Give all systems of the account; one call per 100."""
        found: dict[int, System] = {}
        for page in range(1, _MOST_PAGES + 1):
            query = {"page": str(page), "size": str(PAGE_SIZE)}
            answer = await self._ask(Endpoint.SYSTEMS, None, use, SystemsPage.read, query)
            found |= {system.system_id: system for system in answer.systems}
            if not answer.systems or len(found) >= answer.total:
                break
        return tuple(found.values())

    async def system(self, system_id: int, *, use: Use = Use.BACKGROUND) -> System:
        """Give one system."""
        return await self._ask(Endpoint.SYSTEM, system_id, use, System.read)

    async def summary(self, system_id: int, *, use: Use = Use.BACKGROUND) -> Summary:
        """Give how a system is, and its production."""
        return await self._ask(Endpoint.SUMMARY, system_id, use, Summary.read)

    async def devices(self, system_id: int, *, use: Use = Use.BACKGROUND) -> Devices:
        """Give the active devices of a system."""
        return await self._ask(Endpoint.DEVICES, system_id, use, Devices.read)

    async def panels(self, system_id: int, *, use: Use = Use.BACKGROUND) -> tuple[Panel, ...]:
        """Give the last known state of each micro-inverter; one call per 100."""
        found: dict[str, Panel] = {}
        for page in range(1, _MOST_PAGES + 1):
            query = {"site_id": str(system_id), "page": str(page), "size": str(PAGE_SIZE)}
            panels = await self._ask(Endpoint.INVERTERS, system_id, use, read_panels, query)
            known = len(found)
            found |= {panel.serial: panel for panel in panels}
            if len(panels) < PAGE_SIZE or len(found) == known:
                break
        return tuple(found.values())

    async def events(
        self, system_id: int, begin: float, end: float, *, use: Use = Use.BACKGROUND
    ) -> tuple[Event, ...]:
        """Give open and closed events of at most 7 days (unix s) in the last 9 months."""
        query = {"start_time": str(int(begin)), "end_time": str(int(end))}
        return await self._ask(Endpoint.EVENTS, system_id, use, read_events, query)

    async def alarms(
        self,
        system_id: int,
        begin: float,
        end: float,
        *,
        cleared: bool,
        use: Use = Use.BACKGROUND,
    ) -> tuple[Alarm, ...]:
        """Give the alarms of at most 7 days (unix s): the cleared ones, or the others."""
        query = {
            "start_time": str(int(begin)),
            "end_time": str(int(end)),
            "cleared": str(cleared).lower(),
        }
        return await self._ask(Endpoint.ALARMS, system_id, use, read_alarms, query)

    async def open_events(self, system_id: int, *, use: Use = Use.BACKGROUND) -> tuple[Event, ...]:
        """Give the events that are open now."""
        return await self._ask(Endpoint.OPEN_EVENTS, system_id, use, read_events)

    async def open_alarms(self, system_id: int, *, use: Use = Use.BACKGROUND) -> tuple[Alarm, ...]:
        """Give the alarms that are open now. Newer than the rest of the API: maybe not found."""
        return await self._ask(Endpoint.OPEN_ALARMS, system_id, use, read_alarms)

    async def event_types(
        self, type_id: int | None = None, *, use: Use = Use.BACKGROUND
    ) -> tuple[EventType, ...]:
        """Give what the numbers of event types mean: all of them, or one."""
        query = {} if type_id is None else {"event_type_id": str(type_id)}
        return await self._ask(Endpoint.EVENT_TYPES, None, use, read_event_types, query)

    async def daily(
        self,
        system_id: int,
        series: Endpoint,
        *,
        begin: date | None = None,
        end: date | None = None,
        use: Use = Use.BACKGROUND,
    ) -> DailySeries:
        """Give one of the DAILY series, by default from the first day to yesterday."""
        span = {"start_date": begin, "end_date": end}
        query = {name: day.isoformat() for name, day in span.items() if day}
        return await self._ask(series, system_id, use, partial(DailySeries.read, series), query)

    async def telemetry(
        self,
        system_id: int,
        series: Endpoint,
        begin: float,
        window: Window,
        *,
        use: Use = Use.BACKGROUND,
    ) -> Telemetry:
        """Give intervals of one of the TELEMETRY series but the battery's, from `begin` on."""
        query = _window(begin, window)
        return await self._ask(series, system_id, use, partial(Telemetry.read, series), query)

    async def battery(
        self, system_id: int, begin: float, window: Window, *, use: Use = Use.BACKGROUND
    ) -> BatteryTelemetry:
        """Give the intervals of the batteries, from `begin` on."""
        query = _window(begin, window)
        return await self._ask(Endpoint.BATTERY, system_id, use, BatteryTelemetry.read, query)

    async def _ask[T](
        self,
        endpoint: Endpoint,
        system_id: int | None,
        use: Use,
        read: Callable[[object], T],
        query: Mapping[str, str] | None = None,
    ) -> T:
        """Ask and read what the JSON holds."""
        call = _Call(endpoint, system_id, use, query or {})
        try:
            answer = await self._authorised(call)
            _check(answer)
            return read(_decoded(answer.body))
        except ClientError as err:
            self.stats.last_error, self.stats.last_error_at = err.key, self._now()
            raise

    async def _authorised(self, call: _Call) -> Answer:
        """Ask; what comes back is not a refusal of the token, the key or the plan."""
        token = await self._token()
        answer = await self._send(call, token)
        if answer.status in _REFUSALS and call.endpoint not in CORE:
            return await self._refused_optional(call, token)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            token = await self._token(refused=token)
            answer = await self._send(call, token)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            raise TokenRefusedError
        if answer.status == HTTPStatus.FORBIDDEN:
            raise SystemDeniedError
        return answer

    async def _refused_optional(self, call: _Call, token: str) -> Answer:
        """Find out why an endpoint was refused that not every plan has."""
        _check(await self._authorised(call.proof()))
        fresh = await self._token()
        if fresh != token:
            answer = await self._send(call, fresh)
            if answer.status not in _REFUSALS:
                return answer
        raise NotInPlanError

    async def _send(self, call: _Call, token: str) -> Answer:
        """Send once, in turn and counted."""
        question = Question(
            path_of(call.endpoint, call.system_id),
            call.query,
            {"Authorization": f"Bearer {token}", "key": self._key, "Accept": "application/json"},
        )

        async def send() -> Answer:
            began = time.monotonic()
            self.stats.requests += 1
            answer = await self._web.ask(question)
            self._note(call, answer, time.monotonic() - began)
            _check_cloud(answer)
            return answer

        answer = await self.budget.spend(call.endpoint, call.use, send)
        if answer.status == HTTPStatus.UNAUTHORIZED and _is_mismatch(answer.body):
            raise KeyMismatchError
        return answer

    def _note(self, call: _Call, answer: Answer, took_s: float) -> None:
        """Count an answer."""
        self.stats.answers += 1
        self.stats.answer_time_s = took_s
        self.stats.answer_time_sum_s += took_s
        self.stats.last_answer_at = self._now()
        _LOGGER.debug(
            "%s: status %d in %.2f s, call %d of %d this month",
            call.endpoint,
            answer.status,
            took_s,
            self.budget.month.used,
            self.budget.limits.per_month,
        )


@dataclass(frozen=True, slots=True)
class _Call:
    """What is asked for, of which system, and what for."""

    endpoint: Endpoint
    system_id: int | None
    use: Use
    query: Mapping[str, str]

    def proof(self) -> _Call:
        """Give a call that every plan has, about the same system."""
        if self.system_id is None:
            return _Call(Endpoint.SYSTEMS, None, self.use, {"size": "1"})
        return _Call(Endpoint.SUMMARY, self.system_id, self.use, {})


def _window(begin: float, window: Window) -> dict[str, str]:
    """Write a window of intervals as the API wants it."""
    return {"start_at": str(int(begin)), "granularity": window}


def _check_cloud(answer: Answer) -> None:
    """Raise what is not about the request: a quota that is used up, a fault of the cloud."""
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        body = _fields(answer.body)
        period = raw.text(body.get("period"))
        raise RateLimitedError(
            period=Period(period) if period in set(Period) else None,
            period_end=raw.instant(body.get("period_end")),
            limit=raw.count(body.get("limit")),
        )
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        if answer.status == HTTPStatus.NOT_IMPLEMENTED:
            raise UnexpectedStatusError(status=answer.status)
        raise CloudFaultError(status=answer.status)


def _check(answer: Answer) -> None:
    """Raise what an answer says about the request itself."""
    match answer.status:
        case HTTPStatus.OK:
            return
        case HTTPStatus.NOT_FOUND:
            raise NotFoundError
        case HTTPStatus.UNPROCESSABLE_ENTITY:
            raise RequestRefusedError(refusal=_refusal(answer.body))
        case status:
            raise UnexpectedStatusError(status=status)


def _refusal(body: bytes) -> Refusal:
    """Find out why a request was refused; the text itself may hold numbers of systems."""
    details = (raw.text(_fields(body).get("details")) or "").lower()
    return next((why for word, why in _REFUSAL_WORDS.items() if word in details), Refusal.OTHER)


def _is_mismatch(body: bytes) -> bool:
    """Tell whether key and token are of different applications."""
    return "mismatch" in (raw.text(_fields(body).get("message")) or "").lower()


def _fields(body: bytes) -> raw.Fields:
    """Read the body of an error, which may be anything."""
    try:
        decoded = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return decoded if isinstance(decoded, dict) else {}


def _decoded(body: bytes) -> object:
    """Read the body of a success."""
    try:
        decoded: object = orjson.loads(body)
    except orjson.JSONDecodeError:
        decoded = None
    if decoded is None:
        raise BadAnswerError("the answer is not JSON")
    return decoded
