"""A house on paper: what is true of it, and what its devices say."""

from dataclasses import dataclass, field

from custom_components.solar_monitor.logic.flows import (
    AcArray,
    AcBattery,
    Feed,
    Hybrid,
    Meter,
    Plant,
    PortUse,
    Reading,
)

NOW = 1_800_000_000.0


def read(watts: float | None, *, at: float = NOW, estimated: bool = False) -> Reading:
    """A figure of this moment."""
    return Reading(watts, at, estimated=estimated)


@dataclass(frozen=True, kw_only=True)
class Inverter:
    """A hybrid: what goes in (W), and how much of what it gives goes out at the load port."""

    strings: float = 0.0
    battery: float = 0.0
    port: float = 0.0
    port_use: PortUse = PortUse.NOTHING
    losses: float = 100.0
    backup_load: float = 0.0
    """What hangs behind its load port."""

    @property
    def out(self) -> float:
        """What it gives on the AC side."""
        taken = self.port if self.port_use is not PortUse.SMART_LOAD else 0.0
        return self.strings + self.battery + taken - self.losses


@dataclass(frozen=True, kw_only=True)
class House:
    """The truth, W."""

    inverters: tuple[Inverter, ...] = (Inverter(),)
    arrays: dict[Feed, float] = field(default_factory=dict)
    ac_battery: float | None = None
    house_load: float = 0.0
    """What hangs beside the load ports."""

    @property
    def load_ports(self) -> list[float]:
        """What each hybrid gives at its load port; panels behind the first one give the rest."""
        behind = self.arrays.get(Feed.BACKUP, 0.0)
        ports = [inverter.backup_load for inverter in self.inverters]
        return [ports[0] - behind, *ports[1:]]

    @property
    def grid_ports(self) -> list[float]:
        """What each hybrid takes at its grid port."""
        pairs = zip(self.load_ports, self.inverters, strict=True)
        return [port - inverter.out for port, inverter in pairs]

    @property
    def load(self) -> float:
        """All that the house takes."""
        return self.house_load + sum(inverter.backup_load for inverter in self.inverters)

    @property
    def grid(self) -> float:
        """What the meter at the grid sees."""
        beside = self.arrays.get(Feed.HOUSE, 0.0) + (self.ac_battery or 0.0)
        return self.house_load + sum(self.grid_ports) - beside

    @property
    def pv(self) -> float:
        """All that panels give."""
        port = sum(
            inverter.port
            for inverter in self.inverters
            if inverter.port_use is PortUse.MICRO_INVERTERS
        )
        beside = sum(
            watts for feed, watts in self.arrays.items() if feed is not Feed.GENERATOR_PORT
        )
        return sum(inverter.strings for inverter in self.inverters) + beside + port

    @property
    def battery(self) -> float:
        """All that batteries give."""
        return sum(inverter.battery for inverter in self.inverters) + (self.ac_battery or 0.0)

    @property
    def generator(self) -> float:
        """What generators give."""
        return sum(
            inverter.port for inverter in self.inverters if inverter.port_use is PortUse.GENERATOR
        )

    @property
    def losses(self) -> float:
        """What the hybrids lose."""
        return sum(inverter.losses for inverter in self.inverters)

    def plant(self, *, ct: bool = False) -> Plant:
        """What the devices say; `ct`: there is one at the meter."""
        hybrids = tuple(
            Hybrid(
                name=f"hybrid {number}",
                strings=read(inverter.strings),
                battery=read(inverter.battery),
                grid_port=read(grid_port),
                load_port=read(load_port),
                port_use=inverter.port_use,
                port=read(inverter.port),
                rated_w=8_000.0,
            )
            for number, (inverter, grid_port, load_port) in enumerate(
                zip(self.inverters, self.grid_ports, self.load_ports, strict=True), 1
            )
        )
        return Plant(
            hybrids=hybrids,
            arrays=tuple(
                AcArray(name=f"{feed} array", power=read(watts), feed=feed)
                for feed, watts in self.arrays.items()
            ),
            batteries=(
                (AcBattery(name="AC battery", power=read(self.ac_battery)),)
                if self.ac_battery is not None
                else ()
            ),
            meter=Meter(name="meter", power=read(self.grid)) if ct else None,
        )
