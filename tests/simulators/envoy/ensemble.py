"""Batteries, system controller, collar and combiner: /ivp/ensemble/* and /ivp/sc/*.

Field names as in the recordings of pyenphase (7.3.517, 8.2.127, 8.3.5169) and of
mpreissner/ha-enphase-realtime (8.3.6086; collar and C6 of 8.3.1598). Real powers are + when
discharging.
"""

from typing import Any

from tests.simulators.envoy.model import Battery
from tests.simulators.envoy.view import Doc, View

INSTALLED = 1_750_565_089
CONTROLLER_SERIAL = "202411990001"
COLLAR_SERIAL = "482411990003"
C6_SERIAL = "482411990004"
RGM_SERIAL = "482411990005"
LEAN_FROM = (8,)
"""Firmware 8 no longer tells `operating` and the ZigBee firmware."""


def inventory(view: View) -> Doc:
    """Return /ivp/ensemble/inventory; firmware 5 has none, later ones without devices []."""
    if view.firmware.number < (7,):
        return {"error": "404 - Not Found"}
    fitted = view.fittings
    groups: list[Any] = []
    encharges = [battery for battery in view.moment.batteries if battery.kind == "ENCHARGE"]
    if encharges or fitted.enpower:
        devices = [_encharge(view, battery) for battery in encharges]
        groups.append({"type": "ENCHARGE", "devices": devices})
    if fitted.enpower:
        groups.append({"type": "ENPOWER", "devices": [_enpower(view)]})
    if fitted.collar:
        groups.append({"type": "COLLAR", "devices": [_collar(view)]})
    if fitted.c6:
        groups.append({"type": "C6 COMBINER CONTROLLER", "devices": [_c6(view)]})
        groups.append({"type": "C6 RGM", "devices": [_rgm()]})
    return groups


def _device(view: View, part: str, serial: str, reported_at: int) -> dict[str, Any]:
    """Return what all of them tell."""
    device: dict[str, Any] = {
        "part_num": part,
        "serial_num": serial,
        "installed": INSTALLED,
        "device_status": ["envoy.global.ok", "prop.done"],
        "last_rpt_date": reported_at,
        "created_date": INSTALLED,
        "img_load_date": INSTALLED,
        "communicating": serial not in view.memory.unheard,
    }
    if view.firmware.number < LEAN_FROM:
        device |= {"zigbee_dongle_fw_version": "100B", "operating": True}
    return device


def _temperature(view: View, celsius: float) -> int | str:
    """Return a temperature, which is not known right after a restart."""
    return round(celsius) if view.moment.at >= view.memory.temperatures_known_at else "unknown"


def _encharge(view: View, battery: Battery) -> dict[str, Any]:
    """Return one IQ Battery."""
    lean = view.firmware.number >= LEAN_FROM
    device = _device(view, "839-01926-r06", battery.serial, battery.reported_at) | {
        "admin_state": 6,
        "admin_state_str": "ENCHG_STATE_READY",
        "img_pnum_running": "3.0.9001_rel/31.50",
        "bmu_fw_version": "3.8.78",
        "sleep_enabled": False,
        "percentFull": int(battery.soc),
        "temperature": _temperature(view, battery.temperature),
        "maxCellTemp": _temperature(view, battery.temperature + 1),
        "comm_level_sub_ghz": 0 if lean else 5,
        "comm_level_2_4_ghz": 0 if lean else 5,
        "led_status": 12 if battery.power_w > 0 else 14 if battery.power_w < 0 else 15,
        "dc_switch_off": False,
        "encharge_rev": 3 if lean else 1,
        "encharge_capacity": battery.capacity_wh,
    }
    if lean:
        grid = "grid-tied" if view.moment.powers.grid_up else "multimode-offgrid"
        device |= {"reported_enc_grid_state": grid, "phase": "ph-a", "der_index": 2}
    return device


def _relay_state(view: View) -> str:
    """Return the main relay's position."""
    return "closed" if view.moment.powers.grid_up else "open synchronized"


def _enpower(view: View) -> dict[str, Any]:
    """Return the system controller; its temperature is in °F."""
    up = view.moment.powers.grid_up
    mode = "multimode-ongrid" if up else "multimode-offgrid"
    return _device(view, "865-00378-r41", CONTROLLER_SERIAL, view.now - 9) | {
        "admin_state": 24,
        "admin_state_str": "ENPWR_STATE_OPER_CLOSED" if up else "ENPWR_STATE_OPER_OPEN",
        "img_pnum_running": "3.0.7296_rel/31.50",
        "temperature": round(view.moment.conditions.temperature * 1.8 + 50),
        "comm_level_sub_ghz": 5,
        "comm_level_2_4_ghz": 5,
        "mains_admin_state": "closed",
        "mains_oper_state": _relay_state(view),
        "Enpwr_grid_mode": mode,
        "Enchg_grid_mode": mode if view.fittings.encharges else "unknown",
        "Enpwr_relay_state_bm": 15_664,
        "Enpwr_curr_state_id": 16,
    }


