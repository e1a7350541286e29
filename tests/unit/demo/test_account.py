"""The Enphase account of the demo's house."""

from datetime import UTC, datetime

import pytest

from tests.demo import account_truth
from tests.demo.account import (
    BEACH_ID,
    CLOUD_ONLY,
    COMPANION,
    HOUSE_ID,
    SILENT_PANEL,
    Account,
    troubles_of,
)
from tests.demo.gateway import Roof
from tests.demo.house import WAYS, House
from tests.demo.truth import Between
from tests.simulators.enlighten import Kind, Trouble
from tests.simulators.envoy import Shape

from .kit import answer, build

WAY = WAYS["solarman_v5"]


def house_with(roof: Roof | None = None, family: str = "hybrid_1p") -> tuple[House, Account]:
    house = build(family, WAY, roof or Roof())
    assert house.account
    return house, house.account


def test_the_account_knows_the_gateway_and_the_panels_of_the_roof() -> None:
    house, account = house_with()
    assert house.gateway
    assert account.house.gateway_serial == house.gateway.serial
    assert {panel.serial for panel in account.house.panels} == {
        panel.serial for panel in house.gateway.field.panels
    }
    assert [system.system_id for system in account.cloud.systems] == [HOUSE_ID, BEACH_ID]


@pytest.mark.parametrize("shape", Shape, ids=lambda shape: shape.name)
def test_the_cloud_counts_what_the_gateways_panels_make(shape: Shape) -> None:
    house, account = house_with(Roof(shape))
    site = house.site
    begin = site.place.midnight(site.clock.timestamp())
    day = site.energies_at(begin).until(site.energies_at(account.house.last_report_at))
    known = account.cloud.truth().energy_today_wh / 1000
    # Without a meter the panels count, which count a little less.
    assert known == pytest.approx(day.pv_ac - day.grid_tied, rel=0.021, abs=0.01)


def test_only_without_the_gateway_the_cloud_is_for_everything() -> None:
    _, beside = house_with()
    assert beside.profile == COMPANION
    house, alone = house_with(Roof(local=False))
    assert alone.profile == CLOUD_ONLY
    assert house.gateway is None
    assert alone.house.panel_count == 24


def test_an_account_may_be_left_to_the_user() -> None:
    kinds = [watched.kind for watched in build("hybrid_1p", WAY, Roof()).watched()]
    assert kinds == ["deye", "envoy", "enlighten"]
    by_hand, account = house_with(Roof(by_hand=True))
    assert [watched.kind for watched in by_hand.watched()] == ["deye", "envoy"]
    assert account.keys["client_id"] == account.cloud.application.client_id


def test_what_is_wrong_with_a_panel_of_the_gateway_the_cloud_hears_as_well() -> None:
    house, account = house_with()
    assert house.gateway
    field = house.gateway.field
    field.panels[3].silent = True
    field.set_gain(field.panels[4], 0)
    field.retire(field.panels[5])
    assert troubles_of(field.panels) == [
        Trouble(Kind.PANEL_SILENT, field.panels[3].serial),
        Trouble(Kind.PANEL_DEAD, field.panels[4].serial),
    ]
    account.house.life.hurry = 0
    assert account.cloud.truth().open_events == ()
    house.site.clock.freeze()
    house.site.clock.advance(900)
    assert {event.serial for event in account.cloud.truth().open_events} == {
        field.panels[3].serial,
        field.panels[4].serial,
    }


def test_an_alarm_comes_and_goes_at_once() -> None:
    house, account = house_with()
    house.site.clock.freeze()
    account.raise_alarm()
    (alarm,) = account.cloud.truth().open_alarms
    assert [event.serial for event in alarm.events] == [account.house.panels[SILENT_PANEL].serial]
    house.site.clock.advance(20)
    account.clear_alarm()
    assert account.cloud.truth().open_alarms == ()
    assert [each.start for each in account.cloud.truth().alarms] == [alarm.start]


def test_an_alarm_that_stands_is_older_than_a_day() -> None:
    _, account = house_with()
    account.alarm_stands()
    (alarm,) = account.cloud.truth().open_alarms
    assert account.house.now - alarm.start > 86_400


def test_true_is_what_was_true_when_the_cloud_answered() -> None:
    house, account = house_with(Roof(local=False))
    house.site.clock.freeze()
    assert account_truth.true_values_of(account) == {}
    answer(account)
    reported_at = account.house.last_report_at
    interval_end = account.house.last_interval_end
    power = account.house.current_power_w
    account.raise_alarm()
    house.site.clock.advance(1800)
    truth = account_truth.true_values_of(account)
    assert truth["last_report"] == datetime.fromtimestamp(reported_at, UTC)
    assert truth["power"] == power
    age = (account.house.now - interval_end) / 60
    assert truth["data_age"] == Between(age - 6, age)
    assert (truth["alarm"], truth["open_alarms"]) == (False, 0)
    answer(account)
    truth = account_truth.true_values_of(account)
    assert (truth["alarm"], truth["open_alarms"]) == (True, 1)
    assert truth["microinverter_problem"] is True
    assert truth["production_problem"] is False
    assert truth["system_status"] == "micro"


def test_beside_a_gateway_the_cloud_counts_no_energy() -> None:
    _, account = house_with()
    answer(account)
    assert "energy_total" not in account_truth.true_values_of(account)


def test_enphases_own_batteries_are_known_to_the_cloud() -> None:
    _, account = house_with(Roof(Shape.D8_2_STORAGE), "micro")
    answer(account)
    assert account_truth.true_values_of(account)["battery_problem"] is False
