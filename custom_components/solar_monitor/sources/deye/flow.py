"""The config flow's steps for a Deye or Sunsynk inverter behind a Solarman logger."""

from collections.abc import Mapping, Sequence
import logging
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, override

from homeassistant.components import network
from homeassistant.config_entries import ConfigEntry, ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_HOST, CONF_MAC, CONF_PORT
from homeassistant.core import callback
from homeassistant.helpers.device_registry import format_mac
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
from homeassistant.util.network import is_ip_address
import voluptuous as vol

from ...clients.errors import AsleepError, ClientError, WrongFamilyError, WrongSerialError
from ...clients.solarman.discovery import FoundLogger, discover
from ...clients.solarman.link import DEFAULT_PORT
from ...const import (
    CONF_FAMILY,
    CONF_ID_PREFIX,
    CONF_IDENTITY,
    CONF_SERIAL,
    CONF_SOURCE,
    CONF_TRANSPORT,
    CONF_UNIT,
)
from .forms import (
    SECTION_ADVANCED,
    TRANSPORT_V5,
    InvalidFormError,
    address_schema,
    parse_address,
    with_serial,
)
from .probe import DEFAULT_UNIT, Probe, Target, async_probe
from .source import identity_to_data

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant
    from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo

_LOGGER = logging.getLogger(__name__)

KIND: Final = "deye"
CONF_LOGGER: Final = "logger"
BY_HAND: Final = "by_hand"
DEFAULT_TITLE: Final = "Deye"

STEP_DEYE: Final = "deye"
STEP_PICK: Final = "pick"
STEP_DISCOVERY_CONFIRM: Final = "discovery_confirm"
STEP_RECONFIGURE: Final = "reconfigure_deye"

# Errors about a field of the section: it is opened, so that the field is seen.
_ADVANCED_ERRORS: Final = frozenset(
    {"asleep", "invalid_serial", "letter_serial", "unit_silent", "wrong_family", "wrong_serial"}
)


