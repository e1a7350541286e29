"""Every kWh that the cloud tells is in the statistics, and none that it tells wrongly."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from freezegun.api import TickingDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.conftest import SetUp
from tests.integration.enlighten.kit import (
    DAY_S,
    HOUR_S,
    cloud_at,
    entity_id,
    entry_for,
    number,
)
from tests.integration.machine import TimeMachine
from tests.integration.recorded import rows_of
from tests.integration.units import HOME
from tests.simulators.enlighten import EVERYWHERE, Endpoint, EnlightenSimulator, Fault
from tests.simulators.enlighten.registers import Registers

MORNING: Final = datetime(2027, 6, 20, 4, tzinfo=HOME.zone)
TROUBLE: Final = (
    (Endpoint.SUMMARY, Fault.FAIL),
    (Endpoint.SUMMARY, Fault.NULLS),
    (Endpoint.SUMMARY, Fault.TEXTS),
    (Endpoint.SUMMARY, Fault.WRONG_SHAPE),
    (Endpoint.SUMMARY, Fault.TRUNCATED),
    (Endpoint.SUMMARY, Fault.BARE_QUOTA),
    (EVERYWHERE, Fault.SILENT),
    (EVERYWHERE, Fault.RESET),
    (EVERYWHERE, Fault.UNAUTHORIZED),
)


async def counted(hass: HomeAssistant, key: str) -> list[float]:
    """Give the sums of the five-minute statistics of a key, kWh."""
    rows = await rows_of(hass, {entity_id(hass, key): key}, "5minute", MORNING)
    return [row["sum"] or 0.0 for row in rows[key]]


async def reload(hass: HomeAssistant, machine: TimeMachine, entry: MockConfigEntry) -> None:
    """Unload and set up again."""
    assert await machine.finish(hass.config_entries.async_reload(entry.entry_id))


async def test_two_days_with_faults_and_restarts_add_up_to_what_the_cloud_knows(
    hass: HomeAssistant, clock: TickingDateTimeFactory, machine: TimeMachine, set_up: SetUp
) -> None:
    dice = Random(5)  # noqa: S311 - nothing depends on its secrecy
    clock.move_to(MORNING)
    async with cloud_at(hass) as cloud:
        entry = entry_for(cloud, profile="cloud_only")
        await set_up(entry)
        await machine.run(600)
        begin = number(hass, "energy_total")
        for _ in range(20):
            await machine.run(dice.uniform(0.2, 2) * HOUR_S)
            cloud.fault(*dice.choice(TROUBLE), times=dice.randint(1, 3))
            if dice.random() < 0.3:
                await reload(hass, machine, entry)
        cloud.clear_faults()
        evening = MORNING + timedelta(days=1, hours=19)
        await machine.run(evening.timestamp() - cloud.clock.timestamp())
        known = cloud.truth().energy_lifetime_wh / 1000
        assert number(hass, "energy_total") == pytest.approx(known, abs=0.01)
        sums = await counted(hass, "energy_total")
        assert sums == sorted(sums)
        assert sums[-1] == pytest.approx(known - begin, abs=0.1)


async def test_the_energies_of_days_add_up_as_well(
    hass: HomeAssistant, clock: TickingDateTimeFactory, machine: TimeMachine, set_up: SetUp
) -> None:
    clock.move_to(MORNING)
    async with cloud_at(hass) as cloud:
        await set_up(entry_for(cloud, profile="cloud_only"))
        await machine.run(600)
        begin = number(hass, "energy_total")
        await machine.run(2 * DAY_S - 6 * HOUR_S)
        made = number(hass, "energy_total") - begin
        sums = await counted(hass, "energy_today")
        assert sums == sorted(sums)
        assert sums[-1] == pytest.approx(made, abs=0.3)


type Spoil = Callable[[EnlightenSimulator, pytest.MonkeyPatch], None]


def lacks_the_day_before(cloud: EnlightenSimulator, patch: pytest.MonkeyPatch) -> None:
    """Let the energy in all end a day too early."""
    right = cloud.system.lifetime
    patch.setattr(cloud.system, "lifetime", lambda until: right(until - DAY_S))


def has_the_day_before_twice(cloud: EnlightenSimulator, patch: pytest.MonkeyPatch) -> None:
    """Let the energy of today be that of yesterday still."""
    system = cloud.system

    def of_yesterday(_day: object, _known: Registers) -> int:
        yesterday = system.today - timedelta(days=1)
        (known,) = system.days(yesterday, yesterday)
        return known.production

    patch.setattr(system, "production_of", of_yesterday)


def says(value: int) -> Spoil:
    """Let the energy in all be something else."""

    def spoil(cloud: EnlightenSimulator, patch: pytest.MonkeyPatch) -> None:
        patch.setattr(cloud.system, "lifetime", lambda _until: value)

    return spoil


@pytest.mark.parametrize(
    "spoil",
    [
        lacks_the_day_before,
        has_the_day_before_twice,
        says(0),
        says(2**32 - 1),
        says(2**31),
        says(99_999_999),
    ],
    ids=["a day is missing", "a day twice", "0", "2^32", "2^31", "too much"],
)
async def test_no_wrong_energy_reaches_the_statistics_after_midnight(
    hass: HomeAssistant,
    clock: TickingDateTimeFactory,
    machine: TimeMachine,
    set_up: SetUp,
    spoil: Spoil,
) -> None:
    clock.move_to(MORNING)
    async with cloud_at(hass) as cloud:
        entry = entry_for(cloud, profile="cloud_only")
        await set_up(entry)
        await machine.run(600)
        begin = number(hass, "energy_total")
        await machine.run(20.2 * HOUR_S - 600)
        with pytest.MonkeyPatch.context() as patch:
            spoil(cloud, patch)
            await machine.finish(refresh(entry))
            await machine.run(5 * HOUR_S)
            await machine.finish(refresh(entry))
            await machine.run(1.5 * HOUR_S)
            await reload(hass, machine, entry)
        await machine.run(12 * HOUR_S)
        known = cloud.truth().energy_lifetime_wh / 1000
        assert number(hass, "energy_total") == pytest.approx(known, abs=2)
        for key, within in (("energy_total", 2.5), ("energy_today", 2.5)):
            sums = await counted(hass, key)
            assert sums == sorted(sums)
            assert sums[-1] == pytest.approx(known - begin, abs=within)


async def refresh(entry: MockConfigEntry) -> None:
    """Ask now, as a user does."""
    source: Any = entry.runtime_data.coordinator.source
    await source.async_refresh(source.systems[0].system_id)


@pytest.mark.parametrize("backlog_h", [0, 6])
async def test_what_a_silent_gateway_sends_later_is_counted(
    hass: HomeAssistant,
    clock: TickingDateTimeFactory,
    machine: TimeMachine,
    set_up: SetUp,
    backlog_h: int,
) -> None:
    clock.move_to(MORNING)
    async with cloud_at(hass) as cloud:
        cloud.system.reporting.backlog_s = backlog_h * HOUR_S
        await set_up(entry_for(cloud, profile="cloud_only"))
        await machine.run(5 * HOUR_S)
        begin = number(hass, "energy_total")
        cloud.system.gateway_falls_silent()
        await machine.run(DAY_S)
        assert number(hass, "energy_total") == pytest.approx(begin, abs=1)
        cloud.system.gateway_comes_back()
        await machine.run(10 * HOUR_S)
        known = cloud.truth().energy_lifetime_wh / 1000
        assert number(hass, "energy_total") == pytest.approx(known, abs=1)
        sums = await counted(hass, "energy_total")
        assert sums == sorted(sums)
        assert sums[-1] > 25
