"""The seam inside the site: what its pieces with values of their own bring (alarms, shedding)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from ..sources.spec import Finding, Happening
    from .moment import SiteMoment


@dataclass(frozen=True, slots=True, kw_only=True)
class PartNews:
    """What a piece has to say after a look at the site."""

    values: Mapping[str, Any] = field(default_factory=dict)
    """By key of the site's snapshot. What is not named stands, and goes stale in the end."""
    withdrawn: frozenset[str] = frozenset()
    """Keys whose value no longer stands: their entities are unavailable at once."""
    happenings: tuple[Happening, ...] = ()


class SitePart(Protocol):
    """A piece of the site. Its rows are in a table of its own that `rows.py` joins."""

    @property
    def name(self) -> str:
        """What its memory is called in the site's store."""
        ...

    @property
    def keys(self) -> frozenset[str]:
        """The keys of the snapshot that it brings."""
        ...

    @property
    def revision(self) -> int:
        """Another number than before when it has other rows."""
        ...

    @property
    def start_values(self) -> Mapping[str, Any]:
        """Values that are known before the first look, also at local midnight."""
        ...

    def look(self, moment: SiteMoment) -> PartNews:
        """Look at the site as it is now: every 30 s at least, every 5 s at most."""
        ...

    def findings(self) -> tuple[Finding, ...]:
        """The faults that hold now and that the user can do something about."""
        ...

    def undecided(self) -> frozenset[str]:
        """Name the findings that cannot be judged so soon after a start."""
        ...

    @property
    def due(self) -> bool:
        """Whether its memory has to be stored now."""
        ...

    def memory(self) -> Mapping[str, Any]:
        """Give what must survive a restart, as JSON."""
        ...

    async def async_close(self) -> None:
        """End what goes on; the memory is stored afterwards."""
        ...
