"""What the wire tests need of a gateway with firmware 7 or later: tokens, sessions, pages."""

from typing import Any

import jwt

from .web_server import Asked, Reply, as_json, reply

SERIAL = "122233344455"
NOW = 1_790_000_000
YEAR = 365 * 86_400
_KEY = "no gateway checks this key; it only has to be long enough"


def info_xml(software: str = "D8.3.5169", serial: str = SERIAL) -> str:
    """Make what `/info` says."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<envoy_info><time>1790000000</time>'
        f"<device><sn>{serial}</sn><pn>800-00654-r08</pn><software>{software}</software>"
        "<imeter>true</imeter></device><web-tokens>true</web-tokens>"
        "<package name='app'><pn>500-00001-r01</pn><version>02.00.00</version></package>"
        "</envoy_info>"
    )


def make_token(**changes: Any) -> str:  # noqa: ANN401  any claim
    """Make a home owner's token for SERIAL; None leaves a claim out."""
    claims = {
        "aud": SERIAL,
        "iss": "Entrez",
        "enphaseUser": "owner",
        "iat": NOW,
        "exp": NOW + YEAR,
        "jti": "0f1e2d3c",
        "username": "owner@example.com",
    } | changes
    known = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(known, _KEY, algorithm="HS256", headers={"kid": "7d10005d"})


class Gateway7:
    """The script of a WebServer: knows tokens, gives cookies, and opens pages to sessions."""

    def __init__(self, token: str | None = None) -> None:
        """Begin with one token that it accepts."""
        self.tokens = {token or make_token()}
        self.sessions: set[str] = set()
        self.pages: dict[str, Reply] = {"/production.json": as_json({"wattsNow": 1234})}
        self.for_installers: set[str] = set()
        self.gives_cookies = True
        self.check: Reply | None = None
        self._given = 0

    def forget_sessions(self) -> None:
        """Forget all sessions, as after a restart."""
        self.sessions.clear()

    def __call__(self, asked: Asked) -> Reply:
        """Answer a request."""
        path = asked.path.partition("?")[0]
        if path == "/info":
            return self.pages.get(path, reply(info_xml()))
        if path == "/auth/check_jwt":
            return self.check or self._check(asked)
        if not self._knows(asked) or path in self.for_installers:
            return reply("<html>401 Authorization Required</html>", 401)
        return self.pages.get(path, reply("<html>moved</html>", 301, Location="/home"))

    def _check(self, asked: Asked) -> Reply:
        if asked.headers.get("cookie", "").partition("=")[2] in self.sessions:
            return reply("<!DOCTYPE html><h2>Valid session.</h2>")
        if not self._has_token(asked):
            return reply("<html>401</html>", 401)
        valid = "<!DOCTYPE html><h2>Valid token.</h2>"
        if not self.gives_cookies:
            return reply(valid)
        self._given += 1
        session = f"session-{self._given}"
        self.sessions.add(session)
        return reply(valid, Set_Cookie=f"sessionId={session}; path=/; secure; httponly")

    def _has_token(self, asked: Asked) -> bool:
        return asked.headers.get("authorization", "").removeprefix("Bearer ") in self.tokens

    def _knows(self, asked: Asked) -> bool:
        session = asked.headers.get("cookie", "").partition("=")[2]
        return session in self.sessions or self._has_token(asked)
