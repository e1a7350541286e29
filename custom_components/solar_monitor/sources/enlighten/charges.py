"""Who says that something is wrong with a system. Pure.

- The status is one word, so it accuses one part only.
- A device or panel accuses by any status that is not harmless, a panel also by being silent: it has
  not reported for a day that others of its gateway have reported in.
- An event or alarm that is open accuses what its type's key names ("envoy_no_report"), and where
  the key names nothing known, the kind of the device whose serial number it bears. There is no
  public list of the types, so words are matched and not numbers.
- A gateway is accused by the age of its last report at the moment at which the cloud was asked:
  what happened since then nobody knows.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
import re
from typing import Final

from ...clients.enlighten.models import Device, Devices, Panel
from ...logic.incidents import Incident, Standing
from . import status as words
from .evidence import (
    BATTERY,
    EVSE,
    GATEWAY,
    METER,
    MICROINVERTER,
    NO_REPORT,
    PRODUCTION,
    Known,
    Reason,
    Stated,
    Witness,
    type_name,
)

PANEL_SILENT_S: Final = 86_400.0
"""How far a panel's last report may be behind the newest one of its gateway."""

_BY_STATUS: Final[Mapping[str, str]] = {
    word: key
    for key, named in (
        (GATEWAY, words.GATEWAY_WORDS),
        (MICROINVERTER, words.MICROINVERTER_WORDS),
        (PRODUCTION, words.PRODUCTION_WORDS),
        (METER, words.METER_WORDS),
        (BATTERY, words.BATTERY_WORDS),
        (EVSE, words.EVSE_WORDS),
    )
    for word in named
}
_BY_KIND: Final[Mapping[str, str]] = {
    "gateways": GATEWAY,
    "micros": MICROINVERTER,
    "meters": METER,
    "q_relays": METER,
    "iq_collars": METER,
    "acbs": BATTERY,
    "encharges": BATTERY,
    "enpowers": BATTERY,
    "ev_chargers": EVSE,
}
_BY_WORD: Final[Mapping[str, frozenset[str]]] = {
    GATEWAY: frozenset({"envoy", "gateway"}),
    MICROINVERTER: frozenset({"micro", "micros", "microinverter", "microinverters", "pcu", "pcus"}),
    PRODUCTION: frozenset({"production"}),
    METER: frozenset({"meter", "meters", "eim", "rgm", "ct", "cts", "nsr", "collar"}),
    BATTERY: frozenset({"acb", "battery", "batteries", "encharge", "enpower"}),
    EVSE: frozenset({"evse"}),
}
# A gateway may have all sorts of conditions; these are about whether it is heard.
_SILENCE: Final = frozenset({"report", "reporting", "offline", "comm", "communication"})
# Not faults: how something is used, and home energy management, which is none of our sensors.
_NO_FAULT: Final = frozenset({"soc", "charge", "charging", "sleep", "sleeping", "hems"})


def charges_of(known: Known) -> Mapping[str, list[Reason]]:
    """Collect what is said against each part, however old it is."""
    charges: defaultdict[str, list[Reason]] = defaultdict(list)
    for key, reason in _all_charges(known):
        charges[key].append(reason)
    return charges


def _all_charges(known: Known) -> Iterator[tuple[str, Reason]]:
    """Go through what is said against all parts."""
    if known.status:
        yield from _of_status(known.status, known.status_since)
    if known.reported:
        yield from _of_report(known.reported, known.report_s)
    if known.devices:
        yield from of_devices(known.devices)
    if known.panels:
        yield from of_panels(known, known.panels)
    for witness, opened in ((Witness.EVENT, known.events), (Witness.ALARM, known.alarms)):
        for standing in opened.standing if opened else ():
            reason = of_incident(known, witness, standing)
            for key in _accused(known, standing.incident):
                yield key, reason


def _of_status(status: Stated[str], since: float | None) -> Iterator[tuple[str, Reason]]:
    """Say what the system's status accuses."""
    word = words.word_of(status.said) or ""
    if word in _BY_STATUS:
        yield (
            _BY_STATUS[word],
            Reason(Witness.STATUS, word, since, (), status.at, status.good_until),
        )


def _of_report(reported: Stated[float], report_s: float) -> Iterator[tuple[str, Reason]]:
    """Say whether the gateway had been silent for too long when the cloud was asked."""
    if reported.at - reported.said > report_s:
        since, good_until = reported.said, reported.good_until
        yield GATEWAY, Reason(Witness.REPORT, NO_REPORT, since, (), reported.at, good_until)


