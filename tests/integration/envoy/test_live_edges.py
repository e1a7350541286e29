"""Live mode ends when it has to, and shows nothing that is not live."""

import asyncio

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.clients.envoy.readings import Live
from custom_components.solar_monitor.sources.envoy.live import LiveMode, Pace
from tests.integration.conftest import SetUp
from tests.integration.envoy.kit import asked, entity_id, shown, source_of
from tests.integration.machine import TimeMachine
from tests.simulators.envoy import EnvoySimulator, Fault

STREAM = "/ivp/livedata/stream"
LIVE = "/ivp/livedata/status"


async def _turn_on(hass: HomeAssistant) -> None:
    target = {"entity_id": entity_id(hass, "live_mode")}
    await hass.services.async_call("switch", "turn_on", target, blocking=True)


async def test_live_mode_that_is_being_turned_on_while_the_entry_ends_does_not_begin(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    await set_up(envoy_entry)
    source = source_of(envoy_entry)
    turning = hass.async_create_task(source.async_turn_live_mode(on=True))
    gateway.delays[STREAM] = 0.05
    while not asked(gateway, STREAM):  # noqa: ASYNC110 - the simulator tells of no event
        await asyncio.sleep(0.001)
    # The entry ends while the gateway has the request: the last part to be closed is the link.
    await source.live.stop()
    with pytest.raises(Exception, match="closed by us"):
        await turning
    assert not source.live.on
    gateway.requests.clear()
    await machine.run(60)
    assert asked(gateway, LIVE) == []


async def test_a_token_that_is_refused_ends_live_mode(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    await set_up(envoy_entry)
    await machine.run(60)
    await machine.finish(_turn_on(hass))
    assert shown(hass, "live_mode") == "on"
    gateway.revoke()
    gateway.keeper.forget_sessions()
    gateway.requests.clear()
    await machine.run(300)
    assert shown(hass, "live_mode") == "off"
    # Only polls go on asking whether the token is good.
    assert len(asked(gateway, "/auth/check_jwt")) <= 30


async def test_a_gateway_that_refuses_does_not_turn_live_mode_on(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    await set_up(envoy_entry)
    await machine.run(60)
    gateway.fault(STREAM, Fault.FAIL)
    with pytest.raises(HomeAssistantError):
        await machine.finish(_turn_on(hass))
    assert shown(hass, "live_mode") == "off"


class _Stream:
    """A gateway whose live data are those that a test has written down, one after the other."""

    def __init__(self, *measured_at: float | None) -> None:
        self._data = [
            Live(pv_w=number, streaming=True, measured_at=at)
            for number, at in enumerate(measured_at)
        ]
        self.armed = 0

    async def read_live(self) -> Live:
        return self._data.pop(0) if len(self._data) > 1 else self._data[0]

    async def arm_live(self) -> bool:
        self.armed += 1
        return True


@pytest.mark.parametrize(
    ("measured_at", "told"),
    [
        ((100.0, 900.0, 902.0, 902.0), [1, 2]),
        ((None, None), [0, 1, 1]),
    ],
    ids=["an old stream, two new looks, one that stands still", "no time is told"],
)
async def test_only_what_the_gateway_has_measured_since_is_live(
    hass: HomeAssistant,
    machine: TimeMachine,
    measured_at: tuple[float | None, ...],
    told: list[int],
) -> None:
    gateway, seen = _Stream(*measured_at), list[Live | None]()
    entry = MockConfigEntry()
    mode = LiveMode(hass, entry, gateway, seen.append, Pace(interval_s=2, duration_s=900))
    await mode.turn(on=True)
    await machine.run(2 * len(told) + 1)
    assert [live.pv_w for live in seen if live is not None][: len(told)] == told
    before = gateway.armed
    await machine.run(60)
    # A stream that stands still is turned on again, and not all the time.
    assert gateway.armed - before == (0 if None in measured_at else 2)
    await mode.stop()
