"""Everything that can be turned off: each domain in its own way, and back to what it did."""

from collections.abc import Callable

from homeassistant.components.climate import ClimateEntityFeature as Climate, HVACMode
from homeassistant.components.water_heater import WaterHeaterEntityFeature as Heater
from homeassistant.core import Context, HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.conftest import SetUp
from tests.integration.glue.toy import Toy, toy_entry
from tests.integration.machine import TimeMachine
from tests.integration.site_shedding.kit import (
    MINUTE,
    Battery,
    Shedding,
    repairs,
    site_with_loads,
    states_of,
)
from tests.integration.site_shedding.loads import (
    Boiler,
    Lamp,
    Load,
    Plug,
    Room,
    Ventilator,
    plug_in,
)

NO_OFF = (HVACMode.HEAT, HVACMode.COOL)

CASES: dict[str, tuple[str, Callable[[], Load], list[str], list[str]]] = {
    "switch": ("switch", lambda: Plug("load"), ["off", "on"], ["on", "off", "on"]),
    "light": ("light", lambda: Lamp("load"), ["off", "on"], ["on", "off", "on"]),
    "fan": ("fan", lambda: Ventilator("load"), ["off", "on"], ["on", "off", "on"]),
    "climate that turns": (
        "climate",
        lambda: Room("load", Climate.TURN_OFF | Climate.TURN_ON),
        ["off", "mode cool"],
        ["cool", "off", "cool"],
    ),
    "climate that has a mode for it": (
        "climate",
        lambda: Room("load", Climate(0)),
        ["mode off", "mode cool"],
        ["cool", "off", "cool"],
    ),
    "water heater that turns": (
        "water_heater",
        lambda: Boiler("load", Heater.ON_OFF),
        ["off", "on"],
        ["eco", "off", "electric"],
    ),
    "water heater that turns and has modes": (
        "water_heater",
        lambda: Boiler("load", Heater.ON_OFF | Heater.OPERATION_MODE, ("eco", "electric")),
        ["off", "on", "mode eco"],
        ["eco", "off", "eco"],
    ),
    "water heater that has a mode for it": (
        "water_heater",
        lambda: Boiler("load", Heater.OPERATION_MODE),
        ["mode off", "mode eco"],
        ["eco", "off", "eco"],
    ),
}


async def ready(
    machine: TimeMachine, set_up: SetUp, shedding: Shedding, load: str
) -> MockConfigEntry:
    """Set a site up that sheds one load, armed and with enough readings."""
    site = site_with_loads(load)
    await set_up(toy_entry())
    await set_up(site)
    await machine.finish(shedding.arm())
    await machine.run(16 * MINUTE)
    return site


@pytest.mark.usefixtures("toy")
@pytest.mark.parametrize("case", CASES)
async def test_a_load_is_turned_off_and_brought_back_to_what_it_did(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    battery: Battery,
    shedding: Shedding,
    case: str,
) -> None:
    domain, make, asked, states = CASES[case]
    load = make()
    await plug_in(hass, domain, load)
    await ready(machine, set_up, shedding, load.entity_id)
    seen = states_of(hass, [load.entity_id])
    battery.empties(38)
    await machine.run(10 * MINUTE)
    seen += states_of(hass, [load.entity_id])
    battery.recovers(90)
    await machine.run(12 * MINUTE)
    seen += states_of(hass, [load.entity_id])
    assert load.asked == asked
    assert seen == states
    assert [each.what for each in shedding.told] == ["shed", "restored"]


@pytest.mark.usefixtures("toy")
async def test_a_helper_is_turned_as_well(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    battery: Battery,
    shedding: Shedding,
) -> None:
    config = {"input_boolean": {"pump": {"initial": True}}}
    assert await async_setup_component(hass, "input_boolean", config)
    await ready(machine, set_up, shedding, "input_boolean.pump")
    battery.empties(38)
    await machine.run(10 * MINUTE)
    assert states_of(hass, ["input_boolean.pump"]) == ["off"]
    battery.recovers(90)
    await machine.run(12 * MINUTE)
    assert states_of(hass, ["input_boolean.pump"]) == ["on"]


