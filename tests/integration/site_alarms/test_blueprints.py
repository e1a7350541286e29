"""The blueprints of docs/blueprints, loaded and run by Home Assistant itself."""

from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
import shutil
from typing import Any, Final

from aiohttp import web
from homeassistant.components.automation.helpers import async_get_blueprints
from homeassistant.components.blueprint.models import Blueprint
from homeassistant.core import CoreState, HomeAssistant, ServiceCall
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_mock_service

from custom_components.solar_monitor.logic.contribution import Subject
from tests.integration.glue.toy import SILENCE, Toy
from tests.integration.machine import TimeMachine
from tests.integration.site_alarms.kit import HOUR, Says, Told, problem, start, stop
from tests.integration.states import entity_of

pytestmark = pytest.mark.usefixtures("living")

ROOT: Final = Path(__file__).parents[3]
FILES: Final = sorted((ROOT / "docs" / "blueprints").glob("*.yaml"))
IMPORT: Final = (
    "https://my.home-assistant.io/redirect/blueprint_import/?blueprint_url="
    "https%3A%2F%2Fgithub.com%2Fsolar-monitor%2Fsolar_monitor%2Fblob%2Fmain%2Fdocs%2Fblueprints%2F"
)
PHONE: Final = {
    "action": "notify.phone",
    "data": {"title": "{{ title }}", "message": "{{ message }}"},
}
ALARMS: Final = "event.solar_site_alarms"

type Automate = Callable[[str, dict[str, Any]], Coroutine[Any, Any, None]]


@pytest.fixture(autouse=True)
def blueprints(hass: HomeAssistant, tmp_path: Path) -> None:
    """Put the blueprints where Home Assistant puts those that a user imports."""
    folder = tmp_path / "blueprints" / "automation" / "solar_monitor"
    folder.mkdir(parents=True)
    for path in FILES:
        shutil.copy(path, folder)
    hass.config.config_dir = str(tmp_path)


@pytest.fixture
def phone(hass: HomeAssistant) -> list[ServiceCall]:
    """Give what is sent to a phone."""
    return async_mock_service(hass, "notify", "phone")


@pytest.fixture
async def automate(hass: HomeAssistant) -> AsyncIterator[Automate]:
    """Give what makes an automation of a blueprint; it is turned off at the end."""

    async def make(name: str, inputs: dict[str, Any]) -> None:
        config = {"use_blueprint": {"path": f"solar_monitor/{name}.yaml", "input": inputs}}
        assert await async_setup_component(hass, "automation", {"automation": config})
        await hass.async_block_till_done()
        [state] = hass.states.async_all("automation")
        assert state.state == "on"

    yield make
    await hass.services.async_call("automation", "turn_off", {"entity_id": "all"}, blocking=True)


def sent(phone: list[ServiceCall]) -> list[tuple[str, str]]:
    """Give title and message of all that was sent."""
    return [(call.data["title"], call.data["message"]) for call in phone]


async def loaded(hass: HomeAssistant) -> dict[str, Blueprint]:
    """Let Home Assistant load the blueprints; gives them by the names of their files."""
    found: dict[str, Blueprint] = {}
    for name, each in (await async_get_blueprints(hass).async_get_blueprints()).items():
        assert isinstance(each, Blueprint), each
        found[name.rpartition("/")[2]] = each
    return found


async def test_home_assistant_loads_every_blueprint(hass: HomeAssistant) -> None:
    found = await loaded(hass)
    assert found.keys() == {path.name for path in FILES}
    for name, each in found.items():
        assert each.validate() is None
        assert each.metadata["source_url"].endswith(f"/docs/blueprints/{name}")
        assert all(value.get("name") for value in each.inputs.values())


def test_the_guide_offers_every_blueprint() -> None:
    guide = (ROOT / "docs" / "alarms.md").read_text(encoding="utf-8")
    for path in FILES:
        assert f"(blueprints/{path.name})" in guide
        assert f"({IMPORT}{path.name})" in guide


async def test_the_entities_that_a_blueprint_offers_are_those_of_the_site(
    hass: HomeAssistant, machine: TimeMachine, says: Says
) -> None:
    says.soc, says.subjects = 42.0, {Subject.GRID: False}
    await machine.run(70)
    registry = er.async_get(hass)
    site = {
        (entity.platform, entity.domain, entity.original_device_class)
        for entity in registry.entities.values()
        if entity.unique_id.startswith("site_")
    }
    offered = [
        each
        for found in (await loaded(hass)).values()
        for value in found.inputs.values()
        for each in value["selector"].get("entity", {}).get("filter", ())
    ]
    assert len(offered) == 3
    for each in offered:
        [domain] = each["domain"]
        [device_class] = each.get("device_class", [None])
        assert (each["integration"], domain, device_class) in site


