"""What survives a restart, and when it is written."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any, Final, override

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from .const import DOMAIN

if TYPE_CHECKING:
    from .coordinator import SolarMonitorConfigEntry

STORAGE_VERSION: Final = 1
# Every write wears the SD card of a Raspberry Pi. A crash loses no energy: what was not marked as
# clean has to be proven before it is shown.
SAVE_EVERY_S: Final = 900.0
CLEAN: Final = "clean"


class MemoryStore(Store[dict[str, Any]]):
    """A store that notices that it could not write: its base only logs that."""

    failed = False
    """Whether the last write has failed, as on a full disk."""

    @override
    async def _async_write_data(self, data: dict[str, Any]) -> None:
        """Write, and remember how that ended."""
        self.failed = True
        await super()._async_write_data(data)
        self.failed = False


def memory_store(hass: HomeAssistant, entry: SolarMonitorConfigEntry) -> MemoryStore:
    """Give the store of what an entry remembers."""
    return MemoryStore(hass, STORAGE_VERSION, f"{DOMAIN}.{entry.entry_id}")


async def async_load(store: MemoryStore) -> dict[str, Any] | None:
    """Load what the last run left, and mark it as no longer what was shown last.

    From now on it may grow old: a power cut must not find it called clean.
    """
    memory = await store.async_load()
    if memory and memory.get(CLEAN):
        await store.async_save(memory | {CLEAN: False})
    return memory


class Keeper:
    """Writes the memory of one entry."""

    def __init__(
        self,
        hass: HomeAssistant,
        store: MemoryStore,
        memory: Callable[[], dict[str, Any]],
    ) -> None:
        """Take what gives the memory; it is called when the memory is about to be written."""
        self._hass = hass
        self._store = store
        self._memory = memory
        self._closing = False
        self._save_at = 0.0
        self._saved_on: date | None = None

    def look(self, *, due: bool) -> None:
        """Write now and then: when it is due, on a new day, or when it was long ago."""
        now, today = self._hass.loop.time(), dt_util.now().date()
        if due or now >= self._save_at or today != self._saved_on:
            self._save_at, self._saved_on = now + SAVE_EVERY_S, today
            self._store.async_delay_save(self._collect)

    def _collect(self) -> dict[str, Any]:
        """Give what is stored, and whether it is what was shown last."""
        return self._memory() | {CLEAN: self._closing}

    @property
    def failed(self) -> bool:
        """Whether the last write has failed."""
        return self._store.failed

    async def save(self) -> bool:
        """Write now, and tell whether that is written: what follows must not be forgotten.

        While Home Assistant stops it is not: then all is written at the very end.
        """
        await self._store.async_save(self._collect())
        return not self.failed and not self._hass.is_stopping

    async def close(self) -> None:
        """Write what was shown last."""
        self._closing = True
        await self._store.async_save(self._collect())
