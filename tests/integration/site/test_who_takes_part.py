"""What joins and leaves: panels beside a port, the last battery, the counter of a meter."""

from typing import Any, Final

from homeassistant.const import STATE_UNAVAILABLE
import pytest

from tests.integration.machine import TimeMachine
from tests.integration.site.kit import House, Topology
from tests.integration.site.test_balance import FED_THROUGH, choose, repairs
from tests.integration.states import state_with
from tests.simulators.plant import AcFeed

PORT: Final = Topology(feed=AcFeed.GENERATOR_PORT)
BALCONY: Final = {"id": "other_1", "kind": "panels", "name": "Balcony", "power": "sensor.balcony"}
METER: Final = {
    "id": "other_1",
    "kind": "grid_meter",
    "name": "Meter",
    "power": "sensor.meter",
    "energy_in": "sensor.meter_in",
    "energy_out": "sensor.meter_out",
}


def show(house: House, name: str, value: float, unit: str) -> None:
    """Show a state of another integration."""
    house.hass.states.async_set(
        f"sensor.{name}", str(value), {"unit_of_measurement": unit}, force_update=True
    )


async def with_balcony(
    house: House, machine: TimeMachine, options: dict[str, Any] | None = None
) -> None:
    """Add a panel on the balcony that feeds 100 W."""
    show(house, "balcony", 100.0, "W")
    await choose(house, machine, {"others": [BALCONY], **(options or {})})
    await machine.run(60)
    house.site.freeze_weather()
    show(house, "balcony", 100.0, "W")
    await machine.run(60)


@pytest.mark.parametrize("house", [PORT], indirect=True)
async def test_a_panel_on_the_balcony_does_not_double_those_on_the_port(
    living: House, machine: TimeMachine
) -> None:
    await machine.run(200)
    await with_balcony(living, machine)
    powers = living.site.powers()
    assert living.number("pv_power") == pytest.approx(powers.pv + 100, abs=2)
    assert living.number("load_power") == pytest.approx(powers.load + 100, abs=2)
    assert living.shown("status") == "complete"
    await machine.run(400)
    assert repairs(living) == set()


@pytest.mark.parametrize(
    "house", [Topology(feed=AcFeed.GENERATOR_PORT, options={"others": [BALCONY]})], indirect=True
)
async def test_panels_of_which_nobody_knows_where_they_feed_in_are_a_repair_until_that_is_said(
    living: House, machine: TimeMachine
) -> None:
    await with_balcony(living, machine)
    powers = living.site.powers()
    assert living.number("pv_power") == pytest.approx(powers.pv + 100, abs=2)
    assert living.number("grid_power") == pytest.approx(powers.grid, abs=2)
    assert living.shown("load_power") == living.shown("losses") == STATE_UNAVAILABLE
    assert living.shown("status") == "no_place"
    show(living, "balcony", 100.0, "W")
    await machine.run(400)
    assert repairs(living) == {"site_no_place"}
    before = living.shown("pv_energy_total")
    await with_balcony(living, machine, FED_THROUGH)
    assert living.shown("status") == "complete"
    assert repairs(living) == set()
    powers = living.site.powers()
    assert living.number("pv_power") == pytest.approx(powers.pv + 100, abs=2)
    assert living.number("load_power") == pytest.approx(powers.load + 100, abs=2)
    assert living.number("pv_energy_total") >= float(before)


@pytest.mark.parametrize("house", [Topology(options={"capacity": 10.0})], indirect=True)
async def test_after_the_last_battery_has_gone_a_capacity_that_was_told_does_no_harm(
    living: House, machine: TimeMachine
) -> None:
    await machine.run(100)
    inverter = living.inverter_entries[0]
    assert await machine.finish(living.hass.config_entries.async_remove(inverter.entry_id))
    living.site.freeze_weather()
    await machine.run(100)
    assert living.number("pv_power") == pytest.approx(living.site.powers().pv_ac, abs=2)


@pytest.mark.usefixtures("long_days")
@pytest.mark.parametrize("house", [Topology(ct=False, interval_s=120)], indirect=True)
async def test_a_meter_whose_counter_is_gone_is_missing_and_becomes_a_repair(
    living: House, machine: TimeMachine
) -> None:
    async def hours(number: float, *, counter: bool) -> None:
        for _ in range(int(12 * number)):
            show(living, "meter", 500.0, "W")
            if counter:
                show(living, "meter_in", 1_000.0, "kWh")
            await machine.run(300)

    show(living, "meter_out", 100.0, "kWh")
    show(living, "meter", 500.0, "W")
    show(living, "meter_in", 1_000.0, "kWh")
    await choose(living, machine, {"others": [METER]})
    await hours(0.5, counter=True)
    assert living.shown("status") == "complete"
    living.hass.states.async_remove("sensor.meter_in")
    await hours(0.5, counter=False)
    assert living.number("grid_power") == 500.0
    assert living.shown("status") == "incomplete"
    assert state_with(living.hass, "site_status").attributes["missing"] == ["Meter"]
    await hours(7, counter=False)
    assert repairs(living) == {"site_data_stale"}
    await hours(0.5, counter=True)
    assert living.shown("status") == "complete"
    assert repairs(living) == set()
