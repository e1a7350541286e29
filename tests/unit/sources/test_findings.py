import pytest

from custom_components.solar_monitor.clients.errors import (
    CannotConnectError,
    NoAnswerError,
    PortClosedError,
    WrongSerialError,
)
from custom_components.solar_monitor.clients.transport import LinkStats
from custom_components.solar_monitor.sources.deye.findings import Findings


def keys(findings: Findings, now: float) -> list[str]:
    """Name what holds."""
    return [finding.key for finding in findings.holding(now)]


def test_nothing_is_found_at_first() -> None:
    assert keys(Findings(LinkStats(), 0), 0) == []


def test_a_wrong_serial_holds_until_the_next_answer() -> None:
    findings = Findings(LinkStats(), 0)
    findings.note(WrongSerialError(serial=2_712_345_678), 0)
    [finding] = findings.holding(0)
    assert finding.fixable
    assert finding.placeholders == {"serial": "2712345678"}
    assert finding.data == {"serial": 2_712_345_678}
    findings.note(None, 30)
    assert keys(findings, 30) == []


def test_a_port_has_to_be_closed_for_a_quarter_of_an_hour() -> None:
    findings = Findings(LinkStats(), 0)
    for now in range(0, 1000, 100):
        findings.note(PortClosedError(), now)
    assert keys(findings, 899.9) == []
    assert keys(findings, 900) == ["port_closed"]
    findings.note(CannotConnectError(), 1000)
    assert keys(findings, 5000) == []


def test_another_error_in_between_begins_the_quarter_of_an_hour_again() -> None:
    findings = Findings(LinkStats(), 0)
    findings.note(PortClosedError(), 0)
    findings.note(NoAnswerError(), 500)
    findings.note(PortClosedError(), 600)
    assert keys(findings, 1400) == []
    assert keys(findings, 1500) == ["port_closed"]


@pytest.mark.parametrize(
    ("offset", "minutes"), [(300, None), (300.5, "5"), (-300.5, "5"), (7200, "120"), (None, None)]
)
def test_a_clock_may_be_five_minutes_off(offset: float | None, minutes: str | None) -> None:
    found = Findings(LinkStats(clock_offset_s=offset), 0).holding(0)
    assert [finding.placeholders for finding in found] == (
        [{"minutes": minutes}] if minutes else []
    )


def test_three_foreign_answers_within_an_hour_are_a_second_client_for_an_hour() -> None:
    stats = LinkStats(foreign_answers=7)
    findings = Findings(stats, 0)
    findings.note(None, 0)
    stats.foreign_answers += 2
    findings.note(None, 30)
    assert keys(findings, 30) == []
    stats.foreign_answers += 1
    findings.note(None, 60)
    assert keys(findings, 60) == ["second_client"]
    assert keys(findings, 3659.9) == ["second_client"]
    assert keys(findings, 3660) == []


def test_a_stray_answer_an_hour_is_no_second_client() -> None:
    stats = LinkStats()
    findings = Findings(stats, 0)
    for hour in range(10):
        stats.foreign_answers += 1
        findings.note(None, hour * 3600)
        assert keys(findings, hour * 3600) == []


def test_what_held_before_the_start_is_undecided_until_it_can_be_judged() -> None:
    findings = Findings(LinkStats(), 100)
    everything = {"wrong_serial", "port_closed", "clock_off", "second_client"}
    assert findings.undecided(100) == everything
    findings.note(NoAnswerError(), 5000)
    assert findings.undecided(3699) == everything
    findings.note(None, 3699)
    findings.note(NoAnswerError(), 3699)
    assert findings.undecided(3699) == {"second_client"}
    assert findings.undecided(3700) == frozenset()


def test_a_closed_port_points_to_the_user_guide() -> None:
    findings = Findings(LinkStats(), 0)
    findings.note(PortClosedError(), 0)
    [finding] = findings.holding(900)
    assert str(finding.learn_more_url).endswith("/docs/user-guide.md")
