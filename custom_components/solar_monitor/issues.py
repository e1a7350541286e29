"""Keeps Home Assistant's repairs in step with what a source finds."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN

if TYPE_CHECKING:
    from homeassistant.config_entries import ConfigEntry

    from .sources.spec import Finding


def _prefix(entry: ConfigEntry) -> str:
    """What every issue id of an entry starts with."""
    return f"{entry.entry_id}_"


@callback
def async_sync_issues(hass: HomeAssistant, entry: ConfigEntry, findings: Iterable[Finding]) -> None:
    """Raise a repair for every finding and take back those that no longer hold."""
    holding = {f"{_prefix(entry)}{finding.key}": finding for finding in findings}
    for issue_id in _issue_ids(hass, entry) - holding.keys():
        ir.async_delete_issue(hass, DOMAIN, issue_id)
    for issue_id, finding in holding.items():
        ir.async_create_issue(
            hass,
            DOMAIN,
            issue_id,
            is_fixable=finding.fixable,
            severity=ir.IssueSeverity.WARNING,
            translation_key=finding.key,
            translation_placeholders={"name": entry.title, **finding.placeholders},
            data={"entry_id": entry.entry_id, **(finding.data or {})},
        )


def _issue_ids(hass: HomeAssistant, entry: ConfigEntry) -> set[str]:
    """Collect the ids of the repairs that an entry has raised."""
    return {
        issue_id
        for domain, issue_id in ir.async_get(hass).issues
        if domain == DOMAIN and issue_id.startswith(_prefix(entry))
    }


@callback
def async_clear_issues(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Take all repairs of an entry back."""
    async_sync_issues(hass, entry, ())
