"""An evening with the grid and a night without it: a real logger, and loads that draw its power."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple, override

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import HomeAssistant, callback
import pytest

from custom_components.solar_monitor.logic.shedding import Config, Levels
from tests.integration.conftest import SetUp
from tests.integration.machine import TimeMachine
from tests.integration.site.kit import House, Topology, house_at
from tests.integration.site_shedding.kit import HOUR, MINUTE, Shedding, repairs
from tests.integration.site_shedding.loads import Plug, plug_in
from tests.simulators.battery import BatterySpec
from tests.simulators.faults import Fault
from tests.simulators.plant import Plant

if TYPE_CHECKING:
    from homeassistant.core import Event, EventStateChangedData

BOILER, HEATING, PUMP = "switch.boiler", "switch.heating", "switch.pump"
WATTS: Final = {BOILER: 600.0, HEATING: 350.0, PUMP: 150.0}
EVENTS: Final = "event.solar_site_load_shedding_events"
UNTIL_EVENING_S: Final = 5.5 * HOUR
"""Tests begin at eleven."""
DEFAULTS: Final = Config()
FLOOR: Final = 5.0
A_LITTLE: Final = 1.5


@dataclass(frozen=True, kw_only=True)
class Cottage(Topology):
    """A small house behind one inverter."""

    capacity_kwh: float
    household: float

    @override
    def plant(self) -> Plant:
        battery = BatterySpec(capacity_kwh=self.capacity_kwh, soc_min=FLOOR)
        plant = Plant(household_scale=self.household, backup_share=1.0)
        return replace(plant, battery=battery)


def cottage(capacity_kwh: float, household: float, interval_s: int) -> Cottage:
    """Build a house whose loads may be shed."""
    return Cottage(
        feed=None,
        ct=False,
        capacity_kwh=capacity_kwh,
        household=household,
        interval_s=interval_s,
        options={"shedding": {"loads": list(WATTS)}},
    )


class Line(NamedTuple):
    """What was told, and the charge of that moment."""

    what: str
    load: str | None
    reason: str
    soc: float


class Home:
    """A house with loads that draw power while they are on, and a diary."""

    def __init__(self, hass: HomeAssistant, house: House) -> None:
        """Begin with all loads on."""
        self.hass = hass
        self.house = house
        self.plugs = {load: Plug(load.partition(".")[2]) for load in WATTS}
        self.diary: list[Line] = []
        self._told: str | None = None

    def follow(self) -> None:
        """Begin to follow what turns and what is told."""
        self.hass.bus.async_listen(EVENT_STATE_CHANGED, self._on_state)
        self._draw()

    def _draw(self) -> None:
        self.house.site.extra_load = sum(WATTS[load] for load in WATTS.keys() - set(self.off))

    @callback
    def _on_state(self, event: Event[EventStateChangedData]) -> None:
        new = event.data["new_state"]
        if event.data["entity_id"] in WATTS:
            self._draw()
        if event.data["entity_id"] != EVENTS or new is None or new.state == self._told:
            return
        if (what := new.attributes.get("event_type")) is not None:
            self._told = new.state
            load, reason = new.attributes["entity_id"], new.attributes["reason"]
            self.diary.append(Line(what, load, reason, self.house.site.soc()))

    @property
    def off(self) -> list[str]:
        """The loads that are off."""
        return [load for load, plug in self.plugs.items() if not plug.is_on]

    @property
    def lines(self) -> list[tuple[str, str | None, str]]:
        """What was told, without the charge."""
        return [line[:3] for line in self.diary]

    def charges(self, what: str) -> dict[str | None, float]:
        """Give the charge at which each load turned last."""
        return {line.load: line.soc for line in self.diary if line.what == what}


@pytest.fixture
async def home(
    request: pytest.FixtureRequest,
    hass: HomeAssistant,
    machine: TimeMachine,
    monkeypatch: pytest.MonkeyPatch,
    set_up: SetUp,
    shedding: Shedding,
) -> AsyncIterator[Home]:
    """Give a house at half past four, with load shedding armed."""
    # The logger in this house does not go to sleep: to look every 5 s makes nights long.
    monkeypatch.setattr("tests.simulators.logger.WATCH_S", 86_400)
    await machine.leap(UNTIL_EVENING_S)
    async with house_at(hass, request.param) as house:
        found = Home(hass, house)
        await plug_in(hass, "switch", *found.plugs.values())
        found.follow()
        house.site.set_soc(70)
        for entry in house.entries:
            await set_up(entry)
        await machine.finish(shedding.arm())
        yield found
        for entry in reversed(house.entries):
            assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))


def levels(*, offgrid: bool) -> list[Levels]:
    """Give the levels of the loads."""
    return [DEFAULTS.levels(place, offgrid=offgrid) for place in range(len(WATTS))]


def near(*values: float) -> list[object]:
    """Compare charges: they are whole numbers, and asked for once in a minute or two."""
    return [pytest.approx(value, abs=A_LITTLE) for value in values]


@pytest.mark.parametrize("home", [cottage(8.0, 0.6, 60)], indirect=True)
async def test_an_evening_on_the_battery_until_the_grid_carries_the_house(
    home: Home, machine: TimeMachine, shedding: Shedding
) -> None:
    await machine.run(HOUR)
    assert shedding.status == ("normal", "charged")
    assert home.off == []

    # By seven all are off: people cook.
    await machine.run(1.5 * HOUR)
    assert shedding.status == ("shed", "soc")
    assert home.lines == [("shed", load, "soc") for load in WATTS]
    expected = near(*(each.shed_below for each in levels(offgrid=False)))
    assert list(home.charges("shed").values()) == expected

    # Somebody wants warm water in the pipes, and that counts; nobody minds a reload.
    await machine.run(HOUR / 2)
    home.plugs[PUMP].flip(on=True)
    await machine.run(HOUR / 2)
    assert home.lines[3:] == [("overridden", PUMP, "turned_on")]
    entry = home.house.site_entry
    assert await machine.finish(home.hass.config_entries.async_reload(entry.entry_id))
    assert home.off == [BOILER, HEATING]
    await machine.run(10 * MINUTE)
    assert shedding.status == ("shed", "soc")
    assert shedding.about["loads"] == ["boiler", "heating"]
    assert shedding.about["released"] == ["pump"]

    # At half past nine the battery is at its floor and rests, so loads come back one by one.
    await machine.run(3 * HOUR)
    assert home.lines[4:] == [("restored", HEATING, "parked"), ("restored", BOILER, "parked")]
    assert list(home.charges("restored").values()) == near(FLOOR, FLOOR)
    assert shedding.status == ("normal", "surplus")
    await machine.run(2 * HOUR)
    assert home.off == []
    assert len(home.diary) == 6
    assert repairs(home.hass) == {}


@pytest.mark.parametrize("home", [cottage(8.0, 0.6, 160)], indirect=True)
async def test_an_inverter_that_is_asked_every_160_s_is_enough(
    home: Home, machine: TimeMachine, shedding: Shedding
) -> None:
    await machine.run(3 * HOUR)
    assert shedding.status == ("shed", "soc")
    assert home.lines == [("shed", load, "soc") for load in WATTS]
    assert repairs(home.hass) == {}


@pytest.mark.parametrize("home", [cottage(8.0, 0.6, 240)], indirect=True)
async def test_an_inverter_that_is_asked_every_four_minutes_is_not_and_a_repair_says_so(
    home: Home, machine: TimeMachine, shedding: Shedding
) -> None:
    await machine.run(10 * MINUTE)
    assert repairs(home.hass) == {}
    await machine.run(10 * MINUTE)
    assert shedding.status == ("holding", "rare")
    assert repairs(home.hass) == {
        "site_shedding_rare": {"name": "Solar site", "seconds": "240"},
    }
    assert home.lines == [("held", None, "rare")]
    entry = home.house.site_entry
    assert await machine.finish(home.hass.config_entries.async_reload(entry.entry_id))
    for _ in range(10):
        await machine.run(MINUTE)
        assert list(repairs(home.hass)) == ["site_shedding_rare"]
    assert home.lines == [("held", None, "rare")]


@pytest.mark.parametrize("home", [cottage(15.0, 0.4, 120)], indirect=True)
async def test_a_night_without_the_grid(
    home: Home, machine: TimeMachine, shedding: Shedding
) -> None:
    home.house.site.grid_up = False
    await machine.run(5 * HOUR)
    assert shedding.status == ("shed", "offgrid")
    assert home.lines == [("shed", load, "offgrid") for load in WATTS]
    expected = near(*(each.shed_below for each in levels(offgrid=True)))
    assert list(home.charges("shed").values()) == expected

    # The logger says nothing for half an hour: everything stays as it is.
    (logger,) = home.house.loggers
    logger.fault = Fault.SILENCE
    await machine.run(10 * MINUTE)
    assert shedding.status == ("holding", "stale")
    assert repairs(home.hass) == {}
    await machine.run(20 * MINUTE)
    assert "site_shedding_stale" in repairs(home.hass)
    logger.fault = Fault.NONE
    await machine.run(HOUR / 2)
    assert shedding.status == ("shed", "offgrid")
    assert repairs(home.hass) == {}
    assert home.lines[3:] == [("held", None, "stale")]
    assert home.off == list(WATTS)

    # A device loses its power for a while, and is on when it is back: once more it goes.
    home.plugs[HEATING].lose()
    await machine.run(5 * MINUTE)
    home.plugs[HEATING].come_back(on=True)
    await machine.run(5 * MINUTE)
    assert home.lines[4:] == [("shed", HEATING, "rebooted")]
    assert home.off == list(WATTS)

    # Until a quarter to eleven the sun has filled the battery, up to the level of each load.
    await machine.run(12 * HOUR)
    assert home.off == []
    assert home.lines[5:] == [("restored", load, "recharged") for load in reversed(WATTS)]
    expected = near(*(each.restore_above for each in reversed(levels(offgrid=True))))
    assert list(home.charges("restored").values()) == expected
    assert shedding.status == ("normal", "charged")
    assert home.house.site.powers().grid_up is False
