"""Which entries are sources of the site, loaded or not."""

from typing import TYPE_CHECKING

from homeassistant.core import callback

from ..const import CONF_SOURCE, DOMAIN
from ..sources import SOURCES
from .moment import Member

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from .options_data import SiteOptions


@callback
def async_members(hass: HomeAssistant, options: SiteOptions) -> tuple[Member, ...]:
    """List all sources that are configured, the oldest first, disabled ones as well.

    One that was disabled may still run and feed in, so that it is missed and not left out.
    """
    entries = sorted(
        hass.config_entries.async_entries(DOMAIN, include_ignore=False),
        key=lambda entry: entry.created_at,
    )
    found = []
    for entry in entries:
        spec = SOURCES.get(entry.data[CONF_SOURCE])
        if spec is not None and spec.contribute is not None:
            name = spec.site_name(entry)
            found.append(
                Member(
                    name=name,
                    title=entry.title,
                    included=name not in options.excluded,
                    disabled=entry.disabled_by is not None,
                )
            )
    return tuple(found)
