"""The last answers of each endpoint as they came, for people who help with a fault.

They are kept whole and masked when they leave: serial numbers, addresses, names of networks,
tokens and e-mail addresses are replaced, each always by the same, so that what belongs together
still does and the answers still read as JSON.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
import re
from typing import Any, Final

from .endpoints import Block

_PER_BLOCK: Final = 2
_LONGEST_BODY: Final = 131_072
_MOST_BYTES: Final = 1_048_576

_FIRST_SERIAL: Final = 900_000_000_000
_MASKS: Final[tuple[tuple[re.Pattern[str], Callable[[int], str]], ...]] = (
    # JSON web tokens first: what is inside them must not be taken for something else. No pattern
    # may begin in the middle of what it matches: on a long text that would take for ever.
    (re.compile(r"(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]+"), "token-{}".format),
    (re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.-]+"), "user{}@example.com".format),
    (re.compile(r"\b[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}\b"), "02:00:00:00:00:{:02x}".format),
    (re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])"), "192.0.2.{}".format),
    (
        re.compile(
            r"(?<![\w:])(?=(?:[0-9A-Fa-f]*:){2})[0-9A-Fa-f]{0,4}"
            r"(?::[0-9A-Fa-f]{0,4}){2,6}:[0-9A-Fa-f]{1,4}(?![\w:])"
        ),
        "2001:db8::{:x}".format,
    ),
    (re.compile(r"(?<![\w.])\d{12,14}(?![\w.])"), lambda n: str(_FIRST_SERIAL + n)),
)
_NAMED: Final = re.compile(
    r'("(?:ssid|essid|bssid|psk|password|hostname|site_name|username|network_name)"\s*:\s*)'
    r'"(?:[^"\\]|\\.)*"',
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One answer: `at` in Unix seconds; `status` is None when none came, `error` says why then."""

    path: str
    at: float
    took_s: float
    status: int | None
    error: str | None
    body: bytes

    @property
    def size(self) -> int:
        """How much memory it takes, about."""
        return len(self.body)


class Masker:
    """Replaces what is private, the same by the same, for one export."""

    def __init__(self, *secrets: str) -> None:
        """Take words that are private wherever they stand, such as the gateway's serial number."""
        self._secrets = [secret for secret in secrets if secret]
        self._known: dict[tuple[int, str], str] = {}

    def __call__(self, text: str) -> str:
        """Mask a text."""
        text = _NAMED.sub(r'\1"masked"', text)
        for secret in self._secrets:
            text = text.replace(secret, self._replace(len(_MASKS) - 1, secret))
        for place, (pattern, _) in enumerate(_MASKS):
            text = pattern.sub(partial(self._stand_in, place), text)
        return text

    def _stand_in(self, place: int, found: re.Match[str]) -> str:
        """Replace what a pattern has found."""
        return self._replace(place, found[0])

    def _replace(self, place: int, word: str) -> str:
        """Give a word its stand-in; a stand-in stands for itself."""
        if word in self._known.values():
            return word
        number = sum(key[0] == place for key in self._known) + 1
        return self._known.setdefault((place, word), _MASKS[place][1](number))


class Exchanges:
    """The last answers of each endpoint, a bounded number of bytes."""

    def __init__(self) -> None:
        """Begin with none."""
        self._kept: dict[Block, deque[Exchange]] = {}

    def note(self, block: Block, exchange: Exchange) -> None:
        """Keep an answer; the oldest ones make room."""
        exchange = replace(exchange, body=exchange.body[:_LONGEST_BODY])
        self._kept.setdefault(block, deque(maxlen=_PER_BLOCK)).append(exchange)
        while self.size > _MOST_BYTES:
            oldest = min(
                (kept for kept in self._kept.values() if kept), key=lambda kept: kept[0].at
            )
            oldest.popleft()

    @property
    def size(self) -> int:
        """How many bytes of answers are kept."""
        return sum(exchange.size for kept in self._kept.values() for exchange in kept)

    def export(self, *secrets: str) -> dict[str, list[dict[str, Any]]]:
        """Return all answers, masked, the oldest first, by block."""
        return self.shown(Masker(*secrets))

    def shown(self, mask: Masker) -> dict[str, list[dict[str, Any]]]:
        """Return the same by a mask that other parts of an export are shown by as well."""
        return {
            block.value: [shown(exchange, mask) for exchange in kept]
            for block, kept in self._kept.items()
        }


def shown(exchange: Exchange, mask: Masker) -> dict[str, Any]:
    """Return one answer as it may be shown."""
    return {
        "path": exchange.path,
        "at": round(exchange.at),
        "took_s": round(exchange.took_s, 3),
        "status": exchange.status,
        "error": exchange.error,
        "body": mask(exchange.body.decode("utf-8", "replace")),
    }
