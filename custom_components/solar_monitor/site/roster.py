"""What each source has, remembered: one that is silent or not loaded yet is missed, not forgotten.

Without it a start would show the sums of whoever comes first. Only what a source has is kept, no
reading of it: a silent part makes each sum that it belongs to unknown, and holds its counters.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..logic.bank import Bank
from ..logic.contribution import Contribution, Counter
from ..logic.flows import AcArray, AcBattery, Hybrid, Meter, PortUse, Reading
from ..logic.site_totals import Flow
from ..logic.stored import is_number

_SILENT: Final = Reading(None, 0.0)


class Roster:
    """The sources of the site by name, each with what it had when it was heard last."""

    def __init__(self, memory: object = None) -> None:
        """Continue from what `to_dict` gave; anything else starts with nobody known."""
        stored = memory if isinstance(memory, Mapping) else {}
        self._known: dict[str, Contribution] = {
            str(name): contribution_of(str(name), data) for name, data in stored.items()
        }

    def __contains__(self, name: object) -> bool:
        """Tell whether a source was ever heard."""
        return name in self._known

    def to_dict(self) -> dict[str, Any]:
        """Give what must survive a restart as JSON."""
        return {name: skeleton_of(given) for name, given in self._known.items()}

    def note(self, given: Contribution) -> None:
        """Remember what a source has that was heard."""
        self._known[given.name] = given

    def keep(self, names: frozenset[str]) -> None:
        """Forget all sources but these."""
        for name in self._known.keys() - names:
            del self._known[name]

    def silent(self, name: str) -> Contribution | None:
        """Give a source as one that is not heard; None if it never was."""
        known = self._known.get(name)
        return known and contribution_of(name, skeleton_of(known))


def skeleton_of(given: Contribution) -> dict[str, Any]:
    """Give what a source has, as JSON."""
    return {
        "hybrids": {
            hybrid.name: {
                "battery": hybrid.battery is not None,
                "ct": hybrid.ct is not None,
                "port": hybrid.port is not None,
                "port_use": hybrid.port_use.value,
                "rated_w": hybrid.rated_w,
                "house_wide": hybrid.house_wide,
            }
            for hybrid in given.hybrids
        },
        "ct_fitted": sorted(given.ct_fitted),
        "arrays": [array.name for array in given.arrays],
        "told_better": {name: sorted(by) for name, by in given.told_better.items()},
        "batteries": [battery.name for battery in given.batteries],
        "banks": {
            bank.name: {"capacity_kwh": bank.capacity_kwh, "floor": bank.floor}
            for bank in given.banks
        },
        "meters": [meter.name for meter in given.meters],
        "homes": [home.name for home in given.homes],
        "counters": {
            part: {flow.value: [counter.name, counter.estimated] for flow, counter in own.items()}
            for part, own in given.counters.items()
        },
    }


def contribution_of(name: str, data: object) -> Contribution:
    """Make a contribution of one that is silent; what cannot be read is not there."""
    stored = data if isinstance(data, Mapping) else {}
    return Contribution(
        name=name,
        hybrids=tuple(_hybrid(part, has) for part, has in _tables(stored, "hybrids")),
        ct_fitted=frozenset(_names(stored, "ct_fitted")),
        arrays=tuple(AcArray(name=part, power=_SILENT) for part in _names(stored, "arrays")),
        told_better={
            part: frozenset(map(str, by))
            for part, by in _items(stored, "told_better")
            if isinstance(by, list)
        },
        batteries=tuple(
            AcBattery(name=part, power=_SILENT) for part in _names(stored, "batteries")
        ),
        banks=tuple(_bank(part, has) for part, has in _tables(stored, "banks")),
        meters=tuple(Meter(name=part, power=_SILENT) for part in _names(stored, "meters")),
        homes=tuple(Meter(name=part, power=_SILENT) for part in _names(stored, "homes")),
        counters={part: dict(_counters(has)) for part, has in _tables(stored, "counters")},
    )


def _counters(stored: Mapping[str, Any]) -> Iterator[tuple[Flow, Counter]]:
    """Make counters that are not heard of."""
    for flow, counter in stored.items():
        match counter:
            case [str(name), bool(estimated)] if flow in Flow:
                yield Flow(flow), Counter(None, name, estimated=estimated)
            case _:
                pass


def _hybrid(name: str, has: Mapping[str, Any]) -> Hybrid:
    """Make a hybrid that is silent."""
    port_use, rated_w = str(has.get("port_use")), has.get("rated_w")
    return Hybrid(
        name=name,
        strings=_SILENT,
        grid_port=_SILENT,
        load_port=_SILENT,
        battery=_SILENT if has.get("battery") is True else None,
        ct=_SILENT if has.get("ct") is True else None,
        port=_SILENT if has.get("port") is True else None,
        port_use=PortUse(port_use) if port_use in PortUse else PortUse.NOTHING,
        rated_w=rated_w if is_number(rated_w) else None,
        house_wide=has.get("house_wide") is True,
    )


def _bank(name: str, has: Mapping[str, Any]) -> Bank:
    """Make a battery whose charge is not known."""
    capacity_kwh, floor = has.get("capacity_kwh"), has.get("floor")
    return Bank(
        name=name,
        soc=_SILENT,
        capacity_kwh=capacity_kwh if is_number(capacity_kwh) else None,
        floor=floor if is_number(floor) else 0.0,
    )


def _items(stored: Mapping[str, Any], name: str) -> Iterator[tuple[str, Any]]:
    """Go through a stored mapping."""
    found = stored.get(name)
    for key, value in found.items() if isinstance(found, Mapping) else ():
        yield str(key), value


def _tables(stored: Mapping[str, Any], name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Go through a stored mapping of mappings."""
    return ((key, value) for key, value in _items(stored, name) if isinstance(value, Mapping))


def _names(stored: Mapping[str, Any], name: str) -> list[str]:
    """Give a stored list of names."""
    found = stored.get(name)
    return list(map(str, found)) if isinstance(found, list) else []
