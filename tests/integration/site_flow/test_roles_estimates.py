"""Energy of devices of other integrations that have a power and no counter."""

from dataclasses import replace

from freezegun.api import TickingDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from custom_components.solar_monitor.logic.contribution import Counter
from custom_components.solar_monitor.logic.site_totals import Flow
from custom_components.solar_monitor.site.options_data import Role
from custom_components.solar_monitor.site.role_guards import GOOD_FOR_S
from tests.integration.site_flow.kit import sensor, show
from tests.integration.site_flow.roles_kit import BATTERY, GRID, HOME, PANELS, Reader, device


def reports(
    reader: Reader, flow: Flow, entity_id: str, powers: list[object], every_s: float
) -> float | None:
    """Let a power be reported so often, with looks in between; give the last known energy."""
    known = None
    for power in powers:
        show(reader.hass, entity_id, power)
        for _ in range(round(every_s / 30)):
            kwh = reader.kwh(flow)
            known = known if kwh is None else kwh
    return known


@pytest.mark.parametrize("every_s", [30, 300, 600, 840])
async def test_a_steady_power_is_counted_up_to_its_last_report(
    hass: HomeAssistant, clock: TickingDateTimeFactory, every_s: float
) -> None:
    power = sensor(hass, "power", -1200)
    reader = Reader(hass, clock, device(BATTERY, {Role.POWER: power}))
    counted = reports(reader, Flow.CHARGE, power, [-1200] * 20, every_s)
    assert counted == pytest.approx(1.2 * 19 * every_s / 3600, rel=0.001)
    assert reader.kwh(Flow.DISCHARGE) == 0


async def test_an_estimate_is_marked_as_one(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    power = sensor(hass, "power", -1200)
    reader = Reader(hass, clock, device(BATTERY, {Role.POWER: power}))
    assert reader.counter(Flow.CHARGE) == Counter(0.0, estimated=True, lossy=True)


async def test_a_device_that_dies_gives_nothing_after_its_last_report(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    power = sensor(hass, "power", 5000)
    reader = Reader(hass, clock, device(PANELS, {Role.POWER: power}))
    before = reports(reader, Flow.PV, power, [5000] * 20, 30)
    assert before == pytest.approx(5 * 19 * 30 / 3600, abs=0.001)
    assert {reader.kwh(Flow.PV) for _ in range(60)} == {before, None}
    after = reports(reader, Flow.PV, power, [5000], 30)  # it lives again
    assert after == before


async def test_what_reports_only_changes_had_no_power_before_the_change(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    power = sensor(hass, "power", 0)
    reader = Reader(hass, clock, device(BATTERY, {Role.POWER: power}))
    assert reports(reader, Flow.DISCHARGE, power, [0, 5000], 600) == 0
    assert reports(reader, Flow.DISCHARGE, power, [0], 600) == pytest.approx(5 / 6, abs=0.001)
    assert reports(reader, Flow.DISCHARGE, power, [0], 600) == pytest.approx(5 / 6, abs=0.001)


async def test_a_report_that_comes_too_late_is_told_as_a_loss(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    power = sensor(hass, "power", 1000)
    reader = Reader(hass, clock, device(PANELS, {Role.POWER: power}))
    assert reader.kwh(Flow.PV) == 0
    clock.tick(GOOD_FOR_S)
    show(hass, power, 1000)
    assert reader.kwh(Flow.PV) is None
    show(hass, power, 1000)
    assert reader.kwh(Flow.PV) == pytest.approx(0.008, abs=0.001)


async def test_each_direction_counts_as_of_the_newer_of_two_reports(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    entities = {Role.POWER: sensor(hass, "power"), Role.OPPOSITE: sensor(hass, "opposite")}
    reader = Reader(hass, clock, device(GRID, entities))
    # What is exported is reported every 10 minutes, what is imported every half a minute: 3 kW in
    # every second of these half minutes.
    for step in range(40):
        if step % 20 == 0:
            show(hass, entities[Role.OPPOSITE], 0)
        show(hass, entities[Role.POWER], 3000 * (step % 2))
        reader.look()
    assert reader.kwh(Flow.IMPORT) == pytest.approx(3 * 19 * 30 / 3600, abs=0.001)
    assert reader.kwh(Flow.EXPORT) == 0


async def test_an_inverted_power_counts_the_other_way_round(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    power = sensor(hass, "power", 1200)
    inverted = replace(device(GRID, {Role.POWER: power}), inverted=True)
    reader = Reader(hass, clock, inverted)
    assert reports(reader, Flow.EXPORT, power, [1200] * 11, 30) == pytest.approx(0.1, abs=0.001)
    assert reader.kwh(Flow.IMPORT) == 0


@pytest.mark.parametrize("off", ["unavailable", "unknown", "broken", "nan", 65_535_000])
async def test_a_state_that_is_no_power_is_no_energy(
    hass: HomeAssistant, clock: TickingDateTimeFactory, off: object
) -> None:
    power = sensor(hass, "power", 1200)
    reader = Reader(hass, clock, device(PANELS, {Role.POWER: power}))
    assert reports(reader, Flow.PV, power, [1200, off] * 50, 30) == 0
    assert reports(reader, Flow.PV, power, [1200] * 2, 30) == 0.01


async def test_another_unit_of_power_changes_nothing(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    power = sensor(hass, "power", 1200)
    reader = Reader(hass, clock, device(PANELS, {Role.POWER: power}))
    for step in range(31):
        show(hass, power, *((1200, "W"), (1.2, "kW"), (0.0012, "MW"))[step % 3])
        reader.look()
    assert reader.kwh(Flow.PV) == pytest.approx(0.3, abs=0.001)


async def test_a_clock_that_is_set_back_adds_no_energy(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    power = sensor(hass, "power", 1200)
    reader = Reader(hass, clock, device(PANELS, {Role.POWER: power}))
    before = reports(reader, Flow.PV, power, [1200] * 11, 30)
    clock.tick(-3600)
    after = reports(reader, Flow.PV, power, [1200] * 11, 30)
    assert before == pytest.approx(0.1, abs=0.001)
    assert after == pytest.approx(0.2, abs=0.001)


async def test_the_meter_of_a_house_counts_nothing_and_writes_nothing(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    power = sensor(hass, "power", 60_000)
    reader = Reader(hass, clock, device(HOME, {Role.POWER: power}))
    for _ in range(100):
        show(hass, power, 60_000)
        assert reader.look().counters == {}
    assert not reader.is_due()


async def test_panels_that_go_to_sleep_at_0_lose_nothing(
    hass: HomeAssistant, clock: TickingDateTimeFactory
) -> None:
    power = sensor(hass, "power", 1200)
    reader = Reader(hass, clock, device(PANELS, {Role.POWER: power}))
    reader.look()
    clock.tick(12 * 3600)  # into the night
    show(hass, power, 0)
    reader.look()
    assert {reader.kwh(Flow.PV) for _ in range(60)} == {0}
