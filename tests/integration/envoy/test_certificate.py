"""The certificate: another one stops everything until the user has decided."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.const import DOMAIN
from tests.integration.conftest import SetUp
from tests.integration.envoy.kit import coordinator_of, number, shown
from tests.integration.machine import TimeMachine
from tests.simulators.envoy import EnvoySimulator

MINUTE = 60


def repair(hass: HomeAssistant) -> ir.IssueEntry | None:
    """Give the repair about the certificate."""
    return next(
        (
            issue
            for (domain, _), issue in ir.async_get(hass).issues.items()
            if domain == DOMAIN and issue.translation_key == "certificate_changed"
        ),
        None,
    )


async def test_another_certificate_stops_polling_and_is_a_repair_with_the_next_poll(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    await set_up(envoy_entry)
    await machine.run(65)
    old = gateway.fingerprint
    assert repair(hass) is None
    gateway.change_certificate()
    gateway.requests.clear()
    await machine.finish(coordinator_of(envoy_entry).async_refresh())
    issue = repair(hass)
    assert issue is not None
    assert issue.is_fixable
    assert issue.data is not None
    assert issue.data["fingerprint"] == gateway.fingerprint
    assert issue.translation_placeholders == {
        "name": "Enphase Envoy",
        "fingerprint": gateway.fingerprint,
        "old_fingerprint": old,
    }
    await machine.run(3_600)
    assert not gateway.requests
    assert shown(hass, "connection") == "off"
    assert number(hass, "production_energy_total") > 0


async def test_once_the_new_one_is_trusted_everything_goes_on(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    await set_up(envoy_entry)
    await machine.run(65)
    gateway.change_certificate()
    await machine.run(2 * MINUTE)
    trusted = {**envoy_entry.data, "tls_fingerprint": gateway.fingerprint}
    hass.config_entries.async_update_entry(envoy_entry, data=trusted)
    assert await machine.finish(hass.config_entries.async_reload(envoy_entry.entry_id))
    await machine.run(35)
    assert repair(hass) is None
    assert shown(hass, "connection") == "on"
    assert number(hass, "production_power") > 0


async def test_the_old_one_that_is_back_ends_the_stop_by_itself(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    # Another device had the address for a while, as DHCP may give it.
    await set_up(envoy_entry)
    await machine.run(65)
    own, old = gateway.certificate, gateway.fingerprint
    gateway.change_certificate()
    await machine.run(5 * MINUTE)
    assert repair(hass) is not None
    gateway.close()
    await machine.run(20 * MINUTE)
    gateway.open()
    gateway.change_certificate()
    await machine.run(20 * MINUTE)
    issue = repair(hass)
    assert issue is not None
    assert issue.data is not None
    assert issue.data["fingerprint"] == gateway.fingerprint
    gateway.certificate = own
    assert gateway._context is not None  # noqa: SLF001  there is no knob for the way back
    own.load_into(gateway._context)  # noqa: SLF001
    assert gateway.fingerprint == old
    gateway.requests.clear()
    await machine.run(20 * MINUTE)
    assert repair(hass) is None
    assert shown(hass, "connection") == "on"
    assert number(hass, "production_power") > 0


@pytest.mark.parametrize("on", [True, False])
async def test_live_mode_ends_when_the_certificate_changes(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
    on: bool,  # noqa: FBT001  a parameter
) -> None:
    await set_up(envoy_entry)
    await machine.run(65)
    source = coordinator_of(envoy_entry).source
    await machine.finish(source.async_turn_live_mode(on=on))  # type: ignore[attr-defined]
    gateway.change_certificate()
    gateway.requests.clear()
    await machine.run(2 * MINUTE)
    assert not gateway.requests
    assert shown(hass, "live_mode") == "off"
    assert repair(hass) is not None


async def test_a_repair_from_before_a_restart_stays_until_it_is_judged(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    await set_up(envoy_entry)
    await machine.run(65)
    gateway.change_certificate()
    await machine.run(2 * MINUTE)
    gateway.close()
    assert await machine.finish(hass.config_entries.async_reload(envoy_entry.entry_id))
    await machine.run(2 * MINUTE)
    assert repair(hass) is not None
