"""Without believable readings nothing is done; after a while somebody is told, and loads return."""

from collections.abc import Sequence
from dataclasses import replace

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.logic.bank import Storage
from custom_components.solar_monitor.site.shedder import shedding_of
from tests.integration.conftest import SetUp
from tests.integration.glue.toy import SILENCE, Toy, toy_entry
from tests.integration.machine import TimeMachine
from tests.integration.site.kit import site_entry_with, source_of
from tests.integration.site_shedding.kit import (
    ALL,
    HOUR,
    MINUTE,
    POOL,
    Battery,
    Shedding,
    repairs,
    states_of,
)
from tests.integration.site_shedding.loads import Plug


def silence(toy: Toy, battery: Battery, *, broken: bool) -> None:
    """Let no believable charge come any more: the inverter is silent, or tells nonsense."""
    if broken:
        toy.error = SILENCE
    else:
        battery.soc = 655.0


@pytest.mark.usefixtures("off")
@pytest.mark.parametrize("broken", [True, False])
async def test_silence_holds_then_tells_somebody_and_gives_back_in_the_end(
    hass: HomeAssistant,
    machine: TimeMachine,
    toy: Toy,
    battery: Battery,
    shedding: Shedding,
    *,
    broken: bool,
) -> None:
    silence(toy, battery, broken=broken)
    await machine.run(5 * MINUTE)
    assert shedding.status == ("holding", "stale")
    assert shedding.short == [("held", None, "stale")]
    await machine.run(9 * MINUTE)
    assert repairs(hass) == {}
    await machine.run(3 * MINUTE)
    assert repairs(hass) == {"site_shedding_stale": {"name": "Solar site"}}
    await machine.run(100 * MINUTE)
    assert states_of(hass, ALL) == ["off", "on", "on"]
    await machine.run(5 * MINUTE)
    assert states_of(hass, ALL) == ["on", "on", "on"]
    assert shedding.short[1:] == [("restored", POOL, "stale")]


@pytest.mark.usefixtures("off")
async def test_when_readings_come_again_all_goes_on_and_the_repair_goes(
    hass: HomeAssistant,
    machine: TimeMachine,
    toy: Toy,
    shedding: Shedding,
) -> None:
    toy.error = SILENCE
    await machine.run(HOUR)
    assert repairs(hass) != {}
    toy.error = None
    await machine.run(4 * MINUTE)
    assert shedding.status == ("shed", "soc")
    assert repairs(hass) == {}


@pytest.mark.parametrize("site", [{"give_back_s": 0}], indirect=True)
async def test_with_nothing_chosen_to_give_back_loads_stay_off_in_silence(
    hass: HomeAssistant, machine: TimeMachine, toy: Toy, off: MockConfigEntry
) -> None:
    assert off.options["shedding"]["give_back_s"] == 0
    toy.error = SILENCE
    await machine.run(5 * HOUR)
    assert states_of(hass, ALL) == ["off", "on", "on"]


async def test_a_repair_about_silence_that_was_there_before_a_restart_stands_until_it_is_judged(
    hass: HomeAssistant, machine: TimeMachine, toy: Toy, off: MockConfigEntry
) -> None:
    toy.error = SILENCE
    await machine.run(20 * MINUTE)
    assert "site_shedding_stale" in repairs(hass)
    assert await machine.finish(hass.config_entries.async_reload(off.entry_id))
    for _ in range(20):
        await machine.run(MINUTE)
        assert "site_shedding_stale" in repairs(hass)


@pytest.mark.usefixtures("armed")
async def test_a_low_battery_of_which_no_power_is_known_holds(
    hass: HomeAssistant, machine: TimeMachine, battery: Battery, shedding: Shedding
) -> None:
    battery.soc, battery.pv_w = 30.0, None
    await machine.run(10 * MINUTE)
    assert shedding.status == ("holding", "power_unknown")
    assert states_of(hass, ALL) == ["on", "on", "on"]


@pytest.mark.usefixtures("armed")
@pytest.mark.parametrize(
    ("which", "powers"), [("battery_w", "Battery power (Toy)"), ("pv_w", "Solar power (Toy)")]
)
async def test_a_low_battery_of_which_a_power_is_missing_for_long_is_told_of(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    shedding: Shedding,
    which: str,
    powers: str,
) -> None:
    battery.empties(80)
    setattr(battery, which, None)
    await machine.run(6 * MINUTE)
    battery.soc = 38
    await machine.run(13 * MINUTE)
    assert shedding.status == ("holding", "power_unknown")
    assert shedding.short == [("held", None, "power_unknown")]
    assert repairs(hass) == {}
    await machine.run(4 * MINUTE)
    assert repairs(hass) == {"site_shedding_power": {"name": "Solar site", "powers": powers}}
    battery.empties(38)
    await machine.run(6 * MINUTE)
    assert states_of(hass, ALL) == ["off", "on", "on"]
    assert repairs(hass) == {}


