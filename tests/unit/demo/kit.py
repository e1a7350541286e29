"""What several of these tests need."""

from datetime import UTC, datetime
from typing import Final

from tests.demo import house
from tests.demo.account import HOUSE_ID, Account
from tests.demo.gateway import Roof
from tests.demo.house import House, Way
from tests.simulators.enlighten import Call, Endpoint

NOW: Final = datetime(2026, 11, 20, 19, 2, tzinfo=UTC)
"""Of all houses here: how much sun there is, and what just began, depend on it."""


def build(family: str, way: Way, roof: Roof | None = None) -> House:
    """Build a house of the demo as it is at the same moment in every run."""
    return house.build(family, way, roof, now=NOW)


def answer(account: Account) -> None:
    """Let the cloud answer what is asked of it about the house, as far as the account can see."""
    for endpoint in (Endpoint.SUMMARY, Endpoint.OPEN_ALARMS):
        for note in account.cloud.answered:
            note(Call(account.house.now, endpoint, HOUSE_ID, "", {}, 200, key_in_url=False))
