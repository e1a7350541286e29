"""What can go wrong with a call, and what is on the wire then."""

from collections.abc import Callable
from enum import StrEnum
import json
from typing import Any, Self


class Fault(StrEnum):
    """One thing that goes wrong with an answer; `on_wire` says what."""

    on_wire: str

    def __new__(cls, value: str, on_wire: str) -> Self:
        """Make a member that carries its description."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.on_wire = on_wire
        return member

    NONE = "none", "the answer, whole and in time"
    SERVER_ERROR = "server_error", "500 with the usual error object"
    FAIL = "fail", "503 with an HTML page"
    SLOW = "slow", "the answer after `slow_s`"
    SILENT = "silent", "nothing; the connection stays"
    RESET = "reset", "the connection ends without an answer"
    TRUNCATED = "truncated", "the first half of the answer"
    EMPTY = "empty", "200 with nothing"
    HTML = "html", "200 with a login page"
    WRONG_SHAPE = "wrong_shape", "JSON of another shape: {} for a list, [] for an object"
    NULLS = "nulls", "all numbers are null"
    TEXTS = "texts", "all numbers are texts that are none"
    EXTRA = "extra", "fields that nobody knows in each object"
    UNAUTHORIZED = "unauthorized", "401, as for an expired token"
    MISMATCH = "mismatch", "401, key and token of different applications"
    FORBIDDEN = "forbidden", "403"
    NOT_FOUND = "not_found", "404"
    UNPROCESSABLE = "unprocessable", "422"
    MINUTE_QUOTA = "minute_quota", "429 with the minute"
    MONTH_QUOTA = "month_quota", "429 with the month"
    BARE_QUOTA = "bare_quota", "429 without any period"
    MOVED = "moved", "302 to another host"


EVERYWHERE = "*"
"""In place of an endpoint: all of them."""


def spoil(document: Any, fault: Fault) -> Any:  # noqa: ANN401 - any JSON
    """Return a document as a fault leaves it; other faults leave it alone."""
    rule = _SPOILT.get(fault)
    return rule(document) if rule else document


def _numbers(node: Any, value: object) -> Any:  # noqa: ANN401 - any JSON
    """Return a document with another value for each number."""
    if isinstance(node, dict):
        return {key: _numbers(each, value) for key, each in node.items()}
    if isinstance(node, list):
        return [_numbers(each, value) for each in node]
    return value if isinstance(node, int | float) and not isinstance(node, bool) else node


def _extra(node: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a document with more in each object than anybody knows."""
    if isinstance(node, dict):
        return {key: _extra(each) for key, each in node.items()} | {"new_in_2030": {"a": [None]}}
    return [_extra(each) for each in node] if isinstance(node, list) else node


_SPOILT: dict[Fault, Callable[[Any], Any]] = {
    Fault.WRONG_SHAPE: lambda document: {} if isinstance(document, list) else [],
    Fault.NULLS: lambda document: _numbers(document, None),
    Fault.TEXTS: lambda document: _numbers(document, "n/a"),
    Fault.EXTRA: _extra,
}


def encoded(document: Any, fault: Fault) -> bytes:  # noqa: ANN401 - any JSON
    """Return the bytes of an answer, or the first half of them."""
    body = json.dumps(spoil(document, fault)).encode()
    return body[: len(body) // 2] if fault is Fault.TRUNCATED else body
