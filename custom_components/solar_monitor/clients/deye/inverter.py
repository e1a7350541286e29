"""One inverter behind a transport: who it is, and its values block by block."""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType

from ..errors import (
    AsleepError,
    CannotConnectError,
    ClientError,
    EthernetLoggerError,
    LinkLostError,
    ModbusRefusedError,
    NoAnswerError,
    WrongFamilyError,
    WrongSerialError,
)
from ..report import UpdateReport
from ..transport import Transport
from .decode import Value, decode
from .family import CHECK_BLOCK, Family, detect, needs_check, second_check
from .identity import IDENTITY_BLOCK, Identity, read_identity
from .planner import Block, plan
from .registers import Cadence, Register
from .scale import PowerScale, candidate, power_scale
from .tables import TABLES, scaled_table

_RETRIES = 2
"""How often a block that failed is read again within one poll."""
_PERMANENT_REFUSALS = frozenset({1, 2, 3})
"""Modbus exceptions that the same request meets again: function, address, value."""


@dataclass(frozen=True, slots=True)
class Poll:
    """What one poll brought.

    `values` holds the asked keys whose words were all read (None: the inverter has no such value);
    `words` everything that was read, by address. `measured_at` is the time of the first answer.
    """

    values: Mapping[str, Value | None]
    words: Mapping[int, int]
    report: UpdateReport
    all_zero: bool
    measured_at: datetime = field(compare=False)


@dataclass(slots=True)
class _Reading:
    """A poll under way."""

    deadline: float
    words: dict[int, int] = field(default_factory=dict)
    updated: set[str] = field(default_factory=set)
    failed: dict[str, ClientError] = field(default_factory=dict)
    first_answer: datetime | None = None


