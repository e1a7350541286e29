"""What is in the Energy dashboard already: not counted twice; foreign sources stay untouched."""

import json
from typing import Any, Final, cast

from homeassistant.components.energy.data import async_get_manager
import pytest

from tests.integration.site.kit import GATEWAY, INVERTER, Topology
from tests.integration.site_wiring.kit import Desk, options, proposal

CAPACITY_KWH: Final = 15.36
METER: Final = {
    "type": "grid",
    "stat_energy_from": "utility:import",
    "stat_energy_to": "utility:export",
    "stat_cost": "utility:cost",
    "cost_adjustment_day": 1,
    "name": "The grid",
}
ROOF: Final = {
    "type": "solar",
    "stat_energy_from": "sensor.fronius_total",
    "config_entry_solar_forecast": ["f"],
}
FOREIGN: Final[tuple[dict[str, Any], ...]] = (
    {"type": "gas", "stat_energy_from": "sensor.gas", "number_energy_price": 0.1},
    METER,
    {"type": "water", "stat_energy_from": "sensor.water"},
    ROOF,
)


def deye_sun(desk: Desk) -> dict[str, Any]:
    """Give the inverter's panels as a user has put them into the dashboard."""
    return {"type": "solar", "stat_energy_from": desk.of_source(INVERTER, "pv_energy_total")}


def envoy_sun(desk: Desk) -> dict[str, Any]:
    """Give the gateway's panels."""
    counter = desk.of_source(GATEWAY, "production_energy_total")
    return {"type": "solar", "stat_energy_from": counter, "config_entry_solar_forecast": ["x"]}


def deye_grid(desk: Desk, **tariff: object) -> dict[str, Any]:
    """Give the inverter's grid."""
    return {
        "type": "grid",
        "stat_energy_from": desk.of_source(INVERTER, "grid_import_energy_total"),
        "stat_energy_to": desk.of_source(INVERTER, "grid_export_energy_total"),
        "cost_adjustment_day": 0,
        **tariff,
    }


def deye_battery(desk: Desk) -> dict[str, Any]:
    """Give the inverter's battery."""
    return {
        "type": "battery",
        "stat_energy_from": desk.of_source(INVERTER, "battery_discharge_energy_total"),
        "stat_energy_to": desk.of_source(INVERTER, "battery_charge_energy_total"),
    }


async def test_the_counters_of_all_sources_are_right_as_they_are(desk: Desk) -> None:
    await desk.save(deye_sun(desk), envoy_sun(desk), deye_grid(desk), deye_battery(desk))
    await desk.wait_for_statistics()
    assert desk.repair() is None


async def test_panels_that_the_dashboard_misses_are_told_and_the_counter_is_replaced(
    desk: Desk,
) -> None:
    await desk.save(deye_sun(desk), deye_grid(desk), deye_battery(desk))
    before = await desk.stored()
    await desk.wait_for_statistics()
    step = await desk.open_repair()
    assert proposal(step) == {"solar": "replace", "grid": "leave", "battery": "leave"}
    assert options(step)["solar"] == ["replace", "leave"]
    assert options(step)["grid"] == ["leave", "replace"]
    counter = desk.of_source(INVERTER, "pv_energy_total")
    assert f"`{counter}`" in step["description_placeholders"]["solar_now"]
    await desk.submit(step)
    after = await desk.stored()
    assert after[0] == desk.solar()
    assert json.dumps(after[1:]) == json.dumps(before[1:])
    assert await desk.complaints() == {}
    await desk.machine.run(120)
    assert desk.repair() is None


async def test_everything_that_is_part_of_the_site_can_be_replaced_and_tariffs_stay(
    desk: Desk,
) -> None:
    prices = {"number_energy_price": 0.31, "number_energy_price_export": 0.08}
    await desk.save(envoy_sun(desk), deye_grid(desk, **prices, name="Street"), deye_battery(desk))
    await desk.wait_for_statistics()
    step = await desk.open_repair()
    await desk.submit(step, solar="replace", grid="replace", battery="replace")
    assert await desk.stored() == [
        desk.solar() | {"config_entry_solar_forecast": ["x"]},
        desk.grid(**prices, name="Street"),
        desk.battery(CAPACITY_KWH),
    ]
    assert desk.repair() is None


