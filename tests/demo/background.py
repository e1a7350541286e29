"""The demo as a process in the background, for programs that look at it from outside."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, STDOUT, Popen
import sys

from tests.demo.browser import Address, read_address
from tests.demo.config import ROOT
from tests.demo.demo import READY_FILE

READY = "Ctrl-C ends it."
RESTARTED = "Home Assistant has restarted."


@dataclass(eq=False)
class BackgroundDemo:
    """The running demo."""

    address: Address
    process: Popen[str]

    def wait_for(self, line: str) -> None:
        """Wait until the demo says this line; raises RuntimeError when it ends before."""
        _wait_for(self.process, line)


@contextmanager
def background_demo(folder: Path, *options: str) -> Iterator[BackgroundDemo]:
    """Run the demo in an empty folder; raises RuntimeError with what it said when it fails."""
    command = [sys.executable, "-m", "tests.demo", "--keep", str(folder), *options]
    with Popen(  # noqa: S603 - this project's own program
        command, cwd=ROOT, stdout=PIPE, stderr=STDOUT, text=True
    ) as process:
        try:
            _wait_for(process, READY)
            yield BackgroundDemo(read_address(folder / READY_FILE), process)
        finally:
            process.terminate()
            process.communicate()


def _wait_for(process: Popen[str], line: str) -> None:
    """Read what the demo says up to a line."""
    said = []
    for spoken in process.stdout or ():
        said.append(spoken)
        if spoken.strip() == line:
            return
    raise RuntimeError("The demo has ended:\n" + "".join(said))
