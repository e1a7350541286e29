"""pymodbus's client, as it is used: damaged bytes, and its own way to give up."""

import asyncio
from collections.abc import Callable
import struct

from hypothesis import given, strategies as st
from pymodbus import FramerType
from pymodbus.pdu import ModbusPDU
import pytest

from custom_components.solar_monitor.clients.errors import (
    BadAnswerError,
    ClientError,
    NoAnswerError,
)
from custom_components.solar_monitor.clients.modbus import pdu
from custom_components.solar_monitor.clients.modbus.client import PymodbusClient
from tests.unit.tcp.scripted_server import with_crc

FRAMERS = [FramerType.SOCKET, FramerType.RTU]
GOOD_TCP = bytes.fromhex("000000000007010304006400c8")
GOOD_RTU = with_crc(bytes.fromhex("010304006400c8"))


async def _ask(framer: FramerType, hear: Callable[[PymodbusClient, bytes], None]) -> ModbusPDU:
    """Ask for two registers and let a client hear something once the request is out."""
    client = PymodbusClient(framer, 5)
    client.begin()
    request = pdu.read_request(1, 100, 2)
    return await client.ask(request, lambda sent: hear(client, sent))


@pytest.mark.parametrize("framer", FRAMERS)
async def test_pymodbus_that_gives_up_by_itself_is_no_answer(framer: FramerType) -> None:
    client = PymodbusClient(framer, 0.01)
    client.begin()
    sent: list[bytes] = []
    with pytest.raises(NoAnswerError):
        await client.ask(pdu.read_request(1, 100, 2), sent.append)
    assert len(sent) == 1
    assert not client.waiting


@pytest.mark.parametrize("framer", FRAMERS)
async def test_the_first_reason_to_fail_is_told(framer: FramerType) -> None:
    def hear(client: PymodbusClient, _: bytes) -> None:
        client.fail(BadAnswerError("first"))
        client.fail(BadAnswerError("second"))

    with pytest.raises(BadAnswerError, match="first"):
        await _ask(framer, hear)


def test_failing_while_nobody_asks_does_nothing() -> None:
    client = PymodbusClient(FramerType.SOCKET, 1)
    client.fail(BadAnswerError())
    assert not client.waiting


async def test_a_program_that_closes_pymodbus_leaves_our_connection_alone() -> None:
    client = PymodbusClient(FramerType.SOCKET, 0.005)
    client.begin()
    for _ in range(6):  # after some silence pymodbus ends its connection: ours is not its to end
        with pytest.raises(NoAnswerError):
            await client.ask(pdu.read_request(1, 100, 2), lambda _: None)
    client.begin()
    assert not client.waiting


def _damage(data: st.DataObject, good: bytes) -> bytes:
    """Cut, mix and overwrite a good answer."""
    damaged = bytearray(good)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        damaged[place] = data.draw(st.integers(0, 255))
    front = data.draw(st.binary(max_size=12))
    behind = data.draw(st.binary(max_size=12))
    return front + bytes(damaged[: data.draw(st.integers(0, len(damaged)))]) + behind


@given(data=st.data())
@pytest.mark.parametrize("framer", FRAMERS)
def test_damaged_bytes_never_get_past_our_errors(framer: FramerType, data: st.DataObject) -> None:
    pieces = [_damage(data, GOOD_TCP if framer is FramerType.SOCKET else GOOD_RTU)]
    pieces.append(data.draw(st.binary(max_size=300)))
    fed: list[bytes] = []

    async def hear_all() -> None:
        client = PymodbusClient(framer, 5)
        client.begin()

        def hear(sent: bytes) -> None:
            number = sent[:2] if framer is FramerType.SOCKET else b""
            fed.extend(number + piece[len(number) :] for piece in pieces)
            for piece in fed:
                client.feed(piece)
            client.fail(NoAnswerError())

        request = pdu.read_request(1, 100, 2)
        try:
            answer = await client.ask(request, hear)
            registers = pdu.registers_of(answer, request)
        except ClientError:
            return
        assert struct.pack(">2H", *registers) in b"".join(fed)

    asyncio.run(hear_all())
