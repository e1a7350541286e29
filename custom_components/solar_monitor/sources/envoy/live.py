"""Live mode: looks at the live data every few seconds, for a while.

The gateway makes its live data only while the stream is on, which lapses by itself after about a
quarter of an hour. Live mode keeps it on, and turns itself off after the time that the user chose:
it is a load for a small web server. A value is told only when it shows something else than before.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from homeassistant.core import HomeAssistant

from ...clients.envoy.readings import CtKind, Live
from ...clients.envoy.shape import Shape
from ...clients.errors import (
    BadAnswerError,
    CertificateChangedError,
    ClientError,
    InvalidAuthError,
    LinkLostError,
    TokenExpiredError,
)
from ...const import DOMAIN
from .values import BATTERY_POWER, BATTERY_SOC, CONSUMPTION_POWER, GRID_POWER, PRODUCTION_POWER

if TYPE_CHECKING:
    from ...coordinator import SolarMonitorConfigEntry

LIVE_KEYS: Final = frozenset(
    {PRODUCTION_POWER, GRID_POWER, CONSUMPTION_POWER, BATTERY_POWER, BATTERY_SOC}
)

# Before it lapses, and not more often than a gateway that turns it off itself deserves.
ARM_EVERY_S: Final = 720.0
ARM_AGAIN_S: Final = 30.0
# A gateway that does not answer is not asked every second.
PAUSE_AFTER_FAILURE_S: Final = 5.0
# These do not pass by themselves, and the next poll says so; asking every second would not help.
_LASTING: Final = (CertificateChangedError, InvalidAuthError, TokenExpiredError)


class LiveGateway(Protocol):
    """What live mode needs of a gateway."""

    async def read_live(self) -> Live:
        """Read the live data now."""
        ...

    async def arm_live(self) -> bool:
        """Turn the stream on; tells whether it is."""
        ...


@dataclass(frozen=True, slots=True)
class Pace:
    """How often the live data are looked at, and for how long; s."""

    interval_s: float
    duration_s: float


def live_values(live: Live, shape: Shape) -> dict[str, Any]:
    """Name the live data of what this system measures; W as whole numbers."""
    measured = set(shape.cts)
    battery = bool(shape.batteries) or CtKind.STORAGE in measured
    house = {CtKind.NET_CONSUMPTION, CtKind.TOTAL_CONSUMPTION} & measured
    powers = (
        (PRODUCTION_POWER, live.pv_w, CtKind.PRODUCTION in measured),
        (GRID_POWER, live.grid_w, CtKind.NET_CONSUMPTION in measured),
        (CONSUMPTION_POWER, live.load_w, bool(house) and shape.consumption),
        (BATTERY_POWER, live.battery_w, battery),
    )
    values: dict[str, Any] = {
        key: round(power) for key, power, there in powers if there and power is not None
    }
    if battery and live.soc is not None:
        values[BATTERY_SOC] = live.soc
    return values


class LiveMode:
    """Runs while the user wants it."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: SolarMonitorConfigEntry,
        gateway: LiveGateway,
        tell: Callable[[Live | None], None],
        pace: Pace,
    ) -> None:
        """Prepare. `tell` takes what is new, and None when live mode has begun or ended."""
        self._hass = hass
        self._entry = entry
        self._gateway = gateway
        self._tell = tell
        self._pace = pace
        self._task: asyncio.Task[None] | None = None
        self._armed_at = self._new_at = 0.0
        self._measured_at: float | None = None
        self._stopped = False
        self.failures = 0

    @property
    def on(self) -> bool:
        """Whether it runs."""
        return self._task is not None

    async def turn(self, *, on: bool) -> None:
        """Turn it on or off. Raises a ClientError when the gateway does not go along."""
        if not on:
            await self.close()
            self._tell(None)
        elif not self.on:
            self._measured_at = None
            await self._arm()
            if self._stopped:
                raise LinkLostError("closed by us")
            self._task = self._entry.async_create_background_task(
                self._hass, self._run(), f"{DOMAIN} live mode of {self._entry.title}"
            )
            self._tell(None)

    async def close(self) -> None:
        """End it, and tell nobody."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait({task})

    async def stop(self) -> None:
        """End it for good: also what somebody is just turning on."""
        self._stopped = True
        await self.close()

    async def _arm(self) -> None:
        """Turn the stream on."""
        self._armed_at = self._hass.loop.time()
        if not await self._gateway.arm_live():
            raise BadAnswerError("the gateway does not turn its live data on")

    async def _run(self) -> None:
        """Look again and again until the time is up."""
        end = self._hass.loop.time() + self._pace.duration_s
        while self._hass.loop.time() < end:
            began = self._hass.loop.time()
            try:
                await self._look()
                pause_s = self._pace.interval_s
            except _LASTING:
                break
            except ClientError:
                self.failures += 1
                pause_s = max(self._pace.interval_s, PAUSE_AFTER_FAILURE_S)
            took_s = self._hass.loop.time() - began
            # A gateway that is slow gets as much rest as it had work.
            await asyncio.sleep(min(max(pause_s - took_s, took_s), end - began))
        self._task = None
        self._tell(None)

    async def _look(self) -> None:
        """Look once; the stream is turned on again before it lapses, or when it is off."""
        if self._hass.loop.time() - self._armed_at >= ARM_EVERY_S:
            await self._arm()
        live = await self._gateway.read_live()
        if live.streaming and self._is_new(live):
            self._new_at = self._hass.loop.time()
            self._tell(live)
        elif self._hass.loop.time() - max(self._armed_at, self._new_at) >= ARM_AGAIN_S:
            await self._arm()

    def _is_new(self, live: Live) -> bool:
        """Tell whether these data are not those of the look before.

        The very first look may find what an earlier stream has left, whenever that was; and a
        stream that is on may stand still. A gateway that tells no time is believed.
        """
        before, self._measured_at = self._measured_at, live.measured_at
        return live.measured_at is None or before not in {None, live.measured_at}
