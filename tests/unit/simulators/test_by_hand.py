"""The simulated logger on the command line."""

import asyncio
from pathlib import Path
import signal
import sys

import pytest

from tests.simulators.faults import Fault
from tests.simulators.modbus_unit import with_crc
from tests.simulators.v5sim import ANSWER, REQUEST, REQUEST_HEAD, V5Reader, build

CHECKOUT = Path(__file__).parents[3]


async def _start(*options: str, module: str = "logger") -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", f"tests.simulators.{module}", *options),
        cwd=CHECKOUT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize("family", ["hybrid_1p", "string"])
async def test_it_says_how_to_connect_answers_and_ends_with_ctrl_c(family: str) -> None:
    options = ("--family", family, "--fault", "double_crc", "--port", "0", "--serial", "1782345394")
    process = await _start(*options, "--discovery", "0")
    assert process.stdout is not None
    said = (await process.stdout.readuntil(b"Ctrl-C ends it.\n")).decode()
    assert Fault.DOUBLE_CRC.on_wire in said
    assert f"family {family}" in said
    assert "Logger 1782345394 on 127.0.0.1:" in said

    port = int(said.split("127.0.0.1:")[1].split(",")[0])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    read_serial = with_crc(bytes.fromhex("010300030005"))
    writer.write(build(REQUEST, 1, 0, 1_782_345_394, bytes(REQUEST_HEAD) + read_serial))
    (answer,) = V5Reader().feed(await reader.read(4096))
    assert answer.control == ANSWER
    assert answer.payload[14:].hex().startswith("01030a32323037323030303031")
    assert answer.payload.endswith(b"\0\0")
    writer.close()

    process.send_signal(signal.SIGINT)
    rest, errors = await process.communicate()
    assert rest.decode().endswith("\nstopped\n")
    assert errors == b""
    assert process.returncode == 0


async def test_its_help_explains_every_fault() -> None:
    process = await _start("--help")
    said, _ = await process.communicate()
    text = said.decode()
    assert [fault for fault in Fault if fault.on_wire not in text] == []


@pytest.mark.parametrize(
    ("module", "request_hex", "begin_hex"),
    [
        ("modbus_tcp", "000700000006020300030005", "00070000000d02030a32323037323030303032"),
        ("rtu_tcp", with_crc(bytes.fromhex("020300030005")).hex(), "02030a32323037323030303032"),
    ],
)
async def test_the_other_loggers_run_by_hand_too(
    socket_enabled: None,  # noqa: ARG001  opens sockets
    module: str,
    request_hex: str,
    begin_hex: str,
) -> None:
    process = await _start("--port", "0", "--units", "2", module=module)
    assert process.stdout is not None
    said = (await process.stdout.readuntil(b"Ctrl-C ends it.\n")).decode()
    port = int(said.split("127.0.0.1:")[1].split(",")[0])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(bytes.fromhex(request_hex))
    assert (await reader.read(4096)).hex().startswith(begin_hex)
    writer.close()
    process.send_signal(signal.SIGINT)
    _, errors = await process.communicate()
    assert errors == b""
    assert process.returncode == 0