class DeyeFlow(ConfigFlow):
    """Adds, discovers and changes loggers. Every step asks the inverter before it is believed."""

    _found: Mapping[str, FoundLogger] = MappingProxyType({})
    _discovered: tuple[Target, Probe, str]

    async def async_step_deye(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Take the address of a logger; those that are found in the network are offered first."""
        if user_input is not None:
            return await self._async_try(STEP_DEYE, user_input)
        found = await _async_find_loggers(self.hass)
        known = {entry.data[CONF_SERIAL] for entry in self._entries()}
        self._found = {str(logger.serial): logger for logger in found}
        offered = [logger for logger in found if logger.serial not in known]
        if not offered:
            return self._show_address(STEP_DEYE, {})
        return self.async_show_form(step_id=STEP_PICK, data_schema=_pick_schema(offered))

    async def async_step_pick(self, user_input: dict[str, Any]) -> ConfigFlowResult:
        """Go on with a logger that was found, or with an empty form."""
        if user_input[CONF_LOGGER] == BY_HAND:
            return self._show_address(STEP_DEYE, {})
        logger = self._found[user_input[CONF_LOGGER]]
        # Old firmware only answers those who know its serial number, and it just told us.
        filled = with_serial({CONF_HOST: logger.host, CONF_PORT: DEFAULT_PORT}, logger.serial)
        return await self._async_try(STEP_DEYE, filled)

    async def async_step_reconfigure_deye(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change how the inverter is reached; it stays the same inverter."""
        if user_input is not None:
            return await self._async_try(STEP_RECONFIGURE, user_input)
        data = self._get_reconfigure_entry().data
        advanced = {key: data[key] for key in (CONF_UNIT, CONF_TRANSPORT, CONF_FAMILY)}
        return self._show_address(
            STEP_RECONFIGURE,
            with_serial(
                {
                    CONF_HOST: data[CONF_HOST],
                    CONF_PORT: data[CONF_PORT],
                    SECTION_ADVANCED: advanced,
                },
                data[CONF_SERIAL],
            ),
        )

    @override
    async def async_step_dhcp(self, discovery_info: DhcpServiceInfo) -> ConfigFlowResult:
        """Follow a logger to its new address, or offer one that is new.

        The MAC prefix only says that the Wi-Fi chip is of a certain make, so a device is asked
        before anybody is bothered with it.
        """
        mac = format_mac(discovery_info.macaddress)
        target = Target(host=discovery_info.ip, port=DEFAULT_PORT)
        address: dict[str, Any] = {CONF_HOST: target.host}
        if known := [entry for entry in self._entries() if entry.data.get(CONF_MAC) == mac]:
            for entry in known:
                await self._async_follow(entry, address, mac)
            return self.async_abort(reason="already_configured")
        probe = await async_probe(self.hass, target)
        if known := [
            entry
            for entry in self._entries()
            if probe.serial is not None and entry.data[CONF_SERIAL] == probe.serial
        ]:
            for entry in known:
                await self._async_follow(entry, address | {CONF_PORT: target.port}, mac)
            return self.async_abort(reason="already_configured")
        if probe.identity is None:
            return self.async_abort(reason="not_supported")
        await self.async_set_unique_id(_unique_id(target, probe))
        self._abort_if_unique_id_configured()  # the user may have chosen to ignore it
        self._discovered = (target, probe, mac)
        self.context["title_placeholders"] = self._discovered_placeholders()
        return await self.async_step_discovery_confirm()

    async def async_step_discovery_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Add a discovered logger when the user agrees."""
        if user_input is not None:
            target, probe, mac = self._discovered
            return self._create(target, probe, mac)
        return self.async_show_form(
            step_id=STEP_DISCOVERY_CONFIRM,
            description_placeholders=self._discovered_placeholders(),
        )

    def _discovered_placeholders(self) -> dict[str, str]:
        """Describe what was discovered."""
        target, probe, _ = self._discovered
        return {"name": _title(probe), "serial": str(probe.serial), "host": target.host}

    @callback
    def _entries(self) -> list[ConfigEntry[Any]]:
        """List the entries of this source, without those that are ignored."""
        return [
            entry
            for entry in self._async_current_entries(include_ignore=False)
            if entry.data[CONF_SOURCE] == KIND
        ]

    async def _async_follow(
        self, entry: ConfigEntry[Any], address: Mapping[str, Any], mac: str
    ) -> None:
        """Give an entry the logger's new address, unless the one it has is as good.

        An address that only its MAC has proven to be the logger's may be a lease that has ended,
        so it is left at once. A host name, or an address typed by a user whose logger's MAC was
        not known so far, may lead there by another way: it is left only when it fails.
        """
        updates: dict[str, Any] = {CONF_MAC: mac}
        host = entry.data[CONF_HOST]
        leased = entry.data.get(CONF_MAC) == mac and is_ip_address(host)
        if host != address[CONF_HOST] and (leased or not await self._async_answers(entry)):
            updates |= address
        self.hass.config_entries.async_update_entry(entry, data={**entry.data, **updates})
        if CONF_HOST in updates:
            self.hass.config_entries.async_schedule_reload(entry.entry_id)

    async def _async_answers(self, entry: ConfigEntry[Any]) -> bool:
        """Tell whether an entry's logger answers at the address that the entry has."""
        data = entry.data
        target = Target(host=data[CONF_HOST], port=data[CONF_PORT], unit=data[CONF_UNIT])
        probe = await async_probe(self.hass, target)
        return probe.serial is not None and probe.serial == data[CONF_SERIAL]

    async def _async_try(self, step_id: str, user_input: dict[str, Any]) -> ConfigFlowResult:
        """Ask what the form points to; go on with it or say what is wrong."""
        try:
            target = parse_address(user_input)
        except InvalidFormError as err:
            return self._show_address(step_id, user_input, errors={err.field: err.key})
        probe = await async_probe(self.hass, target)
        if isinstance(probe.error, WrongSerialError):
            user_input = with_serial(user_input, probe.error.serial)
        error = probe.error
        if isinstance(error, AsleepError) and target.family is not None:
            error = None  # all that is needed is known: the rest is read when it wakes up
        if error is not None:
            return self._show_address(
                step_id,
                user_input,
                errors={"base": error.key},
                placeholders=_error_placeholders(target, error),
            )
        if step_id == STEP_RECONFIGURE:
            return await self._async_change(target, probe, user_input)
        await self.async_set_unique_id(_unique_id(target, probe), raise_on_progress=False)
        self._abort_if_unique_id_configured(
            updates={CONF_HOST: target.host, CONF_PORT: target.port}
        )
        # A replaced stick that a repair accepted: the entry's unique id is still the old one's.
        self._async_abort_entries_match(
            {CONF_SOURCE: KIND, CONF_SERIAL: probe.serial, CONF_UNIT: target.unit}
        )
        return self._create(target, probe, self._known_mac(probe))

    async def _async_change(
        self, target: Target, probe: Probe, user_input: dict[str, Any]
    ) -> ConfigFlowResult:
        """Change the entry that is being reconfigured, if it is the same logger or inverter."""
        entry = self._get_reconfigure_entry()
        data = entry.data
        same_logger = (probe.serial, target.unit) == (data[CONF_SERIAL], data[CONF_UNIT])
        if not same_logger and probe.identity is None:
            # It cannot prove that it is the one.
            return self._show_address(STEP_RECONFIGURE, user_input, errors={"base": "asleep"})
        if not same_logger and not _is_same_inverter(data, probe):
            return self._show_address(STEP_RECONFIGURE, user_input, errors={"base": "wrong_device"})
        await self.async_set_unique_id(_unique_id(target, probe), raise_on_progress=False)
        other = self.hass.config_entries.async_entry_for_domain_unique_id(
            self.handler, _unique_id(target, probe)
        )
        if other is not None and other is not entry:
            return self.async_abort(reason="already_configured")
        kept = {CONF_ID_PREFIX: data[CONF_ID_PREFIX]}
        if probe.identity is None:
            kept[CONF_IDENTITY] = data.get(CONF_IDENTITY)
        mac = data.get(CONF_MAC) if same_logger else None
        return self.async_update_reload_and_abort(
            entry,
            unique_id=self.unique_id,
            data_updates=_entry_data(target, probe, mac) | kept,
        )

    def _create(self, target: Target, probe: Probe, mac: str | None) -> ConfigFlowResult:
        """Make the entry."""
        return self.async_create_entry(title=_title(probe), data=_entry_data(target, probe, mac))

    def _known_mac(self, probe: Probe) -> str | None:
        """Give a logger's MAC if it was heard in the network; addresses are followed by it."""
        logger = self._found.get(str(probe.serial))
        return None if logger is None else logger.mac

    def _show_address(
        self,
        step_id: str,
        values: Mapping[str, Any],
        *,
        errors: dict[str, str] | None = None,
        placeholders: dict[str, str] | None = None,
    ) -> ConfigFlowResult:
        """Show the form with what is known already filled in."""
        errors = errors or {}
        schema = address_schema(expanded=not _ADVANCED_ERRORS.isdisjoint(errors.values()))
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, values),
            errors=errors,
            description_placeholders=placeholders,
        )