async def test_an_alarm_is_sent_with_what_to_do_and_so_is_its_end(
    machine: TimeMachine, says: Says, phone: list[ServiceCall], automate: Automate
) -> None:
    await automate("alarm", {"alarms": ALARMS, "actions": [PHONE]})
    says.subjects = {Subject.INVERTER: False, Subject.NOTICE: False}
    await machine.run(70)
    says.subjects = {Subject.INVERTER: False, Subject.NOTICE: True}
    await machine.run(170)
    assert phone == []
    says.subjects = {Subject.INVERTER: True, Subject.NOTICE: True}
    await machine.run(200)
    [(title, message)] = sent(phone)
    assert title == "Toy: Inverter has stopped with a fault"
    assert message.startswith("Look the fault up in the manual")
    says.subjects = {Subject.INVERTER: False, Subject.NOTICE: False}
    await machine.run(400)
    assert sent(phone)[1:] == [
        ("Over: Toy: Inverter has stopped with a fault", "It began on 2026-11-20 at 11:04.")
    ]


async def test_alarms_of_one_moment_are_all_sent(
    machine: TimeMachine, says: Says, phone: list[ServiceCall], automate: Automate
) -> None:
    texts = {"title": "{{ alarm.kind }}", "message": "{{ alarm.source }}"}
    inputs = {
        "alarms": ALARMS,
        "severities": ["warning", "critical", "info"],
        "tell_end": False,
        "actions": [PHONE | {"data": texts}],
    }
    await automate("alarm", inputs)
    says.subjects = dict.fromkeys((Subject.METER, Subject.PANELS, Subject.PRODUCTION), False)
    await machine.run(70)
    says.subjects = dict.fromkeys(says.subjects, True)
    await machine.run(200)
    says.subjects = dict.fromkeys(says.subjects, False)
    await machine.run(600)
    assert sorted(sent(phone)) == [("meter", "Toy"), ("panels", "Toy"), ("production", "Toy")]


async def test_an_old_alarm_is_not_sent_again_after_a_restart(
    hass: HomeAssistant,
    machine: TimeMachine,
    says: Says,
    living: MockConfigEntry,
    phone: list[ServiceCall],
    automate: Automate,
) -> None:
    await automate("alarm", {"alarms": ALARMS, "actions": [PHONE]})
    says.subjects = {Subject.GRID: False}
    await machine.run(70)
    says.subjects = {Subject.GRID: True}
    await machine.run(200)
    assert await machine.finish(hass.config_entries.async_reload(living.entry_id))
    await machine.run(200)
    assert [title for title, _ in sent(phone)] == ["Toy: The grid is gone"]


async def test_nor_is_one_that_has_just_been_sent_when_the_site_reloads(
    hass: HomeAssistant,
    machine: TimeMachine,
    says: Says,
    told: Told,
    living: MockConfigEntry,
    phone: list[ServiceCall],
    automate: Automate,
) -> None:
    await automate("alarm", {"alarms": ALARMS, "actions": [PHONE]})
    says.subjects = {Subject.GRID: False}
    await machine.run(70)
    says.subjects = {Subject.GRID: True}
    while not told.short:
        await machine.run(1)
    assert await machine.finish(hass.config_entries.async_reload(living.entry_id))
    await machine.run(100)
    assert [title for title, _ in sent(phone)] == ["Toy: The grid is gone"]


async def test_an_alarm_of_the_first_look_after_a_reload_is_sent(
    hass: HomeAssistant,
    machine: TimeMachine,
    says: Says,
    living: MockConfigEntry,
    phone: list[ServiceCall],
    automate: Automate,
) -> None:
    await automate("alarm", {"alarms": ALARMS, "actions": [PHONE]})
    says.subjects = {Subject.INVERTER: False, Subject.GRID: False}
    await machine.run(70)
    says.subjects = {Subject.INVERTER: True, Subject.GRID: False}
    await machine.run(100)
    assert await machine.finish(hass.config_entries.async_unload(living.entry_id))
    says.subjects = {Subject.INVERTER: True, Subject.GRID: True}
    await machine.run(HOUR)
    assert await machine.finish(hass.config_entries.async_setup(living.entry_id))
    await machine.run(100)
    titles = ["Toy: Inverter has stopped with a fault", "Toy: The grid is gone"]
    assert [title for title, _ in sent(phone)] == titles


async def test_what_is_told_before_home_assistant_has_started_is_sent_once_it_has(
    hass: HomeAssistant,
    machine: TimeMachine,
    says: Says,
    living: MockConfigEntry,
    toy_config: MockConfigEntry,
    phone: list[ServiceCall],
    automate: Automate,
) -> None:
    says.subjects = {Subject.GRID: False}
    await machine.run(70)
    await stop(hass, machine, living, toy_config)
    hass.set_state(CoreState.not_running)
    await automate("alarm", {"alarms": ALARMS, "actions": [PHONE]})
    says.subjects = {Subject.GRID: True}
    await start(hass, machine, living, toy_config)
    await machine.run(100)
    assert problem(hass, "grid_lost").state == "on"
    assert sent(phone) == []
    await machine.finish(hass.async_start())
    await machine.run(100)
    assert [title for title, _ in sent(phone)] == ["Toy: The grid is gone"]
    says.subjects = {Subject.GRID: False}
    await machine.run(400)
    titles = ["Toy: The grid is gone", "Over: Toy: The grid is gone"]
    assert [title for title, _ in sent(phone)] == titles


