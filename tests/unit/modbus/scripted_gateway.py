"""A small Modbus server on 127.0.0.1 that behaves as one function of a test tells it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
import struct
from typing import override

from tests.unit.tcp.scripted_server import Peer, ScriptedServer, with_crc

type Script = Callable[[Request, Peer], None]


@dataclass(frozen=True)
class Request:
    """A request; `transaction` is None for an RTU frame."""

    transaction: int | None
    unit: int
    pdu: bytes

    @property
    def address(self) -> int:
        return int.from_bytes(self.pdu[1:3], "big")

    def frame(self, pdu: bytes) -> bytes:
        """Frame an answer to this request."""
        if self.transaction is None:
            return with_crc(bytes((self.unit,)) + pdu)
        return struct.pack(">HHHB", self.transaction, 0, len(pdu) + 1, self.unit) + pdu

    def fitting(self) -> bytes:
        """Return the right answer: every register holds its own address."""
        function, address, count = struct.unpack_from(">BHH", self.pdu)
        if function == 3:
            words = struct.pack(f">B{count}H", 2 * count, *range(address, address + count))
            return self.frame(b"\3" + words)
        return self.frame(self.pdu[:5])

    def exception(self, code: int, function: int = 3) -> bytes:
        """Return an exception."""
        return self.frame(bytes((function | 0x80, code)))

    def of_transaction(self, step: int) -> Request:
        """Return the same request as part of another transaction."""
        assert self.transaction is not None
        return replace(self, transaction=self.transaction + step)


def answer_all(request: Request, peer: Peer) -> None:
    """Answer every request as a good gateway does."""
    peer.send(request.fitting())


def stay_silent(_request: Request, _peer: Peer) -> None:
    """Answer nothing."""


def sends(make: Callable[[Request], bytes]) -> Script:
    """Return a script that sends what is made of each request."""
    return lambda request, peer: peer.send(make(request))


class ScriptedGateway(ScriptedServer):
    """A gateway; `script` is called for every request."""

    def __init__(self, *, rtu: bool) -> None:
        """Begin with nobody connected."""
        super().__init__()
        self.rtu = rtu
        self.script: Script = answer_all
        self.requests: list[Request] = []

    @property
    def addresses(self) -> list[int]:
        """The register addresses asked for, in order."""
        return [request.address for request in self.requests]

    @override
    def heard(self, data: bytes, peer: Peer) -> None:
        if self.rtu:
            assert with_crc(data[:-2]) == data
            request = Request(None, data[0], data[1:-2])
        else:
            transaction, protocol, size, unit = struct.unpack_from(">HHHB", data)
            assert (protocol, size) == (0, len(data) - 6)
            request = Request(transaction, unit, data[7:])
        self.requests.append(request)
        self.script(request, peer)
