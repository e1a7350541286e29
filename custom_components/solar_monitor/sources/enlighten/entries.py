"""What an Enlighten entry remembers: one account at Enphase, its key, and the systems chosen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from homeassistant.const import CONF_API_KEY, CONF_TOKEN
from homeassistant.core import callback

from ...clients.enlighten.jobs import LIVE_PER_DAY, Profile
from ...clients.enlighten.models import Connection, System
from ...clients.enlighten.plans import Plan
from ...const import (
    CONF_ID_PREFIX,
    CONF_IDENTITY,
    CONF_PAUSED,
    CONF_PLAN,
    CONF_PROFILE,
    CONF_SOURCE,
    CONF_SYSTEMS,
    DOMAIN,
)

if TYPE_CHECKING:
    from homeassistant.config_entries import ConfigEntry
    from homeassistant.core import HomeAssistant

KIND: Final = "enlighten"
TITLE: Final = "Enphase account"
"""Not the name of a system: titles are logged, and such a name often is an address."""
ID_PREFIX: Final = "enl"

CONF_AUTH_IMPLEMENTATION: Final = "auth_implementation"
"""Home Assistant's own key: which credentials a token belongs to."""

_NAME: Final = "name"
_TIME_ZONE: Final = "time_zone"
_CELLULAR: Final = "cellular"
_GATEWAYS: Final = "gateways"


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemIdentity:
    """What is remembered of a chosen system. Its name often is an address: it is in no repr."""

    system_id: int
    name: str | None = field(default=None, repr=False)
    time_zone: str | None = None
    """IANA name, or an old alias; None: not told."""
    cellular: bool = False
    """Whether its gateway reports over a mobile network."""
    gateways: tuple[str, ...] = field(default=(), repr=False)
    """Serial numbers of its gateways; empty until the cloud has listed its devices."""

    @classmethod
    def of(cls, system: System, known: SystemIdentity | None = None) -> SystemIdentity:
        """Describe a system as the account lists it; its gateways are those known before."""
        return cls(
            system_id=system.system_id,
            name=system.name,
            time_zone=system.time_zone,
            cellular=system.connection is Connection.CELLULAR,
            gateways=known.gateways if known else (),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What an entry says."""

    api_key: str = field(repr=False)
    plan: Plan
    profile: Profile
    systems: tuple[SystemIdentity, ...]
    """The chosen ones, in the order of their numbers."""
    paused: frozenset[int]
    """Systems that are not asked in the background."""

    def system(self, system_id: int) -> SystemIdentity | None:
        """Give what is remembered of a system; None if it is not a chosen one."""
        return next((each for each in self.systems if each.system_id == system_id), None)

    def counts_power(self, system_id: int) -> bool:
        """Tell whether a site adds up the power of a system, for nothing else knows its panels.

        A profile that asks for it a few times a day says that something else reads them, and so
        does a rest. How often the others ask follows the calls that are left: who counts must not
        change with these, or the sums would.
        """
        return LIVE_PER_DAY[self.profile] is None and system_id not in self.paused


def account_of(entry: ConfigEntry[Any]) -> Account:
    """Read the data and the options of an entry."""
    data, options = entry.data, entry.options
    identity = data.get(CONF_IDENTITY) or {}
    return Account(
        api_key=data[CONF_API_KEY],
        plan=Plan(data[CONF_PLAN]),
        profile=Profile(options.get(CONF_PROFILE, Profile.CLOUD_ONLY)),
        systems=tuple(
            _identity(number, identity.get(str(number)) or {})
            for number in sorted(data[CONF_SYSTEMS])
        ),
        paused=frozenset(int(number) for number in options.get(CONF_PAUSED, ())),
    )


def _identity(system_id: int, stored: Mapping[str, Any]) -> SystemIdentity:
    """Read what is remembered of a system."""
    return SystemIdentity(
        system_id=system_id,
        name=stored.get(_NAME),
        time_zone=stored.get(_TIME_ZONE),
        cellular=stored.get(_CELLULAR, False),
        gateways=tuple(stored.get(_GATEWAYS, ())),
    )


def entry_data(
    signed_in: Mapping[str, Any], api_key: str, plan: Plan, systems: Iterable[SystemIdentity]
) -> dict[str, Any]:
    """Give what a new entry remembers; `signed_in` is what Home Assistant's OAuth flow gives."""
    return {
        CONF_SOURCE: KIND,
        CONF_ID_PREFIX: ID_PREFIX,
        **sign_in_data(signed_in),
        **choice_data(api_key, plan, systems),
    }


def sign_in_data(signed_in: Mapping[str, Any]) -> dict[str, Any]:
    """Give the part of an entry's data that is about signing in."""
    return {key: signed_in[key] for key in (CONF_AUTH_IMPLEMENTATION, CONF_TOKEN)}


def choice_data(api_key: str, plan: Plan, systems: Iterable[SystemIdentity]) -> dict[str, Any]:
    """Give the part of an entry's data that the user chose."""
    chosen = sorted(systems, key=lambda system: system.system_id)
    return {
        CONF_API_KEY: api_key,
        CONF_PLAN: plan.value,
        CONF_SYSTEMS: [system.system_id for system in chosen],
        CONF_IDENTITY: {str(system.system_id): identity_data(system) for system in chosen},
    }


def identity_data(system: SystemIdentity) -> dict[str, Any]:
    """Give what is remembered of a system, as JSON."""
    return {
        _NAME: system.name,
        _TIME_ZONE: system.time_zone,
        _CELLULAR: system.cellular,
        _GATEWAYS: list(system.gateways),
    }


def options_data(profile: Profile, paused: Iterable[int] = ()) -> dict[str, Any]:
    """Give the options of an entry."""
    return {CONF_PROFILE: profile.value, CONF_PAUSED: [str(number) for number in sorted(paused)]}


def site_name(entry: ConfigEntry[Any]) -> str:
    """Give what the site calls an account: the prefix of its entities is that of all accounts."""
    return f"{ID_PREFIX}_{entry.unique_id}"


@callback
def share_plan(hass: HomeAssistant, api_key: str, plan: Plan) -> None:
    """Tell all entries with a key what its plan is: it is one application with one quota."""
    for entry in hass.config_entries.async_entries(DOMAIN):
        data = entry.data
        if data.get(CONF_API_KEY) == api_key and data[CONF_PLAN] != plan:
            hass.config_entries.async_update_entry(entry, data={**data, CONF_PLAN: plan.value})
