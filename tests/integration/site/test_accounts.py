"""An account at Enphase beside an inverter: what the site counts of it, and what it leaves out."""

from typing import TYPE_CHECKING, Any, Final

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.const import EVENT_STATE_CHANGED, STATE_UNAVAILABLE
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.solar_monitor.sun import is_low
from tests.integration.conftest import SetUp
from tests.integration.enlighten.kit import HOUR_S, SYSTEM, cloud_at, entry_for, number
from tests.integration.machine import TimeMachine
from tests.integration.site.kit import GATEWAY, House, Topology, source_of
from tests.integration.site.test_balance import choose
from tests.integration.states import history_of, state_with
from tests.simulators.plant import AcFeed

if TYPE_CHECKING:
    from pytest_homeassistant_custom_component.common import MockConfigEntry

ALONE: Final = Topology(feed=None, interval_s=60)
"""Only the account knows the panels on the roof."""
THROUGH: Final = Topology(feed=AcFeed.GENERATOR_PORT, gateway=False, interval_s=60)
"""The inverter measures them on its generator port as well."""
BESIDE: Final = Topology(interval_s=60)
"""A gateway measures them as well."""
SETTLES_S: Final = 5 * 60
STEP_KWH: Final = 0.2
"""An inverter counts in tenths."""
NO_ARRAY: Final = {
    "companion": {"profile": "companion"},
    "alarms only": {"profile": "alarms_only"},
    "a rest": {"profile": "cloud_only", "paused": [SYSTEM]},
}


@pytest.mark.usefixtures("long_days")
@pytest.mark.parametrize("house", [ALONE], indirect=True)
@pytest.mark.parametrize("use", NO_ARRAY.values(), ids=NO_ARRAY)
async def test_an_account_that_is_seldom_asked_for_power_takes_nothing_from_the_sums(
    living: House, machine: TimeMachine, set_up: SetUp, use: dict[str, Any]
) -> None:
    async with cloud_at(living.hass) as cloud:
        account = entry_for(cloud, **use)
        await set_up(account)
        for _ in range(3):
            await machine.run(HOUR_S)
            living.site.freeze_weather()
            await machine.run(SETTLES_S)
            assert not is_low(living.hass)
            powers = living.site.powers()
            assert living.shown("status") == "complete"
            assert living.number("pv_power") == pytest.approx(powers.pv, abs=2)
            assert living.number("load_power") == pytest.approx(powers.load, abs=2)
            living.site.thaw_weather()
        if not account.options["paused"]:
            assert living.shown("panel_problem") == "off", "its alarms count all the same"
        await finish(living, machine, account)


@pytest.mark.usefixtures("long_days")
@pytest.mark.parametrize("house", [ALONE], indirect=True)
async def test_another_use_of_the_cloud_takes_effect_without_a_jump_in_any_counter(
    living: House, machine: TimeMachine, set_up: SetUp
) -> None:
    async with cloud_at(living.hass) as cloud:
        account = entry_for(cloud, profile="cloud_only")
        await set_up(account)
        await machine.run(2 * HOUR_S)
        assert living.number("pv_power") > living.site.powers().pv + 100
        assert state_with(living.hass, "site_pv_power").attributes["estimated"] is True
        lifetime = number(living.hass, "energy_total")
        assert lifetime > 100, "a jump would be seen"
        events = async_capture_events(living.hass, EVENT_STATE_CHANGED)
        told_before = 0.0
        for profile in ("alarms_only", "cloud_only", "companion", "cloud_only"):
            before, shown = living.site.energies(), living.number("pv_energy_total")
            told = cloud.truth().energy_lifetime_wh / 1_000
            await use(living, machine, account, profile)
            await machine.run(HOUR_S)
            own = before.until(living.site.energies()).pv
            most = own + STEP_KWH
            if profile == "cloud_only":
                # What was produced since the last answer before it is told by the next one.
                most += cloud.truth().energy_lifetime_wh / 1_000 - told_before
            assert own - STEP_KWH <= living.number("pv_energy_total") - shown <= most
            told_before = told
        for key in ("pv", "load"):
            states = history_of(living.hass, events, f"site_{key}_energy_total")
            known = [float(state) for state in states if state != STATE_UNAVAILABLE]
            assert known == sorted(known)
            assert known[-1] - known[0] < lifetime / 4
        await finish(living, machine, account)


