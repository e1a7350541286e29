"""What diagnostics show of an Enphase account: an allow-list without any name or number of its own.

Systems stand in the order of the entry; a device is called `device 1` and so on, the same in all
places of one export.
"""

from dataclasses import asdict
from datetime import datetime
import math
from typing import Any, Final

from ...clients.enlighten.budget import Budget, Use, budget_id
from ...clients.enlighten.jobs import Job
from ...clients.enlighten.models import Device, Panel
from ..spec import Source
from .desk import unix_now
from .entries import SystemIdentity
from .source import EnlightenSource

# Enough of a key's number to tell two keys apart, and nothing of the key itself.
_SHOWN_OF_KEY: Final = 4


def diagnostics(source: Source) -> dict[str, Any]:
    """Give the budget of the key, what the API did, and what is known of each system."""
    if not isinstance(source, EnlightenSource):
        return {}
    now, account = unix_now(), source.account
    return {
        "profile": account.profile.value,
        "budget": _budget(key_name(account.api_key), source.desk.budget, now),
        "api": asdict(source.api.stats),
        "systems": [_system(source, system, now) for system in source.systems],
    }


def key_name(api_key: str) -> str:
    """Name a key without telling anything of it, the same as in system health."""
    return budget_id(api_key)[:_SHOWN_OF_KEY]


def _budget(key: str, budget: Budget, now: float) -> dict[str, Any]:
    """Describe what has become of the calls of this month."""
    month = budget.month
    return {
        "key": key,
        "plan": budget.plan.value,
        "limits": asdict(budget.limits),
        "used": budget.used,
        "left": {use.value: budget.left(use) for use in Use},
        "pause": budget.pause.value,
        "opens_in_s": {use.value: round(budget.opens_at(use) - now) for use in Use},
        **month.to_dict(),
    }


class _Aliases:
    """Numbers devices, the same by the same."""

    def __init__(self) -> None:
        """Begin with none."""
        self._known: dict[str, str] = {}

    def __call__(self, serial: str | None) -> str | None:
        """Give what stands for a serial number."""
        if serial is None:
            return None
        return self._known.setdefault(serial, f"device {len(self._known) + 1}")


def _system(source: EnlightenSource, system: SystemIdentity, now: float) -> dict[str, Any]:
    """Describe what is known of a system."""
    number, alias = system.system_id, _Aliases()
    book = source.book(number)
    look = source.look(number)
    return {
        "paused": number in source.account.paused,
        "time_zone": system.time_zone,
        "cellular": system.cellular,
        "gateways": len(system.gateways),
        "devices": [
            _device(device, alias, now) for device in (book.devices.devices if book.devices else ())
        ],
        "panels": [_panel(panel, alias, now) for panel in book.panels or ()],
        "values": {name: _shown(value, alias) for name, value in look.values.items()},
        "good_for_s": {name: _finite(until - now) for name, until in look.until.items()},
        "fetched_ago_s": {job.value: _ago_s(book.fetched_at(job), now) for job in Job},
        "schedule": _schedule(source, number, now),
    }


def _device(device: Device, alias: _Aliases, now: float) -> dict[str, Any]:
    """Describe a device."""
    return {
        "device": alias(device.serial),
        "kind": device.kind,
        "product": device.product,
        "status": device.status,
        "active": device.active,
        "state": device.state,
        "role": device.role,
        "firmware": device.firmware,
        "reported_ago_s": _ago_s(device.last_report_at, now),
    }


def _panel(panel: Panel, alias: _Aliases, now: float) -> dict[str, Any]:
    """Describe a panel."""
    return {
        "device": alias(panel.serial),
        "gateway": alias(panel.gateway),
        "model": panel.model,
        "status": panel.status,
        "power_w": panel.power_w,
        "energy_kwh": panel.energy_kwh,
        "reported_ago_s": _ago_s(panel.reported_at, now),
    }


def _schedule(source: EnlightenSource, number: int, now: float) -> dict[str, Any]:
    """Describe when a system is asked for what, and what it turned out not to have."""
    schedule = source.desk.schedule
    memory = schedule.site(number).memory
    return {
        "known": asdict(memory.knowledge),
        "lacks": {name.value: lack.value for name, lack in memory.capabilities.lacks().items()},
        "due_in_s": {job.value: round(at - now) for job, at in memory.due.items()},
        "failures": {job.value: times for job, times in memory.failures.items()},
        "held_for_s": max(0, round(memory.held_until - now)),
        "live_interval_s": _finite(schedule.live_interval_s(number)),
    }


def _shown(value: Any, alias: _Aliases) -> Any:  # noqa: ANN401  JSON
    """Write a value as JSON, and in what has several parts a serial number as its alias."""
    match value:
        case datetime():
            return value.isoformat()
        case list():
            return [_shown(each, alias) for each in value]
        case {"serials": list(serials), **rest}:
            return {**rest, "devices": [alias(serial) for serial in serials]}
    return value


def _ago_s(at: float | None, now: float) -> int | None:
    """Give how long ago a time was (unix s)."""
    return None if at is None else round(now - at)


def _finite(seconds: float) -> int | None:
    """Give whole seconds; None: for ever, or never."""
    return round(seconds) if math.isfinite(seconds) else None
