"""The form in which a user says where a logger is, and what to make of it."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
from homeassistant.util.network import is_host_valid
import voluptuous as vol

from ...clients.deye.family import Family
from ...clients.deye.tables import TABLES
from ...clients.tcp.link import DEFAULT_PORT
from ...clients.transport import TransportKind
from ...const import CONF_FAMILY, CONF_SERIAL, CONF_TRANSPORT, CONF_UNIT
from .probe import DEFAULT_UNIT, Target

SECTION_ADVANCED: Final = "advanced"
AUTO: Final = "auto"

ERROR_HOST: Final = "invalid_host"
ERROR_SERIAL: Final = "invalid_serial"
ERROR_LETTER_SERIAL: Final = "letter_serial"

_MAX_SERIAL: Final = (1 << 32) - 1
_MAX_SERIAL_DIGITS: Final = 10

_ADVANCED: Final = vol.Schema(
    {
        vol.Optional(CONF_SERIAL): TextSelector(),
        vol.Required(CONF_UNIT, default=DEFAULT_UNIT): vol.All(
            NumberSelector(
                NumberSelectorConfig(min=1, max=247, step=1, mode=NumberSelectorMode.BOX)
            ),
            vol.Coerce(int),
        ),
        vol.Required(CONF_TRANSPORT, default=AUTO): SelectSelector(
            SelectSelectorConfig(
                options=[AUTO, *TransportKind],
                mode=SelectSelectorMode.DROPDOWN,
                translation_key=CONF_TRANSPORT,
            )
        ),
        vol.Required(CONF_FAMILY, default=AUTO): SelectSelector(
            SelectSelectorConfig(
                options=[AUTO, *TABLES],
                mode=SelectSelectorMode.DROPDOWN,
                translation_key=CONF_FAMILY,
            )
        ),
    }
)


class InvalidFormError(Exception):
    """A field holds what it cannot hold."""

    def __init__(self, field: str, key: str) -> None:
        """Name the field (`base`: one inside the section) and the translation key."""
        super().__init__(key)
        self.field = field
        self.key = key


def address_schema(*, expanded: bool = False) -> vol.Schema:
    """Give the form; the section may be left out by those who fill it in by other means."""
    return vol.Schema(
        {
            vol.Required(CONF_HOST): TextSelector(),
            vol.Required(CONF_PORT, default=DEFAULT_PORT): vol.All(
                NumberSelector(
                    NumberSelectorConfig(min=1, max=65535, step=1, mode=NumberSelectorMode.BOX)
                ),
                vol.Coerce(int),
            ),
            vol.Optional(SECTION_ADVANCED): section(_ADVANCED, {"collapsed": not expanded}),
        }
    )


def parse_address(user_input: Mapping[str, Any]) -> Target:
    """Turn the form into a target; raises InvalidFormError."""
    host = user_input[CONF_HOST].strip()
    if not is_host_valid(host):
        raise InvalidFormError(CONF_HOST, ERROR_HOST)
    advanced = _ADVANCED(user_input.get(SECTION_ADVANCED, {}))
    family, transport = advanced[CONF_FAMILY], advanced[CONF_TRANSPORT]
    return Target(
        host=host,
        port=user_input[CONF_PORT],
        serial=_parse_serial(advanced.get(CONF_SERIAL, "")),
        unit=advanced[CONF_UNIT],
        family=None if family == AUTO else Family(family),
        transport=None if transport == AUTO else TransportKind(transport),
    )


def with_serial(user_input: Mapping[str, Any], serial: int | None) -> dict[str, Any]:
    """Give the form with another serial number filled in; None: with an empty field."""
    advanced = user_input.get(SECTION_ADVANCED, {}) | {CONF_SERIAL: str(serial or "")}
    return {**user_input, SECTION_ADVANCED: advanced}


def _parse_serial(text: str) -> int | None:
    """Read the serial number of a logger; None where none was typed."""
    text = text.strip()
    if not text:
        return None
    if not text.isascii() or not text.isalnum():
        raise InvalidFormError("base", ERROR_SERIAL)
    if not text.isdecimal():
        # Deye's own newer loggers (D25..., D26...) have no local port at all
        # (davidrapan/ha-solarman #966).
        raise InvalidFormError("base", ERROR_LETTER_SERIAL)
    if len(text) > _MAX_SERIAL_DIGITS or not 0 < int(text) <= _MAX_SERIAL:
        raise InvalidFormError("base", ERROR_SERIAL)
    return int(text)
