"""What a way to an inverter's registers looks like to those who use it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

_SECOND_CLIENT_ANSWERS: Final = 3


class TransportKind(StrEnum):
    """The ways to speak to a logger or adapter; the values are stored in config entries."""

    SOLARMAN_V5 = "solarman_v5"
    MODBUS_TCP = "modbus_tcp"
    RTU_OVER_TCP = "rtu_over_tcp"


@dataclass(slots=True)
class LinkStats:
    """What happened on a link since it was made; a live object that goes on counting."""

    connects: int = 0
    requests: int = 0
    answers: int = 0
    """Answers to the open request: they carried its sequence number, where there are any."""
    timeouts: int = 0
    foreign_answers: int = 0
    """Answers to sequence numbers we never asked with."""
    late_answers: int = 0
    """Answers to a request of ours that nobody waits for any more."""
    unasked_frames: int = 0
    """Heartbeats and other frames the logger sent by itself."""
    skipped_bytes: int = 0
    """Bytes that belonged to no frame, or came while nobody had asked."""
    logger_uptime_s: int | None = None
    clock_offset_s: float | None = None
    """The logger's clock minus ours; None while its clock is unset."""
    answer_time_s: float | None = None
    """How long the last answer took."""
    last_answer_at: datetime | None = None
    """When the last answer came, UTC."""
    last_answer_monotonic: float | None = None
    """The same on the event loop's clock, s; for judging ages."""

    @property
    def second_client(self) -> bool:
        """Whether somebody else talks to the logger as well."""
        return self.foreign_answers >= _SECOND_CLIENT_ANSWERS


class Transport(Protocol):
    """Reads and writes the holding registers of Modbus units at one host and port.

    May be shared by many callers; every request waits its turn. All errors are ClientErrors.
    """

    @property
    def serial(self) -> int | None:
        """The logger's serial number, typed or learned; None when not known or no logger."""

    @property
    def connected(self) -> bool:
        """Whether a connection stands at this moment."""

    @property
    def stats(self) -> LinkStats:
        """What happened so far."""

    async def read(
        self, unit: int, address: int, count: int, *, urgent: bool = True
    ) -> tuple[int, ...]:
        """Read 1..125 registers; what is not urgent waits behind all that is."""

    async def write(self, unit: int, address: int, values: Sequence[int]) -> None:
        """Write 1..123 registers (function 16)."""

    async def close(self) -> None:
        """End the connection cleanly; the next request makes a new one."""
