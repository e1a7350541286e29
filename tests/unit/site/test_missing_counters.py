"""A counter that is gone is told, though the power of its part is there."""

from typing import Final

import pytest

from custom_components.solar_monitor.logic.site_totals import Flow
from custom_components.solar_monitor.site.energies import LONGEST_SILENT_S
from custom_components.solar_monitor.site.moment import SiteMoment, Status

from .paper import GATEWAY, LOOK_S, PaperSite, Unit

METER: Final = "p1"


def silent_for(site: PaperSite, seconds: float, *, meter: bool = True) -> SiteMoment:
    """Let a counter of the meter, or of the panels, be gone for so long."""
    moment = site.look()
    for _ in range(int(seconds / LOOK_S)):
        site.inverter(Unit(ct=None))
        if meter:
            site.meter(METER, power=500.0, kwh=(None, 0.0))
        else:
            site.meter(METER, power=500.0, kwh=(1.0, 0.0))
            site.gateway(power=100.0, kwh=None)
        moment = site.look()
    return moment


def site_with_meter() -> PaperSite:
    """A site with a meter of another integration."""
    site = PaperSite()
    site.inverter(Unit(ct=None))
    site.meter(METER, power=500.0, kwh=(1.0, 0.0))
    assert site.look().status is Status.COMPLETE
    return site


def test_after_a_quarter_of_an_hour_its_part_is_missing() -> None:
    site = site_with_meter()
    early = silent_for(site, LONGEST_SILENT_S)
    assert (early.missing, early.status) == ((), Status.COMPLETE)
    late = silent_for(site, 60.0)
    assert (late.missing, late.status) == ((METER,), Status.INCOMPLETE)
    assert late.flows.grid_w == 500.0
    assert late.oldest is not None, "its power is heard all the same"
    site.inverter(Unit(ct=None))
    site.meter(METER, power=500.0, kwh=(2.0, 0.0))
    back = site.look()
    assert (back.missing, back.status) == ((), Status.COMPLETE)
    assert back.totals[Flow.IMPORT] == pytest.approx(1.0)


def test_it_begins_anew_once_the_counter_was_there() -> None:
    site = site_with_meter()
    silent_for(site, 600.0)
    site.inverter(Unit(ct=None))
    site.meter(METER, power=500.0, kwh=(2.0, 0.0))
    site.look()
    assert silent_for(site, 600.0).missing == ()


def test_a_clock_that_is_set_makes_it_neither_sooner_nor_later_by_more_than_that() -> None:
    site = site_with_meter()
    silent_for(site, 300.0)
    site.now -= 86_400.0
    assert silent_for(site, 600.0).missing == ()
    assert silent_for(site, 360.0).missing == (METER,)


def test_panels_whose_counter_is_gone_are_missing_as_well() -> None:
    site = site_with_meter()
    assert silent_for(site, 1_000.0, meter=False).missing == (GATEWAY,)


def test_a_counter_that_counts_for_nothing_is_not_missed() -> None:
    site = PaperSite()
    unit = Unit(kwh={Flow.IMPORT: None, Flow.GENERATOR: None})
    for _ in range(40):
        site.inverter(unit)
        site.meter(METER, power=0.0, kwh=(1.0, 1.0))
        site.look()
    assert site.look().missing == ()
