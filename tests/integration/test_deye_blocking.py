"""The event loop is never blocked: Home Assistant's own detector watches a whole life."""

from collections.abc import Iterator
import logging

from homeassistant import block_async_io
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.diagnostics import async_get_config_entry_diagnostics
from tests.integration.conftest import SetUp
from tests.integration.machine import TimeMachine
from tests.simulators.logger import Fault, LoggerSimulator


@pytest.fixture
def detector() -> Iterator[None]:
    """Watch blocking calls in the loop; afterwards they are as they were."""
    block_async_io.enable()
    yield
    for call in block_async_io._BLOCKED_CALLS.calls:  # noqa: SLF001 - there is no way to turn it off
        setattr(call.object, call.function, call.original_func)
    block_async_io._BLOCKED_CALLS.calls.clear()  # noqa: SLF001 - the same


@pytest.mark.usefixtures("detector", "everything_enabled")
async def test_nothing_blocks_the_loop_from_set_up_to_removal(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "homeassistant.util.loop")
    await set_up(deye_entry)
    await machine.run(400)
    logger.fault = Fault.SILENCE
    await machine.run(200)
    logger.fault = Fault.NONE
    await machine.run(100)
    await async_get_config_entry_diagnostics(hass, deye_entry)
    await machine.finish(hass.config_entries.async_reload(deye_entry.entry_id))
    await machine.finish(hass.config_entries.async_remove(deye_entry.entry_id))
    blamed = [record.getMessage() for record in caplog.records if "blocking call" in record.msg]
    assert [text for text in blamed if "solar_monitor" in text] == []
