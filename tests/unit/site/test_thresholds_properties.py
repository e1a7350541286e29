"""What holds for the limits whatever is measured, with restarts at any point: nothing flaps."""

from dataclasses import dataclass
from datetime import datetime, time
import json
from typing import Final
from zoneinfo import ZoneInfo

from hypothesis import given, settings, strategies as st

from custom_components.solar_monitor.logic.thresholds import (
    COOL_K,
    LATE_S,
    HighImport,
    HotInverter,
    LowBattery,
    NoProduction,
)

BERLIN: Final = ZoneInfo("Europe/Berlin")
START: Final = datetime(2026, 10, 24, 12, tzinfo=BERLIN).timestamp()
"""The clocks are set back in the night that follows."""

FOR_S: Final = 300.0
COOLDOWN_S: Final = 3_600.0
NOTHING_S: Final = 3_600.0


@dataclass(frozen=True)
class Look:
    """What is measured at one look; what it is, the test says."""

    after_s: float
    level: int | None
    """0 is low, 1 in between, 2 high; None: not known."""
    restart: bool
    """Whether Home Assistant was restarted before."""


@dataclass(frozen=True)
class Spell:
    """Some minutes in which the same is measured, once in each."""

    minutes: int
    level: int | None
    day: bool
    """Whether there is light."""
    restart: bool
    """Whether Home Assistant was restarted before them."""


LOOKS: Final = st.lists(
    st.builds(
        Look,
        after_s=st.sampled_from([5.0, 30.0, 60.0, 110.0, 300.0, 900.0, 5_400.0, 40_000.0]),
        level=st.sampled_from([0, 0, 1, 2, 2, None]),
        restart=st.sampled_from([False, False, False, True]),
    ),
    max_size=80,
)

SPELLS: Final = st.lists(
    st.builds(
        Spell,
        minutes=st.sampled_from([1, 5, 6, 50, 61]),
        level=st.sampled_from([0, 0, 1, 2, 2, 2, None]),
        day=st.sampled_from([True, True, True, False]),
        restart=st.sampled_from([False, False, False, True]),
    ),
    max_size=30,
)


def copy_of(memory: object) -> object:
    """Give what a store gives back of a memory."""
    return json.loads(json.dumps(memory))


@settings(max_examples=400)
@given(SPELLS)
def test_high_import_lasts_before_it_is_told_and_leaves_its_pause_before_the_next(
    spells: list[Spell],
) -> None:
    def made(memory: object = None) -> HighImport:
        return HighImport(
            5_000, for_s=FOR_S, hours=(time(6), time(3)), cooldown_s=COOLDOWN_S, memory=memory
        )

    watch, now = made(), START
    stands, above_since, ended_at = False, START, float("-inf")
    for spell in spells:
        if spell.restart:
            watch = made(copy_of(watch.to_dict()))
        watts = None if spell.level is None else (0, 5_000, 5_001)[spell.level]
        for _ in range(spell.minutes):
            now += 60
            high = watch.offer(watts, datetime.fromtimestamp(now, BERLIN), told_at=now)
            if watts is not None and watts <= 5_000:
                above_since = now
            if high:
                assert stands or now - above_since > FOR_S, "told too soon"
                assert stands or now - ended_at >= COOLDOWN_S, "told within the pause"
                stands = True
            elif stands and high is False:
                stands, ended_at = False, now


@settings(max_examples=400)
@given(LOOKS, st.sampled_from([time(18), time(23, 45), time(2, 30), time(0)]))
def test_a_low_battery_begins_once_a_day_at_most_and_within_an_hour_of_its_time(
    looks: list[Look], at: time
) -> None:
    battery, now = LowBattery(50.0, at), START
    low, days = False, set[str | None]()
    for look in looks:
        now += look.after_s
        if look.restart:
            battery = LowBattery(50.0, at, copy_of(battery.to_dict()))
        local = datetime.fromtimestamp(now, BERLIN)
        said = battery.offer(None if look.level is None else (20.0, 49.9, 50.0)[look.level], local)
        if said and not low:
            day = battery.to_dict()["looked_on"]
            assert day not in days, "twice on a day"
            days.add(day)
            begun = datetime.combine(datetime.fromisoformat(day), at, BERLIN)
            assert 0 <= now - begun.timestamp() <= LATE_S
        low = low if said is None else said


TEMPERATURES: Final = st.sampled_from([None, 79.9, 80.0, 80.1, 84.0, 85.0, 85.1, 90.0])


@settings(max_examples=400)
@given(st.lists(st.tuples(TEMPERATURES, st.booleans()), max_size=60))
def test_a_hot_inverter_changes_only_by_crossing_both_limits(
    looks: list[tuple[float | None, bool]],
) -> None:
    inverter, hot = HotInverter(85.0), False
    for celsius, restart in looks:
        if restart:
            inverter = HotInverter(85.0, copy_of(inverter.to_dict()))
        said = inverter.offer(celsius)
        if celsius is None:
            assert said is None
            continue
        if said and not hot:
            assert celsius > 85
        if hot and not said:
            assert celsius <= 85 - COOL_K
        hot = said is True


@settings(max_examples=400)
@given(SPELLS)
def test_panels_without_production_begin_only_after_so_much_light_without_any_of_it(
    spells: list[Spell],
) -> None:
    panels, now = NoProduction(NOTHING_S), START
    stands, light_s = False, 0.0
    for spell in spells:
        if spell.restart:
            panels = NoProduction(NOTHING_S, copy_of(panels.to_dict()))
        watts = None if spell.level is None else (0.0, 8.0, 900.0)[spell.level]
        for _ in range(spell.minutes):
            now += 60
            said = panels.offer(watts, rated_w=8_000, day=spell.day, now=now)
            light_s = 0.0 if watts == 900 else light_s + 60 * spell.day
            assert said is not True or watts is not None, "by silence"
            if said and not stands:
                assert light_s >= NOTHING_S, "told too soon"
                assert spell.day, "it begins by night"
            if stands and said is False:
                assert watts == 900, "ends without production"
            stands = stands if said is None else said
