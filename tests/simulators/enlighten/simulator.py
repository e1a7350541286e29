"""Enphase's cloud on a port of this machine: API v4 and the OAuth server in front of it.

By hand: python -m tests.simulators.enlighten
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass, field
import logging
from typing import Any, NamedTuple

from aiohttp import web

from tests.simulators.clock import Clock
from tests.simulators.enlighten import oauth, paid
from tests.simulators.enlighten.asked import USUAL, Quirk
from tests.simulators.enlighten.desk import Desk
from tests.simulators.enlighten.endpoints import PREFIX, Endpoint, find
from tests.simulators.enlighten.faults import EVERYWHERE, Fault, encoded
from tests.simulators.enlighten.gate import Gate
from tests.simulators.enlighten.grants import OWNER, Application, Grant, Grants
from tests.simulators.enlighten.quota import Period
from tests.simulators.enlighten.refusals import (
    RefusedError,
    forbidden,
    mismatch,
    not_found,
    refused,
    unauthorized,
    unprocessable,
    wrong_verb,
)
from tests.simulators.enlighten.system import EnlightenSystem
from tests.simulators.enlighten.truth import SystemTruth, tell

_LOGGER = logging.getLogger("simulators.enlighten")

KNOWN_VERBS = frozenset({"POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"})


class Call(NamedTuple):
    """A data request, without its secrets."""

    at: float
    """The clock's time, Unix s."""
    endpoint: Endpoint | None
    system_id: int | None
    path: str
    query: dict[str, str]
    """Without the key."""
    status: int
    key_in_url: bool


