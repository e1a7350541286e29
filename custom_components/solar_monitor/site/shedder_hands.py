"""The hands of load shedding: they ask entities to turn, and never wait for one that hangs."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
import logging
from typing import TYPE_CHECKING, Final

from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import Context, HomeAssistant, callback, split_entity_id

from ..const import DOMAIN
from ..logic.shedding import Call, Result, Turn
from .shedder_asks import Ask, asks_for

if TYPE_CHECKING:
    from ..coordinator import SolarMonitorConfigEntry

_LOGGER = logging.getLogger(__name__)

GIVE_BACK_S: Final = 10.0

# What an entity does because of us may be told long after; a call comes every few seconds at most.
_CONTEXTS: Final = 64


class Hands:
    """Carries calls out, one task for each, and tells how they ended."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: SolarMonitorConfigEntry,
        save: Callable[[], Awaitable[bool]],
        on_end: Callable[[Result], None],
    ) -> None:
        """Take how to store what is about to be done, and who is told how it ended.

        `save` tells whether it is stored.
        """
        self._hass: Final = hass
        self._entry: Final = entry
        self._save: Final = save
        self._on_end: Final = on_end
        self._contexts: deque[str] = deque(maxlen=_CONTEXTS)
        self._tasks: set[asyncio.Task[None]] = set()
        self._asks: dict[asyncio.Task[bool], str] = {}
        self.awaited: int | None = None
        """The number of the call that is still wanted."""
        self._saving: set[asyncio.Task[bool]] = set()

    @callback
    def is_ours(self, context: Context) -> bool:
        """Tell whether something happened because we asked for it."""
        return context.id in self._contexts or context.parent_id in self._contexts

    @callback
    def is_busy(self, entity_id: str) -> bool:
        """Tell whether an action that we called for an entity still runs, however long it takes."""
        return entity_id in self._asks.values()

    @callback
    def carry_out(self, call: Call, entity_id: str) -> None:
        """Begin a call. It is made once that is stored, and not within this turn of the loop."""
        task = self._entry.async_create_background_task(
            self._hass,
            self._async_carry_out(call, entity_id),
            f"{DOMAIN} turns {entity_id} {call.turn}",
            eager_start=False,
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _async_carry_out(self, call: Call, entity_id: str) -> None:
        """Store what is about to be done, do it, and tell how it ended.

        Nothing is turned off that would be forgotten after a start; to give back needs no memory.
        """
        stored = await self._async_save()
        if call.number != self.awaited:
            return  # somebody has decided otherwise meanwhile
        if call.turn is Turn.OFF and not stored:
            self._on_end(Result(call.number, ok=False))
            return
        context = Context()
        self._contexts.append(context.id)
        task = _ask(self._hass, entity_id, call.turn, call.mode, context)
        self._asks[task] = entity_id
        task.add_done_callback(self._asks.pop)
        self._on_end(Result(call.number, await _async_end(task, call.timeout_s)))

    async def _async_save(self) -> bool:
        """Store, and tell whether that is done.

        A write that has begun ends, also if nobody waits for it any more.
        """
        saving = self._hass.async_create_task(self._async_write(), f"{DOMAIN} store of shedding")
        self._saving.add(saving)
        saving.add_done_callback(self._saving.discard)
        return await asyncio.shield(saving)

    async def _async_write(self) -> bool:
        try:
            return await self._save()
        except Exception:
            _LOGGER.exception("What load shedding is about to do could not be stored")
            return False

    async def async_close(self) -> None:
        """End what goes on. Loads stay as they are: what was begun is in the memory."""
        for task in tuple(self._tasks):
            task.cancel()
        if self._saving:
            await asyncio.wait(self._saving)


async def async_turn(
    hass: HomeAssistant,
    entity_id: str,
    turn: Turn,
    mode: str | None,
    *,
    context: Context,
    limit_s: float,
) -> bool:
    """Ask an entity to turn, and tell whether it took that without an error within its time."""
    return await _async_end(_ask(hass, entity_id, turn, mode, context), limit_s)


def _ask(
    hass: HomeAssistant, entity_id: str, turn: Turn, mode: str | None, context: Context
) -> asyncio.Task[bool]:
    """Begin to ask an entity to turn."""
    state = hass.states.get(entity_id)
    domain, _ = split_entity_id(entity_id)
    asks = () if state is None else asks_for(domain, state, turn, mode)
    return hass.async_create_background_task(
        _async_ask(hass, domain, entity_id, asks, context),
        f"{DOMAIN} call to {entity_id}",
    )


async def _async_end(task: asyncio.Task[bool], limit_s: float) -> bool:
    """Wait for an entity that was asked, and tell whether it took that.

    Who goes on longer is cancelled, and not waited for: it might not let itself be cancelled.
    """
    try:
        done, _ = await asyncio.wait({task}, timeout=limit_s)
    finally:
        task.cancel()
    if not done:
        _LOGGER.debug("%s took too long", task.get_name())
    return bool(done) and not task.cancelled() and task.result()


async def _async_ask(
    hass: HomeAssistant, domain: str, entity_id: str, asks: Iterable[Ask], context: Context
) -> bool:
    """Call actions one after the other; an entity that cannot be asked anything does not obey."""
    asked = False
    for service, data in asks:
        try:
            await hass.services.async_call(
                domain,
                service,
                {ATTR_ENTITY_ID: entity_id, **data},
                blocking=True,
                context=context,
            )
        except Exception as err:  # noqa: BLE001 - whatever another integration raises
            _LOGGER.debug("%s.%s of %s failed: %s", domain, service, entity_id, type(err).__name__)
            return False
        asked = True
    return asked


async def async_turn_on(hass: HomeAssistant, held: Mapping[str, str | None]) -> frozenset[str]:
    """Turn entities on at once, back to their modes, all together; gives those that took it."""
    entity_ids = tuple(held)
    context = Context()
    results = await asyncio.gather(
        *(
            async_turn(
                hass, entity_id, Turn.ON, held[entity_id], context=context, limit_s=GIVE_BACK_S
            )
            for entity_id in entity_ids
        )
    )
    return frozenset(each for each, ok in zip(entity_ids, results, strict=True) if ok)
