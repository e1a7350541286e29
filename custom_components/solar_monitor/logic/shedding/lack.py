"""Since when a power that decides was not known: as bad as no readings, so somebody is told."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from ..stored import is_number


@dataclass(frozen=True, slots=True)
class Lack:
    """A lack of powers, from when one was needed until all are known, or the charge is high."""

    since: float | None = None
    told: bool = False
    """Whether it was told as an event."""

    def looked(self, now: float, *, needed: bool, over: bool) -> Self:
        """Take in whether a power that is unknown is needed now; between the two nothing ends."""
        if over:
            return type(self)()
        return replace(self, since=now) if needed and self.since is None else self

    def lasts_s(self, now: float) -> float:
        """Tell for how long it has lasted."""
        return 0.0 if self.since is None else now - self.since

    def shifted(self, by_s: float) -> Self:
        """Take a step of the clock along."""
        return self if self.since is None else replace(self, since=self.since + by_s)

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {"since": self.since, "told": self.told}

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Read it back; anything else is none."""
        since = data.get("since") if isinstance(data, Mapping) else None
        if not isinstance(data, Mapping) or not is_number(since):
            return cls()
        return cls(since, told=data.get("told") is True)
