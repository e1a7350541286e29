"""What Home Assistant's log says against us."""

from collections.abc import Iterator
from itertools import pairwise
import re

RECORD = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.,]\d+\S* (?P<level>[A-Z]+) \([^)]*\) \[(?P<logger>[^]]+)\]",
    re.MULTILINE,
)
BAD_LEVELS = frozenset({"WARNING", "ERROR", "CRITICAL"})
OURS = re.compile(r"solar_monitor|custom_components")
SAID_OF_EVERY_CUSTOM_INTEGRATION = "We found a custom integration solar_monitor which has not been"


def complaints(log: str, checkout: str) -> list[str]:
    """List the warnings and errors that are about us.

    `checkout` is the path of this checkout, whose name alone does not make a record ours.
    """
    return [record for record in _records(log.replace(checkout, "")) if _is_complaint(record)]


def _records(log: str) -> Iterator[str]:
    """Cut a log into records, each with its traceback."""
    starts = [match.start() for match in RECORD.finditer(log)]
    for start, end in pairwise([*starts, len(log)]):
        yield log[start:end].rstrip()


def _is_complaint(record: str) -> bool:
    head = RECORD.match(record)
    if head is None or head["level"] not in BAD_LEVELS or not OURS.search(record):
        return False
    return not (
        head["logger"] == "homeassistant.loader" and SAID_OF_EVERY_CUSTOM_INTEGRATION in record
    )
