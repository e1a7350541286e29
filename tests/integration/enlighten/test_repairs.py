"""What the user can do something about becomes a repair, and what he ignored stays ignored."""

from dataclasses import replace
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.const import DOMAIN
from tests.integration.conftest import SetUp
from tests.integration.enlighten.kit import (
    DAY_S,
    HOUR_S,
    NAMES,
    SYSTEM,
    asked,
    entry_for,
    shown,
    sign_ins_asked,
)
from tests.integration.machine import TimeMachine
from tests.simulators.enlighten import (
    EVERYWHERE,
    Endpoint,
    EnlightenSimulator,
    EnlightenSystem,
    Fault,
    Kind,
)

COME_IN_S: Final = 120


def issues(hass: HomeAssistant, *, active: bool = True) -> dict[str, ir.IssueEntry]:
    """Give our repairs by what they are about: that and the stage, without the entry."""
    return {
        issue.issue_id.split("_", 1)[1]: issue
        for (domain, _), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN and issue.active is active
    }


def texts(issue: ir.IssueEntry) -> dict[str, str]:
    """Give what the texts of a repair are filled with."""
    return dict(issue.translation_placeholders or {})


def ignore(hass: HomeAssistant, issue: ir.IssueEntry) -> None:
    """Click on ignore."""
    ir.async_ignore_issue(hass, DOMAIN, issue.issue_id, ignore=True)


def restart(hass: HomeAssistant) -> None:
    """Let repairs be as Home Assistant reads them from its file: what was ignored is all."""
    registry = ir.async_get(hass)
    for key, issue in list(registry.issues.items()):
        if issue.dismissed_version:
            registry.issues[key] = replace(issue, active=False, data=None)
        else:
            del registry.issues[key]


