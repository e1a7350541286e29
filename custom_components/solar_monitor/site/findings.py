"""What is wrong with the numbers of the site that the user can do something about."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from ..logic.balance import Fault
from ..logic.flows import Gap
from ..sources.spec import Finding

if TYPE_CHECKING:
    from .model import SiteModel

NO_METER: Final = "site_no_meter"
NO_PLACE: Final = "site_no_place"
LOSSES_NEGATIVE: Final = "site_losses_negative"
LOSSES_HIGH: Final = "site_losses_high"
HOUSE_NEGATIVE: Final = "site_house_negative"
_BALANCE: Final = frozenset({LOSSES_NEGATIVE, LOSSES_HIGH, HOUSE_NEGATIVE})

GUIDE: Final = "https://github.com/solar-monitor/solar_monitor/blob/main/docs/site.md"


def holding(model: SiteModel) -> Iterator[Finding]:
    """Go through the faults that hold now."""
    if model.gap is Gap.NO_METER:
        yield Finding(key=NO_METER, learn_more_url=GUIDE)
    if model.gap is Gap.NO_PLACE:
        panels = ", ".join(dict.fromkeys(model.unplaced))
        yield Finding(key=NO_PLACE, placeholders={"panels": panels}, learn_more_url=GUIDE)
    faults = model.balance.faults
    if Fault.LOSSES_NEGATIVE in faults:
        yield Finding(key=LOSSES_NEGATIVE, learn_more_url=GUIDE)
    if Fault.LOSSES_HIGH in faults:
        yield Finding(key=LOSSES_HIGH, learn_more_url=GUIDE)
    if Fault.HOUSE_NEGATIVE in faults:
        yield Finding(key=HOUSE_NEGATIVE, learn_more_url=GUIDE)


def undecided(model: SiteModel) -> frozenset[str]:
    """Name what may hold since before the start and has not been judged anew."""
    waiting = frozenset() if model.balance.decided else _BALANCE
    return waiting if model.knows_gap else waiting | {NO_METER, NO_PLACE}
