"""/ivp/meters and what is below it.

Field names as in the recordings of pyenphase (4.10.35, 7.6.175, 8.3.5169) and of
mpreissner/ha-enphase-realtime (8.3.6086, where meters that are not fitted are listed as disabled).
"""

from dataclasses import replace
from typing import Any

from tests.simulators.envoy.model import Channel, Ct, Flow
from tests.simulators.envoy.shapes import Bug, CtKind
from tests.simulators.envoy.view import Doc, View, rounded

ALL_LISTED_FROM = (8, 3, 6000)
FLAGS_FROM = (4, 10)
"""The recording of 4.2.33 has no statusFlags."""
UNKNOWN_EID = 1_023_410_688
UNKNOWN_CHANNEL_EIDS = (2_097_152_513, 2_097_152_258, 2_097_152_515)
NOTHING = Channel(
    power_w=0,
    delivered_wh=0,
    received_wh=0,
    voltage=0,
    current=0,
    frequency=0,
    power_factor=0,
    apparent_va=0,
    reactive_var=0,
)


def _listed(view: View) -> list[Ct]:
    """Return the CTs in the list: those in use, and those that could be."""
    fitted = {ct.kind: ct for ct in view.moment.cts}
    kinds = [CtKind.PRODUCTION, CtKind.NET_CONSUMPTION]
    if view.measures(CtKind.TOTAL_CONSUMPTION):
        kinds[1] = CtKind.TOTAL_CONSUMPTION
    if view.firmware.number >= ALL_LISTED_FROM:
        kinds += [CtKind.STORAGE, CtKind.BACKFEED, CtKind.LOAD, CtKind.EVSE, CtKind.PV3P]
    kinds += [kind for kind in fitted if kind not in kinds]
    nothing = Flow(power_w=0, delivered_wh=0)
    return [
        fitted.get(kind)
        or Ct(
            kind=kind, total=NOTHING, phases=(NOTHING,) * len(view.moment.ct(kind, nothing).phases)
        )
        for kind in kinds
    ]


def meters(view: View) -> Doc:
    """Return the list of meters."""
    if not view.fittings.metered:
        return []
    return [_meter(view, ct) for ct in _listed(view)]


def _meter(view: View, ct: Ct) -> dict[str, Any]:
    """Return one meter of the list."""
    fitted = view.measures(ct.kind)
    usual = "not-metering" if not fitted and view.firmware.number < FLAGS_FROM else "normal"
    status, flags = view.memory.ct_status.get(ct.kind, (usual, ()))
    meter: dict[str, Any] = {
        "eid": ct.eid,
        "state": "enabled" if fitted else "disabled",
        "measurementType": str(ct.kind),
        "phaseMode": view.fittings.phase_mode,
        "phaseCount": view.fittings.phases,
        "meteringStatus": status,
    }
    return meter | ({"statusFlags": list(flags)} if view.firmware.number >= FLAGS_FROM else {})


def readings(view: View) -> Doc:
    """Return what the meters read."""
    if not view.fittings.metered:
        return []
    answer = [_reading(view, ct) for ct in _listed(view)]
    if view.has(Bug.UNKNOWN_EIDS):
        channels = [
            {"eid": eid, "timestamp": view.now - 5, **_numbers(NOTHING)}
            for eid in UNKNOWN_CHANNEL_EIDS
        ]
        answer.append(
            {
                "eid": UNKNOWN_EID,
                "timestamp": view.now - 5,
                **_numbers(NOTHING),
                "channels": channels,
            }
        )
    return answer


def _reading(view: View, ct: Ct) -> dict[str, Any]:
    """Return one meter and its three channels."""
    if ct.kind is CtKind.STORAGE and view.glitch and view.has(Bug.STORAGE_PHASE_ZERO):
        ct = _without_first_phase(ct)
    at = view.now if view.measures(ct.kind) else 0
    idle = replace(NOTHING, frequency=ct.total.frequency)
    channels = [*ct.phases, *[idle] * (3 - len(ct.phases))]
    return {
        "eid": ct.eid,
        "timestamp": at,
        **_numbers(ct.total),
        "channels": [
            {"eid": ct.channel_eid(phase), "timestamp": at, **_numbers(channel)}
            for phase, channel in enumerate(channels)
        ],
    }


def _without_first_phase(ct: Ct) -> Ct:
    """Return a meter whose first phase reads zeros and whose sum is the second phase's."""
    rest = ct.phases[1:]
    return replace(ct, total=rest[0] if rest else NOTHING, phases=(NOTHING, *rest))


