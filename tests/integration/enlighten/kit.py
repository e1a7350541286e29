"""What the tests of the Enlighten source share."""

from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
import time
from typing import Any, Final

from homeassistant.components.application_credentials import (
    DOMAIN as CREDENTIALS,
    ClientCredential,
    async_import_client_credential,
)
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers.config_entry_oauth2_flow import async_get_implementations
from homeassistant.loader import async_get_integration
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.clients.enlighten.budget import budget_id
from custom_components.solar_monitor.clients.enlighten.web import CloudAddress
from custom_components.solar_monitor.const import DOMAIN
from custom_components.solar_monitor.sources.enlighten.address import CLOUD_KEY
from custom_components.solar_monitor.sources.enlighten.oauth import EnphaseImplementation
from custom_components.solar_monitor.sources.enlighten.source import EnlightenSource
from custom_components.solar_monitor.sources.enlighten.tokens import EntryTokens, async_tokens
from tests.integration.states import Changes, attribute_of, entity_of, history_of, state_with
from tests.integration.units import HOME
from tests.simulators.clock import Clock
from tests.simulators.enlighten import (
    OWNER,
    Application,
    Connection,
    Endpoint,
    EnlightenSimulator,
    EnlightenSystem,
    Plan,
)

SYSTEM: Final = 698_957_008
"""Id of the first system; further ones count up."""
PANELS: Final = 8
NAMES: Final = ("Acacia Road 12", "Beach house", "Barn")
HOUR_S: Final = 3_600
DAY_S: Final = 86_400


def system_at(clock: Clock, index: int = 0, **knobs: object) -> EnlightenSystem:
    """Build a system where Home Assistant is; `knobs` are those of `EnlightenSystem`."""
    usual: dict[str, Any] = {
        "system_id": SYSTEM + index,
        "name": NAMES[index],
        "place": HOME,
        "seed": 7 + index,
        "panel_count": PANELS,
        "gateway_serial": f"12230209876{5 + index}",
    }
    return EnlightenSystem(clock, **usual | knobs)


@asynccontextmanager
async def cloud_at(
    hass: HomeAssistant,
    *systems: Mapping[str, Any],
    plan: Plan = Plan.WATT,
    **knobs: Any,  # noqa: ANN401 - each is of its own type
) -> AsyncIterator[EnlightenSimulator]:
    """Run a cloud on the clock of the test, and let Home Assistant know an application there.

    Each of `systems` holds knobs of one; none given: one as usual. `knobs` are the simulator's.
    """
    clock = Clock(running=True)
    houses = [system_at(clock, index, **each) for index, each in enumerate(systems or ({},))]
    knobs.setdefault("applications", [Application(plan=plan)])
    cloud = EnlightenSimulator(clock, houses, **knobs)
    await cloud.start()
    hass.data[CLOUD_KEY] = CloudAddress(cloud.base_url)
    assert await async_setup_component(hass, CREDENTIALS, {})
    for application in cloud.applications:
        await add_application(hass, application)
    try:
        yield cloud
    finally:
        await cloud.stop()


async def add_application(hass: HomeAssistant, application: Application) -> None:
    """Let Home Assistant know the client ID and secret of an application."""
    credential = ClientCredential(application.client_id, application.client_secret, "Home")
    await async_import_client_credential(hass, DOMAIN, credential, auth_domain(application))


def auth_domain(application: Application) -> str:
    """Give the name under which Home Assistant knows an application: `auth_implementation`."""
    return f"{DOMAIN}_{application.client_id}"


def token_of(
    cloud: EnlightenSimulator, application: Application | None = None, user: str = OWNER
) -> dict[str, Any]:
    """Sign in, and give the token as an entry stores it."""
    answer = cloud.sign_in(application, user)
    stored = ("access_token", "refresh_token", "expires_in", "token_type", "scope", "enl_uid")
    token = {name: answer[name] for name in stored}
    return token | {"expires_at": time.time() + token["expires_in"]}


def identity_of(system: EnlightenSystem) -> dict[str, Any]:
    """Give what an entry remembers of a system."""
    return {
        "name": system.name,
        "time_zone": system.time_zone_name or system.place.time_zone,
        "cellular": system.connection is Connection.CELLULAR,
        "gateways": [system.gateway_serial],
    }


