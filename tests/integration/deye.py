"""What the tests of the Deye source share."""

from typing import Any

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.clients.transport import TransportKind
from custom_components.solar_monitor.const import DOMAIN
from custom_components.solar_monitor.coordinator import SourceCoordinator
from tests.integration.face import transport_of
from tests.simulators.logger import LoggerSimulator

IDENTITY: dict[str, Any] = {
    "device_type": 3,
    "serial": "2207200001",
    "rated_power_w": 8000.0,
    "mppt_count": 2,
    "phase_count": 1,
    "firmware": None,
    "protocol": None,
}

IDENTITIES: dict[str, dict[str, Any]] = {
    "hybrid_1p": IDENTITY,
    "hybrid_3p_lv": IDENTITY
    | {
        "device_type": 5,
        "rated_power_w": 12000.0,
        "phase_count": 3,
        "firmware": "3002-1164-1E08",
    },
    "string": IDENTITY
    | {
        "device_type": 2,
        "rated_power_w": 6000.0,
        "phase_count": 3,
        "firmware": "1001-0000-1410",
        "protocol": "1.2",
    },
    "micro": IDENTITY
    | {
        "device_type": 4,
        "rated_power_w": 1600.0,
        "mppt_count": 4,
        "firmware": "1001-0000-1410",
        "protocol": "1.2",
    },
}
"""What the simulated inverters say about themselves."""


def entry_for(logger: LoggerSimulator, **changes: object) -> MockConfigEntry:
    """Make the entry of a logger; `changes` replace its options, its title or parts of its data."""
    options = changes.pop("options", {})
    title = changes.pop("title", "Deye 8 kW")
    transport = transport_of(logger)
    is_stick = transport is TransportKind.SOLARMAN_V5
    prefix = str(logger.serial) if is_stick else logger.inverter_serial
    return MockConfigEntry(
        domain=DOMAIN,
        title=title,
        unique_id=prefix,
        data={
            "source": "deye",
            "host": logger.host,
            "port": logger.port,
            "unit": logger.unit,
            "transport": str(transport),
            "family": logger.family,
            "serial": logger.serial if is_stick else None,
            "id_prefix": prefix,
            "identity": IDENTITIES.get(logger.family),
            "mac": None,
        }
        | changes,
        options=options,
    )


def coordinator_of(entry: MockConfigEntry) -> SourceCoordinator:
    """Give the coordinator of a loaded entry."""
    coordinator: SourceCoordinator = entry.runtime_data.coordinator
    return coordinator


def entity_id(hass: HomeAssistant, key: str, prefix: str = "2712345678") -> str:
    """Find the entity of a key by its unique id."""
    registry = er.async_get(hass)
    found = [
        entry.entity_id
        for entry in registry.entities.values()
        if entry.platform == DOMAIN and entry.unique_id == f"{prefix}_{key}"
    ]
    assert len(found) == 1, key
    return found[0]


def registered(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, er.RegistryEntry]:
    """Give the registry entries by key."""
    prefix = entry.data["id_prefix"]
    entries = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return {found.unique_id.removeprefix(f"{prefix}_"): found for found in entries}


def state_of(hass: HomeAssistant, key: str, prefix: str = "2712345678") -> State:
    """Give the state of a key's entity."""
    state = hass.states.get(entity_id(hass, key, prefix))
    assert state is not None, key
    return state


def unavailable(hass: HomeAssistant, entry: MockConfigEntry) -> set[str]:
    """Collect the keys whose entities are unavailable."""
    prefix = entry.data["id_prefix"]
    return {
        key
        for key, row in registered(hass, entry).items()
        if not row.disabled and state_of(hass, key, prefix).state == STATE_UNAVAILABLE
    }


def stand_still(
    logger: LoggerSimulator, monkeypatch: pytest.MonkeyPatch
) -> dict[tuple[int, int], list[int] | None]:
    """Let the inverter give the same answers again; the clock of its logger goes on.

    Returns the answers by address and count: without them there are new ones.
    """
    read = logger.inverter.read
    answers: dict[tuple[int, int], list[int] | None] = {}

    def same_again(address: int, count: int) -> list[int] | None:
        if (address, count) not in answers:
            answers[address, count] = read(address, count)
        return answers[address, count]

    monkeypatch.setattr(logger.inverter, "read", same_again)
    return answers