async def reload(machine: TimeMachine, hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Reload the entry."""
    assert await machine.finish(hass.config_entries.async_reload(entry.entry_id))
    await machine.run(COME_IN_S)


@pytest.fixture
def entry(cloud: EnlightenSimulator) -> MockConfigEntry:
    """An account in which troubles are alarms at once."""
    for system in cloud.systems:
        system.life.hurry = 0
    return entry_for(cloud, profile="alarms_only")


@pytest.fixture
async def system(
    machine: TimeMachine, set_up: SetUp, cloud: EnlightenSimulator, entry: MockConfigEntry
) -> EnlightenSystem:
    """A system that is well, set up by day."""
    await set_up(entry)
    await machine.run(60)
    return cloud.system


async def refresh(machine: TimeMachine, entry: MockConfigEntry) -> None:
    """Ask now, as the button does."""
    await machine.finish(entry.runtime_data.coordinator.source.async_refresh(SYSTEM))
    await machine.run(COME_IN_S)


async def test_a_system_that_is_well_has_no_repairs(
    hass: HomeAssistant, machine: TimeMachine, system: EnlightenSystem
) -> None:
    await machine.run(DAY_S)
    assert shown(hass, "alarm") == "off"
    assert system.status == "normal"
    assert issues(hass) == {}


async def test_an_alarm_that_is_open_for_a_day_is_a_repair_until_it_is_cleared(
    hass: HomeAssistant, machine: TimeMachine, entry: MockConfigEntry, system: EnlightenSystem
) -> None:
    serial = system.panel_dies()
    await machine.run(23 * HOUR_S)
    assert shown(hass, "alarm") == "on"
    assert issues(hass) == {}
    await machine.run(2 * HOUR_S)
    ((name, issue),) = issues(hass).items()
    assert name.startswith(f"alarm_open_{SYSTEM}_")
    assert not issue.is_fixable
    assert texts(issue) == {
        "name": "Enphase account",
        "system": NAMES[0],
        "alarm": "Microinverter without production",
        "since": "2026-11-20 11:15",
        "serials": serial,
        "details": "A microinverter reports but gives no power while its neighbours do.\n\n"
        "Look at the panel; if nothing covers it, tell your installer.",
    }
    system.panel_recovers()
    await machine.run(900)
    await refresh(machine, entry)
    assert issues(hass) == {}


async def test_a_repair_of_an_alarm_that_was_ignored_stays_so_over_reloads_and_restarts(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    cloud: EnlightenSimulator,
    entry: MockConfigEntry,
) -> None:
    system = cloud.system
    system.begin(Kind.PANEL_DEAD, system.panels[0].serial, since=system.now - 2 * DAY_S)
    await set_up(entry)
    await machine.run(COME_IN_S)
    ((name, issue),) = issues(hass).items()
    ignore(hass, issue)
    await reload(machine, hass, entry)
    assert issues(hass)[name].dismissed_version
    assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))
    restart(hass)
    cloud.fault(EVERYWHERE, Fault.FAIL)
    assert await machine.finish(hass.config_entries.async_setup(entry.entry_id))
    await machine.run(HOUR_S)
    assert issues(hass)[name].dismissed_version
    # Another alarm is another repair.
    cloud.clear_faults()
    system.begin(Kind.METER_SILENT, system.meter_serials[0], since=system.now - 2 * DAY_S)
    await machine.run(6 * HOUR_S)
    found = issues(hass)
    assert len(found) == 2
    assert [bool(each.dismissed_version) for each in found.values()].count(True) == 1
    await machine.finish(hass.config_entries.async_remove(entry.entry_id))
    assert issues(hass) == issues(hass, active=False) == {}


async def test_a_failed_answer_takes_no_repair_of_an_alarm_back(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    cloud: EnlightenSimulator,
    entry: MockConfigEntry,
) -> None:
    system = cloud.system
    system.begin(Kind.PANEL_DEAD, system.panels[0].serial, since=system.now - 2 * DAY_S)
    await set_up(entry)
    await machine.run(COME_IN_S)
    before = issues(hass).keys()
    cloud.fault(EVERYWHERE, Fault.FAIL)
    await machine.run(DAY_S)
    assert issues(hass).keys() == before
    assert len(before) == 1


async def test_a_month_whose_calls_are_used_up_is_a_repair_with_the_day_on_which_they_begin_anew(
    hass: HomeAssistant,
    machine: TimeMachine,
    cloud: EnlightenSimulator,
    entry: MockConfigEntry,
    system: EnlightenSystem,
) -> None:
    assert system.status == "normal"
    cloud.fault(EVERYWHERE, Fault.MONTH_QUOTA)
    await machine.run(5 * HOUR_S)
    ((name, issue),) = issues(hass).items()
    assert name == "quota_used_up_2026-11"
    assert texts(issue)["begins"].startswith("2026-11-30 16:0")
    assert texts(issue)["limit"] == "1000"
    calls = len(asked(cloud))
    await reload(machine, hass, entry)
    assert issues(hass).keys() == {"quota_used_up_2026-11"}
    assert len(asked(cloud)) == calls
    assert shown(hass, "calls_left") == "0"
    assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))
    cloud.clear_faults()
    await machine.run(11 * DAY_S)
    assert await machine.finish(hass.config_entries.async_setup(entry.entry_id))
    await machine.run(HOUR_S)
    assert issues(hass) == {}
    assert len(asked(cloud)) > calls


@pytest.mark.parametrize("cloud", [({}, {})], indirect=True)
async def test_what_answered_before_and_is_refused_now_is_a_repair_and_no_reason_to_sign_in(
    hass: HomeAssistant,
    machine: TimeMachine,
    cloud: EnlightenSimulator,
    entry: MockConfigEntry,
    system: EnlightenSystem,
) -> None:
    cloud.fault(Endpoint.OPEN_ALARMS, Fault.UNAUTHORIZED)
    cloud.fault(Endpoint.ALARMS, Fault.UNAUTHORIZED)
    await machine.run(4 * HOUR_S)
    found = issues(hass)
    assert set(found) == {f"capability_lost_{each.system_id}_open_alarms" for each in cloud.systems}
    issue = found[f"capability_lost_{system.system_id}_open_alarms"]
    assert texts(issue)["lost"] == "alarms"
    assert texts(issue)["system"] == NAMES[0]
    assert sign_ins_asked(hass, entry) == 0
    ignore(hass, issue)
    await reload(machine, hass, entry)
    assert issues(hass).keys() == found.keys()
    assert issues(hass)[f"capability_lost_{system.system_id}_open_alarms"].dismissed_version


async def test_what_the_plan_never_had_is_no_repair(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    cloud: EnlightenSimulator,
    entry: MockConfigEntry,
) -> None:
    for endpoint in (Endpoint.OPEN_EVENTS, Endpoint.EVENTS, Endpoint.EVENT_TYPES):
        cloud.fault(endpoint, Fault.UNAUTHORIZED)
    await set_up(entry)
    await machine.run(HOUR_S)
    assert issues(hass) == {}
    assert sign_ins_asked(hass, entry) == 0
    assert shown(hass, "alarm") == "off"


async def test_a_key_of_another_application_is_a_repair_that_is_there_at_once_after_a_start(
    hass: HomeAssistant,
    machine: TimeMachine,
    cloud: EnlightenSimulator,
    entry: MockConfigEntry,
    system: EnlightenSystem,
) -> None:
    assert system.status == "normal"
    cloud.fault(EVERYWHERE, Fault.MISMATCH)
    await machine.run(4 * HOUR_S)
    assert issues(hass).keys() == {"key_mismatch"}
    assert sign_ins_asked(hass, entry) == 0
    calls = len(asked(cloud))
    assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))
    restart(hass)
    assert issues(hass) == {}
    assert await machine.finish(hass.config_entries.async_setup(entry.entry_id))
    await machine.run(60)
    assert issues(hass).keys() == {"key_mismatch"}
    assert len(asked(cloud)) == calls
    cloud.clear_faults()
    await machine.run(26 * HOUR_S)
    assert issues(hass) == {}


@pytest.mark.parametrize("cloud", [({}, {})], indirect=True)
async def test_a_system_that_is_no_longer_shared_is_a_repair_of_its_own(
    hass: HomeAssistant,
    machine: TimeMachine,
    cloud: EnlightenSimulator,
    entry: MockConfigEntry,
    system: EnlightenSystem,
) -> None:
    other = cloud.systems[1]
    other.api_access = False
    await machine.run(4 * HOUR_S)
    ((name, issue),) = issues(hass).items()
    assert name == f"system_denied_{other.system_id}"
    assert texts(issue)["system"] == NAMES[1]
    assert sign_ins_asked(hass, entry) == 0
    assert shown(hass, "alarm", system.system_id) == "off"
    other.api_access = True
    await machine.run(26 * HOUR_S)
    assert issues(hass) == {}
