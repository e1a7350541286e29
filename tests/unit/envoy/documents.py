"""Answers of a gateway, as small as they can be, in the shape of real ones."""

from typing import Any

PRODUCTION_EID = 704_643_328
NET_EID = 704_643_584
STORAGE_EID = 704_643_840
UNKNOWN_EID = 1_023_410_688

type Doc = dict[str, Any]

_KINDS = {PRODUCTION_EID: "production", NET_EID: "net-consumption", STORAGE_EID: "storage"}


def meter(eid: int, phases: int = 1, **changes: object) -> Doc:
    """A row of /ivp/meters."""
    row = {
        "eid": eid,
        "state": "enabled",
        "measurementType": _KINDS.get(eid, "total-consumption"),
        "phaseMode": {1: "single", 2: "split", 3: "three"}[phases],
        "phaseCount": phases,
        "meteringStatus": "normal",
        "statusFlags": [],
    }
    return row | changes


def channel(eid: int, watts: float, delivered: float, received: float = 0.0) -> Doc:
    """A meter or a channel of one, of /ivp/meters/readings."""
    return {
        "eid": eid,
        "timestamp": 1_782_039_600,
        "actEnergyDlvd": delivered,
        "actEnergyRcvd": received,
        "activePower": watts,
        "apparentPower": abs(watts) * 1.02,
        "reactivePower": 20.0,
        "pwrFactor": 0.98,
        "voltage": 230.5,
        "current": 10.0,
        "freq": 50.0,
    }


def reading(
    eid: int, watts: float, delivered: float, received: float = 0.0, phases: int = 1
) -> Doc:
    """A meter of /ivp/meters/readings: always three channels, those that are not there zero."""
    shares = [1 / phases] * phases + [0.0] * (3 - phases)
    channels = [
        channel(eid + 1 + i, watts * share, delivered * share, received * share)
        for i, share in enumerate(shares)
    ]
    return channel(eid, watts, delivered, received) | {"channels": channels}


def v1(watts: float = 2_000, lifetime: float = 5_000_000, today: float = 9_000) -> Doc:
    """/api/v1/production."""
    return {
        "wattHoursToday": today,
        "wattHoursSevenDays": 70_000,
        "wattHoursLifetime": lifetime,
        "wattsNow": watts,
    }


def inverters(watts: float = 1_990, lifetime: float = 4_990_000) -> Doc:
    """The inverters of production.json."""
    return {
        "type": "inverters",
        "activeCount": 8,
        "readingTime": 1_782_039_000,
        "wNow": watts,
        "whLifetime": lifetime,
    }


def eim(kind: str, watts: float, lifetime: float, today: float = 9_000, **changes: object) -> Doc:
    """A meter of production.json."""
    row = {
        "type": "eim",
        "activeCount": 1,
        "measurementType": kind,
        "wNow": watts,
        "whLifetime": lifetime,
        "whToday": today,
        "whLastSevenDays": 70_000,
    }
    return row | changes


def production_json(*, production: list[Doc], consumption: list[Doc] | None = None) -> Doc:
    """/production.json."""
    storage = [{"type": "acb", "activeCount": 0, "wNow": 0, "whNow": 0, "state": "idle"}]
    return {"production": production, "consumption": consumption or [], "storage": storage}


def pcu(serial: str, **changes: object) -> Doc:
    """A panel of device_data."""
    row = {
        "devName": "pcu",
        "sn": serial,
        "active": True,
        "modGone": False,
        "channels": [pcu_channel()],
    }
    return row | changes


def pcu_channel(**last: object) -> Doc:
    """A channel of a panel: 64 Wh in 903 s."""
    return {
        "wattHours": {"today": 1_257, "yesterday": 1_900, "week": 12_000},
        "watts": {"now": 288, "nowUsed": 0, "max": 366},
        "lastReading": {
            "endDate": 1_782_039_251,
            "duration": 903,
            "flags": 0,
            "flags_hex": "0x0000000000000000",
            "joulesProduced": 230_400,
            "acVoltageINmV": 230_795,
            "acFrequencyINmHz": 49_951,
            "dcVoltageINmV": 38_831,
            "dcCurrentINmA": 7_633,
            "channelTemp": 39,
            "pwrConvErrSecs": 2,
            "acCurrentInmA": 1_246,
            "rssi": 106,
            "issi": 70,
        }
        | last,
        "lifetime": {"duration": 33_916_388, "joulesProduced": 3_610_249_425},
    }


def device_data(*devices: Doc, count: int | None = None, limit: int = 50) -> Doc:
    """/ivp/pdm/device_data."""
    rows: Doc = {str(553_648_384 + 256 * i): row for i, row in enumerate(devices)}
    return rows | {
        "deviceCount": len(devices) if count is None else count,
        "deviceDataLimit": limit,
    }


def inverter(serial: str, at: int = 1_782_039_251, watts: float = 288, kind: int = 1) -> Doc:
    """A device of /api/v1/production/inverters."""
    return {
        "serialNumber": serial,
        "lastReportDate": at,
        "devType": kind,
        "lastReportWatts": watts,
        "maxReportWatts": 366,
    }


def stock(serial: str, **changes: object) -> Doc:
    """A device of /inventory.json."""
    row = {
        "serial_num": serial,
        "part_num": "800-01331-r02",
        "device_status": ["envoy.global.ok"],
        "last_rpt_date": "1782039251",
        "admin_state": 1,
        "producing": True,
        "communicating": True,
    }
    return row | changes


def encharge(serial: str, **changes: object) -> Doc:
    """A battery of /ivp/ensemble/inventory."""
    row = {
        "serial_num": serial,
        "part_num": "839-01926-r06",
        "img_pnum_running": "3.0.9001_rel/31.50",
        "device_status": ["envoy.global.ok", "prop.done"],
        "last_rpt_date": 1_782_039_600,
        "communicating": True,
        "percentFull": 54,
        "temperature": 23,
        "encharge_capacity": 5_000,
    }
    return row | changes


def secctrl(**changes: object) -> Doc:
    """/ivp/ensemble/secctrl."""
    row = {
        "configured_backup_soc": 20,
        "agg_soc": 54,
        "Max_energy": 10_000,
        "ENC_agg_soc": 55,
        "ENC_agg_avail_energy": 5_500,
        "Enc_max_available_capacity": 9_900,
        "ACB_agg_soc": 0,
        "ACB_agg_energy": 0,
    }
    return row | changes


def power(**milliwatts: float) -> Doc:
    """/ivp/ensemble/power by serial number, written `s<serial>`; the key really has a colon."""
    rows = [
        {"serial_num": serial[1:], "real_power_mw": value, "apparent_power_mva": value, "soc": 56}
        for serial, value in milliwatts.items()
    ]
    return {"devices:": rows}


INFO = (
    b'<?xml version="1.0" encoding="UTF-8"?><envoy_info><device><sn>122302098765</sn>'
    b"<pn>800-00654-r08</pn><software>D8.3.5167</software><imeter>true</imeter></device>"
    b"<web-tokens>true</web-tokens></envoy_info>"
)
SERIAL = "122302098765"
