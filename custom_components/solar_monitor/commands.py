"""What users ask devices to do, and what they are told when it does not happen."""

from typing import Final

from homeassistant.exceptions import HomeAssistantError

from .clients.errors import ClientError
from .const import DOMAIN
from .sources.spec import ButtonRow, Source, SwitchRow


class Commands:
    """The commands to one source."""

    def __init__(self, name: str, source: Source) -> None:
        """Take what the device is called in messages."""
        self._name: Final = name
        self._source: Final = source
        self._pressed: set[str] = set()

    async def async_turn(self, row: SwitchRow, *, on: bool) -> None:
        """Turn a switch. Raises a `HomeAssistantError` when the device does not take it."""
        try:
            await row.turn_fn(self._source, on)
        except ClientError as err:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="not_switched",
                translation_placeholders={"name": self._name, "reason": str(err)},
            ) from err

    async def async_press(self, row: ButtonRow) -> None:
        """Press a button. Raises a `HomeAssistantError` that says why nothing came of it.

        Not again before it is done: it would do the same, and what it costs would be paid twice.
        """
        if row.key in self._pressed:
            raise HomeAssistantError(translation_domain=DOMAIN, translation_key="already_pressed")
        self._pressed.add(row.key)
        try:
            await row.press_fn(self._source)
        except ClientError as err:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="not_pressed",
                translation_placeholders={"name": self._name, "reason": str(err)},
            ) from err
        finally:
            self._pressed.discard(row.key)
