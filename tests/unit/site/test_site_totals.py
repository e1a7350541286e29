from collections.abc import Mapping
import json
from typing import Any, Final

from hypothesis import given, strategies as st
import pytest

from custom_components.solar_monitor.logic.site_totals import (
    PARTS_RESERVE_KWH,
    RESERVE_KWH,
    Flow,
    JoinedTotal,
    SiteTotals,
)

START: Final[Mapping[Flow, Mapping[str, float | None]]] = {
    Flow.PV: {"roof": 5_000.0, "strings": 900.0},
    Flow.DISCHARGE: {"battery": 300.0},
    Flow.CHARGE: {"battery": 330.0},
    Flow.IMPORT: {"meter": 1_000.0},
    Flow.EXPORT: {"meter": 2_000.0},
}


def risen(**kwh: float) -> dict[Flow, dict[str, float | None]]:
    """The counters after each flow's first one has risen."""
    later = {flow: dict(counters) for flow, counters in START.items()}
    for name, rise in kwh.items():
        counters = later[Flow(name)]
        first = next(iter(counters))
        counters[first] = (counters[first] or 0.0) + rise
    return later


def started() -> SiteTotals:
    """Totals of a site whose sources were all heard once."""
    totals = SiteTotals()
    totals.offer(START, load_counts=True)
    return totals


def restarted(totals: SiteTotals, *, proven: bool) -> SiteTotals:
    """The totals after a restart."""
    return SiteTotals(json.loads(json.dumps(totals.to_dict())), proven=proven)


def test_a_site_begins_at_nothing_whatever_its_sources_have_counted() -> None:
    totals = started()
    assert [totals.total(flow) for flow in Flow] == [0.0, 0.0, 0.0, 0.0, 0.0, None]
    assert totals.load == 0.0


def test_all_rises_are_counted_and_the_load_follows() -> None:
    totals = started()
    totals.offer(
        risen(**{"pv": 10.0, "discharge": 2.0, "charge": 3.0, "import": 1.5, "export": 4.0}),
        load_counts=True,
    )
    assert totals.total(Flow.PV) == 10.0
    assert totals.total(Flow.EXPORT) == 4.0
    assert totals.load == 6.5


def test_a_generator_counts_as_a_source() -> None:
    totals = started()
    totals.offer({**START, Flow.GENERATOR: {"port": 50.0}}, load_counts=True)
    totals.offer({**START, Flow.GENERATOR: {"port": 51.0}}, load_counts=True)
    assert totals.total(Flow.GENERATOR) == 1.0
    assert totals.load == 1.0


def test_what_joins_or_leaves_makes_no_jump_and_comes_back_from_where_it_is() -> None:
    total = JoinedTotal()
    total.offer({"a": 100.0})
    total.offer({"a": 101.0, "b": 7_000.0})
    assert total.shown == 1.0
    total.offer({"b": 7_002.0})
    assert total.shown == 3.0
    total.offer({"a": 500.0, "b": 7_002.0})
    assert total.shown == 3.0
    total.offer({})
    assert total.shown is None


def test_what_was_silent_brings_all_that_it_has_counted() -> None:
    total = JoinedTotal()
    total.offer({"a": 100.0})
    assert total.offer({"a": None}) is False
    assert total.shown == 0.0
    assert total.offer({"a": 130.0}) is True
    assert total.shown == 30.0


def test_a_fall_is_a_new_level() -> None:
    total = JoinedTotal()
    for kwh in (100.0, 40.0, 41.0):
        total.offer({"a": kwh})
    assert total.shown == 1.0


def test_the_load_moves_only_while_all_parts_are_known() -> None:
    totals = started()
    silent = risen(pv=5.0)
    silent[Flow.EXPORT]["meter"] = None
    totals.offer(silent, load_counts=True)
    assert totals.load == 0.0
    totals.offer(risen(pv=5.0, export=4.0), load_counts=True)
    assert totals.load == 1.0


def test_the_load_never_falls_though_its_parts_come_at_different_times() -> None:
    totals = started()
    totals.offer(risen(pv=5.0), load_counts=True)
    totals.offer(risen(pv=5.0, export=4.0), load_counts=True)
    assert totals.load == 5.0
    totals.offer(risen(pv=12.0, export=4.0), load_counts=True)
    assert totals.load == 8.0


def test_without_a_meter_there_is_no_load() -> None:
    totals = SiteTotals()
    totals.offer(START, load_counts=False)
    assert totals.load is None
    assert restarted(totals, proven=True).load is None


