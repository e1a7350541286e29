"""What a gateway has, remembered."""

import json

import pytest

from custom_components.solar_monitor.clients.envoy.endpoints import Block
from custom_components.solar_monitor.clients.envoy.readings import (
    C6,
    Battery,
    BatteryKind,
    Collar,
    Ct,
    CtKind,
    Enpower,
    Generator,
    Meter,
    Origin,
    Panel,
    Readings,
    Tariff,
)
from custom_components.solar_monitor.clients.envoy.shape import Shape

METER = Meter(power_w=1, energy_kwh=1, origin=Origin.CT, block=Block.READINGS)
FULL = Readings(
    phase_count=3,
    production=METER,
    consumption=METER,
    cts={kind: Ct(kind=kind) for kind in (CtKind.STORAGE, CtKind.PRODUCTION)},
    panels={
        "2": Panel(serial="2", details=True),
        "1": Panel(serial="1"),
        "0": Panel(serial="0", retired=True),
    },
    batteries={
        "9": Battery(serial="9", kind=BatteryKind.ACB),
        "8": Battery(serial="8", kind=BatteryKind.ENCHARGE),
    },
    enpower=Enpower(serial="e"),
    collar=Collar(serial="c"),
    c6=C6(serial="6"),
    generator=Generator(),
    tariff=Tariff(),
)


def test_a_shape_shows_all_that_there_is() -> None:
    shape = Shape().grown(FULL, livedata=True)
    assert shape == Shape(
        cts=(CtKind.PRODUCTION, CtKind.STORAGE),
        phase_count=3,
        panels=("1", "2"),
        batteries={"8": BatteryKind.ENCHARGE, "9": BatteryKind.ACB},
        production=True,
        consumption=True,
        enpower="e",
        collar="c",
        c6="6",
        generator=True,
        tariff=True,
        livedata=True,
        panel_details=True,
    )
    assert shape.encharges
    assert shape.acbs


def test_nothing_that_is_silent_leaves_it() -> None:
    shape = Shape().grown(FULL, livedata=True)
    assert shape.grown(Readings(), livedata=False) == shape


def test_a_panel_that_is_retired_leaves_it() -> None:
    shape = Shape().grown(FULL, livedata=False)
    gone = Readings(panels={"1": Panel(serial="1", retired=True)})
    assert shape.grown(gone, livedata=False).panels == ("2",)


def test_what_somebody_removed_leaves_it() -> None:
    shape = Shape().grown(FULL, livedata=False).without("1").without("9")
    assert shape.panels == ("2",)
    assert shape.batteries == {"8": BatteryKind.ENCHARGE}


def test_it_survives_json() -> None:
    shape = Shape().grown(FULL, livedata=True)
    assert Shape.from_data(json.loads(json.dumps(shape.to_data()))) == shape
    assert not Shape().encharges
    assert not Shape().acbs


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {"cts": "production", "panels": 3, "batteries": [], "phase_count": "two", "enpower": 5},
        {"cts": ["heat-pump"], "batteries": {"1": "lead", "2": None}, "production": "yes"},
        {"phase_count": 0, "livedata": 1},
    ],
)
def test_what_is_not_understood_is_left_out(data: object) -> None:
    assert Shape.from_data(data) == Shape()


def test_there_are_three_phases_at_most() -> None:
    assert Shape.from_data({"phase_count": 12}).phase_count == 3
