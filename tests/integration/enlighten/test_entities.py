"""Which devices and entities an account becomes: nobody's history breaks unnoticed."""

import logging
import re
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from custom_components.solar_monitor.clients.enlighten.jobs import Job
from custom_components.solar_monitor.const import CONF_SYSTEMS, DOMAIN
from tests.integration.conftest import SetUp
from tests.integration.enlighten.kit import NAMES, SYSTEM, entry_for, number, shown, state_of
from tests.integration.machine import TimeMachine
from tests.integration.rows import entities_of, registered
from tests.simulators.enlighten import EnlightenSimulator, Kind

SECOND: Final = SYSTEM + 1
COME_IN_S: Final = 120
HOUR_S: Final = 3_600
OF_ALL: Final = re.compile("not been tested|zlib_ng")
"""Warnings that all get here: it is not Home Assistant's own, and no zlib is a fast one."""


def devices_of(hass: HomeAssistant, entry: MockConfigEntry) -> list[dr.DeviceEntry]:
    """Give the devices of an entry, by name."""
    found = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return sorted(found, key=lambda device: device.name or "")


@pytest.mark.parametrize("profile", ["companion", "cloud_only", "alarms_only"])
@pytest.mark.parametrize("cloud", [({"batteries": 1},)], indirect=True)
async def test_the_entities_of_a_system_are_what_they_were(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    cloud: EnlightenSimulator,
    profile: str,
    snapshot: SnapshotAssertion,
) -> None:
    entry = entry_for(cloud, profile=profile)
    await set_up(entry)
    await machine.run(COME_IN_S)
    found = entities_of(hass, entry)
    assert {entity.unique_id: registered(entity) for entity in found} == snapshot(
        extension_class=JSONSnapshotExtension
    )
    enabled = [entity for entity in found if not entity.disabled]
    print(f"{profile}: {len(enabled)} of {len(found)} are enabled by default")  # noqa: T201 - a figure for the reader
    assert 17 <= len(enabled) <= 24


