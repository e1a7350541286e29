"""Batteries, system controller, collar, combiner and generator."""

import pytest

from custom_components.solar_monitor.clients.envoy import ensemble
from custom_components.solar_monitor.clients.envoy.readings import (
    C6,
    Battery,
    BatteryKind,
    Collar,
    Enpower,
    Generator,
)
from custom_components.solar_monitor.clients.errors import BadAnswerError

from . import documents as docs

ENPOWER = {
    "serial_num": "202411990001",
    "Enpwr_grid_mode": "grid-tied",
    "mains_admin_state": "closed",
    "mains_oper_state": "closed",
    "communicating": True,
    "temperature": 79,
    "last_rpt_date": 1_785_593_329,
    "img_pnum_running": "2.0.6936_rel/31.43",
}


def inventory(**devices: list[docs.Doc]) -> ensemble.Inventory:
    return ensemble.read_inventory(
        [{"type": kind.replace("_", " "), "devices": rows} for kind, rows in devices.items()]
    )


def test_a_battery_is_read() -> None:
    assert inventory(ENCHARGE=[docs.encharge("4921")]).batteries == {
        "4921": Battery(
            serial="4921",
            kind=BatteryKind.ENCHARGE,
            soc=54,
            temperature_c=23,
            reported_at=1_782_039_600,
            communicating=True,
            capacity_wh=5_000,
            part_number="839-01926-r06",
            firmware="3.0.9001_rel/31.50",
        )
    }


def test_one_odd_field_costs_nothing_else() -> None:
    rows = [docs.encharge("4921", temperature="unknown", percentFull=None), docs.encharge("4922")]
    found = inventory(ENCHARGE=rows).batteries
    assert (found["4921"].temperature_c, found["4921"].soc) == (None, None)
    assert found["4921"].capacity_wh == 5_000
    assert found["4922"].temperature_c == 23


def test_batteries_may_come_in_several_lists_and_without_numbers_they_are_nobody() -> None:
    found = ensemble.read_inventory(
        [
            {"type": "ENCHARGE", "devices": [docs.encharge("4921")]},
            {"type": "ENCHARGE", "devices": [docs.encharge("4922"), docs.encharge("")]},
            {"devices": [docs.encharge("4923")]},
        ]
    )
    assert set(found.batteries) == {"4921", "4922"}
    assert len(found) == 2


def test_the_system_controller_tells_its_temperature_in_fahrenheit() -> None:
    found = inventory(ENPOWER=[ENPOWER])
    assert found.enpower == Enpower(
        serial="202411990001",
        grid_mode="grid-tied",
        mains_admin_state="closed",
        mains_oper_state="closed",
        communicating=True,
        temperature_c=26.1,
        reported_at=1_785_593_329,
        firmware="2.0.6936_rel/31.43",
    )
    assert len(found) == 1
    cold = inventory(ENPOWER=[ENPOWER | {"temperature": "unknown"}]).enpower
    assert cold
    assert cold.temperature_c is None


@pytest.mark.parametrize(
    ("state", "present"), [("closed", True), ("open", False), ("open synchronizing", False)]
)
def test_the_controllers_switch_tells_whether_there_is_a_grid(state: str, *, present: bool) -> None:
    enpower = inventory(ENPOWER=[ENPOWER | {"mains_oper_state": state}]).enpower
    assert enpower
    assert enpower.grid_present is present


def test_a_controller_that_says_nothing_knows_no_grid() -> None:
    assert Enpower(serial="1").grid_present is None


def test_collar_and_combiner_are_read() -> None:
    found = inventory(
        COLLAR=[
            {
                "serial_num": "4824",
                "grid_state": "on_grid",
                "mid_state": "close",
                "admin_state_str": "ENCMN_MDE_ON_GRID",
                "collar_state": "Installed",
                "communicating": True,
                "temperature": 34,
                "last_rpt_date": 1_782_039_570,
                "img_pnum_running": "3.0.6-D0",
            }
        ],
        C6_COMBINER_CONTROLLER=[
            {
                "serial_num": "4825",
                "admin_state_str": "ENCMN_C6_CC_READY",
                "communicating": True,
                "last_rpt_date": 1_782_039_555,
                "fw_version": "0.1.20-D1",
            }
        ],
    )
    assert found.collar == Collar(
        serial="4824",
        grid_state="on_grid",
        mid_state="close",
        admin_state="ENCMN_MDE_ON_GRID",
        collar_state="Installed",
        communicating=True,
        temperature_c=34,
        reported_at=1_782_039_570,
        firmware="3.0.6-D0",
    )
    assert found.c6 == C6(
        serial="4825",
        admin_state="ENCMN_C6_CC_READY",
        communicating=True,
        reported_at=1_782_039_555,
        firmware="0.1.20-D1",
    )
    assert len(found) == 2


