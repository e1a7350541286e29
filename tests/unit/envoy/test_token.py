"""Reading tokens."""

import base64
import json

from hypothesis import given, strategies as st
import pytest

from custom_components.solar_monitor.clients.envoy.token import (
    Role,
    Token,
    expiry,
    find_jwt,
    read_token,
)
from custom_components.solar_monitor.clients.errors import (
    ClientError,
    TokenExpiredError,
    WrongTokenError,
)

from .gateway_7 import NOW, SERIAL, YEAR, make_token

DAY = 86_400
HOUR = 3_600


def handmade(payload: str, header: str = '{"alg":"ES256","typ":"JWT"}') -> str:
    """Make a token with any text as its claims."""
    parts = [base64.urlsafe_b64encode(part.encode()).decode() for part in (header, payload)]
    return ".".join([*(part.rstrip("=") for part in parts), "c2lnbmF0dXJl"])


def test_a_home_owners_token_is_read() -> None:
    text = make_token()
    assert read_token(text, serial=SERIAL, now=NOW) == Token(
        text=text, serial=SERIAL, expires_at=NOW + YEAR, issued_at=NOW, role=Role.OWNER
    )


@pytest.mark.parametrize(
    ("user", "role"),
    [("owner", Role.OWNER), ("installer", Role.INSTALLER), ("support", Role.OTHER)],
)
def test_a_token_tells_whose_it_is(user: str, role: Role) -> None:
    assert read_token(make_token(enphaseUser=user), serial=SERIAL, now=NOW).role is role


@pytest.mark.parametrize("user", [None, 7, ["owner"]])
def test_a_role_nobody_knows_is_another_one(user: object) -> None:
    assert read_token(make_token(enphaseUser=user), serial=SERIAL, now=NOW).role is Role.OTHER


def test_no_token_stands_in_a_repr() -> None:
    text = make_token()
    assert text not in repr(read_token(text, serial=SERIAL, now=NOW))


@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "  {}\n",
        '"{}"',
        "'{}'",
        "Bearer {}",
        "Authorization: Bearer {}",
        '{{"generation_time":1790000000,"token":"{}","expires_at":1821536000}}',
        '<textarea name="accessToken" id="JWTToken" readonly>{}</textarea>',
    ],
)
def test_a_token_is_found_in_what_people_paste(around: str) -> None:
    text = make_token()
    assert read_token(around.format(text), serial=SERIAL, now=NOW).text == text


def test_line_breaks_in_a_pasted_token_do_not_matter() -> None:
    text = make_token()
    lines = "\r\n  ".join(text[start : start + 64] for start in range(0, len(text), 64))
    assert read_token(lines, serial=SERIAL, now=NOW).text == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not a token",
        "eyJhbGciOiJFUzI1NiJ9",
        "eyJhbGciOiJFUzI1NiJ9.eyJhdWQiOiIxIn0",
        "eyJhbGciOiJFUzI1NiJ9.not-base64-json.c2lnbmF0dXJl",
        handmade("[]"),
        handmade("[" * 10_000),
        handmade('{"aud":"122233344455"', header="{broken header}"),
        "x" * 100_000,
        make_token(aud="199988877766"),
        make_token(aud="un-commissioned"),
        make_token(aud=None),
        make_token(aud=["199988877766"]),
        make_token(exp=None),
        make_token(iat=None),
        handmade(json.dumps({"aud": SERIAL, "iat": NOW, "exp": True})),
        handmade(json.dumps({"aud": SERIAL, "iat": NOW, "exp": "soon"})),
        handmade(json.dumps({"aud": SERIAL, "iat": NOW, "exp": 10**20})),
        handmade(json.dumps({"aud": SERIAL, "iat": -5, "exp": NOW + YEAR})),
        handmade(f'{{"aud": "{SERIAL}", "iat": {NOW}, "exp": NaN}}'),
    ],
)
def test_what_is_no_token_for_this_gateway_is_refused(text: str) -> None:
    with pytest.raises(WrongTokenError):
        read_token(text, serial=SERIAL, now=NOW)


def test_a_token_may_be_for_several_gateways() -> None:
    text = make_token(aud=["199988877766", SERIAL])
    assert read_token(text, serial=SERIAL, now=NOW).serial == SERIAL


def test_a_token_ends_when_it_says() -> None:
    text = make_token(exp=NOW + HOUR)
    assert read_token(text, serial=SERIAL, now=NOW + HOUR - 1).expires_at == NOW + HOUR
    with pytest.raises(TokenExpiredError):
        read_token(text, serial=SERIAL, now=NOW + HOUR)


@pytest.mark.parametrize(
    ("role", "life", "refresh_after"),
    [
        (Role.OWNER, YEAR, YEAR - 30 * DAY),
        (Role.OWNER, 60 * DAY, 30 * DAY),
        (Role.OWNER, 40 * DAY, 20 * DAY),
        (Role.OTHER, YEAR, YEAR - 30 * DAY),
        (Role.INSTALLER, 12 * HOUR, 6 * HOUR),
        (Role.INSTALLER, YEAR, YEAR / 2),
    ],
)
def test_a_token_is_renewed_ahead_of_its_end(role: Role, life: int, refresh_after: float) -> None:
    token = Token("", SERIAL, expires_at=NOW + life, issued_at=NOW, role=role)
    assert token.refresh_at() == NOW + refresh_after


def test_the_end_of_a_token_is_known_without_its_gateway() -> None:
    assert expiry(make_token()) == NOW + YEAR
    assert expiry(make_token(exp=None)) is None
    assert expiry("no token") is None


@given(st.text(max_size=200))
def test_random_text_is_no_token(text: str) -> None:
    assert find_jwt(text) is None
    with pytest.raises(WrongTokenError):
        read_token(text, serial=SERIAL, now=NOW)


@given(st.data())
def test_a_damaged_token_is_read_or_refused(data: st.DataObject) -> None:
    text = list(make_token())
    places = st.integers(0, len(text) - 1)
    for place, char in data.draw(st.lists(st.tuples(places, st.characters()), max_size=3)):
        text[place] = char
    try:
        token = read_token("".join(text), serial=SERIAL, now=NOW)
    except ClientError:
        return
    assert token.serial == SERIAL
