"""The simulated house: one sun, one battery and one meter behind all simulated devices.

Time is cut into steps with constant powers, so energy is conserved exactly at each moment and in
sum. Nothing runs in the background: whoever asks makes the site catch up with its clock. The same
seed, plant and clock give the same numbers.
"""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import datetime, timedelta
from math import floor

from tests.simulators.battery import Battery, BatterySpec
from tests.simulators.clock import Clock
from tests.simulators.conditions import Conditions, Panels, Step, panel_power
from tests.simulators.dispatch import InverterSpec, Powers, Supply, dispatch
from tests.simulators.energies import Energies, HistoryRow
from tests.simulators.gridtied import GridTiedSpec, Wake
from tests.simulators.house import Household
from tests.simulators.noise import chance
from tests.simulators.place import Place, place_where_it_is
from tests.simulators.plant import AcFeed, Plant, PvArray
from tests.simulators.sun import clear_sky, cloudy, plane_irradiance, sun_position
from tests.simulators.weather import Weather

__all__ = [
    "Battery",
    "BatterySpec",
    "Clock",
    "Conditions",
    "Energies",
    "GridTiedSpec",
    "HistoryRow",
    "InverterSpec",
    "Place",
    "Plant",
    "Powers",
    "PvArray",
    "Site",
    "Step",
    "Wake",
    "place_where_it_is",
]

STEP_S = 10.0
"""Length of a step from the first question on."""
WARM_UP_STEP_S = 60.0
"""Length of a step between the beginning of the recorded history and the first question."""
CHECKPOINT_S = 300.0
"""Energies are remembered at each full five minutes."""


@dataclass(frozen=True, slots=True)
class _Checkpoint:
    at: float
    energies: Energies
    soc: float
    arrays: tuple[float, ...]


