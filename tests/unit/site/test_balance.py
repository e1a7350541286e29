from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest

from custom_components.solar_monitor.logic.balance import BalanceWatch, Fault
from custom_components.solar_monitor.logic.flows import Feed, Flows, Meter, Plant, reckon

from .house import NOW, House, Inverter, read

RATED_W: Final = 8_000.0
NIGHT: Final = House(inverters=(Inverter(battery=600, losses=80, backup_load=500),), house_load=900)
DAY: Final = House(
    inverters=(Inverter(strings=4_000, battery=-1_000, losses=200, backup_load=500),),
    arrays={Feed.HOUSE: 3_000},
    house_load=900,
)


def turned(plant: Plant) -> Plant:
    """The same plant with its CT the wrong way round."""
    assert plant.meter is not None
    power = plant.meter.power
    return replace(plant, meter=Meter(name="meter", power=read(-(power.value or 0.0))))


def fed_elsewhere(plant: Plant, feed: Feed) -> Plant:
    """The same plant with its array entered at another place."""
    return replace(plant, arrays=(replace(plant.arrays[0], feed=feed),))


def watched(
    *spells: tuple[Flows, float], step_s: float = 30.0, rated_w: float | None = RATED_W
) -> BalanceWatch:
    """A watch that has seen each of the flows for so many seconds."""
    watch, now = BalanceWatch(), NOW
    for flows, seconds in spells:
        end = now + seconds
        while now < end:
            watch.offer(flows, rated_w=rated_w, now=now)
            now += step_s
    return watch


@pytest.mark.parametrize("house", [NIGHT, DAY])
def test_a_site_that_is_wired_as_entered_is_never_blamed(house: House) -> None:
    watch = watched((reckon(house.plant(ct=True), NOW), 7_200))
    assert watch.decided
    assert watch.faults == frozenset()


@pytest.mark.parametrize(
    ("flows", "fault"),
    [
        (reckon(turned(NIGHT.plant(ct=True)), NOW), Fault.HOUSE_NEGATIVE),
        (
            reckon(fed_elsewhere(DAY.plant(ct=True), Feed.GENERATOR_PORT), NOW),
            Fault.LOSSES_HIGH,
        ),
        (Flows(losses_w=-450.0), Fault.LOSSES_NEGATIVE),
    ],
    ids=["CT turned round", "array not on the port", "array on the port"],
)
def test_each_mistake_is_told_after_an_hour_and_not_before(flows: Flows, fault: Fault) -> None:
    early = watched((flows, 2_600))
    assert not early.decided
    assert early.faults == frozenset()
    assert fault in watched((flows, 3_600)).faults


def test_a_mistake_that_is_put_right_is_forgotten_within_an_hour() -> None:
    wrong = reckon(turned(NIGHT.plant(ct=True)), NOW)
    right = reckon(NIGHT.plant(ct=True), NOW)
    assert watched((wrong, 3_600), (right, 3_600)).faults == frozenset()


def test_what_is_not_known_neither_blames_nor_clears() -> None:
    wrong = reckon(turned(NIGHT.plant(ct=True)), NOW)
    assert Fault.HOUSE_NEGATIVE in watched((wrong, 3_600), (Flows(), 7_200)).faults
    assert not watched((Flows(), 7_200)).decided


def test_readings_far_apart_make_no_hour() -> None:
    wrong = reckon(turned(NIGHT.plant(ct=True)), NOW)
    assert not watched((wrong, 7_200), step_s=121).decided


@pytest.mark.parametrize(
    ("losses_w", "rated_w", "faults"),
    [
        (-399.0, RATED_W, set()),
        (-401.0, RATED_W, {Fault.LOSSES_NEGATIVE}),
        (1_999.0, RATED_W, set()),
        (2_001.0, RATED_W, {Fault.LOSSES_HIGH}),
        (149.0, 400.0, set()),
        (151.0, 400.0, {Fault.LOSSES_HIGH}),
        (-149.0, 400.0, set()),
        (1_249.0, None, set()),
        (1_251.0, None, {Fault.LOSSES_HIGH}),
    ],
)
def test_the_bounds_follow_the_rated_power(
    losses_w: float, rated_w: float | None, faults: set[Fault]
) -> None:
    assert watched((Flows(losses_w=losses_w), 3_600), rated_w=rated_w).faults == faults


def jump(hours: float) -> Callable[[BalanceWatch], None]:
    """Offer a bad moment on a clock that has been set."""

    def offer(watch: BalanceWatch) -> None:
        watch.offer(Flows(losses_w=-9e9), rated_w=RATED_W, now=NOW + hours * 3_600)

    return offer


@pytest.mark.parametrize("offer", [jump(24), jump(-24)])
def test_a_clock_that_is_set_makes_no_fault(offer: Callable[[BalanceWatch], None]) -> None:
    watch = watched((reckon(DAY.plant(ct=True), NOW), 3_600))
    offer(watch)
    assert watch.faults == frozenset()
