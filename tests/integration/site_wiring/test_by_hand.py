"""Where the Energy dashboard is not as we know it: nothing is written, the list is shown."""

from collections.abc import Callable
import json
from typing import Any, cast

from homeassistant.components.energy import data
from homeassistant.components.energy.data import EnergyManager, async_get_manager
from homeassistant.helpers import issue_registry as ir
import pytest
import voluptuous as vol

from tests.integration.site_wiring.kit import Desk, proposal

type Break = Callable[[pytest.MonkeyPatch], None]


def refuse(_value: object) -> None:
    """Take nothing, as a schema that has changed."""
    raise vol.Invalid("not as before")


BROKEN: dict[str, Break] = {
    "it writes in another way": lambda patch: patch.delattr(EnergyManager, "async_update"),
    "it takes something else": lambda patch: patch.setattr(
        EnergyManager, "async_update", lambda _self: None
    ),
    "its schema refuses": lambda patch: patch.setattr(data, "ENERGY_SOURCE_SCHEMA", refuse),
    "its schema is gone": lambda patch: patch.delattr(data, "ENERGY_SOURCE_SCHEMA"),
    "its schema gives something else": lambda patch: patch.setattr(
        data, "ENERGY_SOURCE_SCHEMA", lambda _value: ()
    ),
}


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Home Assistant have moved the way to the manager."""
    monkeypatch.delattr(data, "async_get_manager")


@pytest.mark.parametrize("way", BROKEN)
async def test_what_cannot_be_written_is_shown_to_be_picked_by_hand(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    await desk.wait_for_statistics()
    BROKEN[way](monkeypatch)
    done = await desk.submit(await desk.open_repair())
    assert (done["type"], done["reason"]) == ("abort", "by_hand")
    shown = done["description_placeholders"]
    for source in (desk.solar(), desk.grid(), desk.battery(0)):
        for field, given in source.items():
            if isinstance(given, str) and field.startswith("stat_"):
                assert f"(`{given}`)" in shown[f"{source['type']}_{field}"]
    assert (await desk.command("energy/get_prefs"))["error"]["code"] == "not_found"
    await desk.machine.run(60)
    assert desk.repair() is not None


@pytest.mark.parametrize("preferences", [{"sources": []}, {"energy_sources": "none"}, 7])
async def test_preferences_that_take_another_form_are_no_reason_to_nag_or_to_write(
    desk: Desk, preferences: object
) -> None:
    await desk.wait_for_statistics()
    step = await desk.open_repair()
    manager = await async_get_manager(desk.hass)
    manager.data = cast("Any", preferences)
    done = await desk.submit(step)
    assert (done["type"], done["reason"]) == ("abort", "by_hand")
    await desk.machine.run(60)
    assert desk.repair() is None
    assert manager.data == preferences
    assert desk.house.number("pv_energy_total") >= 0


@pytest.mark.usefixtures("elsewhere")
async def test_a_manager_that_is_elsewhere_is_no_reason_to_nag(desk: Desk) -> None:
    await desk.wait_for_statistics()
    assert desk.repair() is None
    assert desk.house.number("pv_energy_total") >= 0


async def test_a_foreign_source_that_the_schema_refuses_is_not_lost(desk: Desk) -> None:
    await desk.save({"type": "gas", "stat_energy_from": "sensor.gas"})
    manager = await async_get_manager(desk.hass)
    assert manager.data is not None
    stored: list[Any] = manager.data["energy_sources"]
    stored.append({"type": "heat", "stat_energy_from": "sensor.heat"})
    before = json.dumps(stored)
    await desk.wait_for_statistics()
    done = await desk.submit(await desk.open_repair())
    assert done["reason"] == "by_hand"
    assert json.dumps(await desk.stored()) == before


async def test_a_dashboard_that_changes_while_the_form_is_open_is_shown_again(desk: Desk) -> None:
    await desk.wait_for_statistics()
    step = await desk.open_repair()
    meter = {"type": "grid", "stat_energy_from": "utility:import", "cost_adjustment_day": 0}
    await desk.save(meter)
    before = json.dumps(await desk.stored())
    again = await desk.submit(step)
    assert again["errors"] == {"base": "dashboard_changed"}
    assert proposal(again) == {"solar": "add", "grid": "leave", "battery": "add"}
    assert json.dumps(await desk.stored()) == before
    assert (await desk.submit(again))["type"] == "create_entry"
    assert [each["type"] for each in await desk.stored()] == ["grid", "solar", "battery"]


async def test_a_site_that_is_not_loaded_writes_nothing(desk: Desk) -> None:
    await desk.wait_for_statistics()
    step = await desk.open_repair()
    entry_id = desk.house.site_entry.entry_id
    assert await desk.machine.finish(desk.hass.config_entries.async_unload(entry_id))
    done = await desk.submit(step)
    assert (done["type"], done["reason"]) == ("abort", "not_loaded")
    assert (await desk.command("energy/get_prefs"))["error"]["code"] == "not_found"
    assert ir.async_get(desk.hass).issues
