"""Takes answers in: an answer replaces the last good one only if all of it can be read."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final

from ..errors import BadAnswerError
from . import adapter, parts as reading, raw
from .endpoints import Block
from .info import GatewayInfo
from .meters import MeterReadings, MeterRow
from .panels import kept, merge
from .shape import Shape

_NOTHING_TIMES: Final = 3
_NOTHING_S: Final = 300.0
"""So many answers in a row, over such a time, that know of nothing are believed."""


class Intake:
    """The last good answer of each endpoint, as it came and read."""

    def __init__(self, now: Callable[[], float]) -> None:
        """Begin with nothing; `now` is Unix time, s."""
        self.parts = reading.Parts()
        self.answered: set[Block] = set()
        self._bodies: dict[Block, tuple[str, bytes]] = {}
        """Of the blocks that pyenphase is asked about: path and body."""
        self._empty: dict[Block, list[float]] = {}
        self._now = now

    async def take(
        self,
        block: Block,
        path: str,
        body: bytes,
        *,
        info: GatewayInfo | None,
        shape: Shape,
        details_stale: bool,
    ) -> None:
        """Read an answer; raises BadAnswerError, and then nothing has changed.

        Two lanes may take at the same time: nothing in here waits for anything.
        """
        part: Any = reading.READERS[block](raw.parse(body))
        self._check_emptied(block, part, shape)
        if block in reading.JUDGED:
            said = await self._judge(path, body, info)
            if block is Block.READINGS:
                _check_readings(self.parts.meters, part)
            self.parts.said = said
            if block is Block.V1_PRODUCTION:
                # One that was silent or zero until now is no better than what counts already.
                other = Block.PRODUCTION in self.answered and self._knows(Block.PRODUCTION)
                goes_first = self.parts.v1_counts or not other
                self.parts.v1_counts = said.v1 is not None and goes_first
            self._bodies[block] = path, body
        self.answered.add(block)
        if block is Block.DEVICE_DATA:
            part = kept(part, self.parts.device_data)
        setattr(self.parts, block.value, part)
        if block in reading.PANEL_BLOCKS:
            self.parts.merged_panels = MappingProxyType(
                merge(
                    self.parts.device_data,
                    self.parts.v1_inverters,
                    self.parts.inventory.health,
                    now=self._now(),
                    details_stale=details_stale and block is not Block.DEVICE_DATA,
                )
            )

    def start_over(self) -> None:
        """Forget what is only true of one firmware."""
        self.parts.v1_counts = False

    async def _judge(self, path: str, body: bytes, info: GatewayInfo | None) -> adapter.Statements:
        """Ask pyenphase about the production blocks with this answer among them."""
        said = await adapter.interpret(
            dict(self._bodies.values()) | {path: body},
            firmware=info.firmware if info else "0",
            metered=bool(info and info.metered),
        )
        if path in said.bad:
            raise said.bad[path]
        return said

    def _check_emptied(self, block: Block, part: object, shape: Shape) -> None:
        """Refuse an answer without any device or count where there was something, for a while.

        Gateways say so for some minutes while they start.
        """
        if reading.count(block, part) != 0 or not self._had(block, shape):
            self._empty.pop(block, None)
            return
        now = self._now()
        times = self._empty.setdefault(block, [])
        times.append(now)
        if len(times) < _NOTHING_TIMES or now - times[0] < _NOTHING_S:
            raise BadAnswerError("it knows of nothing where there was something")

    def _had(self, block: Block, shape: Shape) -> bool:
        """Whether an endpoint has known of anything so far, or is remembered to have done so."""
        if block in self.answered:
            return self._knows(block)
        if block in reading.COUNTERS:
            return self.parts.v1_counts or self._knows(Block.READINGS)
        return bool(
            {
                Block.METERS: shape.cts,
                Block.DEVICE_DATA: shape.panel_details,
                Block.V1_INVERTERS: shape.panels,
                Block.INVENTORY: shape.panels,
                Block.ENSEMBLE_INVENTORY: shape.encharges or shape.enpower or shape.collar,
            }.get(block)
        )

    def _knows(self, block: Block) -> bool:
        """Whether the last good answer of an endpoint knows of anything."""
        return bool(reading.count(block, getattr(self.parts, block.value)))


def _check_readings(meters: tuple[MeterRow, ...], readings: MeterReadings) -> None:
    """Refuse readings without any of the meters that there are."""
    if not any(meter.eid in readings.by_eid for meter in meters):
        raise BadAnswerError("no readings of the enabled meters")
