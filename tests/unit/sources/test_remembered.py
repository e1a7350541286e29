"""What an entry and its store remember, and what is made of it when it is damaged."""

from typing import Any

import pytest

from custom_components.solar_monitor.sources.deye.remembered import proven_steps


@pytest.mark.parametrize("memory", [None, {}, {"steps": None}, {"steps": [1, 10]}, {"steps": "1"}])
def test_damaged_steps_are_none(memory: dict[str, Any] | None) -> None:
    assert proven_steps(memory) == {}


def test_steps_are_given_as_they_were_stored() -> None:
    assert proven_steps({"steps": {"grid": 10}, "clean": True}) == {"grid": 10}
