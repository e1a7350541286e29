"""Whatever happens, in whatever order: what load shedding never does."""

from dataclasses import replace
import json
import math
from typing import Final, override

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from custom_components.solar_monitor.logic.shedding import (
    Memory,
    Request,
    Result,
    Status,
    Wish,
)
from custom_components.solar_monitor.logic.shedding.ledger import BOUNCE_S
from custom_components.solar_monitor.logic.shedding.memory import Phase
from tests.unit.shedding.scene import Manner
from tests.unit.shedding.watched import LATENESS, NAMES, Bounce, Lateness, Watched

BOUNCES: Final = (
    Bounce(2.0, None),
    Bounce(2.0, 20.0),
    Bounce(10.0, 40.0),
    Bounce(28.0, 30.0),
    Bounce(45.0, None),
)


class ShedWalk(RuleBasedStateMachine):
    """A house in which everything goes wrong now and then."""

    def __init__(self) -> None:
        """Begin on an evening."""
        super().__init__()
        self.house = Watched(*NAMES)
        self.soc = 60.0

    @rule(
        count=st.integers(1, 40),
        pause_s=st.sampled_from([5.0, 30.0, 60.0, 170.0, 200.0]),
        change=st.sampled_from([-3.0, -0.5, -0.1, 0.0, 0.1, 0.5, 3.0]),
        battery=st.sampled_from([-2_000.0, 0.0, 40.0, 300.0, 2_500.0, None]),
        pv=st.sampled_from([0.0, 0.0, 1_000.0, None]),
    )
    def samples(
        self, count: int, pause_s: float, change: float, battery: float | None, pv: float | None
    ) -> None:
        """The charge goes up or down for a while."""
        for _ in range(count):
            self.soc = min(100.0, max(0.0, self.soc + change))
            self.house.pass_time(pause_s)
            self.house.sample(soc=self.soc, battery_power=battery, pv_power=pv)

    @rule(
        begin=st.sampled_from([46.0, 41.0, 36.0, 20.0]),
        by=st.sampled_from([-0.25, -0.05, 0.25]),
        volts=st.sampled_from([0.0, 230.0]),
    )
    def hours(self, begin: float, by: float, volts: float) -> None:
        """Two hours of an ordinary night, or of a morning."""
        self.soc = begin
        power = 800.0 if by < 0 else -500.0
        for _ in range(120):
            self.soc += by
            self.house.pass_time(60.0)
            self.house.sample(
                soc=self.soc,
                battery_power=power,
                pv_power=0.0 if by < 0 else 1_500.0,
                grid_voltages=(volts,),
                inverter_power=500.0,
                fault=False,
            )

    @rule(times=st.integers(1, 4), minutes=st.sampled_from([2, 7, 12, 20]))
    def swings(self, times: int, minutes: int) -> None:
        """The charge is low, is high, is low again."""
        for soc in (20.0, 70.0) * times:
            self.soc = soc
            for _ in range(minutes):
                self.house.pass_time(60.0)
                self.house.sample(soc=soc, battery_power=400.0, pv_power=0.0, fault=False)

    @rule(soc=st.sampled_from([0.0, 10.0, 14.9, 15.0, 33.0, 42.0, 55.0, 100.0]))
    def jump(self, soc: float) -> None:
        """The battery recalibrates."""
        self.soc = soc

    @rule(
        soc=st.sampled_from([None, math.nan, -1.0, 101.0]),
        count=st.integers(1, 10),
        pause_s=st.sampled_from([30.0, 800.0]),
    )
    def impossible(self, soc: float | None, count: int, pause_s: float) -> None:
        """The reading is none."""
        for _ in range(count):
            self.house.pass_time(pause_s)
            self.house.sample(soc=soc)

    @rule(minutes=st.sampled_from([1, 4, 14, 16, 200]))
    def silence(self, minutes: int) -> None:
        """No reading comes."""
        for _ in range(minutes):
            self.house.pass_time(60.0)
            self.house.decide()

    @rule(age_s=st.sampled_from([179.0, 180.0, 4_000.0]))
    def old_reading(self, age_s: float) -> None:
        """A reading comes late."""
        house = self.house
        house.pass_time(1.0)
        house.set(soc=self.soc, measured_at=house.now - age_s)
        if age_s < 180 and house.now - age_s > house.good_at:
            if house.now - age_s - house.good_at >= 180:
                house.good_samples = 0
            house.good_samples += 1
            house.good_at = house.now - age_s
        house.decide()

    @rule(volts=st.sampled_from([(0.0,), (230.0,), (0.0, 230.0), (None,), ()]))
    def grid(self, volts: tuple[float | None, ...]) -> None:
        """The grid comes or goes."""
        self.house.set(grid_voltages=volts)

    @rule(watts=st.sampled_from([-3_000.0, -60.0, 0.0, None]))
    def inverter(self, watts: float | None) -> None:
        """The inverter draws, or does not."""
        self.house.set(inverter_power=watts)

    @rule(fault=st.sampled_from([True, False, None]))
    def fault(self, *, fault: bool | None) -> None:
        """The inverter reports a fault, or none."""
        self.house.set(fault=fault)

    @rule(name=st.sampled_from(NAMES), on=st.booleans())
    def flip(self, name: str, *, on: bool) -> None:
        """A person turns a load."""
        if self.house.loads[name].on is not None:
            self.house.by_hand(name, on=on)
            self.house.decide()

    @rule(name=st.sampled_from(NAMES))
    def away(self, name: str) -> None:
        """A device falls out of the network."""
        self.house.forget_late(name)
        self.house.turn(name, on=None)
        self.house.decide()

    @rule(name=st.sampled_from(NAMES), on=st.booleans())
    def back(self, name: str, *, on: bool) -> None:
        """A device is back, in whatever state."""
        if self.house.loads[name].on is None:
            hold = self.house.memory.holds.get(name)
            if on:
                self.house.ours.discard(name)
            elif hold is not None or name in self.house.memory.settling:
                self.house.turned(name, on=False)
            self.house.turn(name, on=on)
            self.house.decide()

    @rule(
        name=st.sampled_from(NAMES),
        manner=st.sampled_from([*Manner, Manner.OBEYS, *LATENESS, *BOUNCES]),
    )
    def manners(self, name: str, manner: Manner | Lateness | Bounce) -> None:
        """A device changes how it takes calls."""
        house = self.house
        house.manner[name] = manner if isinstance(manner, Manner) else Manner.OBEYS
        house.lateness.pop(name, None)
        house.bounces.pop(name, None)
        if isinstance(manner, Lateness):
            house.lateness[name] = manner
        elif isinstance(manner, Bounce):
            house.bounces[name] = manner

    @rule(turn=st.sampled_from(["shed", "give"]), bounce=st.sampled_from(BOUNCES))
    def bounces_once(self, turn: str, bounce: Bounce) -> None:
        """The loads that turn next show for a moment what they were, once."""
        house = self.house
        before = dict(house.bounces)
        for name in NAMES:
            if name not in house.lateness:
                house.bounces[name] = bounce
        self.soc = 30.0 if turn == "shed" else 90.0
        for _ in range(4):
            house.pass_time(20.0)
            house.sample(soc=self.soc, battery_power=400.0, pv_power=0.0, fault=False)
        house.bounces = before
        for _ in range(4):
            house.pass_time(20.0)
            house.sample(soc=self.soc)

    @rule(armed=st.booleans())
    def arm(self, *, armed: bool) -> None:
        """A person arms or disarms."""
        self.house.config = replace(self.house.config, armed=armed)
        self.house.decide()

    @rule(name=st.sampled_from([*NAMES, "nobody"]), wish=st.sampled_from(list(Wish)))
    def wishes(self, name: str, wish: Wish) -> None:
        """A person asks for something."""
        if wish is Wish.STAY_OFF:
            self.house.want_off(name)
        self.house.decide(requests=[Request(name, wish)])

    @rule(wish=st.sampled_from(list(Wish)), obeys=st.booleans())
    def wish_during_a_call(self, wish: Wish, *, obeys: bool) -> None:
        """A person asks for the very load that we turn; the call ends after that."""
        house = self.house
        call = house.look().call
        if call is None:
            return
        result = house.carry_out(call) if obeys else Result(call.number, ok=False)
        if wish is Wish.STAY_OFF:
            house.want_off(call.load)
        house.look(requests=[Request(call.load, wish)])
        house.look(results=[result])
        house.decide()

    @rule(name=st.sampled_from(NAMES), member=st.booleans())
    def choose(self, name: str, *, member: bool) -> None:
        """A person changes the list; what is taken out stands behind the others."""
        loads = self.house.loads
        loads[name] = replace(loads[name], member=member)
        self.house.loads = dict(sorted(loads.items(), key=lambda pair: (not pair[1].member, pair)))

    @rule(cut=st.sampled_from(["between", "before the call", "after the call"]))
    def restart(self, cut: str) -> None:
        """Home Assistant starts again, at the worst moment too."""
        house = self.house
        call = None if cut == "between" else house.look().call
        if call is not None and cut == "after the call":
            house.carry_out(call)
        house.restart()
        house.good_samples = 0

    @rule(name=st.sampled_from(NAMES))
    def reload(self, name: str) -> None:
        """Load shedding is stopped for a minute in which somebody turns a load on."""
        house = self.house
        hold, before = house.memory.holds.get(name), bool(house.loads[name].on)
        house.stored = house.stored_now
        house.restart()
        house.good_samples = 0
        house.pass_time(60.0)
        if (now_on := house.loads[name].on) is None:
            return
        before |= now_on
        gone = name in house.memory.away
        # What comes on right after it went off, as far as the clock tells, did so by itself.
        by_itself = name in house.memory.holds and house.is_new(house.memory.holds[name], BOUNCE_S)
        house.by_hand(name, on=True)
        given_up = name in house.memory.notes and house.memory.notes[name].failed_at is not None
        house.loads = {each: replace(load, watched=True) for each, load in house.loads.items()}
        house.decide()
        house.loads = {each: replace(load, watched=False) for each, load in house.loads.items()}
        exempt = before or gone or given_up or by_itself
        if hold is not None and hold.phase is Phase.OFF and not exempt:
            assert name in house.released, "overrules somebody"

    @rule(hours=st.sampled_from([-24.0, -1.0, -0.01, 0.01, 1.0, 5.0]))
    def clock_step(self, hours: float) -> None:
        """The clock is corrected; a small step forward cannot be told from time that passes."""
        house, seconds = self.house, hours * 3_600
        if 0 < seconds < 60:
            house.pass_time(seconds)
        else:
            house.now += seconds
            house.elapsed_s += max(0.0, seconds)
        if abs(seconds) > 60:
            house.late = [late._replace(at=late.at + seconds) for late in house.late]
            house.good_at += min(0.0, seconds)
            house.good_samples = 0
        house.decide()

    @precondition(lambda self: self.house.config.armed)
    @rule()
    def deep_evening(self) -> None:
        """At a critical charge all that may be shed and obeys is off within minutes."""
        self.drain(50)
        sheddable = self.sheddable()
        self.drain(10)
        assert not sheddable & self.sheddable(), "the battery is not protected"

    def drain(self, samples: int) -> None:
        """Let a battery give its last."""
        for _ in range(samples):
            self.house.pass_time(30.0)
            self.house.sample(soc=10.0, battery_power=2_000.0, fault=False)

    def sheddable(self) -> set[str]:
        """Give the loads that are on although they may be shed and would obey."""
        house = self.house
        return {
            name
            for name, load in house.loads.items()
            if load.on
            and load.member
            and name not in house.lateness
            and name not in house.bounces
            and house.manner[name] in {Manner.OBEYS, Manner.OBEYS_UNHEARD}
            and house.memory.notes[name].released_until is None
            and house.memory.notes[name].failed_at is None
        }

    @invariant()
    def the_memory_survives_as_json(self) -> None:
        """A memory that was read back says the same once more."""
        stored = json.loads(json.dumps(self.house.memory.to_dict(), allow_nan=False))
        again = Memory.from_dict(stored)
        assert again.to_dict() == stored
        assert again.owned == self.house.memory.owned

    @invariant()
    def the_status_says_what_is(self) -> None:
        """Disarmed is said only when nothing of ours is off, normal when nothing is held."""
        house = self.house
        if house.last is None:
            return
        decision = house.decision
        if decision.status is Status.DISARMED:
            assert not house.config.armed
            assert not house.memory.holds
        if decision.status is Status.NORMAL:
            assert not decision.shed

    @override
    def teardown(self) -> None:
        """Disarming ends with nothing owned, and all that was ours is on."""
        house = self.house
        for name in NAMES:
            self.manners(name, Manner.OBEYS)
            self.back(name, on=False)
        ours = set(house.ours)
        house.config = replace(house.config, armed=False)
        for _ in range(200):
            house.pass_time(30.0)
            house.decide()
        assert not house.memory.owned
        assert house.decision.status is Status.DISARMED
        assert not (ours | house.ours) & set(house.off)


TestShedWalk = ShedWalk.TestCase
TestShedWalk.settings = settings(stateful_step_count=60)
