"""The scene of load shedding depends neither on when we look nor on a poll that is late."""

import pytest

from custom_components.solar_monitor.logic.soc import SocGuard, SocVerdict
from tests.demo.loads import LOADS
from tests.demo.shedding import POLL_EVERY_S, TINY, Turned, noticed, too_early
from tests.simulators.battery import Battery

ROD, PUMP = LOADS
CHANGED_AT = 1_795_000_000.0


def state_of(state: str, changed_at: str) -> dict[str, str]:
    """Give what Home Assistant's REST tells of a load, as far as it counts."""
    return {"state": state, "last_changed": changed_at, "last_updated": changed_at}


@pytest.mark.parametrize("power", [-TINY.max_charge_w, TINY.max_discharge_w])
@pytest.mark.parametrize("missed", range(5))
def test_a_poll_that_is_missed_makes_no_charge_that_is_taken_for_a_faulty_one(
    power: float, missed: int
) -> None:
    for tenths in range(10):
        battery = Battery(TINY, TINY.capacity_kwh * (50 + tenths / 10) / 100)
        guard = SocGuard()
        for poll in range(10):
            if poll != missed:
                soc = round(battery.soc)
                verdict = guard.offer(soc, 52.0, at=1_000.0 + poll * POLL_EVERY_S, poll=poll)
                assert verdict is SocVerdict.ACCEPTED, (poll, soc)
            battery.apply(power, POLL_EVERY_S)


def test_pauses_are_those_between_home_assistants_times_however_late_we_look() -> None:
    turned = [
        noticed(ROD, state_of("off", "2026-11-20T19:00:20.800000+00:00")),
        noticed(PUMP, state_of("off", "2026-11-20T19:00:25.801234+00:00")),
    ]
    assert [(each.name, each.state) for each in turned] == [(ROD.name, "off"), (PUMP.name, "off")]
    assert turned[1].at - turned[0].at == pytest.approx(5.001, abs=0.001)
    assert list(too_early(turned)) == []


@pytest.mark.parametrize(
    ("turned", "problems"),
    [
        ([("Pool pump", "off", 4.8)], []),
        ([("Pool pump", "off", 4.6)], ["Pool pump went off too soon after Heating rod."]),
        ([("Pool pump", "on", 1.0)], []),
        ([("Heating rod", "on", 4.6)], ["Heating rod went on too soon."]),
        ([("Pool pump", "off", 6.0), ("Pool pump", "on", 12.0), ("Heating rod", "on", 17.0)], []),
    ],
)
def test_what_turned_too_soon_is_a_problem(
    turned: list[tuple[str, str, float]], problems: list[str]
) -> None:
    happened = [Turned(name, state, CHANGED_AT + after) for name, state, after in turned]
    assert list(too_early([Turned(ROD.name, "off", CHANGED_AT), *happened])) == problems
