"""The simulated gateway on the command line."""

import asyncio
from pathlib import Path
import signal
import ssl
import sys

from aiohttp import ClientSession, TCPConnector
import pytest

from tests.simulators.envoy import Fault, Shape

CHECKOUT = Path(__file__).parents[3]


async def _start(*options: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.simulators.envoy", *options),
        cwd=CHECKOUT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


def _after(said: str, label: str) -> str:
    return said.partition(label)[2].split()[0]


@pytest.mark.usefixtures("socket_enabled")
async def test_it_says_how_to_connect_answers_and_ends_with_ctrl_c() -> None:
    process = await _start("--port", "0", "--shape", "D8_2_STORAGE", "--fault", "/home=fail")
    assert process.stdout is not None
    said = (await process.stdout.readuntil(b"Ctrl-C ends it.\n")).decode()
    assert "firmware D8.2.127" in said
    fingerprint = bytes.fromhex(_after(said, "Fingerprint (SHA-256): "))
    assert len(fingerprint) == 32
    address = _after(said, "on https://")
    headers = {"Authorization": f"Bearer {_after(said, 'Token (owner): ')}"}
    async with ClientSession(connector=TCPConnector(ssl=False)) as session:
        for path, status in (("/ivp/meters/readings", 200), ("/home", 503)):
            answer = await session.get(f"https://{address}{path}", headers=headers)
            assert answer.status == status
        context = ssl.create_default_context()
        with pytest.raises(OSError, match="certificate"):
            await session.get(_after(said, "Cloud: login "), ssl=context)

    process.send_signal(signal.SIGINT)
    rest, errors = await process.communicate()
    assert rest.decode().endswith("\nstopped\n")
    assert b"GET /home: 503" in rest
    assert errors == b""
    assert process.returncode == 0


async def test_its_help_explains_every_shape_and_fault() -> None:
    process = await _start("--help")
    said, _ = await process.communicate()
    text = said.decode()
    assert [fault for fault in Fault if fault.on_wire not in text] == []
    assert [shape.name for shape in Shape if shape.name not in text] == []
