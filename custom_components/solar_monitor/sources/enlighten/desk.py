"""The desk of one API key: the budget and the schedule that all who use the key share.

Enphase counts calls by application, so entries and flows with the same key share one count. What
the desk remembers has a file of its own. It is on the disk within a second of each change, and at
once after a start: a crash forgets one call at most, and the start after it counts one more. The
file outlives the entries, for the calls of this month stay made.
"""

import asyncio
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Final

from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from ...clients.enlighten.budget import SAVE_DELAY_S, Budget, budget_id
from ...clients.enlighten.schedule import Schedule
from ...const import DOMAIN

if TYPE_CHECKING:
    from ...clients.enlighten.plans import Plan

STORAGE_VERSION: Final = 1

_DESKS: Final = f"{DOMAIN}_enlighten_desks"


def unix_now() -> float:
    """Tell the time in unix seconds."""
    return dt_util.utcnow().timestamp()


def desk_store(hass: HomeAssistant, number: str) -> Store[dict[str, Any]]:
    """Give the store of a budget, named by its `budget_id`.

    It is written through to the disk, which a power cut does not undo.
    """
    return Store(hass, STORAGE_VERSION, f"{DOMAIN}.enlighten_{number}", atomic_writes=True)


async def async_open_desk(hass: HomeAssistant, api_key: str, plan: Plan) -> Desk:
    """Give a place at the desk of a key, which is loaded if nobody else has it. Sends nothing.

    `plan` counts where nobody else is there; see `Desk.use_plan`. Each place has to be released.
    """
    desks: _Desks = hass.data.setdefault(_DESKS, _Desks())
    number = budget_id(api_key)
    async with desks.lock:
        if number not in desks.open:
            desks.open[number] = await _Shared.async_load(hass, number, plan)
        return Desk(desks, desks.open[number])


class Desk:
    """A place at the desk of a key: what one entry or one flow holds of it."""

    def __init__(self, desks: _Desks, shared: _Shared) -> None:
        """Take a place."""
        self.budget: Final = shared.budget
        self.schedule: Final = shared.schedule
        self._desks = desks
        self._shared = shared
        shared.places.add(self)

    def use_plan(self, plan: Plan) -> None:
        """Take over what the user says now of the key's plan, for all who share the desk."""
        self.budget.use_plan(plan)

    def keep(self, chosen: Collection[int]) -> None:
        """Forget all systems but these, for good: their part of the budget is free again."""
        for system_id in self.schedule.known - set(chosen):
            self.schedule.forget(system_id)

    async def async_release(self) -> None:
        """Give the place back, once or more often; the last one to go saves and closes the desk."""
        async with self._desks.lock:
            self._shared.places.discard(self)
            if not self._shared.places:
                await self._desks.async_close(self._shared)


class _Desks:
    """The desks that are open, by `budget_id`."""

    def __init__(self) -> None:
        """Begin with none."""
        self.lock: Final = asyncio.Lock()
        self.open: dict[str, _Shared] = {}

    async def async_close(self, shared: _Shared) -> None:
        """Close one at which nobody has a place."""
        if self.open.pop(shared.number, None) is shared:
            await shared.async_close()


class _Shared:
    """What all who use a key share, and its file."""

    def __init__(
        self, hass: HomeAssistant, number: str, plan: Plan, memory: dict[str, Any] | None
    ) -> None:
        """Go on from what was stored."""
        stored = memory or {}
        self.number: Final = number
        self.places: set[Desk] = set()
        self.budget: Final = Budget(plan, stored.get("budget"), now=unix_now)
        self.schedule: Final = Schedule(self.budget, stored.get("schedule"), now=unix_now)
        self._store = desk_store(hass, number)
        self._closing = False
        self._is_saving = False
        self.budget.changed = self.schedule.changed = self._note_change
        self._cancel_listening = hass.bus.async_listen_once(
            EVENT_HOMEASSISTANT_FINAL_WRITE, self._on_final_write
        )

    @classmethod
    async def async_load(cls, hass: HomeAssistant, number: str, plan: Plan) -> _Shared:
        """Load what the last run left, and mark it as old before anything is sent."""
        shared = cls(hass, number, plan, await desk_store(hass, number).async_load())
        try:
            await shared.async_save()
        except BaseException:
            shared.end()
            raise
        return shared

    async def async_save(self) -> None:
        """Write everything now."""
        await self._store.async_save(self._collect())

    async def async_close(self) -> None:
        """Write that no call will follow."""
        self.end()
        self._closing = True
        await self.async_save()

    def end(self) -> None:
        """Take no more notice of changes or of Home Assistant."""
        self.budget.changed = self.schedule.changed = _nothing
        self._cancel_listening()
        self._cancel_listening = _nothing

    async def _on_final_write(self, _event: Event) -> None:
        """Home Assistant ends, and whoever has a place will make no more calls."""
        self._cancel_listening = _nothing
        await self.async_close()

    def _note_change(self) -> None:
        """Write soon. A further change does not put that off, or the file would grow too old."""
        if not self._is_saving:
            self._is_saving = True
            self._store.async_delay_save(self._collect, SAVE_DELAY_S)

    def _collect(self) -> dict[str, Any]:
        """Give what is stored."""
        self._is_saving = False
        return {
            "budget": self.budget.to_dict(clean=self._closing),
            "schedule": self.schedule.to_dict(),
        }


def _nothing() -> None:
    """Nobody wants to know."""
