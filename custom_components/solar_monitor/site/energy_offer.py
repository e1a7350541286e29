"""What the site has for the Energy dashboard, and what the dashboard has of the site."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
import math
from typing import TYPE_CHECKING, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from ..const import CONF_SOURCE, DOMAIN
from ..logic.contribution import Counter
from ..logic.energy_dashboard import (
    EnergySource,
    Kind,
    Offer,
    Survey,
    counters_of,
    kind_of,
    statistics_of,
)
from ..logic.site_totals import Flow
from ..sources import SOURCES
from . import keys
from .energies import countings
from .names import entity_of
from .options_data import Role, SiteOptions
from .plant import port_of
from .roles import OTHERS

if TYPE_CHECKING:
    from homeassistant.config_entries import ConfigEntry

    from .moment import SiteMoment

_SITE: Final = "site"
_SENSOR: Final = "sensor"
CAPACITY: Final = "capacity"

FIELDS: Final[Mapping[Kind, Mapping[str, str]]] = {
    Kind.SOLAR: {
        "stat_energy_from": keys.total_key(Flow.PV),
        "stat_rate": keys.PV_POWER,
    },
    Kind.GRID: {
        "stat_energy_from": keys.total_key(Flow.IMPORT),
        "stat_energy_to": keys.total_key(Flow.EXPORT),
        "stat_rate": keys.GRID_POWER,
    },
    Kind.BATTERY: {
        "stat_energy_from": keys.total_key(Flow.DISCHARGE),
        "stat_energy_to": keys.total_key(Flow.CHARGE),
        "stat_rate": keys.BATTERY_POWER,
        "stat_soc": keys.BATTERY_SOC,
    },
}
"""By type: which of the site's sensors goes into which field of the dashboard. The signs are the
dashboard's own: + imports, + discharges (HA/components/energy/data.py)."""
_NEEDED: Final[Mapping[Kind, frozenset[str]]] = {
    Kind.SOLAR: frozenset({"stat_energy_from"}),
    Kind.GRID: frozenset({"stat_energy_from"}),
    Kind.BATTERY: frozenset({"stat_energy_from", "stat_energy_to"}),
}
_COUNTERS: Final = ("stat_energy_from", "stat_energy_to")
_FLOWS: Final[Mapping[Kind, frozenset[Flow]]] = {
    Kind.SOLAR: frozenset({Flow.PV}),
    Kind.BATTERY: frozenset({Flow.CHARGE, Flow.DISCHARGE}),
}

type Entities = Mapping[Kind, Mapping[str, str]]
"""The site's entities that are enabled, by type and field."""


@callback
def entities_for(hass: HomeAssistant, is_kept: Iterable[str] | None = None) -> Entities:
    """Find the site's entities; types without a counter that they need are left out.

    `is_kept`: only these entity ids count.
    """
    only = None if is_kept is None else frozenset(is_kept)
    found = {
        kind: {
            field: entity_id
            for field, key in fields.items()
            if (entity_id := _enabled(hass, key)) is not None
            and (only is None or entity_id in only)
        }
        for kind, fields in FIELDS.items()
    }
    return {kind: fields for kind, fields in found.items() if _NEEDED[kind] <= fields.keys()}


def _enabled(hass: HomeAssistant, key: str) -> str | None:
    """Give the entity id of one of the site's sensors, unless it is disabled."""
    registry = er.async_get(hass)
    entity_id = registry.async_get_entity_id(_SENSOR, DOMAIN, f"{_SITE}_{key}")
    entry = None if entity_id is None else registry.async_get(entity_id)
    return None if entry is None or entry.disabled else entry.entity_id


@callback
def unready(hass: HomeAssistant, entities: Entities, known: Collection[str]) -> frozenset[str]:
    """Name the entities that have no statistics yet, and counters that show no number.

    `known`: what there are statistics of.
    """
    return frozenset(
        entity_id
        for fields in entities.values()
        for field, entity_id in fields.items()
        if entity_id not in known or (field in _COUNTERS and not _is_number(hass, entity_id))
    )


def _is_number(hass: HomeAssistant, entity_id: str) -> bool:
    """Tell whether an entity shows a number."""
    state = hass.states.get(entity_id)
    try:
        return state is not None and math.isfinite(float(state.state))
    except ValueError:
        return False


def offer_of(entities: Entities, waiting: Collection[str], capacity_kwh: float | None) -> Offer:
    """Give what is ready; a battery with its capacity, if that is known."""
    capacity = round(capacity_kwh or 0.0, 2)
    offer: dict[Kind, EnergySource] = {}
    for kind, fields in entities.items():
        ready = {field: each for field, each in fields.items() if each not in waiting}
        if not _NEEDED[kind] <= ready.keys():
            continue
        weighed = kind is Kind.BATTERY and capacity > 0
        offer[kind] = {**ready, CAPACITY: capacity} if weighed else ready
    return offer


