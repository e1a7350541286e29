from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
import json
from typing import Any

import pytest

from custom_components.solar_monitor.clients.deye.decode import Value
from custom_components.solar_monitor.clients.deye.family import Family
from custom_components.solar_monitor.clients.deye.identity import Identity
from custom_components.solar_monitor.clients.deye.registers import Factor
from custom_components.solar_monitor.clients.deye.tables import scaled_table
from custom_components.solar_monitor.sources.deye.guards import (
    DeyeGuards,
    Moment,
    counter_keys,
    today_key,
)
from custom_components.solar_monitor.sources.spec import Happening
from tests.unit.deye.material import identity_of

IDENTITY = identity_of()
TABLE = scaled_table(Family.HYBRID_1P, IDENTITY, dict.fromkeys(Factor, 1))
NOON = datetime(2026, 6, 21, 12, tzinfo=UTC)
GOOD: Mapping[str, Value | None] = {
    "battery_soc": 55,
    "battery_voltage": 52.5,
    "battery_power": -800,
    "pv1_power": 1500,
    "pv2_power": 700,
    "grid_frequency": 50.0,
    "heatsink_temperature": 41.5,
    "pv_energy_total": 1000.0,
    "pv_energy_today": 8.0,
}


def guards_of(identity: Identity | None = IDENTITY, **options: Any) -> DeyeGuards:  # noqa: ANN401  any setting
    """Make the guards of a single-phase hybrid."""
    return DeyeGuards(Family.HYBRID_1P, identity, TABLE, **options)


class Life:
    """Guards that are polled every 30 seconds."""

    def __init__(self, guards: DeyeGuards | None = None) -> None:
        """Begin at noon."""
        self.guards = guards or guards_of()
        self.now = NOON
        self.happenings: list[Happening] = []

    def poll(
        self, some: Mapping[str, Value | None] | None = None, **others: Value | None
    ) -> dict[str, Any]:
        """Poll once, with some values changed; returns what may be shown."""
        return self._admit({**GOOD, **(some or {}), **others}, all_zero=False)

    def poll_zeros(self) -> dict[str, Any]:
        """Poll once while every register is zero."""
        return self._admit(dict.fromkeys(GOOD, 0), all_zero=True)

    def _admit(self, values: Mapping[str, Value | None], *, all_zero: bool) -> dict[str, Any]:
        """Pass values through the guards and let half a minute pass."""
        moment = Moment(monotonic=self.now.timestamp(), unix=self.now.timestamp(), local=self.now)
        self.now += timedelta(seconds=30)
        shown, happenings = self.guards.admit_live(TABLE, values, all_zero=all_zero, moment=moment)
        self.happenings += happenings
        return shown


def test_good_values_pass_as_they_are() -> None:
    shown = Life().poll()
    assert shown["battery_soc"] == 55
    assert shown["battery_power"] == -800
    assert shown["pv_power"] == 2200
    assert shown["pv_energy_total"] == 1000
    assert shown["pv_energy_today"] == 8


def test_the_firmwares_own_day_is_kept_for_diagnostics() -> None:
    life = Life()
    life.poll()
    assert life.guards.firmware_today == {"pv_energy_today": 8.0}


@pytest.mark.parametrize(
    ("key", "value", "good"),
    [
        ("grid_frequency", 0.0, True),
        ("grid_frequency", 29.9, False),
        ("grid_frequency", 70.1, False),
        ("heatsink_temperature", -40.0, True),
        ("heatsink_temperature", -40.1, False),
        ("heatsink_temperature", 150.1, False),
        ("pv1_power", 16_000, True),
        ("pv1_power", 16_001, False),
        ("grid_power", 25_000, True),
        ("grid_power", -25_001, False),
        ("bms_soc", 100, True),
        ("bms_soc", 101, False),
        ("battery_shutdown_soc", 101, False),
        ("pv1_voltage", 6553.4, True),
    ],
)
def test_what_is_not_physical_is_refused_and_counted(key: str, value: float, *, good: bool) -> None:
    life = Life()
    shown = life.poll({key: value})
    assert (key in shown) is good
    assert life.guards.refusals.total == (not good)


def test_the_limit_of_the_house_can_be_chosen() -> None:
    life = Life(guards_of(house_limit_w=60_000))
    assert life.poll(grid_power=59_999)["grid_power"] == 59_999
    assert "grid_power" not in life.poll(grid_power=60_001)