def test_a_clean_restart_goes_on_at_once() -> None:
    totals = started()
    totals.offer(risen(pv=5.0), load_counts=True)
    again = restarted(totals, proven=True)
    assert again.total(Flow.PV) == 5.0
    assert again.load == 5.0
    again.offer(risen(pv=6.0), load_counts=True)
    assert again.total(Flow.PV) == 6.0


def test_after_a_power_cut_a_total_waits_for_each_of_its_parts() -> None:
    totals = started()
    stored = totals.to_dict()
    totals.offer(risen(pv=5.0), load_counts=True)
    again = SiteTotals(stored, proven=False)
    assert again.total(Flow.PV) is None
    half = risen(pv=5.5)
    half[Flow.PV]["strings"] = None
    again.offer(half, load_counts=True)
    assert again.total(Flow.PV) is None
    again.offer(risen(pv=5.5), load_counts=True)
    assert again.total(Flow.PV) == 5.5


def test_after_a_power_cut_the_load_waits_until_it_has_passed_its_reserve() -> None:
    totals = started()
    stored = totals.to_dict()
    again = SiteTotals(stored, proven=False)
    again.offer(risen(pv=RESERVE_KWH - 0.01), load_counts=True)
    assert again.load is None
    again.offer(risen(pv=RESERVE_KWH), load_counts=True)
    assert again.load == RESERVE_KWH


def test_a_clean_restart_in_between_does_not_end_the_wait() -> None:
    totals = started()
    stored = totals.to_dict()
    totals.offer(risen(pv=0.4), load_counts=True)
    again = restarted(SiteTotals(stored, proven=False), proven=True)
    assert again.total(Flow.PV) is None
    assert again.load is None
    again.offer(risen(pv=0.4), load_counts=True)
    assert again.total(Flow.PV) == 0.4
    assert again.load is None


def test_a_used_up_reserve_and_new_parts_ask_to_be_stored_at_once() -> None:
    totals = started()
    asked = [totals.due]
    for pv in (0.0, 0.1, RESERVE_KWH, 0.1 + RESERVE_KWH, 0.2 + RESERVE_KWH):
        if totals.due:
            totals.to_dict()
        totals.offer(risen(pv=pv), load_counts=True)
        asked.append(totals.due)
    # New parts; nothing; the panels move; nothing; just enough; the load is beyond its reserve.
    assert asked == [True, False, True, False, False, True]


def test_a_part_that_left_while_a_power_cut_is_made_up_for_is_not_waited_for() -> None:
    totals = started()
    totals.to_dict()
    totals.offer(risen(pv=1.0), load_counts=True)
    again = SiteTotals(totals.to_dict(), proven=False)
    known = []
    for pv in (2.0, 1.0 + PARTS_RESERVE_KWH):  # what it has counted since is lost
        later = risen(pv=pv)
        del later[Flow.PV]["strings"]
        again.offer(later, load_counts=True)
        known.append(again.total(Flow.PV))
    assert known == [None, 1.0 + PARTS_RESERVE_KWH]


def test_what_rests_is_known_after_a_power_cut_though_a_part_is_gone() -> None:
    totals = started()
    totals.offer(risen(pv=1.0), load_counts=True)
    totals.to_dict()
    again = SiteTotals(totals.to_dict(), proven=False)
    gone = risen(pv=1.0)
    del gone[Flow.PV]["strings"]
    again.offer(gone, load_counts=True)
    assert again.total(Flow.PV) == 1.0


def test_an_estimate_is_doubted_after_a_power_cut_and_the_load_goes_on() -> None:
    totals = started()
    totals.offer(risen(pv=1.0), load_counts=True)
    again = SiteTotals(totals.to_dict(), proven=False)
    doubts: list[tuple[float, set[str]]] = [(2.0, {"roof"}), (3.0, {"roof"}), (4.0, set())]
    for pv, doubtful in doubts:
        again.offer(risen(pv=pv), load_counts=True, doubtful={Flow.PV: doubtful})
        if doubtful:
            assert again.total(Flow.PV) is None
    assert again.total(Flow.PV) == 4.0
    assert again.load == 4.0


def without_meter(counters: dict[Flow, dict[str, float | None]]) -> dict[Flow, dict[str, Any]]:
    """The counters of a site that has lost its meter."""
    return {**counters, Flow.IMPORT: {}, Flow.EXPORT: {}}


