"""The plans of an application at developer-v4.enphase.com, as published in July 2026."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Plan(StrEnum):
    """The plans; the values are stored in config entries."""

    WATT = "watt"
    KILOWATT = "kilowatt"
    MEGAWATT = "megawatt"
    PARTNER = "partner"


@dataclass(frozen=True, slots=True)
class Limits:
    """Calls that one API key may make in a minute and in a calendar month."""

    per_minute: int
    per_month: int


PLAN_LIMITS: Final[Mapping[Plan, Limits]] = {
    Plan.WATT: Limits(10, 1_000),
    Plan.KILOWATT: Limits(50, 50_000),
    Plan.MEGAWATT: Limits(100, 300_000),
    Plan.PARTNER: Limits(300, 1_500_000),
}
