"""Adding a logger by its address."""

import asyncio

from homeassistant.config_entries import SOURCE_IGNORE
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.solar_monitor.const import DOMAIN
from tests.integration.conftest import SetUp
from tests.integration.deye import coordinator_of, entry_for
from tests.integration.deye_flow.kit import (
    OTHER_HOST,
    add,
    address,
    fields_in_browser,
    is_advanced_open,
    show_form,
    submit,
    suggestions,
)
from tests.simulators.logger import LoggerSimulator

OTHER_SERIAL = 1_782_345_394


@pytest.mark.usefixtures("no_set_up")
async def test_an_address_is_all_that_it_takes(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    created = await add(hass, logger)
    assert created["type"] is FlowResultType.CREATE_ENTRY
    entry = created["result"]
    assert (entry.title, entry.unique_id) == ("Deye 8 kW", str(logger.serial))
    assert (entry.version, entry.minor_version) == (1, 1)
    assert entry.options == {}
    identity = entry.data["identity"]
    assert identity.keys() == {
        "device_type",
        "serial",
        "rated_power_w",
        "mppt_count",
        "phase_count",
        "firmware",
        "protocol",
        "pack_count",
    }
    assert (identity["serial"], identity["rated_power_w"]) == (logger.inverter_serial, 8000.0)
    assert {key: value for key, value in entry.data.items() if key != "identity"} == {
        "source": "deye",
        "host": logger.host,
        "port": logger.port,
        "unit": 1,
        "transport": "solarman_v5",
        "family": "hybrid_1p",
        "serial": logger.serial,
        "id_prefix": str(logger.serial),
        "mac": None,
    }


@pytest.mark.usefixtures("no_set_up")
async def test_the_connection_is_closed_cleanly_after_the_question(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    await add(hass, logger)
    assert logger.connections == 1
    await asyncio.sleep(0)
    assert logger.open_connections == 0


async def test_the_entry_of_the_flow_is_loaded(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    created = await add(hass, logger)
    entry = created["result"]
    assert entry.runtime_data.coordinator.data.connected
    assert await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.usefixtures("no_set_up")
async def test_everything_can_be_typed(hass: HomeAssistant, logger: LoggerSimulator) -> None:
    created = await add(
        hass,
        logger,
        serial=f" {logger.serial} ",
        unit=1,
        transport="solarman_v5",
        family="hybrid_1p",
    )
    assert created["type"] is FlowResultType.CREATE_ENTRY
    assert created["data"]["serial"] == logger.serial
    assert set(logger.serials_asked) == {logger.serial}


@pytest.mark.usefixtures("no_set_up")
async def test_another_unit_has_its_own_entry(hass: HomeAssistant, logger: LoggerSimulator) -> None:
    entry_for(logger).add_to_hass(hass)
    third = LoggerSimulator(logger.site, unit=3)
    await third.start()
    created = await add(hass, third, unit=3)
    await third.stop()
    assert created["type"] is FlowResultType.CREATE_ENTRY
    assert created["result"].unique_id == f"{logger.serial}_u3"
    assert created["data"]["id_prefix"] == f"{logger.serial}_u3"


async def test_the_rarely_needed_fields_are_folded_away(hass: HomeAssistant) -> None:
    form = await show_form(hass)
    assert form["step_id"] == "deye"
    assert not is_advanced_open(form)
    assert suggestions(form) == {
        "port": 8899,
        "advanced": {"unit": 1, "transport": "auto", "family": "auto"},
    }


async def test_the_form_reaches_the_browser(
    hass: HomeAssistant, hass_client: ClientSessionGenerator
) -> None:
    fields = await fields_in_browser(hass, hass_client)
    assert [field["name"] for field in fields] == ["host", "port", "advanced"]
    assert [field["name"] for field in fields[2]["schema"]] == [
        "serial",
        "unit",
        "transport",
        "family",
    ]


@pytest.mark.parametrize(
    "outside", [{"unit": 0}, {"unit": 248}, {"transport": "pigeon"}, {"family": "toaster"}]
)
async def test_a_choice_that_is_not_offered_is_refused(
    hass: HomeAssistant, logger: LoggerSimulator, outside: dict[str, object]
) -> None:
    form = await show_form(hass)
    with pytest.raises(InvalidData):
        await submit(hass, form, address(logger, **outside))
    assert logger.connections == 0


@pytest.mark.usefixtures("no_set_up")
async def test_a_logger_that_is_there_already_only_gets_its_new_address(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    entry = entry_for(logger, host=OTHER_HOST, port=1)
    entry.add_to_hass(hass)
    shown = await add(hass, logger)
    assert (shown["type"], shown["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert (entry.data["host"], entry.data["port"]) == (logger.host, logger.port)


@pytest.mark.usefixtures("no_set_up")
async def test_a_replaced_stick_does_not_make_a_second_entry(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    entry = MockConfigEntry(
        domain=DOMAIN, unique_id=str(OTHER_SERIAL), data=dict(entry_for(logger).data)
    )
    entry.add_to_hass(hass)
    shown = await add(hass, logger)
    assert (shown["type"], shown["reason"]) == (FlowResultType.ABORT, "already_configured")


@pytest.mark.usefixtures("no_set_up")
async def test_a_logger_that_was_ignored_can_be_added_by_hand(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    MockConfigEntry(
        domain=DOMAIN, source=SOURCE_IGNORE, unique_id=str(logger.serial), data={}
    ).add_to_hass(hass)
    created = await add(hass, logger)
    assert created["type"] is FlowResultType.CREATE_ENTRY


async def test_asking_shares_the_link_of_an_entry_that_is_loaded(
    hass: HomeAssistant, logger: LoggerSimulator, set_up: SetUp
) -> None:
    entry = entry_for(logger)
    await set_up(entry)
    shown = await add(hass, logger)
    assert shown["reason"] == "already_configured"
    assert logger.connections == 1
    assert coordinator_of(entry).data.connected