@pytest.mark.parametrize(
    ("state", "present"),
    [("ENCMN_MDE_ON_GRID", True), ("ENCMN_MDE_OFF_GRID", False), ("ELSE", None), (None, None)],
)
def test_the_collars_admin_state_tells_whether_there_is_a_grid(
    state: str | None, *, present: bool | None
) -> None:
    assert Collar(serial="1", admin_state=state, grid_state="on_grid").grid_present is present


def test_the_sums_of_all_batteries_are_read() -> None:
    assert ensemble.read_sector(docs.secctrl(ACB_agg_energy=930)) == ensemble.Sector(
        soc=54,
        encharge_soc=55,
        stored_kwh=6.43,
        encharge_capacity_kwh=9.9,
        capacity_kwh=10.0,
        reserve_soc=20,
    )


def test_an_empty_battery_is_not_an_absent_one() -> None:
    empty = docs.secctrl(agg_soc=0, ENC_agg_soc=0, ENC_agg_avail_energy=0)
    assert ensemble.read_sector(empty).encharge_soc == 0


def test_nothing_but_zeros_is_nothing() -> None:
    assert ensemble.read_sector(dict.fromkeys(docs.secctrl(), 0)) == ensemble.Sector()


def test_sums_may_lack_what_older_firmware_lacks() -> None:
    found = ensemble.read_sector({"agg_soc": 54})
    assert found == ensemble.Sector(soc=54)
    assert found.stored_kwh is None


def test_sums_without_a_state_of_charge_are_refused() -> None:
    with pytest.raises(BadAnswerError):
        ensemble.read_sector(docs.secctrl(agg_soc=None))


@pytest.mark.parametrize("key", ["devices:", "devices"])
def test_the_key_of_the_power_list_may_have_its_colon(key: str) -> None:
    rows = docs.power(s4921=-600_000)["devices:"]
    assert ensemble.read_power({key: [*rows, {"real_power_mw": 5}]}) == {
        "4921": ensemble.UnitPower(power_w=-600, soc=56)
    }


@pytest.mark.parametrize(
    "doc", [{}, {"devices:": {}}, {"devices:": [{"serial_num": "1", "real_power_mw": None}]}]
)
def test_a_power_list_that_says_nothing_is_refused(doc: docs.Doc) -> None:
    with pytest.raises(BadAnswerError):
        ensemble.read_power(doc)


def test_the_relay_says_more_often_what_the_controller_says() -> None:
    enpower = Enpower(serial="1", mains_admin_state="closed", mains_oper_state="closed")
    relay = ensemble.read_relay({"mains_admin_state": None, "mains_oper_state": "open"})
    now = ensemble.with_relay(enpower, relay)
    assert now == Enpower(serial="1", mains_admin_state="closed", mains_oper_state="open")
    assert ensemble.with_relay(enpower, None) == enpower
    assert ensemble.with_relay(None, relay) is None


def test_a_generator_is_read() -> None:
    doc = {"admin_state": "open", "oper_state": "closed", "start_soc": 30, "stop_soc": 70}
    generator = Generator(admin_state="open", oper_state="closed", start_soc=30, stop_soc=70)
    assert ensemble.read_generator(doc) == generator
    assert ensemble.read_generator(doc | {"present": 1}) == generator
    assert ensemble.read_generator_mode({"gen_cmd": "auto"}) == "auto"


@pytest.mark.parametrize("doc", [{}, {"present": 1}, {"present": 0, "oper_state": "open"}])
def test_where_there_is_no_generator_there_is_none(doc: docs.Doc) -> None:
    assert ensemble.read_generator(doc) is None


def test_ac_batteries_are_read_from_the_inventory() -> None:
    asleep = "envoy.cond_flags.pcu_ctrl.sleep-mode"
    row = docs.stock(
        "1219", percentFull=25, maxCellTemp=18, device_status=[asleep], img_pnum_running="5.1"
    )
    assert ensemble.read_acbs([row, docs.stock("")]) == {
        "1219": Battery(
            serial="1219",
            kind=BatteryKind.ACB,
            soc=25,
            temperature_c=18,
            reported_at=1_782_039_251,
            communicating=True,
            part_number="800-01331-r02",
            firmware="5.1",
            conditions=(asleep,),
        )
    }
