"""Conservation: pv + battery + generator + grid = load + losses, in what Home Assistant shows."""

from collections.abc import Callable
from dataclasses import replace
from statistics import fmean
from typing import Final

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import Event, EventStateChangedData, callback
from homeassistant.helpers.event import async_track_state_change_event
import pytest

from tests.integration.machine import TimeMachine
from tests.integration.site.kit import GATEWAY, House, Topology, coordinator_of
from tests.integration.states import entity_of
from tests.simulators.energies import Energies
from tests.simulators.envoy import Shape
from tests.simulators.plant import AcFeed

SMALL_W: Final = 2.0
EXACT_KWH: Final = 0.2
MOMENTS: Final = 6
APART_S: Final = 400
POWERS: Final = ("pv", "battery", "grid", "load")


def fed(feed: AcFeed) -> dict[str, object]:
    """Say in the options where the gateway's panels feed in."""
    return {"feeds": {GATEWAY: {"feed": feed.value}}}


HOUSE: Final = Topology()
BACKUP: Final = Topology(feed=AcFeed.BACKUP, options=fed(AcFeed.BACKUP))
GENERATOR_PORT: Final = Topology(feed=AcFeed.GENERATOR_PORT, options=fed(AcFeed.GENERATOR_PORT))
UNKNOWN_GRID: Final = Topology(ct=False)
TOPOLOGIES: Final = {
    "house, CT": HOUSE,
    "house, none": UNKNOWN_GRID,
    "backup, CT": BACKUP,
    "backup, none": replace(BACKUP, ct=False),
    "GEN, CT": GENERATOR_PORT,
    "GEN, none": replace(GENERATOR_PORT, ct=False),
    "two in parallel": Topology(shares=(0.6, 0.4), options={"common_bank": True}),
    "Envoy batteries": Topology(fittings=Shape.D8_2_DEVICE_DATA.fittings),
}
OTHER_WAYS: Final = {
    "house, the gateway's CT": Topology(ct=False, net_ct=True),
    "house, CT, the inverter tells of the house": replace(HOUSE, work_mode=2),
    "two in parallel, the first tells of the house": Topology(shares=(0.6, 0.4), work_mode=2),
    "GEN, CT, nobody says where": Topology(feed=AcFeed.GENERATOR_PORT),
    "a single inverter without CT": Topology(feed=None, ct=False),
}
MEASURED: Final = {name: each for name, each in TOPOLOGIES.items() if each is not UNKNOWN_GRID}


def true_powers(house: House) -> dict[str, float]:
    """Give the powers of the simulated house."""
    powers = house.site.powers()
    return {
        "pv": powers.pv,
        "battery": powers.battery,
        "grid": powers.grid,
        "load": powers.load,
    }


class Scales:
    """Weighs the powers whenever one of them has changed."""

    def __init__(self, house: House) -> None:
        """Begin with the state as it is."""
        self._house = house
        self._hybrid = bool(house.loggers)
        self.weighed = 0
        self.skipped = 0
        """How often something was missing once everything had been there."""
        self.worst_w = 0.0
        names = [f"{name}_power" for name in POWERS] + (["losses"] if self._hybrid else [])
        self._entities = [entity_of(house.hass, f"site_{name}") for name in names]
        self.stop: Callable[[], None] = async_track_state_change_event(
            house.hass, self._entities, self._on_change
        )

    @callback
    def _on_change(self, _event: Event[EventStateChangedData]) -> None:
        """Weigh as soon as everything of this moment is written."""
        self._house.hass.loop.call_soon(self._weigh)

    def _weigh(self) -> None:
        """Compare what comes in with what goes out."""
        shown = [self._house.hass.states.get(entity) for entity in self._entities]
        states = [state.state for state in shown if state]
        if STATE_UNAVAILABLE in states:
            self.skipped += bool(self.weighed)  # at first until it has shown that there is a CT
            return
        pv, battery, grid, load, *losses = map(float, states)
        self.weighed += 1
        self.worst_w = max(self.worst_w, abs(pv + battery + grid - load - sum(losses)))


