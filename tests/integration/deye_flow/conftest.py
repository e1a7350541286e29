"""The flow alone: entries are made, not loaded, and nobody answers the search for loggers."""

from unittest.mock import AsyncMock

import pytest

from custom_components.solar_monitor.sources.deye import flow


@pytest.fixture(autouse=True)
def quiet_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody answer the search for loggers, at once."""
    monkeypatch.setattr(flow, "discover", AsyncMock(return_value=[]))