class Inverter:
    """One Modbus unit of a logger, read through its family's register table.

    `family` chosen by hand overrides detection; `identity` is what was found out earlier, so that a
    sleeping or silent inverter has its rows. `retry_pause` is in seconds.
    """

    def __init__(
        self,
        transport: Transport,
        unit: int,
        family: Family | None = None,
        *,
        identity: Identity | None = None,
        retry_pause: float = 5.0,
    ) -> None:
        """Remember how to reach the inverter; nothing is sent yet."""
        self._transport = transport
        self._unit = unit
        self._family = family
        self._identity = identity
        self._scale: PowerScale = candidate(identity)
        self._retry_pause = retry_pause

    @property
    def identity(self) -> Identity | None:
        """Who the inverter is, None until it has said so."""
        return self._identity

    @property
    def scale(self) -> PowerScale:
        """What is believed about the scale of power and current, for diagnostics."""
        return self._scale

    @property
    def registers(self) -> Mapping[str, Register]:
        """The rows that this unit has, by key; none while its family is unknown."""
        family = self._family or (self._identity.family if self._identity else None)
        if family is None or family not in TABLES:
            return {}
        return scaled_table(family, self._identity, self._scale.factors)

    async def identify(self) -> Identity:
        """Ask the inverter who it is and make sure that we have the right map for it.

        Raises AsleepError when it answers with nothing but zeros, WrongFamilyError when there is no
        table for it or the table does not fit, and whatever the transport raises.
        """
        words = await self._read(IDENTITY_BLOCK)
        if not any(words.values()):
            raise AsleepError
        device_type = words[0]
        family = self._family or await self._detect(device_type)
        if family is None or family not in TABLES:
            raise WrongFamilyError(device_type=device_type)
        self._identity = read_identity(family, words)
        self._scale = candidate(self._identity)
        return self._identity

    async def poll(
        self, keys: Collection[str], *, urgent: bool = True, time_limit_s: float
    ) -> Poll:
        """Read what these keys need; failures are in the report and never cost another block.

        Keys that this unit does not have are passed over. A failed block is read again after a
        pause while time is left; when nothing at all has answered twice, the poll ends early.
        """
        rows = [register for key, register in self.registers.items() if key in keys]
        blocks = _blocks(rows)
        reading = _Reading(deadline=asyncio.get_running_loop().time() + time_limit_s)
        await self._read_blocks(list(blocks), reading, urgent=urgent)
        self._scale = power_scale(self._scale, reading.words)
        table = self.registers
        live = [
            reading.words[address]
            for block, cadence in blocks.items()
            if cadence is Cadence.LIVE and block.name in reading.updated
            for address in block.addresses
        ]
        return Poll(
            values={
                register.key: decode(table[register.key], reading.words)
                for register in rows
                if all(address in reading.words for address in register.needed)
            },
            words=MappingProxyType(reading.words),
            report=UpdateReport(frozenset(reading.updated), MappingProxyType(reading.failed)),
            all_zero=bool(live) and not any(live),
            measured_at=reading.first_answer or datetime.now(UTC),
        )

    async def _detect(self, device_type: int) -> Family | None:
        """Return the family, confirmed where a wrong one could go unnoticed."""
        family = detect(device_type)
        if not needs_check(device_type):
            return family
        live = await self._read(CHECK_BLOCK)
        if family is Family.HYBRID_1P and not any(live.values()):
            raise AsleepError
        return second_check(device_type, live)

    async def _read_blocks(self, waiting: list[Block], reading: _Reading, *, urgent: bool) -> None:
        """Read all blocks, and again those that failed, until time or patience is at its end."""
        loop = asyncio.get_running_loop()
        for attempt in range(_RETRIES + 1):
            if attempt:
                if loop.time() + self._retry_pause >= reading.deadline:
                    return
                await asyncio.sleep(self._retry_pause)
            waiting = await self._read_round(waiting, reading, urgent=urgent)
            if not waiting or (attempt and not reading.updated):
                return

    async def _read_round(
        self, waiting: list[Block], reading: _Reading, *, urgent: bool
    ) -> list[Block]:
        """Read each block once and return those worth another try.

        When nothing has been answered so far and a block meets silence, the rest would probably
        wait for the same. It is left for the next round, which begins with another block: one that
        never answers must not hide the others.
        """
        again: list[Block] = []
        for place, block in enumerate(waiting):
            if asyncio.get_running_loop().time() >= reading.deadline:
                return []
            error = await self._read_into(block, reading, urgent=urgent)
            if error is None:
                continue
            if not _is_permanent(error):
                again.append(block)
            if isinstance(error, _SILENCE) and not reading.updated:
                return waiting[place + 1 :] + again
        return again

    async def _read_into(
        self, block: Block, reading: _Reading, *, urgent: bool
    ) -> ClientError | None:
        """Read one block before the deadline; return the error instead of raising it."""
        try:
            async with asyncio.timeout_at(reading.deadline):
                words = await self._read(block, urgent=urgent)
        except TimeoutError:
            error: ClientError = NoAnswerError("the time of this poll is up")
        except ClientError as err:
            error = err
        else:
            reading.first_answer = reading.first_answer or datetime.now(UTC)
            reading.words.update(words)
            reading.updated.add(block.name)
            reading.failed.pop(block.name, None)
            return None
        reading.failed[block.name] = error
        return error

    async def _read(self, block: Block, *, urgent: bool = True) -> dict[int, int]:
        """Read one block; return its words by address."""
        words = await self._transport.read(self._unit, block.address, block.count, urgent=urgent)
        return dict(zip(block.addresses, words, strict=True))


_SILENCE = (NoAnswerError, LinkLostError, CannotConnectError)


def _is_permanent(error: ClientError) -> bool:
    """Whether the same request would meet the same error again within this poll."""
    if isinstance(error, ModbusRefusedError):
        return error.code in _PERMANENT_REFUSALS
    return isinstance(error, (WrongSerialError, EthernetLoggerError))


def _blocks(rows: Iterable[Register]) -> dict[Block, Cadence]:
    """Return the blocks in reading order: live values first, then by address."""
    by_cadence: dict[Cadence, list[Register]] = {cadence: [] for cadence in Cadence}
    for register in rows:
        by_cadence[register.cadence].append(register)
    blocks: dict[Block, Cadence] = {}
    for cadence, registers in by_cadence.items():
        for block in plan(registers):
            blocks.setdefault(block, cadence)
    return blocks
