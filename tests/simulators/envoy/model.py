"""What a gateway measures in the simulated house, before any firmware writes it down."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from tests.simulators.dispatch import Powers
from tests.simulators.energies import Energies
from tests.simulators.envoy.panels import PanelField
from tests.simulators.envoy.plant import ACB_WH, BATTERY_WH
from tests.simulators.envoy.shapes import CtKind, Fittings
from tests.simulators.site import Conditions, Site

PHASE_SHARES = {1: (1.0,), 2: (0.52, 0.48), 3: (0.38, 0.33, 0.29)}
"""What each phase has of everything; the same for all, so that phases add up to the site."""
POWER_FACTOR = 0.98
REACTIVE = 0.06
TRACE_WH = 12.975
"""What a CT received that should never receive anything."""
FIRST_EID = 704_643_328
EID_STEP = 256
FIRST_CHANNEL_EID = 1_778_385_169
SLOTS: Mapping[CtKind, int] = {
    CtKind.PRODUCTION: 0,
    CtKind.NET_CONSUMPTION: 1,
    CtKind.TOTAL_CONSUMPTION: 1,
    CtKind.STORAGE: 2,
    CtKind.BACKFEED: 4,
    CtKind.LOAD: 5,
    CtKind.EVSE: 6,
    CtKind.PV3P: 7,
}
"""Where a CT stands in the gateway's own numbering (recording of 8.3.6086)."""
EVSE_SHARE = 0.2
"""Part of the load that charges the car, when a CT measures that."""
PV3P_SHARE = 0.25
"""A third party's panels, as a part of the gateway's own production."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What a CT or a phase of it reads: W, Wh, V, A, Hz, VA, var."""

    power_w: float
    delivered_wh: float
    received_wh: float
    voltage: float
    current: float
    frequency: float
    power_factor: float
    apparent_va: float
    reactive_var: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ct:
    """A current transformer and its phases."""

    kind: CtKind
    total: Channel
    phases: tuple[Channel, ...]

    @property
    def eid(self) -> int:
        """Return the gateway's number for it."""
        return FIRST_EID + EID_STEP * SLOTS[self.kind]

    def channel_eid(self, phase: int) -> int:
        """Return the gateway's number for a phase of it (0-2)."""
        return FIRST_CHANNEL_EID + EID_STEP * SLOTS[self.kind] + phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A power and its counters: W, Wh."""

    power_w: float
    delivered_wh: float
    received_wh: float = 0.0

    @property
    def net_wh(self) -> float:
        """Return delivered less received."""
        return self.delivered_wh - self.received_wh

    def times(self, share: float) -> Flow:
        """Return a part of it."""
        return Flow(
            power_w=self.power_w * share,
            delivered_wh=self.delivered_wh * share,
            received_wh=self.received_wh * share,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    """One battery: %, W (+ discharging), °C, Wh."""

    serial: str
    kind: str
    soc: float
    power_w: float
    temperature: float
    capacity_wh: int
    reported_at: int


@dataclass(frozen=True)
class Moment:
    """The house at one moment, as far as this gateway's sensors reach."""

    at: float
    fittings: Fittings
    powers: Powers
    energies: Energies
    conditions: Conditions
    soc: float
    inverter_power_w: int
    inverter_energy_wh: float
    battery_serials: tuple[tuple[str, str], ...] = ()

    @cached_property
    def production(self) -> Flow:
        """Return what the micro-inverters give."""
        return Flow(
            power_w=self.powers.pv_ac - self.powers.grid_tied_ac,
            delivered_wh=1000 * (self.energies.pv_ac - self.energies.grid_tied),
        )

    @cached_property
    def grid(self) -> Flow:
        """Return what flows through the meter, + importing."""
        return Flow(
            power_w=self.powers.grid,
            delivered_wh=1000 * self.energies.grid_import,
            received_wh=1000 * self.energies.grid_export,
        )

    @cached_property
    def load(self) -> Flow:
        """Return what people use."""
        return Flow(power_w=self.powers.load, delivered_wh=1000 * self.energies.load)

    @cached_property
    def storage(self) -> Flow:
        """Return what Enphase's batteries give, + discharging."""
        if not self.fittings.batteries:
            return Flow(power_w=0.0, delivered_wh=0.0)
        return Flow(
            power_w=self.powers.battery,
            delivered_wh=1000 * self.energies.battery_discharge,
            received_wh=1000 * self.energies.battery_charge,
        )

    @cached_property
    def net(self) -> Flow:
        """Return net consumption as the gateway states it."""
        if CtKind.TOTAL_CONSUMPTION in self.fittings.cts:
            return Flow(
                power_w=self.load.power_w - self.production.power_w,
                delivered_wh=self.load.delivered_wh - self.production.delivered_wh,
            )
        return self.grid

    @cached_property
    def total(self) -> Flow:
        """Return total consumption as the gateway states it: net and production, no battery."""
        if CtKind.TOTAL_CONSUMPTION in self.fittings.cts:
            return self.load
        return Flow(
            power_w=self.grid.power_w + self.production.power_w,
            delivered_wh=self.grid.net_wh + self.production.delivered_wh,
        )

    @property
    def live_load_w(self) -> float:
        """Return the load as the live data have it, which know of no other inverter."""
        if CtKind.TOTAL_CONSUMPTION in self.fittings.cts:
            return self.load.power_w
        return self.production.power_w + self.grid.power_w + self.storage.power_w

    @property
    def metered_consumption(self) -> bool:
        """Whether a CT tells consumption."""
        return bool(self.fittings.cts & {CtKind.NET_CONSUMPTION, CtKind.TOTAL_CONSUMPTION})

    @cached_property
    def cts(self) -> tuple[Ct, ...]:
        """Return all CTs, in the gateway's order."""
        kinds = sorted(self.fittings.cts, key=SLOTS.__getitem__)
        return tuple(self.ct(kind, self._flow(kind)) for kind in kinds)

    def _flow(self, kind: CtKind) -> Flow:
        """Return what a CT of a kind measures."""
        grid, powers, energies = self.grid, self.powers, self.energies
        flows = {
            CtKind.PRODUCTION: replace(self.production, received_wh=TRACE_WH),
            CtKind.NET_CONSUMPTION: grid,
            CtKind.TOTAL_CONSUMPTION: replace(self.load, received_wh=TRACE_WH),
            CtKind.STORAGE: self.storage,
            CtKind.BACKFEED: Flow(
                power_w=-grid.power_w, delivered_wh=grid.received_wh, received_wh=grid.delivered_wh
            ),
            CtKind.LOAD: Flow(power_w=powers.backup_load, delivered_wh=1000 * energies.backup_load),
            CtKind.EVSE: self.load.times(EVSE_SHARE),
            CtKind.PV3P: self.production.times(PV3P_SHARE),
        }
        return flows[kind]

    def ct(self, kind: CtKind, flow: Flow) -> Ct:
        """Return a CT that measures a flow on all phases."""
        phases = tuple(
            self._channel(kind, flow.times(share)) for share in PHASE_SHARES[self.fittings.phases]
        )
        volts = sum(phase.voltage for phase in phases)
        total = replace(
            self._channel(kind, flow),
            voltage=volts,
            current=sum(phase.current for phase in phases),
        )
        return Ct(kind=kind, total=total, phases=phases)

    def phases(self, flow: Flow) -> tuple[Flow, ...]:
        """Return a flow's phases; none with a single one."""
        shares = PHASE_SHARES[self.fittings.phases]
        return tuple(flow.times(share) for share in shares) if len(shares) > 1 else ()

    def _channel(self, kind: CtKind, flow: Flow) -> Channel:
        """Return the electrical values that go with a flow."""
        volts = self.phase_voltage(kind)
        lit = volts > 0
        apparent = abs(flow.power_w) / POWER_FACTOR
        return Channel(
            power_w=flow.power_w,
            delivered_wh=flow.delivered_wh,
            received_wh=flow.received_wh,
            voltage=volts,
            current=apparent / volts if lit else 0.0,
            frequency=self.conditions.grid_frequency if lit else 0.0,
            power_factor=POWER_FACTOR * ((flow.power_w > 0) - (flow.power_w < 0)),
            apparent_va=apparent,
            reactive_var=apparent * REACTIVE,
        )

    def phase_voltage(self, kind: CtKind = CtKind.PRODUCTION) -> float:
        """Return the voltage of a phase where a CT sits; behind a relay an island has its own."""
        island = bool(self.fittings.batteries) and self.powers.load > 0
        behind = kind not in {CtKind.NET_CONSUMPTION, CtKind.BACKFEED}
        if not self.powers.grid_up and not (island and behind):
            return 0.0
        volts = self.conditions.grid_voltage
        return volts / 2 if self.fittings.phases == 2 else volts

    @cached_property
    def batteries(self) -> tuple[Battery, ...]:
        """Return Enphase's batteries; each has its part of the power by its capacity."""
        sizes = {"ENCHARGE": BATTERY_WH, "ACB": ACB_WH}
        capacity = sum(sizes[kind] for kind, _ in self.battery_serials)
        return tuple(
            Battery(
                serial=serial,
                kind=kind,
                soc=self.soc,
                power_w=self.storage.power_w * sizes[kind] / capacity,
                temperature=round(self.conditions.temperature * 0.3 + 16),
                capacity_wh=sizes[kind],
                reported_at=int(self.at // 300 * 300),
            )
            for kind, serial in self.battery_serials
        )

    @property
    def capacity_wh(self) -> int:
        """Return what all batteries hold when full."""
        return sum(battery.capacity_wh for battery in self.batteries)


def look(
    site: Site, field: PanelField, fittings: Fittings, batteries: tuple[tuple[str, str], ...]
) -> Moment:
    """Return the house as it is now."""
    field.update()
    reporting = [panel for panel in field.panels if panel.report and not panel.retired]
    return Moment(
        at=site.clock.timestamp(),
        fittings=fittings,
        powers=site.powers(),
        energies=site.energies(),
        conditions=site.conditions(),
        soc=site.soc(),
        inverter_power_w=sum(each.report.power_w for each in reporting if each.report),
        inverter_energy_wh=sum(panel.lifetime_wh for panel in reporting),
        battery_serials=batteries,
    )
