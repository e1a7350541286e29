"""Today's yield of panels per installed power, whoever tells what they give."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from hypothesis import given, strategies as st
import pytest

from custom_components.solar_monitor.logic.contribution import Counter
from custom_components.solar_monitor.logic.site_totals import Flow

from .paper import BALCONY, GATEWAY, NOON, PaperSite

HOUR_S: Final = 3_600.0
EIGHT: Final = {f"panel {number}": float(number) for number in range(8)}


def described(part: str, kwp: float, panels: tuple[str, ...] = ()) -> dict[str, Any]:
    """Give the options of panels that were described."""
    return {"name": str(panels), "kwp": kwp, "source": part, "panels": list(panels)}


def site_with(*arrays: Mapping[str, Any]) -> PaperSite:
    """Give a site with panels that were described."""
    return PaperSite({"arrays": list(arrays)})


def yield_of(site: PaperSite, part: str) -> float | None:
    """Look again; give what is shown of a part."""
    shown: float | None = site.model.values(site.look())[0][f"{part}_specific_yield"]
    return shown


def count(site: PaperSite, kwh: float | None) -> float | None:
    """Let the balcony's counter stand somewhere; give its yield."""
    counters = {BALCONY: {Flow.PV: Counter(kwh, estimated=True)}}
    site.balcony(3_000.0)
    site.others = replace(site.others, counters=counters)
    return yield_of(site, BALCONY)


def test_a_counter_that_tells_no_day_yields_what_it_rises_from_midnight_on() -> None:
    site = site_with(described(BALCONY, 5.0))
    assert count(site, 700.0) is None, "what it has counted since midnight is not known"
    site.now += HOUR_S
    assert count(site, 703.0) is None
    site.now = NOON + 20 * HOUR_S  # the next morning
    assert [count(site, kwh) for kwh in (703.0, 703.5, 704.0, 706.0)] == [0.0, 0.0, 0.2, 0.6]
    site.restart()
    assert count(site, 708.0) == 1.0
    assert count(site, None) is None
    assert count(site, 708.0) == 1.0


def test_panels_of_nobody_and_of_what_counts_nothing_have_no_yield() -> None:
    site = site_with({"name": "Of nobody", "kwp": 9.0}, described(GATEWAY, 1.0))
    site.gateway()
    site.given[GATEWAY] = replace(site.given[GATEWAY], counters={})
    shown = site.model.values(site.look())[0]
    assert {key: value for key, value in shown.items() if key.endswith("specific_yield")} == {
        f"{GATEWAY}_specific_yield": None
    }


def test_another_counter_of_the_same_panels_is_no_yield() -> None:
    site = site_with(described(GATEWAY, 1.0))
    for name, kwh in (("meter", 10.0), ("panels", 9_000.0), ("meter", 10.5)):
        site.gateway()
        counters = {GATEWAY: {Flow.PV: Counter(kwh, name)}}
        site.given[GATEWAY] = replace(site.given[GATEWAY], counters=counters)
        assert yield_of(site, GATEWAY) is None
    site.now = datetime(2026, 6, 22, 9, tzinfo=UTC).timestamp()
    shown = []
    for name, kwh in (("meter", 11.0), ("meter", 12.0), ("panels", 9_001.0), ("meter", 12.5)):
        site.gateway()
        counters = {GATEWAY: {Flow.PV: Counter(kwh, name)}}
        site.given[GATEWAY] = replace(site.given[GATEWAY], counters=counters)
        shown.append(yield_of(site, GATEWAY))
    assert shown == [0.0, 1.5, 0.0, 2.0]


def reporting(site: PaperSite, today_kwh: float | None, panels: Mapping[str, float | None]) -> None:
    """Let a gateway tell of its day, and panels one by one."""
    site.gateway()
    site.given[GATEWAY] = replace(
        site.given[GATEWAY],
        counters={GATEWAY: {Flow.PV: Counter(100.0, "pv", today_kwh)}},
        panels={GATEWAY: dict(panels)},
    )


@pytest.mark.parametrize(
    ("arrays", "expected"),
    [
        ([described(GATEWAY, 2.0, ("panel 1", "panel 3"))], 2.0),
        ([described(GATEWAY, 1.0, ("panel 1",)), described(GATEWAY, 1.0, ("panel 3",))], 2.0),
        ([described(GATEWAY, 2.0, tuple(EIGHT))], 15.0),
        ([described(GATEWAY, 1.0, ("panel 1",)), described(GATEWAY, 1.0)], 15.0),
        ([described(GATEWAY, 2.0, ("panel 1", "one that is gone"))], None),
        ([described(GATEWAY, 2.0, ("one that is gone", *tuple(EIGHT)[1:]))], 15.0),
    ],
    ids=["some", "some, in two arrays", "all", "some and the rest", "unknown", "all, one replaced"],
)
def test_where_only_some_panels_are_described_their_own_energy_counts(
    arrays: list[dict[str, Any]], expected: float | None
) -> None:
    site = site_with(*arrays)
    reporting(site, 30.0, EIGHT)
    assert yield_of(site, GATEWAY) == expected


def test_panels_of_which_nobody_tells_one_by_one_are_all_that_the_source_has() -> None:
    site = site_with(described(GATEWAY, 2.0, ("panel 1",)))
    reporting(site, 30.0, {})
    assert yield_of(site, GATEWAY) == 15.0


@pytest.mark.parametrize(("today_kwh", "silent"), [(None, {}), (30.0, {"panel 3": None})])
def test_a_day_that_is_not_known_is_no_yield(
    today_kwh: float | None, silent: Mapping[str, float | None]
) -> None:
    site = site_with(described(GATEWAY, 2.0, ("panel 1", "panel 3")))
    reporting(site, today_kwh, {**EIGHT, **silent})
    assert yield_of(site, GATEWAY) is None


@given(
    panels=st.dictionaries(st.integers(0, 7), st.floats(0, 5), min_size=1),
    named=st.sets(st.integers(0, 7), min_size=1),
)
def test_the_yield_of_some_panels_is_never_more_than_all_of_them_give(
    panels: dict[int, float], named: set[int]
) -> None:
    site = site_with(described(GATEWAY, 1.0, tuple(map(str, named))))
    whole = sum(panels.values())
    reporting(site, whole, {str(number): kwh for number, kwh in panels.items()})
    shown = yield_of(site, GATEWAY)
    assert shown is None or shown <= whole + 0.005