async def _async_find_loggers(hass: HomeAssistant) -> list[FoundLogger]:
    """Look for loggers in the networks of this machine for about a second; it may find none."""
    try:
        targets = await network.async_get_ipv4_broadcast_addresses(hass)
    except (OSError, ValueError) as err:
        _LOGGER.debug("No broadcast address to look for loggers: %s", err)
        return []
    return await discover([str(target) for target in targets])


def _pick_schema(offered: Sequence[FoundLogger]) -> vol.Schema:
    """Give the list of what was found; its last line leads to the form."""
    options = [
        SelectOptionDict(value=str(logger.serial), label=f"{logger.host} ({logger.serial})")
        for logger in offered
    ]
    options.append(SelectOptionDict(value=BY_HAND, label=BY_HAND))
    return vol.Schema(
        {
            vol.Required(CONF_LOGGER, default=options[0]["value"]): SelectSelector(
                SelectSelectorConfig(
                    options=options, mode=SelectSelectorMode.LIST, translation_key=CONF_LOGGER
                )
            )
        }
    )


def _unique_id(target: Target, probe: Probe) -> str:
    """Name an inverter by its logger, and by its Modbus unit if it is not the usual one."""
    unit = "" if target.unit == DEFAULT_UNIT else f"_u{target.unit}"
    return f"{probe.serial}{unit}"


def _title(probe: Probe) -> str:
    """Name an entry by the size of the inverter, where that is known."""
    if probe.identity is None or not probe.identity.rated_power_w:
        return DEFAULT_TITLE
    return f"{DEFAULT_TITLE} {probe.identity.rated_power_w / 1000:g} kW"


def _entry_data(target: Target, probe: Probe, mac: str | None) -> dict[str, Any]:
    """Give what an entry remembers. An inverter that sleeps now has no identity yet."""
    identity = probe.identity
    return {
        CONF_SOURCE: KIND,
        CONF_HOST: target.host,
        CONF_PORT: target.port,
        CONF_UNIT: target.unit,
        CONF_TRANSPORT: TRANSPORT_V5,
        CONF_FAMILY: str(target.family if identity is None else identity.family),
        CONF_SERIAL: probe.serial,
        CONF_ID_PREFIX: _unique_id(target, probe),
        CONF_IDENTITY: None if identity is None else identity_to_data(identity),
        CONF_MAC: mac,
    }


def _is_same_inverter(data: Mapping[str, Any], probe: Probe) -> bool:
    """Tell whether the inverter that answered is the one of an entry, by its own serial number."""
    known = (data.get(CONF_IDENTITY) or {}).get(CONF_SERIAL)
    return bool(known) and probe.identity is not None and probe.identity.serial == known


def _error_placeholders(target: Target, error: ClientError) -> dict[str, str]:
    """Give the figures that the texts of errors contain."""
    placeholders = {"host": target.host, "port": str(target.port), "unit": str(target.unit)}
    if isinstance(error, WrongSerialError):
        placeholders["serial"] = str(error.serial)
    if isinstance(error, WrongFamilyError):
        placeholders["device_type"] = f"0x{error.device_type:04X}"
    return placeholders
