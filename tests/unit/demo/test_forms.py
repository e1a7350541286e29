"""How the demo fills forms in, and reads its own command line."""

from argparse import Namespace
from collections.abc import Mapping
import sys
from typing import Any

import pytest

from tests.demo.__main__ import arguments
from tests.demo.onboarding import fill

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