async def test_a_repair_about_a_power_stands_over_a_restart(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    shedding: Shedding,
    armed: MockConfigEntry,
) -> None:
    battery.empties(38)
    battery.battery_w = None
    await machine.run(25 * MINUTE)
    assert "site_shedding_power" in repairs(hass)
    assert await machine.finish(hass.config_entries.async_reload(armed.entry_id))
    for _ in range(10):
        await machine.run(MINUTE)
        assert "site_shedding_power" in repairs(hass)
    assert shedding.short == [("held", None, "power_unknown")]


@pytest.mark.usefixtures("toy")
async def test_a_battery_that_tells_its_charge_only_cannot_be_protected_and_a_repair_says_so(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    shedding: Shedding,
    plugs: Sequence[Plug],
) -> None:
    other = {"id": "o1", "kind": "battery", "name": "EG4", "soc": "sensor.eg4"}
    await set_up(site_entry_with({"others": [other], "shedding": {"loads": [plugs[0].entity_id]}}))
    await machine.finish(shedding.arm())
    for _ in range(25):
        hass.states.async_set("sensor.eg4", "12", {"unit_of_measurement": "%"})
        await machine.run(MINUTE)
    assert states_of(hass, [POOL]) == ["on"]
    shown = {"name": "Solar site", "powers": "Battery power"}
    assert repairs(hass) == {"site_shedding_power": shown}


@pytest.mark.usefixtures("toy")
async def test_a_site_without_panels_needs_no_sun_to_shed(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    shedding: Shedding,
    plugs: Sequence[Plug],
) -> None:
    other = {
        "id": "o1",
        "kind": "battery",
        "name": "EG4",
        "soc": "sensor.eg4",
        "power": "sensor.eg4_power",
    }
    await set_up(site_entry_with({"others": [other], "shedding": {"loads": [plugs[0].entity_id]}}))
    await machine.finish(shedding.arm())
    for _ in range(25):
        hass.states.async_set("sensor.eg4", "35", {"unit_of_measurement": "%"})
        hass.states.async_set("sensor.eg4_power", "800", {"unit_of_measurement": "W"})
        await machine.run(MINUTE)
    assert states_of(hass, [POOL]) == ["off"]
    assert shedding.short == [("shed", POOL, "soc")]
    assert repairs(hass) == {}


async def test_figures_of_different_moments_decide_nothing(
    machine: TimeMachine, battery: Battery, shedding: Shedding, armed: MockConfigEntry
) -> None:
    battery.empties(39.9)
    await machine.run(MINUTE)
    source = source_of(armed)
    assert source.moment is not None
    later = source.moment.at + 5
    lower = replace(source.moment, at=later, storage=Storage(soc=5.0, at=later, oldest_at=later))
    for held, reason in ((True, "surplus"), (False, "critical")):
        news = shedding_of(source).look(replace(lower, held=held))
        assert news.values["load_shedding_reason"] == reason
    assert shedding.short == []


@pytest.mark.usefixtures("toy")
async def test_the_charge_of_another_integration_will_do(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    battery: Battery,
    shedding: Shedding,
    plugs: Sequence[Plug],
) -> None:
    async def tell(soc: str, minutes: int) -> None:
        for _ in range(minutes):
            hass.states.async_set("sensor.eg4", soc, {"unit_of_measurement": "%"})
            await machine.run(MINUTE)

    battery.soc = None
    await set_up(toy_entry())
    await set_up(
        site_entry_with(
            {
                "others": [
                    {"id": "o1", "kind": "battery", "name": "EG4", "soc": "sensor.eg4"},
                ],
                "shedding": {"loads": [plugs[0].entity_id]},
            }
        )
    )
    await machine.finish(shedding.arm())
    await tell("80", 16)
    assert shedding.status == ("normal", "charged")
    battery.pv_w, battery.battery_w = 0.0, 800.0
    await tell("35", 10)
    assert states_of(hass, [POOL]) == ["off"]
    assert shedding.short == [("shed", POOL, "soc")]
