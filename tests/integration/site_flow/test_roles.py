"""Devices of other integrations, read: units, signs, ages and charges."""

from dataclasses import replace

from freezegun.api import TickingDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest

from custom_components.solar_monitor.logic.contribution import Counter
from custom_components.solar_monitor.logic.flows import Reading
from custom_components.solar_monitor.logic.site_totals import Flow
from custom_components.solar_monitor.site.names import reference_to
from custom_components.solar_monitor.site.options_data import Role
from custom_components.solar_monitor.site.role_guards import GOOD_FOR_S
from tests.integration.site_flow.kit import sensor, show
from tests.integration.site_flow.roles_kit import BATTERY, GRID, HOME, PANELS, Reader, device

NIGHT_H = 12
"""From the morning in which all tests begin."""


def now() -> float:
    """Tell the time, unix s."""
    return dt_util.utcnow().timestamp()


def watts(reading: Reading) -> float | None:
    """Give what a reading says now."""
    return reading.fresh(now())


@pytest.mark.parametrize(
    ("state", "unit", "expected"),
    [
        (1500, "W", 1500),
        (1.5, "kW", 1500),
        (0.0015, "MW", 1500),
        (-20, "W", -20),
        (-1.5, "kW", -1500),
        ("unavailable", "W", None),
        ("unknown", "W", None),
        ("nan", "W", None),
        ("inf", "kW", None),
        (65_535, "kW", None),
        (5, "BTU/h", None),
        (5, None, None),
    ],
)
async def test_power_is_taken_in_any_unit(
    hass: HomeAssistant,
    clock: TickingDateTimeFactory,
    state: object,
    unit: str | None,
    expected: float | None,
) -> None:
    power = sensor(hass, "power", state, unit)
    (meter,) = Reader(hass, clock, device(HOME, {Role.POWER: power})).look().homes
    assert watts(meter.power) == (None if expected is None else pytest.approx(expected))
    assert not meter.power.estimated


@pytest.mark.parametrize(
    ("inverted", "opposite", "expected"),
    [(False, None, 300), (True, None, -300), (False, 100, 200), (True, 100, -200)],
)
async def test_power_is_counted_into_the_house(
    hass: HomeAssistant,
    clock: TickingDateTimeFactory,
    inverted: bool,  # noqa: FBT001 - a parameter of the test
    opposite: float | None,
    expected: float,
) -> None:
    entities = {Role.POWER: sensor(hass, "power", 300)}
    if opposite is not None:
        entities[Role.OPPOSITE] = sensor(hass, "opposite", opposite / 1000, "kW")
    (meter,) = Reader(hass, clock, replace(device(GRID, entities), inverted=inverted)).look().meters
    assert watts(meter.power) == pytest.approx(expected)


