"""The config flow's steps for an Enphase account: sign in, key, systems.

The API key has to be of the same application as the sign-in. One call shows whether it is, and
which systems the account has.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final, override

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigFlowResult,
)
from homeassistant.const import CONF_API_KEY, CONF_TOKEN
from homeassistant.core import callback
from homeassistant.helpers.config_entry_oauth2_flow import async_get_implementations
import voluptuous as vol

from ...clients.enlighten.api import AccessToken
from ...clients.enlighten.jobs import Profile
from ...clients.enlighten.plans import Plan
from ...clients.errors import ClientError
from ...const import CONF_PLAN, CONF_PROFILE, CONF_SOURCE, CONF_SYSTEMS, DOMAIN
from ..envoy.entries import KIND as GATEWAY
from .address import cloud_host
from .entries import (
    CONF_AUTH_IMPLEMENTATION,
    KIND,
    TITLE,
    SystemIdentity,
    account_of,
    choice_data,
    entry_data,
    options_data,
    share_plan,
    sign_in_data,
)
from .forms import (
    ERROR_NO_CHOICE,
    REAUTH_KEY_SCHEMA,
    RECONFIGURE_SCHEMA,
    InvalidKeyError,
    NoSystemsError,
    error_placeholders,
    key_errors,
    key_schema,
    parse_key,
    systems_schema,
)
from .oauth import enl_uid
from .probe import IssuedToken, async_entry_token, async_find_systems, async_settle
from .sign_in import ABORT_ERROR, EnlightenSignInFlow, links

STEP_KEY: Final = "enlighten_key"
STEP_SYSTEMS: Final = "systems"
STEP_FREE_SYSTEMS: Final = "systems_free"
STEP_REAUTH: Final = "reauth_confirm_enlighten"
STEP_REAUTH_KEY: Final = "reauth_key_enlighten"
STEP_RECONFIGURE: Final = "reconfigure_enlighten"

# With more systems the calls of the free plan give each of them less than one look a day.
MOST_FREE_SYSTEMS: Final = 8


class EnlightenFlow(EnlightenSignInFlow):
    """Adds and changes Enphase accounts."""

    _signed_in: Mapping[str, Any]
    _api_key: str
    _plan: Plan
    _profile: Profile
    _offered: Mapping[int, SystemIdentity]

    @override
    async def async_oauth_create_entry(self, data: dict[str, Any]) -> ConfigFlowResult:
        """Go on with an account that has signed in, if it is the right one or a new one."""
        uid = enl_uid(data[CONF_TOKEN])
        if uid is None:
            return self.async_abort(reason=ABORT_ERROR)
        await self.async_set_unique_id(uid, raise_on_progress=False)
        self._signed_in = data
        if self.source == SOURCE_REAUTH:
            self._abort_if_unique_id_mismatch(reason="wrong_account")
            return await self._async_renew(self._get_reauth_entry())
        self._abort_if_unique_id_configured()
        return await self.async_step_enlighten_key()

    async def _async_renew(self, entry: ConfigEntry[Any]) -> ConfigFlowResult:
        """Give an entry its new tokens, and let it begin again.

        It may run now: it has the tokens before its systems are tried again.
        """
        if self._signed_in[CONF_AUTH_IMPLEMENTATION] != entry.data[CONF_AUTH_IMPLEMENTATION]:
            return await self.async_step_reauth_key_enlighten()
        account = account_of(entry)
        return await self._async_renew_with(entry, account.api_key, account.plan)

    async def _async_renew_with(
        self, entry: ConfigEntry[Any], key: str, plan: Plan
    ) -> ConfigFlowResult:
        """Give an entry its new tokens, and the key that belongs to them."""
        systems = account_of(entry).systems
        keys = choice_data(key, plan, systems)
        data = {**entry.data, **sign_in_data(self._signed_in), **keys}
        self.hass.config_entries.async_update_entry(entry, data=data)
        await async_settle(self.hass, key, plan, [system.system_id for system in systems])
        return self.async_update_reload_and_abort(entry)

    async def async_step_reauth_key_enlighten(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take the key of the application with which the user has signed in this time."""
        entry = self._get_reauth_entry()
        if user_input is None:
            shown = {CONF_PLAN: account_of(entry).plan.value}
            return self._show_form(STEP_REAUTH_KEY, REAUTH_KEY_SCHEMA, shown, None)
        plan = Plan(user_input[CONF_PLAN])
        token = IssuedToken(self._signed_in[CONF_TOKEN]["access_token"])
        try:
            key = parse_key(user_input[CONF_API_KEY])
            await async_find_systems(self.hass, key, plan, token)
        except (InvalidKeyError, ClientError) as err:
            return self._show_form(STEP_REAUTH_KEY, REAUTH_KEY_SCHEMA, user_input, err)
        share_plan(self.hass, key, plan)
        return await self._async_renew_with(entry, key, plan)

    async def async_step_enlighten_key(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take the API key with its plan, and what the cloud is for."""
        if user_input is None:
            return self._show_key({})
        token = IssuedToken(self._signed_in[CONF_TOKEN]["access_token"])
        self._profile = Profile(user_input[CONF_PROFILE])
        try:
            key = parse_key(user_input[CONF_API_KEY])
            await self._async_look(key, Plan(user_input[CONF_PLAN]), token)
        except (InvalidKeyError, NoSystemsError, ClientError) as err:
            return self._show_key(user_input, err)
        return await self._async_offer()

    async def async_step_systems(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take the choice of systems."""
        if user_input is None:
            return self._show_systems()
        chosen = {int(number) for number in user_input[CONF_SYSTEMS]}
        if not chosen:
            return self._show_systems(ERROR_NO_CHOICE)
        return await self._async_finish(chosen)

    async def async_step_systems_free(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Do the same where few calls have to do for all systems."""
        return await self.async_step_systems(user_input)

    async def async_step_reauth_enlighten(self, _: Mapping[str, Any]) -> ConfigFlowResult:
        """Begin when Enphase no longer takes the token."""
        names = {"name": self._get_reauth_entry().title, "host": cloud_host(self.hass)}
        self.context["title_placeholders"] = names
        return await self.async_step_reauth_confirm_enlighten()

    async def async_step_reauth_confirm_enlighten(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Say that somebody has to sign in again, with the same account."""
        entry = self._get_reauth_entry()
        if user_input is None:
            return self.async_show_form(
                step_id=STEP_REAUTH, description_placeholders={"name": entry.title} | links()
            )
        present = entry.data[CONF_AUTH_IMPLEMENTATION]
        if (await async_get_implementations(self.hass, DOMAIN)).keys() == {present}:
            return await self.async_step_pick_implementation({"implementation": present})
        # With several applications the user chooses: the one so far may be what no longer works.
        return await self.async_step_pick_implementation()

    async def async_step_reconfigure_enlighten(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change the key, its plan, or the choice of systems."""
        entry = self._get_reconfigure_entry()
        account = account_of(entry)
        if user_input is None:
            return self._show_reconfigure({CONF_PLAN: account.plan.value})
        typed = user_input.get(CONF_API_KEY, "").strip()
        try:
            key = parse_key(typed) if typed else account.api_key
            access_token = await async_entry_token(self.hass, entry)
            await self._async_look(key, Plan(user_input[CONF_PLAN]), access_token)
        except (InvalidKeyError, NoSystemsError, ClientError) as err:
            return self._show_reconfigure(user_input, err)
        return await self._async_offer()

    async def _async_look(self, api_key: str, plan: Plan, access_token: AccessToken) -> None:
        """Ask which systems there are, and note those that no other entry has.

        Raises NoSystemsError or ClientError.
        """
        found = await async_find_systems(self.hass, api_key, plan, access_token)
        if not found:
            raise NoSystemsError
        self._api_key, self._plan = api_key, plan
        known = {each.system_id: each for each in self._systems_so_far()}
        taken = self._taken_systems()
        self._offered = {
            system.system_id: SystemIdentity.of(system, known.get(system.system_id))
            for system in sorted(found, key=lambda each: each.system_id)
            if system.system_id not in taken
        }

    async def _async_offer(self) -> ConfigFlowResult:
        """Let the user choose, where there is a choice."""
        if not self._offered:
            return self.async_abort(reason="systems_taken")
        if len(self._offered) == 1:
            return await self._async_finish(self._offered)
        return await self.async_step_systems()

    async def _async_finish(self, chosen: Collection[int]) -> ConfigFlowResult:
        """Make the entry, or change the one that the flow is about."""
        if not self._taken_systems().isdisjoint(chosen):  # another flow was faster
            return self.async_abort(reason="systems_taken")
        if self.source != SOURCE_RECONFIGURE:
            self._abort_if_unique_id_configured()
        key, plan, systems = self._api_key, self._plan, [self._offered[each] for each in chosen]
        share_plan(self.hass, key, plan)
        await async_settle(self.hass, key, plan, chosen)
        if self.source == SOURCE_RECONFIGURE:
            return self.async_update_reload_and_abort(
                self._get_reconfigure_entry(), data_updates=choice_data(key, plan, systems)
            )
        return self.async_create_entry(
            title=self._new_title(),
            data=entry_data(self._signed_in, key, plan, systems),
            options=options_data(self._profile),
        )

    def _systems_so_far(self) -> tuple[SystemIdentity, ...]:
        """Give the systems of the entry that is changed."""
        if self.source != SOURCE_RECONFIGURE:
            return ()
        return account_of(self._get_reconfigure_entry()).systems

    def _taken_systems(self) -> frozenset[int]:
        """Give the systems that other entries have."""
        return frozenset(
            number
            for entry in self._account_entries()
            if entry.entry_id != self.context.get("entry_id")
            for number in entry.data[CONF_SYSTEMS]
        )

    @callback
    def _account_entries(self) -> list[ConfigEntry[Any]]:
        """List the entries of this source."""
        entries = self._async_current_entries(include_ignore=False)
        return [entry for entry in entries if entry.data[CONF_SOURCE] == KIND]

    @callback
    def _new_title(self) -> str:
        """Name a new entry: by number, so that notices tell one account from another."""
        titles = {entry.title for entry in self._account_entries()}
        names = (TITLE, *(f"{TITLE} {number}" for number in range(2, len(titles) + 2)))
        return next(name for name in names if name not in titles)

    @callback
    def _likely_profile(self) -> Profile:
        """Give the profile that fits what there is: only a gateway reads the same panels."""
        entries = self._async_current_entries(include_ignore=False)
        has_gateway = any(entry.data[CONF_SOURCE] == GATEWAY for entry in entries)
        return Profile.COMPANION if has_gateway else Profile.CLOUD_ONLY

    def _show_key(
        self,
        values: Mapping[str, Any],
        error: InvalidKeyError | NoSystemsError | ClientError | None = None,
    ) -> ConfigFlowResult:
        """Show the form with what was chosen; the key has to be entered anew."""
        return self._show_form(STEP_KEY, key_schema(self._likely_profile()), values, error)

    def _show_reconfigure(
        self,
        values: Mapping[str, Any],
        error: InvalidKeyError | NoSystemsError | ClientError | None = None,
    ) -> ConfigFlowResult:
        """Show the form with what is known, but for the key."""
        return self._show_form(STEP_RECONFIGURE, RECONFIGURE_SCHEMA, values, error)

    def _show_form(
        self,
        step_id: str,
        schema: vol.Schema,
        values: Mapping[str, Any],
        error: InvalidKeyError | NoSystemsError | ClientError | None,
    ) -> ConfigFlowResult:
        """Show a form with a key; no key that was typed goes back to the browser."""
        shown = {key: value for key, value in values.items() if key != CONF_API_KEY}
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, shown),
            errors=key_errors(error),
            description_placeholders=links() | error_placeholders(self.hass, error),
        )

    def _show_systems(self, error: str | None = None) -> ConfigFlowResult:
        """Show the systems that can be chosen, and on the free plan what they have to share."""
        if self._plan is Plan.WATT:
            return self._show_choice(STEP_FREE_SYSTEMS, MOST_FREE_SYSTEMS, error)
        return self._show_choice(STEP_SYSTEMS, len(self._offered), error)

    def _show_choice(self, step_id: str, most: int, error: str | None) -> ConfigFlowResult:
        """Show the systems. Those so far are chosen; of a new account all, unless too many."""
        offered = self._offered
        so_far = {each.system_id for each in self._systems_so_far()} & offered.keys()
        chosen = so_far or (offered if len(offered) <= most else ())
        return self.async_show_form(
            step_id=step_id,
            data_schema=systems_schema(offered.values(), chosen),
            errors={CONF_SYSTEMS: error} if error else {},
            description_placeholders={"count": str(len(offered))},
        )
