"""A Home Assistant that records, so that statistics can be looked at."""

from typing import Any

from freezegun.api import TickingDateTimeFactory
from homeassistant.components.recorder import Recorder
import pytest


@pytest.fixture
def enable_statistics() -> bool:
    """Let the recorder compile statistics every five minutes."""
    return True


@pytest.fixture
def recorder_config() -> dict[str, Any]:
    """Record what is looked at here."""
    return {"include": {"entity_globs": ["sensor.*production*"]}}


@pytest.fixture(autouse=True)
def our_integration(
    clock: TickingDateTimeFactory,
    recorder_mock: Recorder,
    hass_storage: dict[str, Any],
    enable_custom_integrations: None,
    socket_enabled: None,
) -> None:
    """Start the recorder first: it must be there before Home Assistant."""


@pytest.fixture(autouse=True)
def brief(caplog: pytest.LogCaptureFixture) -> None:
    """Let nobody tell every request and every statement: that takes half of the time."""
    for talker in ("", "sqlalchemy.engine", "homeassistant.components.recorder"):
        caplog.set_level("WARNING", talker)