async def test_an_alarm_is_shown_in_home_assistant_unless_something_else_is_chosen(
    hass: HomeAssistant, machine: TimeMachine, says: Says, automate: Automate
) -> None:
    shown = async_mock_service(hass, "persistent_notification", "create")
    await automate("alarm", {"alarms": ALARMS})
    says.subjects = {Subject.GRID: False}
    await machine.run(70)
    says.subjects = {Subject.GRID: True}
    await machine.run(200)
    assert [title for title, _ in sent(shown)] == ["Toy: The grid is gone"]


def evening(hass: HomeAssistant) -> dict[str, Any]:
    """Ask for 50 % half an hour after the begin of the test."""
    battery = entity_of(hass, "site_battery_soc")
    return {"battery": battery, "at": "11:30:00", "actions": [PHONE]}


async def test_a_battery_that_is_low_at_the_time_of_day_is_sent(
    hass: HomeAssistant,
    machine: TimeMachine,
    says: Says,
    phone: list[ServiceCall],
    automate: Automate,
) -> None:
    says.soc = 42.0
    await machine.run(70)
    await automate("battery_low", evening(hass))
    await machine.run(HOUR)
    [(title, message)] = sent(phone)
    assert title == "The battery is low: 42 %"
    assert message.startswith("You wanted to have 50 % by now.")


async def test_a_battery_that_has_the_charge_by_then_is_not(
    hass: HomeAssistant,
    machine: TimeMachine,
    says: Says,
    phone: list[ServiceCall],
    automate: Automate,
) -> None:
    says.soc = 42.0
    await machine.run(70)
    await automate("battery_low", evening(hass))
    says.soc = 50.0
    await machine.run(HOUR)
    assert phone == []


async def test_nor_is_one_whose_charge_is_not_known(
    hass: HomeAssistant,
    machine: TimeMachine,
    says: Says,
    toy: Toy,
    phone: list[ServiceCall],
    automate: Automate,
) -> None:
    says.soc = 42.0
    await machine.run(70)
    await automate("battery_low", evening(hass))
    toy.error = toy.panels_error = SILENCE
    await machine.run(HOUR)
    assert phone == []


@pytest.fixture
async def heard() -> AsyncIterator[tuple[str, list[str]]]:
    """Give the address of a service that waits for a heartbeat, and what it has heard."""
    pings: list[str] = []

    async def ping(request: web.Request) -> web.Response:
        pings.append(request.path)
        return web.Response(text="OK")

    application = web.Application()
    application.router.add_get("/{name}", ping)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    server = web.TCPSite(runner, "127.0.0.1", 0)
    await server.start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}/site", pings
    await runner.cleanup()


async def test_the_heart_beats_as_long_as_all_is_well(
    hass: HomeAssistant,
    machine: TimeMachine,
    says: Says,
    toy: Toy,
    heard: tuple[str, list[str]],
    automate: Automate,
    tmp_path: Path,
) -> None:
    address, pings = heard
    downloads = MockConfigEntry(domain="downloader", data={"download_dir": str(tmp_path)})
    downloads.add_to_hass(hass)
    assert await machine.finish(hass.config_entries.async_setup(downloads.entry_id))
    says.production_w, says.subjects = 500.0, {Subject.CONNECTION: False}
    await machine.run(70)
    problems = [problem(hass, key).entity_id for key in ("unreachable", "data_stale")]
    await automate("heartbeat", {"url": address, "problems": problems})
    await machine.run(HOUR)
    assert pings == ["/site"] * 12
    says.subjects = {Subject.CONNECTION: True}
    await machine.run(600)
    assert problem(hass, "unreachable").state == "on"
    pings.clear()
    await machine.run(HOUR)
    assert pings == []
    says.subjects, says.asleep = {Subject.CONNECTION: None}, True
    await machine.run(HOUR)
    assert problem(hass, "unreachable").state == "on"
    assert pings == []
    says.subjects, says.asleep = {Subject.CONNECTION: False}, False
    await machine.run(600)
    pings.clear()
    says.subjects, says.asleep = {Subject.CONNECTION: None}, True
    await machine.run(HOUR)
    assert problem(hass, "unreachable").state == "off"
    assert pings == ["/site"] * 12
    pings.clear()
    toy.error = toy.panels_error = SILENCE
    await machine.run(600)
    pings.clear()
    await machine.run(HOUR)
    assert problem(hass, "unreachable").state == "unavailable"
    assert pings == []
    toy.error = toy.panels_error = None
    says.subjects = {Subject.CONNECTION: False}
    await machine.run(900)
    assert len(pings) >= 2
    assert (tmp_path / "solar_monitor_heartbeat").read_text(encoding="utf-8") == "OK"
