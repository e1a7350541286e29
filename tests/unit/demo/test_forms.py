"""How the demo fills forms in, and reads its own command line."""

from argparse import Namespace
from collections.abc import Mapping
import sys
from typing import Any

import pytest

from tests.demo.__main__ import arguments
from tests.demo.errors import DemoError
from tests.demo.gateway import Roof
from tests.demo.onboarding import answer, fill
from tests.simulators.envoy import Shape

SCHEMA: list[Mapping[str, Any]] = [
    {"name": "host"},
    {"name": "port", "default": 8899},
    {"name": "groups", "description": {"suggested_value": ["settings"]}, "default": []},
    {
        "name": "advanced",
        "type": "expandable",
        "schema": [{"name": "serial"}, {"name": "transport", "default": "auto"}],
    },
]


def test_a_form_is_filled_with_what_it_suggests() -> None:
    assert fill(SCHEMA, {"host": "here"}) == {
        "host": "here",
        "port": 8899,
        "groups": ["settings"],
        "advanced": {"transport": "auto"},
    }


def test_a_field_in_a_section_is_filled_as_any_other() -> None:
    assert fill(SCHEMA, {"transport": "rtu_over_tcp"})["advanced"] == {"transport": "rtu_over_tcp"}


def parse(monkeypatch: pytest.MonkeyPatch, *line: str) -> Namespace:
    monkeypatch.setattr(sys, "argv", ["demo", *line])
    return arguments()


def test_the_usual_demo_is_a_single_phase_hybrid_with_a_stick(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    options = parse(monkeypatch)
    assert (options.family, options.transport) == ("hybrid_1p", "solarman_v5")


def test_a_fault_must_be_one_that_the_transport_can_have(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rtu = ("--transport", "rtu_over_tcp", "--fault")
    assert parse(monkeypatch, *rtu, "bad_crc").fault == "bad_crc"
    with pytest.raises(SystemExit):
        parse(monkeypatch, *rtu, "heartbeat_before")
    assert "heartbeat_before cannot happen with rtu_over_tcp" in capsys.readouterr().err


def test_the_usual_demo_has_a_modern_gateway_with_many_panels(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    roof = parse(monkeypatch).roof
    assert roof == Roof(Shape.D8_3_METERED, 24)
    other = parse(monkeypatch, "--envoy", "d7_6_standard", "--panels", "30").roof
    assert other == Roof(Shape.D7_6_STANDARD, 30)


def test_gateway_and_account_can_each_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert parse(monkeypatch, "--no-envoy").roof == Roof(local=False)
    assert parse(monkeypatch, "--no-cloud").roof == Roof(cloud=False)
    assert parse(monkeypatch, "--no-envoy", "--no-cloud").roof is None


@pytest.mark.parametrize("other", ["--check", "--no-cloud"])
@pytest.mark.parametrize("option", ["--alarm", "--by-hand"])
def test_some_options_need_somebody_who_looks_at_an_account(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], option: str, other: str
) -> None:
    assert parse(monkeypatch, "--alarm").alarm
    assert parse(monkeypatch, "--by-hand").roof == Roof(by_hand=True)
    with pytest.raises(SystemExit):
        parse(monkeypatch, option, other)
    assert "somebody who looks at it" in capsys.readouterr().err


def test_a_gateway_without_panels_is_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parse(monkeypatch, "--panels", "0")
    assert "at least one panel" in capsys.readouterr().err


def menu(*choices: str) -> dict[str, Any]:
    return {"type": "menu", "menu_options": list(choices)}


def test_a_menu_is_answered_with_the_kind_or_with_the_usual_way_to_sign_in() -> None:
    assert answer(menu("deye", "envoy"), "envoy", {}) == {"next_step_id": "envoy"}
    assert answer(menu("login", "token"), "envoy", {}) == {"next_step_id": "login"}
    assert answer(menu("browser", "code"), "enlighten", {}) == {"next_step_id": "browser"}


@pytest.mark.parametrize(
    "step",
    [
        {"type": "form", "step_id": "login", "errors": {"base": "cloud_unreachable"}},
        {"type": "abort", "reason": "cloud_unreachable"},
    ],
)
def test_a_flow_that_does_not_go_on_ends_the_demo(step: dict[str, Any]) -> None:
    with pytest.raises(DemoError, match="cloud_unreachable"):
        answer(step, "envoy", {})
