"""Finds the system that a request is about, and the page that answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.simulators.enlighten import details, happenings
from tests.simulators.enlighten.asked import Asked, Quirk
from tests.simulators.enlighten.endpoints import Endpoint
from tests.simulators.enlighten.gate import Gate
from tests.simulators.enlighten.pages import PAGES
from tests.simulators.enlighten.refusals import forbidden, not_found, unprocessable
from tests.simulators.enlighten.system import EnlightenSystem


@dataclass(eq=False)
class Desk:
    """Answers requests that were let in."""

    systems: list[EnlightenSystem]
    foreign: Sequence[EnlightenSystem]
    gate: Gate
    quirks: frozenset[Quirk]

    def answer(
        self, request: web.BaseRequest, endpoint: Endpoint, braces: Mapping[str, str]
    ) -> Any:  # noqa: ANN401 - any JSON
        """Return the content of an answer, for live data the system; raises RefusedError."""
        query, headers = request.query, request.headers
        if endpoint is Endpoint.EVENT_TYPES:
            return happenings.event_types(query)
        own = [each for each in self.systems if self.gate.sees(headers, each.system_id)]
        if endpoint is Endpoint.SYSTEMS:
            return self._list(own, query)
        if endpoint is Endpoint.RETRIEVE_SYSTEM_ID:
            return self._by_serial(own, query.get("serial_num"))
        if endpoint is Endpoint.INVERTERS_SUMMARY:
            found = self._of_inverters(query.get("site_id"), query.get("envoy_serial_number"))
        else:
            found = self._required(braces["system_id"])
        if found not in own or not found.api_access:
            raise forbidden()
        found.look()
        if endpoint is Endpoint.LIVE_DATA:
            return found
        return PAGES[endpoint](Asked(found, query, braces.get("serial_no", ""), self.quirks))

    def find(self, system_id: int) -> EnlightenSystem | None:
        """Return a system by its id, whoever's it is."""
        known = [*self.systems, *self.foreign]
        return next((each for each in known if each.system_id == system_id), None)

    def _list(self, own: Sequence[EnlightenSystem], query: Mapping[str, str]) -> Any:  # noqa: ANN401 - any JSON
        """Return the list of systems."""
        shown = [each for each in own if each.api_access]
        for each in shown:
            each.look()
        return details.systems(shown, query)

    def _by_serial(self, own: Sequence[EnlightenSystem], serial: str | None) -> dict[str, int]:
        """Return the id of the system of a gateway."""
        if not serial:
            raise unprocessable("serial_num is required")
        for each in own:
            if each.gateway_serial == serial:
                return {"system_id": each.system_id}
        raise not_found("Envoy", serial)

    def _of_inverters(self, site_id: str | None, serial: str | None) -> EnlightenSystem:
        """Return the system whose inverters are asked for."""
        if site_id:
            return self._required(site_id)
        if not serial:
            raise unprocessable("site_id or envoy_serial_number is required")
        for each in [*self.systems, *self.foreign]:
            if each.gateway_serial == serial:
                return each
        raise not_found("Envoy", serial)

    def _required(self, system_id: str) -> EnlightenSystem:
        """Return a system, whoever's it is; raises RefusedError."""
        found = self.find(int(system_id)) if system_id.isdecimal() else None
        if found is None:
            raise not_found("System", system_id)
        return found