@pytest.mark.usefixtures("toy")
@pytest.mark.parametrize(
    ("domain", "make"),
    [
        ("climate", lambda: Room("load", Climate(0), NO_OFF)),
        ("water_heater", lambda: Boiler("load", Heater.OPERATION_MODE, ("eco",))),
        ("water_heater", lambda: Boiler("load", Heater.TARGET_TEMPERATURE)),
    ],
)
async def test_what_cannot_be_turned_off_is_told_of(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    battery: Battery,
    shedding: Shedding,
    domain: str,
    make: Callable[[], Load],
) -> None:
    load = make()
    await plug_in(hass, domain, load)
    await ready(machine, set_up, shedding, load.entity_id)
    battery.empties(38)
    await machine.run(10 * MINUTE)
    assert load.asked == []
    assert shedding.short == [("failed", load.entity_id, "turn_off_failed")]
    assert "site_load_failed" in repairs(hass)


@pytest.mark.usefixtures("toy")
async def test_a_mode_is_remembered_over_a_restart(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    battery: Battery,
    shedding: Shedding,
) -> None:
    room = Room("load", Climate(0))
    await plug_in(hass, "climate", room)
    site = await ready(machine, set_up, shedding, room.entity_id)
    battery.empties(38)
    await machine.run(10 * MINUTE)
    assert states_of(hass, [room.entity_id]) == ["off"]
    assert await machine.finish(hass.config_entries.async_reload(site.entry_id))
    battery.recovers(90)
    await machine.run(15 * MINUTE)
    assert states_of(hass, [room.entity_id]) == ["cool"]


@pytest.mark.usefixtures("toy")
async def test_a_mode_that_is_gone_meanwhile_leaves_the_choice_to_the_device(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    battery: Battery,
    shedding: Shedding,
) -> None:
    room = Room("load", Climate.TURN_OFF | Climate.TURN_ON)
    await plug_in(hass, "climate", room)
    await ready(machine, set_up, shedding, room.entity_id)
    battery.empties(38)
    await machine.run(10 * MINUTE)
    room.have_modes(HVACMode.OFF, HVACMode.HEAT)
    battery.recovers(90)
    await machine.run(12 * MINUTE)
    assert states_of(hass, [room.entity_id]) == ["heat"]


@pytest.mark.usefixtures("toy")
@pytest.mark.parametrize(
    ("call", "stays"),
    [
        (("turn_off", {"entity_id": "all"}), True),
        (("turn_off", {}), True),
        (("set_hvac_mode", {"hvac_mode": "off"}), True),
        (("set_temperature", {"temperature": 20}), False),
    ],
)
async def test_a_climate_device_that_somebody_turns_off_once_more_stays_off(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    battery: Battery,
    shedding: Shedding,
    call: tuple[str, dict[str, object]],
    *,
    stays: bool,
) -> None:
    room = Room("load", Climate.TURN_OFF | Climate.TURN_ON | Climate.TARGET_TEMPERATURE)
    await plug_in(hass, "climate", room)
    await ready(machine, set_up, shedding, room.entity_id)
    battery.empties(38)
    await machine.run(10 * MINUTE)
    await hass.services.async_call(
        "climate",
        call[0],
        {"entity_id": room.entity_id, **call[1]},
        blocking=True,
        context=Context(),
    )
    battery.recovers(90)
    await machine.run(12 * MINUTE)
    assert states_of(hass, [room.entity_id]) == ["off" if stays else "cool"]


async def test_a_site_without_a_battery_has_its_loads_on(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    shedding: Shedding,
    toy: Toy,
    battery: Battery,
) -> None:
    assert toy.reads == []
    battery.soc = None
    plug = Plug("load")
    await plug_in(hass, "switch", plug)
    await ready(machine, set_up, shedding, plug.entity_id)
    assert shedding.status == ("holding", "stale")
    assert plug.asked == []
