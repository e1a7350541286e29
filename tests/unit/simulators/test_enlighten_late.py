"""What the cloud knows when: uploads, outages, data that arrive late."""

from datetime import timedelta
from math import inf

import pytest

from tests.simulators.enlighten import Connection, Kind, Trouble
from tests.simulators.enlighten.reporting import Gap, Outage, Reporting
from tests.simulators.place import Place

from .enlighten_kit import DAY, full_house

HOUR = 3600


def test_uploads_come_at_each_quarter_of_an_hour() -> None:
    reporting = Reporting()
    assert (reporting.last(899), reporting.last(900)) == (0, 900)
    assert (reporting.next(900), reporting.next(901)) == (900, 1800)
    assert reporting.gaps(1000) == [Gap(900, inf)]


def test_a_gateway_has_its_own_minute() -> None:
    reporting = Reporting(phase_s=100)
    assert (reporting.last(999), reporting.last(1000), reporting.next(1001)) == (100, 1000, 1900)


def test_an_outage_swallows_uploads() -> None:
    reporting = Reporting(outages=[Outage(1000, 5000), Outage(9000)])
    assert reporting.last(900) == 900
    assert reporting.last(4999) == 900
    assert reporting.last(5399) == 900
    assert reporting.last(5400) == 5400
    assert reporting.next(1000) == 5400
    assert reporting.next(8101) == inf
    assert reporting.last(20_000) == 8100


def test_an_outage_that_begins_at_an_upload_swallows_it() -> None:
    assert Reporting(outages=[Outage(900, 1000)]).last(1500) == 0


def test_what_was_kept_arrives_with_the_first_upload_or_later() -> None:
    at_once = Reporting(outages=[Outage(1000, 5000)])
    assert at_once.gaps(5400) == [Gap(5400, inf)]
    late = Reporting(outages=[Outage(1000, 5000)], backlog_s=HOUR)
    assert late.gaps(5399) == [Gap(900, inf)]
    assert late.gaps(5400) == [Gap(900, 5000), Gap(5400, inf)]
    assert late.gaps(5400 + HOUR) == [Gap(8100 + 900, inf)]


def test_a_notice_brings_troubles_at_once_and_no_figures() -> None:
    reporting = Reporting()
    reporting.notice(1000)
    assert (reporting.next(901), reporting.next(1000), reporting.next(1001)) == (1000, 1000, 1800)
    assert reporting.last(1100) == 900
    assert reporting.gaps(1100) == [Gap(900, inf)]


def test_a_gateway_that_is_cut_off_sends_no_notice() -> None:
    reporting = Reporting(outages=[Outage(950)])
    reporting.notice(1000)
    assert reporting.next(1000) == inf


def test_falling_silent_twice_is_one_outage() -> None:
    reporting = Reporting()
    reporting.fall_silent(1000)
    reporting.fall_silent(2000)
    reporting.come_back(3000)
    reporting.come_back(4000)
    assert reporting.outages == [Outage(1000, 3000)]


def test_a_cellular_gateway_is_up_to_six_hours_behind() -> None:
    system = full_house(connection=Connection.CELLULAR)
    assert system.now - system.last_report_at == 4 * HOUR + 7 * 60
    known = system.days(system.today, system.today)[0]
    real = system.meters.at(system.now).less(system.meters.at(system.midnight(system.today)))
    assert 0 < known.production < real.production


def test_days_of_an_outage_are_zero_until_its_data_arrive() -> None:
    system = full_house()
    system.clock.advance(10 * HOUR)
    system.reporting.backlog_s = 5 * HOUR
    system.gateway_falls_silent()
    first = system.today
    system.clock.advance(3 * DAY)
    during = system.days(first, system.today)
    assert during[0].production > 0
    assert [sum(day) for day in during[1:]] == [0, 0, 0]
    system.gateway_comes_back()
    system.clock.advance(900)
    waiting = system.days(first, system.today)
    assert [sum(day) for day in waiting[1:3]] == [0, 0]
    system.clock.advance(5 * HOUR)
    after = system.days(first, first + timedelta(days=3))
    bounds = [system.midnight(first + timedelta(days=number)) for number in range(4)]
    marks = [system.meters.at(bound) for bound in bounds]
    assert after[1] == marks[2].less(marks[1])
    assert after[2] == marks[3].less(marks[2])


def test_the_power_of_a_silent_gateway_stays_what_it_was() -> None:
    system = full_house()
    before = system.current_power_w
    system.gateway_falls_silent()
    system.clock.advance(20 * HOUR)
    assert before > 0
    assert system.current_power_w == before
    assert system.last_interval_end == system.last_report_at


def test_without_a_meter_the_last_interval_is_that_of_the_last_light() -> None:
    system = full_house(production_meter=False, place=Place(33.45, -112.07, "America/Phoenix"))
    system.clock.advance(20 * HOUR)
    local = system.place.local(system.last_interval_end)
    assert system.place.local(system.now).hour == 23
    assert local.hour in {18, 19}
    assert system.last_report_at > system.last_interval_end


def test_the_polar_night_has_no_last_light() -> None:
    system = full_house(production_meter=False, place=Place(69.65, 18.96, "Europe/Oslo"))
    system.clock.advance(180 * DAY)
    assert system.last_interval_end == system.last_report_at - 2 * DAY


def test_a_watch_brings_troubles_and_takes_them_away() -> None:
    system = full_house()
    seen: set[Trouble] = {Trouble(Kind.GATEWAY_SILENT, system.gateway_serial)}
    system.watches.append(lambda: seen)
    system.look()
    system.look()
    assert system.reporting.silent(system.now)
    assert len(system.life.spells) == 1
    system.clock.advance(HOUR)
    seen.clear()
    system.look()
    assert not system.reporting.silent(system.now)
    assert system.life.spells[0].until == system.now


@pytest.mark.parametrize("number", [0, 1])
def test_uploads_of_two_systems_are_their_own(number: int) -> None:
    system = full_house(system_id=number)
    other = full_house(system.clock, system_id=1 - number)
    system.gateway_falls_silent()
    system.clock.advance(HOUR)
    assert other.last_report_at == system.last_report_at + HOUR