@dataclass(eq=False)
class Site:
    """The house. Its recorded past begins `history_days` local midnights before today's."""

    seed: int
    clock: Clock
    place: Place = field(default_factory=Place)
    plant: Plant = field(default_factory=Plant)
    _: KW_ONLY
    history_days: int = 0
    cloudiness: float = 0.35

    def __post_init__(self) -> None:
        """Let the house live from the beginning of its past until now."""
        self.weather = Weather(self.seed, self.place.latitude, self.cloudiness)
        self.household = Household(self.seed, self.plant.household_scale)
        spec = self.plant.battery
        soc = spec.soc_min + (0.1 + 0.2 * chance(self.seed, 30)) * (spec.soc_max - spec.soc_min)
        self.battery = Battery(spec, spec.capacity_kwh * soc / 100)
        self._grid_up = True
        self._frozen_at: float | None = None
        self._extra_load = 0.0
        self._gains = [1.0] * len(self.plant.arrays)
        self._arrays = (0.0,) * len(self.plant.arrays)
        self.finished: list[Callable[[Step], None]] = []
        """Called with each step that is over; they must not ask the site anything."""
        self._done = self.place.midnight(self.clock.timestamp(), self.history_days)
        self._energies = self._first_energies()
        self._checkpoints: list[_Checkpoint] = []
        self._begin_segment(WARM_UP_STEP_S)
        self._catch_up(WARM_UP_STEP_S)

    def _first_energies(self) -> Energies:
        """Return the counters of a plant some years old; most are beyond 16 bits of 0.1 kWh."""

        def about(kwh: float, channel: int) -> float:
            return kwh * (0.9 + 0.2 * chance(self.seed, 31, channel))

        arrays, battery = self.plant.arrays, self.plant.inverter.rated_w > 0
        hybrid = battery and not self.plant.inverter.ac_coupled
        micro = about(9_000, 1) if any(array.string is None for array in arrays) else 0.0
        grid_tied = about(3_300, 6) * sum(array.kwp for array in arrays if array.grid_tied)
        pv_dc, pv_ac = about(24_000, 0) * hybrid, micro + grid_tied
        charge = about(7_900, 2) * battery
        discharge = charge * 0.93
        grid_import, grid_export = about(8_300, 3), about(9_200, 4)
        losses = about(1_900, 5) * hybrid
        load = pv_dc + pv_ac + discharge + grid_import - charge - grid_export - losses
        return Energies(
            pv_dc=pv_dc,
            pv_ac=pv_ac,
            grid_tied=grid_tied,
            battery_discharge=discharge,
            battery_charge=charge,
            grid_import=grid_import,
            grid_export=grid_export,
            load=load,
            losses=losses,
            inverter=pv_dc + discharge - charge - losses,
            backup_load=load * self.plant.backup_share,
        )

    # What the simulated devices read.

    def powers(self) -> Powers:
        """Return the powers of this moment."""
        self._catch_up()
        return self._powers

    def conditions(self) -> Conditions:
        """Return sun, weather and grid of this moment."""
        self._catch_up()
        return self._conditions

    def energies(self) -> Energies:
        """Return the lifetime energies up to this moment."""
        self._catch_up()
        return self._energies.plus(self._powers, self.clock.timestamp() - self._done)

    def soc(self) -> float:
        """Return the battery's state of charge in %, with fractions."""
        self._catch_up()
        part = Battery(self.battery.spec, self.battery.stored_kwh)
        part.apply(self._powers.battery, self.clock.timestamp() - self._done)
        return part.soc

    def battery_voltage(self) -> float:
        """Return the voltage at the battery's terminals in V."""
        self._catch_up()
        return self.battery.voltage(self._powers.battery)

    def energies_at(self, unix: float) -> Energies:
        """Return the lifetime energies at a past Unix time; before the recorded past: its first."""
        before, after, part = self._around(unix)
        return before.energies.towards(after.energies, part)

    def array_energies_at(self, unix: float) -> tuple[float, ...]:
        """Return what the micro-inverters of each array gave since the recorded past began, kWh."""
        before, after, part = self._around(unix)
        pairs = zip(before.arrays, after.arrays, strict=True)
        return tuple(first + (last - first) * part for first, last in pairs)

    def step(self) -> Step:
        """Return the step that is not over yet, up to now."""
        self._catch_up()
        return self._step(self.clock.timestamp())

    def _around(self, unix: float) -> tuple[_Checkpoint, _Checkpoint, float]:
        """Return what is known before and after a past time, and how far it lies between, 0-1."""
        now = _Checkpoint(
            self.clock.timestamp(), self.energies(), self.soc(), self._arrays_after(self.step())
        )
        index = bisect_right(self._checkpoints, unix, key=lambda checkpoint: checkpoint.at)
        known = [*self._checkpoints[max(0, index - 1) : index + 1], now]
        before, after = known[0], known[1]
        if index == 0 or after.at <= before.at:
            return before, before, 0.0
        return before, after, min(1.0, (unix - before.at) / (after.at - before.at))

    def history(
        self, start: datetime, end: datetime, step: timedelta = timedelta(hours=1)
    ) -> list[HistoryRow]:
        """Return whole rows of the recorded past between two times.

        `start` and `step` are multiples of five minutes. Raises ValueError when `start` lies
        before the recorded past (see `history_days`).
        """
        self._catch_up()
        known = {checkpoint.at: checkpoint for checkpoint in self._checkpoints}
        if start.timestamp() not in known:
            raise ValueError(f"no five-minute record at {start}")
        rows = []
        at = start.timestamp()
        while (after := at + step.total_seconds()) <= end.timestamp() and after in known:
            first, last = known[at], known[after]
            rows.append(
                HistoryRow(
                    start=datetime.fromtimestamp(at, start.tzinfo),
                    end=datetime.fromtimestamp(after, start.tzinfo),
                    totals=last.energies,
                    deltas=first.energies.until(last.energies),
                    soc=last.soc,
                )
            )
            at = after
        return rows

    # What tests and the demo turn.

    @property
    def grid_up(self) -> bool:
        """Whether the public grid is there; set it to let it fail and come back."""
        return self._grid_up

    @grid_up.setter
    def grid_up(self, up: bool) -> None:
        self._interrupt()
        self._grid_up = up
        self._begin_segment(STEP_S)

    def freeze_weather(self) -> None:
        """Hold sun, clouds, load and battery power; energies and the charge go on.

        The battery's power changes only when it is full or empty, or when the grid fails.
        """
        self._interrupt()
        self._frozen_at = self.clock.timestamp()
        self._begin_segment(STEP_S)

    def thaw_weather(self) -> None:
        """Let the weather go on, with a jump to the time of day it is."""
        self._interrupt()
        self._frozen_at = None
        self._begin_segment(STEP_S)

    def set_array_gain(self, index: int, gain: float) -> None:
        """Let an array give more or less than its panels in good order would (1)."""
        self._interrupt()
        self._gains[index] = gain
        self._begin_segment(STEP_S, anew=True)

    @property
    def extra_load(self) -> float:
        """What runs in the house beside its usual household, W; set it to turn things on."""
        return self._extra_load

    @extra_load.setter
    def extra_load(self, watts: float) -> None:
        self._interrupt()
        self._extra_load = watts
        self._begin_segment(STEP_S, anew=True)

    def set_soc(self, soc: float) -> None:
        """Put the battery at a state of charge in %."""
        self._interrupt()
        self.battery.stored_kwh = self.battery.spec.capacity_kwh * soc / 100
        self._begin_segment(STEP_S)

    # The steps.

    def _catch_up(self, step: float = STEP_S) -> None:
        """Finish all steps that end before now."""
        now = self.clock.timestamp()
        while self._segment_end <= now:
            self._finish(self._segment_end)
            self._begin_segment(step if now - self._done > step else STEP_S)

    def _interrupt(self) -> None:
        """End the present step now: something is about to change."""
        self._catch_up()
        self._finish(self.clock.timestamp())

    def _finish(self, until: float) -> None:
        """Add the present step's energy up to a time."""
        seconds = until - self._done
        step = self._step(until)
        self._energies = self._energies.plus(self._powers, seconds)
        self._arrays = self._arrays_after(step)
        self.battery.apply(self._powers.battery, seconds)
        self._done = until
        for call in self.finished:
            call(step)

    def _step(self, until: float) -> Step:
        """Return the present step, ending at a time."""
        arrays, up = self.plant.arrays, self._powers.grid_up
        given = zip(arrays, self._conditions.pv_power, strict=True)
        powers = tuple(power * (array.string is None and up) for array, power in given)
        return Step(self._done, until, self._conditions, powers)

    def _arrays_after(self, step: Step) -> tuple[float, ...]:
        """Return the energies of the arrays after a step, kWh."""
        share = (step.end - step.start) / 3_600_000
        pairs = zip(self._arrays, step.arrays, strict=True)
        return tuple(before + power * share for before, power in pairs)

    def _begin_segment(self, step: float, *, anew: bool = False) -> None:
        """Decide the powers that hold until the next multiple of `step` s."""
        at = self._done
        if at % CHECKPOINT_S == 0:
            soc = self.battery.soc
            self._checkpoints.append(_Checkpoint(at, self._energies, soc, self._arrays))
        self._segment_end = (floor(at / step) + 1) * step
        seconds = self._segment_end - at
        if self._frozen_at is not None and not anew and self._goes_on(seconds):
            return
        self._conditions = self._look(self._frozen_at or at)
        self._powers = self._decide(seconds)

    def _goes_on(self, seconds: float) -> bool:
        """Return whether frozen powers can simply stay for so many seconds."""
        same_grid = self._powers.grid_up == self._grid_up
        return same_grid and self.battery.sustains(self._powers.battery, seconds)

    def _decide(self, seconds: float) -> Powers:
        """Divide the power of the present conditions."""
        plant, conditions = self.plant, self._conditions
        strings = [0.0] * plant.strings
        grid_tied = [0.0] * plant.grid_tied_inputs
        micro = 0.0
        for array, power in zip(plant.arrays, conditions.pv_power, strict=True):
            if array.string is None:
                micro += power
            else:
                (grid_tied if array.grid_tied else strings)[array.string - 1] += power
        awake = conditions.wake is Wake.AWAKE
        inputs = plant.grid_tied.inputs(tuple(power * awake for power in grid_tied))
        grid_tied_ac = sum(inputs) * plant.grid_tied.efficiency
        supply = Supply(
            pv_strings=tuple(strings),
            pv_ac=micro + grid_tied_ac,
            grid_tied=inputs,
            grid_tied_ac=grid_tied_ac,
            load=conditions.load,
            backup_load=conditions.load * plant.backup_share,
            most_charge=self.battery.most_charge(seconds),
            most_discharge=self.battery.most_discharge(seconds),
            grid_up=self._grid_up,
        )
        powers = dispatch(supply, plant.inverter)
        if plant.ac_feed is AcFeed.HOUSE:
            return powers
        behind = powers.pv_ac if plant.ac_feed is AcFeed.BACKUP else 0.0
        return replace(powers, behind=behind, through=powers.pv_ac - behind)

    def _look(self, at: float) -> Conditions:
        """Return sun, weather and people at a Unix time."""
        place = self.place
        local = at + place.utc_offset(at)
        panels = self._panels(at)
        return Conditions(
            sun=panels.sun,
            cloud_cover=panels.cover,
            temperature=panels.air,
            irradiance=panels.light,
            pv_power=panels.power,
            load=self.household.power(at, local) + self._car_power(panels) + self._extra_load,
            grid_voltage=self.weather.grid_voltage(at),
            grid_frequency=self.weather.grid_frequency(at),
            wake=self._wake(at),
        )

    def _panels(self, at: float) -> Panels:
        """Return sun, sky, air and what the panels could give at a Unix time."""
        place = self.place
        local = at + place.utc_offset(at)
        cover = self.weather.cloud_cover(at)
        air = self.weather.temperature(at, local % 86_400 / 3600)
        sun = sun_position(at, place.latitude, place.longitude)
        sky = cloudy(clear_sky(sun.elevation), sun.elevation, cover)
        arrays = self.plant.arrays
        light = tuple(plane_irradiance(sun, sky, array.tilt, array.azimuth) for array in arrays)
        power = tuple(
            panel_power(array.kwp * gain, watts, air)
            for array, watts, gain in zip(arrays, light, self._gains, strict=True)
        )
        return Panels(sun, cover, air, light, power)

    def _car_power(self, panels: Panels) -> float:
        """Return what the car takes, W."""
        if not (self.plant.solar_car and self._grid_up):
            return 0.0
        pairs = zip(self.plant.arrays, panels.power, strict=True)
        return sum(power for array, power in pairs if array.string is None)

    def _wake(self, at: float) -> Wake:
        """Return what its panels let a grid-tied inverter do."""
        arrays = self.plant.arrays

        def offered(when: float) -> float:
            powers = zip(arrays, self._panels(when).power, strict=True)
            return sum(power for array, power in powers if array.grid_tied)

        if not self.plant.grid_tied_inputs:
            return Wake.ASLEEP
        return self.plant.grid_tied.wake(at, offered)
