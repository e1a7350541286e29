"""What a gateway states about the whole system."""

import pytest

from custom_components.solar_monitor.clients.envoy import statements
from custom_components.solar_monitor.clients.envoy.endpoints import Block
from custom_components.solar_monitor.clients.envoy.live import read_live, read_stream
from custom_components.solar_monitor.clients.envoy.readings import Home, Live, Sums, Tariff
from custom_components.solar_monitor.clients.errors import BadAnswerError

from . import documents as docs


def test_both_sums_of_production_are_read() -> None:
    doc = docs.production_json(
        production=[docs.inverters(1_990, 4_990_000), docs.eim("production", 2_101, 5_100_001)]
    )
    assert statements.read_production(doc) == statements.Production(
        sums=Sums(
            ct_power_w=2_101,
            ct_energy_kwh=5_100.001,
            inverter_power_w=1_990,
            inverter_energy_kwh=4_990,
            block=Block.PRODUCTION,
        ),
        acbs=None,
    )


def test_a_meter_that_is_not_active_has_no_sum() -> None:
    doc = docs.production_json(
        production=[docs.eim("production", 9, 9, activeCount=0), {"type": "rgm", "wNow": 3}]
    )
    assert statements.read_production(doc).sums == Sums(block=Block.PRODUCTION)


def test_ac_batteries_are_added_up_by_the_gateway() -> None:
    acb = {"type": "acb", "activeCount": 3, "wNow": 260, "whNow": 930, "percentFull": 25}
    assert statements.read_production({"storage": [acb]}).acbs == statements.Acbs(260, 0.93, 25)


@pytest.mark.parametrize("change", [{"activeCount": 0}, {"percentFull": None}])
def test_there_are_no_ac_batteries_without_count_or_charge(change: docs.Doc) -> None:
    acb = {"type": "acb", "activeCount": 3, "percentFull": 25} | change
    if acb["percentFull"] is None:
        del acb["percentFull"]
    assert statements.read_production({"storage": [acb]}).acbs is None


def test_the_oldest_endpoint_has_power() -> None:
    assert statements.read_v1(docs.v1(watts=7)) == statements.V1(7, counting=True)
    zeros = dict.fromkeys(docs.v1(), 0)
    assert statements.read_v1(zeros) == statements.V1(0, counting=False)
    with pytest.raises(BadAnswerError):
        statements.read_v1({"wattsNow": "unknown"})


COUNTED = {"wattHoursToday": 2_806, "wattHoursLifetime": 11_764_258, "wattsNow": 2_682}
NOTHING = {"wattHoursToday": 0, "wattHoursLifetime": 0, "wattsNow": 0}


def test_both_sums_and_the_day_come_from_one_answer() -> None:
    ct = {"wattHoursToday": 2_498, "wattHoursLifetime": 11_567_547, "wattsNow": 2_653}
    drawn = {"wattHoursToday": 33_182, "wattHoursLifetime": 42_726_537, "wattsNow": 3_188}
    doc = {"production": {"pcu": COUNTED, "eim": ct}, "consumption": {"eim": drawn}}
    assert statements.read_pdm_energy(doc) == statements.PdmEnergy(
        sums=Sums(
            ct_power_w=2_653,
            ct_energy_kwh=11_567.547,
            inverter_power_w=2_682,
            inverter_energy_kwh=11_764.258,
            block=Block.PDM_ENERGY,
        ),
        ct_today_kwh=2.498,
        inverter_today_kwh=2.806,
        consumption_today_kwh=33.182,
    )


def test_a_ct_that_has_counted_nothing_is_not_there() -> None:
    doc = {"production": {"pcu": COUNTED, "eim": NOTHING}, "consumption": {"eim": NOTHING}}
    found = statements.read_pdm_energy(doc)
    assert (found.sums.ct_power_w, found.ct_today_kwh, found.consumption_today_kwh) == (None,) * 3
    assert found.inverter_today_kwh == 2.806


def test_sums_without_any_number_are_refused() -> None:
    with pytest.raises(BadAnswerError):
        statements.read_pdm_energy({"production": {"pcu": {"wattHoursLifetime": None}}})


@pytest.mark.parametrize(
    ("said", "mode"),
    [("savings-mode", "economy"), ("economy", "economy"), ("ai", "ai"), (None, None)],
)
def test_the_storage_settings_are_read_whatever_the_mode_is_called(
    said: str | None, mode: str | None
) -> None:
    settings = {
        "mode": said,
        "reserved_soc": 20.0,
        "charge_from_grid": True,
        "opt_schedules": False,
    }
    assert statements.read_tariff({"tariff": {"storage_settings": settings}}) == Tariff(
        storage_mode=mode, reserve_soc=20, charge_from_grid=True, ai_optimisation=False
    )


@pytest.mark.parametrize("doc", [{}, {"tariff": {}}, {"tariff": {"storage_settings": None}}])
def test_a_system_without_storage_has_no_settings_of_it(doc: docs.Doc) -> None:
    assert statements.read_tariff(doc) is None


def test_the_gateway_tells_about_itself() -> None:
    wired = {"interface": "eth0", "type": "ethernet", "mac": "00:1D:C0:7F:B6:3B"}
    doc = {
        "timezone": "Europe/Amsterdam",
        "network": {
            "primary_interface": "eth0",
            "last_enlighten_report_time": 1_745_499_043,
            "interfaces": [{"interface": "wlan0", "type": "wifi"}, wired],
        },
    }
    home = statements.read_home(doc)
    assert home == Home(
        timezone="Europe/Amsterdam",
        interface="ethernet",
        mac="00:1D:C0:7F:B6:3B",
        cloud_reported_at=1_745_499_043,
    )
    assert "7F" not in repr(home)
    assert statements.read_home({}) == Home()


def test_live_data_come_in_thousandths_and_with_our_signs() -> None:
    doc = {
        "connection": {"sc_stream": "enabled"},
        "meters": {
            "last_update": 1_726_696_114,
            "soc": 86,
            "pv": {"agg_p_mw": 2_317_900},
            "grid": {"agg_p_mw": -1_500_000},
            "storage": {"agg_p_mw": -600_000},
            "load": {"agg_p_mw": 217_900},
            "generator": {"agg_p_mw": 0},
        },
    }
    live = read_live(doc)
    assert live == Live(
        pv_w=2_317.9,
        grid_w=-1_500,
        battery_w=-600,
        load_w=217.9,
        generator_w=0,
        soc=86,
        streaming=True,
    )
    assert live.measured_at == 1_726_696_114


def test_live_data_that_lack_everything_say_nothing() -> None:
    assert read_live({}) == Live()
    with pytest.raises(BadAnswerError):
        read_live([])


@pytest.mark.parametrize(
    ("doc", "on"),
    [({"sc_stream": "enabled"}, True), ({"sc_stream": "disabled"}, False), ({}, False)],
)
def test_the_stream_tells_whether_it_is_on(doc: docs.Doc, *, on: bool) -> None:
    assert read_stream(doc) is on
