"""Another pyenphase than expected is noticed, and is no reason to fail."""

from collections.abc import Callable
from types import SimpleNamespace

from pyenphase import EnvoyError, EnvoyTokenAuth
import pytest

from custom_components.solar_monitor.clients.envoy.library import (
    LOGIN_URL,
    POST,
    SIGN_IN,
    TOKEN_URL,
    TOOLS,
    find_sign_in,
    find_tools,
)


def test_all_that_is_used_is_there() -> None:
    assert TOOLS
    assert SIGN_IN
    assert (SIGN_IN.auth, SIGN_IN.error) == (EnvoyTokenAuth, EnvoyError)


@pytest.mark.parametrize(
    ("find", "said"),
    [
        (find_tools, "This pyenphase cannot be used"),
        (find_sign_in, "This pyenphase cannot fetch tokens"),
    ],
)
def test_another_one_is_told_and_is_no_reason_to_fail(
    caplog: pytest.LogCaptureFixture, find: Callable[[Callable[[str], object]], object], said: str
) -> None:
    def load(name: str) -> object:
        raise ImportError(name)

    assert find(load) is None
    assert find(lambda _: SimpleNamespace()) is None
    assert caplog.text.count(said) == 2


@pytest.mark.parametrize("missing", [POST, LOGIN_URL, TOKEN_URL, "refresh"])
def test_a_sign_in_that_could_not_be_led_is_not_used(
    caplog: pytest.LogCaptureFixture, missing: str
) -> None:
    parts = {
        name: getattr(EnvoyTokenAuth, name) for name in (POST, LOGIN_URL, TOKEN_URL, "refresh")
    }
    del parts[missing]

    def auth(*_: str) -> object:
        return SimpleNamespace(**parts)

    assert (
        find_sign_in(lambda _: SimpleNamespace(EnvoyTokenAuth=auth, EnvoyError=EnvoyError)) is None
    )
    assert missing in caplog.text
