"""Becomes a command that ends with its parent: `child.py PARENT_PID PROGRAM ARGUMENTS…`.

However the demo ends, also by SIGKILL, the kernel then sends its Home Assistant a SIGTERM.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
"""Linux's <sys/prctl.h>: the signal for a process whose parent has died."""


def become(parent: int, command: list[str]) -> None:
    """Replace this process by a command; ends at once if the parent has died meanwhile."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit("The parent has died before its child was ready.")
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    become(int(sys.argv[1]), sys.argv[2:])
