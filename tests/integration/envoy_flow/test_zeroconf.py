"""A gateway that announces itself is offered; one that is known is followed."""

from unittest.mock import AsyncMock

from homeassistant.config_entries import SOURCE_IGNORE
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.const import DOMAIN
from tests.integration.envoy.kit import entry_for, gateway_at
from tests.integration.envoy_flow.kit import (
    NOBODY,
    OTHER_SERIAL,
    announce,
    assert_aborted,
    assert_menu,
    created,
    error_text,
    find,
    log_in,
    step_text,
    submit,
    suggestions,
)
from tests.simulators.envoy import Endpoint, EnvoySimulator, Fault

HERE = "127.0.0.1"
LINK_LOCAL = "169.254.120.1"
LINK_LOCAL_6 = "fe80::1"


@pytest.mark.usefixtures("no_set_up")
async def test_a_new_gateway_is_offered_before_anybody_asks_it(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    shown = await announce(hass, HERE, serial=gateway.serial, port=gateway.port)
    assert (shown["type"], shown["step_id"]) == (FlowResultType.FORM, "zeroconf_confirm")
    assert gateway.serial in step_text(shown)
    assert gateway.requests == []
    (card,) = hass.config_entries.flow.async_progress()
    assert card["context"]["unique_id"] == gateway.serial
    assert card["context"]["title_placeholders"] == {
        "name": "Enphase Envoy",
        "host": gateway.address,
    }

    shown = await submit(hass, shown, {})
    assert_menu(shown)
    assert (shown["description_placeholders"] or {})["fingerprint"] == gateway.fingerprint
    entry = created(await log_in(hass, shown))
    assert (entry.unique_id, entry.data["host"]) == (gateway.serial, gateway.address)


@pytest.mark.usefixtures("no_set_up")
async def test_old_firmware_is_added_with_one_click(
    hass: HomeAssistant, old_gateway: EnvoySimulator
) -> None:
    shown = await announce(
        hass, HERE, serial=old_gateway.serial, port=old_gateway.port, firmware="5.0.62"
    )
    assert created(await submit(hass, shown, {})).data["token"] is None


@pytest.mark.parametrize(
    ("addresses", "port", "host"),
    [
        (["192.168.1.60"], 443, "192.168.1.60"),
        (["192.168.1.60"], None, "192.168.1.60"),
        (["2001:db8::60"], 443, "[2001:db8::60]"),
        (["2001:db8::60", "192.168.1.60"], 443, "192.168.1.60"),
        ([LINK_LOCAL, "192.168.1.60"], 443, "192.168.1.60"),
        ([LINK_LOCAL_6, LINK_LOCAL, "2001:db8::60"], 443, "[2001:db8::60]"),
        (["192.168.1.61", "192.168.1.60"], 443, "192.168.1.61"),
    ],
)
async def test_the_best_announced_address_is_offered(
    hass: HomeAssistant, addresses: list[str], port: int | None, host: str
) -> None:
    await announce(hass, *addresses, serial=OTHER_SERIAL, port=port)
    (card,) = hass.config_entries.flow.async_progress()
    assert card["context"]["title_placeholders"]["host"] == host


@pytest.mark.parametrize(
    ("addresses", "serial"),
    [
        ([LINK_LOCAL], OTHER_SERIAL),
        ([LINK_LOCAL_6], OTHER_SERIAL),
        ([LINK_LOCAL, LINK_LOCAL_6], OTHER_SERIAL),
        (["0.0.0.0"], OTHER_SERIAL),  # noqa: S104 - nobody listens
        (["192.168.1.60"], None),
        (["192.168.1.60"], ""),
        (["192.168.1.60"], "[Sign in](https://example.com/)"),
    ],
)
async def test_what_leads_nowhere_is_passed_over(
    hass: HomeAssistant, addresses: list[str], serial: str | None
) -> None:
    assert_aborted(await announce(hass, *addresses, serial=serial), "not_supported")


async def test_a_gateway_with_two_addresses_is_offered_once(hass: HomeAssistant) -> None:
    await announce(hass, "192.168.1.60", serial=OTHER_SERIAL)
    shown = await announce(hass, "192.168.1.61", serial=OTHER_SERIAL)
    assert_aborted(shown, "already_in_progress")


@pytest.mark.usefixtures("no_set_up")
async def test_the_card_goes_when_the_gateway_is_added_by_hand(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    await announce(hass, HERE, serial=gateway.serial, port=gateway.port)
    created(await log_in(hass, await find(hass, gateway)))
    assert not hass.config_entries.flow.async_progress()


async def test_a_gateway_that_is_to_be_ignored_is(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    MockConfigEntry(
        domain=DOMAIN, source=SOURCE_IGNORE, unique_id=gateway.serial, data={}
    ).add_to_hass(hass)
    shown = await announce(hass, HERE, serial=gateway.serial, port=gateway.port)
    assert_aborted(shown, "already_configured")
    assert gateway.requests == []


@pytest.mark.usefixtures("no_set_up")
async def test_an_offered_gateway_that_fails_leads_to_the_filled_form(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    shown = await announce(hass, HERE, serial=gateway.serial, port=gateway.port)
    gateway.fault(Endpoint.INFO, Fault.FAIL)
    shown = await submit(hass, shown, {})
    assert (shown["step_id"], shown["errors"]) == ("envoy", {"base": "bad_status"})
    assert suggestions(shown) == {"host": gateway.address}

    gateway.clear_faults()
    assert_menu(await submit(hass, shown, suggestions(shown)))


async def test_another_gateway_at_the_announced_address_is_named(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    shown = await announce(hass, HERE, serial=OTHER_SERIAL, port=gateway.port)
    shown = await submit(hass, shown, {})
    assert shown["errors"] == {"base": "wrong_serial"}
    assert gateway.serial in error_text(shown)


async def _known(
    hass: HomeAssistant, gateway: EnvoySimulator, **changes: object
) -> MockConfigEntry:
    """Add an entry, as if loaded."""
    entry = entry_for(gateway, **changes)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    return entry


async def test_nothing_happens_at_the_same_address(
    hass: HomeAssistant, gateway: EnvoySimulator, no_set_up: AsyncMock
) -> None:
    entry = await _known(hass, gateway)
    before = dict(entry.data)
    shown = await announce(hass, HERE, serial=gateway.serial, port=gateway.port)
    assert_aborted(shown, "already_configured")
    assert entry.data == before
    assert no_set_up.call_count == 1
    assert gateway.requests == []


@pytest.mark.parametrize("other", ["192.168.1.61", "2001:db8::60"])
async def test_a_working_address_is_kept(
    hass: HomeAssistant, gateway: EnvoySimulator, no_set_up: AsyncMock, other: str
) -> None:
    entry = await _known(hass, gateway)
    assert_aborted(await announce(hass, other, serial=gateway.serial), "already_configured")
    assert entry.data["host"] == gateway.address
    assert no_set_up.call_count == 1


async def test_an_address_that_fails_is_left_for_the_one_that_answers(
    hass: HomeAssistant, gateway: EnvoySimulator, no_set_up: AsyncMock
) -> None:
    entry = await _known(hass, gateway, host=NOBODY)
    before = dict(entry.data)
    shown = await announce(hass, HERE, serial=gateway.serial, port=gateway.port)
    assert_aborted(shown, "already_configured")
    assert entry.data == before | {"host": gateway.address}
    assert no_set_up.call_count == 2


async def test_old_firmware_is_followed_too(
    hass: HomeAssistant, old_gateway: EnvoySimulator, no_set_up: AsyncMock
) -> None:
    entry = await _known(hass, old_gateway, host=NOBODY)
    await announce(hass, HERE, serial=old_gateway.serial, port=old_gateway.port)
    assert entry.data["host"] == old_gateway.address
    assert no_set_up.call_count == 2


async def test_an_address_that_another_gateway_has_now_is_left(
    hass: HomeAssistant, gateway: EnvoySimulator, no_set_up: AsyncMock
) -> None:
    async with gateway_at(hass, serial=OTHER_SERIAL) as other:
        entry = await _known(hass, gateway, host=other.address)
        await announce(hass, HERE, serial=gateway.serial, port=gateway.port)
    assert entry.data["host"] == gateway.address
    assert no_set_up.call_count == 2


@pytest.mark.usefixtures("no_set_up")
@pytest.mark.parametrize("fault", [Fault.FAIL, Fault.RESET, Fault.HTML])
async def test_an_announced_address_that_fails_too_changes_nothing(
    hass: HomeAssistant, gateway: EnvoySimulator, fault: Fault
) -> None:
    gateway.fault(Endpoint.INFO, fault)
    entry = await _known(hass, gateway, host=NOBODY)
    await announce(hass, HERE, serial=gateway.serial, port=gateway.port)
    assert entry.data["host"] == NOBODY


@pytest.mark.usefixtures("no_set_up")
async def test_an_announced_address_of_another_gateway_is_not_taken(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    async with gateway_at(hass, serial=OTHER_SERIAL) as other:
        entry = await _known(hass, gateway, host=NOBODY)
        await announce(hass, HERE, serial=gateway.serial, port=other.port)
    assert entry.data["host"] == NOBODY


@pytest.mark.usefixtures("no_set_up")
async def test_a_gateway_that_has_tls_is_not_followed_to_where_there_is_none(
    hass: HomeAssistant, gateway: EnvoySimulator, old_gateway: EnvoySimulator
) -> None:
    entry = await _known(hass, gateway, host=NOBODY)
    assert old_gateway.serial == gateway.serial
    await announce(hass, HERE, serial=gateway.serial, port=old_gateway.port)
    assert entry.data["host"] == NOBODY
    assert old_gateway.requests == []


@pytest.mark.usefixtures("no_set_up")
async def test_no_secret_is_needed_to_follow_a_gateway(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    entry = await _known(hass, gateway, host=NOBODY)
    await announce(hass, HERE, serial=gateway.serial, port=gateway.port)
    assert entry.data["host"] == gateway.address
    assert gateway.keeper.jwt_checks == 0


async def test_who_shows_another_certificate_is_not_followed_and_not_asked(
    hass: HomeAssistant, gateway: EnvoySimulator, no_set_up: AsyncMock
) -> None:
    entry = await _known(hass, gateway, host=NOBODY)
    before = dict(entry.data)
    gateway.change_certificate()
    shown = await announce(hass, HERE, serial=gateway.serial, port=gateway.port)
    assert_aborted(shown, "already_configured")
    assert entry.data == before
    assert no_set_up.call_count == 1
    assert gateway.requests == []


async def test_a_gateway_with_its_certificate_is_followed_past_a_stranger_at_its_old_address(
    hass: HomeAssistant, gateway: EnvoySimulator, no_set_up: AsyncMock
) -> None:
    async with gateway_at(hass, serial=gateway.serial) as stranger:
        stranger.change_certificate()
        entry = await _known(hass, gateway, host=stranger.address)
        await announce(hass, HERE, serial=gateway.serial, port=gateway.port)
        assert stranger.requests == []
    assert entry.data["host"] == gateway.address
    assert no_set_up.call_count == 2
