"""The authorization server: codes, tokens, rotation, and what goes wrong with them."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import parse_qsl, urlsplit

from aiohttp import ClientError
import pytest

from tests.simulators.enlighten import (
    Consent,
    Endpoint,
    EnlightenSimulator,
    TokenFault,
)
from tests.simulators.enlighten.contract import problems

from .enlighten_kit import DAY, Client, basic, cloud_of, full_house, signed_in

pytestmark = pytest.mark.usefixtures("socket_enabled")

HOME = "https://my.home-assistant.io/redirect/oauth"


@pytest.fixture
async def client(socket_enabled: None) -> AsyncIterator[Client]:  # noqa: ARG001  opens sockets
    """A client of a running cloud, signed in."""
    cloud = cloud_of(full_house())
    async with signed_in(cloud) as client:
        yield client


@pytest.fixture
def cloud(client: Client) -> EnlightenSimulator:
    """The cloud of the client."""
    return client.cloud


async def approve(client: Client, **changes: str | None) -> tuple[int, str, dict[str, str]]:
    """Open the page in the browser; return status, where it leads, and with what."""
    query = {
        "response_type": "code",
        "client_id": client.cloud.application.client_id,
        "redirect_uri": HOME,
        "state": "s" * 200,
    } | changes
    params = {name: text for name, text in query.items() if text is not None}
    async with client.session.get(
        client.cloud.authorize_url, params=params, allow_redirects=False
    ) as answer:
        there = urlsplit(answer.headers.get("Location", ""))
        page = await answer.text()
    where = f"{there.scheme}://{there.netloc}{there.path}" if there.netloc else page
    return answer.status, where, dict(parse_qsl(there.query))


async def code_for(client: Client) -> str:
    """Return a code."""
    return (await approve(client))[2]["code"]


async def test_the_owner_is_sent_back_with_a_short_code_and_the_whole_state(client: Client) -> None:
    status, where, answer = await approve(client)
    assert (status, where, answer["state"]) == (302, HOME, "s" * 200)
    assert len(answer["code"]) == 6


async def test_a_redirect_with_a_query_keeps_it(client: Client) -> None:
    _, _, answer = await approve(client, redirect_uri=f"{HOME}?a=1", state=None)
    assert answer.keys() == {"a", "code"}


async def test_the_owner_may_say_no(client: Client) -> None:
    client.cloud.oauth.consent = Consent.DENY
    status, _, answer = await approve(client)
    assert (status, answer["error"]) == (302, "access_denied")
    assert answer["state"] == "s" * 200


@pytest.mark.parametrize(("word", "key"), [("allow", "code"), ("deny", "error")])
async def test_the_owner_may_be_asked_first(client: Client, word: str, key: str) -> None:
    client.cloud.oauth.consent = Consent.ASK
    status, page, _ = await approve(client)
    assert status == 200
    assert f'id="{word}"' in page
    assert key in (await approve(client, consent=word))[2]


@pytest.mark.parametrize(
    ("change", "status", "text"),
    [
        ({"redirect_uri": None}, 400, "A redirect_uri must be supplied."),
        ({"client_id": "nobody"}, 401, "No client with requested id"),
        ({"response_type": "token"}, 400, "unsupported_response_type"),
    ],
)
async def test_a_wrong_link_shows_a_page(
    client: Client, change: dict[str, str | None], status: int, text: str
) -> None:
    got, page, _ = await approve(client, **change)
    assert got == status
    assert text in page


async def test_the_default_redirect_shows_the_code(client: Client) -> None:
    own = client.cloud.redirect_uri
    _, where, answer = await approve(client, redirect_uri=own)
    assert where == own
    async with client.session.get(own, params=answer) as page:
        assert answer["code"] in await page.text()


@pytest.mark.parametrize("in_query", [False, True])
async def test_a_code_gives_tokens_once(client: Client, in_query: bool) -> None:  # noqa: FBT001
    form = {
        "grant_type": "authorization_code",
        "code": await code_for(client),
        "redirect_uri": HOME,
    }
    first = await client.ask_token(in_query=in_query, **form)
    assert first.status == 200
    assert first.body["expires_in"] == 86_393
    client.token = first.body["access_token"]
    assert (await client.get(Endpoint.SYSTEMS)).status == 200
    again = await client.ask_token(in_query=in_query, **form)
    assert (again.status, again.body["error"]) == (400, "invalid_grant")


async def test_a_code_may_come_without_a_browser(client: Client, cloud: EnlightenSimulator) -> None:
    code = cloud.approve(HOME)
    reply = await client.ask_token(grant_type="authorization_code", code=code, redirect_uri=HOME)
    assert reply.status == 200


async def test_a_code_expires(client: Client, cloud: EnlightenSimulator) -> None:
    code = await code_for(client)
    cloud.clock.advance(600)
    reply = await client.ask_token(grant_type="authorization_code", code=code, redirect_uri=HOME)
    assert (reply.status, reply.body["error"]) == (400, "invalid_grant")


async def test_a_code_is_bound_to_its_redirect(client: Client) -> None:
    code = await code_for(client)
    reply = await client.ask_token(grant_type="authorization_code", code=code, redirect_uri="x:/")
    assert reply.body["error_description"] == "Redirect URI mismatch."


async def test_wrong_client_credentials_are_refused(
    client: Client, cloud: EnlightenSimulator
) -> None:
    wrong = [
        {"Authorization": "Basic !"},
        basic(cloud.application.client_id, "guess"),
        basic("nobody", "guess"),
        {},
    ]
    for headers in wrong:
        async with client.session.post(cloud.token_url, headers=headers) as answer:
            body = await answer.json()
            assert (answer.status, body["error"]) == (401, "invalid_client")
            assert problems("/oauth/token", 401, body, "post") == []


async def test_another_grant_type_is_refused(client: Client) -> None:
    reply = await client.ask_token(grant_type="password", username="a", password="b")  # noqa: S106
    assert (reply.status, reply.body["error"]) == (400, "unsupported_grant_type")


async def test_each_refresh_gives_two_new_tokens_and_the_old_refresh_token_dies(
    client: Client, cloud: EnlightenSimulator
) -> None:
    old = cloud.sign_in()
    new = await client.ask_token(grant_type="refresh_token", refresh_token=old["refresh_token"])
    assert new.status == 200
    assert new.body["refresh_token"] != old["refresh_token"]
    assert new.body["enl_uid"] == old["enl_uid"]
    again = await client.ask_token(grant_type="refresh_token", refresh_token=old["refresh_token"])
    assert (again.status, again.body["error"]) == (400, "invalid_grant")
    client.token = old["access_token"]
    assert (await client.get(Endpoint.SYSTEMS)).status == 200


async def test_the_old_refresh_token_may_live_on(client: Client, cloud: EnlightenSimulator) -> None:
    cloud.grants.old_dies = False
    form = {"grant_type": "refresh_token", "refresh_token": cloud.sign_in()["refresh_token"]}
    assert [(await client.ask_token(**form)).status for _ in range(2)] == [200, 200]
    assert cloud.grants.refreshed == 2


async def test_the_refresh_token_may_stay_the_same(
    client: Client, cloud: EnlightenSimulator
) -> None:
    cloud.grants.rotate = False
    old = cloud.sign_in()
    form = {"grant_type": "refresh_token", "refresh_token": old["refresh_token"]}
    assert (await client.ask_token(**form)).body["refresh_token"] == old["refresh_token"]


async def test_a_refresh_may_end_the_old_access_token(
    client: Client, cloud: EnlightenSimulator
) -> None:
    cloud.grants.old_access_dies = True
    old = cloud.sign_in()
    client.token = old["access_token"]
    await client.ask_token(grant_type="refresh_token", refresh_token=old["refresh_token"])
    assert (await client.get(Endpoint.SYSTEMS)).status == 401


async def test_an_access_token_lives_a_day_and_a_refresh_token_thirty(
    client: Client, cloud: EnlightenSimulator
) -> None:
    tokens = cloud.sign_in()
    client.token = tokens["access_token"]
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    cloud.clock.advance(86_392)
    assert (await client.get(Endpoint.SYSTEMS)).status == 200
    cloud.clock.advance(1)
    assert (await client.get(Endpoint.SYSTEMS)).status == 401
    cloud.clock.advance(30 * DAY - 86_393)
    assert (await client.ask_token(**form)).status == 400


@pytest.mark.parametrize(("status", "word"), [(400, "invalid_grant"), (401, "invalid_token")])
async def test_a_refused_refresh_has_two_known_forms(
    client: Client, cloud: EnlightenSimulator, status: int, word: str
) -> None:
    cloud.oauth.refusal_status = status
    reply = await client.ask_token(grant_type="refresh_token", refresh_token="guess")  # noqa: S106
    assert (reply.status, reply.body["error"]) == (status, word)


async def test_the_owner_can_take_everything_back(
    client: Client, cloud: EnlightenSimulator
) -> None:
    tokens = cloud.sign_in()
    client.token = tokens["access_token"]
    cloud.grants.revoke()
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert (await client.get(Endpoint.SYSTEMS)).status == 401
    assert (await client.ask_token(**form)).status == 400
    client.token = cloud.sign_in()["access_token"]
    assert (await client.get(Endpoint.SYSTEMS)).status == 200


async def test_taking_back_one_application_leaves_the_others(
    client: Client, cloud: EnlightenSimulator
) -> None:
    cloud.grants.revoke(type(cloud.application)())
    assert (await client.get(Endpoint.SYSTEMS)).status == 200
    cloud.grants.revoke(cloud.application)
    assert (await client.get(Endpoint.SYSTEMS)).status == 401


async def test_tokens_can_be_expired_by_hand(client: Client, cloud: EnlightenSimulator) -> None:
    tokens = cloud.sign_in()
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    cloud.grants.expire_access()
    assert (await client.get(Endpoint.SYSTEMS)).status == 401
    cloud.grants.expire_refresh()
    assert (await client.ask_token(**form)).status == 400


async def test_the_sign_in_of_another_user_has_another_number(
    client: Client, cloud: EnlightenSimulator
) -> None:
    cloud.oauth.user = "999"
    reply = await client.ask_token(
        grant_type="authorization_code", redirect_uri=HOME, code=await code_for(client)
    )
    assert reply.body["enl_uid"] == "999"


async def test_the_token_endpoint_takes_post_only(client: Client) -> None:
    async with client.session.get(client.cloud.token_url) as answer:
        assert answer.status == 405


@pytest.mark.parametrize(
    ("fault", "status", "sign"),
    [
        (TokenFault.FAIL, 503, "<html>"),
        (TokenFault.BUSY, 429, "Too Many"),
        (TokenFault.HTML, 200, "<html>"),
        (TokenFault.EMPTY, 200, "{}"),
        (TokenFault.NO_EXPIRY, 200, "access_token"),
        (TokenFault.NO_REFRESH, 200, "access_token"),
        (TokenFault.TEXT_EXPIRY, 200, '"tomorrow"'),
    ],
)
async def test_a_spoilt_token_answer_is_what_it_says(
    client: Client, fault: TokenFault, status: int, sign: str
) -> None:
    cloud = client.cloud
    cloud.oauth.break_tokens(fault, times=1)
    headers = basic(cloud.application.client_id, cloud.application.client_secret)
    form = {"grant_type": "refresh_token", "refresh_token": cloud.sign_in()["refresh_token"]}
    async with client.session.post(cloud.token_url, headers=headers, data=form) as answer:
        text = await answer.text()
        assert answer.status == status
    assert sign in text
    assert ("expires_in" in text) == (fault in {TokenFault.NO_REFRESH, TokenFault.TEXT_EXPIRY})
    assert ("refresh_token" in text) == (fault in {TokenFault.NO_EXPIRY, TokenFault.TEXT_EXPIRY})
    assert cloud.oauth.fault is TokenFault.NONE


async def test_a_lost_answer_has_used_up_the_old_token(
    client: Client, cloud: EnlightenSimulator
) -> None:
    cloud.oauth.break_tokens(TokenFault.LOST, times=1)
    form = {"grant_type": "refresh_token", "refresh_token": cloud.sign_in()["refresh_token"]}
    with pytest.raises(ClientError):
        await client.ask_token(**form)
    assert cloud.grants.refreshed == 1
    assert (await client.ask_token(**form)).status == 400


async def test_a_silent_token_endpoint_says_nothing(
    client: Client, cloud: EnlightenSimulator
) -> None:
    cloud.oauth.break_tokens(TokenFault.SILENT)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await client.ask_token(grant_type="refresh_token")


async def test_calls_are_remembered_without_their_secrets(
    client: Client, cloud: EnlightenSimulator
) -> None:
    await client.ask_token(grant_type="refresh_token", refresh_token="canary-1")  # noqa: S106
    assert [call.status for call in cloud.oauth.calls] == [400]
    assert cloud.oauth.calls[0].grant_type == "refresh_token"
    assert "canary" not in repr(cloud.oauth.calls)


async def test_secrets_do_not_show_in_a_repr(cloud: EnlightenSimulator) -> None:
    tokens = cloud.sign_in()
    shown = repr(cloud)
    own = cloud.application
    secrets = (own.api_key, own.client_secret, tokens["access_token"], tokens["refresh_token"])
    assert not any(secret in shown for secret in secrets)


async def test_token_calls_do_not_count_against_the_quota(
    client: Client, cloud: EnlightenSimulator
) -> None:
    await client.ask_token(grant_type="refresh_token", refresh_token="x")  # noqa: S106
    assert cloud.used() == 0