async def test_of_two_directions_both_have_to_be_known(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    entities = {Role.POWER: sensor(hass, "power", 300), Role.OPPOSITE: sensor(hass, "opposite")}
    reader = Reader(hass, clock, device(GRID, entities))
    reader.look(GOOD_FOR_S - 60)
    show(hass, entities[Role.POWER], 310)
    (meter,) = reader.look(50).meters
    assert watts(meter.power) == 310
    (meter,) = reader.look(50).meters
    assert watts(meter.power) is None  # the other one is too old
    show(hass, entities[Role.OPPOSITE], "unavailable")
    (meter,) = reader.look().meters
    assert watts(meter.power) is None


async def test_a_power_is_good_for_a_quarter_of_an_hour_from_its_last_report(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    power = sensor(hass, "power", 300)
    reader = Reader(hass, clock, device(HOME, {Role.POWER: power}))
    clock.tick(GOOD_FOR_S - 60)
    show(hass, power, 300)  # reported, and not changed
    assert watts(reader.look(GOOD_FOR_S - 1).homes[0].power) == 300
    assert watts(reader.look(2).homes[0].power) is None


async def test_an_entity_that_is_gone_is_not_known_and_no_fault(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    entities = {
        Role.POWER: "no such id",
        Role.SOC: "sensor.gone",
        Role.ENERGY_IN: "sensor.gone_too",
    }
    reader = Reader(hass, clock, device(BATTERY, entities))
    given = reader.look()
    assert watts(given.batteries[0].power) is None
    assert given.banks[0].soc.fresh(now()) is None
    assert given.counters["a"][Flow.DISCHARGE] == Counter(None)
    assert given.counters["a"][Flow.CHARGE] == Counter(None, estimated=True, lossy=True)
    assert reader.read.entity_ids == {"sensor.gone", "sensor.gone_too"}


async def test_a_renamed_entity_is_followed(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    power = sensor(hass, "power", 300)
    reader = Reader(hass, clock, device(HOME, {Role.POWER: reference_to(hass, power)}))
    assert reader.read.entity_ids == {"sensor.power"}
    er.async_get(hass).async_update_entity(power, new_entity_id="sensor.house")
    hass.states.async_remove(power)
    show(hass, "sensor.house", 310)
    assert reader.read.entity_ids == {"sensor.house"}
    assert watts(reader.look().homes[0].power) == 310


async def test_at_night_silent_panels_sleep_and_other_devices_do_not(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    panels = device(PANELS, {Role.POWER: sensor(hass, "panels", 5)})
    meter = device(GRID, {Role.POWER: sensor(hass, "meter", 5)}, "b")
    reader = Reader(hass, clock, panels, meter)
    given = reader.look(NIGHT_H * 3600)
    assert (watts(given.arrays[0].power), watts(given.meters[0].power)) == (0, None)
    show(hass, "sensor.panels", 7)  # a street lamp
    assert watts(reader.look().arrays[0].power) == 7


async def test_by_day_silent_panels_are_missed(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    panels = device(PANELS, {Role.POWER: sensor(hass, "panels", "unavailable")})
    assert watts(Reader(hass, clock, panels).look().arrays[0].power) is None


async def test_all_devices_are_one_contribution_with_a_part_for_each(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    power = {Role.POWER: sensor(hass, "power", 5)}
    kinds = {"a": PANELS, "b": BATTERY, "c": GRID, "d": HOME}
    reader = Reader(hass, clock, *(device(kind, power, name) for name, kind in kinds.items()))
    given = reader.look()
    assert given.name == "others"
    assert set(given.parts()) == kinds.keys()
    assert given.banks == ()
    assert {name: set(flows) for name, flows in given.counters.items()} == {
        "a": {Flow.PV},
        "b": {Flow.DISCHARGE, Flow.CHARGE},
        "c": {Flow.IMPORT, Flow.EXPORT},
    }


async def test_a_battery_may_tell_its_charge_alone(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    entities = {
        Role.SOC: sensor(hass, "soc", 50, "%"),
        Role.ENERGY_IN: sensor(hass, "energy", 5, "kWh"),
    }
    shunt = replace(device(BATTERY, entities), capacity_kwh=14.3, floor=20)
    given = Reader(hass, clock, shunt).look()
    assert (given.batteries, given.counters) == ((), {})
    (bank,) = given.banks
    assert (bank.soc.fresh(now()), bank.capacity_kwh, bank.floor) == (50, 14.3, 20)


async def test_a_charge_that_jumps_is_held_until_it_stays(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    soc = sensor(hass, "soc", 50, "%")
    reader = Reader(hass, clock, device(BATTERY, {Role.SOC: soc}))

    def charge() -> float | None:
        return reader.look(1).banks[0].soc.fresh(now())

    assert charge() == 50
    show(hass, soc, 0, "%")
    assert charge() == 50
    assert [charge() for _ in range(5)] == [50] * 5  # one report counts once, however often seen
    show(hass, soc, 51, "%")
    assert charge() == 51
    show(hass, soc, "unavailable", "%")
    assert charge() is None
    show(hass, soc, 101, "%")
    assert charge() is None


async def test_a_charge_that_is_told_once_and_stays_is_believed_after_two_minutes(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    soc = sensor(hass, "soc", 50, "%")
    reader = Reader(hass, clock, device(BATTERY, {Role.SOC: soc}))
    reader.look()
    clock.tick(30)
    show(hass, soc, 56, "%")  # what it was before a start, and then the truth; and no report since
    told_at = now()
    charges = [reader.look(35).banks[0].soc for _ in range(32)]
    assert [each.value for each in charges] == [50] * 2 + [56] * 30
    (believed_at,) = {each.at for each in charges[2:]}
    assert believed_at == pytest.approx(told_at, abs=1)
    assert [each.fresh(told_at + GOOD_FOR_S + 1) for each in charges] == [None] * 32


async def test_a_charge_that_was_refused_is_not_looked_at_again_once_another_is_told(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    soc = sensor(hass, "soc", 50, "%")
    reader = Reader(hass, clock, device(BATTERY, {Role.SOC: soc}))
    reader.look()
    for percent in (0, 50, 0, 51):
        clock.tick(30)
        show(hass, soc, percent, "%")
        assert [reader.look(1).banks[0].soc.value for _ in range(5)] == [max(50, percent)] * 5


async def test_a_charge_that_cannot_be_is_refused_and_the_one_before_grows_old(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    soc = sensor(hass, "soc", 80, "%")
    reader = Reader(hass, clock, device(BATTERY, {Role.SOC: soc}))
    charges = []
    for _ in range(40):  # 20 minutes
        charges.append(reader.look().banks[0].soc.fresh(now()))
        show(hass, soc, 255, "%")
    assert charges[:29] == [80] * 29
    assert charges[31:] == [None] * 9
    show(hass, soc, 60, "%")
    assert reader.look().banks[0].soc.fresh(now()) == 60


async def test_a_charge_is_followed_after_the_clock_was_set_back(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    soc = sensor(hass, "soc", 80, "%")
    reader = Reader(hass, clock, device(BATTERY, {Role.SOC: soc}))
    reader.look()
    clock.tick(-3600)
    charges = []
    for percent in range(79, 20, -1):
        show(hass, soc, percent, "%")
        charges.append(reader.look(60).banks[0].soc.fresh(now()))
    assert charges == list(range(79, 20, -1))


async def test_what_was_reported_before_the_clock_was_set_back_is_of_no_known_age(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    entities = {Role.POWER: sensor(hass, "power", 300), Role.SOC: sensor(hass, "soc", 80, "%")}
    reader = Reader(hass, clock, device(BATTERY, entities))
    clock.tick(-50)
    given = reader.look()
    assert (watts(given.batteries[0].power), watts(given.banks[0].soc)) == (300, 80)
    clock.tick(-3600)
    given = reader.look()
    assert (watts(given.batteries[0].power), watts(given.banks[0].soc)) == (None, None)
    show(hass, entities[Role.POWER], 310)
    show(hass, entities[Role.SOC], 79, "%")
    given = reader.look()
    assert (watts(given.batteries[0].power), watts(given.banks[0].soc)) == (310, 79)
