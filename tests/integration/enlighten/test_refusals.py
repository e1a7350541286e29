"""A token, a key or a system that the cloud refuses: who is asked, and what is left alone."""

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.clients.enlighten.errors import (
    KeyMismatchError,
    TokenRefusedError,
)
from tests.integration.conftest import SetUp
from tests.integration.enlighten.kit import (
    DAY_S,
    HOUR_S,
    SYSTEM,
    cloud_at,
    entry_for,
    number,
    shown,
    sign_ins_asked,
    source_of,
    token_of,
)
from tests.integration.machine import TimeMachine
from tests.simulators.enlighten import (
    EVERYWHERE,
    Application,
    Endpoint,
    EnlightenSimulator,
    Fault,
    TokenFault,
)


@pytest.fixture
async def entry(machine: TimeMachine, cloud: EnlightenSimulator, set_up: SetUp) -> MockConfigEntry:
    """Give an account that has been asked for everything."""
    made = entry_for(cloud, profile="cloud_only")
    await set_up(made)
    await machine.run(120)
    return made


async def change(
    hass: HomeAssistant, machine: TimeMachine, entry: MockConfigEntry, **data: object
) -> None:
    """Change the data of an entry as the flow does, and reload it."""
    hass.config_entries.async_update_entry(entry, data=dict(entry.data) | data)
    assert await machine.finish(hass.config_entries.async_reload(entry.entry_id))


async def test_a_token_that_is_refused_asks_for_one_sign_in_and_takes_nothing_away(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator, entry: MockConfigEntry
) -> None:
    power = shown(hass, "power")
    cloud.grants.revoke()
    await machine.run(1.05 * HOUR_S)
    assert sign_ins_asked(hass, entry) == 1
    assert shown(hass, "power") == power
    calls, tokens = cloud.count(), len(cloud.oauth.calls)
    await machine.run(5 * HOUR_S)
    assert cloud.count() == calls
    assert len(cloud.oauth.calls) - tokens <= 1
    assert sign_ins_asked(hass, entry) == 1
    assert shown(hass, "power") == STATE_UNAVAILABLE
    assert shown(hass, "alarm") == "off"

    await change(hass, machine, entry, token=token_of(cloud))
    await machine.run(120)
    assert cloud.count() > calls
    assert shown(hass, "system_status") == "normal"


async def test_a_reload_with_the_token_that_was_refused_sends_nothing(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator, entry: MockConfigEntry
) -> None:
    cloud.grants.revoke()
    await machine.run(1.05 * HOUR_S)
    calls = cloud.count()
    for _ in range(5):
        await change(hass, machine, entry)
        await machine.run(60)
    assert cloud.count() == calls


@pytest.mark.parametrize("fault", [TokenFault.FAIL, TokenFault.BUSY, TokenFault.HTML])
async def test_a_token_endpoint_that_fails_for_hours_costs_nothing_but_time(
    hass: HomeAssistant,
    machine: TimeMachine,
    cloud: EnlightenSimulator,
    entry: MockConfigEntry,
    fault: TokenFault,
) -> None:
    token = dict(entry.data["token"]) | {"expires_at": cloud.clock.timestamp() - 1}
    cloud.oauth.break_tokens(fault)
    calls, power = cloud.count(), shown(hass, "power")
    await change(hass, machine, entry, token=token)
    await machine.run(0.6 * HOUR_S)
    assert cloud.count() == calls
    assert shown(hass, "power") == power
    assert sign_ins_asked(hass, entry) == 0
    cloud.oauth.break_tokens(TokenFault.NONE)
    await machine.run(420)
    assert cloud.count() > calls
    assert number(hass, "power") > float(power)
    assert sign_ins_asked(hass, entry) == 0


async def test_a_key_of_another_application_is_no_reason_to_sign_in(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp
) -> None:
    mine, other = Application(), Application(client_id="other", api_key="0ther")
    async with cloud_at(hass, applications=[mine, other]) as cloud:
        entry = entry_for(cloud, profile="cloud_only", api_key=other.api_key)
        await set_up(entry)
        await machine.run(6 * HOUR_S)
        assert sign_ins_asked(hass, entry) == 0
        assert cloud.count() <= 2
        with pytest.raises(KeyMismatchError):
            await machine.finish(source_of(entry).async_test())
        calls = cloud.count()
        await change(hass, machine, entry, api_key=mine.api_key)
        await machine.run(60)
        assert cloud.count() == calls + 6
        assert shown(hass, "system_status") == "normal"


async def test_a_system_that_its_owner_has_closed_is_left_alone_for_a_day(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp
) -> None:
    async with cloud_at(hass, {}, {"api_access": False}) as cloud:
        entry = entry_for(cloud, profile="cloud_only")
        await set_up(entry)
        await machine.run(5 * HOUR_S)
        closed = [call for call in cloud.calls if call.system_id == SYSTEM + 1]
        assert len(closed) == 1
        assert shown(hass, "system_status", SYSTEM) == "normal"
        assert shown(hass, "system_status", SYSTEM + 1) == STATE_UNAVAILABLE
        assert sign_ins_asked(hass, entry) == 0
        cloud.systems[1].api_access = True
        await machine.run(DAY_S - 4 * HOUR_S)
        assert shown(hass, "system_status", SYSTEM + 1) == "normal"


async def test_a_test_of_the_connection_ends_the_wait(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator, entry: MockConfigEntry
) -> None:
    cloud.fault(EVERYWHERE, Fault.FORBIDDEN)
    await machine.run(1.05 * HOUR_S)
    calls = cloud.count()
    cloud.clear_faults()
    await machine.run(3 * HOUR_S)
    assert cloud.count() == calls
    await machine.finish(source_of(entry).async_test())
    assert cloud.calls[-1].endpoint is Endpoint.SYSTEMS
    await machine.run(120)
    assert shown(hass, "system_status") == "normal"


async def test_a_refresh_with_a_refused_token_says_so_and_asks_to_sign_in(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator, entry: MockConfigEntry
) -> None:
    cloud.grants.revoke()
    with pytest.raises(TokenRefusedError):
        await machine.finish(source_of(entry).async_refresh(SYSTEM))
    assert sign_ins_asked(hass, entry) == 1
