"""What a gateway has: remembered, so that it is known while the gateway is away.

A shape only grows by itself. Silence is not absence, and a probe at a bad moment must not take
entities away; only a panel that the gateway calls retired leaves it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, Self

from . import raw
from .readings import BatteryKind, CtKind, Readings

_MAX_PHASES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a gateway has. Serial numbers are sorted; panels are those in use."""

    cts: tuple[CtKind, ...] = ()
    phase_count: int = 1
    panels: tuple[str, ...] = ()
    batteries: Mapping[str, BatteryKind] = field(default_factory=dict)
    production: bool = False
    consumption: bool = False
    enpower: str | None = None
    collar: str | None = None
    c6: str | None = None
    generator: bool = False
    tariff: bool = False
    livedata: bool = False
    panel_details: bool = False

    @property
    def encharges(self) -> bool:
        """Whether there are batteries of the Encharge line."""
        return BatteryKind.ENCHARGE in self.batteries.values()

    @property
    def acbs(self) -> bool:
        """Whether there are AC batteries."""
        return BatteryKind.ACB in self.batteries.values()

    def grown(self, readings: Readings, *, livedata: bool) -> Self:
        """Return the shape with what these readings show."""
        gone = {panel.serial for panel in readings.panels.values() if panel.retired}
        batteries = {serial: battery.kind for serial, battery in readings.batteries.items()}
        return type(self)(
            cts=tuple(kind for kind in CtKind if kind in self.cts or kind in readings.cts),
            phase_count=max(self.phase_count, readings.phase_count),
            panels=tuple(sorted({*self.panels, *readings.panels} - gone)),
            batteries=dict(sorted({**self.batteries, **batteries}.items())),
            production=self.production or readings.production is not None,
            consumption=self.consumption or readings.consumption is not None,
            enpower=readings.enpower.serial if readings.enpower else self.enpower,
            collar=readings.collar.serial if readings.collar else self.collar,
            c6=readings.c6.serial if readings.c6 else self.c6,
            generator=self.generator or readings.generator is not None,
            tariff=self.tariff or readings.tariff is not None,
            livedata=self.livedata or livedata,
            panel_details=self.panel_details
            or any(panel.details for panel in readings.panels.values()),
        )

    def without(self, serial: str) -> Self:
        """Return the shape without a panel or battery that somebody has removed."""
        return replace(
            self,
            panels=tuple(panel for panel in self.panels if panel != serial),
            batteries={key: kind for key, kind in self.batteries.items() if key != serial},
        )

    def to_data(self) -> dict[str, Any]:
        """Return the shape as JSON can hold it."""
        data = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        return data | {
            "cts": [kind.value for kind in self.cts],
            "panels": list(self.panels),
            "batteries": {serial: kind.value for serial, kind in self.batteries.items()},
        }

    @classmethod
    def from_data(cls, data: object) -> Self:
        """Read what `to_data` made, also an older one; what is not understood is left out."""
        data = raw.table(data)
        flags = {
            entry.name: data.get(entry.name) is True for entry in fields(cls) if entry.type is bool
        }
        return cls(
            cts=tuple(_members(CtKind, data.get("cts"))),
            phase_count=min(max(int(raw.number(data.get("phase_count")) or 1), 1), _MAX_PHASES),
            panels=tuple(sorted(raw.words(data.get("panels")))),
            batteries={
                serial: kind
                for serial, word in raw.table(data.get("batteries")).items()
                for kind in _members(BatteryKind, [word])
            },
            enpower=raw.text(data.get("enpower")),
            collar=raw.text(data.get("collar")),
            c6=raw.text(data.get("c6")),
            **flags,
        )


def _members[E: StrEnum](kinds: type[E], names: object) -> list[E]:
    """Take the members of an enumeration that these words name, in its own order."""
    known = raw.words(names)
    return [kind for kind in kinds if kind.value in known]
