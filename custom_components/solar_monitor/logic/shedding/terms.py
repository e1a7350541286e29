"""The words of load shedding. The values are keys: translations turn them into sentences."""

from enum import StrEnum


class Status(StrEnum):
    """What load shedding does now."""

    DISARMED = "disarmed"
    """Switched off, and nothing of ours is off any more."""
    NORMAL = "normal"
    """Armed; nothing is shed and nothing has to be."""
    SHEDDING = "shedding"
    """A load is being turned off, or will be as soon as its time has come."""
    SHED = "shed"
    """Loads are off, and that is enough."""
    RESTORING = "restoring"
    """A load is being given back, or will be as soon as its time has come."""
    HOLDING = "holding"
    """Too little is known: everything stays as it is."""
    ERROR = "error"
    """A load did not obey; it is left out for a while."""


class Cause(StrEnum):
    """Why a load was shed. It decides when the load is given back."""

    SOC = "soc"
    OFFGRID = "offgrid"
    CRITICAL = "critical"
    GRID_DRAW = "grid_draw"


class Reason(StrEnum):
    """Why the status is what it is, or why something happened to a load."""

    # Why loads are shed: the causes.
    SOC = "soc"
    """The charge is below the load's level, and the battery gives more than the sun brings."""
    OFFGRID = "offgrid"
    """The grid is gone, the charge is below the load's level there, the battery gives much."""
    CRITICAL = "critical"
    """The charge is below the critical level and falls."""
    GRID_DRAW = "grid_draw"
    """The inverter draws from the grid."""
    REBOOTED = "rebooted"
    """The device came back and was on again, so it was shed again."""

    # Why loads are given back.
    RECHARGED = "recharged"
    """The charge has reached the load's level."""
    PARKED = "parked"
    """The grid carries the house, and the battery has rested or been charged for long enough."""
    GRID_BACK = "grid_back"
    """The grid is back, and the charge alone is no reason to shed."""
    DRAW_OVER = "draw_over"
    """The inverter draws from the grid no more, or that is no reason any more."""
    FAULT = "fault"
    """The inverter reports a fault: its figures decide nothing while the grid is there."""
    DISARMED = "disarmed"
    """Load shedding is switched off."""
    STALE = "stale"
    """There has been no believable reading for too long."""
    RELEASED = "released"
    """Somebody asked for the load."""
    REMOVED = "removed"
    """The load is no longer in the list, or exists no more."""

    # Why nothing is done.
    CHARGED = "charged"
    """The charge is above all levels."""
    SURPLUS = "surplus"
    """The charge is low, but not because of the loads: the sun carries them, or the grid does."""
    STARTING = "starting"
    """There are too few readings yet."""
    FAULT_LATELY = "fault_lately"
    """The inverter had a fault a few minutes ago."""
    OVERRIDDEN = "overridden"
    """What could be shed was released by somebody."""
    NOTHING_LEFT = "nothing_left"
    """There is a reason to shed, but no load is on that may be."""
    RARE = "rare"
    """Readings come, but too rarely."""
    POWER_UNKNOWN = "power_unknown"
    """The charge is low, but the powers that decide are unknown."""

    # What went wrong, or was done by others.
    TURN_OFF_FAILED = "turn_off_failed"
    """The load stayed on although it was asked to turn off several times."""
    TURN_ON_FAILED = "turn_on_failed"
    """The load stayed off although it was asked to turn on several times."""
    TURNED_ON = "turned_on"
    """Somebody turned on what we had shed."""
    TURNED_OFF = "turned_off"
    """Somebody turned off what we had shed: it stays off."""


class Turn(StrEnum):
    """What a load is asked to do."""

    OFF = "off"
    ON = "on"


class Happening(StrEnum):
    """What is worth an event."""

    SHED = "shed"
    RESTORED = "restored"
    OVERRIDDEN = "overridden"
    FAILED = "failed"
    HELD = "held"


class Grid(StrEnum):
    """What is known of the public grid."""

    UNKNOWN = "unknown"
    PRESENT = "present"
    LOST = "lost"
    NONE = "none"
    """An off-grid plant: the grid was never there for days. No reason for an alarm."""


class Wish(StrEnum):
    """What somebody asks for a load."""

    RELEASE = "release"
    """Give it back, and leave it alone for a while."""
    STAY_OFF = "stay_off"
    """It was turned off once more while we held it: do not turn it on again."""
