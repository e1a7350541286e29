"""What load shedding is told of a moment of the site."""

from datetime import UTC, datetime

import pytest

from custom_components.solar_monitor.logic.bank import Storage
from custom_components.solar_monitor.logic.contribution import (
    Contribution,
    Evidence,
    InverterState,
    Subject,
)
from custom_components.solar_monitor.logic.flows import (
    AcArray,
    AcBattery,
    Flows,
    Hybrid,
    Plant,
    Reading,
)
from custom_components.solar_monitor.site.moment import SiteMoment
from custom_components.solar_monitor.site.shedder_reading import reading_of

NOW = 1_800_000_000.0
CHARGED = Storage(soc=61.0, at=NOW - 40, oldest_at=NOW - 70)


def figure(value: float | None, age_s: float = 0.0) -> Reading:
    """Give a figure that is good for 90 s."""
    return Reading(value, NOW - age_s)


def hybrid(name: str, age_s: float = 0.0) -> Hybrid:
    """Give an inverter with a battery."""
    nothing = figure(0.0, age_s)
    return Hybrid(name=name, strings=nothing, grid_port=nothing, load_port=nothing, battery=nothing)


def inverter(
    name: str,
    power: float | None = 0.0,
    volts: tuple[Reading, ...] = (),
    *,
    fault: bool | None = None,
    grid_charge: bool | None = None,
) -> InverterState:
    """Give what an inverter tells beside its powers."""
    return InverterState(
        name=name,
        power=figure(power),
        grid_voltages=volts,
        fault=fault,
        alert=fault,
        grid_charge=grid_charge,
    )


def moment(
    *given: Contribution,
    hybrids: tuple[Hybrid, ...] = (),
    arrays: tuple[AcArray, ...] = (),
    batteries: tuple[AcBattery, ...] = (),
    storage: Storage = CHARGED,
) -> SiteMoment:
    """Give a moment of a site."""
    return SiteMoment(
        at=NOW,
        local=datetime.fromtimestamp(NOW, UTC),
        contributions=given,
        plant=Plant(hybrids=hybrids, arrays=arrays, batteries=batteries),
        flows=Flows(pv_w=100.0, battery_w=-50.0),
        storage=storage,
        rated_w=8_000.0,
    )


def test_a_site_of_which_nothing_is_known_tells_no_reading() -> None:
    reading = reading_of(SiteMoment(at=NOW, local=datetime.fromtimestamp(NOW, UTC)))
    assert reading.measured_at is None
    assert reading.soc is None
    assert reading.inverter_power is None
    assert reading.fault is None
    assert reading.grid_voltages == ()


def test_charge_and_powers_are_those_of_the_site() -> None:
    reading = reading_of(moment())
    assert (reading.soc, reading.pv_power, reading.battery_power) == (61.0, 100.0, -50.0)
    assert reading.rated_power == 8_000.0


def test_a_reading_is_as_old_as_the_newest_charge_or_power_of_a_battery() -> None:
    assert reading_of(moment()).measured_at == NOW - 40
    assert reading_of(moment(hybrids=(hybrid("a", 10),))).measured_at == NOW - 10
    assert reading_of(moment(hybrids=(hybrid("a", 91),))).measured_at == NOW - 40
    other = AcBattery(name="b", power=figure(5.0, 3))
    assert reading_of(moment(batteries=(other,))).measured_at == NOW - 3


def test_what_panels_tell_meanwhile_makes_no_new_reading() -> None:
    panels = AcArray(name="c", power=figure(5.0))
    assert reading_of(moment(arrays=(panels,))).measured_at == NOW - 40


@pytest.mark.parametrize(("age_s", "soc"), [(180, 61.0), (181, None)])
def test_a_charge_of_which_a_part_is_too_old_is_none(age_s: float, soc: float | None) -> None:
    storage = Storage(soc=61.0, at=NOW, oldest_at=NOW - age_s)
    assert reading_of(moment(storage=storage)).soc == soc


@pytest.mark.parametrize(
    ("powers", "whole"), [((100.0, -300.0), -200.0), ((100.0, None), None), ((None, None), None)]
)
def test_inverters_of_batteries_count_together_and_only_if_all_are_known(
    powers: tuple[float | None, ...], whole: float | None
) -> None:
    states = tuple(inverter(name, power) for name, power in zip("ab", powers, strict=True))
    string = inverter("string", 5_000.0, fault=True)
    given = Contribution(name="x", inverters=(*states, string))
    reading = reading_of(moment(given, hybrids=(hybrid("a"), hybrid("b"))))
    assert reading.inverter_power == whole
    assert reading.fault is None


@pytest.mark.parametrize(
    ("said", "one"),
    [
        ((None, None), None),
        ((None, False), False),
        ((False, True), True),
    ],
)
def test_one_inverter_is_enough(said: tuple[bool | None, ...], one: bool | None) -> None:  # noqa: FBT001 - a case
    states = tuple(
        inverter(name, fault=each, grid_charge=each) for name, each in zip("ab", said, strict=True)
    )
    given = Contribution(name="x", inverters=states)
    reading = reading_of(moment(given, hybrids=(hybrid("a"), hybrid("b"))))
    assert (reading.fault, reading.alert, reading.grid_charge) == (one, one, one)


def test_every_phase_of_every_inverter_tells_of_the_grid_unless_it_is_too_old() -> None:
    states = (
        inverter("a", volts=(figure(230.0), figure(0.0))),
        inverter("b", volts=(figure(229.0, 91),)),
    )
    given = Contribution(name="x", inverters=states)
    reading = reading_of(moment(given, hybrids=(hybrid("a"), hybrid("b"))))
    assert reading.grid_voltages == (230.0, 0.0, None)


@pytest.mark.parametrize(
    ("lost", "age_s", "volts"),
    [(False, 0, 230.0), (True, 0, 0.0), (True, 91, None), (None, 0, None)],
)
def test_without_a_voltage_it_counts_what_a_gateway_says_of_the_grid(
    lost: bool | None,  # noqa: FBT001 - a case
    age_s: float,
    volts: float | None,
) -> None:
    said = Evidence(subject=Subject.GRID, holds=lost, at=NOW - age_s, good_for_s=90.0)
    other = Evidence(subject=Subject.PANELS, holds=True, at=NOW, good_for_s=90.0)
    given = Contribution(name="x", evidence=(other, said))
    assert reading_of(moment(given)).grid_voltages == (volts,)
