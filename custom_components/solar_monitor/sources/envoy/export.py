"""What diagnostics show of a gateway: an allow-list, with serial numbers masked."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from ...clients.envoy.exchanges import Masker
from ..spec import Source
from .source import EnvoySource

_STATS: Final = (
    "connects",
    "requests",
    "answers",
    "timeouts",
    "token_checks",
    "bytes_received",
    "answer_time_s",
    "last_answer_at",
)


def diagnostics(source: Source) -> dict[str, Any]:
    """Give identity, shape, timing, refusals, counters and the last answers of every endpoint."""
    if not isinstance(source, EnvoySource):
        return {}
    reader = source.reader
    info = reader.gateway.info
    stats = asdict(reader.link.stats)
    mask = Masker(*source.secrets)
    shown = {
        "identity": None if info is None else asdict(info),
        "shape": source.shape.to_data(),
        "link": {name: _plain(stats[name]) for name in _STATS},
        "endpoints": reader.gateway.timings,
        "refusals": reader.books.guards.refusals.as_dict(),
        "memory": reader.books.guards.memory(),
        "firmware_today": reader.books.guards.firmware_today,
        "panels": reader.books.panels.memory(),
        "alarms": reader.books.alarms.memory(),
        "live_mode": {"on": source.live.on, "failures": source.live.failures},
        "token": reader.token.export(),
    }
    return {key: _masked(part, mask) for key, part in shown.items()} | {
        "answers": reader.gateway.exchanges.shown(mask),
        # Has a mask of its own: it was made in one go.
        "recording": reader.recorder.recording,
    }


def _masked(value: Any, mask: Masker) -> Any:  # noqa: ANN401  JSON
    """Mask all texts in JSON, keys among them, the same by the same."""
    match value:
        case str():
            return mask(value)
        case Mapping():
            return {mask(str(key)): _masked(part, mask) for key, part in value.items()}
        case list() | tuple():
            return [_masked(part, mask) for part in value]
    return value


def _plain(value: object) -> object:
    """Write a time as text."""
    return value.isoformat() if isinstance(value, datetime) else value
