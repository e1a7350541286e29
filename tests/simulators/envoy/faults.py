"""What can go wrong with one endpoint, and what is on the wire then."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Self


class Fault(StrEnum):
    """One thing that goes wrong; `on_wire` says what, `source` where it was seen in public.

    Short names: PE pyenphase/pyenphase, HA home-assistant/core.
    """

    on_wire: str
    source: str

    def __new__(cls, value: str, on_wire: str, source: str) -> Self:
        """Make a member that carries its description."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.on_wire = on_wire
        member.source = source
        return member

    NONE = "none", "the answer, whole and in time", ""

    FAIL = "fail", "503 with an HTML page", "PE known_issues"
    SERVER_ERROR = "server_error", "500 with an HTML page", "PE known_issues"
    SLOW = "slow", "the answer after `slow_s`", "HA 148331"
    TRUNCATED = "truncated", "the first half of the answer, length right, JSON broken", "PE"
    CUT = "cut", "the connection ends in the middle of the answer", "PE known_issues"
    HTML = "html", "200 with an HTML page", "PE test_home"
    EMPTY = "empty", "200 with nothing", "HA 156189"
    UNAUTHORIZED = "unauthorized", "401 with an HTML page", "HA 155793"
    FORBIDDEN = "forbidden", "403 with an HTML page", "HA 155793"
    NOT_FOUND = "not_found", "404 with an HTML page", "PE"
    MOVED = "moved", "301 to an error page", "PE envoy.py"
    SILENT = "silent", "nothing; the connection stays", "HA 156189"
    RESET = "reset", "the connection ends without an answer", "HA 156189"
    WRONG_SHAPE = "wrong_shape", "JSON of another shape: {} for a list, [] for an object", "PE"
    NULLS = "nulls", "all numbers are null", "PE 4.0.0"
    TEXTS = "texts", 'all numbers are the text "unknown"', "mpreissner FINDINGS"
    ERROR_OBJECT = "error_object", '200 with {"error": "…"}', "PE updaters/meters.py"

    ZERO = "zero", "lifetime counters 0", "HA 120091"
    WRAPPED = "wrapped", "lifetime counters 2^32 - 5 Wh", "HA 176707"
    DROP = "drop", "lifetime counters 1.2 MWh lower", "HA 140602"
    JUMP = "jump", "lifetime counters 1.2 MWh higher", "PE #480"
    DAILY_WRAPPED = "daily_wrapped", "counters of the day 2^32 - 5 Wh", "HA 176707"


EVERYWHERE = "*"
"""In place of an endpoint: all of them but /info and check_jwt."""
COUNTER_FAULTS: dict[Fault, Callable[[float], float]] = {
    Fault.ZERO: lambda _: 0,
    Fault.WRAPPED: lambda _: 2**32 - 5,
    Fault.DROP: lambda value: max(0, value - 1_200_000) if value >= 0 else value - 1_200_000,
    Fault.JUMP: lambda value: value + 1_200_000,
}
"""What each does to a counter in Wh."""
LIFETIME_KEYS = frozenset(
    {"whLifetime", "wattHoursLifetime", "actEnergyDlvd", "actEnergyRcvd", "whDlvdCum", "whRcvdCum"}
)
DAILY_KEYS = frozenset({"whToday", "wattHoursToday", "whLastSevenDays", "wattHoursSevenDays"})


def spoil(document: Any, fault: Fault) -> Any:  # noqa: ANN401 - any JSON
    """Return a document as a fault leaves it; faults of the transport leave it alone."""
    if rule := COUNTER_FAULTS.get(fault):
        return _counters(document, rule)
    spoilt = SPOILT.get(fault)
    return spoilt(document) if spoilt else document


MEASURED_KEYS = frozenset(
    [
        "activePower",
        "actPower",
        "agg_p_mw",
        "apparentPower",
        "apprntPwr",
        "currW",
        "current",
        "instantaneousDemand",
        "joulesProduced",
        "now",
        "reactivePower",
        "reactPwr",
        "rmsCurrent",
        "today",
        "wNow",
        "wattsNow",
        "week",
        "yesterday",
    ]
)


def zeros(document: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a document as it is right after a start: nothing counted, no panels found yet."""
    if isinstance(document, list) and document and "serialNumber" in document[0]:
        return []
    keys = MEASURED_KEYS | LIFETIME_KEYS | DAILY_KEYS
    return _changed(document, lambda key, _: key in keys, lambda _: 0)


def _counters(document: Any, rule: Callable[[float], float]) -> Any:  # noqa: ANN401 - any JSON
    """Return a document with other lifetime counters, Wh, and the panels' in J."""
    changed = _changed(document, lambda key, _: key in LIFETIME_KEYS, rule)
    return _changed(
        changed,
        lambda key, parent: key == "joulesProduced" and parent == "lifetime",
        lambda joules: int(max(0, rule(joules / 3600)) * 3600),
    )


def _changed(
    node: Any,  # noqa: ANN401 - any JSON
    chosen: Callable[[str, str], bool],
    rule: Callable[[float], object],
    key: str = "",
    parent: str = "",
) -> Any:  # noqa: ANN401 - any JSON
    """Return a document with another value for each number whose key and parent are chosen."""
    if isinstance(node, dict):
        return {name: _changed(each, chosen, rule, name, key) for name, each in node.items()}
    if isinstance(node, list):
        return [_changed(each, chosen, rule, key, parent) for each in node]
    is_number = isinstance(node, int | float) and not isinstance(node, bool)
    return rule(node) if is_number and chosen(key, parent) else node


SPOILT: dict[Fault, Callable[[Any], Any]] = {
    Fault.DAILY_WRAPPED: lambda document: _changed(
        document, lambda key, _: key in DAILY_KEYS, lambda _: 2**32 - 5
    ),
    Fault.WRONG_SHAPE: lambda document: {} if isinstance(document, list) else [],
    Fault.NULLS: lambda document: _changed(document, lambda *_: True, lambda _: None),
    Fault.TEXTS: lambda document: _changed(document, lambda *_: True, lambda _: "unknown"),
    Fault.ERROR_OBJECT: lambda _: {"error": "503 - Service Unavailable"},
}
"""What other faults make of a document."""


def page(status: int, text: str) -> bytes:
    """Return an HTML page, as the gateway's web server sends for everything but an answer."""
    title = f"{status} {text}"
    return (
        f"<html>\n<head><title>{title}</title></head>\n<body>\n"
        f"<center><h1>{title}</h1></center>\n<hr><center>openresty</center>\n</body>\n</html>\n"
    ).encode()
