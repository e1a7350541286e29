"""What goes wrong between us and a logger that the user can do something about."""

from collections.abc import Iterator
from typing import Final

from ...clients.errors import ClientError, PortClosedError, WrongSerialError
from ...clients.transport import LinkStats
from ..spec import Finding

WRONG_SERIAL: Final = "wrong_serial"
PORT_CLOSED: Final = "port_closed"
CLOCK_OFF: Final = "clock_off"
SECOND_CLIENT: Final = "second_client"
OF_A_STICK: Final = frozenset({WRONG_SERIAL, CLOCK_OFF, SECOND_CLIENT})
"""What only a Solarman stick lets us know."""

CLOCK_LIMIT_S: Final = 300
# A stick that was just reset refuses connections for about five minutes.
PORT_CLOSED_FOR_S: Final = 900.0
FOREIGN_ANSWERS: Final = 3
USER_GUIDE: Final = "https://github.com/solar-monitor/solar_monitor/blob/main/docs/user-guide.md"
SECOND_CLIENT_WINDOW_S: Final = 3600.0


class Findings:
    """Watches the link of one source. Times are monotonic seconds."""

    def __init__(self, stats: LinkStats, now: float) -> None:
        """Start with nothing found."""
        self._stats = stats
        self._started = now
        self._was_answered = False
        self._wrong_serial: int | None = None
        self._closed_since: float | None = None
        self._foreign_from = stats.foreign_answers
        self._foreign_since: float | None = None
        self._second_client_until: float | None = None

    def note(self, error: ClientError | None, now: float) -> None:
        """Take in how a poll ended; None: it was answered."""
        self._was_answered |= error is None
        self._wrong_serial = error.serial if isinstance(error, WrongSerialError) else None
        if not isinstance(error, PortClosedError):
            self._closed_since = None
        elif self._closed_since is None:
            self._closed_since = now
        self._watch_foreign_answers(now)

    def _watch_foreign_answers(self, now: float) -> None:
        """Suspect another client for an hour after a burst of answers that nobody here asked."""
        if self._foreign_since is None or now - self._foreign_since >= SECOND_CLIENT_WINDOW_S:
            self._foreign_since = now
            self._foreign_from = self._stats.foreign_answers
        elif self._stats.foreign_answers - self._foreign_from >= FOREIGN_ANSWERS:
            self._second_client_until = now + SECOND_CLIENT_WINDOW_S
            self._foreign_since = None

    def undecided(self, now: float) -> frozenset[str]:
        """Name what may hold since before the start and has not been judged anew."""
        keys: set[str] = set()
        if not self._was_answered:
            keys |= {WRONG_SERIAL, PORT_CLOSED, CLOCK_OFF}
        if now - self._started < SECOND_CLIENT_WINDOW_S:
            keys.add(SECOND_CLIENT)
        return frozenset(keys)

    def holding(self, now: float) -> tuple[Finding, ...]:
        """List what holds now."""
        return tuple(self._iterate(now))

    def _iterate(self, now: float) -> Iterator[Finding]:
        """Go through the faults one by one."""
        if self._wrong_serial is not None:
            serial = self._wrong_serial
            yield Finding(
                key=WRONG_SERIAL,
                placeholders={"serial": str(serial)},
                data={"serial": serial},
                fixable=True,
            )
        if self._closed_since is not None and now - self._closed_since >= PORT_CLOSED_FOR_S:
            yield Finding(key=PORT_CLOSED, learn_more_url=USER_GUIDE)
        offset = self._stats.clock_offset_s
        if offset is not None and abs(offset) > CLOCK_LIMIT_S:
            yield Finding(key=CLOCK_OFF, placeholders={"minutes": str(round(abs(offset) / 60))})
        if self._second_client_until is not None and now < self._second_client_until:
            yield Finding(key=SECOND_CLIENT)
