"""The panels' documents: device_data, v1 inverters, inventory, inv, devstatus.

Field names as in the recordings of pyenphase (8.2.4345, 8.3.5169, 8.3.5289) and of
mpreissner/ha-enphase-realtime (8.3.6086: dark panels), and Matthew1471/Enphase-API (devstatus).
"""

from typing import Any

from tests.simulators.envoy.model import Battery
from tests.simulators.envoy.panels import FIRST_DEVICE_ID, FIRST_EID, Panel
from tests.simulators.envoy.production import charge_status
from tests.simulators.envoy.shapes import Bug
from tests.simulators.envoy.view import Doc, View, drawn_wh, made_wh

DEVICE_DATA_LIMIT = 50
"""More devices are silently cut off (core 148331)."""
EID_STEP = 256
INSTALLED = 1_750_786_534
"""When the first panel was installed."""
PART = "800-01331-r02"
TYPED_FROM = (4, 10)
"""Recordings of 3.8.10 and 4.2.33 have no devType."""
ASLEEP_S = 3600
"""After so long without a report 8.3.6086 takes a panel for gone."""


def v1_inverters(view: View) -> Doc:
    """Return /api/v1/production/inverters."""
    typed = {"devType": 1} if view.firmware.number >= TYPED_FROM else {}
    own = [
        {
            "serialNumber": panel.serial,
            "lastReportDate": panel.report_end,
            **typed,
            "lastReportWatts": panel.report.power_w if panel.report else 0,
            "maxReportWatts": panel.max_w,
        }
        for panel in view.panels
    ]
    acbs = [
        {
            "serialNumber": battery.serial,
            "lastReportDate": battery.reported_at,
            "devType": 11,
            "lastReportWatts": round(battery.power_w),
            "maxReportWatts": 270,
        }
        for battery in view.moment.batteries
        if battery.kind == "ACB"
    ]
    return [*own, *acbs]


def device_data(view: View) -> Doc:
    """Return /ivp/pdm/device_data: at most 50 devices, meters among them."""
    devices: dict[str, Any] = {}
    for index, panel in enumerate(view.field.panels):
        devices[str(FIRST_DEVICE_ID + EID_STEP * index)] = _pcu(view, panel, index)
    for number, ct in enumerate(view.moment.cts[:2], 1):
        devices[str(ct.eid)] = _eim(view, number)
    kept = dict(list(devices.items())[:DEVICE_DATA_LIMIT])
    return kept | {"deviceCount": len(kept), "deviceDataLimit": DEVICE_DATA_LIMIT}


def _pcu(view: View, panel: Panel, index: int) -> dict[str, Any]:
    """Return one panel."""
    asleep = view.has(Bug.GONE_AT_NIGHT) and view.moment.at - panel.report_end > ASLEEP_S
    device = {
        "devName": "pcu",
        "sn": panel.serial,
        "active": not panel.retired,
        "modGone": panel.retired or asleep or view.has(Bug.GONE_THOUGH_HEARD),
    }
    eid = FIRST_EID + EID_STEP * index
    if panel.retired and view.firmware.number < (8, 3, 6000):
        return device | {"channels": []}
    return device | {"channels": [_channel(view, panel, eid, asleep=asleep)]}


def _channel(view: View, panel: Panel, eid: int, *, asleep: bool) -> dict[str, Any]:
    """Return the only channel of a panel."""
    said = None if asleep or panel.retired else panel.report
    lifetime = {
        "createdTime": 0 if asleep else INSTALLED,
        "duration": int(panel.joules / 60),
        "joulesProduced": int(panel.joules),
    }
    return {
        "chanEid": eid,
        "created": said.end if said else 0,
        "wattHours": {
            "today": 0 if asleep else panel.today_wh,
            "yesterday": 0 if asleep else panel.yesterday_wh,
            "week": 0 if asleep else panel.yesterday_wh * 7,
        },
        "watts": {
            "now": said.power_w if said else 0,
            "nowUsed": 0,
            "max": panel.max_w if said else 0,
        },
        "lastReading": _last_reading(view, panel, eid) if said else {},
        "lifetime": {} if panel.retired else lifetime,
    }


