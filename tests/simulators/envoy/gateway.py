"""The gateway itself: what it is, what it remembers, and how it looks at the house."""

from dataclasses import dataclass, field

from tests.simulators.envoy.model import look
from tests.simulators.envoy.panels import PanelField
from tests.simulators.envoy.sessions import Doorkeeper
from tests.simulators.envoy.shapes import Bug, Firmware, Fittings
from tests.simulators.envoy.view import Memory, View
from tests.simulators.site import Site

FIRST_ENCHARGE = 492_208_990_001
FIRST_ACB = 121_917_000_087
GLITCH_EVERY = 3


@dataclass(eq=False)
class Gateway:
    """A gateway on a site's wall."""

    serial: str
    firmware: Firmware
    fittings: Fittings
    panels: PanelField
    keeper: Doorkeeper
    memory: Memory
    glitch_every: int = GLITCH_EVERY
    """Faults that come now and then strike each so-many-th answer of an endpoint."""
    zeros_until: float = float("-inf")
    busy_until: float = float("-inf")
    asked: dict[str, int] = field(default_factory=dict)
    """How often each endpoint was asked."""

    @property
    def site(self) -> Site:
        """Return the house."""
        return self.panels.site

    @property
    def now(self) -> float:
        """Return the site's time."""
        return self.site.clock.timestamp()

    @property
    def batteries(self) -> tuple[tuple[str, str], ...]:
        """Return kind and serial of each battery."""
        return (
            *(("ENCHARGE", str(FIRST_ENCHARGE + each)) for each in range(self.fittings.encharges)),
            *(("ACB", str(FIRST_ACB + each)) for each in range(self.fittings.acbs)),
        )

    def has(self, bug: Bug) -> bool:
        """Return whether the firmware has a fault."""
        return bug in self.firmware.bugs

    def count(self, path: str) -> bool:
        """Count a question; return whether a fault that comes now and then strikes it."""
        self.asked[path] = self.asked.get(path, 0) + 1
        return self.asked[path] % self.glitch_every == 0

    def view(self, *, details: bool = False, glitch: bool = False) -> View:
        """Return what the documents of this moment are written from."""
        return View(
            serial=self.serial,
            firmware=self.firmware,
            moment=look(self.site, self.panels, self.fittings, self.batteries),
            field=self.panels,
            memory=self.memory,
            details=details,
            glitch=glitch,
        )

    def start_again(self, seconds: float, *, zeros: bool) -> None:
        """Restart: sessions and the live stream end; for a while everything is busy or zero."""
        self.keeper.forget_sessions()
        self.memory.started_at = self.now
        self.memory.live, self.memory.live_until = None, 0.0
        self.memory.temperatures_known_at = self.now + seconds
        if zeros:
            self.zeros_until = self.now + seconds
        else:
            self.busy_until = self.now + seconds
