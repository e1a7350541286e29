"""When what is told was measured: a sample counts once, whatever else is told later."""

from custom_components.solar_monitor.logic.bank import Bank, join
from custom_components.solar_monitor.logic.contribution import Contribution, Evidence, Subject
from custom_components.solar_monitor.site.shedder_reading import reading_of
from tests.integration.site_shedding.test_moments import NOW, figure, hybrid, inverter, moment


def test_the_charge_that_counts_has_the_time_of_its_newest_bank() -> None:
    banks = [Bank(name=name, soc=figure(50.0, age_s)) for name, age_s in (("a", 40), ("b", 20))]
    for common in (False, True):
        assert join(banks, NOW, common=common).at == NOW - 20
    assert join([], NOW).at is None


def test_voltages_have_the_time_of_the_newest_of_them() -> None:
    states = (
        inverter("a", volts=(figure(230.0, 40), figure(0.0, 30))),
        inverter("b", volts=(figure(229.0, 91),)),
    )
    given = Contribution(name="x", inverters=states)
    assert reading_of(moment(given, hybrids=(hybrid("a"), hybrid("b")))).grid_at == NOW - 30
    assert reading_of(moment(given, hybrids=(hybrid("b"),))).grid_at is None


def test_what_a_gateway_says_of_the_grid_has_the_time_at_which_it_was_told() -> None:
    said = Evidence(subject=Subject.GRID, holds=True, at=NOW - 7, good_for_s=90.0)
    assert reading_of(moment(Contribution(name="x", evidence=(said,)))).grid_at == NOW - 7
