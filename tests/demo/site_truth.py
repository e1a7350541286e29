"""What Home Assistant must show of the house as a whole, by the simulated house itself.

The counters of the site begin when its sources join, so what is true of them is what the house has
counted since then; when that was is known to some seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from tests.demo.house import House
from tests.demo.truth import Between, Known, Truth
from tests.simulators.dispatch import Powers
from tests.simulators.energies import Energies
from tests.simulators.enlighten import Endpoint
from tests.simulators.envoy import CtKind

ROUNDING_W: Final = 1.0
"""Each of the figures that a power is reckoned from is a whole number; beside what all powers may
be apart."""
STEP_KWH: Final = 0.1
"""An inverter counts in such steps."""
STEPS_OF_LOAD: Final = 2
"""What the house took follows from several such counters."""
PERCENT: Final = 100.0
POLL_SOC: Final = 1.0
"""A charge is told as a whole number, and may be a poll old."""
ROUNDING_H: Final = 0.05
SHARES_FROM_KWH: Final = 0.1
OF_THE_GRID: Final = (
    "load_power",
    "grid_power",
    "load_energy_today",
    "load_energy_total",
    "grid_import_energy_today",
    "grid_import_energy_total",
    "grid_export_energy_today",
    "grid_export_energy_total",
    "self_consumption",
    "autarky",
    "battery_runtime",
)
"""What nobody knows where nothing measures the grid."""
OF_A_BATTERY: Final = (
    "battery_power",
    "battery_soc",
    "battery_runtime",
    "battery_charge_energy_today",
    "battery_charge_energy_total",
    "battery_discharge_energy_today",
    "battery_discharge_energy_total",
)
ARMED: Final[Truth] = {
    "load_shedding": True,
    "load_shedding_status": "normal",
    "load_shedding_active": False,
    "loads_shed": 0,
}
"""Load shedding at late morning, where there is a battery."""
SHED_BELOW: Final = 40.0
"""Where nobody has set another level."""
PROBLEMS: Final = (
    "alarm",
    "unreachable",
    "data_stale",
    "production_problem",
    "panel_problem",
    "meter_problem",
    "battery_problem",
    "inverter_problem",
    "grid_lost",
)
"""What is well in the demo; a site has those that its sources tell of."""
NOT_YET: Final = frozenset(
    {
        # They take a month, an hour of conversion, and half an hour of import.
        "battery_efficiency",
        "conversion_efficiency",
        "import_peak_30min",
        "import_peak_60min",
        # They take a tenth of a kWh.
        "self_consumption",
        "autarky",
    }
)
"""Keys without a value in the first minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What the meters of the house and the panels with micro-inverters have counted, kWh."""

    house: Energies
    micro: float


@dataclass(eq=False)
class SiteTruth:
    """What is true of the site."""

    house: House
    _earliest: Counted = field(init=False)
    _latest: Counted = field(init=False)

    def __post_init__(self) -> None:
        """Begin: no source can join before this moment."""
        self._earliest = self._latest = self._counted()

    def joined(self) -> None:
        """Note that all sources have joined."""
        self._latest = self._counted()
        if self.house.gateway is None:
            # Nothing is known of what a cloud has counted before it was asked.
            self._earliest = replace(self._earliest, micro=self._latest.micro)

    def __call__(self) -> Truth:
        """Collect all values that are known, by the keys of our entities."""
        left_out = set(OF_THE_GRID) if self._meter == "none" else set()
        if not self.has_battery:
            left_out.update((*OF_A_BATTERY, *ARMED, "load_shedding_reason"))
        if not self.house.site.plant.strings:
            left_out.add("losses")
        known = {
            **self._powers(),
            **self._energies(),
            **self._battery(),
            **dict.fromkeys(PROBLEMS, False),
            **ARMED,
            "load_shedding_reason": "surplus" if self._is_low else "charged",
            "grid_meter": self._meter,
            "status": "complete",
        }
        return {key: value for key, value in known.items() if key not in left_out}

    @property
    def _meter(self) -> str:
        """Tell what measures the exchange with the grid."""
        gateway = self.house.gateway
        truth = gateway.truth() if gateway is not None else None
        if truth is not None and truth.grid is not None:
            return "meter"
        if self.house.site.plant.strings:
            return "external_ct"
        home = truth is not None and CtKind.TOTAL_CONSUMPTION in truth.cts
        return "home_meter" if home else "none"

    @property
    def has_battery(self) -> bool:
        """Tell whether there is one."""
        return self.house.site.plant.battery.max_charge_w > 0

    @property
    def required(self) -> frozenset[str]:
        """The keys that must be there: all but the problems, which not every source tells of."""
        return frozenset(self().keys() - set(PROBLEMS))

    def _counted(self) -> Counted:
        """Read the meters of the house. A cloud has counted what it said last."""
        energies, account = self.house.site.energies(), self.house.account
        micro = energies.pv_ac - energies.grid_tied
        if self.house.gateway is None and account is not None:
            told = account.told.get(Endpoint.SUMMARY)
            micro = told.energy_lifetime_wh / 1_000 if told else 0.0
        return Counted(house=energies, micro=micro)

    def _unseen_w(self, powers: Powers) -> float:
        """Give by how much the panels with micro-inverters make more than anybody tells of."""
        account = self.house.account
        if self.house.gateway is not None or account is None:
            return 0.0
        told = account.told.get(Endpoint.SUMMARY)
        return powers.pv_ac - powers.grid_tied_ac - (told.current_power_w if told else 0.0)

    def _powers(self) -> dict[str, Known]:
        """Name the powers of this moment."""
        powers = self.house.site.powers()
        unseen = self._unseen_w(powers)
        watts = {
            "pv_power": powers.pv - unseen,
            "load_power": powers.load - unseen,
            "grid_power": powers.grid,
            "battery_power": powers.battery,
            "losses": powers.losses,
        }
        return {key: _around(value, ROUNDING_W) for key, value in watts.items()}

    def _energies(self) -> dict[str, Known]:
        """Name what was counted since the sources have joined, which is since today."""
        now = self._counted()
        least, most = _flows(self._latest, now), _flows(self._earliest, now)
        spans = {name: Between(least[name], most[name]) for name in least}
        load = spans["load"]
        rounded = STEPS_OF_LOAD * STEP_KWH
        spans["load"] = Between(max(0.0, load.low - rounded), load.high + rounded)
        counters = {
            f"{name}_energy_{since}": span
            for name, span in spans.items()
            for since in ("today", "total")
        }
        return {**counters, **_shares(spans)}

    def _battery(self) -> dict[str, Known]:
        """Name the charge, and how long it lasts."""
        site = self.house.site
        soc, floor = site.soc(), self._floor()
        charge = _around(soc, POLL_SOC)
        if floor is None:
            return {"battery_soc": charge}
        powers = site.powers()
        kwh, kw = site.plant.battery.capacity_kwh, (powers.load - self._unseen_w(powers)) / 1_000
        hours = ((each - floor) / PERCENT * kwh / kw for each in charge)
        low, high = (max(0.0, each) for each in hours)
        return {
            "battery_soc": charge,
            "battery_runtime": Between(low - ROUNDING_H, high + ROUNDING_H),
        }

    @property
    def _is_low(self) -> bool:
        """Tell whether only the sun keeps loads from being shed."""
        return self.house.site.soc() < SHED_BELOW

    def _floor(self) -> float | None:
        """Give the charge at which the battery is no longer discharged, %."""
        if self.house.gateway is not None and (storage := self.house.gateway.truth().storage):
            return storage.reserve_soc
        stop = self.house.logger.truth().get("battery_shutdown_soc")
        return stop if isinstance(stop, int | float) else None


def _flows(before: Counted, now: Counted) -> Mapping[str, float]:
    """Give what was counted between two readings; what the inverter loses is used in the house."""
    gone = before.house.until(now.house)
    micro = now.micro - before.micro
    unseen = gone.pv_ac - gone.grid_tied - micro
    return {
        "pv": gone.pv - unseen,
        "load": gone.load + gone.losses - unseen,
        "grid_import": gone.grid_import,
        "grid_export": gone.grid_export,
        "battery_charge": gone.battery_charge,
        "battery_discharge": gone.battery_discharge,
    }


def _shares(today: Mapping[str, Between]) -> dict[str, Known]:
    """Name which share of the sun stayed in the house, and which of its needs it met itself."""
    known: dict[str, Known] = {}
    for key, whole, lost in (
        ("self_consumption", today["pv"], today["grid_export"]),
        ("autarky", today["load"], today["grid_import"]),
    ):
        least = max(SHARES_FROM_KWH, whole.low - STEP_KWH)
        most = max(least, whole.high + STEP_KWH)
        worst = PERCENT * (1 - (lost.high + STEP_KWH) / least)
        best = PERCENT * (1 - max(0.0, lost.low - STEP_KWH) / most)
        known[key] = Between(max(0.0, worst), min(PERCENT, best))
    return known


def _around(value: float, margin: float) -> Between:
    """Give a number that rounding may have moved."""
    return Between(value - margin, value + margin)