def _collar(view: View) -> dict[str, Any]:
    """Return the meter collar; its temperature is in °C."""
    up = view.moment.powers.grid_up
    return _device(view, "865-00400-r22", COLLAR_SERIAL, view.now - 30) | {
        "admin_state": 88 if up else 89,
        "admin_state_str": "ENCMN_MDE_ON_GRID" if up else "ENCMN_MDE_OFF_GRID",
        "img_pnum_running": "3.0.6-D0",
        "temperature": round(view.moment.conditions.temperature + 12),
        "mid_state": "close" if up else "open",
        "grid_state": "on_grid" if up else "off_grid",
        "control_error": 0,
        "collar_state": "Installed",
    }


def _c6(view: View) -> dict[str, Any]:
    """Return the combiner controller."""
    device = _device(view, "800-02403-r08", C6_SERIAL, view.now - 45) | {
        "admin_state": 82,
        "admin_state_str": "ENCMN_C6_CC_READY",
        "fw_version": "0.1.20-D1",
        "dmir_version": "0.1.20-D1",
    }
    del device["device_status"]
    return device


def _rgm() -> dict[str, Any]:
    """Return the combiner's revenue meter, whose keys have blanks."""
    return {
        "part_num": "800-02403-r08",
        "serial_num": RGM_SERIAL,
        "installed": INSTALLED,
        "FW Version": "2.2.1-D4119",
        "Device State": 80,
    }


def secctrl(view: View) -> Doc:
    """Return /ivp/ensemble/secctrl."""
    encharge_wh, acb_wh = (
        sum(battery.capacity_wh for battery in view.moment.batteries if battery.kind == kind)
        for kind in ("ENCHARGE", "ACB")
    )
    soc = int(view.moment.soc) if view.moment.batteries else 0
    reserve = view.memory.reserve_soc if encharge_wh else 0
    return {
        "shutdown": False,
        "freq_bias_hz": 0.0,
        "voltage_bias_v": 0.0,
        "configured_backup_soc": reserve,
        "adjusted_backup_soc": reserve,
        "agg_soc": soc,
        "Max_energy": encharge_wh + acb_wh,
        "ENC_agg_soc": soc if encharge_wh else 0,
        "ENC_agg_soh": 100 if encharge_wh else 0,
        "ENC_agg_backup_energy": encharge_wh * reserve // 100,
        "ENC_agg_avail_energy": encharge_wh * soc // 100,
        "Enc_commissioned_capacity": encharge_wh,
        "Enc_max_available_capacity": encharge_wh,
        "ACB_agg_soc": soc if acb_wh else 0,
        "ACB_agg_energy": acb_wh * soc // 100,
        "VLS_Limit": view.memory.very_low_soc,
        "soc_rec_enabled": False,
        "soc_recovery_entry": 0,
        "soc_recovery_exit": 10,
        "Commission_in_progress": False,
        "ESS_in_progress": False,
    }


def power(view: View) -> Doc:
    """Return /ivp/ensemble/power; its key has a colon."""
    return {
        "devices:": [
            {
                "serial_num": battery.serial,
                "real_power_mw": round(battery.power_w * 1000),
                "apparent_power_mva": round(battery.power_w * 1000),
                "soc": int(battery.soc),
            }
            for battery in view.moment.batteries
            if battery.kind == "ENCHARGE"
        ]
    }


def relay(view: View) -> Doc:
    """Return /ivp/ensemble/relay: what was wanted and what is."""
    up = view.moment.powers.grid_up
    return {
        "mains_admin_state": "closed",
        "mains_oper_state": _relay_state(view),
        "srt12_state": "open",
        "srt13_state": "open",
        "der1_state": 1,
        "der2_state": 0,
        "der3_state": 0,
        "Enchg_grid_mode": "multimode-ongrid" if up else "multimode-offgrid",
        "Solar_grid_mode": "multimode-ongrid" if up else "multimode-offgrid",
    }


def status(view: View) -> Doc:
    """Return /ivp/ensemble/status: inventory, secctrl and relay in one."""
    serials = {battery.serial: {"device_type": 13} for battery in view.moment.batteries}
    if view.fittings.enpower:
        serials[CONTROLLER_SERIAL] = {"device_type": 17}
    return {
        "inventory": {"serial_nums": serials},
        "secctrl": secctrl(view),
        "relay": relay(view),
    }


def sched(view: View) -> Doc:
    """Return /ivp/sc/sched; some keys have blanks."""
    soc = int(view.moment.soc) if view.moment.batteries else 0
    return {
        "acb_current_mode": 1,
        "acb_debug_mode": -1,
        "ENC_agg_energy": view.moment.capacity_wh * soc // 100,
        "Agg Backup Energy": view.moment.capacity_wh * view.memory.reserve_soc // 100,
        "Num_of_enc": view.fittings.encharges,
        "ENC_agg_soc": soc,
        "Charge From Grid Allowed": view.memory.charge_from_grid,
        "Num_of_acb": view.fittings.acbs,
        "agg_soc": soc,
        "max_energy": view.moment.capacity_wh,
    }


def sc_status(view: View) -> Doc:
    """Return /ivp/sc/status, as far as anybody knows what it means."""
    return {
        "AggregateMeteringMode": False,
        "nameplate": {"ENC": [3840 * view.fittings.encharges, 0, 0]},
        "disco": {"status": "Closed", "reason": ""},
        "response": {"groups": [{"id": "ENC", "setpoint_val": 0.0}]},
    }
