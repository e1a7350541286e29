from dataclasses import replace

import pytest

from custom_components.solar_monitor.logic.bank import Bank
from custom_components.solar_monitor.logic.contribution import (
    Contribution,
    Counter,
    Evidence,
    InverterState,
    Subject,
)
from custom_components.solar_monitor.logic.flows import AcArray, AcBattery, Hybrid, Meter
from custom_components.solar_monitor.logic.site_totals import Flow

from .house import NOW, read

EVERYTHING = Contribution(
    name="source",
    hybrids=(Hybrid(name="hybrid", strings=read(1), grid_port=read(2), load_port=read(3)),),
    arrays=(AcArray(name="array", power=read(4)),),
    batteries=(AcBattery(name="battery", power=read(5)),),
    banks=(Bank(name="bank", soc=read(50)),),
    meters=(Meter(name="meter", power=read(6)),),
    homes=(Meter(name="home", power=read(7)),),
    counters={"array": {Flow.PV: Counter(12.5, "total", 1.5, estimated=True)}},
)


def test_a_source_names_all_its_parts() -> None:
    assert list(EVERYTHING.parts()) == ["hybrid", "array", "battery", "meter", "home", "bank"]


def test_a_source_that_leaves_keeps_its_powers_and_its_counters_are_silent() -> None:
    gone = EVERYTHING.silenced()
    assert gone == replace(
        EVERYTHING, counters={"array": {Flow.PV: Counter(None, "total", estimated=True)}}
    )


def test_what_is_said_now_goes_with_what_is_known() -> None:
    state = InverterState(name="hybrid", power=read(None))
    lost = Evidence(subject=Subject.CONNECTION, holds=True, at=NOW, good_for_s=90)
    now = Contribution(name="source", heard=False, inverters=(state,), evidence=(lost,))
    said = EVERYTHING.saying(now)
    assert said == replace(EVERYTHING, inverters=(state,), evidence=(lost,))


@pytest.mark.parametrize("holds", [True, False, None])
def test_evidence_stands_for_its_time_and_then_says_nothing(*, holds: bool | None) -> None:
    said = Evidence(subject=Subject.PANELS, holds=holds, at=NOW, good_for_s=90)
    assert said.standing(NOW + 90) is holds
    assert said.standing(NOW + 91) is None
    assert said.standing(NOW - 60) is holds
    assert said.standing(NOW - 61) is None  # the clock was set back since
