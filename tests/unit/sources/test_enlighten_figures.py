"""Production as the cloud tells it: what is believed, what is held, what a day begins with."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
import json

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.solar_monitor.clients.enlighten.daylight import Daylight
from custom_components.solar_monitor.clients.enlighten.models import Summary
from custom_components.solar_monitor.sources.enlighten.figures import Figures
from tests.unit.sources.paper_system import (
    DAY_S,
    DAYLIGHT,
    HOUR_S,
    SILENT_S,
    ZONE,
    PaperSystem,
    at,
)

TOO_MUCH = 2**32 / 1000


def figures_at(system: PaperSystem) -> Figures:
    """Give figures that know the present."""
    figures = Figures(DAYLIGHT)
    take(figures, system)
    return figures


def take(figures: Figures, system: PaperSystem, **changes: object) -> dict[str, float | None]:
    """Let figures have what the cloud says now; give what they show then."""
    figures.take(system.summary(**changes), at=system.now, silent_after_s=SILENT_S)
    return figures.values(system.now)


def over(system: PaperSystem, figures: Figures, hours: Iterable[float]) -> list[float]:
    """Let the cloud be asked at some times; give the totals that were shown."""
    totals = []
    for hour in hours:
        system.now = hour
        total = take(figures, system)["energy_total"]
        assert total is not None
        totals.append(total)
    return totals


def day_by_day(first: float, days: float, step_s: float = HOUR_S) -> list[float]:
    """Give times in daylight, a step apart."""
    times = [first + number * step_s for number in range(int(days * DAY_S / step_s))]
    return [each for each in times if DAYLIGHT.seconds(each - 1, each)]


def test_what_the_cloud_says_is_shown() -> None:
    system = PaperSystem(at(10, 12))
    values = figures_at(system).values(system.now)
    assert values["power"] == 1_000
    assert values["energy_total"] == system.truth()
    assert values["energy_today"] == system.summary().energy_today_kwh


def test_nothing_is_shown_that_was_never_told() -> None:
    assert Figures(DAYLIGHT).values(at(10)) == {}


def test_the_total_follows_the_truth_over_a_week() -> None:
    system = PaperSystem(at(10, 12))
    figures = figures_at(system)
    for now in day_by_day(system.now, 7):
        assert over(system, figures, [now]) == [pytest.approx(system.truth())]
    assert figures.refusals.total == 0


def test_days_in_which_nobody_asked_are_caught_up_at_once() -> None:
    system = PaperSystem(at(2, 12))
    figures = figures_at(system)
    system.now = at(30, 9)
    assert take(figures, system)["energy_total"] == pytest.approx(system.truth())


def test_a_gateway_that_was_silent_for_days_is_caught_up_at_once() -> None:
    system = PaperSystem(at(10, 12))
    figures = figures_at(system)
    system.silent_since = system.now
    held = over(system, figures, day_by_day(system.now, 12))
    assert set(held) == {held[0]}
    system.silent_since = None
    assert over(system, figures, [system.now + HOUR_S]) == [pytest.approx(system.truth())]


@pytest.mark.parametrize("days", [1, 5, 12])
@pytest.mark.parametrize("later_h", [1, 20, 100])
def test_what_arrives_later_than_the_first_report_is_counted_too(days: int, later_h: int) -> None:
    system = PaperSystem(at(10, 12))
    figures = figures_at(system)
    before = system.truth()
    system.silent_since = system.now
    over(system, figures, day_by_day(system.now, days))
    system.silent_since = None
    system.now = at(10 + days, 13)
    system.hidden_kwh = system.truth() - before - 1
    over(system, figures, day_by_day(system.now, later_h / 24, HOUR_S / 2))
    assert figures.values(system.now)["energy_total"] < system.truth() - 10  # type: ignore[operator]
    system.hidden_kwh = 0
    system.now += HOUR_S
    assert over(system, figures, [system.now]) == [pytest.approx(system.truth())]


@pytest.mark.parametrize(
    "wrong",
    [
        {"energy_before_kwh": 0.0, "energy_today_kwh": 0.0},
        {"energy_before_kwh": 0.0},
        {"energy_before_kwh": TOO_MUCH},
        {"energy_before_kwh": TOO_MUCH - 3},
        {"energy_before_kwh": 30_400.0},
        {"energy_before_kwh": None},
        {"energy_today_kwh": None},
        {"energy_today_kwh": 500.0},
        {"energy_today_kwh": TOO_MUCH},
        {"energy_today_kwh": 0.0},
        {"day": None},
        {"day": date(2026, 6, 1)},
        {"day": date(2030, 6, 1)},
        {"size_w": None, "panels": None, "energy_before_kwh": 40_000.0},
    ],
    ids=str,
)
@pytest.mark.parametrize("hours", [1, 5])
def test_what_cannot_be_is_held_and_the_truth_goes_on(wrong: dict[str, object], hours: int) -> None:
    system = PaperSystem(at(10, 10))
    figures = figures_at(system)
    before = figures.values(system.now)
    for _ in range(hours):
        system.now += HOUR_S
        values = take(figures, system, **wrong)
        assert values["energy_total"] == before["energy_total"]
        today = values["energy_today"]
        assert today is not None
        assert before["energy_today"] <= today <= 26  # type: ignore[operator]
    system.now += HOUR_S
    values = take(figures, system)
    assert values["energy_total"] == pytest.approx(system.truth())
    assert values["energy_today"] == pytest.approx(system.summary().energy_today_kwh)


def test_a_dip_at_midnight_is_held_until_the_day_before_is_counted() -> None:
    system = PaperSystem(at(10, 20.4))
    figures = figures_at(system)
    night = figures.values(system.now)["energy_total"]
    for hour in (0.1, 0.5, 6.5, 8, 9):
        system.now = at(11, hour)
        late = (system.summary().energy_before_kwh or 0.0) - 26
        values = take(figures, system, energy_before_kwh=late)
        assert values["energy_total"] == night
    system.now = at(11, 10)
    assert take(figures, system)["energy_total"] == pytest.approx(system.truth())


@pytest.mark.parametrize("hour", [0.1, 0.5, 6.5, 7.0])
def test_the_day_before_is_never_counted_twice(hour: float) -> None:
    system = PaperSystem(at(10, 20.4))
    figures = figures_at(system)
    night = figures.values(system.now)["energy_total"]
    system.now = at(11, hour)
    values = take(figures, system, energy_today_kwh=26.0)
    assert values["energy_total"] == night
    assert values["energy_today"] in {0, None}
    assert over(system, figures, [at(11, 9)]) == [pytest.approx(system.truth())]


def test_the_day_before_is_not_counted_twice_in_winter_either() -> None:
    night = replace(
        PaperSystem(at(10, 20.4)).summary(), energy_today_kwh=1.234, day=date(2026, 6, 10)
    )
    figures = Figures(DAYLIGHT)
    figures.take(night, at=at(10, 20.4), silent_after_s=SILENT_S)
    total = figures.values(at(10, 20.4))["energy_total"]
    assert total is not None
    morning = replace(
        night,
        day=date(2026, 6, 11),
        energy_before_kwh=total,
        last_report_at=at(11, 8),
        last_interval_end_at=at(11, 8),
    )
    figures.take(morning, at=at(11, 8), silent_after_s=SILENT_S)
    assert figures.values(at(11, 8))["energy_total"] == total


def test_a_level_that_stays_for_days_is_believed_and_no_energy_is_invented() -> None:
    system = PaperSystem(at(10, 12))
    figures = figures_at(system)
    for shift in (5_000.0, -9_000.0):
        begin = figures.values(system.now)["energy_total"]
        known = system.truth()
        for now in day_by_day(system.now + HOUR_S, 4):
            system.now = now
            low = (system.summary().energy_before_kwh or 0) + shift
            shown = take(figures, system, energy_before_kwh=low)["energy_total"]
            assert begin <= shown <= begin + system.truth() - known + 0.001  # type: ignore[operator]
        assert shown > begin + 26  # type: ignore[operator]


def test_a_strange_level_does_not_pass_because_time_has_passed_or_a_start_lay_between() -> None:
    system = PaperSystem(at(10, 7))
    figures = figures_at(system)
    before = figures.values(system.now)["energy_total"]
    system.now = at(10, 8)
    wrong = (system.summary().energy_before_kwh or 0) + 20
    for hour in (8, 9, 11, 13, 15, 17, 19):
        system.now = at(10, hour)
        figures = Figures(DAYLIGHT, json.loads(json.dumps(figures.to_dict())))
        assert take(figures, system, energy_before_kwh=wrong)["energy_total"] == before
    system.now = at(10, 20)
    assert take(figures, system)["energy_total"] == pytest.approx(system.truth())


def test_after_midnight_the_day_is_zero_until_there_is_light_and_then_unknown() -> None:
    system = PaperSystem(at(10, 20.5))
    figures = figures_at(system)
    assert figures.values(at(10, 23.9))["energy_today"] == 26
    assert figures.values(at(11, 0.01))["energy_today"] == 0
    opens = DAYLIGHT.window(date(2026, 6, 11))[0]
    assert figures.values(opens - 1)["energy_today"] == 0
    assert figures.values(opens + 1)["energy_today"] is None
    system.now = opens + HOUR_S
    assert take(figures, system)["energy_today"] == system.summary().energy_today_kwh


def test_the_energy_of_a_day_does_not_fall_within_it() -> None:
    system = PaperSystem(at(10, 15))
    figures = figures_at(system)
    told = figures.values(system.now)["energy_today"]
    system.now += HOUR_S
    assert take(figures, system, energy_today_kwh=1.0)["energy_today"] == told


def test_a_first_zero_is_only_believed_while_the_panels_work() -> None:
    system = PaperSystem(at(10, 5))
    figures = Figures(DAYLIGHT)
    nothing: dict[str, object] = {"energy_before_kwh": 0.0, "energy_today_kwh": 0.0}
    for _ in range(5):
        assert "energy_total" not in take(figures, system, **nothing, power_w=0.0)
        system.now += HOUR_S
    assert take(figures, system, energy_before_kwh=0.0)["energy_total"] == pytest.approx(
        system.summary().energy_today_kwh
    )


@pytest.mark.parametrize("watts", [7_000.0, 2.0**32])
def test_a_power_that_the_panels_cannot_give_leaves_the_last_one(watts: float) -> None:
    system = PaperSystem(at(10, 12))
    figures = figures_at(system)
    told_at = figures.power_at
    system.now += HOUR_S
    assert take(figures, system, power_w=watts)["power"] == 1_000
    assert take(figures, system, power_w=None)["power"] == 1_000
    assert figures.power_at == told_at
    assert figures.refusals.as_dict()["out_of_range"] == {"power": 1}


def test_the_power_of_a_silent_gateway_is_as_old_as_its_report() -> None:
    system = PaperSystem(at(10, 12))
    figures = figures_at(system)
    assert figures.power_at == system.now
    system.silent_since = system.now
    system.now += 4 * HOUR_S
    take(figures, system)
    assert figures.power_at == at(10, 12) + SILENT_S


def test_without_any_times_of_its_own_the_answer_counts_from_when_it_was_given() -> None:
    system = PaperSystem(at(10, 12))
    figures = Figures(DAYLIGHT)
    values = take(figures, system, last_report_at=None, last_interval_end_at=None)
    assert values["energy_total"] == system.truth()
    assert figures.power_at == system.now


def test_a_size_that_is_not_told_is_the_one_that_was() -> None:
    system = PaperSystem(at(10, 12))
    figures = figures_at(system)
    system.now += HOUR_S
    unknown: dict[str, object] = {"size_w": None, "panels": None}
    assert take(figures, system, **unknown, power_w=20_000.0)["power"] == 1_000


@given(
    st.lists(
        st.tuples(
            st.floats(0.3, 30),
            st.sampled_from(
                [
                    {},
                    {},
                    {},
                    {"energy_before_kwh": 0.0},
                    {"energy_before_kwh": 31_000.0},
                    {"energy_before_kwh": TOO_MUCH},
                    {"energy_today_kwh": 0.0},
                    {"energy_today_kwh": 80.0},
                    {"energy_today_kwh": None},
                    {"energy_before_kwh": 0.0, "energy_today_kwh": 0.0},
                ]
            ),
            st.booleans(),
        ),
        max_size=40,
    )
)
@settings(deadline=None, max_examples=150)
def test_the_total_never_falls_and_never_runs_ahead_of_the_truth_for_long(
    steps: list[tuple[float, dict[str, object], bool]],
) -> None:
    system = PaperSystem(at(2, 12))
    figures = figures_at(system)
    shown = begun = system.truth()
    for hours, wrong, restart in steps:
        system.now += hours * HOUR_S
        if restart:
            figures = Figures(DAYLIGHT, json.loads(json.dumps(figures.to_dict())))
        total = take(figures, system, **wrong)["energy_total"]
        assert total is not None
        assert total >= shown
        assert total - begun <= system.truth() - begun + 0.001
        shown = total


@pytest.mark.parametrize("memory", [None, 3, "x", [], {"known": 3, "counter": []}, {"known": {}}])
def test_a_damaged_memory_is_no_memory(memory: object) -> None:
    assert Figures(DAYLIGHT, memory).values(at(10)) == {}


def test_what_was_shown_is_shown_after_a_start() -> None:
    system = PaperSystem(at(10, 12))
    figures = figures_at(system)
    again = Figures(DAYLIGHT, json.loads(json.dumps(figures.to_dict())))
    assert again.values(system.now) == figures.values(system.now)
    assert str(again.values(system.now)) == str(figures.values(system.now))


def test_where_nobody_knows_the_place_the_energy_of_a_morning_waits_for_the_fixed_hours() -> None:
    dark = Daylight(ZONE)
    figures = Figures(dark)
    system = PaperSystem(at(10, 17))
    take(figures, system)
    for hour in (7.5, 8.5, 9, 10, 12):
        system.now = at(11, hour)
        total = take(figures, system)["energy_total"]
        assert total is not None
        assert total <= system.truth()
    assert total == pytest.approx(system.truth())


def summary_of(day: int) -> Summary:
    """Give what the cloud says at noon of a day."""
    return PaperSystem(at(day, 12)).summary()


def test_a_day_that_is_told_again_after_the_next_has_begun_is_passed_over() -> None:
    figures = Figures(DAYLIGHT)
    figures.take(summary_of(11), at=at(11, 12), silent_after_s=SILENT_S)
    before = figures.values(at(11, 13))
    figures.take(summary_of(10), at=at(11, 13), silent_after_s=SILENT_S)
    after = figures.values(at(11, 13))
    assert after["energy_today"] == before["energy_today"]
    assert after["energy_total"] == before["energy_total"]
    assert figures.refusals.as_dict()["other_day"] == {"energy_total": 1}
