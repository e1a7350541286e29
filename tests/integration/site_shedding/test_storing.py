"""What cannot be stored is not turned off: after a start nobody would turn it on again."""

from collections.abc import Mapping, Sequence
from typing import Any

from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util.file import WriteError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.machine import TimeMachine
from tests.integration.site_shedding.kit import (
    ALL,
    MINUTE,
    POOL,
    Battery,
    Shedding,
    repairs,
    states_of,
)
from tests.integration.site_shedding.loads import Plug

_REPAIR = {"site_shedding_not_stored": {"name": "Solar site"}}


async def _no_space(_store: Store[Any], _data: Mapping[str, Any]) -> None:
    """Write as to a disk that is full."""
    raise WriteError("no space left on device")


@pytest.mark.usefixtures("armed")
async def test_nothing_is_turned_off_while_the_disk_takes_nothing(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    shedding: Shedding,
    plugs: Sequence[Plug],
) -> None:
    battery.empties(38)
    with pytest.MonkeyPatch.context() as disk:
        disk.setattr(Store, "_async_write_data", _no_space)
        await machine.run(10 * MINUTE)
        assert [plug.asked for plug in plugs] == [[], [], []]
        assert repairs(hass) == _REPAIR
    seen = set[str]()
    for _ in range(60):
        await machine.run(MINUTE)
        seen |= repairs(hass).keys()
    assert seen <= _REPAIR.keys()
    assert states_of(hass, ALL) == ["off", "on", "on"]
    assert repairs(hass) == {}
    assert shedding.short[-1] == ("shed", POOL, "soc")


@pytest.mark.usefixtures("armed")
async def test_what_is_off_is_given_back_although_the_disk_takes_nothing(
    hass: HomeAssistant, machine: TimeMachine, battery: Battery
) -> None:
    battery.empties(38)
    await machine.run(10 * MINUTE)
    assert states_of(hass, ALL) == ["off", "on", "on"]
    with pytest.MonkeyPatch.context() as disk:
        disk.setattr(Store, "_async_write_data", _no_space)
        battery.recovers(90)
        await machine.run(15 * MINUTE)
        assert states_of(hass, ALL) == ["on", "on", "on"]


async def test_nothing_is_turned_off_while_home_assistant_stops(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    plugs: Sequence[Plug],
    armed: MockConfigEntry,
) -> None:
    assert armed.disabled_by is None
    battery.empties(38)
    hass.set_state(CoreState.stopping)
    await machine.run(10 * MINUTE)
    hass.set_state(CoreState.running)
    assert [plug.asked for plug in plugs] == [[], [], []]
