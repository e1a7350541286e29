"""Keeps Home Assistant's repairs in step with what a source finds."""

from collections.abc import Collection, Iterable
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
def async_sync_issues(
    hass: HomeAssistant,
    entry: ConfigEntry,
    findings: Iterable[Finding],
    undecided: Collection[str] = (),
) -> None:
    """Raise a repair for every finding and take back those that no longer hold.

    One that is undecided stays as it is: after a reload the user would otherwise be shown again
    what he has ignored. For the same reason what Home Assistant only remembers as ignored before
    it was restarted, an inactive issue, is left alone.
    """
    holding = {f"{_prefix(entry)}{finding.key}{finding.stage}": finding for finding in findings}
    kept = tuple(f"{_prefix(entry)}{key}" for key in undecided)  # whatever their stage
    for issue_id in _active_issue_ids(hass, entry) - holding.keys():
        if not issue_id.startswith(kept):
            ir.async_delete_issue(hass, DOMAIN, issue_id)
    for issue_id, finding in holding.items():
        ir.async_create_issue(
            hass,
            DOMAIN,
            issue_id,
            is_fixable=finding.fixable,
            learn_more_url=finding.learn_more_url,
            severity=ir.IssueSeverity.WARNING,
            translation_key=finding.key,
            translation_placeholders={"name": entry.title, **finding.placeholders},
            data={"entry_id": entry.entry_id, **(finding.data or {})},
        )


def _issues(hass: HomeAssistant, entry: ConfigEntry) -> list[ir.IssueEntry]:
    """Collect the repairs that an entry has raised, now or before the last restart."""
    return [
        issue
        for (domain, issue_id), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN and issue_id.startswith(_prefix(entry))
    ]


def _active_issue_ids(hass: HomeAssistant, entry: ConfigEntry) -> set[str]:
    """Collect the ids of the repairs that were raised since the last restart."""
    return {issue.issue_id for issue in _issues(hass, entry) if issue.active}


@callback
def async_clear_issues(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Take all repairs of an entry back, and forget which of them were ignored."""
    for issue in _issues(hass, entry):
        ir.async_delete_issue(hass, DOMAIN, issue.issue_id)
