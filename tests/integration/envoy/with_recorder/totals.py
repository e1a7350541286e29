"""Keeps an account of all lifetime counters: what went through, what is shown, what is recorded."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from homeassistant.const import EVENT_STATE_CHANGED, STATE_UNAVAILABLE
from homeassistant.core import Event, EventStateChangedData, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from tests.integration.conftest import SetUp
from tests.integration.envoy.kit import entry_for, gateway_at, history, number, states
from tests.integration.envoy.truth import ENERGY_KWH, every_truth
from tests.integration.envoy.with_recorder.statistics import sums
from tests.integration.machine import TimeMachine
from tests.simulators.envoy import EnvoySimulator, Shape

POLL_S: Final = 60
PACE: Final = {"poll_interval": POLL_S, "panels_interval": POLL_S}
CADENCE_S: Final = 300
"""How often panels report here."""
CLOSE_KWH: Final = 0.03
"""Polls are a minute apart, and panels report late."""


@dataclass
class Totals:
    """What was counted and what was shown, of every lifetime counter."""

    hass: HomeAssistant
    entry: MockConfigEntry
    gateway: EnvoySimulator
    reloads: int = field(default=0, init=False)
    start: dict[str, float] = field(init=False)
    events: list[Event[EventStateChangedData]] = field(init=False)

    def __post_init__(self) -> None:
        """Begin with what is shown now: that is what the recorder counts from."""
        totals = [key for key in states(self.hass, self.entry) if "_energy_total" in key]
        self.start = {key: number(self.hass, key) for key in totals if key in self.true()}
        self.events = async_capture_events(self.hass, EVENT_STATE_CHANGED)

    def true(self) -> dict[str, float]:
        """Give the true counters, kWh."""
        return {
            key: float(value)
            for key, value in every_truth(self.gateway).items()
            if "_energy_total" in key and isinstance(value, int | float)
        }

    def risen(self) -> dict[str, float]:
        """Tell by how much each has truly risen, kWh."""
        true = self.true()
        return {key: true[key] - start for key, start in self.start.items() if key in true}

    def shown(self) -> dict[str, float]:
        """Tell by how much each is shown to have risen, kWh."""
        return {key: number(self.hass, key) - start for key, start in self.start.items()}

    async def restart(self, machine: TimeMachine) -> None:
        """Unload the entry and set it up again."""
        self.reloads += 1
        assert await machine.finish(self.hass.config_entries.async_reload(self.entry.entry_id))

    def have_gone_on(self, shown: dict[str, float], true: dict[str, float]) -> None:
        """Check that since an earlier account all have risen by what went through."""
        now, risen = self.shown(), self.risen()
        for key in risen.keys() & true.keys():
            through = pytest.approx(risen[key] - true[key], abs=CLOSE_KWH)
            assert now[key] - shown[key] == through, key

    async def check(self) -> None:
        """Check that nothing fell or vanished or took more than the truth."""
        risen = self.risen()
        for key, start in self.start.items():
            told = history(self.hass, self.events, key)
            assert told.count(STATE_UNAVAILABLE) == self.reloads, key
            numbers = [start, *(float(state) for state in told if state != STATE_UNAVAILABLE)]
            assert numbers == sorted(numbers), key
            assert numbers[-1] - start <= risen[key] + _slack(key), key
        recorded = await sums(self.hass, self.start)
        assert recorded.keys() == self.start.keys()
        for key, rows in recorded.items():
            assert rows == sorted(rows), key
            assert rows[-1] <= risen[key] + _slack(key), key


def _slack(key: str) -> float:
    """Tell how exact a counter is, kWh."""
    return ENERGY_KWH * (10 if key.startswith("consumption") else 1)


@asynccontextmanager
async def watched(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, shape: Shape, *, panels: int = 4
) -> AsyncIterator[Totals]:
    """Run a gateway of a shape, and watch its counters from the first value on."""
    async with gateway_at(hass, shape, panels=panels) as gateway:
        for panel in gateway.field.panels:
            gateway.field.set_cadence(panel, CADENCE_S)
        entry = entry_for(gateway, options=PACE)
        await set_up(entry)
        await machine.run(15)
        yield Totals(hass, entry, gateway)
        assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))