async def test_a_counter_next_to_that_of_the_site_is_taken_out(desk: Desk) -> None:
    await desk.save(desk.solar(), envoy_sun(desk), desk.grid(), desk.battery(CAPACITY_KWH))
    await desk.wait_for_statistics()
    step = await desk.open_repair()
    assert proposal(step) == {"solar": "replace"}
    await desk.submit(step)
    assert await desk.stored() == [desk.solar(), desk.grid(), desk.battery(CAPACITY_KWH)]
    assert desk.repair() is None


@pytest.mark.parametrize("kind", ["grid", "battery"])
async def test_the_grid_and_the_battery_are_not_counted_twice_either(desk: Desk, kind: str) -> None:
    other = deye_grid(desk) if kind == "grid" else deye_battery(desk)
    ours = [desk.solar(), desk.grid(number_energy_price=0.31), desk.battery(CAPACITY_KWH)]
    await desk.save(other, *ours)
    await desk.wait_for_statistics()
    step = await desk.open_repair()
    assert proposal(step) == {kind: "replace"}
    await desk.submit(step)
    assert await desk.stored() == ours
    assert desk.repair() is None


async def test_two_counters_of_the_site_itself_are_not_counted_twice(desk: Desk) -> None:
    today = {"type": "solar", "stat_energy_from": desk.of_site("pv_energy_today")}
    await desk.save(today, desk.solar(), desk.grid(), desk.battery(CAPACITY_KWH))
    await desk.wait_for_statistics()
    step = await desk.open_repair()
    assert proposal(step) == {"solar": "replace"}
    await desk.submit(step)
    assert await desk.stored() == [desk.solar(), desk.grid(), desk.battery(CAPACITY_KWH)]


async def test_foreign_sources_are_unchanged_to_the_byte(desk: Desk) -> None:
    manager = await async_get_manager(desk.hass)
    await desk.save(*FOREIGN)
    device = {"stat_consumption": "sensor.fridge", "name": "Fridge"}
    assert (await desk.command("energy/save_prefs", device_consumption=[device]))["success"]
    # As an older Home Assistant has stored it: a whole number, and nothing that has a default.
    assert manager.data is not None
    manager.data["energy_sources"] = cast("Any", [dict(each) for each in FOREIGN])
    await desk.wait_for_statistics()
    step = await desk.open_repair()
    assert proposal(step) == {"solar": "leave", "grid": "leave", "battery": "add"}
    assert options(step)["grid"] == ["leave", "beside"]
    await desk.submit(step, solar="beside")
    after = await desk.stored()
    assert json.dumps(after[:4]) == json.dumps(FOREIGN)
    assert after[4:] == [desk.solar(), desk.battery(CAPACITY_KWH)]
    assert manager.data["device_consumption"] == [device]
    ours = {desk.of_site("pv_energy_total"), desk.of_site("battery_discharge_energy_total")}
    complaints = await desk.complaints()
    assert complaints
    assert not any(counter in told for counter in ours for told in complaints)


async def test_a_foreign_meter_that_was_left_is_not_asked_for_again_until_it_is_gone(
    desk: Desk,
) -> None:
    await desk.save(METER)
    await desk.wait_for_statistics()
    await desk.submit(await desk.open_repair())
    assert [each["type"] for each in await desk.stored()] == ["grid", "solar", "battery"]
    await desk.reload()
    await desk.machine.run(600)
    assert desk.repair() is None
    await desk.save(desk.solar(), desk.battery(CAPACITY_KWH))
    await desk.machine.run(60)
    assert proposal(await desk.open_repair()) == {"grid": "add"}


async def test_a_dashboard_of_foreign_sources_alone_is_asked_about_once(desk: Desk) -> None:
    battery = {"type": "battery", "stat_energy_from": "sensor.a", "stat_energy_to": "sensor.b"}
    await desk.save(METER, ROOF, battery)
    before = json.dumps(await desk.stored())
    await desk.wait_for_statistics()
    step = await desk.open_repair()
    assert proposal(step) == dict.fromkeys(["solar", "grid", "battery"], "leave")
    await desk.submit(step)
    assert json.dumps(await desk.stored()) == before
    await desk.reload()
    await desk.machine.run(600)
    assert desk.repair() is None


