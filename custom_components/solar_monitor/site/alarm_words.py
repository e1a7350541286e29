"""Alarms in words: what it is, whose, since when, and what to do about it.

The words are those of the event entity's attributes in the translations, in the language of this
Home Assistant. Each kind of alarm has a short text and what to do.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from homeassistant.core import callback
from homeassistant.helpers.translation import async_get_cached_translations
from homeassistant.util import dt as dt_util

from ..const import DOMAIN

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from ..logic.alarms import About, Alarm, Change

KIND: Final = "kind"
SEVERITY: Final = "severity"
SOURCE: Final = "source"
DEVICE: Final = "device"
SINCE: Final = "since"
TEXT: Final = "text"
WHAT_TO_DO: Final = "what_to_do"
CODES: Final = "codes"
ENDED: Final = "ended"
LIST: Final = "alarms"
SOURCES: Final = "sources"
SILENT: Final = "silent"

_EVENT: Final = f"component.{DOMAIN}.entity.event.site_alarms.state_attributes."
# The inverters' bits have texts already.
_BIT: Final = f"component.{DOMAIN}.entity.sensor.active_alarms.state."


class Words:
    """Puts alarms into words."""

    def __init__(self, hass: HomeAssistant, titles: Mapping[str, str]) -> None:
        """Take what people call sources, and parts that have a name of their own."""
        self._hass: Final = hass
        self._titles: Final = titles

    @callback
    def of(self, alarm: Alarm) -> dict[str, Any]:
        """Describe an alarm as JSON."""
        texts = async_get_cached_translations(
            self._hass, self._hass.config.language, "entity", DOMAIN
        )
        kind = alarm.about.kind.value
        source, device = self._names(alarm.about)
        text = f"{source}: {texts.get(f'{_EVENT}{KIND}.state.{kind}', kind)}"
        details = [texts.get(f"{_BIT}{word}", word) for word in alarm.words]
        if device is not None:
            details.insert(0, device)
        return {
            KIND: kind,
            SEVERITY: alarm.severity.value,
            SOURCE: source,
            DEVICE: device,
            SINCE: _local(alarm.since).isoformat(),
            TEXT: f"{text} ({', '.join(details)})" if details else text,
            WHAT_TO_DO: texts.get(f"{_EVENT}{WHAT_TO_DO}.state.{kind}"),
            CODES: list(alarm.words),
        }

    def changed(self, change: Change) -> dict[str, Any]:
        """Describe what an event tells."""
        told = self.of(change.alarm)
        return told if change.ended is None else told | {ENDED: change.ended.value}

    def summed_up(self, alarms: Sequence[Alarm], silent: Collection[About]) -> dict[str, Any]:
        """Describe the alarms of a binary sensor, the oldest first, and who cannot tell."""
        described = [self.of(alarm) for alarm in alarms]
        return {
            TEXT: "; ".join(each[TEXT] for each in described) or None,
            SINCE: described[0][SINCE] if described else None,
            SOURCES: list(dict.fromkeys(each[SOURCE] for each in described)),
            LIST: described,
            SILENT: sorted({self._names(about)[0] for about in silent}),
        }

    def source_of(self, alarm: Alarm) -> str:
        """Give what people call the source of an alarm."""
        return self._names(alarm.about)[0]

    def _names(self, about: About) -> tuple[str, str | None]:
        """Give what people call a source, and its device if it is not the source itself."""
        if about.device in self._titles:
            return self._titles[about.device], None
        source = self._titles.get(about.source, about.source)
        # Parts are named `<vendor>_<number>`, devices by their serial number.
        return source, about.device.rpartition("_")[2] or None


def spoken(at: float) -> str:
    """Write a time (unix s) for a person."""
    return _local(at).strftime("%Y-%m-%d %H:%M")


def _local(at: float) -> datetime:
    """Give a time of the site."""
    return dt_util.as_local(dt_util.utc_from_timestamp(round(at)))
