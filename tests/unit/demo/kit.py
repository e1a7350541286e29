"""What several of these tests need."""

from tests.demo.account import HOUSE_ID, Account
from tests.simulators.enlighten import Call, Endpoint


def answer(account: Account) -> None:
    """Let the cloud answer what is asked of it about the house, as far as the account can see."""
    for endpoint in (Endpoint.SUMMARY, Endpoint.OPEN_ALARMS):
        for note in account.cloud.answered:
            note(Call(account.house.now, endpoint, HOUSE_ID, "", {}, 200, key_in_url=False))
