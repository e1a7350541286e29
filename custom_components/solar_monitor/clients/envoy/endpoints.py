"""The endpoints we read: one line each, with its own pace and patience.

How slow each one is, mpreissner/ha-enphase-realtime (docs/FINDINGS.md) found out on firmware 8.3:
`/ivp/meters/readings` answers within 0.3 s, `/inventory.json` takes about 20 s, `/production.json`
up to 55 s on sites with batteries, `/home` over 60 s on some gateways.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Block(StrEnum):
    """An endpoint, as reports and readings name it."""

    INFO = "info"
    METERS = "meters"
    READINGS = "readings"
    V1_PRODUCTION = "v1_production"
    PRODUCTION = "production"
    ENSEMBLE_SECCTRL = "ensemble_secctrl"
    ENSEMBLE_POWER = "ensemble_power"
    ENSEMBLE_RELAY = "ensemble_relay"
    DEVICE_DATA = "device_data"
    V1_INVERTERS = "v1_inverters"
    ENSEMBLE_INVENTORY = "ensemble_inventory"
    PDM_ENERGY = "pdm_energy"
    TARIFF = "tariff"
    GENERATOR = "generator"
    GENERATOR_MODE = "generator_mode"
    INVENTORY = "inventory"
    LIVEDATA = "livedata"
    HOME = "home"


class Group(StrEnum):
    """What is asked for together."""

    FAST = "fast"
    PANELS = "panels"
    SLOW = "slow"
    IDENTITY = "identity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One endpoint.

    `interval_s` is the shortest time between two requests; 0 leaves the pace to whoever polls.
    `background` endpoints are asked one after the other beside the fast ones, which never wait for
    them. `other_path` is asked where the firmware does not know the first.
    """

    block: Block
    path: str
    group: Group
    interval_s: float = 0.0
    timeout_s: float = 8.0
    background: bool = True
    other_path: str | None = None


_ROWS: Final = (
    Endpoint(block=Block.INFO, path="/info", group=Group.IDENTITY, interval_s=3_600),
    Endpoint(
        block=Block.METERS,
        path="/ivp/meters",
        group=Group.FAST,
        interval_s=300,
        background=False,
    ),
    Endpoint(block=Block.READINGS, path="/ivp/meters/readings", group=Group.FAST, background=False),
    Endpoint(
        block=Block.V1_PRODUCTION, path="/api/v1/production", group=Group.FAST, background=False
    ),
    Endpoint(
        block=Block.PRODUCTION,
        path="/production.json?details=1",  # without details there are no phases from 7.6 on
        other_path="/production",  # all that firmware 3.7 has
        group=Group.FAST,
        timeout_s=70,
    ),
    Endpoint(
        block=Block.ENSEMBLE_SECCTRL,
        path="/ivp/ensemble/secctrl",
        group=Group.FAST,
        interval_s=60,
        timeout_s=20,
    ),
    Endpoint(
        block=Block.ENSEMBLE_POWER,
        path="/ivp/ensemble/power",
        group=Group.FAST,
        interval_s=60,
        timeout_s=20,
    ),
    Endpoint(
        block=Block.ENSEMBLE_RELAY,
        path="/ivp/ensemble/relay",
        group=Group.FAST,
        interval_s=60,
        timeout_s=20,
    ),
    Endpoint(
        block=Block.DEVICE_DATA, path="/ivp/pdm/device_data", group=Group.PANELS, timeout_s=30
    ),
    Endpoint(
        block=Block.V1_INVERTERS,
        path="/api/v1/production/inverters",
        group=Group.PANELS,
        timeout_s=30,
    ),
    Endpoint(
        block=Block.ENSEMBLE_INVENTORY,
        path="/ivp/ensemble/inventory",
        group=Group.SLOW,
        timeout_s=30,
    ),
    Endpoint(block=Block.PDM_ENERGY, path="/ivp/pdm/energy", group=Group.SLOW, timeout_s=30),
    Endpoint(block=Block.TARIFF, path="/admin/lib/tariff", group=Group.SLOW, timeout_s=30),
    Endpoint(block=Block.GENERATOR, path="/ivp/ensemble/generator", group=Group.SLOW, timeout_s=30),
    Endpoint(block=Block.GENERATOR_MODE, path="/ivp/ss/gen_mode", group=Group.SLOW, timeout_s=30),
    Endpoint(
        block=Block.INVENTORY, path="/inventory.json?deleted=1", group=Group.SLOW, timeout_s=60
    ),
    Endpoint(block=Block.LIVEDATA, path="/ivp/livedata/status", group=Group.IDENTITY),
    Endpoint(block=Block.HOME, path="/home", group=Group.IDENTITY, timeout_s=90),
)

ENDPOINTS: Final[Mapping[Block, Endpoint]] = MappingProxyType({row.block: row for row in _ROWS})
"""All endpoints, in the order in which they are asked when several are due."""

FOLLOWERS: Final[Mapping[Block, tuple[Block, ...]]] = MappingProxyType(
    {
        Block.DEVICE_DATA: (Block.V1_INVERTERS,),
        Block.ENSEMBLE_INVENTORY: (
            Block.ENSEMBLE_SECCTRL,
            Block.ENSEMBLE_POWER,
            Block.ENSEMBLE_RELAY,
            Block.TARIFF,
            Block.GENERATOR,
        ),
        Block.GENERATOR: (Block.GENERATOR_MODE,),
        Block.INVENTORY: (Block.PRODUCTION, Block.V1_INVERTERS, Block.ENSEMBLE_SECCTRL),
    }
)
"""Endpoints whose answer, or silence, decides whether others are needed at once.

The short list follows whenever panel details are missing; others only until they have answered, as
they have a pace of their own.
"""

STREAM_PATH: Final = "/ivp/livedata/stream"
"""`POST {"enable": 1}` makes the live data fresh; it lapses by itself after about 15 min."""