def test_what_was_made_while_nothing_measured_the_grid_is_no_load() -> None:
    totals = started()
    totals.offer(risen(pv=5.0), load_counts=True)
    totals.offer(without_meter(risen(pv=500.0)), load_counts=False)
    assert totals.load == 5.0
    totals.offer(risen(pv=500.0, export=400.0), load_counts=True)
    assert totals.load == 5.0
    totals.offer(risen(pv=502.0, export=401.0), load_counts=True)
    assert totals.load == 6.0


def test_a_site_that_gets_its_meter_late_begins_to_count_its_load_at_nothing() -> None:
    totals = SiteTotals()
    totals.offer(without_meter(risen()), load_counts=False)
    totals.offer(without_meter(risen(pv=80.0)), load_counts=False)
    assert totals.load is None
    totals.offer(risen(pv=80.0), load_counts=True)
    assert totals.load == 0.0


def test_a_meter_that_is_replaced_while_it_is_silent_makes_no_load() -> None:
    totals = started()
    silent = risen(pv=20.0)
    silent[Flow.IMPORT]["meter"] = silent[Flow.EXPORT]["meter"] = None
    totals.offer(silent, load_counts=True)
    other = risen(pv=20.0)
    other[Flow.IMPORT], other[Flow.EXPORT] = {"other": 7.0}, {"other": 9_000.0}
    totals.offer(other, load_counts=True)
    assert totals.load == 0.0


def test_panels_that_were_left_out_for_months_do_not_stop_the_load_afterwards() -> None:
    totals = started()
    lone: dict[Flow, dict[str, float | None]] = {**risen(export=300.0), Flow.PV: {}}
    totals.offer(lone, load_counts=True)
    totals.offer(risen(pv=320.0, export=300.0), load_counts=True)
    totals.offer(risen(pv=322.0, export=301.0), load_counts=True)
    assert totals.load == 1.0


def test_what_the_load_lacks_is_remembered_over_a_restart() -> None:
    totals = started()
    totals.offer(without_meter(risen(pv=9.0)), load_counts=False)
    again = restarted(totals, proven=True)
    again.offer(risen(pv=9.0), load_counts=True)
    assert again.load == 0.0
    later = restarted(again, proven=True)
    later.offer(risen(pv=10.0), load_counts=True)
    assert later.load == 1.0


@pytest.mark.parametrize(
    "memory",
    [
        None,
        [],
        {"pv": {"total": -1.0, "levels": []}},
        {"pv": {"total": "many", "levels": {"roof": "x"}, "unproven": "roof"}, "load": 5.0},
        {"load": [1.0, "two", 0.0]},
    ],
)
def test_damaged_memory_begins_anew(memory: object) -> None:
    totals = SiteTotals(memory)
    assert totals.total(Flow.PV) is None
    totals.offer(START, load_counts=True)
    assert totals.total(Flow.PV) == 0.0
    assert totals.load == 0.0


rises = st.fixed_dictionaries(
    {flow.value: st.floats(0, 2) for flow in Flow if flow is not Flow.GENERATOR}
)


@given(st.lists(st.tuples(rises, st.booleans(), st.booleans(), st.booleans()), max_size=20))
def test_nothing_that_is_shown_ever_falls_and_all_arrives(
    steps: list[tuple[dict[str, float], bool, bool, bool]],
) -> None:
    totals, stored = started(), started().to_dict()
    counted = dict.fromkeys(next(iter(steps), ({},))[0], 0.0)
    shown: dict[str, float] = {}
    for rise, silent, restart, crash in steps:
        for name, more in rise.items():
            counted[name] += more
        counters = risen(**counted)
        if silent:
            counters[Flow.IMPORT]["meter"] = None
        totals.offer(counters, load_counts=True)
        if totals.due:
            stored = json.loads(json.dumps(totals.to_dict()))
        now = {flow.value: totals.total(flow) for flow in Flow} | {"load": totals.load}
        for name, kwh in now.items():
            if kwh is not None:
                assert kwh >= shown.get(name, 0.0)
                shown[name] = kwh
        if crash:
            totals = SiteTotals(stored, proven=False)
        elif restart:
            totals = restarted(totals, proven=True)
            stored = json.loads(json.dumps(totals.to_dict()))
    if not steps:
        return
    totals.offer(risen(**counted), load_counts=True)
    assert totals.total(Flow.PV) == pytest.approx(counted["pv"], abs=0.001)
    assert totals.total(Flow.IMPORT) == pytest.approx(counted["import"], abs=0.001)
