"""What an application may ask, and how often (developer-v4.enphase.com, plans of July 2026)."""

from dataclasses import dataclass
from enum import Enum, StrEnum, auto


class Access(StrEnum):
    """The access controls that can be ticked when an application is created."""

    SYSTEM_DETAILS = auto()
    SITE_PRODUCTION = auto()
    SITE_CONSUMPTION = auto()
    EV_CHARGER_MONITORING = auto()
    DEVICE_LEVEL = auto()
    STREAMING = auto()
    SYSTEM_CONFIGURATIONS = auto()


FREE = frozenset(
    {
        Access.SYSTEM_DETAILS,
        Access.SITE_PRODUCTION,
        Access.SITE_CONSUMPTION,
        Access.EV_CHARGER_MONITORING,
    }
)


@dataclass(frozen=True, slots=True)
class Limits:
    """Requests per minute and month, and the access controls that a plan offers."""

    per_minute: int
    per_month: int
    offers: frozenset[Access]


class Plan(Enum):
    """Enphase's plans."""

    WATT = Limits(10, 1_000, FREE)
    KILOWATT = Limits(50, 50_000, FREE | {Access.DEVICE_LEVEL, Access.STREAMING})
    MEGAWATT = Limits(100, 300_000, frozenset(Access))
    PARTNER = Limits(300, 1_500_000, frozenset(Access))

    @property
    def label(self) -> str:
        """Return its name as the API writes it."""
        return self.name.title()
