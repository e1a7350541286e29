"""Enphase's cloud, asked for one thing: a token for a gateway.

The steps (sign in, then ask for a token) and their fields are pyenphase's. Sending is ours: with a
hard time limit, no retries without an end, no redirects, and errors that say what to do.
"""

import asyncio
from dataclasses import KW_ONLY, dataclass, field
from ssl import SSLContext
from typing import Final

import aiohttp
import orjson
from yarl import URL

from ..errors import ClientError, CloudUnreachableError, InvalidAuthError, MfaRequiredError
from ..http import Request
from .library import LOGIN_URL, POST, SIGN_IN, TOKEN_URL, SignIn
from .session import REFUSALS
from .token import find_jwt
from .web import Answer, connector, exchange

_STEP_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class CloudAddress:
    """Where to sign in and where to ask for a token; `ssl` replaces the usual trust, for tests."""

    login_url: str = "https://enlighten.enphaseenergy.com/login/login.json?"
    token_url: str = "https://entrez.enphaseenergy.com/tokens"  # noqa: S105  an address
    _: KW_ONLY
    ssl: SSLContext | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuse an address that would carry a password in the clear."""
        if {URL(self.login_url).scheme, URL(self.token_url).scheme} != {"https"}:
            raise ValueError("the cloud is asked with HTTPS only")


ENPHASE: Final = CloudAddress()


async def fetch_token(
    username: str,
    password: str,
    serial: str,
    *,
    address: CloudAddress = ENPHASE,
    time_limit_s: float = 30.0,
    sign_in: SignIn | None = SIGN_IN,
) -> str:
    """Sign in and fetch a token for the gateway with this serial number; returns the bare token.

    Raises InvalidAuthError, MfaRequiredError or CloudUnreachableError, within the time limit.
    """
    if sign_in is None:
        raise CloudUnreachableError("this pyenphase cannot fetch tokens: paste one")
    error: ClientError
    async with aiohttp.ClientSession(connector=connector(address.ssl or True)) as session:
        auth = sign_in.auth("", username, password, serial)
        sender = _Sender(session, address.login_url)
        ours = {LOGIN_URL: address.login_url, TOKEN_URL: address.token_url, POST: sender.post}
        for name, value in ours.items():
            setattr(auth, name, value)
        try:
            async with asyncio.timeout(time_limit_s):
                await auth.refresh()
        except TimeoutError:
            error = CloudUnreachableError("no answer in time")
        except sign_in.error:
            error = InvalidAuthError("e-mail address, password or serial number is missing")
        else:
            return _token_in(auth.token)
    raise error  # not in `except`: pyenphase's errors hold what the cloud sent


class _Sender:
    """Sends in pyenphase's place, over a session of ours."""

    def __init__(self, session: aiohttp.ClientSession, login_url: str) -> None:
        """Take where a sign-in goes: its answer is looked at before pyenphase sees it."""
        self._session = session
        self._login_url = login_url

    async def post(
        self, _: object, url: str, data: dict[str, str] | None = None, json: object = None
    ) -> _Reply:
        """Post once; what pyenphase gets to see is a success."""
        answer = await self._post(Request(URL(url), _STEP_S, "POST", json, data))
        if url == self._login_url:
            _check_login(answer.body)
        return _Reply(answer)

    async def _post(self, request: Request) -> Answer:
        """Post; every status but success is an error."""
        try:
            answer = await exchange(self._session, request)
        except ClientError as err:
            raise CloudUnreachableError(f"{CloudUnreachableError.text}: {err}") from None
        if answer.status in REFUSALS:
            raise InvalidAuthError
        if not answer.success:  # also redirects: credentials go nowhere else
            raise CloudUnreachableError(f"the cloud answered with status {answer.status}")
        return answer


class _Reply:
    """What pyenphase wants to know of a response."""

    status: Final = 200

    def __init__(self, answer: Answer) -> None:
        """Keep the body."""
        self._text = answer.body.decode(errors="replace")

    async def text(self) -> str:
        """Return the body."""
        return self._text


def _check_login(body: bytes) -> None:
    """See that a session was opened.

    With two-factor authentication the reply is `{"success":true,"isBlocked":false}` and no more
    (home-assistant/core 155793).
    """
    try:
        reply = orjson.loads(body)
    except orjson.JSONDecodeError:
        reply = None
    if not isinstance(reply, dict):
        raise CloudUnreachableError("the cloud's answer cannot be read")
    if reply.get("session_id"):
        return
    if reply.get("isBlocked") or reply.get("success") is False:
        raise InvalidAuthError("the cloud refused the account, or has blocked it")
    if reply.get("success"):
        raise MfaRequiredError
    raise CloudUnreachableError("the cloud's answer opens no session")


def _token_in(text: str) -> str:
    """Find the token in the answer of the token service."""
    token = find_jwt(text)
    if token is None:
        raise CloudUnreachableError("the cloud's answer holds no token")
    return token
