"""Answers over HTTP, right ones and wrong ones."""

import json
from typing import Any

from aiohttp import web

from tests.simulators.envoy.faults import Fault, page, spoil

REFUSALS = {
    Fault.FAIL: (503, "Service Temporarily Unavailable"),
    Fault.SERVER_ERROR: (500, "Internal Server Error"),
    Fault.HTML: (200, "Welcome"),
    Fault.UNAUTHORIZED: (401, "Authorization Required"),
    Fault.FORBIDDEN: (403, "Forbidden"),
    Fault.NOT_FOUND: (404, "Not Found"),
    Fault.MOVED: (301, "Moved Permanently"),
}
"""Status and title of the page that a fault sends in place of an answer."""


def refusal(fault: Fault) -> web.Response | None:
    """Return what a fault sends whoever asks; None when it leaves that to the endpoint."""
    if fault is Fault.EMPTY:
        return web.Response(content_type="application/json")
    return html(*REFUSALS[fault]) if fault in REFUSALS else None


def html(status: int, title: str) -> web.Response:
    """Return an HTML page; one that moved names the page for errors."""
    answer = web.Response(status=status, body=page(status, title), content_type="text/html")
    if status == web.HTTPMovedPermanently.status_code:
        answer.headers["Location"] = "/error"
    return answer


def unauthorized() -> web.Response:
    """Return what nobody's request gets."""
    return html(*REFUSALS[Fault.UNAUTHORIZED])


def moved() -> web.Response:
    """Return what the gateway says of a page that it does not have."""
    return html(*REFUSALS[Fault.MOVED])


def document(content: Any, fault: Fault) -> web.Response:  # noqa: ANN401 - any JSON
    """Return a JSON document, spoilt as a fault says."""
    return body(json.dumps(spoil(content, fault)).encode(), "application/json", fault)


def body(content: bytes, content_type: str, fault: Fault) -> web.Response:
    """Return bytes, or the first half of them."""
    if fault is Fault.TRUNCATED:
        content = content[: len(content) // 2]
    answer = web.Response(body=content, content_type=content_type)
    if fault is Fault.CUT:
        answer.headers["Content-Length"] = str(len(content) + 100)
        answer.force_close()
    return answer


async def sent(request: web.BaseRequest) -> Any:  # noqa: ANN401 - whatever a client sends
    """Return a request's JSON; None when it is none."""
    try:
        return json.loads(await request.read())
    except ValueError:
        return None