def _numbers(channel: Channel) -> dict[str, float]:
    """Return the numbers of a channel."""
    return {
        "actEnergyDlvd": rounded(channel.delivered_wh),
        "actEnergyRcvd": rounded(channel.received_wh),
        "apparentEnergy": rounded((channel.delivered_wh + channel.received_wh) * 1.06),
        "reactEnergyLagg": rounded(channel.delivered_wh * 0.05),
        "reactEnergyLead": rounded(channel.delivered_wh * 0.02),
        "instantaneousDemand": rounded(channel.power_w),
        "activePower": rounded(channel.power_w),
        "apparentPower": rounded(channel.apparent_va),
        "reactivePower": rounded(channel.reactive_var),
        "pwrFactor": rounded(channel.power_factor),
        "voltage": rounded(channel.voltage),
        "current": rounded(channel.current),
        "freq": rounded(channel.frequency),
    }


def reports(view: View) -> Doc:
    """Return the reports of all meters."""
    return [*reports_production(view), *reports_consumption(view)]


def reports_production(view: View) -> list[Any]:
    """Return the report of production."""
    if not view.measures(CtKind.PRODUCTION):
        return []
    return [_report(view, view.moment.ct(CtKind.PRODUCTION, view.moment.production))]


def reports_consumption(view: View) -> list[Any]:
    """Return the reports of net and of total consumption, whose `whDlvdCum` is a difference."""
    moment = view.moment
    if not moment.metered_consumption:
        return []
    return [
        _report(view, moment.ct(kind, Flow(power_w=flow.power_w, delivered_wh=flow.net_wh)))
        for kind, flow in (
            (CtKind.NET_CONSUMPTION, moment.net),
            (CtKind.TOTAL_CONSUMPTION, moment.total),
        )
    ]


def _report(view: View, ct: Ct) -> dict[str, Any]:
    """Return one report."""
    return {
        "createdAt": view.now,
        "reportType": str(ct.kind),
        "cumulative": _reported(ct.total),
        "lines": [_reported(phase) for phase in ct.phases],
    }


def _reported(channel: Channel) -> dict[str, float]:
    """Return the numbers of a report."""
    return {
        "currW": rounded(channel.power_w),
        "actPower": rounded(channel.power_w),
        "apprntPwr": rounded(channel.apparent_va),
        "reactPwr": rounded(channel.reactive_var),
        "whDlvdCum": rounded(channel.delivered_wh),
        "whRcvdCum": rounded(channel.received_wh),
        "varhLagCum": rounded(channel.delivered_wh * 0.05),
        "varhLeadCum": rounded(channel.delivered_wh * 0.02),
        "vahCum": rounded(channel.delivered_wh * 1.06),
        "rmsVoltage": rounded(channel.voltage),
        "rmsCurrent": rounded(channel.current),
        "pwrFactor": round(channel.power_factor, 2),
        "freqHz": round(channel.frequency, 2),
    }


def grid_reading(view: View) -> Doc:
    """Return the phases of the grid."""
    return _phase_reading(view, CtKind.NET_CONSUMPTION, view.moment.net)


def pv_reading(view: View) -> Doc:
    """Return the phases of production."""
    return _phase_reading(view, CtKind.PRODUCTION, view.moment.production)


def _phase_reading(view: View, kind: CtKind, flow: Flow) -> Doc:
    """Return three phases."""
    if not view.fittings.cts:
        return []
    ct = view.moment.ct(kind, flow)
    channels = [*ct.phases, *[NOTHING] * (3 - len(ct.phases))]
    return [
        {
            "channels": [
                {
                    "phase": f"L{number}",
                    "activePower": rounded(channel.power_w),
                    "reactivePower": rounded(channel.reactive_var),
                    "voltage": rounded(channel.voltage),
                    "current": rounded(channel.current),
                    "freq": rounded(channel.frequency),
                }
                for number, channel in enumerate(channels, 1)
            ]
        }
    ]


def stream_frame(view: View) -> dict[str, Any]:
    """Return one frame of /stream/meter."""
    moment = view.moment
    flows = {
        "production": (CtKind.PRODUCTION, moment.production),
        "net-consumption": (CtKind.NET_CONSUMPTION, moment.net),
        "total-consumption": (CtKind.TOTAL_CONSUMPTION, moment.total),
    }
    frame = {}
    for name, (kind, flow) in flows.items():
        ct = moment.ct(kind, flow)
        channels = [*ct.phases, *[NOTHING] * (3 - len(ct.phases))]
        frame[name] = {
            f"ph-{letter}": {
                "p": rounded(channel.power_w),
                "q": rounded(channel.reactive_var),
                "s": rounded(channel.apparent_va),
                "v": rounded(channel.voltage),
                "i": rounded(channel.current),
                "pf": round(channel.power_factor, 2),
                "f": round(channel.frequency, 1),
            }
            for letter, channel in zip("abc", channels, strict=True)
        }
    return frame


def cts(view: View) -> Doc:
    """Return /ivp/meters/cts, which only an installer may see."""
    return [{"eid": ct.eid, "phase": "ph-a", "type": 200} for ct in view.moment.cts]
