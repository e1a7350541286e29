"""A simulated device as the demo sees it: how it is added, what is true of it, how it is asked."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.demo import account_truth
from tests.demo.account import CLOUD_ONLY, HOUSE_ID, Account
from tests.demo.gateway_truth import LATE_AT_FIRST, true_values_of, unknown_at_first
from tests.demo.past import CLOUD_PAST, GATEWAY_PAST, NO_PAST, Past, past_of_inverter
from tests.demo.truth import Truth, true_values
from tests.simulators import enlighten
from tests.simulators.envoy import Endpoint, EnvoySimulator
from tests.simulators.logger import LoggerSimulator

POLLED_FIRST: Final = frozenset(
    {Endpoint.READINGS, Endpoint.PRODUCTION_JSON, Endpoint.PRODUCTION, Endpoint.V1_PRODUCTION}
)
"""Where a gateway is asked for power; which of them depends on its firmware."""
DEYE: Final = "deye"
ENVOY: Final = "envoy"
ENLIGHTEN: Final = "enlighten"


@dataclass(kw_only=True)
class Watched:
    """One device and the entry that watches it."""

    kind: str
    id_prefix: str
    """What the unique ids of its entities begin with."""
    form: Mapping[str, Any]
    """What a user enters to add it, in whatever form it is asked for."""
    options: Mapping[str, Any]
    """What a user would change afterwards."""
    hurry: Mapping[str, Any]
    """The shortest intervals that the options allow; nothing where there is none."""
    truth: Callable[[], Truth]
    polls: Callable[[], int]
    """How often it was asked for its power so far."""
    past: Past
    unknown_at_first: frozenset[str] = frozenset()
    """Keys without a value in the first minutes, by design."""
    late_at_first: frozenset[str] = frozenset()
    """Keys without a value at the first poll."""
    required: frozenset[str] = frozenset()
    """Keys of entities that must be there, also if they come later than the others."""
    credential: Mapping[str, str] = field(default_factory=dict)
    """The application that a user has to store before."""
    account: Account | None = None
    """Where an alarm can be raised."""
    entry_id: str = field(default="", init=False)


def watched_logger(
    logger: LoggerSimulator, form: Mapping[str, Any], id_prefix: str, options: Mapping[str, Any]
) -> Watched:
    """Watch an inverter through its logger."""
    return Watched(
        kind=DEYE,
        id_prefix=id_prefix,
        form=form,
        options=options,
        hurry={"poll_interval": 10},
        truth=lambda: true_values(logger),
        polls=lambda: count_polls(logger),
        past=past_of_inverter(logger.site),
    )


def watched_gateway(gateway: EnvoySimulator) -> Watched:
    """Watch a gateway and its panels; the token comes from the simulated cloud."""
    cloud = gateway.cloud
    return Watched(
        kind=ENVOY,
        id_prefix=gateway.serial,
        form={
            "host": gateway.address,
            "username": cloud.username,
            "password": cloud.password,
        },
        options={},
        hurry={"poll_interval": 10, "panels_interval": 30},
        truth=lambda: true_values_of(gateway),
        polls=lambda: count_questions(gateway),
        past=GATEWAY_PAST,
        unknown_at_first=unknown_at_first(gateway.shape),
        late_at_first=LATE_AT_FIRST,
    )


def watched_account(account: Account) -> Watched:
    """Watch the house of an account, which a browser has to allow."""
    keys = account.keys
    return Watched(
        kind=ENLIGHTEN,
        id_prefix=f"enl_{HOUSE_ID}",
        form={
            "api_key": keys["api_key"],
            "plan": account.cloud.application.plan.label.lower(),
            "profile": account.profile,
            "systems": [str(HOUSE_ID)],
        },
        options={},
        hurry={},
        truth=lambda: account_truth.true_values_of(account),
        polls=lambda: account.cloud.count(enlighten.Endpoint.SUMMARY),
        past=CLOUD_PAST if account.profile == CLOUD_ONLY else NO_PAST,
        credential={
            "client_id": keys["client_id"],
            "client_secret": keys["client_secret"],
            "name": "Solar Monitor",
        },
        account=account,
    )


def count_polls(logger: LoggerSimulator) -> int:
    """Count how often a live value was read."""
    word = logger.inverter.live_word
    return sum(address <= word < address + count for _, address, count in logger.requests)


def count_questions(gateway: EnvoySimulator) -> int:
    """Count how often a gateway was asked for its power, where it was asked most."""
    asked = Counter(path.partition("?")[0] for _, path in gateway.requests)
    return max((asked[path] for path in POLLED_FIRST), default=0)
