import pytest

from custom_components.solar_monitor.logic.bank import (
    LONGEST_H,
    Bank,
    Storage,
    join,
    runtime_h,
)
from custom_components.solar_monitor.logic.flows import Reading

NOW = 1_800_000_000.0


def bank(
    soc: float | None, kwh: float | None = None, *, age_s: float = 0.0, floor: float = 0.0
) -> Bank:
    """A battery that was heard some seconds ago."""
    return Bank(name=f"{soc} {kwh}", soc=Reading(soc, NOW - age_s), capacity_kwh=kwh, floor=floor)


@pytest.mark.parametrize(
    ("banks", "storage"),
    [
        ([], Storage()),
        ([bank(50)], Storage(50.0)),
        ([bank(50, 10.0)], Storage(50.0, 10.0, 5.0)),
        ([bank(50, 10.0, floor=20)], Storage(50.0, 10.0, 3.0)),
        ([bank(10, 10.0, floor=20)], Storage(10.0, 10.0, 0.0)),
        ([bank(30, 5.01, floor=30)], Storage(30.0, 5.01, 0.0)),
        ([bank(50, 30.0), bank(90, 10.0)], Storage(60.0, 40.0, 24.0)),
        ([bank(50, 30.0), bank(90)], Storage(70.0)),
        ([bank(50, 30.0), bank(90, 10.0, age_s=91)], Storage(capacity_kwh=40.0)),
        ([bank(50, 30.0), bank(None, 10.0)], Storage(capacity_kwh=40.0)),
    ],
)
def test_batteries_weigh_by_what_they_hold(banks: list[Bank], storage: Storage) -> None:
    assert join(banks, NOW) == storage


@pytest.mark.parametrize(
    ("banks", "storage"),
    [
        ([bank(50, 10.0, age_s=30), bank(52, 9.0)], Storage(52.0, 10.0, 5.2)),
        ([bank(50, 10.0, age_s=30), bank(52)], Storage(52.0, 10.0, 5.2)),
        ([bank(50, 10.0), bank(52, 10.0, age_s=91)], Storage(50.0, 10.0, 5.0)),
        ([bank(50), bank(52, age_s=10)], Storage(50.0)),
        ([bank(50, 10.0, age_s=91)], Storage()),
    ],
)
def test_a_common_bank_counts_once_and_needs_one_who_speaks(
    banks: list[Bank], storage: Storage
) -> None:
    assert join(banks, NOW, common=True) == storage


@pytest.mark.parametrize(
    ("storage", "load_w", "hours"),
    [
        (Storage(50.0, 10.0, 5.0), 500, 10.0),
        (Storage(50.0, 10.0, 5.0), 0, LONGEST_H),
        (Storage(1.0, 1.0, 0.01), 0, 0.5),
        (Storage(50.0, 10.0, 5.0), None, None),
        (Storage(50.0), 500, None),
    ],
)
def test_it_lasts_as_long_as_the_present_load_lets_it(
    storage: Storage, load_w: float | None, hours: float | None
) -> None:
    assert runtime_h(storage, load_w) == hours