def test_an_unknown_inverter_is_taken_for_the_largest() -> None:
    life = Life(guards_of(None))
    assert life.poll(pv1_power=31_999)["pv1_power"] == 31_999
    assert "pv1_power" not in life.poll(pv1_power=32_001)


def test_settings_pass_the_same_ranges() -> None:
    guards = guards_of()
    assert guards.admit_settings(TABLE, {"bms_soc": 250, "bms_voltage": 52.1}) == {
        "bms_voltage": 52.1
    }
    assert guards.refusals.as_dict() == {"out_of_range": {"bms_soc": 1}}


def test_a_string_without_a_value_makes_the_sum_unknown() -> None:
    assert Life().poll(pv2_power=None)["pv_power"] is None


def test_a_string_that_was_not_read_leaves_the_sum_as_it_was() -> None:
    guards = guards_of()
    shown, _ = guards.admit_live(
        TABLE, {"pv1_power": 5}, all_zero=False, moment=Moment(monotonic=0, unix=0, local=NOON)
    )
    assert "pv_power" not in shown


def test_a_refused_string_leaves_the_sum_as_it_was() -> None:
    assert "pv_power" not in Life().poll(pv2_power=65_535)


def test_an_impossible_charge_shows_the_last_one() -> None:
    life = Life()
    life.poll()
    assert life.poll(battery_soc=85)["battery_soc"] == 55
    assert life.guards.refusals.as_dict() == {"held_jump": {"battery_soc": 1}}


def test_without_a_battery_its_measurements_are_unknown() -> None:
    life = Life()
    for _ in range(2):
        shown = life.poll(battery_soc=0, battery_voltage=12.0)
        assert shown["battery_power"] == -800
    shown = life.poll(battery_soc=0, battery_voltage=12.0)
    assert shown["battery_soc"] is None
    assert shown["battery_power"] is None
    assert shown["bms_voltage"] is None
    assert shown["pv_power"] == 2200
    assert life.poll()["battery_power"] == -800


def test_a_counter_that_falls_is_held_and_its_new_level_is_told_once() -> None:
    life = Life()
    life.poll()
    for _ in range(10):
        assert life.poll(pv_energy_total=3.0)["pv_energy_total"] == 1000
    assert life.happenings == []
    assert life.poll(pv_energy_total=3.0)["pv_energy_total"] == 1000
    [told] = life.happenings
    assert told.event_type == "rebased"
    assert told.attributes == {
        "counter": "pv_energy_total",
        "old_raw_kwh": 1000,
        "new_raw_kwh": 3,
        "total_kwh": 1000,
    }
    assert life.poll(pv_energy_total=3.1)["pv_energy_total"] == 1000.1
    assert len(life.happenings) == 1


def test_zeros_hold_the_old_values_and_then_mean_unknown() -> None:
    life = Life()
    before = life.poll()
    for _ in range(10):
        held = life.poll_zeros()
        assert held["battery_soc"] == 55
        assert held["pv_power"] == 2200
    given_up = life.poll_zeros()
    assert given_up["battery_soc"] is None
    assert given_up["pv_power"] is None
    assert given_up["pv_energy_total"] == before["pv_energy_total"]
    assert life.happenings == []


def test_zeros_at_the_very_first_are_unknown() -> None:
    shown = Life().poll_zeros()
    assert set(shown.values()) == {None}
    assert "pv_energy_total" in shown


def test_what_was_remembered_goes_on() -> None:
    first = Life()
    first.poll()
    second = guards_of(memory=first.guards.memory())
    assert second.totals(NOON) == {"pv_energy_total": 1000, "pv_energy_today": 8}
    life = Life(second)
    life.now = first.now
    assert life.poll(pv_energy_total=1000.1)["pv_energy_total"] == 1000.1


def test_a_memory_that_may_be_old_is_shown_only_once_the_inverter_answers() -> None:
    first = Life()
    first.poll()
    second = guards_of(memory=first.guards.memory(), proven=False)
    assert second.totals(NOON) == {}
    life = Life(second)
    life.now = first.now
    assert life.poll()["pv_energy_total"] == 1000


def test_a_restart_before_the_inverter_answers_does_not_end_the_wait() -> None:
    first = Life()
    first.poll()
    cut = guards_of(memory=first.guards.memory(), proven=False)
    again = guards_of(memory=json.loads(json.dumps(cut.memory())))
    assert again.totals(NOON) == {}
    life = Life(again)
    life.now = first.now
    assert life.poll()["pv_energy_total"] == 1000
    assert guards_of(memory=again.memory()).totals(NOON)["pv_energy_total"] == 1000


