"""Counters of other integrations: whatever becomes of them, the site's never jump."""

from freezegun.api import TickingDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from custom_components.solar_monitor.logic.contribution import Counter
from custom_components.solar_monitor.logic.site_totals import Flow
from custom_components.solar_monitor.site.options_data import Role
from custom_components.solar_monitor.site.role_guards import GOOD_FOR_S
from custom_components.solar_monitor.site.roles import OtherDevices
from tests.integration.site_flow.kit import sensor, show
from tests.integration.site_flow.roles_kit import GRID, PANELS, Reader, device, grid_meter


@pytest.mark.parametrize(
    ("state", "unit", "expected"),
    [(5e6, "Wh", 5000), (5000, "kWh", 5000), (5, "MWh", 5000), (0.005, "GWh", 5000)],
)
async def test_energy_is_taken_in_any_unit(
    hass: HomeAssistant,
    clock: TickingDateTimeFactory,
    state: float,
    unit: str,
    expected: float,
) -> None:
    entities = {
        Role.POWER: sensor(hass, "power", 500),
        Role.ENERGY_IN: sensor(hass, "energy", state, unit),
    }
    assert Reader(hass, clock, device(PANELS, entities)).counter(Flow.PV) == Counter(expected)


async def test_a_counter_stands_while_its_entity_has_a_value_and_is_silent_while_it_has_none(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    entities = grid_meter(hass)
    reader = Reader(hass, clock, device(GRID, entities))
    assert reader.kwh(Flow.IMPORT, 10 * GOOD_FOR_S) == 1000
    show(hass, entities[Role.ENERGY_IN], "unavailable", "kWh")
    assert reader.kwh(Flow.IMPORT) is None
    show(hass, entities[Role.ENERGY_IN], 1000.2, "kWh")
    assert reader.kwh(Flow.IMPORT) == 1000.2


@pytest.mark.parametrize("glitch", [0, 999_999, 40, -5])
async def test_a_glitch_is_no_energy(
    hass: HomeAssistant, clock: TickingDateTimeFactory, glitch: float
) -> None:
    entities = grid_meter(hass)
    reader = Reader(hass, clock, device(GRID, entities))
    assert reader.kwh(Flow.IMPORT) == 1000
    show(hass, entities[Role.ENERGY_IN], glitch, "kWh")
    assert [reader.kwh(Flow.IMPORT) for _ in range(20)] == [1000] * 20
    show(hass, entities[Role.ENERGY_IN], 1000.1, "kWh")
    assert reader.kwh(Flow.IMPORT) == 1000.1


async def test_a_counter_that_begins_anew_goes_on_without_a_step(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    entities = grid_meter(hass)
    reader = Reader(hass, clock, device(GRID, entities))
    reader.look()
    reader.read.memory()
    assert not reader.is_due()
    for step in range(20):
        show(hass, entities[Role.ENERGY_IN], 0.1 + step / 1000, "kWh")
        reader.look()
    assert reader.is_due()  # what was shown and what is stored differ by another level now
    reader.restart()
    show(hass, entities[Role.ENERGY_IN], 0.2, "kWh")
    kwh = reader.kwh(Flow.IMPORT)
    assert kwh is not None
    assert 1000 <= kwh < 1000.2


async def test_a_large_plant_may_count_what_its_power_tells(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    entities = grid_meter(hass)
    show(hass, entities[Role.POWER], 200, "kW")
    reader = Reader(hass, clock, device(GRID, entities))
    reader.look()
    show(hass, entities[Role.ENERGY_IN], 1001.7, "kWh")  # 200 kW for half a minute
    assert reader.kwh(Flow.IMPORT) == 1001.7


async def test_a_restart_goes_on_from_where_the_counter_stood(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    entities = grid_meter(hass)
    reader = Reader(hass, clock, device(GRID, entities))
    reader.look()
    reader.restart()
    show(hass, entities[Role.ENERGY_IN], 0, "kWh")
    assert reader.kwh(Flow.IMPORT) == 1000
    show(hass, entities[Role.ENERGY_IN], 1000.1, "kWh")
    assert reader.kwh(Flow.IMPORT) == 1000.1


async def test_another_entity_for_the_same_counter_is_no_step(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    entities = grid_meter(hass)
    reader = Reader(hass, clock, device(GRID, entities))
    reader.look()
    other = sensor(hass, "other", 50_000, "kWh")
    reader.restart(device(GRID, entities | {Role.ENERGY_IN: other}))
    assert reader.kwh(Flow.IMPORT) == 1000
    show(hass, other, 50_000.1, "kWh")
    assert reader.kwh(Flow.IMPORT) == 1000.1
    reader.restart()
    show(hass, other, 50_000.2, "kWh")
    assert reader.kwh(Flow.IMPORT) == 1000.2


async def test_a_counter_that_takes_over_from_an_estimate_is_no_step(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    power = sensor(hass, "power", 1200)
    reader = Reader(hass, clock, device(PANELS, {Role.POWER: power}))
    reader.look()
    show(hass, power, 1200)
    estimated = reader.kwh(Flow.PV)
    assert estimated == 0.01  # 1.2 kW for half a minute
    counted = {Role.POWER: power, Role.ENERGY_IN: sensor(hass, "energy", 50_000, "kWh")}
    reader.restart(device(PANELS, counted))
    assert reader.counter(Flow.PV) == Counter(estimated)
    reader.restart(device(PANELS, {Role.POWER: power}))
    assert reader.counter(Flow.PV) == Counter(estimated, estimated=True, lossy=True)


@pytest.mark.parametrize(
    "damaged",
    [
        None,
        [],
        {"a": []},
        {"a": {"energy": 5, "energy_in": 5}},
        {"a": {"energy_in": {"counts": "sensor.energy", "shift": "x", "total": "y", "guard": 7}}},
        {"a": {"energy_in": {"counts": "sensor.energy", "unit": 5, "reset": 5, "total": {}}}},
    ],
)
async def test_a_damaged_memory_is_as_none(
    hass: HomeAssistant, clock: TickingDateTimeFactory, damaged: object
) -> None:
    devices = (device(GRID, grid_meter(hass)),)
    clock.tick(30)
    given = OtherDevices(hass, devices, damaged).look()
    assert given.counters["a"][Flow.IMPORT] == Counter(1000)


async def test_a_shift_that_was_lost_is_found_again(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    entities = grid_meter(hass)
    total = {"kwh": 400.0, "reserved": 400.5, "floor": 0.0}
    memory = {"a": {"energy_in": {"counts": "sensor.energy", "total": total}}}
    clock.tick(30)
    given = OtherDevices(hass, (device(GRID, entities),), memory).look()
    assert given.counters["a"][Flow.IMPORT] == Counter(400)
