"""Where arrays feed in: as the user has chosen, else as it can only be, else not known."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

from ..logic.flows import AcArray, Feed, Hybrid, Plant, PortUse
from .options_data import FeedPoint, SiteOptions

_ON_A_PORT: Final = FeedPoint(feed=Feed.GENERATOR_PORT)


@dataclass(frozen=True, slots=True)
class Feeding:
    """The arrays that count, put where they feed in."""

    arrays: tuple[AcArray, ...]
    found: str | None = None
    """The array that can only be what hangs on a generator port."""


def feed_in(
    arrays: tuple[AcArray, ...],
    options: SiteOptions,
    hybrids: tuple[Hybrid, ...],
    found: str | None,
    measured: Collection[str] = (),
) -> Feeding:
    """Put the arrays where they feed in, which is on the house's side if nobody says otherwise.

    Beside a generator port that is set to micro-inverters, and of which nobody has said what hangs
    on it, a single array is that: it would be counted twice otherwise. It stays there when others
    join it (`found`: which one it was). Of several that are there at once nobody can tell.

    What only an account tells of is left out where inverters measure it on their ports
    (`measured`: those whose port is seen to carry power): an estimate of half an hour ago says less
    of the same panels, and counts in great steps.
    """
    chosen = {array.name: _chosen(array.name, options, hybrids) for array in arrays}
    left = tuple(name for name, point in chosen.items() if point is None)
    bare = _has_bare_port(tuple(point for point in chosen.values() if point), hybrids)
    if bare and len(arrays) == 1:
        found = left[0] if left else found
    on_port = found if bare and found in left else None
    unknown = bare and on_port is None
    usual = _ON_A_PORT if unknown else FeedPoint()
    points = {on_port: _ON_A_PORT} | {name: point for name, point in chosen.items() if point}
    fed = (
        replace(
            _at(array, points.get(array.name, usual)),
            placed=not (unknown and array.name in left),
        )
        for array in arrays
    )
    return Feeding(
        arrays=tuple(each for each in fed if not _is_measured_better(each, hybrids, measured)),
        found=found,
    )


def _is_measured_better(
    array: AcArray, hybrids: tuple[Hybrid, ...], measured: Collection[str]
) -> bool:
    """Tell whether an array is an estimate, and known to hang on ports that measure it.

    Whether these have told something just now does not matter: who counts must not change with it.
    """
    if not array.power.estimated or not array.placed:
        return False
    plant = Plant(hybrids=hybrids, arrays=(array,))
    ports = [hybrid for hybrid in hybrids if plant.carries_arrays(hybrid)]
    return bool(ports) and all(
        hybrid.port_use is PortUse.MICRO_INVERTERS and hybrid.name in measured for hybrid in ports
    )


def _at(array: AcArray, point: FeedPoint) -> AcArray:
    """Put an array at a place."""
    return replace(array, feed=point.feed, port_of=point.hybrid)


def _chosen(name: str, options: SiteOptions, hybrids: tuple[Hybrid, ...]) -> FeedPoint | None:
    """Give the place that was chosen for an array, as long as there is such a place."""
    point = options.feeds.get(name)
    if point is None or point.feed is not Feed.GENERATOR_PORT:
        return point
    there = any(point.hybrid in {None, hybrid.name} for hybrid in hybrids)
    return point if there else None


def _has_bare_port(points: tuple[FeedPoint, ...], hybrids: tuple[Hybrid, ...]) -> bool:
    """Tell whether there is a port with micro-inverters of which nobody has said whose they are."""
    told = {point.hybrid for point in points if point.feed is Feed.GENERATOR_PORT}
    return None not in told and any(
        hybrid.port_use is PortUse.MICRO_INVERTERS and hybrid.name not in told for hybrid in hybrids
    )
