"""The current transformers: `/ivp/meters` lists them, `/ivp/meters/readings` is what they read.

The two are joined by `eid`: firmware 8.3.5025 has readings of meters that are not configured, so
neither order nor number can be relied on (pyenphase, updaters/meters.py).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from . import raw
from .readings import Ct, CtChannel, CtKind

_KINDS: Final[Mapping[str, CtKind]] = {
    "production": CtKind.PRODUCTION,
    "net-consumption": CtKind.NET_CONSUMPTION,
    "total-consumption": CtKind.TOTAL_CONSUMPTION,
    "storage": CtKind.STORAGE,
    "backfeed": CtKind.BACKFEED,
    "load": CtKind.LOAD,
    "evse": CtKind.EVSE,
    "pv3p": CtKind.PV3P,
}
_MAX_PHASES: Final = 3
_NOTHING: Final = CtChannel()


@dataclass(frozen=True, slots=True)
class MeterRow:
    """One enabled meter, as it is configured."""

    eid: str
    kind: CtKind
    phases: int
    status: str | None
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which values of a meter are to be believed: the sum, and each phase by its index."""

    total: bool = True
    bad_phases: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class MeterReadings:
    """All readings, by `eid`."""

    by_eid: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def __len__(self) -> int:
        """Count the meters that measure or have ever counted something."""
        names = ("activePower", "actEnergyDlvd", "actEnergyRcvd")
        return sum(any(row.get(name) for name in names) for row in self.by_eid.values())


def kind_of(word: object) -> CtKind | None:
    """Name the kind that the gateway's word for it means."""
    return _KINDS.get(word) if isinstance(word, str) else None


def read_meters(doc: object) -> tuple[MeterRow, ...]:
    """Read which meters are enabled; none is what a gateway without CTs says."""
    found = []
    for row in raw.rows(raw.need_list(doc)):
        eid = raw.serial(row.get("eid"))
        kind = kind_of(row.get("measurementType"))
        if eid is None or kind is None or row.get("state") != "enabled":
            continue
        phases = int(raw.number(row.get("phaseCount")) or 1)
        found.append(
            MeterRow(
                eid=eid,
                kind=kind,
                phases=min(max(phases, 1), _MAX_PHASES),
                status=raw.text(row.get("meteringStatus")),
                flags=raw.words(row.get("statusFlags")),
            )
        )
    return tuple(found)


def read_meter_readings(doc: object) -> MeterReadings:
    """Read what all meters read."""
    rows = raw.rows(raw.need_list(doc))
    return MeterReadings({eid: row for row in rows if (eid := raw.serial(row.get("eid")))})


def phase_count(meters: Iterable[MeterRow]) -> int:
    """Count the phases; newer firmware lists three channels however many there are."""
    return max((meter.phases for meter in meters), default=1)


def join(
    meters: Iterable[MeterRow], readings: MeterReadings, verdicts: Mapping[CtKind, Verdict]
) -> dict[CtKind, Ct]:
    """Join meters and readings; what the verdicts do not believe is left out."""
    meters = tuple(meters)
    phases = phase_count(meters)
    cts: dict[CtKind, Ct] = {}
    for meter in meters:
        row = readings.by_eid.get(meter.eid)
        verdict = verdicts.get(meter.kind, Verdict())
        channels = list(raw.rows(row.get("channels")))[:phases] if row and phases > 1 else []
        cts[meter.kind] = Ct(
            kind=meter.kind,
            metering_status=meter.status,
            status_flags=meter.flags,
            total=_channel(row) if row and verdict.total else _NOTHING,
            phases=tuple(
                _NOTHING if index in verdict.bad_phases else _channel(channel)
                for index, channel in enumerate(channels)
            ),
            measured_at=raw.moment(row.get("timestamp")) if row else None,
        )
    return cts


def _channel(row: Mapping[str, Any]) -> CtChannel:
    """Read one channel, or the sum of all."""
    return CtChannel(
        power_w=raw.number(row.get("activePower")),
        delivered_kwh=raw.kwh(row.get("actEnergyDlvd")),
        received_kwh=raw.kwh(row.get("actEnergyRcvd")),
        voltage_v=raw.number(row.get("voltage")),
        current_a=raw.number(row.get("current")),
        frequency_hz=raw.number(row.get("freq")),
        power_factor=raw.number(row.get("pwrFactor")),
        apparent_va=raw.number(row.get("apparentPower")),
        reactive_var=raw.number(row.get("reactivePower")),
    )
