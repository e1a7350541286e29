"""How long load shedding takes to decide.

Run by hand: .venv/ha-2026.11/bin/python -m benchmarks.shedding_decision

A site with 20 loads takes a sample every 5 s, the fastest that there is, so that its windows are
as long as they get. Measured is the CPU time of one call of `decide`: while nothing has to be
done, with a new sample and with a repeated one; while the charge falls and load after load is
turned off; and with all loads off.
"""

from collections.abc import Callable
from dataclasses import replace
import statistics
import sys
import time

from custom_components.solar_monitor.logic.shedding import (
    Config,
    Decision,
    Load,
    Memory,
    Reading,
    Result,
    Turn,
    decide,
)

LOADS = 20
SAMPLE_S = 5.0
SAMPLES = 2_000
WARM_UP = 400
BEGIN = 1_800_000_000.0
DAY = Reading(soc=80.0, pv_power=900.0, battery_power=300.0, inverter_power=1_100.0)
EVENING = Reading(soc=20.0, pv_power=0.0, battery_power=900.0, inverter_power=850.0)


class Site:
    """Loads that obey at once."""

    def __init__(self) -> None:
        """Begin with all loads on."""
        self.loads = [Load(id=f"switch.load_{number}", on=True) for number in range(LOADS)]
        self.memory = Memory()
        self.config = Config(armed=True)
        self.now = BEGIN

    def sample(self, figures: Reading) -> tuple[Decision, float]:
        """Decide on a new sample; gives the time it took, in µs."""
        self.now += SAMPLE_S
        reading = replace(
            figures, measured_at=self.now, grid_voltages=(231.0, 229.0, 230.0), fault=False
        )
        return self.repeat(reading)

    def repeat(self, reading: Reading) -> tuple[Decision, float]:
        """Decide on what is known; gives the time it took, in µs."""
        began = time.thread_time()
        decision = decide(self.config, self.memory, reading, self.loads, self.now)
        took_us = (time.thread_time() - began) * 1e6
        self.memory = decision.memory
        return decision, took_us

    def obey(self, decision: Decision) -> None:
        """Let the call of a decision have its effect."""
        if (call := decision.call) is None:
            return
        self.loads = [
            replace(load, on=call.turn is Turn.ON) if load.id == call.load else load
            for load in self.loads
        ]
        self.repeat(Reading(results=(Result(call.number, ok=True),)))


def quiet() -> list[float]:
    """New samples while nothing has to be done."""
    site = Site()
    return [site.sample(DAY)[1] for _ in range(WARM_UP + SAMPLES)][WARM_UP:]


def repeated() -> list[float]:
    """The same sample again, as when a load changes."""
    site = Site()
    for _ in range(WARM_UP):
        site.sample(DAY)
    return [site.repeat(Reading())[1] for _ in range(SAMPLES)]


def falling() -> list[float]:
    """New samples while load after load is turned off."""
    times: list[float] = []
    while len(times) < SAMPLES:
        site = Site()
        site.config = replace(site.config, step=0.0, stagger_s=SAMPLE_S)
        for _ in range(WARM_UP):
            site.sample(DAY)
        while any(load.on for load in site.loads):
            decision, took_us = site.sample(EVENING)
            times.append(took_us)
            site.obey(decision)
    return times


def held() -> list[float]:
    """New samples while all loads are off."""
    site = Site()
    site.config = replace(site.config, step=0.0, stagger_s=SAMPLE_S)
    for _ in range(WARM_UP):
        site.obey(site.sample(EVENING)[0])
    return [site.sample(EVENING)[1] for _ in range(SAMPLES)]


CASES: dict[str, Callable[[], list[float]]] = {
    "nothing to do, new sample": quiet,
    "nothing to do, repeated sample": repeated,
    "load after load is turned off": falling,
    "all loads are off": held,
}


def main() -> None:
    """Measure and print the table."""
    lines = [
        f"{LOADS} loads, a sample every {SAMPLE_S:.0f} s",
        "",
        "| | median, µs | p99, µs |",
        "|---|---|---|",
    ]
    for name, case in CASES.items():
        times = case()
        p99 = statistics.quantiles(times, n=100)[-1]
        lines.append(f"| {name} | {statistics.median(times):.0f} | {p99:.0f} |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
