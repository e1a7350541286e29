"""Entries without a Solarman stick: what only a stick tells or does is not made up for them."""

from collections.abc import AsyncIterator, Sequence
import json
import logging

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.clients.transport import TransportKind
from custom_components.solar_monitor.const import DOMAIN
from custom_components.solar_monitor.diagnostics import async_get_config_entry_diagnostics
from tests.integration.conftest import SetUp
from tests.integration.deye import IDENTITY, coordinator_of, entry_for, registered
from tests.integration.face import LOGGERS, Combination
from tests.integration.machine import TimeMachine
from tests.simulators.logger import Fault, LoggerSimulator
from tests.simulators.site import Site

GATEWAYS = [kind for kind in LOGGERS if kind is not TransportKind.SOLARMAN_V5]
STICK = [TransportKind.SOLARMAN_V5]
OF_A_STICK = {"logger_uptime", "clock_offset"}
OF_EVERY_LOGGER = {"answer_time", "connectivity", "last_success", "refused_values"}

INVERTER_SERIAL = "9876501234"
MAC = "e8:fd:f8:ca:fe:01"
TITLE = "Canary house"


def over(kinds: Sequence[TransportKind]) -> pytest.MarkDecorator:
    """Run a test with a logger of each kind."""
    return pytest.mark.parametrize("logger", map(Combination, kinds), indirect=True, ids=str)


def issues(hass: HomeAssistant, entry: MockConfigEntry) -> set[str]:
    """Give the repairs of an entry."""
    return {
        key.removeprefix(f"{entry.entry_id}_")
        for domain, key in ir.async_get(hass).issues
        if domain == DOMAIN
    }


@over([*STICK, *GATEWAYS])
@pytest.mark.usefixtures("everything_enabled")
async def test_only_a_stick_has_figures_of_its_own(
    hass: HomeAssistant, set_up: SetUp, deye_entry: MockConfigEntry
) -> None:
    await set_up(deye_entry)
    of_a_stick = OF_A_STICK if deye_entry.data["transport"] == TransportKind.SOLARMAN_V5 else set()
    keys = registered(hass, deye_entry).keys()
    assert keys & OF_A_STICK == of_a_stick
    assert keys >= OF_EVERY_LOGGER
    stats = coordinator_of(deye_entry).data.values
    assert {key for key in OF_A_STICK if stats.get(key) is not None} == of_a_stick


@over(GATEWAYS)
async def test_no_repair_is_about_a_stick_that_is_not_there(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    logger.clock_offset_s = 4000
    await set_up(deye_entry)
    for fault in logger.faults:
        if fault is not Fault.REFUSE:
            logger.fault = fault
            await machine.run(200)
            assert issues(hass, deye_entry) == set(), fault
    assert coordinator_of(deye_entry).source.undecided() == frozenset()


@over([*STICK, *GATEWAYS])
@pytest.mark.parametrize("key", ["second_client", "wrong_serial"])
async def test_repairs_about_a_stick_end_with_the_change_to_a_gateway(
    hass: HomeAssistant, set_up: SetUp, deye_entry: MockConfigEntry, key: str
) -> None:
    for raised in (key, "port_closed"):
        ir.async_create_issue(
            hass,
            DOMAIN,
            f"{deye_entry.entry_id}_{raised}",
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=raised,
        )
    await set_up(deye_entry)
    # With a stick it takes an hour to know that nobody else asks it any more.
    stick = deye_entry.data["transport"] == TransportKind.SOLARMAN_V5
    kept = {key} if stick and key == "second_client" else set()
    assert issues(hass, deye_entry) == kept


@pytest.fixture(params=GATEWAYS, ids=str)
async def canary(request: pytest.FixtureRequest, site: Site) -> AsyncIterator[LoggerSimulator]:
    """Give a gateway to an inverter whose number is found again wherever it leaks."""
    simulator = LOGGERS[request.param](site, inverter_serial=INVERTER_SERIAL)
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
def canary_entry(canary: LoggerSimulator) -> MockConfigEntry:
    """Give its entry, whose unique ids begin with the number of the inverter."""
    identity = IDENTITY | {"serial": INVERTER_SERIAL}
    entry = entry_for(canary, title=TITLE, mac=MAC, identity=identity)
    assert entry.unique_id == entry.data["id_prefix"] == INVERTER_SERIAL
    return entry


def secrets_of(canary: LoggerSimulator) -> list[str]:
    """List what must not get out."""
    words = [INVERTER_SERIAL[place : place + 2].encode().hex() for place in range(0, 10, 2)]
    return [
        INVERTER_SERIAL,
        *("".join(words[:2]), " ".join(words[:2]), " ".join(words[3:])),
        *(MAC, MAC.replace(":", ""), TITLE, canary.host, str(canary.serial)),
    ]


@pytest.mark.parametrize("fault", [Fault.NONE, Fault.REFUSE, Fault.WRONG_UNIT, Fault.SILENCE])
async def test_diagnostics_of_a_gateway_tell_neither_who_nor_where(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    canary_entry: MockConfigEntry,
    canary: LoggerSimulator,
    fault: Fault,
) -> None:
    await set_up(canary_entry)
    canary.fault = fault
    await machine.run(120)
    shown = await async_get_config_entry_diagnostics(hass, canary_entry)
    text = json.dumps(shown)
    assert [secret for secret in secrets_of(canary) if secret in text] == []
    assert shown["entry"]["transport"] == canary_entry.data["transport"]
    assert shown["polling"]["connected"] is (fault is Fault.NONE)
    assert shown["source"]["identity"]["serial"] == "********34"
    assert shown["source"]["logger_serial"] == ""
    assert shown["source"]["registers_hex"]


async def test_debug_logs_of_a_gateway_hold_no_serial_number(
    machine: TimeMachine,
    set_up: SetUp,
    canary_entry: MockConfigEntry,
    canary: LoggerSimulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for name in ("custom_components.solar_monitor", "pymodbus"):
        caplog.set_level(logging.DEBUG, name)
    await set_up(canary_entry)
    for fault in canary.faults:
        canary.fault = fault
        await machine.run(40)
    ours = "\n".join(
        record.getMessage()
        for record in caplog.records
        if record.name.startswith(("custom_components.solar_monitor", "pymodbus"))
    )
    assert "Link lost" in ours
    # The title of an entry is in the log of every integration.
    kept_back = {*secrets_of(canary), "0x39 0x38 0x37"} - {TITLE}
    assert [secret for secret in kept_back if secret in ours] == []
