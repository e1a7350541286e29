"""Alarms of several sources and devices, of some that leave, and of a grid that never was."""

import pytest

from custom_components.solar_monitor.logic.alarm_board import FORGOTTEN_S
from custom_components.solar_monitor.logic.alarms import About, Kind
from tests.unit.site.board import ALSO_LOST, DAY_S, ENVOY, LOST, STICK, Site


def test_what_is_shared_is_told_with_the_first_and_its_end_with_the_last(site: Site) -> None:
    site.say((LOST, False), (ALSO_LOST, False))
    site.say((LOST, True), (ALSO_LOST, False), after=30)
    assert site.say((LOST, True), (ALSO_LOST, True), after=30) == [("grid_lost", "raised")]
    assert site.say((LOST, True), (ALSO_LOST, True), after=30) == []
    assert len(site.board.standing) == 2
    site.say((LOST, False), (ALSO_LOST, True), after=30)
    assert site.say((LOST, False), (ALSO_LOST, False), after=300) == []
    assert site.say((LOST, False), (ALSO_LOST, False), after=300) == [("grid_lost", "over")]


def test_what_is_shared_is_told_once_if_two_find_it_and_its_end_at_the_same_time(
    site: Site,
) -> None:
    site.say((LOST, False), (ALSO_LOST, False))
    site.say((LOST, True), (ALSO_LOST, True), after=30)
    assert site.say((LOST, True), (ALSO_LOST, True), after=30) == [("grid_lost", "raised")]
    site.say((LOST, False), (ALSO_LOST, False), after=30)
    assert site.say((LOST, False), (ALSO_LOST, False), after=300) == [("grid_lost", "over")]


def test_what_is_shared_and_known_from_the_first_look_is_no_news_from_anybody(site: Site) -> None:
    site.say((LOST, True), (ALSO_LOST, False))
    assert site.say((LOST, True), (ALSO_LOST, True), after=30) == []
    assert site.say((LOST, True), (ALSO_LOST, True), after=30) == []
    site.sources = set()
    assert site.say(after=30) == []


def test_of_what_is_shared_the_last_that_leaves_ends_what_the_first_has_told(site: Site) -> None:
    site.lose_grid()
    site.say((LOST, True), (ALSO_LOST, True), after=30)
    assert site.say((LOST, True), (ALSO_LOST, True), after=30) == []
    site.sources.remove(STICK)
    assert site.say((ALSO_LOST, True), after=30) == []
    site.restart()
    site.sources.remove(ENVOY)
    assert site.say(after=30) == [("grid_lost", "gone")]


@pytest.fixture
def account(site: Site) -> About:
    """Give what an account tells of the panels of the gateway, which is one of the sources."""
    site.sources.add("account")
    site.twins = {("account", "system 1"): ENVOY}
    return About(Kind.PANELS, "account", "system 1")


def test_what_a_gateway_and_its_account_tell_of_is_one_piece_of_news(
    site: Site, account: About
) -> None:
    panels = About(Kind.PANELS, ENVOY, "")
    site.say((panels, False), (account, False))
    site.say((panels, True), (account, False), after=30)
    assert site.say((panels, True), (account, True), after=60) == [("panels", "raised")]
    site.restart()
    assert site.say((panels, True), (account, True), after=60) == []
    assert [alarm.about for alarm in site.board.standing] == [panels, account]
    site.say((panels, False), (account, True), after=60)
    assert site.say((panels, False), (account, True), after=300) == []
    assert site.board.state({Kind.PANELS}) is True
    site.say((panels, False), (account, False), after=60)
    assert site.say((panels, False), (account, False), after=300) == [("panels", "over")]


def test_what_an_account_tells_of_another_gateway_is_news_of_its_own(
    site: Site, account: About
) -> None:
    panels, other = About(Kind.PANELS, ENVOY, ""), About(Kind.PANELS, "account", "system 2")
    site.say((panels, False), (account, False), (other, False))
    site.say((panels, True), (account, True), (other, True), after=30)
    assert site.say((panels, True), (account, True), (other, True), after=60) == [
        ("panels", "raised"),
        ("panels", "raised"),
    ]


def test_that_a_gateway_and_its_account_are_not_heard_are_two_things(
    site: Site, account: About
) -> None:
    here, there = (each._replace(kind=Kind.UNREACHABLE) for each in (LOST, account))
    site.twins = {("account", "system 1"): STICK}
    site.say((here, False), (there, False))
    site.say((here, True), (there, True), after=30)
    assert len(site.say((here, True), (there, True), after=180)) == 2


