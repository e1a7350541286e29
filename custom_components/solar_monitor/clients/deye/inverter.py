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
    UnitSilentError,
    WrongFamilyError,
    WrongSerialError,
)
from ..report import UpdateReport
from ..transport import Transport
from .battery_packs import COUNT_BLOCK, MAX_PACKS
from .decode import Value, decode
from .family import Candidate, Family, Fit, candidates, check_block, judge
from .identity import IDENTITY_BLOCK, Identity, read_identity
from .planner import Block, plan
from .registers import Cadence, Register
from .scale import PowerScale, candidate, power_scale
from .tables import scaled_table

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
    sleeping or silent inverter has its rows, and `proven_steps` what samples have proven about it
    (see `PowerScale.proven`). `retry_pause` is in seconds.
    """

    def __init__(
        self,
        transport: Transport,
        unit: int,
        family: Family | None = None,
        *,
        identity: Identity | None = None,
        proven_steps: Mapping[str, object] = MappingProxyType({}),
        retry_pause: float = 5.0,
    ) -> None:
        """Remember how to reach the inverter; nothing is sent yet."""
        self._transport = transport
        self._unit = unit
        self._family = family
        self._identity = identity
        self._scale: PowerScale = candidate(self.family, identity, proven_steps)
        self._retry_pause = retry_pause

    @property
    def identity(self) -> Identity | None:
        """Who the inverter is, None until it has said so."""
        return self._identity

    @property
    def scale(self) -> PowerScale:
        """What is believed about the scale of power and current."""
        return self._scale

    @property
    def family(self) -> Family | None:
        """The family chosen by hand or told by the inverter, None until it has said so."""
        return self._family or (self._identity.family if self._identity else None)

    @property
    def registers(self) -> Mapping[str, Register]:
        """The rows that this unit has, by key; none while its family is unknown."""
        if self.family is None:
            return {}
        scale = self._scale
        return scaled_table(self.family, self._identity, scale.factors, scale.doubted)

    async def identify(self) -> Identity:
        """Ask the inverter who it is and make sure that we have the right map for it.

        The map is checked against live registers, unless the same inverter has been identified with
        it before. Raises WrongFamilyError when no map fits, also one that was chosen by hand;
        AsleepError when there are only zeros (`identity` holds what it said about itself
        nevertheless, unless it said nothing); and whatever the transport raises.
        """
        words = await self._read(IDENTITY_BLOCK)
        if not any(words.values()):
            raise AsleepError
        family, fit = await self._settle(words)
        awake = fit is not Fit.ASLEEP
        packs = await self._count_packs(family) if awake else self._known_packs
        identity = read_identity(family, words, pack_count=packs)
        # One without a serial number is damaged: what is known of the unit still holds.
        if identity != self._identity and (identity.serial or not self._identity):
            self._identity, self._scale = identity, candidate(family, identity)
        if not awake:
            raise AsleepError
        return identity

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

    @property
    def _known_packs(self) -> int:
        """The number of battery packs as told last."""
        return self._identity.pack_count if self._identity else 0

    async def _settle(self, words: Mapping[int, int]) -> tuple[Family, Fit]:
        """Return the family whose live registers fit, or that sleeps and is not doubted."""
        device_type = words[0]
        known = self._identity
        if (
            known
            and known.family is self.family
            and known == read_identity(known.family, words, pack_count=known.pack_count)
        ):
            return known.family, Fit.FITS
        options = candidates(device_type)
        if self._family:
            named = any(option.family is self._family for option in options)
            options = (Candidate(self._family, doubted=not named),)
        fits = []
        for option in options:
            fit = await self._fit(option)
            if fit is Fit.FITS or (fit in (Fit.UNSURE, Fit.ASLEEP) and not option.doubted):
                return option.family, fit
            fits.append(fit)
        if fits and fits[0] is Fit.ASLEEP and not (self._family and candidates(device_type)):
            raise AsleepError
        raise WrongFamilyError(device_type=device_type)

    async def _fit(self, option: Candidate) -> Fit:
        """Look at the live registers of a family; an inverter of another one may refuse them."""
        try:
            return judge(option, await self._read(check_block(option.family)))
        except ModbusRefusedError as err:
            if err.code not in _PERMANENT_REFUSALS:
                raise
        except UnitSilentError:
            if not option.doubted:
                raise
        return Fit.WRONG

    async def _count_packs(self, family: Family) -> int:
        """Return how many battery packs are told one by one; firmware without them refuses."""
        if not family.three_phase:
            return 0
        try:
            count = (await self._read(COUNT_BLOCK))[COUNT_BLOCK.address]
        except ModbusRefusedError, UnitSilentError:
            return 0
        except ClientError:
            return self._known_packs
        return count if count <= MAX_PACKS else 0

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
