"""Home Assistant as a child process, which never outlives the demo."""

import asyncio
from asyncio.subprocess import DEVNULL, STDOUT, Process
from contextlib import suppress
import os
from pathlib import Path
import signal
import sys

from tests.demo import child
from tests.demo.errors import DemoError

RESTART = 100
"""The exit code with which Home Assistant asks to be started again."""
STOP_S = 30
"""How long a stop may take before the process is killed; 3 s are usual."""
OUTPUT = "output.log"


class Hass:
    """One `hass` process in a configuration folder; start, wait, stop, start again."""

    def __init__(self, folder: Path) -> None:
        """Remember the folder; nothing is started yet."""
        self._folder = folder
        self._process: Process | None = None

    @property
    def log(self) -> Path:
        """Return the log file of Home Assistant."""
        return self._folder / "home-assistant.log"

    async def start(self) -> None:
        """Start the process; it needs some seconds until it answers."""
        command = [sys.executable, "-m", "homeassistant", "--skip-pip", "--log-no-color"]
        command += ["--config", str(self._folder)]
        with (self._folder / OUTPUT).open("ab") as output:
            # A session of its own: the Ctrl-C of a terminal reaches the demo alone, which then
            # stops things in the right order.
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                child.__file__,
                str(os.getpid()),
                *command,
                stdin=DEVNULL,
                stdout=output,
                stderr=STDOUT,
                cwd=self._folder,
                start_new_session=True,
            )

    async def wait(self) -> int:
        """Wait until the process ends by itself; returns its exit code."""
        return await self._running().wait()

    def require_alive(self) -> None:
        """Raise DemoError, with the end of its output, when the process has ended."""
        code = self._running().returncode
        if code is not None:
            output = (self._folder / OUTPUT).read_text(errors="replace").splitlines()[-15:]
            raise DemoError("\n".join([f"Home Assistant ended with code {code}:", *output]))

    async def stop(self) -> None:
        """End the process, in good order if it can; a stopped one stays so."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(STOP_S):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()

    def _running(self) -> Process:
        """Return the process that was started."""
        if self._process is None:
            raise DemoError("Home Assistant has not been started.")
        return self._process
