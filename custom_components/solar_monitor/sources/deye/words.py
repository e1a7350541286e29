"""The active warnings and faults of an inverter, as codes and in words."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from ...const import DOMAIN

WARNING_BITS: Final = "warning_bits"
FAULT_BITS: Final = "fault_bits"
ACTIVE_ALARMS: Final = "active_alarms"
NONE: Final = "none"

# Home Assistant refuses longer states.
_LONGEST_STATE: Final = 255
_PREFIX: Final = f"component.{DOMAIN}.entity.sensor.{ACTIVE_ALARMS}.state."


async def async_alarm_names(hass: HomeAssistant) -> dict[str, str]:
    """Load what each code is called in the language of this Home Assistant."""
    texts = await async_get_translations(hass, hass.config.language, "entity", {DOMAIN})
    return {
        key.removeprefix(_PREFIX): text for key, text in texts.items() if key.startswith(_PREFIX)
    }


def active_codes(values: Mapping[str, Any]) -> list[str]:
    """List the codes of what is active, faults first."""
    return [*(values.get(FAULT_BITS) or ()), *(values.get(WARNING_BITS) or ())]


def alarm_text(values: Mapping[str, Any], names: Mapping[str, str]) -> str | None:
    """Say what is active in words; what does not fit is counted at the end.

    None where nothing is known to be active and some of the bits are unknown.
    """
    codes = active_codes(values)
    if not codes and (values.get(FAULT_BITS) is None or values.get(WARNING_BITS) is None):
        return None
    words = [names.get(code, code) for code in codes] or [names.get(NONE, NONE)]
    text = ", ".join(words)
    left_out = 0
    while len(text) > _LONGEST_STATE:
        left_out += 1
        text = f"{', '.join(words[:-left_out])}, … +{left_out}"
    return text
