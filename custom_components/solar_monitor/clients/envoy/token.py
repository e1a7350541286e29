"""Tokens: JSON Web Tokens that Enphase's cloud signs and the gateway checks.

The claims are read without checking the signature: Enphase publishes no key, and only the gateway
has to believe the token. What is checked here spares the user a token that cannot work.
"""

from dataclasses import dataclass, field
from enum import StrEnum
import re
from typing import Any, Final

import jwt

from ..errors import TokenExpiredError, WrongTokenError

_DAY_S: Final = 86_400
# A home owner's token lives for half a year or a whole one, an installer's for 12 hours.
_LONG_LIFE_S: Final = 60 * _DAY_S
_AHEAD_S: Final = 30 * _DAY_S
_LATEST: Final = 253_402_300_799  # the end of the year 9999

_LONGEST_PASTE: Final = 20_000
# The header begins with `{` and what may follow it, which is `ey` in base64.
_JWT: Final = re.compile(r"ey[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}")


class Role(StrEnum):
    """Whose token it is; an installer's may read and write more, and lives for hours only."""

    OWNER = "owner"
    INSTALLER = "installer"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Token:
    """A token that names one gateway. Times are unix times, s."""

    text: str = field(repr=False)
    serial: str
    expires_at: int
    issued_at: int
    role: Role

    def refresh_at(self) -> float:
        """When to fetch a new one: 30 days ahead, or at half its life where that is short."""
        life = self.expires_at - self.issued_at
        if self.role is not Role.INSTALLER and life >= _LONG_LIFE_S:
            return float(self.expires_at - _AHEAD_S)
        return self.issued_at + life / 2


def find_jwt(text: str) -> str | None:
    """Find a token in what was pasted or received.

    Line breaks, quotes, `Bearer` and the JSON or HTML of Enphase's pages around it do not matter.
    """
    if len(text) > _LONGEST_PASTE:
        return None
    found = _JWT.search(re.sub(r"\s+", "", text))
    return found and found[0]


def expiry(text: str) -> int | None:
    """Tell when a token ends, unix time; None if it does not say so."""
    return _time(_claims(text), "exp")


def read_token(text: str, *, serial: str, now: float) -> Token:
    """Read a token for the gateway with this serial number; `now` is the unix time.

    Raises WrongTokenError for what is no token, or one for another gateway or for none
    (`un-commissioned`), and TokenExpiredError.
    """
    found = find_jwt(text)
    if found is None:
        raise WrongTokenError("this is no token")
    claims = _claims(found)
    expires_at, issued_at = _time(claims, "exp"), _time(claims, "iat")
    if expires_at is None or issued_at is None:
        raise WrongTokenError("the token does not tell its life")
    audience = claims.get("aud")
    if serial not in (audience if isinstance(audience, list) else [audience]):
        raise WrongTokenError("the token is for another gateway")
    if expires_at <= now:
        raise TokenExpiredError
    return Token(found, serial, expires_at, issued_at, _role(claims.get("enphaseUser")))


def _claims(text: str) -> dict[str, Any]:
    """Read the claims; none if there are none."""
    try:
        return jwt.decode(text, options={"verify_signature": False})
    except jwt.PyJWTError, RecursionError, ValueError:
        return {}


def _time(claims: dict[str, Any], name: str) -> int | None:
    """Read a claim that is a time."""
    value = claims.get(name)
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _LATEST:
        return value
    return None


def _role(user: object) -> Role:
    """Read whose token it is."""
    for role in (Role.OWNER, Role.INSTALLER):
        if user == role:
            return role
    return Role.OTHER
