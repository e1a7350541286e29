"""What an entry remembers of the answers, and when it is written."""

import hashlib
from typing import TYPE_CHECKING, Any, Final

from homeassistant.const import CONF_TOKEN
from homeassistant.helpers.storage import Store

from ...const import DOMAIN

if TYPE_CHECKING:
    from homeassistant.config_entries import ConfigEntry
    from homeassistant.core import HomeAssistant

STORAGE_VERSION: Final = 1
BOOKS: Final = "books"
FINDINGS: Final = "findings"
SIGNED_IN: Final = "signed_in"


def memory_store(hass: HomeAssistant, entry: ConfigEntry[Any]) -> Store[dict[str, Any]]:
    """Give the store of an entry.

    Answers are rare. So each is written through to the disk before anything of it is shown: after a
    power cut nothing is known less well than it was shown, and nothing is told twice.
    """
    return Store(hass, STORAGE_VERSION, f"{DOMAIN}.{entry.entry_id}", atomic_writes=True)


def signed_in_with(entry: ConfigEntry[Any]) -> str:
    """Name the token that an entry has, without telling it: another one is a new chance."""
    refresh_token = str(entry.data[CONF_TOKEN].get("refresh_token"))
    return hashlib.sha256(refresh_token.encode()).hexdigest()[:16]
