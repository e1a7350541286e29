"""Which guard looks at which value of a gateway, and with which limits."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
import json
from typing import Any, Final

import pytest

from custom_components.solar_monitor.clients.envoy.endpoints import Block
from custom_components.solar_monitor.sources.envoy.guards import EnvoyGuards, Limits, Moment
from custom_components.solar_monitor.sources.envoy.values import Count, Sample
from custom_components.solar_monitor.sources.spec import Happening

NOON: Final = datetime(2026, 6, 21, 12, tzinfo=UTC)
TOTAL: Final = "production_energy_total"
SUM: Final = "inverter_production_energy_sum"
PAGE_SUM: Final = "ct_production_energy_sum"
IMPORT: Final = "grid_import_energy_total"
VALUES: Final[Mapping[str, Any]] = {"production_power": 4_000, "grid_voltage": 230.1}
WANTED: Final = frozenset(
    {
        "production_power",
        "grid_voltage",
        "grid_power",
        "grid_power_l2",
        "grid_frequency",
        "battery_soc",
        "enpower_temperature",
        "ct_evse_power_factor",
        TOTAL,
        "production_energy_today",
        "grid_import_energy_total",
        "ct_evse_energy_delivered_total",
        PAGE_SUM,
    }
)


class Life:
    """Guards of a system with twenty panels that is polled every 30 seconds."""

    def __init__(self, memory: Mapping[str, Any] | None = None, *, proven: bool = True) -> None:
        """Begin at noon."""
        self.guards = EnvoyGuards(Limits.size(20), memory=memory, proven=proven)
        self.now = NOON
        self.happenings: list[Happening] = []

    def poll(
        self,
        values: Mapping[str, Any] | None = None,
        counters: Mapping[str, float] | None = None,
    ) -> dict[str, Any]:
        """Poll once; returns what may be shown."""
        counts = {key: Count(raw) for key, raw in {TOTAL: 9_000.0, **(counters or {})}.items()}
        return self.take({Block.READINGS: Sample({**VALUES, **(values or {})}, counts)})

    def take(self, samples: Mapping[Block, Sample]) -> dict[str, Any]:
        """Let endpoints answer."""
        self.now += timedelta(seconds=30)
        moment = Moment(monotonic=self.now.timestamp(), unix=self.now.timestamp(), local=self.now)
        shown, happenings = self.guards.admit(samples, WANTED, moment)
        self.happenings += happenings
        return shown

    def restarted(self, *, proven: bool = True) -> Life:
        """Give the same life after a restart."""
        life = Life(json.loads(json.dumps(self.guards.memory())), proven=proven)
        life.now = self.now
        return life


def test_good_values_pass_and_others_than_wanted_are_left_out() -> None:
    shown = Life().poll({"ct_load_power": 5})
    assert shown == {
        "production_power": 4_000,
        "grid_voltage": 230.1,
        TOTAL: 9_000.0,
        "production_energy_today": None,
    }


@pytest.mark.parametrize(
    ("key", "value", "good"),
    [
        ("grid_frequency", 29.9, False),
        ("grid_frequency", 50.0, True),
        ("grid_voltage", -1.0, False),
        ("grid_power", 25_000, True),
        ("grid_power", -25_001, False),
        ("grid_power_l2", 25_001, False),
        ("enpower_temperature", 151.0, False),
        ("ct_evse_power_factor", -1e9, True),
        ("grid_power", None, True),
        ("grid_power", True, True),
        ("grid_power", "on", True),
    ],
)
def test_what_is_not_physical_is_refused_and_counted(
    key: str, value: object, *, good: bool
) -> None:
    life = Life()
    assert (key in life.poll({key: value})) is good
    assert life.guards.refusals.total == (not good)


@pytest.mark.parametrize(
    ("panels", "house_limit_w", "own_w", "house_w"),
    [
        (20, None, 10_000.0, 25_000.0),
        (60, None, 30_000.0, 60_000.0),
        (0, None, 25_000.0, 50_000.0),
        (20, 17_000.0, 10_000.0, 17_000.0),
    ],
)
def test_limits_come_from_the_panels_or_the_user(
    panels: int, house_limit_w: float | None, own_w: float, house_w: float
) -> None:
    limits = Limits.size(panels, house_limit_w)
    assert (limits.own_w, limits.house_w) == (own_w, house_w)
    assert limits.counted_by(TOTAL) == limits.counted_by("ct_production_energy_sum") == own_w
    assert limits.counted_by("consumption_energy_total") == house_w


def test_a_counter_may_not_rise_by_more_than_its_limit_allows() -> None:
    life = Life()
    life.poll(counters={IMPORT: 500.0})
    # 30 s at 1.5 times 10 kW and 25 kW.
    shown = life.poll(counters={TOTAL: 9_000.12, IMPORT: 500.3})
    assert (shown[TOTAL], shown[IMPORT]) == (9_000.12, 500.3)
    shown = life.poll(counters={TOTAL: 9_000.3, IMPORT: 500.7})
    assert (shown[TOTAL], shown[IMPORT]) == (9_000.12, 500.3)
    assert life.guards.refusals.as_dict() == {"held_jump": {IMPORT: 1, TOTAL: 1}}


def test_what_panels_tell_late_passes_at_once_where_it_is_their_sum() -> None:
    life = Life()
    shown = [
        life.take({Block.V1_PRODUCTION: Sample({}, {TOTAL: Count(raw, "inverters")})})[TOTAL]
        for raw in (5_000.0, 5_003.0)
    ]
    assert shown == [5_000.0, 5_003.0]


@pytest.mark.parametrize("restarted", [False, True])
def test_a_page_that_is_written_every_five_minutes_may_be_read_right_before_and_after(
    *, restarted: bool
) -> None:
    # 6 kW. A reload, or a gateway that is back, asks again at once; what stands in is of now.
    life = Life()
    for raw in (9_000.0, 9_000.5):
        life.poll({}, {PAGE_SUM: raw})
    if restarted:
        memory = json.loads(json.dumps(life.guards.memory()))
        life.guards = EnvoyGuards(Limits.size(20), memory=memory)
    for raw in (9_001.0, 9_001.5, 9_001.1):
        life.poll({}, {PAGE_SUM: raw})
    assert life.guards.total(PAGE_SUM) == 9_001.5
    assert not life.guards.refusals.total


def test_a_larger_system_than_was_known_has_larger_limits_at_once() -> None:
    life = Life()
    life.guards = EnvoyGuards(Limits.size(1))
    life.poll()
    life.guards.limit(Limits.size(60))
    assert life.poll(counters={TOTAL: 9_000.3})[TOTAL] == 9_000.3
    assert life.poll(counters={SUM: 100.0})[TOTAL] == 9_000.3


def test_an_endpoint_of_nothing_but_zeros_changes_nothing() -> None:
    life = Life()
    life.poll()
    zeros = Sample(dict.fromkeys(VALUES, 0), {TOTAL: Count(0.0)})
    assert life.take({Block.READINGS: zeros}) == {}
    assert life.guards.refusals.as_dict() == {"all_zero": {"readings": 1}}
    assert life.poll()[TOTAL] == 9_000.0


def test_zeros_of_a_system_that_never_counted_are_what_they_are() -> None:
    life = Life()
    zeros = Sample({"production_power": 0}, {TOTAL: Count(0.0)})
    assert life.take({Block.READINGS: zeros}) == {}
    assert life.take({Block.V1_PRODUCTION: Sample({"production_power": 0})}) == {
        "production_power": 0
    }


def test_a_power_of_0_beside_a_counter_of_0_is_not_believed_either() -> None:
    life = Life()
    life.poll()
    shown = life.poll({"production_power": 0}, {TOTAL: 0.0})
    assert "production_power" not in shown
    assert shown[TOTAL] == 9_000.0
    assert life.poll({"production_power": 0})["production_power"] == 0


def test_a_jump_of_the_state_of_charge_is_held_and_counted() -> None:
    life = Life()
    life.poll({"battery_soc": 50.0})
    assert life.poll({"battery_soc": 80.0})["battery_soc"] == 50.0
    assert life.guards.refusals.as_dict() == {"held_jump": {"battery_soc": 1}}
    later = [life.poll({"battery_soc": 80.0})["battery_soc"] for _ in range(5)]
    assert later[-1] == 80.0
    assert life.poll({"battery_soc": None})["battery_soc"] is None


def test_the_firmwares_day_helps_on_the_first_day_and_is_kept_for_diagnostics() -> None:
    life = Life()
    shown = life.take({Block.READINGS: Sample({}, {TOTAL: Count(9_000.0, "ct", 12.5)})})
    assert shown["production_energy_today"] == 12.5
    assert life.guards.firmware_today == {"production_energy_today": 12.5}
    shown = life.take({Block.READINGS: Sample({}, {TOTAL: Count(9_000.1, "ct", 9_000.1)})})
    assert shown["production_energy_today"] == 12.6


def test_counters_of_a_single_meter_have_no_day_of_their_own() -> None:
    shown = Life().poll(counters={"ct_evse_energy_delivered_total": 5.0})
    assert shown["ct_evse_energy_delivered_total"] == 5.0
    assert not [key for key in shown if "today" in key and "evse" in key]


def test_a_restart_shows_the_counters_as_they_stood() -> None:
    life = Life()
    life.take({Block.READINGS: Sample({}, {TOTAL: Count(9_000.0, "ct", 12.5)})})
    again = life.restarted()
    assert again.guards.totals(NOON) == {TOTAL: 9_000.0, "production_energy_today": 12.5}


def test_after_a_power_cut_a_counter_is_unknown_until_it_is_confirmed() -> None:
    life = Life()
    life.poll()
    again = life.restarted(proven=False)
    assert again.guards.totals(NOON) == {}
    assert TOTAL not in again.poll(counters={TOTAL: 0.0})
    assert again.poll()[TOTAL] == 9_000.0


def test_a_restart_before_the_gateway_answers_does_not_end_the_wait() -> None:
    life = Life()
    life.poll()
    again = life.restarted(proven=False).restarted()
    assert again.guards.totals(NOON) == {}
    assert again.poll()[TOTAL] == 9_000.0
    assert again.restarted().guards.totals(NOON)[TOTAL] == 9_000.0


def test_a_new_level_is_told_with_both_raw_values() -> None:
    life = Life()
    life.poll()
    for _ in range(12):
        life.poll(counters={TOTAL: 1_000.0})
    (told,) = life.happenings
    assert told.attributes == {
        "counter": TOTAL,
        "old_raw_kwh": 9_000.0,
        "new_raw_kwh": 1_000.0,
        "total_kwh": 9_000.0,
    }


@pytest.mark.parametrize(
    "damaged", [{"counters": [], "days": 3}, {"counters": {TOTAL: None}, "days": {TOTAL: 5}}, {}]
)
def test_a_damaged_memory_is_a_start_without_one(damaged: Mapping[str, Any]) -> None:
    assert Life(damaged).guards.totals(NOON) == {}
