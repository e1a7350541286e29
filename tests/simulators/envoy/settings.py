"""What was set: tariff, generator, dry contacts, limits.

Field names as in the recordings of pyenphase (5.0.62, 7.3.517, 8.3.5169_with_generator).
"""

from typing import Any

from tests.simulators.envoy.view import Doc, View

OPT_SCHEDULES_FROM = (8, 2, 4200)


def tariff(view: View) -> Doc:
    """Return /admin/lib/tariff."""
    memory = view.memory
    block: dict[str, Any] = {
        "currency": {"code": "EUR"},
        "single_rate": {"rate": 0.2851, "sell": 0.0912},
        "seasons": [],
        "seasons_sell": [],
    }
    schedule: dict[str, Any] = {"source": "Tariff", "version": "00.00.02"}
    if view.fittings.batteries:
        storage: dict[str, Any] = {
            "mode": memory.storage_mode,
            "operation_mode_sub_type": "",
            "reserved_soc": float(memory.reserve_soc),
            "very_low_soc": memory.very_low_soc,
            "charge_from_grid": memory.charge_from_grid,
            "date": "1750786523",
        }
        if view.firmware.number >= OPT_SCHEDULES_FROM:
            storage["opt_schedules"] = False
        block |= {"logger": "mylogger", "date": "1750786523", "storage_settings": storage}
        schedule |= {"reserved_soc": float(memory.reserve_soc), "batt_mode": memory.storage_mode}
    return {"tariff": block, "schedule": schedule}


def generator(view: View) -> Doc:
    """Return /ivp/ensemble/generator; nothing without one."""
    if not view.fittings.generator:
        return {}
    state = "closed" if view.memory.generator_on else "open"
    return {
        "admin_state": state,
        "oper_state": state,
        "admin_mode": 2,
        "schedule": 1,
        "start_soc": 30,
        "stop_soc": 70,
        "exc_on": 0,
        "present": 1,
        "type": 1,
    }


def gen_config(view: View) -> Doc:
    """Return /ivp/ss/gen_config."""
    if not view.fittings.generator:
        return {}
    return {
        "max_cont_gen_amps": 60.0,
        "min_gen_loading_perc": 5,
        "max_gen_efficiency_perc": 100,
        "name_plate_rating_wat": 22.0,
        "start_method": "auto",
        "warm_up_mins": 5,
        "cool_down_mins": 5,
        "gen_type": "Standby",
        "model": "G007042-3, G007043-3 (22kW)",
        "manufacturer": "Generac",
        "last_updated_by": "ITK",
        "generator_id": "3019990001",
        "charge_from_generator": True,
    }


def gen_mode(view: View) -> Doc:
    """Return /ivp/ss/gen_mode."""
    if not view.fittings.generator:
        return {}
    return {"gen_cmd": "on" if view.memory.generator_on else "auto", "last_updated_by": "ITK"}


def gen_schedule(view: View) -> Doc:
    """Return /ivp/ss/gen_schedule."""
    if not view.fittings.generator:
        return {}
    return {
        "exercise_config": {"freq_in_weeks": 3, "start": 945, "duration": 20, "day": "Sat"},
        "default_soc": {"start_soc": 30, "stop_soc": 70},
        "schedule": {"default": []},
        "last_updated_by": "ITK",
    }


CONTACTS = (("NC1", "LOAD", "apply", "Water heater"), ("NC2", "LOAD", "apply", "Range"))


def dry_contacts(view: View) -> Doc:
    """Return /ivp/ensemble/dry_contacts."""
    if not view.fittings.enpower:
        return {"dry_contacts": []}
    return {"dry_contacts": [{"id": name, "status": "closed"} for name, *_ in CONTACTS]}


def dry_contact_settings(view: View) -> Doc:
    """Return /ivp/ss/dry_contact_settings; yes and no are text."""
    if not view.fittings.enpower:
        return {"dry_contacts": []}
    return {
        "dry_contacts": [
            {
                "id": name,
                "type": kind,
                "grid_action": action,
                "micro_grid_action": "shed",
                "gen_action": action,
                "essential_start_time": 43_200.0,
                "essential_end_time": 57_600.0,
                "priority": float(number),
                "black_s_start": 5.0,
                "override": "true",
                "manual_override": "true",
                "load_name": load,
                "mode": "manual",
                "soc_low": 30.0,
                "soc_high": 70.0,
                "pv_serial_nb": [],
            }
            for number, (name, kind, action, load) in enumerate(CONTACTS, 1)
        ]
    }


def pel_settings(_: View) -> Doc:
    """Return /ivp/ss/pel_settings: no limit of export."""
    return {
        "PEL": False,
        "Hard_PEL": False,
        "Soft_PEL": False,
        "Export_Limit_Type": "Aggregate",
        "percent": False,
        "apparent": False,
        "PEL_Limit": 0.0,
    }


def dpel(_: View) -> Doc:
    """Return /ivp/ss/dpel, which only an installer may see."""
    return {"dynamic_pel_settings": {"enable": False, "limit_value_W": 0.0, "slew_rate": 0.0}}


def der_settings(_: View) -> Doc:
    """Return /ivp/ss/der_settings."""
    return {"der_settings": []}


def pv_limit(view: View) -> Doc:
    """Return /ivp/sc/pvlimit."""
    return {"pv_limit": {"panels": len(view.panels), "limit": 100.0}}


def acb_config(view: View) -> Doc:
    """Return /admin/lib/acb_config."""
    own = [battery for battery in view.moment.batteries if battery.kind == "ACB"]
    return {
        "acb_sleep": [
            {"serial_num": battery.serial, "sleep_min_soc": 25, "sleep_max_soc": 30}
            for battery in own
        ]
    }


def power_mode(_: View) -> Doc:
    """Return /ivp/mod/603980032/mode/power, the production switch of installers."""
    return {"powerForcedOff": False}


def nothing(_: View) -> Doc:
    """Return an empty document, for what nobody reads."""
    return {}
