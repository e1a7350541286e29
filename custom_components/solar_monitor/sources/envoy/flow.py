"""The config flow's steps for an Enphase gateway: found, recognised, opened."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, override

from homeassistant.config_entries import (
    SOURCE_IGNORE,
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigFlowResult,
)
from homeassistant.const import CONF_HOST, CONF_TOKEN
from homeassistant.core import callback

from ...clients.envoy.info import SERIAL
from ...clients.errors import (
    ClientError,
    InvalidAuthError,
    TokenExpiredError,
    WrongGatewayError,
    WrongTokenError,
)
from ...const import (
    CONF_IDENTITY,
    CONF_POLL_INTERVAL,
    CONF_SERIAL,
    CONF_TLS_FINGERPRINT,
)
from .core_entry import SHARED_POLL_INTERVAL, core_polls
from .entries import TITLE, SignIn, entry_data, identity_data, place_data
from .forms import (
    CONF_SIGN_IN,
    ERROR_HOST,
    HOST_SCHEMA,
    RECONFIGURE_SCHEMA,
    InvalidHostError,
    host_of,
    parse_host,
)
from .probe import async_check_token, async_find, async_find_at
from .sign_in import SignInFlow, error_placeholders, form_errors

if TYPE_CHECKING:
    from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo

STEP_ENVOY: Final = "envoy"
STEP_ZEROCONF_CONFIRM: Final = "zeroconf_confirm"
STEP_CORE_ENTRY: Final = "core_entry"
STEP_RECONFIGURE: Final = "reconfigure_envoy"
STEP_REAUTH: Final = "reauth_confirm"
STEP_CERTIFICATE: Final = "certificate"


class EnvoyFlow(SignInFlow):
    """Adds, discovers and changes gateways.

    The order is always the same: who is there, is it the right one, and only then anything secret,
    sent to the very certificate that the user was shown.
    """

    _announced: Sequence[str] = ()
    _keeps_token = False

    async def async_step_envoy(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Take the address of a gateway."""
        if user_input is None:
            return self._show_host(STEP_ENVOY, {})
        try:
            host = parse_host(user_input[CONF_HOST])
            self._gateway = await async_find(host)
        except (InvalidHostError, ClientError) as err:
            return self._show_host(STEP_ENVOY, user_input, err)
        return await self._async_meet(host)

    @override
    async def async_step_zeroconf(self, discovery_info: ZeroconfServiceInfo) -> ConfigFlowResult:
        """Follow a gateway that is known, offer one that is new.

        With Ethernet and Wi-Fi it announces both addresses in turns
        (github.com/home-assistant/core issue 148166), as its own access point one that leads
        nowhere.
        """
        serial = str(discovery_info.properties.get("serialnum") or "")
        hosts = _usable_hosts(discovery_info)
        # Anybody in the network can announce anything, and what is announced is shown.
        if not SERIAL.fullmatch(serial) or not hosts:
            return self.async_abort(reason="not_supported")
        await self.async_set_unique_id(serial)
        await self._async_abort_if_known(serial, hosts)
        self._announced = hosts
        self.context["title_placeholders"] = {"name": TITLE, "host": hosts[0]}
        return await self.async_step_zeroconf_confirm()

    async def async_step_zeroconf_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask an announced gateway who it is, once the user wants it."""
        serial, host = str(self.unique_id), self._announced[0]
        if user_input is None:
            return self.async_show_form(
                step_id=STEP_ZEROCONF_CONFIRM,
                description_placeholders={"serial": serial, "host": host},
            )
        try:
            host, self._gateway = await async_find_at(self._announced, serial)
        except ClientError as err:
            return self._show_host(STEP_ENVOY, {CONF_HOST: host}, err)
        return await self._async_meet(host)

    async def async_step_core_entry(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Say what it means that Home Assistant's own integration polls the same gateway."""
        if user_input is not None:
            return await self._async_sign_in()
        placeholders = {"interval": str(SHARED_POLL_INTERVAL)} | self._gateway_placeholders()
        return self.async_show_form(step_id=STEP_CORE_ENTRY, description_placeholders=placeholders)

    async def async_step_reauth_envoy(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Begin when the gateway no longer takes the token."""
        entry = self._get_reauth_entry()
        self.context["title_placeholders"] = {"name": entry.title, "host": entry_data[CONF_HOST]}
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Look for the gateway before anything secret is asked for."""
        entry = self._get_reauth_entry()
        host = entry.data[CONF_HOST]
        error: ClientError | None = None
        if user_input is not None:
            try:
                return await self._async_meet_again(entry, host)
            except ClientError as err:
                error = err
        return self.async_show_form(
            step_id=STEP_REAUTH,
            errors=form_errors(error),
            description_placeholders={"name": entry.title, "serial": entry.data[CONF_SERIAL]}
            | error_placeholders(host, error),
        )

    async def async_step_reconfigure_envoy(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change the address or the token; it stays the same gateway."""
        entry = self._get_reconfigure_entry()
        if user_input is None:
            return self._show_host(STEP_RECONFIGURE, {CONF_HOST: entry.data[CONF_HOST]})
        self._keeps_token = not user_input[CONF_SIGN_IN]
        try:
            return await self._async_meet_again(entry, parse_host(user_input[CONF_HOST]))
        except (InvalidHostError, ClientError) as err:
            return self._show_host(STEP_RECONFIGURE, user_input, err)

    async def async_step_certificate(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Let the user compare a certificate that has changed, before anything is sent to it."""
        entry = self._changed_entry()
        error: ClientError | None = None
        if user_input is not None:
            try:
                return await self._async_reopen(entry)
            except ClientError as err:
                error = err
        return self.async_show_form(
            step_id=STEP_CERTIFICATE,
            errors=form_errors(error),
            description_placeholders={"old_fingerprint": entry.data[CONF_TLS_FINGERPRINT]}
            | self._gateway_placeholders()
            | error_placeholders(self._host, error),
        )

    async def _async_meet(self, host: str) -> ConfigFlowResult:
        """Go on with a gateway that was found, if it is new."""
        serial = self._gateway.info.serial
        self._host = host
        await self.async_set_unique_id(serial, raise_on_progress=False)
        await self._async_abort_if_known(serial, [host])
        if core_polls(self.hass, serial):
            return await self.async_step_core_entry()
        return await self._async_sign_in()

    async def _async_meet_again(self, entry: ConfigEntry[Any], host: str) -> ConfigFlowResult:
        """Go on if what answers is the gateway of an entry; raises ClientError."""
        pin = entry.data[CONF_TLS_FINGERPRINT]
        gateway = await async_find(host, tls_only=pin is not None)
        if gateway.info.serial != entry.data[CONF_SERIAL]:
            raise WrongGatewayError(serial=gateway.info.serial)
        self._host, self._gateway = host, gateway
        if pin not in {None, gateway.fingerprint}:
            return await self.async_step_certificate()
        return await self._async_reopen(entry)

    async def _async_reopen(self, entry: ConfigEntry[Any]) -> ConfigFlowResult:
        """Keep the token of an entry if that is wanted and possible; raises ClientError."""
        if self._keeps_token and await self._async_still_opens(entry.data[CONF_TOKEN]):
            return self._change(entry, {})
        return await self._async_sign_in()

    async def _async_still_opens(self, token: str | None) -> bool:
        """Tell whether the gateway takes a token; raises ClientError where that cannot be told."""
        if token is None:
            return False
        try:
            await async_check_token(self._host, self._gateway, token)
        except InvalidAuthError, TokenExpiredError, WrongTokenError:
            return False
        return True

    async def _async_sign_in(self) -> ConfigFlowResult:
        """Ask for a token, unless the firmware needs none."""
        if self._gateway.info.needs_token:
            return await self.async_step_sign_in()
        return self._open(SignIn())

    @override
    def _open(self, sign_in: SignIn) -> ConfigFlowResult:
        """Make the entry, or change the one that the flow is about."""
        if self.source in {SOURCE_REAUTH, SOURCE_RECONFIGURE}:
            return self._change(self._changed_entry(), sign_in.data())
        shared = core_polls(self.hass, self._gateway.info.serial)
        return self.async_create_entry(
            title=TITLE,
            data=entry_data(self._host, self._gateway, sign_in),
            options={CONF_POLL_INTERVAL: SHARED_POLL_INTERVAL} if shared else {},
        )

    def _change(self, entry: ConfigEntry[Any], updates: Mapping[str, Any]) -> ConfigFlowResult:
        """Change an entry and load it again."""
        known = entry.data.get(CONF_IDENTITY) or {}
        identity = {CONF_IDENTITY: known | identity_data(self._gateway.info)}
        place = place_data(self._host, self._gateway)
        return self.async_update_reload_and_abort(
            entry, data_updates={**place, **identity, **updates}
        )

    @callback
    def _changed_entry(self) -> ConfigEntry[Any]:
        """Give the entry that the flow is about."""
        if self.source == SOURCE_REAUTH:
            return self._get_reauth_entry()
        return self._get_reconfigure_entry()

    async def _async_abort_if_known(self, serial: str, hosts: Sequence[str]) -> None:
        """End the flow of a gateway that has an entry; that one gets a new address if it needs it.

        The address that it has is kept as long as the gateway answers there.
        """
        entry = self.hass.config_entries.async_entry_for_domain_unique_id(self.handler, serial)
        if (
            entry is not None
            and entry.source != SOURCE_IGNORE
            and entry.data[CONF_HOST] not in hosts
        ):
            await self._async_follow_gateway(entry, hosts)
        self._abort_if_unique_id_configured()

    async def _async_follow_gateway(self, entry: ConfigEntry[Any], hosts: Sequence[str]) -> None:
        """Give an entry the first address at which its gateway answers, the old one before all.

        Anybody in the network can announce its serial number: only with the certificate that is
        trusted it is that gateway. Another one is for the user, who reconfigures the entry.
        """
        old, pin = entry.data[CONF_HOST], entry.data[CONF_TLS_FINGERPRINT]
        with suppress(ClientError):
            host, _ = await async_find_at([old, *hosts], entry.data[CONF_SERIAL], pin=pin)
            if host != old:
                data = {**entry.data, CONF_HOST: host}
                self.hass.config_entries.async_update_entry(entry, data=data)
                self.hass.config_entries.async_schedule_reload(entry.entry_id)

    def _show_host(
        self,
        step_id: str,
        values: Mapping[str, Any],
        error: InvalidHostError | ClientError | None = None,
    ) -> ConfigFlowResult:
        """Show the form with what is known already filled in."""
        schema = RECONFIGURE_SCHEMA if step_id == STEP_RECONFIGURE else HOST_SCHEMA
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, values),
            errors={CONF_HOST: ERROR_HOST}
            if isinstance(error, InvalidHostError)
            else form_errors(error),
            description_placeholders=error_placeholders(values.get(CONF_HOST, ""), error),
        )


def _usable_hosts(discovery_info: ZeroconfServiceInfo) -> list[str]:
    """List the announced addresses that lead somewhere; those of IPv6 last: they change more."""
    addresses = [discovery_info.ip_address, *discovery_info.ip_addresses]
    usable = [each for each in addresses if not (each.is_link_local or each.is_unspecified)]
    usable.sort(key=lambda address: address.version)
    return list(dict.fromkeys(host_of(each, discovery_info.port) for each in usable))
