"""A recording of everything a gateway says, for a bug report."""

import asyncio
from collections.abc import Callable
import time
from typing import Any, Final

from ..errors import ClientError, HttpStatusError
from .endpoints import ENDPOINTS, Block
from .exchanges import Exchange, Masker, shown
from .ways import Link

_TIME_LIMIT_S: Final = 60.0

# Read only, every one. Those that only an installer's token may read say so.
_OTHER_PATHS: Final = (
    "/admin/lib/acb_config",
    "/inv",
    "/ivp/ensemble/dry_contacts",
    "/ivp/ensemble/status",
    "/ivp/meters/gridReading",
    "/ivp/meters/pvReading",
    "/ivp/meters/reports",
    "/ivp/peb/devstatus",
    "/ivp/sc/pvlimit",
    "/ivp/sc/sched",
    "/ivp/sc/status",
    "/ivp/ss/dry_contact_settings",
    "/ivp/ss/gen_config",
    "/ivp/ss/gen_schedule",
    "/ivp/ss/pel_settings",
    "/production",
)
PATHS: Final = (
    *(endpoint.path for block, endpoint in ENDPOINTS.items() if block is not Block.HOME),
    *_OTHER_PATHS,
    ENDPOINTS[Block.HOME].path,
)
"""What is recorded, the slowest last."""


async def record(
    link: Link,
    *secrets: str,
    turn: asyncio.Lock,
    now: Callable[[], float] = time.time,
    monotonic: Callable[[], float] = time.monotonic,
) -> dict[str, dict[str, Any]]:
    """Ask everything once, one after the other, and return the answers by path, masked.

    `turn` is taken for each request anew.

    May take minutes. Raises nothing: what fails is part of the recording.
    """
    mask = Masker(*secrets)
    recorded = {}
    for path in PATHS:
        async with turn:
            begin = monotonic()
            status, error, body = None, None, b""
            try:
                answer = await link.request(path, timeout_s=_TIME_LIMIT_S)
                status, body = answer.status, answer.body
            except HttpStatusError as err:
                status, error = err.status, err.key
            except ClientError as err:
                error = err.key
            exchange = Exchange(path, now(), monotonic() - begin, status, error, body)
        recorded[path] = shown(exchange, mask)
    return recorded
