"""Records every page of a gateway once, for a bug report, if the user has asked for it."""

from typing import TYPE_CHECKING, Any, Final

from homeassistant.const import CONF_HOST, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from ...clients.envoy.gateway import Gateway
from ...const import CONF_RECORD_FIXTURES, DOMAIN

if TYPE_CHECKING:
    from ...coordinator import SolarMonitorConfigEntry


STORAGE_VERSION: Final = 1
_FIRMWARE: Final = "firmware"
_PAGES: Final = "pages"


def recording_store(hass: HomeAssistant, entry: SolarMonitorConfigEntry) -> Store[dict[str, Any]]:
    """Give the store of what was recorded of the gateway of an entry."""
    return Store(hass, STORAGE_VERSION, f"{DOMAIN}.{entry.entry_id}.recording")


class Recorder:
    """Makes one recording while polls go on: when it is turned on, and of each new firmware.

    It is stored, so that a restart asks nothing again, and gone once it is turned off.
    """

    def __init__(
        self, hass: HomeAssistant, entry: SolarMonitorConfigEntry, gateway: Gateway
    ) -> None:
        """Prepare; nothing is asked yet."""
        self._hass = hass
        self._entry = entry
        self._gateway = gateway
        self._store = recording_store(hass, entry)
        self._busy = False
        self._brought: str | None = ""
        self.recording: dict[str, dict[str, Any]] | None = None
        """The answers by path, masked; None until all have come, or if nobody asked for them."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be seen wherever it stands in an answer."""
        data = self._entry.data
        return tuple(data[key] for key in (CONF_USERNAME, CONF_HOST) if data.get(key))

    def look(self) -> None:
        """Begin when it is wanted; to be called once the gateway answers."""
        info = self._gateway.info
        wanted = info is not None and self._entry.options.get(CONF_RECORD_FIXTURES)
        firmware = info.firmware if info and wanted else None
        if self._busy or firmware == self._brought:
            return
        self._busy, self._brought = True, firmware
        self._entry.async_create_background_task(
            self._hass, self._bring(firmware), f"{DOMAIN} recording of {self._entry.title}"
        )

    async def _bring(self, firmware: str | None) -> None:
        """Bring the recording of a firmware, the stored one if there is one; None: forget it."""
        if firmware is None:
            await self._store.async_remove()
        else:
            saved = await self._store.async_load() or {}
            if saved.get(_FIRMWARE) == firmware:
                self.recording = saved[_PAGES]
            else:
                self.recording = await self._gateway.record(*self.secrets)
                await self._store.async_save({_FIRMWARE: firmware, _PAGES: self.recording})
        self._busy = False
