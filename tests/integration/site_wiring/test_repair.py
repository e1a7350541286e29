"""The Energy dashboard comes to use the site: when that is proposed, and what is written."""

import json
from string import Formatter
from typing import Any, Final

from homeassistant.components.recorder import statistics
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from sqlalchemy.exc import OperationalError

from custom_components.solar_monitor.logic.energy_dashboard import Choice, Kind
from tests.checks.repository import TRANSLATIONS, leaves, load_json
from tests.integration.site.kit import GATEWAY, INVERTER, SHAPE, House, Topology
from tests.integration.site_wiring.kit import Desk, options, proposal
from tests.simulators.faults import Fault

CAPACITY_KWH: Final = 15.36
"""300 Ah of lithium."""
HOUR_S: Final = 3_600
ONLY_PANELS: Final = Topology(fittings=SHAPE.fittings)


async def test_an_empty_dashboard_uses_the_whole_site_once_that_is_confirmed(desk: Desk) -> None:
    await desk.wait_for_statistics()
    issue = desk.repair()
    assert issue is not None
    assert issue.is_fixable
    step = await desk.open_repair()
    assert proposal(step) == dict.fromkeys(["solar", "grid", "battery"], "add")
    assert list(options(step).values()) == 3 * [["add", "leave"]]
    assert (await desk.command("energy/get_prefs"))["error"]["code"] == "not_found"
    assert (await desk.submit(step))["type"] == "create_entry"
    assert await desk.stored() == [desk.solar(), desk.grid(), desk.battery(CAPACITY_KWH)]
    assert await desk.complaints() == {}
    assert desk.repair() is None


async def test_a_dashboard_that_uses_the_site_is_left_in_peace(desk: Desk) -> None:
    await desk.wait_for_statistics()
    await desk.submit(await desk.open_repair())
    stored = json.dumps(await desk.stored())
    await desk.machine.run(HOUR_S / 6)
    assert desk.repair() is None
    await desk.reload()
    await desk.machine.run(HOUR_S / 6)
    assert desk.repair() is None
    assert json.dumps(await desk.stored()) == stored


async def test_a_second_run_changes_nothing(desk: Desk) -> None:
    await desk.wait_for_statistics()
    first, second = await desk.open_repair(), await desk.open_repair()
    await desk.submit(first)
    stored = json.dumps(await desk.stored())
    assert (await desk.submit(second))["type"] == "create_entry"
    assert json.dumps(await desk.stored()) == stored


async def test_nothing_is_said_before_there_are_statistics(desk: Desk) -> None:
    assert desk.house.number("pv_energy_total") >= 0
    await desk.machine.run(120)
    assert desk.repair() is None
    await desk.wait_for_statistics()
    assert desk.repair() is not None


