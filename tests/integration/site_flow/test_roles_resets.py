"""Counters of other integrations that begin anew, by themselves or in another unit."""

from freezegun.api import TickingDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from custom_components.solar_monitor.logic.site_totals import Flow
from custom_components.solar_monitor.site.options_data import Role
from tests.integration.site_flow.kit import show
from tests.integration.site_flow.roles_kit import GRID, Household, Reader, device, grid_meter

HOUR_KWH = 0.5
DAYS = 5


def report(
    hass: HomeAssistant, entity_id: str, kwh: float, unit: str = "kWh", reset: str | None = None
) -> None:
    """Let a counter report, perhaps with when it began."""
    attributes = {"unit_of_measurement": unit, "last_reset": reset}
    hass.states.async_set(entity_id, str(kwh), attributes)


def days_of(hass: HomeAssistant, clock: TickingDateTimeFactory, *, tells: bool) -> float | None:
    """Count 60 kWh in five days, with a report every hour and a reset every day."""
    entities = grid_meter(hass, 0)
    site = Household(hass, clock, device(GRID, entities), Flow.IMPORT)
    shown: list[float | None] = []
    for hour in range(24 * DAYS):
        day, of_day = divmod(hour, 24)
        reset = f"2026-11-{day + 1:02}T00:00:00+00:00" if tells else None
        report(hass, entities[Role.ENERGY_IN], (of_day + 1) * HOUR_KWH, reset=reset)
        shown += [site.shown(300) for _ in range(12)]
    known = [kwh for kwh in shown if kwh is not None]
    assert known == sorted(known)
    return shown[-1]


async def test_a_counter_that_reports_every_hour_and_begins_anew_every_day_is_counted(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    # The first value is where it starts, and each reset costs the three reports that confirm it.
    lost = HOUR_KWH + (DAYS - 1) * 3 * HOUR_KWH
    assert days_of(hass, clock, tells=False) == pytest.approx(60 - lost)


async def test_one_that_says_when_it_began_loses_what_it_had_counted_at_its_first_report(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    assert days_of(hass, clock, tells=True) == pytest.approx(60 - DAYS * HOUR_KWH)


async def test_a_counter_that_says_that_it_began_anew_may_do_so_while_home_assistant_is_off(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    entities = grid_meter(hass, 0)
    energy = entities[Role.ENERGY_IN]
    reader = Reader(hass, clock, device(GRID, entities))
    report(hass, energy, 12.0, reset="2026-11-20T00:00:00+00:00")
    assert reader.kwh(Flow.IMPORT) == 12.0
    reader.restart()
    report(hass, energy, 0.0, reset="2026-11-21T00:00:00+00:00")
    assert reader.kwh(Flow.IMPORT) == 12.0
    report(hass, energy, 0.25, reset="2026-11-21T00:00:00+00:00")
    assert reader.kwh(Flow.IMPORT) == 12.25


@pytest.mark.parametrize("glitch", [0.0, 3.0])
async def test_a_counter_that_takes_its_reset_back_has_counted_nothing_meanwhile(
    hass: HomeAssistant, clock: TickingDateTimeFactory, glitch: float
) -> None:
    entities = grid_meter(hass, 0)
    energy = entities[Role.ENERGY_IN]
    reader = Reader(hass, clock, device(GRID, entities))
    report(hass, energy, 12.0, reset="2026-11-20T00:00:00+00:00")
    assert reader.kwh(Flow.IMPORT) == 12.0
    report(hass, energy, glitch, reset="2026-11-21T00:00:00+00:00")
    assert reader.kwh(Flow.IMPORT) == 12.0
    clock.tick(3000)  # in which it could have counted much more than it had lost
    report(hass, energy, 12.1, reset="2026-11-20T00:00:00+00:00")
    assert reader.kwh(Flow.IMPORT) == 12.1


async def test_a_time_of_reset_that_moves_all_the_time_takes_nothing_from_a_counter(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    entities = grid_meter(hass, 0)
    reader = Reader(hass, clock, device(GRID, entities))
    for step in range(60):
        report(hass, entities[Role.ENERGY_IN], 100 + step / 10, reset=f"2026-11-21T09:00:{step:02}")
        reader.look()
    assert reader.kwh(Flow.IMPORT) == 105.9


async def test_another_unit_is_no_energy_however_often_it_changes(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    entities = grid_meter(hass)
    energy = entities[Role.ENERGY_IN]
    site = Household(hass, clock, device(GRID, entities), Flow.IMPORT)
    for _ in range(3):
        for _ in range(30):
            show(hass, energy, 123.456, "kWh")
            site.shown()
        for _ in range(30):
            show(hass, energy, 0.123, "MWh")
            site.shown()
    assert site.total.shown == 0


async def test_a_counter_goes_on_in_its_new_unit(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    entities = grid_meter(hass)
    energy = entities[Role.ENERGY_IN]
    reader = Reader(hass, clock, device(GRID, entities))
    reader.look()
    reader.read.memory()
    show(hass, energy, 1.002, "MWh")
    assert reader.kwh(Flow.IMPORT) == 1000
    assert reader.is_due()
    clock.tick(300)
    show(hass, energy, 1.003, "MWh")
    assert reader.kwh(Flow.IMPORT) == 1001
    reader.restart()
    clock.tick(300)
    show(hass, energy, 1.004, "MWh")
    assert reader.kwh(Flow.IMPORT) == 1002
    reader.restart()
    clock.tick(300)
    show(hass, energy, 1_006_000, "Wh")  # changed while Home Assistant was off
    assert reader.kwh(Flow.IMPORT) == 1002


async def test_a_first_0_in_another_unit_does_not_make_a_counter_unknown(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    entities = grid_meter(hass)
    reader = Reader(hass, clock, device(GRID, entities))
    reader.look()
    show(hass, entities[Role.ENERGY_IN], 0, "Wh")
    assert [reader.kwh(Flow.IMPORT) for _ in range(5)] == [1000] * 5


async def test_a_counter_is_followed_after_the_clock_was_set_back(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    entities = grid_meter(hass)
    reader = Reader(hass, clock, device(GRID, entities))
    reader.look()
    clock.tick(-3600)
    for step in range(60):
        show(hass, entities[Role.ENERGY_IN], 1000 + step / 100, "kWh")
        reader.look()
    assert reader.kwh(Flow.IMPORT) == 1000.59


@pytest.mark.parametrize("off", ["unavailable", "unknown", "", "broken", -5, -0.001])
async def test_a_state_that_is_no_count_is_no_energy(
    hass: HomeAssistant, clock: TickingDateTimeFactory, off: object
) -> None:
    entities = grid_meter(hass)
    site = Household(hass, clock, device(GRID, entities), Flow.IMPORT)
    for step in range(300):
        value = off if step % 3 == 0 else 1000 + step / 1000
        show(hass, entities[Role.ENERGY_IN], value, "kWh")
        site.shown()
    assert site.total.shown == pytest.approx(0.298, abs=0.002)
