"""Whether readings are of one moment, so that they may be added."""

from typing import Final

from .flows import Plant

LARGEST_SKEW_S: Final = 60.0
_POLLS_GOOD_FOR: Final = 3
_ANSWERS_WITHIN_S: Final = 15.0
# A reading that is allowed to be older is slow by nature: a panel's report, a cloud's figure.
_FAST_GOOD_FOR_S: Final = 300.0


def is_skewed(plant: Plant, now: float) -> bool:
    """Tell whether the fast readings are of moments too far apart to be added (unix s).

    That is more than 60 s. What is polled more seldom (a reading is good for three polls) may be as
    old as its poll, and 15 s for the answer: otherwise a site with a poll of 100 s beside one of
    30 s would stand still for a fifth of the time.
    """
    fast = [
        reading
        for reading in plant.readings()
        if reading.good_for_s <= _FAST_GOOD_FOR_S and reading.fresh(now) is not None
    ]
    if not fast:
        return False
    slowest_s = max(reading.good_for_s for reading in fast) / _POLLS_GOOD_FOR
    times = [reading.at for reading in fast]
    return max(times) - min(times) > max(LARGEST_SKEW_S, slowest_s + _ANSWERS_WITHIN_S)
