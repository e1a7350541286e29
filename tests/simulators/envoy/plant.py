"""Houses with micro-inverters, and batteries on the house's wires."""

from tests.simulators.battery import BatterySpec
from tests.simulators.dispatch import InverterSpec
from tests.simulators.envoy.shapes import Fittings, Shape
from tests.simulators.place import Place
from tests.simulators.plant import NO_BATTERY, NO_HYBRID, Plant, PvArray
from tests.simulators.site import Clock, Site

PANEL_KWP = 0.4
BATTERY_WH = 5000
ACB_WH = 1200
BATTERY_W = 3840.0


def envoy_plant(panels: int = 20, fittings: Fittings | None = None) -> Plant:
    """Return a house with two roofs full of panels and, if fitted, Enphase batteries.

    A battery's losses lie in its own efficiencies, so that what flows on the wires is what it
    charges and discharges.
    """
    fittings = fittings or Shape.D8_3_METERED.fittings
    east = (panels + 1) // 2
    arrays = (PvArray(PANEL_KWP * east, 30, 135), PvArray(PANEL_KWP * (panels - east), 30, 225))
    count = fittings.batteries
    if not count:
        return Plant(arrays=arrays, inverter=NO_HYBRID, battery=NO_BATTERY)
    return Plant(
        arrays=arrays,
        inverter=InverterSpec(
            rated_w=BATTERY_W * count,
            standby_w=0,
            proportional_loss=0,
            zero_export_w=0,
            ac_coupled=True,
        ),
        battery=BatterySpec(
            capacity_kwh=(fittings.encharges * BATTERY_WH + fittings.acbs * ACB_WH) / 1000,
            max_charge_w=BATTERY_W * count,
            max_discharge_w=BATTERY_W * count,
        ),
    )


def envoy_house(
    clock: Clock,
    *,
    seed: int = 1,
    place: Place | None = None,
    panels: int = 20,
    fittings: Fittings | None = None,
    history_days: int = 0,
) -> Site:
    """Return a house for a gateway; `fittings` as the gateway has them, for its batteries."""
    plant = envoy_plant(panels, fittings)
    return Site(seed, clock, place or Place(), plant, history_days=history_days)
