"""The simulated Enphase cloud on the command line."""

import asyncio
import re
import signal
import sys

from aiohttp import ClientSession
import pytest

from tests.simulators.enlighten import Fault

from .test_by_hand import CHECKOUT


async def start(*options: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.simulators.enlighten", *options),
        cwd=CHECKOUT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


@pytest.mark.usefixtures("socket_enabled")
async def test_it_says_how_to_connect_answers_and_ends_with_ctrl_c() -> None:
    options = ("--port", "0", "--systems", "2", "--dead-panel", "--spent", "998", "--cellular")
    process = await start(*options, "--ask", "--fault", "/systems=moved")
    assert process.stdout is not None
    said = (await process.stdout.readuntil(b"Ctrl-C ends it.\n")).decode()
    assert "plan Watt" in said
    assert "power, " in said
    assert "1 open alarms" in said
    assert "System 698957009 in Australia/Melbourne: normal" in said

    curl = re.search(r"-H 'key: (\w+)' -H 'Authorization: (Bearer [\w-]+)' (\S+)", said)
    assert curl is not None
    key, bearer, url = curl.groups()
    async with ClientSession(headers={"key": key, "Authorization": bearer}) as session:
        statuses = []
        for _ in range(3):
            async with session.get(url) as answer:
                statuses.append(answer.status)
        assert statuses == [200, 200, 429]
        listed = url.rpartition("/698957008")[0]
        async with session.get(listed, allow_redirects=False) as answer:
            assert answer.status == 302

    process.send_signal(signal.SIGINT)
    rest, errors = await process.communicate()
    assert rest.decode().endswith("\nstopped\n")
    assert key not in rest.decode()
    assert errors == b""
    assert process.returncode == 0


async def test_its_help_explains_every_fault() -> None:
    process = await start("--help")
    said, _ = await process.communicate()
    words = " ".join(said.decode().split())
    assert [fault for fault in Fault if fault.on_wire not in words] == []
