"""Panels report on their own, and together they make what the site says."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest

from tests.simulators.envoy import EnvoySimulator, Panel, envoy_house, row_of
from tests.simulators.envoy.panels import COUNT_J
from tests.simulators.site import Clock

from .envoy_kit import EVENING, NIGHT, NOON, gateway

MINUTE = 60


def reports(simulator: EnvoySimulator, minutes: int) -> dict[str, list[int]]:
    """Return when each panel reported while the clock went on."""
    seen: dict[str, list[int]] = {panel.serial: [] for panel in simulator.field.panels}
    for _ in range(minutes):
        simulator.site.clock.advance(MINUTE)
        for serial, panel in simulator.truth().panels.items():
            if panel.reported_at and panel.reported_at not in seen[serial]:
                seen[serial].append(panel.reported_at)
    return seen


def test_each_panel_reports_every_15_minutes_and_not_with_the_others() -> None:
    seen = reports(gateway(), 120)
    ends = Counter(end for each in seen.values() for end in each)
    assert max(ends.values()) <= 3
    for each in seen.values():
        gaps = [after - before for before, after in pairwise(each)]
        assert set(map(round, gaps)) <= set(range(900, 913))
        assert len(each) >= 8


def test_a_panel_that_reports_every_5_minutes_counts_shorter_intervals() -> None:
    site = envoy_house(Clock(NOON))
    simulator = EnvoySimulator(site, panels=row_of(site, 20, cadence_s=300))
    seen = reports(simulator, 60)
    assert all(11 <= len(each) <= 14 for each in seen.values())
    assert {panel.interval_s for panel in simulator.truth().panels.values()} <= set(range(299, 313))


def test_a_report_is_the_mean_of_its_interval_in_steps_of_225_joules() -> None:
    simulator = gateway()
    simulator.site.clock.advance(3600)
    for panel in simulator.truth().panels.values():
        assert panel.interval_wh is not None
        assert panel.interval_s is not None
        assert round(panel.interval_wh * 3600) % COUNT_J == 0
        mean = panel.interval_wh * 3600 / panel.interval_s
        assert panel.power_w == pytest.approx(mean, abs=0.51)


def test_what_panels_count_is_what_their_arrays_gave() -> None:
    simulator = gateway(start=NIGHT)
    field, site = simulator.field, simulator.site
    before = [panel.joules for panel in field.panels]
    given = sum(site.array_energies_at(site.clock.timestamp()))
    for _ in range(30):
        site.clock.advance(1800)
        field.update()
    counted = sum(panel.joules for panel in field.panels) - sum(before)
    whole = (sum(site.array_energies_at(site.clock.timestamp())) - given) * 3_600_000
    assert whole > 20 * 3_600_000
    open_end = sum(field.current_w(panel) for panel in field.panels) * 1000 + 20 * COUNT_J
    assert whole - open_end - 1 <= counted <= whole


def test_the_panels_power_together_is_the_sites() -> None:
    simulator = gateway()
    field, site = simulator.field, simulator.site
    field.set_gain(field.panels[3], 0.4)
    field.set_gain(field.panels[15], 0.0)
    for _ in range(5):
        site.clock.advance(500)
        together = sum(field.current_w(panel) for panel in field.panels)
        assert together == pytest.approx(site.powers().pv_ac)


def test_a_weak_panel_gives_its_part_and_its_siblings_lose_nothing() -> None:
    weak, whole = gateway(), gateway()
    weak.field.set_gain(weak.field.panels[0], 0.5)
    for each in (weak, whole):
        each.site.freeze_weather()
        each.site.clock.advance(3600)
    ours, theirs = weak.truth().panels, whole.truth().panels
    first, second = (panel.serial for panel in weak.field.panels[:2])
    assert ours[first].power_w == pytest.approx(theirs[first].power_w / 2, abs=1)
    assert ours[second].power_w == pytest.approx(theirs[second].power_w, abs=1)
    assert weak.site.powers().pv_ac < whole.site.powers().pv_ac


def test_a_panel_that_dies_in_its_interval_keeps_what_it_made_until_then() -> None:
    simulator = gateway()
    field, panel = simulator.field, simulator.field.panels[0]
    simulator.site.freeze_weather()
    simulator.site.clock.advance(3600)
    simulator.truth()
    normal = field.current_w(panel)
    half = (panel.due - simulator.site.clock.timestamp()) / 2
    made = normal * (simulator.site.clock.timestamp() + half - panel.report_end)
    simulator.site.clock.advance(half)
    field.set_gain(panel, 0)
    simulator.site.clock.advance(half + 1)
    said = simulator.truth().panels[panel.serial]
    assert said.interval_wh == pytest.approx(made / 3600, abs=0.2)
    end = said.reported_at
    simulator.site.clock.advance(3600)
    assert simulator.truth().panels[panel.serial].reported_at == end


def test_a_silent_panel_goes_on_and_tells_it_later() -> None:
    simulator = gateway()
    panel = simulator.field.panels[0]
    simulator.truth()
    before, end = panel.joules, panel.report_end
    panel.silent = True
    simulator.site.clock.advance(2 * 3600)
    told = simulator.truth().panels[panel.serial]
    assert (told.reported_at, told.communicating) == (end, False)
    panel.silent = False
    simulator.site.clock.advance(1000)
    told = simulator.truth().panels[panel.serial]
    assert told.communicating
    assert told.interval_s is not None
    assert told.interval_s > 2 * 3600 - 1000
    assert panel.joules - before > 2 * 200 * 3600


def test_a_late_panel_reports_once_an_hour() -> None:
    simulator = gateway()
    panel = simulator.field.panels[0]
    simulator.field.set_cadence(panel, 3600)
    ends = reports(simulator, 240)[panel.serial]
    gaps = [after - before for before, after in pairwise(ends[1:])]
    assert set(gaps) <= set(range(3600, 3613))
    assert len(gaps) == 2


def test_panels_fall_silent_at_dusk_and_wake_at_dawn() -> None:
    simulator = gateway(start=EVENING)
    simulator.site.clock.advance(5 * 3600)  # 03:30 local
    night = simulator.truth()
    assert night.production_now.power_w == 0
    for panel in night.panels.values():
        assert panel.reported_at is not None
        assert panel.reported_at < NOON.timestamp() + 11 * 3600
        assert not panel.communicating
        assert panel.power_w == 0
    simulator.site.clock.advance(4 * 3600)
    assert all(panel.communicating for panel in simulator.truth().panels.values())


def test_today_begins_anew_with_the_first_report_after_midnight() -> None:
    simulator = gateway(start=NOON)
    today = {serial: each.energy_today_kwh for serial, each in simulator.truth().panels.items()}
    assert all(0.5 < energy < 2 for energy in today.values())
    simulator.site.clock.advance(timedelta(hours=20).total_seconds())  # 08:30 the next day
    for serial, panel in simulator.truth().panels.items():
        assert 0 < panel.energy_today_kwh < today[serial]
        assert simulator.field[serial].yesterday_wh > 1000


def test_a_start_at_night_remembers_the_evening_before() -> None:
    simulator = gateway(start=NIGHT, history_days=1)
    now = NIGHT.timestamp()
    for panel in simulator.truth().panels.values():
        assert panel.reported_at is not None
        assert now - 6 * 3600 < panel.reported_at < now - 2 * 3600
        assert panel.energy_today_kwh == 0


def test_without_a_past_a_panel_at_night_has_no_report() -> None:
    simulator = gateway(start=NIGHT)
    assert {panel.reported_at for panel in simulator.truth().panels.values()} == {None}


def test_a_new_panel_makes_the_array_bigger() -> None:
    simulator = gateway()
    simulator.site.freeze_weather()
    before = simulator.site.powers().pv_ac
    panel = simulator.add_panel("482208990099")
    assert simulator.site.powers().pv_ac > before * 1.03
    simulator.site.clock.advance(1000)
    told = simulator.truth().panels[panel.serial]
    assert told.reported_at is not None
    assert told.energy_kwh == pytest.approx((told.interval_wh or 0) / 1000)


def test_a_panel_that_is_taken_away_makes_nothing_and_is_only_remembered() -> None:
    simulator = gateway()
    panel = simulator.field.panels[0]
    before = simulator.site.powers().pv_ac
    simulator.field.retire(panel)
    assert simulator.site.powers().pv_ac == pytest.approx(before * 19 / 20, rel=0.02)
    assert not panel.works
    assert simulator.truth().panels[panel.serial].retired
    with pytest.raises(KeyError):
        simulator.field["nobody"]


def test_an_old_panel_does_not_measure_its_ac_current() -> None:
    site = envoy_house(Clock(NOON), panels=2)
    panels = [Panel("482208990001", 0, old=True), Panel("482208990002", 1)]
    simulator = EnvoySimulator(site, panels=panels)
    first, second = simulator.truth().panels.values()
    assert first.ac_current_a == 0
    assert second.ac_current_a