@dataclass(eq=False)
class EnlightenSimulator:
    """The cloud: start it, turn its knobs, stop it.

    Port 0 takes a free port, which `port` then tells; it stays the same until the end. All times
    are those of the clock, but for `slow_s`.
    """

    clock: Clock
    systems: list[EnlightenSystem] = field(default_factory=list)
    """Those of the owner; none given: one by formula."""
    _: KW_ONLY
    applications: list[Application] = field(default_factory=list)
    """None given: one on the free plan."""
    foreign: Sequence[EnlightenSystem] = ()
    """Systems of others: 403."""
    missing: set[Endpoint] = field(default_factory=set)
    """Calls that the cloud does not have (yet): 404."""
    quirks: frozenset[Quirk] = USUAL
    """Forms of the answers; `desk.quirks` later on."""
    host: str = "127.0.0.1"
    port: int = 0
    slow_s: float = 0.2

    calls: list[Call] = field(default_factory=list, init=False)
    """All requests below /api/v4."""
    answered: list[Callable[[Call], None]] = field(default_factory=list, init=False)
    """Called with each of them."""
    at_once: int = field(default=0, init=False)
    most_at_once: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Build the cloud."""
        self.systems = self.systems or [EnlightenSystem(self.clock)]
        self.applications = self.applications or [Application()]
        self.grants = Grants(self.clock)
        self.oauth = oauth.AuthorizationServer(self.grants, self.applications)
        self.gate = Gate(self.grants, self.applications)
        self.desk = Desk(self.systems, self.foreign, self.gate, self.quirks)
        self._faults: dict[str, tuple[Fault, int | None]] = {}
        self._server: web.Server | None = None
        self._runner: web.ServerRunner | None = None
        self._site: web.TCPSite | None = None

    # Coming and going.

    async def start(self) -> str:
        """Open the port; return the base address, as `http://127.0.0.1:44321`."""
        self._server = web.Server(self._answer, handler_cancellation=True, access_log=None)
        self._runner = web.ServerRunner(self._server, shutdown_timeout=0)
        await self._runner.setup()
        await self.open()
        return self.base_url

    async def stop(self) -> None:
        """Close the port and all connections; leaves no task."""
        await self.close()  # aiohttp would wait for whoever is left without an answer
        if self._runner is not None:
            await self._runner.cleanup()
        self._runner = None

    async def close(self) -> None:
        """End all connections and refuse new ones: the cloud is down."""
        if self._site is not None:
            await self._site.stop()
            self._site = None
        for handler in self._server.connections if self._server else ():
            handler.force_close()

    async def open(self) -> None:
        """Accept connections (again)."""
        if self._runner is None or self._site is not None:
            return
        self._site = web.TCPSite(self._runner, self.host, self.port, reuse_address=True)
        await self._site.start()
        self.port = self._runner.addresses[-1][1]

    @property
    def base_url(self) -> str:
        """Return the address that stands for https://api.enphaseenergy.com."""
        return f"http://{self.host}:{self.port}"

    @property
    def authorize_url(self) -> str:
        """Return the address of the page for the browser."""
        return self.base_url + oauth.AUTHORIZE_PATH

    @property
    def token_url(self) -> str:
        """Return the address of the token endpoint."""
        return self.base_url + oauth.TOKEN_PATH

    @property
    def redirect_uri(self) -> str:
        """Return Enphase's own redirect, whose page shows the code."""
        return self.base_url + oauth.REDIRECT_PATH

    # What a test turns.

    @property
    def application(self) -> Application:
        """Return the first application."""
        return self.applications[0]

    @property
    def system(self) -> EnlightenSystem:
        """Return the first system."""
        return self.systems[0]

    def sign_in(self, application: Application | None = None, user: str = OWNER) -> dict[str, Any]:
        """Return tokens as after an approval in the browser."""
        return self.grants.issue(Grant(application or self.application, user))

    def approve(self, redirect_uri: str, application: Application | None = None) -> str:
        """Return a code as after an approval in the browser."""
        chosen = application or self.application
        return self.grants.new_code(chosen, redirect_uri, self.oauth.user)

    def fault(self, endpoint: str, fault: Fault, times: int | None = None) -> None:
        """Let a call (or `EVERYWHERE`) go wrong; `times` answers only, None: until cleared.

        aiohttp itself repeats a GET whose connection ended: a reset must strike twice.
        """
        self._faults[endpoint] = (fault, times)

    def clear_faults(self) -> None:
        """Let everything be right again."""
        self._faults.clear()

    def spend(self, requests: int, application: Application | None = None) -> None:
        """Let so many requests of this month be used already, by whoever has the same key."""
        (application or self.application).quota.spend(requests, self.clock.timestamp())

    def used(self, application: Application | None = None, period: Period = Period.MONTH) -> int:
        """Return how many requests the present month or minute has seen."""
        return (application or self.application).quota.used(period, self.clock.timestamp())

    def count(self, endpoint: Endpoint | None = None) -> int:
        """Return how many requests were made, to one call or all."""
        return sum(endpoint in {None, call.endpoint} for call in self.calls)

    def truth(self, system_id: int | None = None) -> SystemTruth:
        """Return what a perfect client knows of a system (the first) at this moment."""
        found = self.system if system_id is None else self.desk.find(system_id)
        if found is None:
            raise KeyError(system_id)
        found.look()
        return tell(found)

    # Answers.

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        if request.path.startswith(PREFIX):
            return await self._data(request)
        routes = {
            oauth.AUTHORIZE_PATH: self.oauth.authorize,
            oauth.TOKEN_PATH: self._token,
            oauth.REDIRECT_PATH: self.oauth.show_code,
        }
        if handler := routes.get(request.path):
            return await handler(request)
        return web.Response(status=404, text="Not Found")

    async def _token(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer the token endpoint."""
        if request.method != "POST":
            return web.Response(status=405, text="Method Not Allowed")
        answer = await self.oauth.token(request)
        if answer is None:
            await _say_nothing(request, hang_up=self.oauth.hangs_up)
        return answer or web.Response(status=500)

    async def _data(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a data request, and remember it."""
        endpoint, braces = find(request.path)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        status = 0
        try:
            answer = await self._reply(request, endpoint, braces, self._fault_for(endpoint))
            status = answer.status
        finally:
            self.at_once -= 1
            query = {key: text for key, text in request.query.items() if key != "key"}
            system_id = braces.get("system_id") or query.get("site_id") or ""
            call = Call(
                self.clock.timestamp(),
                endpoint,
                int(system_id) if system_id.isdecimal() else None,
                request.path,
                query,
                status,
                "key" in request.query,
            )
            self.calls.append(call)
            for note in self.answered:
                note(call)
            _LOGGER.info("%s %s: %d", request.method, request.path, status)
        return answer

    async def _reply(
        self,
        request: web.BaseRequest,
        endpoint: Endpoint | None,
        braces: dict[str, str],
        fault: Fault,
    ) -> web.StreamResponse:
        """Return an answer, as a fault lets it."""
        if fault in {Fault.SILENT, Fault.RESET}:
            self._count(request)
            await _say_nothing(request, hang_up=fault is Fault.RESET)
        if fault is Fault.SLOW:
            await asyncio.sleep(self.slow_s)
        if (page := _PAGES.get(fault)) is not None:
            self._count(request)
            return page()
        try:
            if request.method != "GET":
                raise wrong_verb(405 if request.method in KNOWN_VERBS else 501)
            if endpoint is None or endpoint in self.missing:
                raise not_found("Resource", request.path.rpartition("/")[2])
            key = request.headers.get("key") or request.query.get("key")
            now = self.clock.timestamp()
            application = self.gate.admit(endpoint, key, request.headers, now)
            self._refuse(fault, application, endpoint)
            content = self.desk.answer(request, endpoint, braces)
        except RefusedError as error:
            return web.json_response(error.body, status=error.status)
        if endpoint is Endpoint.LIVE_DATA:
            return await self._stream(request, content)
        return web.Response(body=encoded(content, fault), content_type="application/json")

    def _count(self, request: web.BaseRequest) -> None:
        """Count a request that a fault takes before it is looked at."""
        key = request.headers.get("key") or request.query.get("key")
        if application := self.gate.application(key):
            application.quota.count(self.clock.timestamp())

    def _refuse(self, fault: Fault, application: Application, endpoint: Endpoint) -> None:
        """Raise what a fault says in place of an answer."""
        now = self.clock.timestamp()
        if make := _REFUSALS.get(fault):
            raise make()
        if fault is Fault.BARE_QUOTA:
            raise RefusedError(429, application.quota.refusal(Period.MONTH, now, told=False))
        periods = {Fault.MINUTE_QUOTA: Period.MINUTE, Fault.MONTH_QUOTA: Period.MONTH}
        if period := periods.get(fault):
            raise self.gate.too_many(application, endpoint, period, now)

    async def _stream(
        self, request: web.BaseRequest, system: EnlightenSystem
    ) -> web.StreamResponse:
        """Send a frame each second of real time."""
        try:
            duration = paid.live_duration(request.headers)
        except RefusedError as error:
            return web.json_response(error.body, status=error.status)
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        for _ in range(duration):
            await answer.write(paid.live_frame(system))
            await asyncio.sleep(1)
        return answer

    def _fault_for(self, endpoint: Endpoint | None) -> Fault:
        """Return what goes wrong with an answer, and count it."""
        key = endpoint if endpoint in self._faults else EVERYWHERE
        fault, left = self._faults.get(key or EVERYWHERE, (Fault.NONE, None))
        if left is not None:
            self._faults[key or EVERYWHERE] = (fault, left - 1)
            if left <= 1:
                del self._faults[key or EVERYWHERE]
        return fault


def _html(status: int, text: str) -> web.Response:
    """Return an HTML page."""
    return web.Response(
        status=status, text=f"<html><body><h1>{text}</h1></body></html>", content_type="text/html"
    )


def _moved() -> web.Response:
    """Send the client to another host."""
    return web.Response(status=302, headers={"Location": "http://127.0.0.1:9/login"})


_PAGES: dict[Fault, Callable[[], web.Response]] = {
    Fault.FAIL: lambda: _html(503, "Service Temporarily Unavailable"),
    Fault.HTML: lambda: _html(200, "Log in to Enlighten"),
    Fault.EMPTY: lambda: web.Response(content_type="application/json"),
    Fault.MOVED: _moved,
}
"""What is sent whoever asks."""
_REFUSALS: dict[Fault, Callable[[], RefusedError]] = {
    Fault.SERVER_ERROR: lambda: refused(500, "Internal Server Error", "Something went wrong"),
    Fault.UNAUTHORIZED: unauthorized,
    Fault.MISMATCH: mismatch,
    Fault.FORBIDDEN: forbidden,
    Fault.NOT_FOUND: lambda: not_found("System", "1"),
    Fault.UNPROCESSABLE: lambda: unprocessable("Requested date range is invalid for this system"),
}
"""Errors in place of an answer to a request that was let in."""


async def _say_nothing(request: web.BaseRequest, *, hang_up: bool) -> None:
    """Leave a request without an answer; it is cancelled when its connection ends."""
    if hang_up and request.transport is not None:
        request.transport.abort()
    await asyncio.Event().wait()
