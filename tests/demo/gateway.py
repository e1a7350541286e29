"""The Envoy in the demo's house: its panels, and what is fitted to it."""

from dataclasses import dataclass, replace

from tests.simulators.enlighten import Plan
from tests.simulators.envoy import (
    CtKind,
    EnvoySimulator,
    Fittings,
    Shape,
    envoy_plant,
    row_of,
)
from tests.simulators.noise import chance
from tests.simulators.plant import Plant
from tests.simulators.site import Site

FIRST_SERIAL = 482_208_990_001
REMEMBERS_MORE = frozenset({Shape.R4_2_SPLIT, Shape.D8_3_REMOVED_PANELS})
"""They also list panels that are not there any more."""
UNLIKE = 0.06
"""By how much panels differ that were bought together."""
SHADED = 0.8
"""What one of them has left behind its chimney."""
HELD_STILL_S = 3600
"""A panel that has just been told to report so rarely says nothing new during a check."""


@dataclass(frozen=True, slots=True)
class Roof:
    """Which gateway there is, and how many panels report to it."""

    shape: Shape = Shape.D8_3_METERED
    panels: int = 24
    local: bool = True
    """Whether Home Assistant reaches the gateway itself."""
    cloud: bool = True
    """Whether there is an account at Enphase."""
    plan: Plan = Plan.WATT
    """What the application of the account was made for."""
    by_hand: bool = False
    """Whether it is left to the user to add that."""


def fit(plant: Plant, roof: Roof) -> tuple[Plant, Fittings]:
    """Put panels and gateway into a house; returns the house, and what the gateway measures there.

    The house's inverter stays as it is. One with a battery keeps the only battery: Enphase's
    batteries of the shape are then left out.
    """
    fittings = roof.shape.fittings
    own = envoy_plant(roof.panels, fittings)
    # The inverter does not know of these panels: without the car its load would be negative.
    plant = replace(plant, arrays=(*plant.arrays, *own.arrays), solar_car=True)
    if not fittings.batteries:
        return plant, fittings
    if plant.strings:
        without = fittings.cts - {CtKind.STORAGE}
        return plant, replace(fittings, encharges=0, acbs=0, cts=without)
    return replace(plant, inverter=own.inverter, battery=own.battery), fittings


def build_gateway(site: Site, roof: Roof, fittings: Fittings) -> EnvoySimulator:
    """Hang a gateway on a house that was made for it; no two panels are quite the same."""
    panels = row_of(site, roof.panels, first_serial=FIRST_SERIAL)
    for panel in panels:
        panel.weight = 1 + UNLIKE * (chance(site.seed, 60, int(panel.serial)) - 0.5)
    panels[len(panels) // 2].weight *= SHADED
    # Only the simulator itself knows what was taken away from these roofs.
    own = roof.panels if roof.shape in REMEMBERS_MORE else panels
    return EnvoySimulator(site, shape=roof.shape, panels=own, fittings=fittings)


def hold_panels(gateway: EnvoySimulator) -> None:
    """Let no panel report anew for a while, so that what was read of them stays true."""
    for panel in gateway.field.panels:
        gateway.field.set_cadence(panel, HELD_STILL_S)