def entry_for(
    cloud: EnlightenSimulator,
    *,
    systems: Collection[int] | None = None,
    profile: str = "companion",
    paused: Collection[int] = (),
    application: Application | None = None,
    **changes: object,
) -> MockConfigEntry:
    """Make the entry that the flow would have made, with tokens that are good.

    `systems`: ids of those that were chosen; None: all. `changes` replace parts of data.
    """
    chosen = [each for each in cloud.systems if systems is None or each.system_id in systems]
    application = application or cloud.application
    return MockConfigEntry(
        domain=DOMAIN,
        title="Enphase account",
        unique_id=OWNER,
        data={
            "source": "enlighten",
            "auth_implementation": auth_domain(application),
            "token": token_of(cloud, application),
            "api_key": application.api_key,
            "plan": application.plan.name.lower(),
            "systems": [each.system_id for each in chosen],
            "identity": {str(each.system_id): identity_of(each) for each in chosen},
            "id_prefix": "enl",
        }
        | changes,
        options={"profile": profile, "paused": [str(system_id) for system_id in paused]},
    )


async def implementation_of(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> EnphaseImplementation:
    """Give the way to tokens of the cloud's first application, as a flow gets it."""
    found = (await async_get_implementations(hass, DOMAIN))[auth_domain(cloud.application)]
    assert isinstance(found, EnphaseImplementation)
    return found


async def tokens_of(hass: HomeAssistant, entry: MockConfigEntry) -> EntryTokens:
    """Give the tokens of an entry that is not set up; the flow is there, as after a set-up."""
    await (await async_get_integration(hass, DOMAIN)).async_get_platform("config_flow")
    entry.add_to_hass(hass)
    return await async_tokens(hass, entry)


def source_of(entry: MockConfigEntry) -> EnlightenSource:
    """Give the source of a loaded entry."""
    source = entry.runtime_data.coordinator.source
    assert isinstance(source, EnlightenSource)
    return source


def asked(cloud: EnlightenSimulator, endpoint: Endpoint | None = None) -> list[float]:
    """Tell when something was asked for, Unix s; None: anything."""
    return [call.at for call in cloud.calls if endpoint in {None, call.endpoint}]


def unique_id(key: str, system_id: int = SYSTEM) -> str:
    """Give the unique id of a key's entity."""
    return f"enl_{system_id}_{key}"


def entity_id(hass: HomeAssistant, key: str, system_id: int = SYSTEM) -> str:
    """Find the entity of a key."""
    return entity_of(hass, unique_id(key, system_id))


def state_of(hass: HomeAssistant, key: str, system_id: int = SYSTEM) -> State:
    """Give the state of a key's entity."""
    return state_with(hass, unique_id(key, system_id))


def shown(hass: HomeAssistant, key: str, system_id: int = SYSTEM) -> str:
    """Give what a key's entity shows."""
    return state_of(hass, key, system_id).state


def number(hass: HomeAssistant, key: str, system_id: int = SYSTEM) -> float:
    """Give what a key's entity shows as a number."""
    return float(shown(hass, key, system_id))


def history(hass: HomeAssistant, events: Changes, key: str, system_id: int = SYSTEM) -> list[str]:
    """Give the states that an entity went through."""
    return history_of(hass, events, unique_id(key, system_id))


def attributes_told(
    hass: HomeAssistant, events: Changes, key: str, name: str, system_id: int = SYSTEM
) -> set[Any]:
    """Collect the values that an attribute of an entity went through."""
    return attribute_of(hass, events, unique_id(key, system_id), name)


def sign_ins_asked(hass: HomeAssistant, entry: MockConfigEntry) -> int:
    """Count how often the user is being asked to sign in again."""
    return len(list(entry.async_get_active_flows(hass, {SOURCE_REAUTH})))


def memory_of(hass_storage: Mapping[str, Any], entry: MockConfigEntry) -> dict[str, Any]:
    """Give what an entry has stored."""
    stored: dict[str, Any] = hass_storage[f"{DOMAIN}.{entry.entry_id}"]["data"]
    return stored


def desk_memory_of(hass_storage: Mapping[str, Any], cloud: EnlightenSimulator) -> dict[str, Any]:
    """Give what is stored of the budget and the schedule of the first application's key."""
    name = f"{DOMAIN}.enlighten_{budget_id(cloud.application.api_key)}"
    stored: dict[str, Any] = hass_storage[name]["data"]
    return stored


@contextmanager
def system_clock_off_by(monkeypatch: pytest.MonkeyPatch, seconds: float) -> Iterator[None]:
    """Let Home Assistant's idea of the time be wrong; how time passes, and the cloud, are right."""
    right = time.time
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: right() + seconds)
        yield
