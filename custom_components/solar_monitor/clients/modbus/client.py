"""pymodbus's client on a connection of ours, with errors of ours.

pymodbus frames, numbers and decodes. Its own connections are not used: they do not tell a closed
port from an unreachable host, let a request wait when the connection is lost, and pass what they
make of damaged bytes to the event loop. Nor are its retries and time limits: those are the link's.
Works with pymodbus 3.12 and 3.13; 3.11 takes an answer to transaction 0 for one to any.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
import logging
import re
import secrets
import struct
from typing import Final, override

from pymodbus import FramerType
from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException
from pymodbus.pdu import ModbusPDU

from ..errors import BadAnswerError, ClientError, NoAnswerError

# Whatever decoders of pymodbus raise for damaged bytes, apart from its own exceptions.
_DECODING_ERRORS: Final = (ModbusException, struct.error, ValueError, TypeError, LookupError)
# pymodbus counts its transactions up to 65000.
_FIRST_TRANSACTIONS: Final = 60_000

# As pymodbus writes bytes into its messages.
_BYTES: Final = re.compile(r"0x[0-9a-f]+(?: 0x[0-9a-f]+)+")

_in_our_hands: Final = ContextVar("solar_monitor_pymodbus", default=False)


class _Demote(logging.Filter):
    """Turns what pymodbus says about our conversations into debug messages.

    For pymodbus an answer that is late or missing is an error of the log. For us it is a fault to
    be reported once, in our own words. Bytes are left out, for among them are serial numbers, and
    so are its own debug messages, which repeat all bytes with each that comes. Its other users,
    such as the Modbus integration of Home Assistant, are not touched.
    """

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        """Lower the level of ours; drop it where debug messages are not wanted."""
        if not _in_our_hands.get():
            return True
        if record.levelno == logging.DEBUG:
            return False
        record.msg, record.args = _BYTES.sub("…", record.getMessage()), ()
        record.levelno, record.levelname = logging.DEBUG, logging.getLevelName(logging.DEBUG)
        return logging.getLogger(record.name).isEnabledFor(logging.DEBUG)


logging.getLogger("pymodbus.logging").addFilter(_Demote())


@contextmanager
def _ours() -> Iterator[None]:
    """Mark what pymodbus does meanwhile as done for us."""
    token = _in_our_hands.set(True)
    try:
        yield
    finally:
        _in_our_hands.reset(token)


class _Pipe(asyncio.Transport):
    """What pymodbus takes for its connection: bytes go where the present caller wants them."""

    send: Callable[[bytes], None]

    @override
    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send a request."""
        self.send(bytes(data))

    @override
    def close(self) -> None:
        """Leave the connection to its owner."""


class PymodbusClient:
    """Asks one request at a time; `begin` comes first, and again with every connection.

    `patience` (s) is pymodbus's own time limit. It has to be longer than the caller's, which ends
    `ask` by cancelling it.
    """

    _client: AsyncModbusTcpClient

    def __init__(self, framer: FramerType, patience: float) -> None:
        """Remember how to ask."""
        self._framer = framer
        self._patience = patience
        self._pipe = _Pipe()
        self._failed: asyncio.Future[ClientError] | None = None

    def begin(self) -> None:
        """Forget the last connection; needs a running event loop."""
        self._client = AsyncModbusTcpClient(
            "", framer=self._framer, retries=0, reconnect_delay=0, timeout=self._patience
        )
        with _ours():
            self._client.ctx.connection_made(self._pipe)
        # Random, so that answers to other clients do not look like ours.
        self._client.ctx.next_tid = secrets.randbelow(_FIRST_TRANSACTIONS)

    @property
    def waiting(self) -> bool:
        """Whether a request is open."""
        return self._failed is not None

    async def ask(self, request: ModbusPDU, send: Callable[[bytes], None]) -> ModbusPDU:
        """Send a request and return the answer of its unit, and transaction if there are any.

        Raises what `fail` was told, or NoAnswerError when pymodbus gave up. Cancelling is safe.
        """
        self._pipe.send = send
        loop = asyncio.get_running_loop()
        # Its own task, because pymodbus swallows being cancelled.
        asking = loop.create_task(self._execute(request))
        asking.add_done_callback(_retrieve)
        failed = self._failed = loop.create_future()
        try:
            done, _ = await asyncio.wait({asking, failed}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._failed = None
            asking.cancel()
            await asyncio.wait({asking})
        if asking not in done:
            raise failed.result()
        try:
            return asking.result()
        except ModbusException as err:
            raise NoAnswerError(str(err)) from err

    def feed(self, data: bytes) -> None:
        """Take bytes from the connection; what cannot be decoded fails the open request.

        One by one, so that frames never come glued together: behind one that is not for us,
        pymodbus drops the rest (RTU in all versions, Modbus TCP before 3.13).
        """
        try:
            with _ours():
                for byte in data:
                    self._client.ctx.data_received(bytes((byte,)))
        except _DECODING_ERRORS as err:
            self.fail(BadAnswerError(f"the answer cannot be decoded: {type(err).__name__}"))

    def fail(self, error: ClientError) -> None:
        """Let the open request fail; an answer that is there already wins."""
        if self._failed is not None and not self._failed.done():
            self._failed.set_result(error)

    async def _execute(self, request: ModbusPDU) -> ModbusPDU:
        """Let pymodbus ask."""
        with _ours():
            answer: ModbusPDU = await self._client.execute(False, request)  # noqa: FBT003  pymodbus's own signature
            return answer


def _retrieve(asking: asyncio.Task[ModbusPDU]) -> object:
    """Look at how a task ended, so that asyncio does not complain that nobody has."""
    return asking.cancelled() or asking.exception()
