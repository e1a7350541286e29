"""What load shedding is called, in snapshots as in unique ids (`site_<key>`)."""

from typing import Final

SHEDDING: Final = "shedding"
"""The name of the piece in the site's memory."""

LOAD_SHEDDING: Final = "load_shedding"
"""The switch that arms it."""
SHED_BELOW: Final = "shed_below"
RESTORE_ABOVE: Final = "restore_above"
STATUS: Final = "load_shedding_status"
REASON: Final = "load_shedding_reason"
LOADS_SHED: Final = "loads_shed"
ACTIVE: Final = "load_shedding_active"
EVENTS: Final = "load_shedding_events"
