"""Panels: three endpoints put together."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from custom_components.solar_monitor.clients.envoy import panels
from custom_components.solar_monitor.clients.envoy.panels import (
    DeviceData,
    Health,
    Inverters,
    kept,
    merge,
    read_device_data,
    read_health,
    read_inverters,
)
from custom_components.solar_monitor.clients.envoy.readings import Panel
from custom_components.solar_monitor.clients.errors import BadAnswerError

from . import documents as docs

A, B = "482208990001", "482208990002"
NOW = 1_782_039_600.0
YEAR = 365 * 86_400


def merged(
    details: DeviceData | None = None,
    inverters: Inverters | None = None,
    health: dict[str, Health] | None = None,
    *,
    stale: bool = False,
) -> dict[str, Panel]:
    return merge(
        details or DeviceData(),
        inverters or Inverters(),
        health or {},
        now=NOW,
        details_stale=stale,
    )


def test_a_panel_is_read_with_all_its_details_in_our_units() -> None:
    assert read_device_data(docs.device_data(docs.pcu(A))).panels == {
        A: Panel(
            serial=A,
            reported_at=1_782_039_251,
            details_at=1_782_039_251,
            power_w=288,
            power_max_w=366,
            energy_kwh=1_002.847062,
            energy_today_kwh=1.257,
            dc_voltage_v=38.831,
            dc_current_a=7.633,
            ac_voltage_v=230.795,
            ac_current_a=1.246,
            frequency_hz=49.951,
            temperature_c=39,
            error_s=2,
            interval_wh=64.0,
            interval_s=903,
            flags="0x0000000000000000",
            details=True,
        )
    }


def test_a_current_of_zero_is_one_that_is_not_measured() -> None:
    row = docs.pcu(A, channels=[docs.pcu_channel(acCurrentInmA=0)])
    assert read_device_data(docs.device_data(row)).panels[A].ac_current_a is None


def test_a_panel_with_two_channels_is_their_sum() -> None:
    row = docs.pcu(A, channels=[docs.pcu_channel(), docs.pcu_channel()])
    panel = read_device_data(docs.device_data(row)).panels[A]
    assert (panel.power_w, panel.interval_wh, panel.energy_today_kwh) == (576, 128, 2.514)
    assert panel.dc_voltage_v == 38.831


def test_a_sum_lacks_what_one_of_its_channels_lacks() -> None:
    row = docs.pcu(A, channels=[docs.pcu_channel(), docs.pcu_channel(joulesProduced=None)])
    panel = read_device_data(docs.device_data(row)).panels[A]
    assert panel.interval_wh is None
    assert panel.power_w == 576


def test_a_removed_panel_has_no_channels_and_is_retired() -> None:
    row = docs.pcu(A, active=False, modGone=True, channels=[])
    assert read_device_data(docs.device_data(row)).panels == {
        A: Panel(serial=A, retired=True, details=True)
    }


def test_a_panel_that_is_gone_for_the_night_is_not_retired() -> None:
    row = docs.pcu(A, modGone=True)
    assert not read_device_data(docs.device_data(row)).panels[A].retired


def test_only_panels_are_panels() -> None:
    rows = (docs.pcu(A, devName="eim"), docs.pcu(B, devName="acb"), docs.pcu("", devName="pcu"))
    assert read_device_data(docs.device_data(*rows) | {"odd": 3}).panels == {}


@pytest.mark.parametrize(
    ("count", "limit", "complete"), [(49, 50, True), (50, 50, False), (60, 50, False)]
)
def test_a_list_that_reached_its_limit_may_be_cut_off(
    count: int, limit: int, *, complete: bool
) -> None:
    assert read_device_data(docs.device_data(count=count, limit=limit)).complete is complete


def test_a_list_that_does_not_count_may_be_cut_off() -> None:
    assert not read_device_data({}).complete
    assert read_device_data({"deviceCount": 5}).complete


def test_the_short_list_has_panels_and_batteries_apart() -> None:
    rows = [docs.inverter(A), docs.inverter(B, kind=11), {"lastReportWatts": 5}]
    del rows[0]["devType"]  # older firmware
    found = read_inverters(rows)
    assert found.panels == {A: panels.Report(1_782_039_251, 288, 366)}
    assert found.acbs == {B: panels.Report(1_782_039_251, 288, 366)}


def test_health_is_read_without_what_is_fine() -> None:
    weak = "envoy.cond_flags.pcu_ctrl.dc-pwr-low"
    rows = [
        docs.stock(A, device_status=["envoy.global.ok", "prop.done", weak], producing=False),
        docs.stock(B, admin_state=0),
        {"producing": True},
    ]
    assert read_health(rows) == {
        A: Health(
            producing=False,
            communicating=True,
            conditions=(weak,),
            retired=False,
            part_number="800-01331-r02",
        ),
        B: Health(
            producing=True,
            communicating=True,
            conditions=(),
            retired=True,
            part_number="800-01331-r02",
        ),
    }


def test_a_device_of_which_nothing_is_told_is_neither_panel_nor_battery() -> None:
    told = dict.fromkeys(("lastReportDate", "devType", "lastReportWatts", "maxReportWatts"))
    assert read_inverters([docs.inverter(A) | told]) == Inverters()


@pytest.mark.parametrize("read", [read_device_data, read_inverters])
def test_something_else_is_refused(read: Callable[[object], object]) -> None:
    with pytest.raises(BadAnswerError):
        read("nonsense")


def test_panels_beyond_the_limit_have_their_power_from_the_short_list() -> None:
    found = merged(
        read_device_data(docs.device_data(docs.pcu(A), count=60)),
        read_inverters([docs.inverter(A, watts=1), docs.inverter(B, watts=250)]),
    )
    assert found[A].power_w == 288
    assert found[B] == Panel(
        serial=B, reported_at=1_782_039_251, power_w=250, power_max_w=366, details=False
    )


def test_while_details_are_silent_newer_reports_bring_the_power() -> None:
    details = read_device_data(docs.device_data(docs.pcu(A)))
    newer = read_inverters([docs.inverter(A, at=1_782_039_500, watts=300)])
    older = read_inverters([docs.inverter(A, at=1_782_039_100, watts=300)])
    assert merged(details, newer)[A] == details.panels[A]
    assert merged(details, older, stale=True)[A] == details.panels[A]
    panel = merged(details, newer, stale=True)[A]
    assert panel == replace(details.panels[A], power_w=300, reported_at=1_782_039_500)


def test_a_dark_panel_without_a_report_has_it_from_the_short_list() -> None:
    dark = docs.device_data(docs.pcu(A, channels=[]), docs.pcu(B, active=False, channels=[]))
    details = read_device_data(dark)
    assert not details.complete
    assert read_device_data(docs.device_data(docs.pcu(A))).complete
    panel = merged(details, read_inverters([docs.inverter(A, watts=5)]))[A]
    assert panel == Panel(
        serial=A, reported_at=1_782_039_251, power_w=5, power_max_w=366, details=True
    )


def test_health_joins_what_is_known_and_knows_panels_that_never_reported() -> None:
    found = merged(
        read_device_data(docs.device_data(docs.pcu(A))),
        health=read_health([docs.stock(A, communicating=False), docs.stock(B)]),
    )
    assert (found[A].power_w, found[A].communicating) == (288, False)
    assert found[B] == Panel(
        serial=B, producing=True, communicating=True, part_number="800-01331-r02"
    )


@pytest.mark.parametrize(("age", "retired"), [(0, False), (YEAR, False), (YEAR + 2 * 86_400, True)])
def test_a_panel_that_is_silent_for_over_a_year_is_retired(age: int, *, retired: bool) -> None:
    found = merged(inverters=read_inverters([docs.inverter(A, at=int(NOW) - age)]))
    assert found[A].retired is retired


def test_a_panel_that_never_reported_is_not_retired() -> None:
    assert not merged(inverters=read_inverters([docs.inverter(A, at=0)]))[A].retired


def test_a_panel_listed_without_a_report_keeps_its_last_one() -> None:
    before = read_device_data(docs.device_data(docs.pcu(A)))
    dark = docs.device_data(
        docs.pcu(A, modGone=True, channels=[]), docs.pcu(B, active=False, channels=[])
    )
    now = kept(read_device_data(dark), before)
    assert now.panels[A] == before.panels[A]
    assert now.panels[B].retired


def test_a_panel_that_is_taken_out_is_retired_with_its_last_report() -> None:
    before = read_device_data(docs.device_data(docs.pcu(A)))
    now = kept(read_device_data(docs.device_data(docs.pcu(A, active=False, channels=[]))), before)
    assert now.panels[A] == replace(before.panels[A], retired=True)
