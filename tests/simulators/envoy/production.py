"""production.json, /api/v1/production and /ivp/pdm/energy.

Field names as in the recordings of pyenphase (`tests/fixtures`: 3.9.36, 4.10.35, 5.0.62, 7.6.175,
8.2.4264, 8.3.5169) and of mpreissner/ha-enphase-realtime (8.3.6086).
"""

from typing import Any

from tests.simulators.envoy.model import Channel, Ct, Flow
from tests.simulators.envoy.shapes import Bug, CtKind
from tests.simulators.envoy.view import Doc, View, drawn_wh, made_wh, rounded

OTHER_COUNTER = 1.31
"""How much higher the counter is that 8.3.5528 sometimes shows."""
LINES_FROM = (7, 6)


def production_json(view: View) -> Doc:
    """Return /production.json or /production."""
    doc: dict[str, Any] = {"production": [_inverters(view)]}
    if view.fittings.metered and not view.has(Bug.V1_ZEROS):
        doc["production"].append(_eim_production(view))
        doc["consumption"] = _consumption(view)
    doc["storage"] = [_acb(view)]
    return doc


def _inverters(view: View) -> dict[str, Any]:
    """Return the sum of what the panels reported."""
    reporting = [panel for panel in view.panels if panel.report]
    newest = max((panel.report.end for panel in reporting if panel.report), default=0)
    lit = view.moment.production.power_w > 0
    return {
        "type": "inverters",
        "activeCount": len(view.panels),
        "readingTime": newest if lit else 0,
        "wNow": view.moment.inverter_power_w,
        "whLifetime": int(inverter_energy_wh(view)),
    }


def inverter_energy_wh(view: View) -> float:
    """Return the panels' sum as the firmware adds it up, Wh."""
    if not view.has(Bug.WRAPS_AT_2_32_JOULES):
        return view.moment.inverter_energy_wh
    return sum(panel.joules % 2**32 for panel in view.panels) / 3600


def _eim_production(view: View) -> dict[str, Any]:
    """Return what the production CT measures; bogus without one."""
    today = made_wh(view.moment.energies) - made_wh(view.at_midnight)
    week = made_wh(view.moment.energies) - made_wh(view.a_week_ago)
    if not view.measures(CtKind.PRODUCTION):
        nothing = view.moment.ct(CtKind.PRODUCTION, Flow(power_w=3.659, delivered_wh=1586.658))
        return {**_eim(view, nothing, 69.658, 1520.658), "activeCount": 0}
    flow = view.moment.production
    if view.glitch and view.has(Bug.ACTIVE_COUNT_ZERO):
        flow = Flow(power_w=flow.power_w, delivered_wh=flow.delivered_wh * OTHER_COUNTER)
        bogus = view.moment.ct(CtKind.PRODUCTION, flow)
        return {**_eim(view, bogus, today, week), "activeCount": 0}
    return _eim(view, view.moment.ct(CtKind.PRODUCTION, flow), today, week)


def _consumption(view: View) -> list[dict[str, Any]]:
    """Return total consumption, then net consumption."""
    moment = view.moment
    total, net = moment.total, moment.net
    if view.has(Bug.NET_IS_IMPORT) and not view.measures(CtKind.TOTAL_CONSUMPTION):
        net = Flow(power_w=net.power_w, delivered_wh=net.delivered_wh)
    if view.has(Bug.TOTAL_IS_NET):
        total = net
    today = drawn_wh(moment.energies) - drawn_wh(view.at_midnight)
    week = drawn_wh(moment.energies) - drawn_wh(view.a_week_ago)
    if view.has(Bug.CONSUMPTION_TODAY_ZERO):
        today = week = 0.0
    entries = [
        _eim(view, moment.ct(CtKind.TOTAL_CONSUMPTION, total), today, week),
        _eim(view, moment.ct(CtKind.NET_CONSUMPTION, net), None, None),
    ]
    if not moment.metered_consumption:
        for entry in entries:
            entry |= {"activeCount": 0, "wNow": -1.837, "whLifetime": -18.153}
    return entries


def _eim(view: View, ct: Ct, today: float | None, week: float | None) -> dict[str, Any]:
    """Return one meter; net consumption (without `today`) never has counters of the day."""
    entry: dict[str, Any] = {
        "type": "eim",
        "activeCount": 1,
        "measurementType": str(ct.kind),
        "readingTime": view.now,
        **_values(view, ct.total, today, week),
    }
    if view.details and view.firmware.number >= LINES_FROM and not view.has(Bug.NO_LINES):
        shares = [phase.delivered_wh / (ct.total.delivered_wh or 1) for phase in ct.phases]
        entry["lines"] = [
            _values(
                view,
                phase,
                None if today is None else today * share,
                None if week is None else week * share,
            )
            for phase, share in zip(ct.phases, shares, strict=True)
        ]
        if view.has(Bug.THREE_LINES):
            nothing = dict.fromkeys(entry["lines"][0], 0.0)
            entry["lines"] += [nothing] * (3 - len(ct.phases))
    return entry


