"""One Enphase gateway as a source: what the rest of the integration sees of it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, override

from homeassistant.core import HomeAssistant

from ...clients.envoy.endpoints import Group
from ...clients.envoy.readings import Live
from ...clients.report import UpdateReport
from ...const import (
    CONF_ID_PREFIX,
    CONF_LIVE_DURATION,
    CONF_LIVE_INTERVAL,
    CONF_PANELS_INTERVAL,
    CONF_SLOW_INTERVAL,
    DEFAULT_LIVE_DURATION,
    DEFAULT_LIVE_INTERVAL,
    DEFAULT_PANELS_INTERVAL,
    DEFAULT_SLOW_INTERVAL,
)
from ...keeper import MemoryStore, async_load, memory_store
from ..spec import Device, Finding, Outcome, Poll, Push, Source
from . import keys
from .claims import Claims
from .devices import devices_of, number_of, own_devices
from .findings import PANELS_RETIRED, findings, retired_findings
from .live import LiveMode, Pace
from .reader import Reader, unix_now

if TYPE_CHECKING:
    from ...clients.envoy.shape import Shape
    from ...coordinator import SolarMonitorConfigEntry

IDENTITY_EVERY_S: Final = 4 * 3_600.0


async def async_connect(hass: HomeAssistant, entry: SolarMonitorConfigEntry) -> Source:
    """Make the source of an entry; nothing is asked yet."""
    store = memory_store(hass, entry)
    return EnvoySource(hass, entry, store=store, memory=await async_load(store))


class EnvoySource(Source):
    """The source of one config entry."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: SolarMonitorConfigEntry,
        *,
        store: MemoryStore,
        memory: Mapping[str, Any] | None,
    ) -> None:
        """Prepare to read the gateway; it may be away now."""
        self._hass = hass
        self._entry = entry
        self._claims = Claims(hass, entry.entry_id)
        self._push: Push = lambda _: None
        self.reader = Reader(hass, entry, store=store, memory=memory)
        options = entry.options
        self.live = LiveMode(
            hass,
            entry,
            self.reader.gateway,
            self._on_live,
            Pace(
                interval_s=options.get(CONF_LIVE_INTERVAL, DEFAULT_LIVE_INTERVAL),
                duration_s=60 * options.get(CONF_LIVE_DURATION, DEFAULT_LIVE_DURATION),
            ),
        )

    @property
    def shape(self) -> Shape:
        """What the gateway has, as far as it is known and no other entry shows it."""
        return self._claims.take(self.reader.known.shape)

    @property
    def detailed(self) -> frozenset[str]:
        """The panels that tell more than their power."""
        return self.reader.known.detailed

    @property
    def needs_token(self) -> bool:
        """Whether the gateway opens to a token."""
        return self.reader.token.needed

    @property
    @override
    def revision(self) -> int:
        """Another number than before when there are other polls, devices or rows."""
        _ = self.shape  # another entry may have begun or ceased to show some of it
        return self.reader.revision + self._claims.changes

    @property
    @override
    def polls(self) -> tuple[Poll, ...]:
        """Power and energy at the user's pace; panels, other devices and identity slower."""
        options, shape = self._entry.options, self.shape
        fast, slow = keys.fast_keys(shape), keys.slow_keys(shape)
        return (
            Poll(
                name=Group.FAST,
                interval_s=self.reader.interval_s,
                keys=fast,
                core=fast & keys.CORE,
                read=self.reader.read_fast,
            ),
            Poll(
                name=Group.PANELS,
                interval_s=options.get(CONF_PANELS_INTERVAL, DEFAULT_PANELS_INTERVAL),
                keys=keys.panel_keys(shape),
                core=keys.panel_core(shape),
                read=self.reader.read_panels,
            ),
            Poll(
                name=Group.SLOW,
                interval_s=options.get(CONF_SLOW_INTERVAL, DEFAULT_SLOW_INTERVAL),
                keys=slow,
                core=frozenset(),
                read=self.reader.read_slow,
            ),
            Poll(
                name=Group.IDENTITY,
                interval_s=IDENTITY_EVERY_S,
                keys=frozenset(),
                core=frozenset(),
                read=self.reader.read_identity,
            ),
        )

    @property
    @override
    def id_prefix(self) -> str:
        """What every unique id of this entry starts with: the gateway's serial number."""
        prefix: str = self._entry.data[CONF_ID_PREFIX]
        return prefix

    @property
    @override
    def devices(self) -> tuple[Device, ...]:
        """The gateway, its panels and its batteries; a retired panel is none of them."""
        readings = self.reader.gateway.readings
        return tuple(
            devices_of(
                self._entry.data,
                self.reader.known.info,
                self.shape,
                readings.panels,
                readings.batteries,
                number_of(self._hass, self._entry),
            )
        )

    @property
    @override
    def start_values(self) -> Mapping[str, Any]:
        """The counters as they stand, how many values were refused, and whether live mode is on."""
        return {
            **self.reader.books.totals(self.shape, self.reader.moment()),
            keys.REFUSED_VALUES: self.refused,
            keys.LIVE_MODE: self.live.on,
            keys.FIRMWARE: self.reader.known.info.firmware if self.reader.known.info else None,
        }

    @property
    @override
    def settled(self) -> bool:
        """Whether the gateway has said what it has, so that all its entities are known."""
        return self.shape.production or bool(self.shape.panels)

    @property
    @override
    def resting(self) -> bool:
        """A gateway does not sleep."""
        return False

    @property
    @override
    def last_answer(self) -> float | None:
        """When the gateway last answered (monotonic seconds)."""
        return self.reader.last_answer

    @property
    @override
    def refused(self) -> int:
        """How many values the guards have refused since the start."""
        return self.reader.books.guards.refusals.total

    @override
    def undecided(self) -> frozenset[str]:
        """Name the findings that cannot be judged so soon after a start."""
        told = self.reader.gateway.readings.panels
        return self.reader.certificate.undecided() | (set() if told else {PANELS_RETIRED})

    @override
    def findings(self) -> tuple[Finding, ...]:
        """What the user can do something about now."""
        found = findings(self.reader.certificate, self.reader.token, unix_now())
        if not self.reader.gateway.readings.panels:
            return found
        kept = self.reader.known.shape
        retired = {
            serial: device
            for serial, device in own_devices(self._hass, self._entry)
            if serial not in {self.id_prefix, *kept.panels, *kept.batteries}
            and not self._claims.is_elsewhere(serial)
        }
        return (*found, *retired_findings(retired))

    @override
    def attach(self, push: Push) -> None:
        """Take the way to bring values between two polls."""
        self._push = push

    async def async_turn_live_mode(self, *, on: bool) -> None:
        """Turn live mode on or off. Raises a ClientError when the gateway does not go along."""
        await self.live.turn(on=on)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What diagnostics must not show wherever it stands."""
        return (self.id_prefix, *self.reader.recorder.secrets)

    def _on_live(self, live: Live | None) -> None:
        """Show what the live data brought; None: live mode has begun or ended."""
        if live is None:
            mode = {keys.LIVE_MODE: self.live.on}
            self._push(Outcome(values=mode, report=UpdateReport(frozenset(), {})))
        elif (outcome := self.reader.take_live(live)) is not None:
            self._push(outcome)

    @override
    async def async_disconnect(self) -> None:
        """Nothing to do: connections to a gateway that does not answer end by themselves."""

    @override
    async def async_close(self) -> None:
        """End live mode, save what must survive and close the connections."""
        self._claims.release()
        await self.live.stop()
        await self.reader.close()
