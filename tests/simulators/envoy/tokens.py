"""Tokens as Entrez signs them and a gateway checks them: ES256, audience, role, expiry.

Claims: Matthew1471/Enphase-API, `check_token_valid` and `Authentication.adoc`.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec
import jwt

from tests.simulators.clock import Clock
from tests.simulators.envoy.endpoints import Role

YEAR_S = 365 * 86_400
INSTALLER_S = 12 * 3600
KEY_ID = "7d10005d-3b9b-4af6-a3bc-2f0f7a7ca1f5"


@cache
def signing_key() -> ec.EllipticCurvePrivateKey:
    """Return the key that everything in this process is signed with."""
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class Entrez:
    """Signs tokens by the site's clock."""

    clock: Clock
    issued: list[str] = field(default_factory=list)
    """The `jti` of all tokens."""

    def sign(
        self,
        serial: str,
        *,
        role: Role = Role.OWNER,
        expires_in: float | None = None,
        audience: str | None = None,
        username: str = "owner@example.com",
    ) -> str:
        """Return a token for a gateway; an owner's lives a year, an installer's 12 hours.

        `expires_in` (s) may be negative; `audience` may be another serial or `un-commissioned`.
        """
        now = int(self.clock.timestamp())
        life = INSTALLER_S if role is Role.INSTALLER else YEAR_S
        jti = str(uuid4())
        self.issued.append(jti)
        claims = {
            "aud": audience or serial,
            "iss": "Entrez",
            "enphaseUser": role.claim,
            "exp": now + int(life if expires_in is None else expires_in),
            "iat": now,
            "jti": jti,
            "username": username,
        }
        return jwt.encode(claims, signing_key(), "ES256", headers={"kid": KEY_ID})


def check(token: str, serial: str, now: float) -> dict[str, Any] | None:
    """Return a token's claims; None for one that is not ours, not for us or too old."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            signing_key().public_key(),
            ["ES256"],
            audience=[serial, "un-commissioned"],
            options={"verify_exp": False, "verify_iat": False},
        )
    except jwt.PyJWTError:
        return None
    return claims if claims["exp"] > now else None
