"""What each page of a gateway answers, and to whom."""

import asyncio
from functools import partial
import json
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web

from tests.simulators.envoy import answers, identity, live, meters
from tests.simulators.envoy.devices import inventory
from tests.simulators.envoy.endpoints import Endpoint, Role, Route, route_to
from tests.simulators.envoy.faults import Fault, zeros
from tests.simulators.envoy.gateway import Gateway
from tests.simulators.envoy.sessions import COOKIE, challenge, digest_is_right
from tests.simulators.envoy.shapes import Bug

WRITES = {"POST", "PUT", "DELETE", "PATCH"}
STREAM_METER_FROM = (8, 3)
"""Before, owners may not read /stream/meter."""
FRAME_S = 1.0
EARLY_PAGES: dict[str, tuple[int, str]] = {
    Endpoint.PRODUCTION_JSON: (200, "error"),
    Endpoint.PRODUCTION: (200, "System Energy Production"),
    Endpoint.METERS: (401, "Unauthorized"),
    Endpoint.READINGS: (401, "Unauthorized"),
    Endpoint.TARIFF: (401, "Unauthorized"),
}
"""What firmware 3 sends where later ones have JSON (pyenphase, recordings of 3.8.10, 3.9.36)."""


class Pages:
    """The pages of one gateway."""

    def __init__(self, gateway: Gateway) -> None:
        """Serve a gateway."""
        self.gateway = gateway
        self.writes: list[tuple[str, str, Any]] = []
        """Method, path and body of each request that wanted to change something."""

    async def answer(self, request: web.BaseRequest, fault: Fault) -> web.StreamResponse:
        """Answer a request, as a fault lets it."""
        path = request.path
        if path in {Endpoint.INFO, Endpoint.INFO_XML}:
            return answers.body(identity.info(self.gateway.view()), "text/xml", fault)
        if not self.gateway.firmware.needs_token:
            return self._old_page(request, fault)
        if path == Endpoint.CHECK_JWT:
            return self._check_jwt(request)
        role = self.gateway.keeper.role_of(request, self.gateway.now)
        if role is None:
            return answers.unauthorized()
        return await self._for(role, request, fault)

    async def _for(self, role: Role, request: web.BaseRequest, fault: Fault) -> web.StreamResponse:
        """Answer somebody whom the gateway knows."""
        path = request.path
        if path == Endpoint.LIVE_STREAM and request.method in WRITES:
            wanted = await answers.sent(request)
            return answers.document(live.arm(self.gateway.view(), wanted), fault)
        if path == Endpoint.STREAM_METER:
            return await self._stream_meter(request, role)
        route = self._route(path)
        if route is None:
            return answers.moved()
        locked = route.locked and self.gateway.has(Bug.OWNER_LOCKED_OUT)
        if role < (Role.INSTALLER if locked else route.role):
            return answers.unauthorized()
        if request.method in WRITES:
            return await self._take_write(request, route, fault)
        return self._document(request, route, fault)

    def _route(self, path: str) -> Route | None:
        """Return an endpoint that this firmware has."""
        route = route_to(path)
        return route if route and self.gateway.firmware.number >= route.since else None

    def _old_page(self, request: web.BaseRequest, fault: Fault) -> web.Response:
        """Return a page of a firmware before 7, most of which need no password."""
        route = self._route(request.path)
        if self.gateway.firmware.number < (4,) and request.path in EARLY_PAGES:
            return answers.html(*EARLY_PAGES[request.path])
        if route is None or request.method in WRITES:
            return answers.html(404, "Not Found")
        if route.digest and not digest_is_right(request, self.gateway.serial):
            answer = answers.unauthorized()
            answer.headers["WWW-Authenticate"] = challenge()
            return answer
        return self._document(request, route, fault)

    def _check_jwt(self, request: web.BaseRequest) -> web.Response:
        """Check a token and open a session."""
        cookie = self.gateway.keeper.open_session(request, self.gateway.now)
        if cookie is None:
            return answers.unauthorized()
        text = b"<!DOCTYPE html><h2>Valid token.</h2>\n"
        answer = web.Response(body=text, content_type="text/html")
        answer.set_cookie(COOKIE, cookie, path="/", secure=True, httponly=True)
        return answer

    def _document(self, request: web.BaseRequest, route: Route, fault: Fault) -> web.Response:
        """Return an endpoint's JSON."""
        gateway, query = self.gateway, parse_qs(request.query_string)
        glitch = gateway.count(request.path)
        write = route.write
        if request.path == Endpoint.INVENTORY:
            write = partial(inventory, deleted=query.get("deleted") == ["1"])
        content = write(gateway.view(details=query.get("details") == ["1"], glitch=glitch))
        if gateway.now < gateway.zeros_until:
            content = zeros(content)
        return answers.document(content, fault)

    async def _take_write(
        self, request: web.BaseRequest, route: Route, fault: Fault
    ) -> web.Response:
        """Answer 200 to a write; only the tariff of an older firmware keeps anything of it."""
        wanted = await answers.sent(request)
        self.writes.append((request.method, request.path, wanted))
        keeps = not self.gateway.has(Bug.TARIFF_IGNORES_WRITES)
        if request.path == Endpoint.TARIFF and keeps and isinstance(wanted, dict):
            stored = wanted.get("tariff", {}).get("storage_settings", {})
            memory = self.gateway.memory
            memory.storage_mode = str(stored.get("mode", memory.storage_mode))
            memory.reserve_soc = int(stored.get("reserved_soc", memory.reserve_soc))
            memory.charge_from_grid = stored.get("charge_from_grid", memory.charge_from_grid)
        return answers.document(route.write(self.gateway.view()), fault)

    async def _stream_meter(self, request: web.BaseRequest, role: Role) -> web.StreamResponse:
        """Send a frame each second until the client has enough."""
        if role < Role.SUPPORT and self.gateway.firmware.number < STREAM_METER_FROM:
            return answers.unauthorized()
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        while True:
            frame = json.dumps(meters.stream_frame(self.gateway.view()))
            await answer.write(f"data: {frame}\r\n\r\n".encode())
            await asyncio.sleep(FRAME_S)