def of_devices(devices: Stated[Devices]) -> Iterator[tuple[str, Reason]]:
    """Say which devices have a status that is a fault; one statement for each kind and status."""
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for device in devices.said.devices:
        key = _BY_KIND.get(device.kind)
        if key is not None and _counts(device) and words.is_fault(device.status):
            found[key, words.word_of(device.status) or ""].append(device.serial or "")
    for (key, word), serials in found.items():
        yield (
            key,
            Reason(Witness.DEVICE, word, None, _sorted(serials), devices.at, devices.good_until),
        )


def _counts(device: Device) -> bool:
    """Tell whether a device is in use."""
    return device.active and device.state != "disabled"


def of_panels(known: Known, panels: Stated[tuple[Panel, ...]]) -> Iterator[tuple[str, Reason]]:
    """Say which panels have a fault, or are silent while others are heard.

    One that is not among the active devices has been replaced: the cloud goes on listing it.
    """
    in_use = [panel for panel in panels.said if _in_use(panel, known.devices)]
    found: defaultdict[str, list[Panel]] = defaultdict(list)
    for panel in in_use:
        if words.is_fault(panel.status):
            found[words.word_of(panel.status) or ""].append(panel)
    faulty = {panel.serial for group in found.values() for panel in group}
    silent = [panel for panel in _silent(in_use) if panel.serial not in faulty]
    for word, group in found.items():
        serials = _sorted(panel.serial for panel in group)
        yield (
            MICROINVERTER,
            Reason(Witness.PANEL, word, None, serials, panels.at, panels.good_until),
        )
    if silent:
        since = min(panel.reported_at or 0.0 for panel in silent)
        serials = _sorted(panel.serial for panel in silent)
        yield (
            MICROINVERTER,
            Reason(Witness.PANEL, NO_REPORT, since, serials, panels.at, panels.good_until),
        )


def _in_use(panel: Panel, devices: Stated[Devices] | None) -> bool:
    """Tell whether a panel is one of the active devices, as far as these are known."""
    micros = devices.said.of("micros") if devices else ()
    return not micros or any(micro.serial == panel.serial and micro.active for micro in micros)


def _silent(panels: Iterable[Panel]) -> Iterator[Panel]:
    """Give the panels whose last report is far behind the newest one of their gateway."""
    newest: dict[str | None, float] = {}
    reported = [(panel, panel.reported_at) for panel in panels if panel.reported_at is not None]
    for panel, at in reported:
        newest[panel.gateway] = max(at, newest.get(panel.gateway, at))
    return (panel for panel, at in reported if newest[panel.gateway] - at >= PANEL_SILENT_S)


def of_incident(known: Known, witness: Witness, standing: Standing) -> Reason:
    """Say what an open event or alarm says."""
    incident, seen_at = standing.incident, standing.seen_at
    kind = known.catalogue.get(incident.type_id or 0)
    return Reason(
        witness,
        type_name(incident.type_id, kind),
        incident.began,
        _sorted(incident.serials),
        seen_at,
        seen_at + known.incidents_s,
    )


def _accused(known: Known, incident: Incident) -> frozenset[str]:
    """Name what an open event or alarm accuses."""
    kind = known.catalogue.get(incident.type_id or 0)
    named = frozenset(re.split(r"[^a-z0-9]+", (kind.key or "").lower())) if kind else frozenset()
    if named & _NO_FAULT:
        return frozenset()
    found = {key for key, spelled in _BY_WORD.items() if named & spelled}
    if not found:
        found = {_BY_KIND[kind] for kind in _kinds(known, incident.serials)}
        return frozenset(found - {GATEWAY})  # it bears what is about the whole site, too
    if METER in found:
        found.discard(PRODUCTION)  # what the meter measures
    if not named & _SILENCE:
        found.discard(GATEWAY)
    return frozenset(found)


def _kinds(known: Known, serials: Collection[str]) -> Iterator[str]:
    """Tell of which kinds the devices are that bear these serial numbers."""
    devices = known.devices.said.devices if known.devices else ()
    return (each.kind for each in devices if each.serial in serials and each.kind in _BY_KIND)


def _sorted(serials: Iterable[str]) -> tuple[str, ...]:
    """Put serial numbers in order, each once, without those that are not told."""
    return tuple(sorted({serial for serial in serials if serial}))