@dataclass(frozen=True, slots=True)
class Viewer:
    """Sees what the dashboard has with the eyes of the site."""

    hass: HomeAssistant
    entry: ConfigEntry
    options: SiteOptions

    def survey(
        self, sources: tuple[EnergySource, ...], moment: SiteMoment, seen: Mapping[str, str]
    ) -> Survey:
        """Look at the energy sources of the dashboard; `seen`: as `remembered` gave it."""
        entities = er.async_get(self.hass)
        own = er.async_entries_for_config_entry(entities, self.entry.entry_id)
        others = dict(self._others())
        counted: dict[str, str] = {}
        renamed = self._renamed(seen)
        for given in (each for source in sources for each in counters_of(source)):
            counter = renamed.get(given, given)
            name = others.get(counter) or self._source_of(entities.async_get(counter))
            if name is not None:
                counted[counter] = name
        return Survey(
            sources=sources,
            ours=frozenset(each.entity_id for each in own),
            counted=counted,
            holds={kind: frozenset(_holders(moment, kind)) for kind in _FLOWS},
            renamed=renamed,
        )

    def remembered(
        self, sources: Iterable[EnergySource], seen: Mapping[str, str]
    ) -> dict[str, str]:
        """Give the dashboard's statistics that are of the site or its sources, or were.

        Each with its id in the registry, which it keeps when it is renamed. `seen`: what this gave
        before. Nobody else tells: the dashboard keeps the old name, the registry the new one.
        """
        entities = er.async_get(self.hass)
        others = dict(self._others())
        found: dict[str, str] = {}
        for source in sources:
            for name in statistics_of(source) if kind_of(source) is not None else ():
                entity = entities.entities.get(name)
                if entity is None:
                    found |= {name: seen[name]} if name in seen else {}
                elif entity.platform == DOMAIN or name in others:
                    found[name] = entity.id
        return found

    def _renamed(self, seen: Mapping[str, str]) -> dict[str, str]:
        """Give names of before that nothing has any more, each with the name of today."""
        now = {name: entity_of(self.hass, reference) for name, reference in seen.items()}
        return {
            name: new
            for name, new in now.items()
            if new is not None and new != name and not self._exists(name)
        }

    def _exists(self, entity_id: str) -> bool:
        """Tell whether there is an entity of a name, of whomever."""
        known = er.async_get(self.hass).async_is_registered(entity_id)
        return known or self.hass.states.get(entity_id) is not None

    def _others(self) -> Iterator[tuple[str, str]]:
        """Go through counters of other integrations that are part of the site."""
        for device in self.options.others:
            for role in (Role.ENERGY_IN, Role.ENERGY_OUT):
                reference = device.entities.get(role)
                entity_id = None if reference is None else entity_of(self.hass, reference)
                if entity_id is not None:
                    yield entity_id, device.id

    def _source_of(self, entity: er.RegistryEntry | None) -> str | None:
        """Name the source that an entity is of, if that is part of the site."""
        entry = None if entity is None else self._entry_of(entity)
        spec = None if entry is None else SOURCES.get(entry.data[CONF_SOURCE])
        if entry is None or spec is None or spec.contribute is None:
            return None
        name = spec.site_name(entry)
        return None if name in self.options.excluded else name

    def _entry_of(self, entity: er.RegistryEntry) -> ConfigEntry | None:
        """Give our entry of what an entity measures, ours or of Home Assistant's own integration.

        Both count the same: next to each other each kWh would be there twice.
        """
        entries = self.hass.config_entries
        entry = entries.async_get_entry(entity.config_entry_id or "")
        if entry is None or entity.platform == DOMAIN:
            return entry
        if entry.unique_id is None:
            return None
        kinds = {spec.kind for spec in SOURCES.values() if spec.core_domain == entity.platform}
        own = entries.async_entry_for_domain_unique_id(DOMAIN, entry.unique_id)
        return own if own is not None and own.data[CONF_SOURCE] in kinds else None


def _holders(moment: SiteMoment, kind: Kind) -> Iterator[str]:
    """Name all whose counters are in the site's sum of a type.

    Those of one source go by its name; what no counter tells, and the site works out itself, by a
    name that no counter of the dashboard can have. What has never counted anything is left out: an
    inverter without panels.
    """
    own: dict[str, Mapping[Flow, Counter]] = {}
    of_source: dict[str, str] = {}
    for given in moment.contributions:
        own |= given.counters
        if given.name != OTHERS:
            of_source |= dict.fromkeys(given.parts(), given.name)
            of_source |= {port_of(hybrid.name): "" for hybrid in given.hybrids}
    for counting in countings(moment.plant, moment.flows, own, moment.at):
        if counting.flow not in _FLOWS[kind]:
            continue
        if counting.counter is None:
            yield f"{counting.part}/"
        elif counting.counter.kwh != 0:
            yield of_source.get(counting.part, counting.part)
