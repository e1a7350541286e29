"""The counts of refused values."""

from custom_components.solar_monitor.logic.refusals import Refusals


def test_nothing_is_refused_at_the_start() -> None:
    refusals = Refusals()
    assert refusals.total == 0
    assert refusals.as_dict() == {}


def test_refusals_are_counted_by_reason_and_key() -> None:
    refusals = Refusals()
    for reason, key in (("z", "b"), ("z", "a"), ("z", "b"), ("j", "a")):
        refusals.count(reason, key)
    assert refusals.total == 4
    assert refusals.as_dict() == {"j": {"a": 1}, "z": {"a": 1, "b": 2}}
    assert list(refusals.as_dict()) == ["j", "z"]


def test_the_counts_that_are_given_out_are_a_copy() -> None:
    refusals = Refusals()
    refusals.count("z", "a")
    refusals.as_dict()["z"]["a"] = 99
    assert refusals.total == 1
