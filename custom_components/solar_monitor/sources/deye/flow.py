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
from ...clients.tcp.link import DEFAULT_PORT
from ...const import (
    CONF_FAMILY,
    CONF_ID_PREFIX,
    CONF_IDENTITY,
    CONF_SERIAL,
    CONF_SOURCE,
    CONF_TRANSPORT,
    CONF_UNIT,
)
from ...together import async_reload_together
from .entries import (
    KIND,
    entry_data,
    is_of,
    is_same_inverter,
    is_same_logger,
    place_of,
    title_of,
    unique_id_of,
)
from .forms import (
    SECTION_ADVANCED,
    InvalidFormError,
    address_schema,
    parse_address,
    with_serial,
)
from .neighbours import async_ask_for, async_bring_along, async_find_neighbours
from .probe import Probe, Target, async_probe

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant
    from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo

_LOGGER = logging.getLogger(__name__)

CONF_LOGGER: Final = "logger"
BY_HAND: Final = "by_hand"

STEP_DEYE: Final = "deye"
STEP_PICK: Final = "pick"
STEP_DISCOVERY_CONFIRM: Final = "discovery_confirm"
STEP_RECONFIGURE: Final = "reconfigure_deye"

# Asleep, and without a stick nobody else can tell a serial number.
ERROR_NAMELESS: Final = "asleep_nameless"
ERROR_WRONG_DEVICE: Final = "wrong_device"

# Errors about a field of the section: it is opened, so that the field is seen.
_ADVANCED_ERRORS: Final = frozenset(
    {
        "asleep",
        "ethernet_logger",
        "invalid_serial",
        "letter_serial",
        "unit_silent",
        "wrong_family",
        "wrong_serial",
    }
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
        self._found = {str(logger.serial): logger for logger in found}
        serials = {entry.data[CONF_SERIAL] for entry in self._entries()}
        macs = {entry.data.get(CONF_MAC) for entry in self._entries()}  # Ethernet loggers
        offered = [
            logger for logger in found if logger.serial not in serials and logger.mac not in macs
        ]
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
        if known := self._entries_behind(probe):
            for entry in known:
                await self._async_follow(entry, address | {CONF_PORT: target.port}, mac)
            return self.async_abort(reason="already_configured")
        if probe.identity is None:
            return self.async_abort(reason="not_supported")
        if self._is_reached_otherwise(probe):
            return self.async_abort(reason="reached_otherwise")
        await self.async_set_unique_id(unique_id_of(target, probe))
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
        return {"name": title_of(probe), "serial": str(probe.hardware_id), "host": target.host}

    @callback
    def _entries(self) -> list[ConfigEntry[Any]]:
        """List the entries of this source, without those that are ignored."""
        return [
            entry
            for entry in self._async_current_entries(include_ignore=False)
            if entry.data[CONF_SOURCE] == KIND
        ]

    def _entries_behind(self, probe: Probe) -> list[ConfigEntry[Any]]:
        """List the entries of the logger that answered, of all inverters behind it."""
        places = {place_of(entry.data) for entry in self._entries() if is_of(entry.data, probe)}
        return [entry for entry in self._entries() if place_of(entry.data) in places]

    def _is_reached_otherwise(self, probe: Probe) -> bool:
        """Tell whether the inverter has an entry that speaks to it in another way."""
        return any(
            is_same_inverter(entry.data, probe) and entry.data[CONF_TRANSPORT] != probe.transport
            for entry in self._entries()
        )

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
        probe = await async_ask_for(self.hass, entry, entry.data)
        return is_of(entry.data, probe)

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
        if isinstance(error, AsleepError):
            if not probe.hardware_id and step_id != STEP_RECONFIGURE:
                return self._show_address(step_id, user_input, errors={"base": ERROR_NAMELESS})
            if target.family is not None or probe.identity is not None:
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
        if self._is_reached_otherwise(probe):
            return self.async_abort(reason="reached_otherwise")
        await self.async_set_unique_id(unique_id_of(target, probe), raise_on_progress=False)
        self._abort_if_unique_id_configured(
            updates={CONF_HOST: target.host, CONF_PORT: target.port}
        )
        if probe.serial is not None:
            # A replaced stick that a repair accepted: the entry's unique id is still the old one's.
            self._async_abort_entries_match(
                {CONF_SOURCE: KIND, CONF_SERIAL: probe.serial, CONF_UNIT: target.unit}
            )
        return self._create(target, probe, self._known_mac(target, probe))

    async def _async_change(
        self, target: Target, probe: Probe, user_input: dict[str, Any]
    ) -> ConfigFlowResult:
        """Change the entry that is being reconfigured, if it is the same logger or inverter."""
        entry = self._get_reconfigure_entry()
        data = entry.data
        same_logger = is_same_logger(data, target, probe)
        # Without a stick the inverter itself must tell, unless it sleeps.
        same_unit = same_logger and target.unit == data[CONF_UNIT]
        named = probe.serial is None and probe.identity is not None
        if not is_same_inverter(data, probe) and (named or not same_unit):
            # A sleeping inverter cannot prove that it is the one.
            error = AsleepError.key if probe.identity is None else ERROR_WRONG_DEVICE
            return self._show_address(STEP_RECONFIGURE, user_input, errors={"base": error})
        unique_id = unique_id_of(target, probe) if probe.hardware_id else entry.unique_id
        await self.async_set_unique_id(unique_id, raise_on_progress=False)
        other = self.hass.config_entries.async_entry_for_domain_unique_id(
            self.handler, str(unique_id)
        )
        if other is not None and other is not entry:
            return self.async_abort(reason="already_configured")
        kept = {CONF_ID_PREFIX: data[CONF_ID_PREFIX]}
        if probe.identity is None:
            kept[CONF_IDENTITY] = data.get(CONF_IDENTITY)
        mac = data.get(CONF_MAC) if same_logger else None
        updates = entry_data(target, probe, mac) | kept
        neighbours = await async_find_neighbours(self.hass, entry, self._entries(), updates)
        if not neighbours:
            return self.async_update_reload_and_abort(
                entry, unique_id=self.unique_id, data_updates=updates
            )
        async_bring_along(self.hass, neighbours, updates)
        result = self.async_update_and_abort(entry, unique_id=self.unique_id, data_updates=updates)
        self.hass.async_create_task(
            async_reload_together(self.hass, [entry, *neighbours]),
            f"{self.handler} change of the logger of {entry.title}",
        )
        return result

    def _create(self, target: Target, probe: Probe, mac: str | None) -> ConfigFlowResult:
        """Make the entry."""
        return self.async_create_entry(title=title_of(probe), data=entry_data(target, probe, mac))

    def _known_mac(self, target: Target, probe: Probe) -> str | None:
        """Give a logger's MAC if it was heard in the network; addresses are followed by it."""
        heard = (
            logger.mac
            for logger in self._found.values()
            if logger.serial == probe.serial
            or (probe.serial is None and logger.host == target.host)
        )
        return next(heard, None)

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


def _error_placeholders(target: Target, error: ClientError) -> dict[str, str]:
    """Give the figures that the texts of errors contain."""
    placeholders = {"host": target.host, "port": str(target.port), "unit": str(target.unit)}
    if isinstance(error, WrongSerialError):
        placeholders["serial"] = str(error.serial)
    if isinstance(error, WrongFamilyError):
        placeholders["device_type"] = f"0x{error.device_type:04X}"
    return placeholders
