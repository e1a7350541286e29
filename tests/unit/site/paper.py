"""A site on paper: what its sources give, look by look, without devices and Home Assistant."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
import json
from typing import Any, Final

from custom_components.solar_monitor.logic.bank import Bank
from custom_components.solar_monitor.logic.contribution import Contribution, Counter, Setting
from custom_components.solar_monitor.logic.flows import AcArray, Hybrid, Meter, PortUse, Reading
from custom_components.solar_monitor.logic.site_totals import Flow
from custom_components.solar_monitor.site.model import SiteModel
from custom_components.solar_monitor.site.moment import Member, SiteMoment
from custom_components.solar_monitor.site.options_data import SiteOptions
from custom_components.solar_monitor.site.roles import OTHERS
from custom_components.solar_monitor.site.rows_energy import energy_rows

NOON: Final = datetime(2026, 6, 21, 12, tzinfo=UTC).timestamp()
LOOK_S: Final = 30.0
INVERTER: Final = "2712345678"
GATEWAY: Final = "122302098765"
BALCONY: Final = "other_1"
ACCOUNT: Final = "enl_9"

_COUNTED: Final = (Flow.PV, Flow.IMPORT, Flow.EXPORT, Flow.CHARGE, Flow.DISCHARGE)


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A hybrid as it tells of itself."""

    kwh: Mapping[Flow, float | None] = field(default_factory=dict)
    """Its counters; those that are not named stand at 0."""
    ct: float | None = 0.0
    grid_port: float = 0.0
    port: float | None = None
    port_use: PortUse = PortUse.NOTHING
    battery: bool = True
    soc: float | None = 50.0
    capacity_kwh: float | None = 10.0
    floor: float = 10.0
    unsettled: frozenset[Setting] = frozenset()
    good_for_s: float = 90.0

    @property
    def counters(self) -> dict[Flow, float | None]:
        """All its counters."""
        return dict.fromkeys(_COUNTED, 0.0) | dict(self.kwh)


UNIT: Final = Unit()


class PaperSite:
    """A site that is looked at every 30 s; what is given is of the moment of the next look."""

    def __init__(self, options: Mapping[str, Any] | None = None) -> None:
        """Begin with nothing known."""
        self.now = NOON
        self.given: dict[str, Contribution] = {}
        self.others = Contribution(name=OTHERS)
        self.options = SiteOptions.read(options or {})
        self.model = SiteModel(self.options, {}, proven=True)

    def restart(self, options: Mapping[str, Any] | None = None) -> None:
        """Restart Home Assistant, with other options perhaps."""
        if options is not None:
            self.options = SiteOptions.read(options)
        memory = json.loads(json.dumps(self.model.memory()))
        self.model = SiteModel(self.options, memory, proven=True)

    def look(self, after_s: float = LOOK_S) -> SiteMoment:
        """Look at what is given."""
        self.now += after_s
        return self.model.look(
            tuple(
                Member(name=name, title=name, included=name not in self.options.excluded)
                for name in self.given
            ),
            self.given,
            self.others,
            now=self.now,
            local=datetime.fromtimestamp(self.now, UTC),
        )

    def shows(self) -> set[str]:
        """Name the sensors that there are."""
        return {row.key for row in energy_rows(self.model.shape).sensors}

    def watts(self, value: float | None, good_for_s: float = 90.0) -> Reading:
        """Give a power of the next look."""
        return Reading(value, self.now + LOOK_S, good_for_s)

    def inverter(self, unit: Unit = UNIT, name: str = INVERTER) -> None:
        """Let a hybrid tell what it has."""

        def live(value: float) -> Reading:
            return self.watts(value, unit.good_for_s)

        bank = Bank(
            name=name,
            soc=self.watts(unit.soc),
            capacity_kwh=unit.capacity_kwh,
            floor=unit.floor,
        )
        self.given[name] = Contribution(
            name=name,
            hybrids=(
                Hybrid(
                    name=name,
                    strings=live(0.0),
                    grid_port=live(unit.grid_port),
                    load_port=live(0.0),
                    battery=live(0.0) if unit.battery else None,
                    ct=None if unit.ct is None else live(unit.ct),
                    port=None if unit.port is None else live(unit.port),
                    port_use=unit.port_use,
                    rated_w=8_000.0,
                ),
            ),
            ct_fitted=frozenset() if unit.ct is None else frozenset({name}),
            banks=(bank,) if unit.battery else (),
            counters={name: {flow: Counter(kwh, flow) for flow, kwh in unit.counters.items()}},
            unsettled={name: unit.unsettled},
        )

    def gateway(self, name: str = GATEWAY, *, power: float = 0.0, kwh: float | None = 0.0) -> None:
        """Let a gateway tell of its panels."""
        self.given[name] = Contribution(
            name=name,
            gateways=frozenset({name}),
            arrays=(AcArray(name=name, power=self.watts(power)),),
            counters={name: {Flow.PV: Counter(kwh, "pv")}},
        )

    def account(
        self, *, power: float | None = None, kwh: float | None = None, heard: bool = True
    ) -> None:
        """Let an account tell of panels; one that is not heard is only remembered."""
        reading = replace(self.watts(power, 2_700.0), estimated=True)
        self.given[ACCOUNT] = Contribution(
            name=ACCOUNT,
            heard=heard,
            arrays=(AcArray(name=ACCOUNT, power=reading),) if heard else (),
            counters={ACCOUNT: {Flow.PV: Counter(kwh, estimated=True)}} if heard else {},
        )

    def balcony(self, power: float) -> None:
        """Let another integration tell of panels."""
        self.others = replace(
            self.others,
            called={BALCONY: "Balcony"},
            arrays=(AcArray(name=BALCONY, power=self.watts(power, 900.0)),),
            counters={**self.others.counters, BALCONY: {Flow.PV: Counter(7.0)}},
        )

    def meter(self, name: str, *, power: float, kwh: tuple[float | None, float | None]) -> None:
        """Let another integration tell of a meter at the grid: what came in, what went out."""
        self.others = replace(
            self.others,
            meters=(Meter(name=name, power=self.watts(power, 900.0)),),
            counters={
                **self.others.counters,
                name: {Flow.IMPORT: Counter(kwh[0]), Flow.EXPORT: Counter(kwh[1])},
            },
        )

    def forget(self, names: Iterable[str]) -> None:
        """Take sources away."""
        for name in names:
            del self.given[name]
