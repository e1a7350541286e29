"""What each source has, remembered: one that is silent or not loaded yet is missed, not forgotten.

Without it a start would show the sums of whoever comes first. Only what a source has is kept, no
reading of it: a silent part makes each sum that it belongs to unknown, and holds its counters.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from ..logic.bank import Bank
from ..logic.contribution import Contribution, Counter, Setting
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

    def note(self, given: Contribution) -> Contribution:
        """Remember what a source has that was heard.

        Gives it with what is remembered of the settings that its hybrids did not tell yet. What
        none of them ever told is left open: it may be that they have no such setting.
        """
        known = self._known.get(given.name)
        if known is not None:
            given = _settled(given, known)
        self._known[given.name] = given
        return given

    def keep(self, names: frozenset[str]) -> None:
        """Forget all sources but these."""
        for name in self._known.keys() - names:
            del self._known[name]

    def silent(self, name: str) -> Contribution | None:
        """Give a source as one that is not heard; None if it never was."""
        known = self._known.get(name)
        return known and contribution_of(name, skeleton_of(known))


def _settled(given: Contribution, known: Contribution) -> Contribution:
    """Give a contribution with the settings that its hybrids do not tell now, but once told."""
    if not given.unsettled:
        return given
    hybrids = {hybrid.name: hybrid for hybrid in known.hybrids}
    never = {
        name: known.unsettled.get(name, frozenset()) if name in hybrids else settings
        for name, settings in given.unsettled.items()
    }
    once = {name: settings - never[name] for name, settings in given.unsettled.items()}
    banks = {bank.name: bank for bank in known.banks}
    bare = {
        name
        for name, hybrid in hybrids.items()
        if Setting.BATTERY in once.get(name, ()) and hybrid.battery is None
    }
    moded = frozenset(name for name, settings in once.items() if Setting.MODE in settings)
    return replace(
        given,
        hybrids=tuple(
            _set_as(hybrid, hybrids[hybrid.name], once.get(hybrid.name, frozenset()))
            if hybrid.name in hybrids
            else hybrid
            for hybrid in given.hybrids
        ),
        unsettled={name: settings & never[name] for name, settings in given.unsettled.items()},
        ct_fitted=given.ct_fitted | (known.ct_fitted & moded),
        banks=tuple(
            _filled_as(bank, banks[bank.name], once.get(bank.name, frozenset()))
            if bank.name in banks
            else bank
            for bank in given.banks
            if bank.name not in bare
        ),
    )


def _set_as(hybrid: Hybrid, before: Hybrid, settings: frozenset[Setting]) -> Hybrid:
    """Give a hybrid with some settings as they were."""
    if Setting.BATTERY in settings and before.battery is None:
        hybrid = replace(hybrid, battery=None)
    if Setting.PORT in settings:
        hybrid = replace(hybrid, port_use=before.port_use)
    return replace(hybrid, house_wide=before.house_wide) if Setting.MODE in settings else hybrid


def _filled_as(bank: Bank, before: Bank, settings: frozenset[Setting]) -> Bank:
    """Give the battery of a hybrid with some settings as they were."""
    if Setting.CAPACITY in settings:
        bank = replace(bank, capacity_kwh=before.capacity_kwh)
    return replace(bank, floor=before.floor) if Setting.FLOOR in settings else bank


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
        "unsettled": {name: sorted(settings) for name, settings in given.unsettled.items()},
        "ct_fitted": sorted(given.ct_fitted),
        "arrays": [array.name for array in given.arrays],
        "estimates": [array.name for array in given.arrays if array.power.estimated],
        "gateways": sorted(given.gateways),
        "notices": sorted(given.notices),
        "told_better": {name: sorted(by) for name, by in given.told_better.items()},
        "batteries": [battery.name for battery in given.batteries],
        "banks": {
            bank.name: {"capacity_kwh": bank.capacity_kwh, "floor": bank.floor}
            for bank in given.banks
        },
        "meters": [meter.name for meter in given.meters],
        "homes": [home.name for home in given.homes],
        "counters": {
            part: {
                flow.value: [counter.name, counter.estimated, counter.lossy]
                for flow, counter in own.items()
            }
            for part, own in given.counters.items()
        },
    }


def contribution_of(name: str, data: object) -> Contribution:
    """Make a contribution of one that is silent; what cannot be read is not there."""
    stored = data if isinstance(data, Mapping) else {}
    estimates = _names(stored, "estimates")
    return Contribution(
        name=name,
        hybrids=tuple(_hybrid(part, has) for part, has in _tables(stored, "hybrids")),
        unsettled={
            part: frozenset(Setting(each) for each in settings if each in Setting)
            for part, settings in _items(stored, "unsettled")
            if isinstance(settings, list)
        },
        ct_fitted=frozenset(_names(stored, "ct_fitted")),
        arrays=tuple(
            AcArray(name=part, power=replace(_SILENT, estimated=part in estimates))
            for part in _names(stored, "arrays")
        ),
        gateways=frozenset(_names(stored, "gateways")),
        notices=frozenset(_names(stored, "notices")),
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
            case [str(name), bool(estimated), bool(lossy)] if flow in Flow:
                yield Flow(flow), Counter(None, name, estimated=estimated, lossy=lossy)
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