def _last_reading(view: View, panel: Panel, eid: int) -> dict[str, Any]:
    """Return the last report in milli-units."""
    said = panel.report
    if said is None:
        return {}
    third = round(said.ac_voltage * 1000) if view.fittings.phases == 3 else 0
    return {
        "eid": eid,
        "interval_type": 0,
        "endDate": said.end,
        "duration": said.duration_s,
        "flags": panel.flags,
        "flags_hex": f"0x{panel.flags:016x}",
        "joulesProduced": said.joules,
        "acVoltageINmV": round(said.ac_voltage * 1000),
        "acFrequencyINmHz": round(said.frequency * 1000),
        "dcVoltageINmV": round(said.dc_voltage * 1000),
        "dcCurrentINmA": round(said.dc_current * 1000),
        "channelTemp": said.temperature,
        "pwrConvErrSecs": said.error_s,
        "pwrConvMaxErrCycles": said.error_cycles,
        "joulesUsed": 0,
        "leadingVArs": 177,
        "laggingVArs": 20,
        "acCurrentInmA": round(said.ac_current * 1000),
        "l1NAcVoltageInmV": third,
        "l2NAcVoltageInmV": third,
        "l3NAcVoltageInmV": third,
        "rssi": 0 if panel.old else 106,
        "issi": 0 if panel.old else 70,
    }


def _eim(view: View, number: int) -> dict[str, Any]:
    """Return a meter, reduced to one channel; it is written every 15 minutes."""
    wh = (made_wh if number == 1 else drawn_wh)(view.lately)
    end = view.now // 900 * 900
    return {
        "devName": "eim",
        "sn": f"{view.serial}EIM{number}",
        "active": True,
        "modGone": False,
        "channels": [
            {
                "chanEid": 1_778_385_169 + EID_STEP * (number - 1),
                "created": end,
                "wattHours": {"today": 0, "yesterday": 0, "week": 0},
                "watts": {"now": 0, "nowUsed": 0, "max": 8016},
                "lastReading": {"endDate": end, "duration": 900, "wh_dlvd_cum": int(wh)},
                "lifetime": {"createdTime": end, "duration": 900, "wh_dlvd_cum": int(wh)},
            }
        ],
    }


def inventory(view: View, *, deleted: bool = False) -> Doc:
    """Return /inventory.json; with `deleted=1` also what was taken away."""
    panels = view.field.panels if deleted else view.panels
    acbs = [battery for battery in view.moment.batteries if battery.kind == "ACB"]
    groups: list[Any] = [
        {"type": "PCU", "devices": [_listed(view, panel, at) for at, panel in enumerate(panels)]},
        {"type": "ACB", "devices": [_acb(view, battery) for battery in acbs]},
        {"type": "NSRB", "devices": []},
    ]
    if view.firmware.number >= (5,):
        groups.append({"type": "ESUB", "devices": []})
    return groups


def _listed(view: View, panel: Panel, index: int) -> dict[str, Any]:
    """Return one panel's row, with its health."""
    heard = view.field.communicates(panel)
    row: dict[str, Any] = {
        "part_num": PART,
        "installed": str(INSTALLED + index),
        "serial_num": panel.serial,
        "device_status": list(panel.conditions) or _status(view, panel),
        "last_rpt_date": str(panel.report_end),
        "admin_state": 0 if panel.retired else 2,
        "dev_type": 1,
        "created_date": str(INSTALLED + index),
        "img_load_date": "0",
        "img_pnum_running": "521-00005-r06-v02.61.01",
        "ptpn": "549-00040-r01-v02.61.01",
        "chaneid": FIRST_EID + EID_STEP * index,
        "device_control": [{"gficlearset": False}],
        "producing": view.field.produces(panel),
        "communicating": heard,
        "provisioned": not panel.retired,
        "operating": heard,
    }
    if view.firmware.number >= (7,):
        row["phase"] = "ph-" + "abc"[index % view.fittings.phases]
    return row


