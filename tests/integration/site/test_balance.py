"""Numbers that cannot be right become repairs, and numbers that are not known stay unknown."""

from dataclasses import replace
from typing import Any, Final

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.solar_monitor.const import DOMAIN
from tests.integration.machine import TimeMachine
from tests.integration.site.kit import GATEWAY, SMART_LOAD, TO_LOAD, House, Topology
from tests.simulators.plant import AcFeed

HOUR_S: Final = 3_600
UNKNOWN_GRID: Final = Topology(ct=False)
MANY: Final = Topology(household=6, interval_s=60)
TURNED: Final = replace(MANY, ct_turned=True, feed=None)
FED_BEHIND: Final = {"feeds": {GATEWAY: {"feed": "backup"}}}
FED_THROUGH: Final = {"feeds": {GATEWAY: {"feed": "generator_port"}}}


def repairs(house: House) -> set[str]:
    """Give what the user is told to look at, by the name of the text."""
    prefix = f"{house.site_entry.entry_id}_"
    return {
        str(issue.translation_key)
        for (domain, issue_id), issue in ir.async_get(house.hass).issues.items()
        if domain == DOMAIN and issue_id.startswith(prefix) and issue.active
    }


async def choose(house: House, machine: TimeMachine, options: dict[str, Any]) -> None:
    """Change the options, as the user does."""
    entries = house.hass.config_entries
    entries.async_update_entry(house.site_entry, options=options)
    assert await machine.finish(entries.async_reload(house.site_entry.entry_id))


def dark_and_empty(house: House) -> None:
    """Let the house live from the grid alone."""
    for index in range(len(house.site.plant.arrays)):
        house.site.set_array_gain(index, 0)
    house.site.set_soc(house.site.plant.battery.soc_min)
    house.site.freeze_weather()


@pytest.mark.parametrize("house", [UNKNOWN_GRID], indirect=True)
async def test_a_missing_meter_is_a_repair_and_nothing_is_guessed(
    living: House, machine: TimeMachine
) -> None:
    living.site.freeze_weather()
    await machine.run(200)
    assert repairs(living) == set(), "it may still be found"
    await machine.run(200)
    assert repairs(living) == {"site_no_meter"}
    assert living.shown("load_power") == living.shown("grid_power") == STATE_UNAVAILABLE
    assert living.shown("status") == "no_meter"
    powers = living.site.powers()
    assert living.number("pv_power") == pytest.approx(powers.pv, abs=2)
    assert living.number("battery_power") == pytest.approx(powers.battery, abs=2)
    assert living.number("losses") == pytest.approx(powers.losses, abs=2)
    assert living.number("pv_energy_total") >= 0


@pytest.mark.parametrize("house", [UNKNOWN_GRID], indirect=True)
async def test_the_repair_outlives_a_reload_and_goes_when_the_cause_does(
    living: House, machine: TimeMachine
) -> None:
    await machine.run(400)
    await choose(living, machine, {})
    await machine.run(40)
    assert repairs(living) == {"site_no_meter"}
    await choose(living, machine, FED_BEHIND)
    await machine.run(40)
    assert repairs(living) == set()
    assert living.shown("grid_meter") == "grid_ports"


@pytest.mark.usefixtures("long_days")
@pytest.mark.parametrize(
    "house",
    [
        replace(TURNED, work_mode=TO_LOAD),
        replace(TURNED, work_mode=2),
    ],
    ids=["the ports are told", "the house is told"],
    indirect=True,
)
async def test_a_current_transformer_with_the_wrong_sign_is_a_repair_within_an_hour(
    living: House, machine: TimeMachine
) -> None:
    dark_and_empty(living)
    assert living.site.powers().grid > 1_000
    await machine.run(0.5 * HOUR_S)
    assert repairs(living) == set()
    await machine.run(0.5 * HOUR_S)
    assert repairs(living) == {"site_house_negative"}
    assert living.shown("status") == "not_adding_up"


@pytest.mark.usefixtures("long_days")
@pytest.mark.parametrize("house", [MANY, replace(MANY, work_mode=2)], indirect=True)
async def test_a_house_that_is_wired_as_entered_is_never_blamed(
    living: House, machine: TimeMachine
) -> None:
    await machine.run(HOUR_S)
    dark_and_empty(living)
    await machine.run(1.5 * HOUR_S)
    assert repairs(living) == set()
    assert living.shown("status") == "complete"


@pytest.mark.usefixtures("long_days")
@pytest.mark.parametrize(
    "house",
    [Topology(feed=AcFeed.GENERATOR_PORT, port_mode=SMART_LOAD, interval_s=60)],
    indirect=True,
)
async def test_panels_that_feed_in_elsewhere_than_entered_are_a_repair_until_that_is_put_right(
    living: House, machine: TimeMachine
) -> None:
    living.site.freeze_weather()
    await machine.run(1.1 * HOUR_S)
    assert repairs(living) == {"site_losses_negative"}
    await choose(living, machine, FED_THROUGH)
    await machine.run(0.5 * HOUR_S)
    assert repairs(living) == {"site_losses_negative"}, "not judged anew yet"
    await machine.run(0.6 * HOUR_S)
    assert repairs(living) == set()


@pytest.mark.usefixtures("long_days")
@pytest.mark.parametrize("house", [Topology(options=FED_THROUGH, interval_s=60)], indirect=True)
async def test_panels_that_do_not_feed_in_through_the_inverter_are_a_repair(
    living: House, machine: TimeMachine
) -> None:
    for index in (2, 3):
        living.site.set_array_gain(index, 2)
    living.site.freeze_weather()
    await machine.run(1.1 * HOUR_S)
    assert repairs(living) == {"site_losses_high", "site_house_negative"}
