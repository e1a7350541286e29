"""The site comes by itself with the first source, unless the user has removed one before.

That is forgotten as soon as nothing of ours is left.
"""

from typing import Any, Final

from homeassistant.config_entries import SOURCE_IMPORT
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store

from ..const import DOMAIN

UNIQUE_ID: Final = "site"
"""There is one site."""

_STORAGE_VERSION: Final = 1
_STORAGE_KEY: Final = f"{DOMAIN}.site"
_DECLINED: Final = "declined"


@callback
def has_site(hass: HomeAssistant) -> bool:
    """Tell whether there is a site, loaded or not."""
    entry = hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, UNIQUE_ID)
    return entry is not None


async def async_offer_site(hass: HomeAssistant) -> None:
    """Make the site unless there is one or the user does not want one; a source was set up."""
    if has_site(hass) or await _async_is_declined(hass):
        return
    hass.async_create_task(
        hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_IMPORT}),
        f"{DOMAIN} making of the site",
    )


async def async_decline_site(hass: HomeAssistant, *, declined: bool = True) -> None:
    """Remember whether the user does not want a site: it was removed, or made again."""
    await _store(hass).async_save({_DECLINED: declined})


async def async_begin_anew(hass: HomeAssistant) -> None:
    """Forget that the user has removed a site once no entry is left; an entry was removed.

    Devices that were found and are ignored have entries, and are no sources.
    """
    if not hass.config_entries.async_entries(DOMAIN, include_ignore=False):
        await _store(hass).async_remove()


async def _async_is_declined(hass: HomeAssistant) -> bool:
    """Tell whether the user has removed the site and not made it again."""
    stored = await _store(hass).async_load()
    return isinstance(stored, dict) and stored.get(_DECLINED) is True


def _store(hass: HomeAssistant) -> Store[dict[str, Any]]:
    """Give the store; it outlives the entry of the site."""
    return Store(hass, _STORAGE_VERSION, _STORAGE_KEY)
