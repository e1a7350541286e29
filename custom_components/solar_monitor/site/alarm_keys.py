"""What the alarms of a site are called, in snapshots as in unique ids (`site_<key>`)."""

from collections.abc import Mapping
from typing import Final

from ..logic.alarms import Kind

ALARMS: Final = "alarms"
"""The event entity, and the name of the piece in the site's memory."""
RAISED: Final = "raised"
CLEARED: Final = "cleared"

ALARM: Final = "alarm"
UNREACHABLE: Final = "unreachable"
DATA_STALE: Final = "data_stale"

PROBLEMS: Final[Mapping[str, frozenset[Kind]]] = {
    ALARM: frozenset(Kind),
    UNREACHABLE: frozenset({Kind.UNREACHABLE}),
    DATA_STALE: frozenset({Kind.STALE}),
    "production_problem": frozenset({Kind.PRODUCTION, Kind.NO_PRODUCTION}),
    "panel_problem": frozenset({Kind.PANELS}),
    "meter_problem": frozenset({Kind.METER}),
    "battery_problem": frozenset({Kind.BATTERY}),
    "inverter_problem": frozenset({Kind.INVERTER_FAULT, Kind.HOT_INVERTER}),
    "grid_lost": frozenset({Kind.GRID_LOST}),
    "low_battery": frozenset({Kind.LOW_BATTERY}),
    "high_import": frozenset({Kind.HIGH_IMPORT}),
}
"""The binary sensors, each with the alarms that it shows."""
ALWAYS: Final = frozenset({ALARM, UNREACHABLE, DATA_STALE})
"""Those that any site has; the others come with the first source that tells of such a thing."""

LAST_SUCCESS: Final = "last_success"


def last_success_key(source: str) -> str:
    """Give the key of when a source was last heard."""
    return f"{source}_{LAST_SUCCESS}"
