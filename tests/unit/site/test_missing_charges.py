"""A charge that is gone is told, though the power of its battery is there."""

from dataclasses import replace

import pytest

from custom_components.solar_monitor.logic.bank import Bank
from custom_components.solar_monitor.site.moment import Status

from .paper import INVERTER, PaperSite, Unit

SECOND = "2798765432"
BOX = "other_1"


def site_with_two(options: dict[str, object]) -> PaperSite:
    """A site with two inverters that tell the charges of their batteries."""
    site = PaperSite(options)
    site.inverter()
    site.inverter(name=SECOND)
    assert site.look().status is Status.COMPLETE
    return site


def test_a_battery_without_its_charge_is_missing_until_it_is_back() -> None:
    site = PaperSite()
    site.inverter()
    assert site.look().status is Status.COMPLETE
    site.inverter(Unit(soc=None))
    gone = site.look()
    assert (gone.missing, gone.status) == ((INVERTER,), Status.INCOMPLETE)
    assert gone.flows.battery_w is not None
    site.inverter()
    assert site.look().status is Status.COMPLETE


def test_a_charge_that_is_too_old_is_missing() -> None:
    site = PaperSite()
    site.inverter(Unit(good_for_s=3_600.0))
    site.look()
    assert site.look(90.0).missing == ()
    late = site.look()
    assert (late.missing, late.storage.soc) == ((INVERTER,), None)


@pytest.mark.parametrize(
    ("options", "missing"),
    [({}, (INVERTER,)), ({"common_bank": True}, ()), ({"soc_of": SECOND}, ())],
)
def test_a_charge_is_missing_only_if_the_site_s_own_needs_it(
    options: dict[str, object], missing: tuple[str, ...]
) -> None:
    site = site_with_two(options)
    site.inverter(Unit(soc=None))
    site.inverter(name=SECOND)
    moment = site.look()
    assert (moment.storage.soc is None) is bool(missing)
    assert moment.missing == missing


def test_of_a_common_battery_of_which_nobody_tells_the_charge_all_are_missing() -> None:
    site = site_with_two({"common_bank": True})
    site.inverter(Unit(soc=None))
    site.inverter(Unit(soc=None), name=SECOND)
    assert site.look().missing == (INVERTER, SECOND)


def test_over_a_restart_it_is_known_who_has_told_a_charge() -> None:
    site = site_with_two({})
    site.restart()
    site.inverter(Unit(soc=None))
    site.inverter(name=SECOND)
    assert site.look().missing == (INVERTER,)


def test_a_charge_that_was_never_told_is_not_missed() -> None:
    site = PaperSite()
    site.inverter(Unit(soc=None))
    site.look()
    site.inverter(Unit(soc=None))
    moment = site.look()
    assert (moment.missing, moment.status) == ((), Status.COMPLETE)


def test_a_battery_that_tells_its_charge_alone_is_missed_by_its_name() -> None:
    site = PaperSite()
    for soc in (50.0, None):
        bank = Bank(name=BOX, soc=site.watts(soc))
        site.others = replace(site.others, banks=(bank,), called={BOX: "Box"})
        site.look()
    moment = site.look()
    assert moment.missing == (BOX,)
    assert moment.title_of(BOX) == "Box"
