"""How a hybrid inverter divides power: sun to the house, then battery, then the grid."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class InverterSpec:
    """The inverter as bought: rated AC power (W), own use (W), loss as a share of its output."""

    rated_w: float = 8000.0
    standby_w: float = 45.0
    proportional_loss: float = 0.035
    zero_export_w: float = 20.0
    """What it lets the house draw from the grid, so as never to export by mistake, W."""
    export_allowed: bool = True
    ac_coupled: bool = False
    """A battery inverter on the house's wires: it also charges from what micro-inverters leave."""

    def dc_for(self, ac: float) -> float:
        """Return the DC power (W) that an AC power needs; negative AC is drawn from the grid."""
        return ac + self.standby_w + self.proportional_loss * abs(ac)

    def ac_for(self, dc: float) -> float:
        """Return the AC power (W) that a DC power gives; the inverse of `dc_for`."""
        net = dc - self.standby_w
        return net / (1 + self.proportional_loss if net >= 0 else 1 - self.proportional_loss)


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """What is there in one moment, W: sun per input, micro-inverters, house, battery limits.

    `grid_tied` is what another, grid-tied inverter takes from its inputs, and `grid_tied_ac` what
    it makes of it; `pv_ac` is that and all micro-inverters.
    """

    pv_strings: tuple[float, ...]
    pv_ac: float
    grid_tied: tuple[float, ...]
    grid_tied_ac: float
    load: float
    backup_load: float
    most_charge: float
    most_discharge: float
    grid_up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Powers:
    """All powers of one moment in W; pv + battery + grid = load + losses.

    `battery` is + when discharging, `grid` (at the meter) + when importing, `inverter` + when the
    hybrid gives AC. `load` is the whole house; `backup_load` its part on the hybrid's load port.
    `grid_tied` are the DC inputs of a grid-tied inverter, `grid_tied_ac` (within `pv_ac`) its AC.
    `behind` and `through` are the parts of `pv_ac` that feed in behind the hybrid's load port and
    through its generator port.
    """

    pv_strings: tuple[float, ...]
    pv_ac: float
    grid_tied: tuple[float, ...]
    grid_tied_ac: float
    battery: float
    inverter: float
    grid: float
    load: float
    backup_load: float
    losses: float
    grid_up: bool
    behind: float = 0.0
    through: float = 0.0

    @property
    def pv_dc(self) -> float:
        """Return the power of the panels on the hybrid's own inputs."""
        return sum(self.pv_strings)

    @property
    def pv(self) -> float:
        """Return the power of all panels."""
        return self.pv_dc + self.pv_ac

    @property
    def grid_port(self) -> float:
        """Return the power into the hybrid's grid port, + towards the house."""
        return self.load_port - self.inverter - self.through if self.grid_up else 0.0

    @property
    def load_port(self) -> float:
        """Return the power out of the hybrid's load port."""
        return self.backup_load - self.behind


def dispatch(supply: Supply, inverter: InverterSpec) -> Powers:
    """Decide all powers of one moment."""
    return _on_grid(supply, inverter) if supply.grid_up else _island(supply, inverter)


def _on_grid(supply: Supply, inverter: InverterSpec) -> Powers:
    """Self-consumption: aim at next to nothing through the meter, export what is left."""
    missing = supply.load - supply.pv_ac - inverter.zero_export_w
    lowest = -inverter.rated_w if inverter.ac_coupled else 0.0
    target = min(max(missing, lowest), inverter.rated_w)
    battery = _battery(supply, inverter.dc_for(target))
    ceiling = inverter.rated_w if inverter.export_allowed else target
    strings = _curtailed(supply.pv_strings, inverter.dc_for(ceiling) - battery)
    dc = sum(strings) + battery
    ac = inverter.ac_for(dc)
    return Powers(
        pv_strings=strings,
        pv_ac=supply.pv_ac,
        grid_tied=supply.grid_tied,
        grid_tied_ac=supply.grid_tied_ac,
        battery=battery,
        inverter=ac,
        grid=supply.load - supply.pv_ac - ac,
        load=supply.load,
        backup_load=supply.backup_load,
        losses=dc - ac,
        grid_up=True,
    )


def _island(supply: Supply, inverter: InverterSpec) -> Powers:
    """Feed the load port alone; the house goes dark when sun and battery cannot carry it."""
    source = sum(supply.pv_strings) + supply.most_discharge
    load = supply.backup_load
    needed = inverter.dc_for(load)
    if load > inverter.rated_w or needed > source:
        load = 0.0
        needed = inverter.standby_w if inverter.standby_w <= source else 0.0
    battery = _battery(supply, needed)
    strings = _curtailed(supply.pv_strings, needed - battery)
    return Powers(
        pv_strings=strings,
        pv_ac=0.0,
        grid_tied=tuple(0.0 for _ in supply.grid_tied),
        grid_tied_ac=0.0,
        battery=battery,
        inverter=load,
        grid=0.0,
        load=load,
        backup_load=load,
        losses=sum(strings) + battery - load,
        grid_up=False,
    )


def _battery(supply: Supply, needed_dc: float) -> float:
    """Return the battery's power that balances the sun against a need, within its limits."""
    missing = needed_dc - sum(supply.pv_strings)
    return max(-supply.most_charge, min(supply.most_discharge, missing)) + 0.0


def _curtailed(strings: tuple[float, ...], most: float) -> tuple[float, ...]:
    """Return the strings' powers, throttled so that their sum is at most so many W."""
    available = sum(strings)
    if available <= most:
        return strings
    return tuple(power * most / available for power in strings)
