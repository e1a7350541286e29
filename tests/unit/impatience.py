"""Short waits, only where a test knows that no fitting answer comes.

Everywhere else a link waits for longer than any machine stands still.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol

PATIENT_S: Final = 10.0
IMPATIENT_S: Final = 0.5


class _Link(Protocol):
    """What all links have."""

    request_timeout: float


@contextmanager
def impatient(link: _Link) -> Iterator[None]:
    """Let a link give an answer up soon."""
    before, link.request_timeout = link.request_timeout, IMPATIENT_S
    try:
        yield
    finally:
        link.request_timeout = before