def _status(view: View, panel: Panel) -> list[str]:
    """Return what the gateway says of a panel without a condition of its own (vk2him #14)."""
    if view.field.communicates(panel):
        return ["envoy.global.ok"]
    lost = ["envoy.cond_flags.obs_strs.failure"]
    dark = view.moment.conditions.irradiance[panel.array] == 0
    return ["envoy.cond_flags.pcu_ctrl.dc-pwr-low", *lost] if dark else lost


def _acb(view: View, battery: Battery) -> dict[str, Any]:
    """Return one AC Battery's row."""
    return {
        "part_num": "800-00930-r03",
        "installed": str(INSTALLED),
        "serial_num": battery.serial,
        "device_status": ["envoy.global.ok"],
        "last_rpt_date": str(battery.reported_at),
        "admin_state": 2,
        "dev_type": 11,
        "created_date": str(INSTALLED),
        "img_load_date": str(INSTALLED),
        "img_pnum_running": "520-00084-r02-v02.16.02",
        "ptpn": "540-00135-r01-v02.16.02",
        "chaneid": int(battery.serial) % 2**31,
        "device_control": [{"gficlearset": False}],
        "producing": True,
        "communicating": battery.serial not in view.memory.unheard,
        "provisioned": True,
        "operating": True,
        "sleep_enabled": False,
        "percentFull": int(battery.soc),
        "maxCellTemp": int(battery.temperature),
        "sleep_min_soc": 25,
        "sleep_max_soc": 30,
        "charge_status": charge_status(round(battery.power_w)),
    }


def inv(view: View) -> Doc:
    """Return /inv: the inventory in short codes, all of them text."""
    rows = [
        {
            "ce": str(FIRST_EID + EID_STEP * index),
            "dtype": "1",
            "chtype": "1",
            "as": "0" if panel.retired else "2",
            "s": panel.serial,
            "pn": PART,
            "edcon": "0",
            "devobs": "0",
            "cd": str(INSTALLED + index),
            "ld": str(panel.report_end),
            "ip": "521-00005-r06-v02.61.01",
            "cap": "6308347",
        }
        for index, panel in enumerate(view.field.panels)
    ]
    return {"numrows": len(rows), "rows": rows}


DEVSTATUS_FIELDS = [
    "serialNumber",
    "devType",
    "communicating",
    "recent",
    "producing",
    "reportDate",
    "temperature",
    "dcVoltageINmV",
    "dcCurrentINmA",
    "acVoltageINmV",
    "acPowerINmW",
]


def devstatus(view: View) -> Doc:
    """Return /ivp/peb/devstatus, a table that only an installer may see."""
    values = [
        [
            panel.serial,
            1,
            view.field.communicates(panel),
            view.field.communicates(panel),
            view.field.produces(panel),
            said.end,
            said.temperature,
            round(said.dc_voltage * 1000),
            round(said.dc_current * 1000),
            round(said.ac_voltage * 1000),
            said.power_w * 1000,
        ]
        for panel in view.panels
        if (said := panel.report)
    ]
    heard = sum(view.field.communicates(panel) for panel in view.panels)
    producing = sum(view.field.produces(panel) for panel in view.panels)
    return {
        "counters": {
            "pcu": {
                "expected": len(view.panels),
                "discovered": len(view.panels),
                "ctrlsCommunicating": heard,
                "chansProducing": producing,
            }
        },
        "pcu": {"fields": DEVSTATUS_FIELDS, "values": values},
    }


def events(view: View) -> Doc:
    """Return /datatab/event_dt.rb: a row for each panel that is not heard."""
    rows = [
        [str(number), "Microinverter failed to report: Set", panel.serial, "", ""]
        for number, panel in enumerate(view.panels, 1)
        if not view.field.communicates(panel)
    ]
    return {"total_events": len(rows), "aaData": rows}
