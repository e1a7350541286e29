"""A house whose loads are shed: figures to set, loads that obey or do not, and simple hands."""

from collections.abc import Iterable
from dataclasses import replace
from enum import Enum, auto
import json
from typing import Final, TypedDict, Unpack

from custom_components.solar_monitor.logic.shedding import (
    Call,
    Config,
    Decision,
    Event,
    Happening,
    Load,
    Memory,
    Reading,
    Request,
    Result,
    Turn,
    Wish,
    decide,
)


class Figures(TypedDict, total=False):
    """What a house can be made to show; see `Reading`."""

    measured_at: float | None
    soc: float | None
    pv_power: float | None
    battery_power: float | None
    inverter_power: float | None
    rated_power: float | None
    grid_voltages: tuple[float | None, ...]
    grid_at: float | None
    grid_charge: bool | None
    fault: bool | None
    alert: bool | None


class Volts(TypedDict):
    """A part of `Figures`."""

    grid_voltages: tuple[float | None, ...]


class Powers(TypedDict):
    """A part of `Figures`."""

    pv_power: float | None
    battery_power: float | None


START: Final = 1_800_000_000.0
SAMPLE_S: Final = 30.0
ARMED: Final = Config(armed=True)
# The grid is there, the sun is gone, and the house lives on the battery.
EVENING: Final = Reading(
    soc=80.0,
    pv_power=0.0,
    battery_power=400.0,
    inverter_power=380.0,
    rated_power=8_000.0,
    grid_voltages=(230.0,),
    grid_charge=False,
    fault=False,
    alert=False,
)
DARK: Final[Volts] = {"grid_voltages": (0.0,)}


class Manner(Enum):
    """How a load takes a call."""

    OBEYS = auto()
    REFUSES = auto()
    """The call ends with an error, and nothing happens."""
    IGNORES = auto()
    """The call ends well, and nothing happens."""
    OBEYS_UNHEARD = auto()
    """The load obeys, but the call ends with an error."""


class Scene:
    """A house in which a sample comes every 30 s."""

    def __init__(self, *loads: str, config: Config = ARMED, **figures: Unpack[Figures]) -> None:
        """Put loads into it, the first to be shed first; all are on."""
        self.config = config
        self.memory = Memory()
        self.loads = {load: Load(id=load, on=True) for load in loads}
        self.manner = dict.fromkeys(loads, Manner.OBEYS)
        self.reading = replace(EVENING, **figures)
        self.now = START
        self.sees = True
        self.calls: list[Call] = []
        self.events: list[Event] = []
        self.last: Decision | None = None
        self.stored: str = json.dumps(None)

    # What the house shows.

    @property
    def decision(self) -> Decision:
        """The last decision."""
        assert self.last is not None
        return self.last

    @property
    def status(self) -> str:
        """Status and reason, as 'status: reason'."""
        return f"{self.decision.status}: {self.decision.reason}"

    @property
    def off(self) -> list[str]:
        """The loads that are off."""
        return [load.id for load in self.loads.values() if load.on is False]

    @property
    def shed(self) -> list[str]:
        """The loads that the last decision says are shed."""
        return list(self.decision.shed)

    @property
    def released(self) -> list[str]:
        """The loads that the last decision leaves alone."""
        return list(self.decision.released)

    @property
    def failed(self) -> list[str]:
        """The loads that the last decision says did not obey."""
        return list(self.decision.failed)

    def is_active(self) -> bool:
        """Tell whether anything is shed, or would be."""
        return self.decision.active

    @property
    def asked(self) -> list[str]:
        """The calls so far, as '-load' and '+load'."""
        return [f"{'-' if call.turn is Turn.OFF else '+'}{call.load}" for call in self.calls]

    @property
    def stored_now(self) -> str:
        """The memory as JSON, as it is stored now and then even if nothing happens."""
        return json.dumps(self.memory.to_dict())

    def told(self, what: Happening) -> list[str]:
        """The events of a kind so far, as 'load: reason'."""
        return [f"{event.load}: {event.reason}" for event in self.events if event.what is what]

    # What happens in it.

    def set(self, **figures: Unpack[Figures]) -> None:
        """Let the house have other figures, from the next sample on."""
        self.reading = replace(self.reading, **figures)

    def turn(self, load: str, *, on: bool | None) -> None:
        """Turn a load by hand, or take it away (None)."""
        self.loads[load] = replace(self.loads[load], on=on)

    def wish(self, load: str, wish: Wish = Wish.RELEASE) -> Decision:
        """Ask something for a load."""
        return self.decide(requests=[Request(load, wish)])

    def restart(self) -> None:
        """Start again from what was stored last; no reading is known yet."""
        self.set(measured_at=None)
        self.memory = Memory.from_dict(json.loads(self.stored))

    def run(self, seconds: float = SAMPLE_S, **figures: Unpack[Figures]) -> Decision:
        """Let time pass, with a sample every 30 s; returns the last decision."""
        self.set(**figures)
        end = self.now + seconds
        while self.now < end:
            self.now = min(end, self.now + SAMPLE_S)
            if self.sees:
                self.set(measured_at=self.now)
            self.decide()
        return self.decision

    def decide(self, *, requests: Iterable[Request] = ()) -> Decision:
        """Decide and act until there is nothing more to do."""
        decision = self.look(requests=requests)
        for _ in range(50):
            if decision.call is not None:
                decision = self.look(results=[self.carry_out(decision.call)])
            elif decision.again_at is not None and decision.again_at <= self.now:
                decision = self.look()
            else:
                break
        return decision

    def look(self, *, results: Iterable[Result] = (), requests: Iterable[Request] = ()) -> Decision:
        """Decide once; what is to be stored is stored."""
        reading = replace(self.reading, results=tuple(results), requests=tuple(requests))
        before = self.memory
        decision = decide(self.config, before, reading, list(self.loads.values()), self.now)
        self.memory, self.last = decision.memory, decision
        self.events += decision.events
        if decision.save:
            self.stored = json.dumps(decision.memory.to_dict())
        return decision

    def carry_out(self, call: Call) -> Result:
        """Make a call."""
        self.calls.append(call)
        manner = self.manner[call.load]
        if manner in {Manner.OBEYS, Manner.OBEYS_UNHEARD}:
            self.turn(call.load, on=call.turn is Turn.ON)
        return Result(call.number, ok=manner in {Manner.OBEYS, Manner.IGNORES})


def ready(*loads: str, config: Config = ARMED, **figures: Unpack[Figures]) -> Scene:
    """Give a house that was watched for ten minutes and has nothing to shed."""
    scene = Scene(*loads, config=config)
    scene.run(600)
    scene.set(**figures)
    return scene


def shed(*loads: str, soc: float = 20.0) -> Scene:
    """Give a house in which these loads were shed a while ago."""
    scene = ready(*loads, soc=soc)
    scene.run(900)
    assert scene.off == list(loads)
    return scene