@pytest.mark.parametrize("house", MEASURED.values(), ids=MEASURED, indirect=True)
async def test_powers_are_conserved_at_any_moment(living: House, machine: TimeMachine) -> None:
    scales = Scales(living)
    await machine.run(1_800)
    scales.stop()
    assert scales.weighed > 100
    assert scales.skipped == 0
    assert scales.worst_w <= SMALL_W


@pytest.mark.parametrize(
    "house",
    (MEASURED | OTHER_WAYS).values(),
    ids=[*MEASURED, *OTHER_WAYS],
    indirect=True,
)
async def test_powers_are_those_of_the_house(living: House, machine: TimeMachine) -> None:
    living.site.freeze_weather()
    await machine.run(300)
    true = true_powers(living)
    shown = {name: living.number(f"{name}_power") for name in true}
    assert shown == pytest.approx(true, abs=SMALL_W)
    if living.loggers:
        assert living.number("losses") == pytest.approx(living.site.powers().losses, abs=SMALL_W)
    assert living.shown("status") == "complete"


def counted(energies: Energies) -> dict[str, float]:
    """Give what the site counts; its load includes the losses of the inverters."""
    return {
        "pv": energies.pv,
        "load": energies.load + energies.losses,
        "grid_import": energies.grid_import,
        "grid_export": energies.grid_export,
        "battery_charge": energies.battery_charge,
        "battery_discharge": energies.battery_discharge,
    }


async def counters_of(house: House, machine: TimeMachine) -> tuple[Energies, dict[str, float]]:
    """Give the true energies and those shown, of one moment."""
    house.site.clock.freeze()
    for entry in house.source_entries:
        await machine.finish(coordinator_of(entry).async_refresh())
    await machine.run(10)
    true = house.site.energies()
    shown = {name: house.number(f"{name}_energy_total") for name in counted(true)}
    house.site.clock.run()
    return true, shown


async def weigh(house: House, machine: TimeMachine) -> dict[str, float]:
    """Give by how much the counters are ahead of the truth, and sources of sinks.

    Inverters count in steps of 0.1 kWh, and five such steps make the load: so it is the mean of
    some moments.
    """
    ahead: list[dict[str, float]] = []
    for _ in range(MOMENTS):
        await machine.run(APART_S)
        true, shown = await counters_of(house, machine)
        off = {name: kwh - counted(true)[name] for name, kwh in shown.items()}
        sources = shown["pv"] + shown["battery_discharge"] + shown["grid_import"]
        sinks = shown["load"] + shown["battery_charge"] + shown["grid_export"]
        ahead.append(off | {"balance": sources - sinks})
    return {name: fmean(each[name] for each in ahead) for name in ahead[0]}


# What is estimated from power needs it every two minutes.
SLOWLY: Final = {
    name: replace(each, interval_s=120 if each.fittings else 300) for name, each in MEASURED.items()
}


@pytest.mark.usefixtures("long_days")
@pytest.mark.parametrize("house", SLOWLY.values(), ids=SLOWLY, indirect=True)
async def test_energies_are_conserved_over_a_day(living: House, machine: TimeMachine) -> None:
    await machine.run(1_000)  # so long it takes until a current transformer counts
    true_before, ahead_before = living.site.energies(), await weigh(living, machine)
    await machine.run(86_400 - MOMENTS * APART_S)
    ahead = await weigh(living, machine)
    drift = {name: kwh - ahead_before[name] for name, kwh in ahead.items()}
    print({name: round(kwh, 3) for name, kwh in drift.items()})  # noqa: T201
    assert drift == pytest.approx(dict.fromkeys(drift, 0.0), abs=EXACT_KWH)
    true = counted(true_before.until(living.site.energies()))
    assert min(true["pv"], true["load"], true["battery_charge"]) > 5
