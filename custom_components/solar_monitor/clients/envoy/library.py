"""All that is used of pyenphase, and whether the installed one has it; nobody else imports it.

It has no upper bound: Home Assistant's own integration decides which one is installed. With one
that lacks something, only what needs that is gone, and a warning says so once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
import logging
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pyenphase import (
        EnvoyData,
        EnvoySystemConsumption,
        EnvoySystemProduction,
        EnvoyTokenAuth,
    )
    from pyenphase.const import SupportedFeatures
    from pyenphase.models.common import CommonProperties
    from pyenphase.updaters.base import EnvoyUpdater

_LOGGER = logging.getLogger(__name__)

POST: Final = "_post_json_with_cloud_client"
"""How its way to a token sends: the one private part that is used, to send in its place."""
LOGIN_URL: Final = "JSON_LOGIN_URL"
TOKEN_URL: Final = "TOKEN_URL"  # noqa: S105  the name of an address

_MISFITS: Final = (ImportError, AttributeError, TypeError)

type Load = Callable[[str], Any]
type Data = EnvoyData
type Production = EnvoySystemProduction
type Consumption = EnvoySystemConsumption
type Features = SupportedFeatures


@dataclass(frozen=True, slots=True)
class Tools:
    """What judges figures."""

    get_updaters: Callable[[], list[type[EnvoyUpdater]]]
    data: type[EnvoyData]
    common: type[CommonProperties]
    features: type[SupportedFeatures]
    error: type[Exception]


@dataclass(frozen=True, slots=True)
class SignIn:
    """What gets a token from Enphase."""

    auth: type[EnvoyTokenAuth]
    error: type[Exception]


def find_tools(load: Load = import_module) -> Tools | None:
    """Look for what judges figures; None, and a warning, when some of it is not there."""
    try:
        tools = Tools(
            get_updaters=load("pyenphase.envoy").get_updaters,
            data=load("pyenphase").EnvoyData,
            common=load("pyenphase.models.common").CommonProperties,
            features=load("pyenphase.const").SupportedFeatures,
            error=load("pyenphase").EnvoyError,
        )
        _ = (tools.features.INVERTERS, tools.features.METERING, tools.common().meter_types)
    except _MISFITS as err:
        _LOGGER.warning("This pyenphase cannot be used, firmware faults stay in: %s", err)
        return None
    return tools


def find_sign_in(load: Load = import_module) -> SignIn | None:
    """Look for what gets a token; None, and a warning, when some of it is not there.

    Nothing is sent then: by another way than ours it might have no time limit, or go elsewhere.
    """
    try:
        found = SignIn(auth=load("pyenphase").EnvoyTokenAuth, error=load("pyenphase").EnvoyError)
        auth = found.auth("", "", "", "")
        _ = (auth.refresh, *(getattr(auth, name) for name in (POST, LOGIN_URL, TOKEN_URL)))
    except _MISFITS as err:
        _LOGGER.warning("This pyenphase cannot fetch tokens, they must be pasted: %s", err)
        return None
    return found


TOOLS: Final = find_tools()
SIGN_IN: Final = find_sign_in()
