"""Each setting of an inverter counts by itself: as it is told, else as it was told last."""

from dataclasses import replace
import json
from typing import Final

import pytest

from custom_components.solar_monitor.logic.bank import Bank
from custom_components.solar_monitor.logic.contribution import Contribution, Setting
from custom_components.solar_monitor.logic.flows import Hybrid, PortUse, Reading
from custom_components.solar_monitor.site.roster import Roster

from .paper import PaperSite, Unit

NAME: Final = "2712345678"
TOLD: Final = Reading(500.0, 1_800_000_000.0)
SET: Final = Contribution(
    name=NAME,
    hybrids=(
        Hybrid(
            name=NAME,
            strings=TOLD,
            grid_port=TOLD,
            load_port=TOLD,
            battery=TOLD,
            port_use=PortUse.MICRO_INVERTERS,
            house_wide=True,
        ),
    ),
    ct_fitted=frozenset({NAME}),
    banks=(Bank(name=NAME, soc=TOLD, capacity_kwh=10.0, floor=15.0),),
    unsettled={NAME: frozenset()},
)
UNREAD: Final = replace(
    SET,
    hybrids=(replace(SET.hybrids[0], port_use=PortUse.NOTHING, house_wide=False),),
    ct_fitted=frozenset(),
    banks=(Bank(name=NAME, soc=TOLD),),
)
BARE: Final = replace(SET, hybrids=(replace(SET.hybrids[0], battery=None),), banks=())


def noted(before: Contribution, now: Contribution, *settings: Setting) -> Contribution:
    """What counts of a source after a restart at which some settings were not read."""
    roster = Roster()
    roster.note(before)
    again = Roster(json.loads(json.dumps(roster.to_dict())))
    return again.note(replace(now, unsettled={NAME: frozenset(settings)}))


def test_what_was_told_before_counts_until_it_is_told_anew() -> None:
    assert noted(SET, UNREAD, *Setting) == SET
    assert noted(SET, UNREAD) == UNREAD


def test_each_setting_is_taken_over_by_itself() -> None:
    port = noted(SET, UNREAD, Setting.PORT).hybrids[0]
    assert (port.port_use, port.house_wide) == (PortUse.MICRO_INVERTERS, False)
    mode = noted(SET, UNREAD, Setting.MODE)
    assert (mode.hybrids[0].port_use, mode.hybrids[0].house_wide) == (PortUse.NOTHING, True)
    assert mode.ct_fitted == {NAME}
    (capacity,) = noted(SET, UNREAD, Setting.CAPACITY).banks
    assert (capacity.capacity_kwh, capacity.floor) == (10.0, 0.0)
    (floor,) = noted(SET, UNREAD, Setting.FLOOR).banks
    assert (floor.capacity_kwh, floor.floor) == (None, 15.0)


def test_an_inverter_without_a_battery_gets_none_by_settings_that_were_not_read() -> None:
    told = noted(BARE, UNREAD, Setting.BATTERY)
    assert told.hybrids[0].battery is None
    assert told.banks == ()
    assert noted(BARE, UNREAD).banks == UNREAD.banks


def test_a_setting_that_was_never_told_is_never_waited_for() -> None:
    roster = Roster()
    for now in (UNREAD, BARE, SET):
        given = replace(now, unsettled={NAME: frozenset(Setting)})
        assert roster.note(given) == given
    assert roster.note(SET) == SET, "now it has told them"
    late = replace(UNREAD, unsettled={NAME: frozenset({Setting.PORT})})
    assert roster.note(late).hybrids[0].port_use is PortUse.MICRO_INVERTERS


def test_an_inverter_that_comes_later_has_told_nothing_before() -> None:
    roster = Roster()
    roster.note(Contribution(name=NAME))
    given = replace(UNREAD, unsettled={NAME: frozenset(Setting)})
    assert roster.note(given) == given
    assert roster.note(replace(given, hybrids=SET.hybrids)).hybrids == SET.hybrids


def test_a_unit_that_never_answers_one_setting_is_heard_when_another_changes() -> None:
    site = PaperSite()
    unit = Unit(port=900.0, port_use=PortUse.GENERATOR, unsettled=frozenset({Setting.MODE}))
    site.inverter(unit)
    site.look()
    site.restart()
    site.inverter(replace(unit, port_use=PortUse.MICRO_INVERTERS))
    assert site.look().flows.pv_w == 900.0


@pytest.mark.parametrize("memory", [{"unsettled": []}, {"unsettled": {NAME: "port"}}])
def test_a_damaged_memory_of_settings_is_passed_over(memory: dict[str, object]) -> None:
    known = Roster({NAME: memory}).silent(NAME)
    assert known is not None
    assert known.unsettled == {}