@pytest.mark.usefixtures("everything_enabled")
@pytest.mark.parametrize("cloud", [({"batteries": 1}, {})], indirect=True)
async def test_home_assistant_has_nothing_to_say_about_any_entity(
    machine: TimeMachine,
    set_up: SetUp,
    cloud: EnlightenSimulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    cloud.system.begin(Kind.BATTERY_FAULT, cloud.system.battery_serials[0])
    await set_up(entry_for(cloud, profile="cloud_only"))
    await machine.run(12 * HOUR_S)
    said = [
        record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.WARNING and not OF_ALL.search(record.getMessage())
    ]
    assert said == []


@pytest.mark.parametrize("cloud", [({}, {})], indirect=True)
@pytest.mark.usefixtures("machine")
async def test_a_system_is_a_service_called_by_its_own_name(
    hass: HomeAssistant, set_up: SetUp, cloud: EnlightenSimulator, cloud_entry: MockConfigEntry
) -> None:
    await set_up(cloud_entry)
    found = devices_of(hass, cloud_entry)
    assert [device.name for device in found] == list(NAMES[:2])
    for device, system in zip(found, cloud.systems, strict=True):
        assert device.identifiers == {(DOMAIN, f"enl_{system.system_id}")}
        assert device.manufacturer == "Enphase"
        assert device.model == "Enlighten system"
        assert device.entry_type is dr.DeviceEntryType.SERVICE
        assert device.serial_number is None
        assert device.configuration_url == "https://enlighten.enphaseenergy.com"
        assert device.via_device_id is None


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize("cloud", [({"name": ""},)], indirect=True)
async def test_a_system_without_a_name_is_called_by_its_number(
    hass: HomeAssistant, set_up: SetUp, cloud_entry: MockConfigEntry
) -> None:
    await set_up(cloud_entry)
    assert [device.name for device in devices_of(hass, cloud_entry)] == [f"Enphase system {SYSTEM}"]


@pytest.mark.parametrize("cloud", [({}, {})], indirect=True)
async def test_a_system_that_is_not_chosen_any_more_goes_with_its_entities(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    cloud_entry: MockConfigEntry,
) -> None:
    await set_up(cloud_entry)
    await machine.run(COME_IN_S)
    both = {entity.unique_id for entity in entities_of(hass, cloud_entry)}
    hass.config_entries.async_update_entry(
        cloud_entry, data={**cloud_entry.data, CONF_SYSTEMS: [SECOND]}
    )
    assert await machine.finish(hass.config_entries.async_reload(cloud_entry.entry_id))
    left = {entity.unique_id for entity in entities_of(hass, cloud_entry)}
    assert left == {name for name in both if name.startswith(f"enl_{SECOND}_")}
    assert [device.name for device in devices_of(hass, cloud_entry)] == [NAMES[1]]


async def test_a_battery_that_is_put_in_can_have_a_problem_without_a_reload(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    cloud: EnlightenSimulator,
    cloud_entry: MockConfigEntry,
) -> None:
    await set_up(cloud_entry)
    await machine.run(COME_IN_S)
    before = {entity.unique_id for entity in entities_of(hass, cloud_entry)}
    assert f"enl_{SYSTEM}_battery_problem" not in before
    cloud.system.batteries = 1
    vars(cloud.system).pop("battery_serials", None)  # it is worked out anew
    cloud_entry.runtime_data.coordinator.source.desk.schedule.hasten(SYSTEM, Job.DEVICES)
    await machine.run(COME_IN_S)
    after = {entity.unique_id for entity in entities_of(hass, cloud_entry)}
    assert after - before == {f"enl_{SYSTEM}_battery_problem"}


@pytest.mark.usefixtures("everything_enabled")
async def test_every_entity_shows_what_the_cloud_knows(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    cloud: EnlightenSimulator,
    cloud_entry: MockConfigEntry,
) -> None:
    await set_up(cloud_entry)
    await machine.run(COME_IN_S)
    truth = cloud.truth()
    assert shown(hass, "system_status") == truth.status == "normal"
    assert state_of(hass, "system_status").attributes["raw"] == "normal"
    assert number(hass, "power") == truth.current_power_w
    assert number(hass, "energy_today") == truth.energy_today_wh / 1_000
    assert number(hass, "energy_total") == truth.energy_lifetime_wh / 1_000
    assert number(hass, "panels") == cloud.system.panel_count
    assert number(hass, "size") == cloud.system.size_w / 1_000
    assert number(hass, "open_alarms") == number(hass, "open_events") == 0
    assert state_of(hass, "open_alarms").attributes["alarms"] == []
    for key in ("last_report", "last_interval_end", "operational_since", "next_poll"):
        assert shown(hass, key).startswith("20"), key
    assert 0 <= number(hass, "data_age") <= 30
    assert shown(hass, "gateway_connectivity") == "on"
    for key in ("microinverter", "production", "meter", "evse"):
        problem = state_of(hass, f"{key}_problem")
        assert problem.state == "off", key
        assert problem.attributes["evidence"] == [], key
    assert shown(hass, "alarm") == "off"
    for key in ("events", "refresh", "test_connection"):
        assert shown(hass, key) == "unknown", key


async def test_an_alarm_and_what_it_rests_on_can_be_read(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    cloud: EnlightenSimulator,
    cloud_entry: MockConfigEntry,
) -> None:
    serial = cloud.system.meter_falls_silent()
    await set_up(cloud_entry)
    await machine.run(24 * HOUR_S)
    (alarm,) = state_of(hass, "open_alarms").attributes["alarms"]
    assert shown(hass, "open_alarms") == "1"
    assert shown(hass, "alarm") == shown(hass, "meter_problem") == "on"
    assert alarm["serials"] == [serial]
    assert {"name", "since", "severity", "action"} <= alarm.keys()
    evidence = state_of(hass, "meter_problem").attributes["evidence"]
    assert {reason["witness"] for reason in evidence} >= {"status", "event"}
    assert any(reason.get("serials") == [serial] for reason in evidence)


async def test_no_unique_id_holds_more_than_the_number_of_the_system(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    cloud_entry: MockConfigEntry,
) -> None:
    await set_up(cloud_entry)
    await machine.run(COME_IN_S)
    ids = [entity.unique_id for entity in entities_of(hass, cloud_entry)]
    assert all(re.fullmatch(rf"enl_{SYSTEM}_[a-z_]+", unique_id) for unique_id in ids)
