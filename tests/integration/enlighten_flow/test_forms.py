"""What is typed and pasted, read; no Home Assistant is needed."""

import pytest

from custom_components.solar_monitor.sources.enlighten.entries import SystemIdentity
from custom_components.solar_monitor.sources.enlighten.forms import (
    InvalidCodeError,
    RejectedError,
    label_of,
    parse_code,
)

PAGE = "https://api.enphaseenergy.com/oauth/redirect_uri"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("aBc123", "aBc123"),
        ("  aBc123  ", "aBc123"),
        ("a-b_c1", "a-b_c1"),
        (f"{PAGE}?code=aBc123", "aBc123"),
        (f"{PAGE}?state=x&code=aBc123&more=1", "aBc123"),
        (f"{PAGE}?code=aBc123#top", "aBc123"),
        (f"{PAGE}?code=a%2Bb%3D", "a+b="),
        ("?code=aBc123", "aBc123"),
        ("code=aBc123", "aBc123"),
        ("Authorization code: aBc123", "aBc123"),
        ("Your Code : aBc123", "aBc123"),
    ],
)
def test_a_code_is_found_in_whatever_was_copied(text: str, code: str) -> None:
    assert parse_code(text) == code


@pytest.mark.parametrize(
    "text",
    ["", "   ", "abc", PAGE, f"{PAGE}?code=", f"{PAGE}?error_code=7", "what is this", "a b c d"],
)
def test_what_holds_no_code_is_refused(text: str) -> None:
    with pytest.raises(InvalidCodeError) as caught:
        parse_code(text)
    assert caught.type is InvalidCodeError


@pytest.mark.parametrize("mark", ["?", "#", "?state=x&"])
def test_the_address_of_a_refusal_is_recognised(mark: str) -> None:
    with pytest.raises(RejectedError):
        parse_code(f"{PAGE}{mark}error=access_denied&error_description=User+denied+access")


def test_a_system_without_a_name_is_called_by_its_number() -> None:
    assert label_of(SystemIdentity(system_id=700_123)) == "700123"
    assert label_of(SystemIdentity(system_id=700_123, name="Barn")) == "Barn (700123)"


def test_a_system_does_not_show_its_name_by_itself() -> None:
    shown = repr(SystemIdentity(system_id=700_123, name="Acacia Road", gateways=("122",)))
    assert "Acacia" not in shown
    assert "122'" not in shown
