"""What the tests of the glue share."""

from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.solar_monitor.const import DOMAIN
from custom_components.solar_monitor.coordinator import SourceCoordinator
from tests.integration.glue.toy import SERIAL

FIRST = "200000000001"
SECOND = "200000000002"
THIRD = "200000000003"


def coordinator_of(entry: MockConfigEntry) -> SourceCoordinator:
    """Give the coordinator of a loaded entry."""
    coordinator: SourceCoordinator = entry.runtime_data.coordinator
    return coordinator


def unique_ids(hass: HomeAssistant, entry: MockConfigEntry) -> set[str]:
    """Give the unique ids of all entities of an entry."""
    found = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return {entity.unique_id for entity in found}


def panels(hass: HomeAssistant, entry: MockConfigEntry) -> set[str]:
    """Give the serial numbers of the panels that have an entity."""
    return {
        unique_id.removesuffix("_power")
        for unique_id in unique_ids(hass, entry)
        if not unique_id.startswith(SERIAL)
    }


def device_of(hass: HomeAssistant, serial: str) -> dr.DeviceEntry | None:
    """Give the device with a serial number."""
    devices = dr.async_get(hass)
    return next(
        (device for device in devices.devices if (DOMAIN, serial) in device.identifiers), None
    )


async def remove_device(hass: HomeAssistant, ws_client: WebSocketGenerator, serial: str) -> bool:
    """Ask for the removal of a device as the frontend does; tell whether it is gone."""
    assert await async_setup_component(hass, "config", {})
    device = device_of(hass, serial)
    assert device is not None
    client = await ws_client(hass)
    await client.send_json_auto_id(
        {"type": "config/device_registry/remove", "device_id": device.id}
    )
    answer = await client.receive_json()
    await hass.async_block_till_done()
    assert answer["success"] is (device_of(hass, serial) is None)
    return bool(answer["success"])


def state_of(hass: HomeAssistant, unique_id: str) -> State:
    """Give the state of the entity with a unique id."""
    entity = next(
        found
        for found in er.async_get(hass).entities.values()
        if found.platform == DOMAIN and found.unique_id == unique_id
    )
    state = hass.states.get(entity.entity_id)
    assert state is not None, unique_id
    return state


def own(key: str) -> str:
    """Give the unique id of a key of the gateway."""
    return f"{SERIAL}_{key}"
