"""/ivp/livedata: fresh only while the stream is on, milli-units.

Field names as in the recording of mpreissner/ha-enphase-realtime (8.3.6086), who also found that
a battery's power is negative while it charges; the 15 minutes: domoticz/domoticz #5377.
"""

from typing import Any

from tests.simulators.envoy.model import PHASE_SHARES, Moment
from tests.simulators.envoy.view import STREAM_S, Doc, View


def streaming(view: View) -> bool:
    """Return whether the stream is on."""
    return view.moment.at < view.memory.live_until


def arm(view: View, body: Any) -> Doc:  # noqa: ANN401 - whatever a client sends
    """Turn the stream on or off, as `{"enable": 1}` or `{"enable": 0}` says."""
    wanted = isinstance(body, dict) and body.get("enable") == 1
    view.memory.live = view.moment
    view.memory.live_until = view.moment.at + STREAM_S if wanted else 0.0
    return {"sc_stream": "enabled" if wanted else "disabled"}


def live_status(view: View) -> Doc:
    """Return /ivp/livedata/status; without a stream the numbers are those of its end."""
    on = streaming(view)
    if on:
        view.memory.live = view.moment
    elif view.memory.live is None:
        return _document(view, None, on=False)
    return _document(view, view.memory.live, on=on)


def _document(view: View, moment: Moment | None, *, on: bool) -> dict[str, Any]:
    """Return the document of a moment; all zeros when there never was a stream."""
    batteries = moment.batteries if moment else ()
    soc = int(moment.soc) if moment and batteries else 0
    encharges = [battery for battery in batteries if battery.kind == "ENCHARGE"]
    acbs = [battery for battery in batteries if battery.kind == "ACB"]
    return {
        "connection": {
            "mqtt_state": "connected",
            "prov_state": "configured",
            "auth_state": "ok",
            "sc_stream": "enabled" if on else "disabled",
            "sc_debug": "disabled",
        },
        "meters": {
            "last_update": int(moment.at) if moment else 0,
            "soc": soc,
            "main_relay_state": int(view.moment.powers.grid_up),
            "gen_relay_state": 5,
            "backup_bat_mode": 0,
            "backup_soc": view.memory.reserve_soc if batteries else 0,
            "is_split_phase": int(view.fittings.phases == 2),
            "phase_count": view.fittings.phases,
            "enc_agg_soc": soc if encharges else 0,
            "enc_agg_energy": sum(each.capacity_wh for each in encharges) * soc // 100,
            "acb_agg_soc": soc if acbs else 0,
            "acb_agg_energy": sum(each.capacity_wh for each in acbs) * soc // 100,
            "pv": _meter(view, moment.production.power_w if moment else 0.0),
            "storage": _meter(view, moment.storage.power_w if moment else 0.0),
            "grid": _meter(view, moment.grid.power_w if moment else 0.0),
            "load": _meter(view, moment.live_load_w if moment else 0.0),
            "generator": _meter(view, 0.0),
        },
        "tasks": {"task_id": 2_072_606_140, "timestamp": int(view.memory.started_at)},
        "counters": {"rest_Status": 201_265},
        "dry_contacts": {},
    }


def _meter(view: View, watts: float) -> dict[str, int]:
    """Return one meter in mW and mVA."""
    shares = (*PHASE_SHARES[view.fittings.phases], 0.0, 0.0)[:3]
    meter = {"agg_p_mw": round(watts * 1000), "agg_s_mva": round(watts * 1020)}
    for letter, share in zip("abc", shares, strict=True):
        meter[f"agg_p_ph_{letter}_mw"] = round(watts * 1000 * share)
        meter[f"agg_s_ph_{letter}_mva"] = round(watts * 1020 * share)
    return meter
