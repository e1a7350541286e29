"""What can be chosen in the options of the site, by the names that people know."""

from collections import Counter as Tally
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.selector import SelectOptionDict

from ..const import DOMAIN
from ..logic.contribution import Contribution
from .hub import async_hub
from .members import async_members
from .moment import Member
from .options_data import OtherKind, Role, SiteOptions
from .roles import OTHERS

if TYPE_CHECKING:
    from homeassistant.config_entries import ConfigEntry


class Choices:
    """The sources of the site and what they have, with the devices of other integrations."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Look at what there is now; sources that were never heard have nothing yet."""
        self._hass = hass
        self.options = SiteOptions.read(entry.options)
        self.members = async_members(hass, self.options)
        self._given = _contributions(hass, entry, self.members)
        self._owners = {part: given.name for given in self._given for part in given.parts()}

    def sources(self) -> list[SelectOptionDict]:
        """Give all sources, part of the site or not."""
        return _options((member.name, member.title) for member in self.members)

    def grid_meters(self) -> list[SelectOptionDict]:
        """Give what measures between house and grid."""
        parts = [meter.name for given in self._given for meter in given.meters]
        parts += [each.name for given in self._given for each in given.hybrids if each.ct]
        return self._called(parts, OtherKind.GRID_METER)

    def home_meters(self) -> list[SelectOptionDict]:
        """Give what measures the whole house."""
        parts = [home.name for given in self._given for home in given.homes]
        return self._called(parts, OtherKind.HOME_METER)

    def arrays(self) -> list[SelectOptionDict]:
        """Give the arrays that feed AC: those that the site counts."""
        return self._called(self._arrays(), OtherKind.PANELS)

    def hybrids(self) -> list[SelectOptionDict]:
        """Give the battery inverters."""
        return self._called(each.name for given in self._given for each in given.hybrids)

    def panels(self) -> list[SelectOptionDict]:
        """Give all that panels hang on: strings of battery inverters and arrays that feed AC."""
        hybrids = [each.name for given in self._given for each in given.hybrids]
        return self._called((*hybrids, *self._arrays()), OtherKind.PANELS)

    def banks(self) -> list[SelectOptionDict]:
        """Give what tells a state of charge."""
        parts = [bank.name for given in self._given for bank in given.banks]
        others = [
            (device.id, device.name)
            for device in self.options.others
            if device.kind is OtherKind.BATTERY and Role.SOC in device.entities
        ]
        return _options((*((part, self._label(part)) for part in parts), *others))

    def names(self) -> set[str]:
        """Name all sources, their parts, and the devices of other integrations."""
        members = {member.name for member in self.members}
        others = {device.id for device in self.options.others}
        return members | others | self._owners.keys()

    def _arrays(self) -> Iterator[str]:
        """Name the arrays, without those that another source tells better."""
        configured = {member.name for member in self.members if member.stands}
        for given in self._given:
            for array in given.arrays:
                if configured.isdisjoint(given.told_better.get(array.name, ())):
                    yield array.name

    def _called(self, parts: Iterable[str], *kinds: OtherKind) -> list[SelectOptionDict]:
        """Give parts and devices of some kinds with what people call them."""
        own = ((part, self._label(part)) for part in parts)
        others = ((each.id, each.name) for each in self.options.others if each.kind in kinds)
        return _options((*own, *others))

    def _label(self, part: str) -> str:
        """Give what people call a part: its device, else the entry of its source."""
        devices = dr.async_get(self._hass)
        for entry in self._hass.config_entries.async_entries(DOMAIN):
            device = devices.async_get_device_by_identifier((DOMAIN, part), entry.entry_id)
            if device is not None and (name := device.name_by_user or device.name):
                return name
        owner = self._owners[part]
        return next((each.title for each in self.members if each.name == owner), part)


def _options(named: Iterable[tuple[str, str]]) -> list[SelectOptionDict]:
    """Give options, each once; two of the same name are told apart by what they are stored as."""
    labels = dict(named)
    tally = Tally(labels.values())
    return [
        SelectOptionDict(value=name, label=label if tally[label] == 1 else f"{label} ({name})")
        for name, label in labels.items()
    ]


@callback
def _contributions(
    hass: HomeAssistant, entry: ConfigEntry[Any], members: Iterable[Member]
) -> tuple[Contribution, ...]:
    """Give what the sources of the site have; the site remembers those that are silent."""
    included = {member.name for member in members if member.included}
    known = dict(async_hub(hass).contributions)
    if entry.state is ConfigEntryState.LOADED:
        moment = entry.runtime_data.coordinator.source.moment
        if moment is not None:
            known = {given.name: given for given in moment.contributions} | known
    return tuple(given for name, given in known.items() if name in included and name != OTHERS)
