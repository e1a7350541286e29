"""The action that gives loads back: for a person who needs one of them now."""

from collections.abc import Sequence
from typing import Any, cast

from homeassistant.auth.permissions.const import POLICY_CONTROL
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError, Unauthorized, UnknownUser

from ..const import DOMAIN
from .shedder import shedding_of
from .source import SiteSource


async def async_release(
    hass: HomeAssistant, entry: ConfigEntry[Any], entity_ids: Sequence[str], context: Context
) -> None:
    """Give loads back and leave them alone for a while; all that are named, or none.

    Raises a `ServiceValidationError` where the site is not loaded or an entity is none of its
    loads, and `Unauthorized` for a user who may not control one of them.
    """
    await _async_check_user(hass, entity_ids, context)
    if entry.state is not ConfigEntryState.LOADED:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="site_not_loaded")
    shedding = shedding_of(cast("SiteSource", entry.runtime_data.coordinator.source))
    references = {entity_id: shedding.reference_of(entity_id) for entity_id in entity_ids}
    strangers = [entity_id for entity_id, reference in references.items() if reference is None]
    if strangers:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="no_load",
            translation_placeholders={"entities": ", ".join(strangers), "name": entry.title},
        )
    shedding.release([reference for reference in references.values() if reference is not None])


async def _async_check_user(
    hass: HomeAssistant, entity_ids: Sequence[str], context: Context
) -> None:
    """See that a person may control the entities; automations may."""
    if context.user_id is None:
        return
    user = await hass.auth.async_get_user(context.user_id)
    if user is None:
        raise UnknownUser(context=context)
    for entity_id in entity_ids:
        if not user.permissions.check_entity(entity_id, POLICY_CONTROL):
            raise Unauthorized(context=context, entity_id=entity_id, permission=POLICY_CONTROL)