async def test_the_user_may_leave_everything_out(desk: Desk) -> None:
    await desk.wait_for_statistics()
    step = await desk.open_repair()
    await desk.submit(step, solar="leave", grid="leave", battery="leave")
    assert (await desk.command("energy/get_prefs"))["error"]["code"] == "not_found"
    await desk.machine.run(120)
    assert desk.repair() is None


EXCLUDED: Final = Topology(options={"excluded": [INVERTER]}, net_ct=True, ct=False)


@pytest.mark.parametrize("house", [EXCLUDED], indirect=True)
async def test_the_counters_of_a_source_that_is_no_part_of_the_site_are_foreign(
    desk: Desk,
) -> None:
    await desk.save(deye_sun(desk))
    await desk.wait_for_statistics()
    step = await desk.open_repair()
    assert options(step)["solar"] == ["leave", "beside"]
    await desk.submit(step, solar="beside")
    assert [each["type"] for each in await desk.stored()] == ["solar", "solar", "grid"]


OTHER_METER: Final = {
    "id": "street",
    "kind": "grid_meter",
    "name": "Street",
    "power": "sensor.street_power",
    "energy_in": "sensor.street_import_total",
    "energy_out": "sensor.street_export_total",
}
OTHER_ROOF: Final = {
    "id": "barn",
    "kind": "panels",
    "name": "Barn",
    "power": "sensor.barn_power",
}


async def test_panels_that_nobody_counts_but_the_site_are_a_reason_to_use_it(desk: Desk) -> None:
    unit = {"unit_of_measurement": "W", "device_class": "power"}
    await desk.save(deye_sun(desk), envoy_sun(desk), deye_grid(desk), deye_battery(desk))
    await desk.set_options({"others": [OTHER_ROOF]})
    for minute in range(3):
        desk.hass.states.async_set("sensor.barn_power", f"{900 + minute}", unit)
        await desk.machine.run(60)
    await desk.wait_for_statistics()
    step = await desk.open_repair()
    assert proposal(step) == {"solar": "replace", "grid": "leave", "battery": "leave"}


async def test_panels_of_another_integration_that_are_part_of_the_site_are_counted_already(
    desk: Desk,
) -> None:
    unit = {"unit_of_measurement": "W", "device_class": "power"}
    desk.hass.states.async_set("sensor.barn_power", "900", unit)
    counts = {"unit_of_measurement": "kWh", "device_class": "energy"}
    desk.hass.states.async_set("sensor.barn_total", "70", counts)
    barn = {"type": "solar", "stat_energy_from": "sensor.barn_total"}
    rest = (envoy_sun(desk), deye_grid(desk), deye_battery(desk))
    await desk.save(deye_sun(desk), barn, *rest)
    await desk.set_options({"others": [OTHER_ROOF | {"energy_in": "sensor.barn_total"}]})
    await desk.wait_for_statistics()
    assert desk.repair() is None
    await desk.save(deye_sun(desk), *rest)
    await desk.machine.run(60)
    assert proposal(await desk.open_repair())["solar"] == "replace"


async def test_the_counters_of_a_meter_that_was_made_part_of_the_site_are_counted_already(
    desk: Desk,
) -> None:
    values = {"power": ("W", 150), "import_total": ("kWh", 100), "export_total": ("kWh", 20)}
    for name, (unit, value) in values.items():
        kind = "power" if unit == "W" else "energy"
        desk.hass.states.async_set(
            f"sensor.street_{name}",
            str(value),
            {"unit_of_measurement": unit, "device_class": kind, "state_class": "total_increasing"},
        )
    await desk.save(
        {
            "type": "grid",
            "stat_energy_from": "sensor.street_import_total",
            "stat_energy_to": "sensor.street_export_total",
            "cost_adjustment_day": 0,
        }
    )
    await desk.set_options({"others": [OTHER_METER]})
    await desk.wait_for_statistics()
    step = await desk.open_repair()
    assert options(step)["grid"] == ["leave", "replace"]


async def test_what_is_half_counted_is_left_to_the_user(desk: Desk) -> None:
    await desk.save(deye_grid(desk) | {"stat_energy_to": "sensor.other_total"})
    before = json.dumps(await desk.stored())
    await desk.wait_for_statistics()
    step = await desk.open_repair()
    assert options(step)["grid"] == ["leave"]
    await desk.submit(step)
    assert json.dumps((await desk.stored())[:1]) == before[:-1] + "]"
