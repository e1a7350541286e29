"""When an endpoint is asked again: its pace, its patience, and how it backs off.

An endpoint may take up a tenth of the time; one that gets slow is asked less often by itself. One
that fails is asked again at its usual pace, so that it is back with the next poll, unless its
failing takes long. One that the firmware does not have, or the token may not read, rests: a minute
at first, because what a gateway says while it starts is no last word, then longer, up to an hour.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final

from ..errors import BadAnswerError, ClientError, HttpStatusError, TokenUncheckedError
from .endpoints import Endpoint

SLACK_S: Final = 5.0
"""Polls come a little early or late; without this an endpoint would miss its turn."""
FIRST_REST_S: Final = 60.0
REST_S: Final = 3_600.0
_SHARE_ANSWERING: Final = 10
_SHARE_FAILING: Final = 3
_LONGEST_PAUSE_S: Final = 900.0
_NOT_THERE: Final = frozenset({301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 406, 410, 501})
_MOST_DOUBLINGS: Final = 6
_STRIKES: Final = 3
"""So many bad answers of an endpoint that never gave a good one mean that it is not there."""


@dataclass(slots=True)
class EndpointState:
    """What happened with one endpoint; times are monotonic, s."""

    endpoint: Endpoint
    path: str = ""
    """The one that works; first the usual one, then the other one."""
    tried_at: float | None = None
    answered_at: float | None = None
    """When the last good answer came."""
    error: ClientError | None = None
    """Why the last try failed; None when it did not."""
    answered: bool = False
    """Whether there has been a good answer since the firmware or the token changed."""
    resting: bool = False
    failures: int = 0
    tries: int = 0
    _took: deque[float] = field(default_factory=lambda: deque(maxlen=2))

    def __post_init__(self) -> None:
        """Begin with the usual path."""
        self.path = self.path or self.endpoint.path

    @property
    def healthy(self) -> bool:
        """Whether the last try brought a good answer."""
        return self.answered_at is not None and self.error is None

    def due(self, now: float, interval_s: float) -> bool:
        """Whether it is time to ask again."""
        return self.tried_at is None or now - self.tried_at >= self.pause_s(interval_s) - SLACK_S

    def pause_s(self, interval_s: float) -> float:
        """Tell how long to wait from one try to the next."""
        if self.resting:
            doublings = min(self.failures - 1, _MOST_DOUBLINGS)
            return max(interval_s, min(FIRST_REST_S * 2.0**doublings, REST_S))
        if self.error is not None:
            return max(interval_s, min(_SHARE_FAILING * self._took[-1], _LONGEST_PAUSE_S))
        # A single slow answer between quick ones is no reason to slow down.
        usual_s = min(self._took, default=0.0)
        return max(interval_s, min(_SHARE_ANSWERING * usual_s, _LONGEST_PAUSE_S))

    def note_answer(self, now: float, took_s: float) -> None:
        """Remember a good answer that came now."""
        self._note(now, took_s)
        self.answered_at = now
        self.error = None
        self.answered = True
        self.resting = False
        self.failures = 0

    def note_failure(self, now: float, took_s: float, error: ClientError) -> None:
        """Remember a failure."""
        self._note(now, took_s)
        self.error = error
        self.failures += 1
        self.resting = not self.answered and (
            is_refusal(error) or (isinstance(error, BadAnswerError) and self.failures >= _STRIKES)
        )

    def figures(self, now: float) -> dict[str, Any]:
        """How the endpoint fares, for diagnostics."""
        return {
            "path": self.path,
            "tries": self.tries,
            "failures_in_a_row": self.failures,
            "last_took_s": round(self._took[-1], 3) if self._took else None,
            "answered_s_ago": None if self.answered_at is None else round(now - self.answered_at),
            "error": self.error.key if self.error else None,
            "resting": self.resting,
        }

    def start_over(self) -> None:
        """Ask again at once, and believe a refusal only anew: firmware or token have changed."""
        self.tried_at = None
        self.answered = False
        self.resting = False
        self.failures = 0
        self._took.clear()

    def _note(self, now: float, took_s: float) -> None:
        """Remember a try that ended now. Its pause counts from its begin."""
        self.tried_at = now - took_s
        self.tries += 1
        self._took.append(took_s)


def is_refusal(error: ClientError) -> bool:
    """Whether an answer says that there is no such page, or not for this token."""
    if isinstance(error, TokenUncheckedError):
        return False
    return isinstance(error, HttpStatusError) and error.status in _NOT_THERE
