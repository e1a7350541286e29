"""Figures of any site stay within what is possible, and peaks are those that one works out."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
import json
from typing import Final

from hypothesis import given, strategies as st
import pytest

from custom_components.solar_monitor.logic.bank import Bank, join, runtime_h
from custom_components.solar_monitor.logic.flows import Flows, Reading
from custom_components.solar_monitor.logic.peaks import LENGTHS_S, ImportPeaks
from custom_components.solar_monitor.logic.site_figures import (
    Conversion,
    autarky,
    self_consumption,
)

NOW: Final = 1_800_000_000.0
BEGIN: Final = datetime(2026, 6, 1, 10, tzinfo=UTC)
STEP_S: Final = 60

powers = st.floats(-10_000, 10_000)


def mean_import(watts: list[float], first: int, last: int) -> float:
    """Work out the mean import between two of the readings."""
    taken = [max(0.0, each) for each in watts[first : last + 1]]
    return sum((before + after) / 2 for before, after in pairwise(taken)) / (last - first)


@given(st.lists(powers, min_size=1, max_size=150), st.integers(0, 150))
def test_a_peak_is_the_highest_mean_of_the_whole_intervals(
    watts: list[float], restart_at: int
) -> None:
    peaks, known_from = ImportPeaks(), 0
    for number, each in enumerate(watts):
        if number == restart_at:
            peaks = ImportPeaks.from_dict(json.loads(json.dumps(peaks.to_dict())))
            known_from = number
        peaks.offer(each, BEGIN + timedelta(seconds=STEP_S * number))
    for length_s in LENGTHS_S:
        long = length_s // STEP_S
        spans = [(begin, begin + long) for begin in range(0, len(watts) - long, long)]
        # Of the interval of the restart nine tenths may be known.
        whole = [span for span in spans if not span[0] < known_from <= span[1]]
        peak = peaks.peak(length_s)
        least = max((mean_import(watts, *span) for span in whole), default=None)
        if least is not None:
            assert peak is not None
            assert peak.mean_w >= least - 1e-6
        if len(whole) == len(spans):
            assert (peak and peak.mean_w) == (least and pytest.approx(least))
        if peak is not None:
            assert 0 <= peak.mean_w <= max(0.0, *watts) + 1e-6


banks = st.lists(
    st.builds(
        Bank,
        name=st.just("bank"),
        soc=st.floats(0, 100).map(lambda soc: Reading(soc, NOW)),
        capacity_kwh=st.none() | st.floats(0.1, 100),
        floor=st.floats(0, 90),
    ),
    min_size=1,
    max_size=4,
)


@given(several=banks, common=st.booleans(), load_w=st.none() | powers)
def test_all_batteries_together_are_within_what_each_of_them_is(
    several: list[Bank], *, common: bool, load_w: float | None
) -> None:
    storage = join(several, NOW, common=common)
    charges = [bank.soc.value or 0.0 for bank in several]
    assert storage.soc is not None
    assert min(charges) - 0.001 <= storage.soc <= max(charges) + 0.001
    if storage.usable_kwh is not None:
        assert storage.capacity_kwh is not None
        assert 0 <= storage.usable_kwh <= storage.capacity_kwh + 1e-6
    lasts_h = runtime_h(storage, load_w)
    assert lasts_h is None or 0 <= lasts_h <= 240


energies = st.none() | st.floats(0, 1e5)


@given(energies, energies)
def test_a_share_of_the_day_is_a_share(whole: float | None, part: float | None) -> None:
    for share in (self_consumption(whole, part), autarky(whole, part)):
        assert share is None or 0 <= share <= 1


@given(
    st.lists(
        st.tuples(st.none() | st.floats(-8_000, 8_000), st.floats(0.5, 1), st.floats(1, 300)),
        max_size=60,
    )
)
def test_a_conversion_lies_between_the_efficiencies_that_were_seen(
    spells: list[tuple[float | None, float, float]],
) -> None:
    conversion, now = Conversion(), NOW
    for taken_w, efficiency, after_s in spells:
        now += after_s
        given_w = None if taken_w is None else taken_w * efficiency
        told = conversion.offer(Flows(dc_in_w=taken_w, ac_out_w=given_w), rated_w=1_000.0, now=now)
        assert told is None or 0.5 - 1e-6 <= told <= 1