def test_the_alarms_of_a_source_that_leaves_end(site: Site) -> None:
    site.lose_grid()
    site.sources.remove(STICK)
    assert site.say((LOST, True), after=5) == [("grid_lost", "gone")]
    assert site.board.standing == ()
    assert site.say((LOST, True), after=5) == []
    assert not site.board.knows(LOST)


def test_a_source_that_comes_back_begins_anew(site: Site) -> None:
    site.lose_grid()
    site.sources.remove(STICK)
    site.say(after=5)
    site.sources.add(STICK)
    site.say((LOST, True), after=5)
    assert site.say((LOST, True), after=30) == []
    assert site.board.state({Kind.GRID_LOST}) is True


def test_what_was_known_and_no_news_goes_without_a_word(site: Site) -> None:
    site.say((LOST, True))
    site.say((LOST, True), after=30)
    site.sources.remove(STICK)
    assert site.say(after=5) == []
    assert site.board.standing == ()


def test_the_alarms_of_a_kind_that_nobody_watches_for_end(site: Site) -> None:
    site.lose_grid()
    site.kinds -= {Kind.GRID_LOST}
    assert site.say((LOST, True), after=5) == [("grid_lost", "gone")]


def test_a_device_that_its_source_has_not_named_for_a_day_is_gone(site: Site) -> None:
    pack, other = About(Kind.BATTERY, ENVOY, "7"), About(Kind.BATTERY, ENVOY, "8")
    site.say((pack, False), (other, False))
    site.say((pack, True), (other, False), after=60)
    assert site.say((pack, True), (other, False), after=120) == [("battery", "raised")]
    site.say((other, False), after=60)
    assert site.board.state({Kind.BATTERY}) is None
    assert site.say((other, False), after=FORGOTTEN_S - 61) == []
    assert site.say((other, False), after=61) == [("battery", "gone")]
    assert site.board.state({Kind.BATTERY}) is False


def test_a_device_is_not_gone_while_its_whole_source_is_silent(site: Site) -> None:
    pack, other = About(Kind.BATTERY, ENVOY, "7"), About(Kind.BATTERY, ENVOY, "8")
    site.say((pack, False), (other, False))
    site.say((pack, True), (other, False), after=60)
    site.say((pack, True), (other, False), after=120)
    for _ in range(5):
        assert site.say(after=DAY_S) == []
        assert site.say((other, None), after=DAY_S) == []
    assert site.say((other, False), after=60) == []
    assert site.say((other, False), after=FORGOTTEN_S) == [("battery", "gone")]


def test_a_device_that_its_source_has_no_longer_is_gone_at_once_though_all_are_silent(
    site: Site,
) -> None:
    pack, other = About(Kind.BATTERY, ENVOY, "7"), About(Kind.BATTERY, ENVOY, "8")
    site.devices = {ENVOY: {"7", "8"}}
    site.say((pack, False), (other, False), (LOST, False))
    site.say((pack, True), (other, False), after=60)
    site.say((pack, True), (other, False), after=120)
    assert site.say(after=60) == []
    site.devices = {ENVOY: {"8"}}
    assert site.say(after=60) == [("battery", "gone")]
    site.devices = {ENVOY: set()}
    assert site.say(after=60) == []
    assert site.board.silent(frozenset(Kind)) == {LOST}


def test_a_plant_without_a_grid_has_lost_none(site: Site) -> None:
    site.say((LOST, True))
    for _ in range(7 * 96 - 1):
        assert site.say((LOST, True), after=900) == []
    assert site.board.state({Kind.GRID_LOST}) is True
    site.say((LOST, True), after=900)
    assert site.board.state({Kind.GRID_LOST}) is False
    assert site.say((LOST, True), after=900) == []
    site.say((LOST, False), after=900)
    assert site.say((LOST, False), after=900) == []
    site.lose_grid()


def test_an_outage_of_a_week_is_told_as_usual_and_its_end_no_more(site: Site) -> None:
    site.lose_grid()
    told = [news for _ in range(7 * 96) for news in site.say((LOST, True), after=900)]
    assert told == [("grid_lost", "usual")]
    site.say((LOST, False), after=900)
    assert site.say((LOST, False), after=900) == []


def test_hours_in_which_nobody_watched_do_not_make_an_outage_usual(site: Site) -> None:
    site.lose_grid()
    for _ in range(30):
        assert site.say((LOST, True), after=DAY_S) == []
