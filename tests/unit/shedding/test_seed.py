"""The rule that the project began with, out of the same machine."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from hypothesis import given, strategies as st
import pytest

from custom_components.solar_monitor.logic.shedding import Config
from tests.unit.shedding.scene import Scene

SEED: Final = Config.seed()


@pytest.mark.parametrize(
    ("soc", "mean", "volts", "battery", "inverter", "alert", "off"),
    [
        (39, -1, 230, 1, 0, False, True),
        (40, -1, 230, 1, 0, False, False),
        (39, 0, 230, 0, 0, False, False),
        (44, 0, 89, 500, 0, False, True),
        (45, 0, 89, 500, 0, False, False),
        (44, 0, 90, 500, 0, False, False),
        (44, 0, 89, 499, 0, False, False),
        (39, -1, 230, 1, -1, False, True),
        (100, 0, 230, 0, -1, False, True),
        (100, 0, 230, 0, 0, False, False),
        (39, -1, 89, 500, -1, True, False),
    ],
)
def test_the_table_of_the_original_rule_holds_row_by_row(
    *, soc: int, mean: int, volts: int, battery: int, inverter: int, alert: bool, off: bool
) -> None:
    scene = Scene("a", "b", config=SEED)
    scene.run(
        soc=soc,
        pv_power=battery + mean,
        battery_power=battery,
        grid_voltages=(0, volts),
        inverter_power=inverter,
        alert=alert,
    )
    assert scene.off == (["a", "b"] if off else [])


def test_the_mean_is_that_of_the_last_five_samples() -> None:
    scene = Scene("a", config=SEED)
    for surplus in (0, 0, 0, 0, 400):
        scene.run(60, soc=39, pv_power=surplus, battery_power=0)
    for surplus, off in ((-100, False), (-200, False), (-100, False), (-1, True)):
        scene.set(measured_at=scene.now + 60, pv_power=0, battery_power=-surplus)
        scene.now += 60
        scene.decide()
        assert bool(scene.off) is off


def test_an_alert_gives_all_loads_back_and_its_sample_is_left_out() -> None:
    scene = Scene("a", config=SEED)
    scene.run(soc=39, battery_power=10)
    assert scene.off == ["a"]
    scene.run(soc=39, battery_power=-9_000, alert=True)
    assert scene.off == []
    scene.run(soc=39, battery_power=10, alert=False)
    assert scene.off == ["a"]


def test_alerts_take_no_sample_out_of_the_mean_however_long_they_last() -> None:
    scene = Scene("a", config=SEED)
    scene.run(soc=39, pv_power=500, battery_power=0)
    scene.run(3_600, alert=True)
    scene.run(soc=39, pv_power=0, battery_power=400, alert=False)
    assert scene.off == []
    scene.run(battery_power=101)
    assert scene.off == ["a"]


@dataclass
class OriginalRule:
    """The switching rule as the original has it, written down once more."""

    surplus: deque[float] = field(default_factory=lambda: deque(maxlen=5))

    def is_off(self, sample: Sample) -> bool:
        """Take in a sample; tell whether it turns everything off."""
        if sample.alert:
            return False
        self.surplus.append(sample.pv - sample.battery)
        mean = sum(self.surplus) / len(self.surplus)
        if sample.soc < 40 and mean < 0:
            return True
        if sample.soc < 45 and max(sample.volts) < 90 and sample.battery >= 500:
            return True
        return sample.inverter < 0


@dataclass(frozen=True)
class Sample:
    """What the original rule looks at."""

    soc: int
    pv: int
    battery: int
    volts: tuple[int, int]
    inverter: int
    alert: bool


SAMPLES: Final = st.builds(
    Sample,
    soc=st.integers(36, 48),
    pv=st.sampled_from([0, 1, 250, 500, 3_000]),
    battery=st.sampled_from([-500, -1, 0, 1, 250, 499, 500, 501, 2_500]),
    volts=st.tuples(st.sampled_from([0, 89, 90, 230]), st.sampled_from([0, 89, 90])),
    inverter=st.sampled_from([-1, 0, 0, 0, 1]),
    alert=st.sampled_from([False, False, False, True]),
)


@given(st.lists(SAMPLES, min_size=1, max_size=40), st.sampled_from([30.0, 60.0, 170.0]))
def test_any_series_of_samples_turns_the_loads_as_the_original_rule_does(
    samples: list[Sample], pause_s: float
) -> None:
    scene, original = Scene("a", "b", config=SEED), OriginalRule()
    for sample in samples:
        scene.now += pause_s
        scene.set(
            measured_at=scene.now,
            soc=sample.soc,
            pv_power=sample.pv,
            battery_power=sample.battery,
            grid_voltages=sample.volts,
            inverter_power=sample.inverter,
            alert=sample.alert,
        )
        scene.decide()
        assert scene.off == (["a", "b"] if original.is_off(sample) else [])


def test_without_readings_nothing_happens() -> None:
    scene = Scene("a", config=SEED)
    scene.run(soc=39)
    scene.sees = False
    scene.run(5 * 3_600)
    assert scene.off == ["a"]
