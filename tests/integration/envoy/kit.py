"""What the tests of the Envoy source share."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import State
import jwt
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.clients.envoy.cloud import CloudAddress
from custom_components.solar_monitor.const import DOMAIN
from custom_components.solar_monitor.sources.envoy.probe import CLOUD_KEY
from custom_components.solar_monitor.sources.envoy.source import EnvoySource
from tests.integration.states import (
    Changes,
    attribute_of,
    entity_of,
    history_of,
    state_with,
    states_of,
)
from tests.integration.units import HOME
from tests.simulators.clock import Clock
from tests.simulators.envoy import EnvoySimulator, Fittings, Shape, envoy_house
from tests.simulators.envoy.tokens import KEY_ID, YEAR_S, signing_key

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from custom_components.solar_monitor.coordinator import SourceCoordinator

SERIAL: Final = "122302098765"
PANELS: Final = 8
DAY_S: Final = 86_400
MISSING: Final = (STATE_UNAVAILABLE, STATE_UNKNOWN)


@asynccontextmanager
async def gateway_at(
    hass: HomeAssistant,
    shape: Shape = Shape.D8_3_METERED,
    *,
    serial: str = SERIAL,
    panels: int = PANELS,
    **fitted: object,
) -> AsyncIterator[EnvoySimulator]:
    """Run a gateway where Home Assistant is, and the cloud that signs its tokens, for us as well.

    `fitted` replaces parts of what is usually fitted to the shape.
    """
    fittings: Fittings = replace(shape.fittings, **fitted)  # type: ignore[arg-type]  # a test names them
    site = envoy_house(Clock(running=True), seed=7, place=HOME, panels=panels, fittings=fittings)
    simulator = EnvoySimulator(site, shape=shape, serial=serial, panels=panels, fittings=fittings)
    await simulator.start()
    cloud = simulator.cloud
    hass.data[CLOUD_KEY] = CloudAddress(
        cloud.login_url, cloud.token_url, ssl=cloud.client_context()
    )
    try:
        yield simulator
    finally:
        await simulator.stop()


def entry_for(gateway: EnvoySimulator, **changes: object) -> MockConfigEntry:
    """Make the entry that the flow would have made; `changes` replace options or parts of data."""
    options = changes.pop("options", {})
    secure = gateway.fingerprint is not None
    return MockConfigEntry(
        domain=DOMAIN,
        title="Enphase Envoy",
        unique_id=gateway.serial,
        data={
            "source": "envoy",
            "host": gateway.address,
            "serial": gateway.serial,
            "tls_fingerprint": gateway.fingerprint,
            "token": gateway.token() if secure else None,
            "token_origin": "pasted" if secure else None,
            "username": None,
            "password": None,
            "id_prefix": gateway.serial,
            "identity": None,
        }
        | changes,
        options=options,
    )


def aged_token(gateway: EnvoySimulator, *, days_left: float) -> str:
    """Sign a token that was signed a year before its end."""
    now, end = int(gateway.site.clock.timestamp()), int(days_left * DAY_S)
    claims = {
        "aud": gateway.serial,
        "iss": "Entrez",
        "enphaseUser": "owner",
        "exp": now + end,
        "iat": now + end - YEAR_S,
        "jti": f"aged-{days_left}",
        "username": gateway.cloud.username,
    }
    gateway.entrez.issued.append(f"aged-{days_left}")
    return jwt.encode(claims, signing_key(), "ES256", headers={"kid": KEY_ID})


def renewable(gateway: EnvoySimulator) -> dict[str, Any]:
    """Give the parts of an entry's data that let tokens be renewed."""
    cloud = gateway.cloud
    return {"token_origin": "login", "username": cloud.username, "password": cloud.password}


def coordinator_of(entry: MockConfigEntry) -> SourceCoordinator:
    """Give the coordinator of a loaded entry."""
    coordinator: SourceCoordinator = entry.runtime_data.coordinator
    return coordinator


def source_of(entry: MockConfigEntry) -> EnvoySource:
    """Give the source of a loaded entry."""
    source = coordinator_of(entry).source
    assert isinstance(source, EnvoySource)
    return source


def unique_id(key: str) -> str:
    """Give the unique id of a key: of a panel or battery it is the key itself."""
    return key if key[:6].isdigit() else f"{SERIAL}_{key}"


def entity_id(hass: HomeAssistant, key: str) -> str:
    """Find the entity of a key."""
    return entity_of(hass, unique_id(key))


def state_of(hass: HomeAssistant, key: str) -> State:
    """Give the state of a key's entity."""
    return state_with(hass, unique_id(key))


def shown(hass: HomeAssistant, key: str) -> str:
    """Give what a key's entity shows."""
    return state_of(hass, key).state


def number(hass: HomeAssistant, key: str) -> float:
    """Give what a key's entity shows as a number."""
    return float(shown(hass, key))


def states(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, str]:
    """Give all states of enabled entities by key."""
    return states_of(hass, entry.entry_id, f"{SERIAL}_")


def history(hass: HomeAssistant, events: Changes, key: str) -> list[str]:
    """Give the states that an entity went through."""
    return history_of(hass, events, unique_id(key))


def attributes_told(hass: HomeAssistant, events: Changes, key: str, name: str) -> set[Any]:
    """Collect the values that an attribute of an entity went through."""
    return attribute_of(hass, events, unique_id(key), name)


def asked(gateway: EnvoySimulator, path: str) -> list[float]:
    """Tell when an endpoint was asked for."""
    return [at for at, what in gateway.requests if what.partition("?")[0] == path]


def memory_of(hass_storage: Mapping[str, Any], entry: MockConfigEntry) -> dict[str, Any]:
    """Give what an entry has stored."""
    stored: dict[str, Any] = hass_storage[f"{DOMAIN}.{entry.entry_id}"]["data"]
    return stored