def _values(
    view: View, channel: Channel, today: float | None, week: float | None
) -> dict[str, Any]:
    """Return the numbers of a meter or of a phase."""
    lifetime = channel.delivered_wh - channel.received_wh
    if today is not None and view.has(Bug.TODAY_IS_LIFETIME):
        today = week = lifetime
    return {
        "wNow": rounded(channel.power_w),
        "whLifetime": rounded(lifetime),
        "varhLeadLifetime": rounded(channel.delivered_wh * 0.02),
        "varhLagLifetime": rounded(channel.delivered_wh * 0.05),
        "vahLifetime": rounded(channel.delivered_wh * 1.06),
        "rmsCurrent": rounded(channel.current),
        "rmsVoltage": rounded(channel.voltage),
        "reactPwr": rounded(channel.reactive_var),
        "apprntPwr": rounded(channel.apparent_va),
        "pwrFactor": round(abs(channel.power_factor), 2),
        "whToday": 0 if today is None else rounded(today),
        "whLastSevenDays": 0 if week is None else rounded(week),
        "vahToday": 0 if today is None else rounded(today * 1.06),
        "varhLeadToday": 0 if today is None else rounded(today * 0.02),
        "varhLagToday": 0 if today is None else rounded(today * 0.05),
    }


def _acb(view: View) -> dict[str, Any]:
    """Return AC Batteries, which are counted apart from Encharges."""
    own = [battery for battery in view.moment.batteries if battery.kind == "ACB"]
    entry: dict[str, Any] = {
        "type": "acb",
        "activeCount": len(own),
        "readingTime": view.now if own else 0,
        "wNow": round(sum(battery.power_w for battery in own)),
        "whNow": round(sum(battery.capacity_wh * int(battery.soc) / 100 for battery in own)),
        "state": "idle",
    }
    if own:
        entry["percentFull"] = int(own[0].soc)
        entry["state"] = charge_status(entry["wNow"])
    return entry


def charge_status(watts: float) -> str:
    """Return what the gateway calls a battery's power."""
    return "discharging" if watts > 0 else "charging" if watts < 0 else "idle"


def v1_production(view: View) -> Doc:
    """Return /api/v1/production, written every five minutes."""
    if view.has(Bug.V1_ZEROS) or (
        not view.measures(CtKind.PRODUCTION)
        and view.fittings.metered
        and not view.has(Bug.V1_STALLS)
    ):
        return _totals(0, 0, 0, 0)
    if view.has(Bug.V1_STALLS):
        stalled = view.memory.stalled_wh
        lifetime = view.moment.inverter_energy_wh if stalled is None else stalled
        view.memory.stalled_wh = lifetime
        return _totals(4_321, 56_789, lifetime, 1_234)
    return _pcu(view) if not view.measures(CtKind.PRODUCTION) else _eim_totals(view)


def _pcu(view: View) -> dict[str, int]:
    """Return the sums of the panels."""
    today = sum(panel.today_wh for panel in view.panels)
    week = today + sum(panel.yesterday_wh for panel in view.panels) * 7
    return _totals(today, week, inverter_energy_wh(view), view.moment.inverter_power_w)


def _eim_totals(view: View) -> dict[str, int]:
    """Return the counters of the production CT."""
    made = made_wh(view.lately)
    today, week = made - made_wh(view.at_midnight), made - made_wh(view.a_week_ago)
    return _totals(max(0, today), week, made, view.moment.production.power_w)


def _totals(today: float, week: float, lifetime: float, watts: float) -> dict[str, int]:
    """Return a block of whole numbers."""
    return {
        "wattHoursToday": int(today),
        "wattHoursSevenDays": int(week),
        "wattHoursLifetime": int(lifetime),
        "wattsNow": int(watts),
    }


def pdm_energy(view: View) -> Doc:
    """Return /ivp/pdm/energy: CT and panels side by side."""
    nothing = _totals(0, 0, 0, 0)
    drawn = drawn_wh(view.lately)
    consumed = _totals(
        max(0, drawn - drawn_wh(view.at_midnight)),
        drawn - drawn_wh(view.a_week_ago),
        drawn,
        view.moment.total.power_w,
    )
    return {
        "production": {
            "pcu": _pcu(view),
            "rgm": nothing,
            "eim": _eim_totals(view) if view.measures(CtKind.PRODUCTION) else nothing,
        },
        "consumption": {"eim": consumed if view.moment.metered_consumption else nothing},
    }
