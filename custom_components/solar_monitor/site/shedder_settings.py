"""What is set by entities and not by options: whether load shedding is armed, and its two levels.

They are kept in the site's store, so that to change one reloads nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
import math
from typing import Any, Final, Self

from homeassistant.exceptions import ServiceValidationError

from ..const import DOMAIN
from ..logic.shedding import Config
from ..logic.stored import is_number
from . import shedder_keys as keys

_ARMED: Final = "armed"
_DEFAULTS: Final = Config()
GAP: Final = _DEFAULTS.least_gap
"""How far apart the levels are at least, in points."""


@dataclass(frozen=True, slots=True)
class Level:
    """A level of charge that can be set, %."""

    key: str
    least: float
    most: float
    default: float


SHED_BELOW: Final = Level(keys.SHED_BELOW, 1.0, 100.0 - GAP, _DEFAULTS.shed_below)
RESTORE_ABOVE: Final = Level(keys.RESTORE_ABOVE, 1.0 + GAP, 100.0, _DEFAULTS.restore_above)


@dataclass(frozen=True, slots=True)
class Settings:
    """What is set now."""

    armed: bool = False
    shed_below: float = SHED_BELOW.default
    restore_above: float = RESTORE_ABOVE.default

    @classmethod
    def read(cls, memory: Mapping[str, Any], lowest: float) -> Self:
        """Read them back; levels that do not fit each other are the defaults.

        They are raised to the lowest that the rule knows (`Config.lowest`), if options of the site
        were changed where nobody could see that: what is shown is what counts.
        """
        shed, restore = memory.get(keys.SHED_BELOW), memory.get(keys.RESTORE_ABOVE)
        found = cls(memory.get(_ARMED) is True)
        if is_number(shed) and is_number(restore):
            fits = shed >= SHED_BELOW.least and shed + GAP <= restore <= RESTORE_ABOVE.most
            found = replace(found, shed_below=shed, restore_above=restore) if fits else found
        if found.shed_below >= lowest:
            return found
        restore = min(max(found.restore_above, lowest + GAP), RESTORE_ABOVE.most)
        return replace(found, shed_below=lowest, restore_above=restore)

    def to_dict(self) -> dict[str, Any]:
        """Give them as JSON."""
        return {
            _ARMED: self.armed,
            keys.SHED_BELOW: self.shed_below,
            keys.RESTORE_ABOVE: self.restore_above,
        }

    def values(self) -> dict[str, Any]:
        """Give them by key of the snapshot."""
        return {
            keys.LOAD_SHEDDING: self.armed,
            keys.SHED_BELOW: _shown(self.shed_below),
            keys.RESTORE_ABOVE: _shown(self.restore_above),
        }

    def changed(self, level: Level, value: float, lowest: float) -> Self:
        """Give them with another level; `lowest` is the lowest that the rule knows.

        Raises a `ServiceValidationError` that says what to do if the levels come too close, if one
        is not above the critical charge, or if it is no number: one that compares with nothing
        passes any check of limits.
        """
        if not math.isfinite(value):
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="level_no_number",
                translation_placeholders={"least": f"{level.least:g}", "most": f"{level.most:g}"},
            )
        if level is SHED_BELOW:
            if value < lowest:
                raise ServiceValidationError(
                    translation_domain=DOMAIN,
                    translation_key="shed_below_too_low",
                    translation_placeholders={"least": f"{lowest:g}"},
                )
            if value > self.restore_above - GAP:
                raise ServiceValidationError(
                    translation_domain=DOMAIN,
                    translation_key="shed_below_too_high",
                    translation_placeholders={
                        "gap": f"{GAP:g}",
                        "most": f"{self.restore_above - GAP:g}",
                        "restore": f"{value + GAP:g}",
                    },
                )
            return replace(self, shed_below=value)
        if value < self.shed_below + GAP:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="restore_above_too_low",
                translation_placeholders={
                    "gap": f"{GAP:g}",
                    "least": f"{self.shed_below + GAP:g}",
                    "shed": f"{value - GAP:g}",
                },
            )
        return replace(self, restore_above=value)


def _shown(level: float) -> float:
    """Give an integer for what is one, so that no 40.0 is shown."""
    return int(level) if level.is_integer() else level
