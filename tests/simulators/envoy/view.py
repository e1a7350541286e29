"""What the documents of the gateway are written from."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tests.simulators.energies import Energies
from tests.simulators.envoy.model import Moment
from tests.simulators.envoy.panels import Panel, PanelField
from tests.simulators.envoy.shapes import Bug, CtKind, Firmware, Fittings
from tests.simulators.site import Site

type Doc = dict[str, Any] | list[Any]

STREAM_S = 15 * 60
"""How long the live stream goes on after it was turned on (domoticz #5377)."""


@dataclass(slots=True)
class Memory:
    """What a gateway keeps between requests."""

    started_at: float
    storage_mode: str = "self-consumption"
    reserve_soc: int = 20
    very_low_soc: int = 5
    charge_from_grid: bool = False
    stalled_wh: float | None = None
    """Where /api/v1/production stands still."""
    live_until: float = 0.0
    live: Moment | None = None
    """The last moment the live stream carried."""
    temperatures_known_at: float = 0.0
    """Batteries' temperatures are "unknown" until then (mpreissner, FINDINGS)."""
    generator_on: bool = False
    unheard: set[str] = field(default_factory=set)
    """Serials of batteries, controller, collar and combiner that no longer communicate."""
    ct_status: dict[CtKind, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    """meteringStatus and statusFlags where they are not normal and none."""


@dataclass(frozen=True)
class View:
    """One request's look at the gateway."""

    serial: str
    firmware: Firmware
    moment: Moment
    field: PanelField
    memory: Memory
    details: bool = False
    """Whether the request asked for `details=1`."""
    glitch: bool = False
    """Whether a fault that comes now and then strikes this answer."""

    @property
    def fittings(self) -> Fittings:
        """Return what is fitted."""
        return self.moment.fittings

    @property
    def site(self) -> Site:
        """Return the house."""
        return self.field.site

    @property
    def now(self) -> int:
        """Return the Unix time."""
        return int(self.moment.at)

    def has(self, bug: Bug) -> bool:
        """Return whether the firmware has a fault."""
        return bug in self.firmware.bugs

    def measures(self, kind: CtKind) -> bool:
        """Return whether there is a CT of a kind."""
        return kind in self.fittings.cts

    @property
    def panels(self) -> list[Panel]:
        """Return the panels that are there."""
        return [panel for panel in self.field.panels if not panel.retired]

    @cached_property
    def midnight(self) -> float:
        """Return the Unix time at which the local day began."""
        return self.site.place.midnight(self.moment.at)

    @cached_property
    def at_midnight(self) -> Energies:
        """Return the energies at which the local day began."""
        return self.site.energies_at(self.midnight)

    @cached_property
    def a_week_ago(self) -> Energies:
        """Return the energies seven local midnights before this day."""
        return self.site.energies_at(self.site.place.midnight(self.moment.at, 7))

    @cached_property
    def lately(self) -> Energies:
        """Return the energies at the last full five minutes, when slow documents are written."""
        return self.site.energies_at(self.moment.at // 300 * 300)


def made_wh(energies: Energies) -> float:
    """Return what micro-inverters made in their life, Wh."""
    return 1000 * (energies.pv_ac - energies.grid_tied)


def drawn_wh(energies: Energies) -> float:
    """Return net consumption and production together, Wh."""
    return 1000 * (energies.grid_import - energies.grid_export) + made_wh(energies)


def rounded(value: float) -> float:
    """Return a number as the meter chip writes it: three places, no negative zero."""
    return round(value, 3) + 0.0