@pytest.mark.parametrize("error", [OperationalError("", None, Exception("locked")), RuntimeError()])
async def test_a_database_that_does_not_answer_is_told_once_and_asked_again(
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    def locked(*_given: object, **_more: object) -> None:
        raise error

    caplog.set_level("INFO", "custom_components.solar_monitor.site.energy_wiring")
    with monkeypatch.context() as patch:
        patch.setattr(statistics, "get_metadata", locked)
        await desk.wait_for_statistics()
        assert desk.repair() is None
    told = [each for each in caplog.messages if "cannot be read now" in each]
    assert len(told) == 1
    assert "Task exception" not in caplog.text
    await desk.machine.run(120)
    assert proposal(await desk.open_repair()).keys() == {"solar", "grid", "battery"}


async def test_every_text_is_there_and_nothing_in_it_is_left_open(desk: Desk) -> None:
    await desk.wait_for_statistics()
    texts = load_json(TRANSLATIONS / "en.json")
    repair = texts["issues"]["energy_dashboard"]
    shown = (await desk.open_repair())["description_placeholders"]
    assert "" not in shown.values()
    for _, text in leaves(repair):
        assert {name for _, name, _, _ in Formatter().parse(str(text)) if name} <= shown.keys()
    form = repair["fix_flow"]["step"]["confirm"]
    assert form["data"].keys() == form["data_description"].keys() == {*Kind}
    assert texts["selector"]["energy_choice"]["options"].keys() == {*Choice}
    assert shown["solar_stat_energy_from"] == "Solar site Solar production total"
    assert shown["battery_capacity"] == "15.36 kWh"


@pytest.mark.parametrize("house", [ONLY_PANELS], indirect=True)
async def test_a_site_without_a_battery_proposes_none(desk: Desk) -> None:
    await desk.wait_for_statistics()
    step = await desk.open_repair()
    assert proposal(step) == {"solar": "add", "grid": "add"}
    await desk.submit(step)
    assert await desk.stored() == [desk.solar(), desk.grid()]
    assert await desk.complaints() == {}
    assert desk.repair() is None


async def test_what_the_user_ignores_is_not_raised_again(desk: Desk) -> None:
    await desk.wait_for_statistics()
    issue = desk.repair()
    assert issue is not None
    ignored = await desk.command(
        "repairs/ignore_issue", domain=issue.domain, issue_id=issue.issue_id, ignore=True
    )
    assert ignored["success"]
    await desk.reload()
    await desk.machine.run(HOUR_S / 6)
    issue = desk.repair()
    assert issue is not None
    assert issue.dismissed_version is not None


async def test_disabled_entities_are_not_proposed(hass: HomeAssistant, desk: Desk) -> None:
    gone = ("pv_power", "battery_charge_energy_total", "grid_export_energy_total")
    for key in gone:
        er.async_get(hass).async_update_entity(
            desk.of_site(key), disabled_by=er.RegistryEntryDisabler.USER
        )
    await desk.wait_for_statistics()
    step = await desk.open_repair()
    assert proposal(step).keys() == {"solar", "grid"}
    await desk.submit(step)
    solar, grid = desk.solar(), desk.grid()
    del solar["stat_rate"]
    assert await desk.stored() == [solar, grid | {"stat_energy_to": None}]
    assert await desk.complaints() == {}


NO_POWER: Final[dict[str, Any]] = {"include": {"entity_globs": ["sensor.*total*"]}}


@pytest.mark.parametrize("recorder_config", [NO_POWER], indirect=True)
async def test_what_is_not_recorded_is_not_proposed(desk: Desk) -> None:
    await desk.wait_for_statistics()
    await desk.submit(await desk.open_repair())
    wanted = [desk.solar(), desk.grid(), desk.battery(CAPACITY_KWH)]
    for source in wanted:
        source.pop("stat_rate")
        source.pop("stat_soc", None)
    assert await desk.stored() == wanted
    assert await desk.complaints() == {}


NOTHING_OF_OURS: Final[dict[str, Any]] = {"exclude": {"entity_globs": ["sensor.solar_site*"]}}


@pytest.mark.parametrize("recorder_config", [NOTHING_OF_OURS], indirect=True)
async def test_a_site_that_nobody_records_proposes_nothing(desk: Desk) -> None:
    await desk.wait_for_statistics()
    await desk.machine.run(2 * HOUR_S)
    assert desk.repair() is None


async def test_a_counter_that_never_shows_a_number_is_not_waited_for_for_ever(
    hass: HomeAssistant, desk: Desk
) -> None:
    # As an entity that a template or a user holds without a state: it never gets statistics.
    entity_id = desk.of_site("battery_soc")
    er.async_get(hass).async_update_entity(entity_id, new_entity_id="sensor.site_total_charge")
    hass.states.async_remove(entity_id)
    await hass.async_block_till_done()
    await desk.wait_for_statistics()
    await desk.machine.run(HOUR_S)
    assert desk.repair() is not None


async def test_without_an_energy_dashboard_nothing_is_said(
    hass: HomeAssistant, house: House, quiet: Desk
) -> None:
    assert "energy" not in hass.config.components
    await quiet.wait_for_statistics()
    await quiet.machine.run(2 * HOUR_S)
    assert quiet.repair() is None
    assert house.number("pv_energy_total") >= 0


@pytest.fixture
def silent(house: House) -> None:
    """Let the inverter not answer."""
    house.loggers[0].fault = Fault.SILENCE


@pytest.mark.usefixtures("silent")
async def test_a_part_that_is_not_heard_yet_is_waited_for(desk: Desk) -> None:
    await desk.wait_for_statistics()
    assert desk.repair() is None
    desk.house.loggers[0].fault = Fault.NONE
    await desk.wait_for_statistics()
    assert proposal(await desk.open_repair()).keys() == {"solar", "grid", "battery"}


async def test_a_site_without_a_source_wants_nothing(desk: Desk) -> None:
    await desk.wait_for_statistics()
    assert desk.repair() is not None
    await desk.set_options({"excluded": [INVERTER, GATEWAY]})
    await desk.machine.run(60)
    assert desk.repair() is None


async def test_a_damaged_memory_is_as_if_nothing_had_been_decided(
    desk: Desk, hass_storage: dict[str, Any]
) -> None:
    await desk.wait_for_statistics()
    await desk.submit(await desk.open_repair(), solar="leave", grid="leave", battery="leave")
    entry_id = desk.house.site_entry.entry_id
    assert await desk.machine.finish(desk.hass.config_entries.async_unload(entry_id))
    stored = hass_storage[f"solar_monitor.{entry_id}"]["data"]["energy_wiring"]
    assert stored == {"left": {"solar": [], "grid": [], "battery": []}, "seen": {}}
    stored["left"] = {"solar": 7, "heat": [], "grid": []}
    stored["seen"] = {"sensor.a": 7}
    assert await desk.machine.finish(desk.hass.config_entries.async_setup(entry_id))
    await desk.machine.run(120)
    assert desk.repair() is not None