@pytest.mark.parametrize(
    ("first", "shown"),
    [
        ({"pv_energy_total": None}, None),
        ({"pv_energy_total": 0.0}, None),
        ({"pv_energy_total": 9000.0}, None),
        ({"pv_energy_total": 1000.0}, 1000.0),
        ({"pv_energy_total": 1000.1}, 1000.1),
    ],
)
def test_an_old_memory_is_shown_counter_by_counter_as_the_inverter_confirms_it(
    first: Mapping[str, Value | None], shown: float | None
) -> None:
    before = Life()
    before.poll(load_energy_total=500.0)
    guards = guards_of(memory=before.guards.memory(), proven=False)
    life = Life(guards)
    life.now = before.now
    told = life.poll(first, load_energy_total=500.0)
    assert told["load_energy_total"] == 500
    assert told.get("pv_energy_total") == shown
    assert ("pv_energy_today" in told) is (shown is not None)
    assert guards.totals(NOON).get("pv_energy_total") == shown


def test_a_new_level_is_no_refused_value_and_confirms_an_old_memory() -> None:
    before = Life()
    before.poll()
    guards = guards_of(memory=before.guards.memory(), proven=False)
    life = Life(guards)
    life.now = before.now
    for _ in range(10):
        assert "pv_energy_total" not in life.poll(pv_energy_total=3.0)
    assert life.poll(pv_energy_total=3.0)["pv_energy_total"] == 1000
    assert guards.refusals.as_dict() == {"held_fall": {"pv_energy_total": 10}}


@pytest.mark.parametrize(
    "memory", [{}, {"counters": None, "days": 5}, {"counters": {"pv_energy_total": {"raw": "x"}}}]
)
def test_a_damaged_memory_is_none(memory: Mapping[str, Any]) -> None:
    guards = guards_of(memory=memory)
    assert guards.totals(NOON) == {}
    assert Life(guards).poll()["pv_energy_total"] == 1000


def test_every_counter_has_a_day() -> None:
    counters = counter_keys(TABLE)
    assert len(guards_of().today_keys) == len(counters) > 5
    assert today_key("pv_energy_total") == "pv_energy_today"


STRING_TABLE = scaled_table(
    Family.STRING, identity_of(family=Family.STRING, phase_count=3), dict.fromkeys(Factor, 1)
)


def string_guards() -> DeyeGuards:
    """Make the guards of a string inverter that has just been seen at work."""
    identity = identity_of(family=Family.STRING, phase_count=3)
    guards = DeyeGuards(Family.STRING, identity, STRING_TABLE)
    values: dict[str, Value | None] = {
        "pv1_power": 900,
        "pv2_power": 600,
        "inverter_power": 1450,
        "load_power": 700,
        "grid_frequency": 50.0,
        "pv_energy_total": 1000.0,
    }
    moment = Moment(monotonic=0, unix=NOON.timestamp(), local=NOON)
    shown, _ = guards.admit_live(STRING_TABLE, values, all_zero=False, moment=moment)
    assert shown["pv_power"] == 1500
    return guards


def test_asleep_there_is_no_power_but_in_the_house_and_the_counters_stand() -> None:
    asleep = string_guards().fall_asleep(STRING_TABLE, NOON)
    own = {"pv_power", "pv1_power", "pv2_power", "inverter_power", "apparent_power"}
    assert {asleep[key] for key in own} == {0}
    assert asleep["load_power"] is asleep["grid_power"] is None
    assert asleep["pv_energy_total"] == 1000
    assert "grid_frequency" not in asleep


def test_the_zeros_of_the_wake_up_bring_nothing_back_from_before_the_sleep() -> None:
    guards = string_guards()
    guards.fall_asleep(STRING_TABLE, NOON)
    zeros: dict[str, Value | None] = dict.fromkeys(("pv1_power", "grid_frequency"), 0)
    moment = Moment(monotonic=60, unix=NOON.timestamp() + 60, local=NOON)
    shown, happenings = guards.admit_live(STRING_TABLE, zeros, all_zero=True, moment=moment)
    assert shown["pv1_power"] == shown["pv_power"] == 0
    assert shown["grid_frequency"] is None
    assert shown["pv_energy_total"] == 1000
    assert happenings == ()
