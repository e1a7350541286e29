"""After a power cut the store is older than what was shown: no total of the site may fall."""

from freezegun.api import TickingDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from custom_components.solar_monitor.logic.estimates import RESERVE_KWH
from custom_components.solar_monitor.logic.site_totals import Flow
from custom_components.solar_monitor.site.options_data import Role
from tests.integration.site_flow.kit import sensor, show
from tests.integration.site_flow.roles_kit import (
    GRID,
    PANELS,
    Household,
    Reader,
    device,
    grid_meter,
)


def count(site: Household, entity_id: str, steps: range) -> float | None:
    """Let a counter rise from 100 by 0.1 kWh every half a minute; give what is shown last."""
    shown = None
    for step in steps:
        show(site.hass, entity_id, 100 + step / 10, "kWh")
        shown = site.shown()
    return shown


@pytest.fixture
def energy(hass: HomeAssistant) -> str:
    """Give the counter of a meter."""
    return grid_meter(hass, 100)[Role.ENERGY_IN]


@pytest.fixture
def site(hass: HomeAssistant, clock: TickingDateTimeFactory, energy: str) -> Household:
    """Give a site with that meter."""
    entities = {Role.POWER: "sensor.power", Role.ENERGY_IN: energy}
    return Household(hass, clock, device(GRID, entities), Flow.IMPORT)


@pytest.mark.parametrize("first", [0, 100, 100.5, 101.4, 101.9])
async def test_an_older_value_is_not_shown_and_the_truth_is_at_once(
    hass: HomeAssistant, site: Household, energy: str, first: float
) -> None:
    assert count(site, energy, range(21)) == 2.0
    site.cut_power()
    show(hass, energy, first, "kWh")
    assert site.shown() is None
    assert site.shown() is None
    assert count(site, energy, range(21 + 5, 21 + 6)) == 2.6


async def test_what_was_counted_while_home_assistant_was_off_is_not_lost(
    hass: HomeAssistant, site: Household, energy: str
) -> None:
    count(site, energy, range(21))
    site.cut_power()
    site.clock.tick(3600)
    show(hass, energy, 107, "kWh")
    assert site.shown() == 7.0


async def test_many_power_cuts_in_a_row_make_no_fall_either(
    hass: HomeAssistant, site: Household, energy: str
) -> None:
    shown: list[float | None] = []
    for step in range(200):
        if step % 7 == 0:
            site.cut_power()
            show(hass, energy, 0 if step % 2 else 100, "kWh")
            shown.append(site.shown())
        shown.append(count(site, energy, range(step, step + 1)))
    known = [kwh for kwh in shown if kwh is not None]
    assert known == sorted(known)
    assert known[-1] == pytest.approx(19.9, abs=RESERVE_KWH)


async def test_what_rests_is_known_again_at_once(
    hass: HomeAssistant, site: Household, energy: str
) -> None:
    count(site, energy, range(21))
    site.store()
    site.store()  # nothing has moved since the one before
    site.cut_power()
    show(hass, energy, 102, "kWh")
    assert site.shown() == 2.0


async def test_it_is_written_once_for_each_reserve_that_is_used_up(
    site: Household, energy: str
) -> None:
    count(site, energy, range(3))
    before = site.writes
    count(site, energy, range(3, 103))
    assert site.writes - before <= 10 / RESERVE_KWH + 1


async def test_another_entity_goes_on_where_the_one_before_may_have_stood(
    hass: HomeAssistant, site: Household, energy: str
) -> None:
    assert count(site, energy, range(21)) == 2.0
    other = sensor(hass, "other", 50_000, "kWh")
    site.devices = (device(GRID, {Role.POWER: "sensor.power", Role.ENERGY_IN: other}),)
    site.cut_power()
    assert site.shown() is None
    site.clock.tick(3600)
    show(hass, other, 50_000.6, "kWh")
    kwh = site.shown()
    assert kwh is not None
    assert 2.0 <= kwh <= 2.6


async def test_an_estimate_waits_until_it_has_made_up_for_it(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    power = sensor(hass, "power", 60_000)
    reader = Reader(hass, clock, device(PANELS, {Role.POWER: power}))
    for _ in range(2):
        show(hass, power, 60_000)
        reader.look()
    reader.restart(proven=False)
    shown = []
    for _ in range(3):
        show(hass, power, 60_000)
        shown.append(reader.kwh(Flow.PV))
    assert shown == [None, pytest.approx(1.0, abs=0.05), pytest.approx(1.5, abs=0.05)]
