"""The entities of load shedding: when they exist, what they say, what they take."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.translation import async_get_translations
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.const import DOMAIN
from custom_components.solar_monitor.logic.shedding import Reason
from custom_components.solar_monitor.site import SPEC
from custom_components.solar_monitor.site.shedder_words import Words
from tests.integration.conftest import SetUp
from tests.integration.glue.toy import Toy, toy_entry
from tests.integration.machine import TimeMachine
from tests.integration.site.kit import site_entry_with, source_of
from tests.integration.site_shedding.kit import (
    MINUTE,
    POOL,
    Battery,
    Shedding,
    site_with_loads,
    states_of,
)
from tests.integration.site_shedding.loads import Plug
from tests.integration.states import state_with

ENTITIES = {
    "site_load_shedding": "switch.solar_site_load_shedding",
    "site_shed_below": "number.solar_site_shed_below",
    "site_restore_above": "number.solar_site_restore_above",
    "site_load_shedding_status": "sensor.solar_site_load_shedding_status",
    "site_load_shedding_reason": "sensor.solar_site_load_shedding_reason",
    "site_loads_shed": "sensor.solar_site_loads_shed",
    "site_load_shedding_active": "binary_sensor.solar_site_load_shedding_active",
    "site_load_shedding_events": "event.solar_site_load_shedding_events",
}


def ours(hass: HomeAssistant) -> dict[str, str]:
    """Give the entities of load shedding by unique id."""
    return {
        entry.unique_id: entry.entity_id
        for entry in er.async_get(hass).entities.values()
        if entry.platform == DOMAIN and entry.unique_id in ENTITIES
    }


@pytest.mark.usefixtures("armed")
def test_a_site_with_a_battery_has_them(hass: HomeAssistant) -> None:
    assert ours(hass) == ENTITIES


@pytest.mark.parametrize(("options", "there"), [({}, False), ({"loads": [POOL]}, True)])
async def test_a_site_without_a_battery_has_them_only_if_loads_were_chosen(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    toy: Toy,
    battery: Battery,
    options: dict[str, Any],
    *,
    there: bool,
) -> None:
    assert toy.reads == []
    battery.soc = None
    await set_up(toy_entry())
    await set_up(site_entry_with({"shedding": options}))
    await machine.run(2 * MINUTE)
    assert ours(hass) == (ENTITIES if there else {})


async def test_they_come_with_the_first_charge_and_go_with_the_battery(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, toy: Toy, battery: Battery
) -> None:
    assert toy.reads == []
    battery.soc = None
    await set_up(toy_entry())
    await set_up(site_entry_with())
    await machine.run(MINUTE)
    assert ours(hass) == {}
    battery.soc = 50.0
    await machine.run(MINUTE)
    assert ours(hass) == ENTITIES


async def test_it_is_off_after_installation_and_nothing_is_done(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    toy: Toy,
    battery: Battery,
    shedding: Shedding,
    plugs: tuple[Plug, ...],
) -> None:
    assert toy.reads == []
    await set_up(toy_entry())
    await set_up(site_with_loads(*(plug.entity_id for plug in plugs)))
    battery.empties(5)
    await machine.run(30 * MINUTE)
    assert shedding.shown("load_shedding") == "off"
    assert shedding.status == ("disarmed", "disarmed")
    assert shedding.shown("load_shedding_active") == "off"
    assert states_of(hass, [POOL]) == ["on"]
    assert shedding.short == []


@pytest.mark.usefixtures("armed")
async def test_a_changed_level_counts_at_once_and_nothing_is_reloaded(
    hass: HomeAssistant, machine: TimeMachine, battery: Battery, shedding: Shedding
) -> None:
    battery.empties(55)
    await machine.run(10 * MINUTE)
    assert states_of(hass, [POOL]) == ["on"]
    written: list[str] = []
    hass.bus.async_listen("state_changed", lambda event: written.append(event.data["entity_id"]))
    await machine.finish(shedding.set_level("restore_above", 70))
    await machine.finish(shedding.set_level("shed_below", 60))
    await machine.run(5)
    assert states_of(hass, [POOL]) == ["off"]
    assert shedding.shown("shed_below") == "60"
    assert ENTITIES["site_load_shedding"] not in written


@pytest.mark.usefixtures("armed")
@pytest.mark.parametrize(
    ("key", "value", "error", "says"),
    [
        ("shed_below", 46, "shed_below_too_high", "45 % or less here, or first set Restore above"),
        (
            "restore_above",
            44,
            "restore_above_too_low",
            "45 % or more here, or first set Shed below",
        ),
    ],
)
async def test_levels_that_come_too_close_are_refused_with_what_to_do(
    shedding: Shedding, key: str, value: float, error: str, says: str
) -> None:
    with pytest.raises(ServiceValidationError) as caught:
        await shedding.set_level(key, value)
    assert caught.value.translation_key == error
    assert says in str(caught.value)
    assert shedding.shown("shed_below") == "40"
    assert shedding.shown("restore_above") == "50"


@pytest.mark.usefixtures("armed")
async def test_no_level_goes_below_the_critical_charge(
    machine: TimeMachine, shedding: Shedding
) -> None:
    for level in (1, 8, 15, 15.5):
        with pytest.raises(ServiceValidationError) as caught:
            await shedding.set_level("shed_below", level)
        assert caught.value.translation_key == "shed_below_too_low"
        assert "16 % or more here, or first lower the critical charge" in str(caught.value)
    assert shedding.shown("shed_below") == "40"
    await machine.finish(shedding.set_level("shed_below", 16))
    await machine.finish(shedding.set_level("restore_above", 21))
    assert (shedding.shown("shed_below"), shedding.shown("restore_above")) == ("16", "21")


async def test_levels_that_the_options_have_overtaken_show_what_counts(
    hass: HomeAssistant, machine: TimeMachine, shedding: Shedding, armed: MockConfigEntry
) -> None:
    await machine.finish(shedding.set_level("shed_below", 20))
    await machine.finish(shedding.set_level("restore_above", 25))
    assert await machine.finish(hass.config_entries.async_unload(armed.entry_id))
    options = {"shedding": {**armed.options["shedding"], "critical": 30}}
    hass.config_entries.async_update_entry(armed, options=options)
    assert await machine.finish(hass.config_entries.async_setup(armed.entry_id))
    await machine.run(MINUTE)
    assert (shedding.shown("shed_below"), shedding.shown("restore_above")) == ("31", "36")


@pytest.mark.usefixtures("armed")
@pytest.mark.parametrize(("key", "value"), [("shed_below", 45), ("restore_above", 45)])
async def test_five_points_are_enough(
    machine: TimeMachine, shedding: Shedding, key: str, value: float
) -> None:
    await machine.finish(shedding.set_level(key, value))
    assert shedding.shown(key) == str(value)


@pytest.mark.usefixtures("armed")
async def test_the_reason_is_told_in_words(
    machine: TimeMachine, battery: Battery, shedding: Shedding
) -> None:
    assert shedding.about["reason"] == "The battery is above all levels."
    battery.empties(38)
    await machine.run(10 * MINUTE)
    assert "gives more than the sun brings" in shedding.about["reason"]
    [told] = shedding.told
    assert told.name == "pool"
    assert told.text == shedding.about["reason"]


@pytest.mark.usefixtures("armed")
async def test_powers_that_are_missing_are_called_as_their_entities(hass: HomeAssistant) -> None:
    words = Words(hass, {}, {})
    assert words.powers({"pv_power": ("a", "b")}) == "Solar power (a, b)"
    assert words.powers({}) == "Battery power, Solar power"


async def test_every_reason_has_a_sentence(hass: HomeAssistant) -> None:
    texts = await async_get_translations(hass, "en", "entity", {DOMAIN})
    where = f"component.{DOMAIN}.entity.event.site_load_shedding_events.state_attributes.reason"
    for reason in Reason:
        assert texts[f"{where}.state.{reason}"].endswith(".")


async def test_diagnostics_tell_how_it_is_without_names(
    machine: TimeMachine, battery: Battery, armed: MockConfigEntry
) -> None:
    battery.empties(38)
    await machine.run(10 * MINUTE)
    shown = SPEC.diagnostics(source_of(armed))["load_shedding"]
    on, off = {"on": True, "held": False}, {"on": False, "held": True}
    assert shown == {
        "armed": True,
        "shed_below": 40.0,
        "restore_above": 50.0,
        "status": "shed",
        "reason": "soc",
        "grid": "present",
        "loads": [each | {"listed": True} for each in (off, on, on)],
        "failed": 0,
        "released": 0,
        "missing": 0,
    }


@pytest.mark.usefixtures("armed")
async def test_a_quiet_hour_writes_no_states_of_load_shedding(
    hass: HomeAssistant, machine: TimeMachine
) -> None:
    written: list[str] = []
    hass.bus.async_listen("state_changed", lambda event: written.append(event.data["entity_id"]))
    await machine.run(60 * MINUTE)
    assert written
    assert not set(written) & set(ENTITIES.values())


@pytest.mark.usefixtures("armed")
async def test_who_is_shed_is_not_written_into_the_database_with_every_word(
    hass: HomeAssistant,
) -> None:
    state = state_with(hass, "site_loads_shed")
    info = state.state_info
    assert info is not None
    assert {"reason", "entities", "failed", "released"} <= info["unrecorded_attributes"]
    assert "loads" not in info["unrecorded_attributes"]