@pytest.mark.usefixtures("long_days")
@pytest.mark.parametrize("house", [THROUGH], indirect=True)
@pytest.mark.parametrize("first", ["inverter", "account"])
async def test_what_an_inverter_measures_on_its_port_counts_and_not_the_estimate_of_the_cloud(
    house: House, machine: TimeMachine, set_up: SetUp, first: str
) -> None:
    async with cloud_at(house.hass) as cloud:
        account = entry_for(cloud, profile="cloud_only")
        entries = (*house.entries, account) if first == "inverter" else (account, *house.entries)
        for entry in entries:
            await set_up(entry)
        await machine.run(SETTLES_S)
        before, shown = house.site.energies(), house.number("pv_energy_total")
        await machine.run(2 * HOUR_S)
        gone = before.until(house.site.energies())
        assert gone.pv_ac > 1
        rise = house.number("pv_energy_total") - shown
        assert rise == pytest.approx(gone.pv, abs=STEP_KWH)
        house.site.freeze_weather()
        await machine.run(SETTLES_S)
        assert_it_is_measured(house)
        # While the account is away nothing changes.
        for entry in (account, house.site_entry):
            assert await machine.finish(house.hass.config_entries.async_unload(entry.entry_id))
        await set_up(house.site_entry)
        await machine.run(SETTLES_S)
        assert_it_is_measured(house)


def assert_it_is_measured(house: House) -> None:
    """Look that the powers are those of the inverter's port."""
    powers = house.site.powers()
    assert house.number("pv_power") == pytest.approx(powers.pv, abs=2)
    assert house.number("load_power") == pytest.approx(powers.load, abs=2)
    assert house.number("losses") == pytest.approx(powers.losses, abs=2)
    assert not state_with(house.hass, "site_pv_power").attributes["estimated"]
    assert house.shown("status") == "complete"


@pytest.mark.parametrize("house", [BESIDE], indirect=True)
async def test_the_panels_of_a_gateway_that_is_left_out_and_disabled_are_those_of_the_account(
    living: House, machine: TimeMachine, set_up: SetUp
) -> None:
    async with cloud_at(living.hass, {"gateway_serial": GATEWAY}) as cloud:
        account = entry_for(cloud, profile="cloud_only")
        await set_up(account)
        await machine.run(SETTLES_S)
        assert arrays(living) == [GATEWAY]
        gateway = living.gateway_entry
        assert gateway is not None
        await choose(living, machine, {"excluded": [GATEWAY]})
        await machine.run(SETTLES_S)
        assert arrays(living) == [], "it runs and tells of them, and people do not want that"
        shown = living.number("pv_energy_total")
        disable = living.hass.config_entries.async_set_disabled_by
        assert await machine.finish(disable(gateway.entry_id, ConfigEntryDisabler.USER))
        living.site.freeze_weather()
        await machine.run(SETTLES_S)
        assert arrays(living) == [f"enl_{SYSTEM}"]
        watts = living.site.powers().pv_dc + number(living.hass, "power")
        assert living.number("pv_power") == pytest.approx(watts, abs=2)
        assert living.number("pv_energy_total") - shown < 1
        await finish(living, machine, account)


def arrays(house: House) -> list[str]:
    """Name the arrays that the site counts."""
    moment = source_of(house.site_entry).moment
    assert moment is not None
    return [array.name for array in moment.plant.arrays]


async def use(house: House, machine: TimeMachine, account: MockConfigEntry, profile: str) -> None:
    """Choose another use of the cloud in the options of the account."""
    options = account.options | {"profile": profile}
    house.hass.config_entries.async_update_entry(account, options=options)
    assert await machine.finish(house.hass.config_entries.async_reload(account.entry_id))


async def finish(house: House, machine: TimeMachine, account: MockConfigEntry) -> None:
    """Unload the account while its cloud is still there."""
    assert await machine.finish(house.hass.config_entries.async_unload(account.entry_id))
