"""The loads as Home Assistant has them now: found again by their references, renamed or not."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from homeassistant.core import callback, split_entity_id
from homeassistant.helpers import entity_registry as er
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..logic.shedding import Load, Memory
from .names import called, entity_of
from .shedder_asks import condition_of

if TYPE_CHECKING:
    from homeassistant.core import Context, HomeAssistant

GONE_S: Final = 3_600.0
"""After so long an entity that no registry knows, and that has no state, exists no more.

Some go and come back: what is found anew by MQTT, or made from YAML after a start.
"""

_SITES: Final[HassKey[set[str]]] = HassKey(f"{DOMAIN}_sites_with_loads")
"""The sites that have looked at their loads since Home Assistant was started."""


class Loads:
    """Looks up the loads of the list, and those that are held although they left it."""

    def __init__(
        self,
        hass: HomeAssistant,
        references: Iterable[str] = (),
        *,
        names: Mapping[str, str] | None = None,
        entities: Mapping[str, str] | None = None,
        is_ours: Callable[[Context], bool] = lambda _: False,
        is_busy: Callable[[str], bool] = lambda _: False,
        site: str | None = None,
    ) -> None:
        """Take the references of the list, what loads were called, and who knows our calls.

        `entities`: by reference, the entities that the loads were last.
        `site`: of a site that was stopped and goes on, the loads were in sight meanwhile, as long
        as Home Assistant was not started in between.
        """
        self._hass: Final = hass
        self._references: Final = tuple(dict.fromkeys(references))
        self._names = dict(names or {})
        self._last = dict(entities or {})
        self._is_ours: Final = is_ours
        self._is_busy: Final = is_busy
        self._site: Final = site
        self._watched: Final = site in hass.data.get(_SITES, ())
        self._missing_since: dict[str, float] = {}
        self.entity_ids: Mapping[str, str] = {}
        """The entities of all loads that exist, by reference."""
        self.gone: tuple[str, ...] = ()
        """Those of the list that exist no more."""
        self.disabled: tuple[str, ...] = ()
        """Those that somebody has disabled: they are neither turned off nor given back."""

    @property
    def last(self) -> Mapping[str, str]:
        """The entities that the loads are, or were last, by reference."""
        return self._last

    @property
    def names(self) -> Mapping[str, str]:
        """What people call the loads, by reference, also those that exist no more."""
        return self._names

    @callback
    def look(self, owned: Collection[str]) -> tuple[Load, ...]:
        """Give the loads as they are: those of the list, then those of `owned` that left it.

        One that exists no more is left out, and one that the list names twice comes once.
        """
        if self._site is not None:
            self._hass.data.setdefault(_SITES, set()).add(self._site)
        members = self._members()
        left = {
            reference: entity_id
            for reference in sorted(set(owned) - members.keys())
            if (entity_id := self._existing(reference)) is not None
        }
        self.gone = tuple(each for each in self._references if self._existing(each) is None)
        self.entity_ids = members | left
        self.disabled = tuple(each for each in self.entity_ids if self._is_disabled(each))
        self._remember({*self._references, *owned})
        return tuple(
            self._load(reference, entity_id, member=reference in members)
            for reference, entity_id in self.entity_ids.items()
        )

    @callback
    def moves(self, owned: Collection[str]) -> Mapping[str, str]:
        """Give those of `owned` that the list has under other references now, with these."""
        if not owned:
            return {}
        members = self._members()
        by_entity = {entity_id: reference for reference, entity_id in members.items()}
        return {
            each: by_entity[entity_id]
            for each in sorted(set(owned) - members.keys())
            if (entity_id := self._existing(each)) in by_entity
        }

    def _members(self) -> dict[str, str]:
        """Give the entities of the list, by reference."""
        members: dict[str, str] = {}
        for reference in self._references:
            entity_id = self._existing(reference)
            if entity_id is not None and entity_id not in members.values():
                members[reference] = entity_id
        return members

    def _existing(self, reference: str) -> str | None:
        """Give the entity of a load; None if it exists no more.

        What the registry knows exists, loaded or not. All else may come late, or come back, so that
        it takes long until it is taken for gone; meanwhile it is what it was last.
        """
        known = entity_of(self._hass, reference)
        entity_id = known or self._last.get(reference)
        if entity_id is None:
            return None
        registry = er.async_get(self._hass)
        if known and (registry.async_get(known) or self._hass.states.get(known)):
            self._missing_since.pop(reference, None)
            self._last[reference] = known
            return known
        now = self._hass.loop.time()
        since = self._missing_since.setdefault(reference, now)
        return entity_id if now - since < GONE_S else None

    def _remember(self, references: Collection[str]) -> None:
        """Note what loads are called, and forget those of which nothing is left."""
        for reference, entity_id in self.entity_ids.items():
            if self._hass.states.get(entity_id) is not None or reference not in self._names:
                self._names[reference] = called(self._hass, entity_id)
        self._names = {each: name for each, name in self._names.items() if each in references}
        self._last = {each: last for each, last in self._last.items() if each in references}

    def _is_disabled(self, reference: str) -> bool:
        """Tell whether somebody has disabled the entity of a load."""
        entity_id = entity_of(self._hass, reference)
        entry = er.async_get(self._hass).async_get(entity_id) if entity_id else None
        return entry is not None and entry.disabled

    def _load(self, reference: str, entity_id: str, *, member: bool) -> Load:
        """Give a load as it is."""
        domain, _ = split_entity_id(entity_id)
        known = entity_of(self._hass, reference) == entity_id
        state = self._hass.states.get(entity_id) if known else None
        condition = condition_of(domain, state)
        return Load(
            id=reference,
            on=condition.on,
            mode=condition.mode,
            member=member,
            ours=state is not None and self._is_ours(state.context),
            busy=self._is_busy(entity_id),
            watched=self._watched,
        )


def carried_over(memory: Memory, moves: Mapping[str, str]) -> Memory:
    """Give a memory in which loads have other references, so that no hold is lost by that."""
    if not moves:
        return memory

    def moved[Entry](entries: Mapping[str, Entry]) -> dict[str, Entry]:
        taken = entries.keys() - moves.keys()
        return {
            moves.get(each, each): entry
            for each, entry in entries.items()
            if each not in moves or moves[each] not in taken
        }

    pending = memory.pending
    if pending is not None:
        pending = replace(pending, load=moves.get(pending.load, pending.load))
    return replace(
        memory,
        holds=moved(memory.holds),
        settling=moved(memory.settling),
        notes=moved(memory.notes),
        pending=pending,
    )
