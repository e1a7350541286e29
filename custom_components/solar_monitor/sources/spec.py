"""The one seam for a vendor: what a source must bring so that it becomes entities."""

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
import math
from typing import TYPE_CHECKING, Any, Protocol

from homeassistant.components.binary_sensor import BinarySensorEntityDescription
from homeassistant.components.button import ButtonEntityDescription
from homeassistant.components.event import EventEntityDescription
from homeassistant.components.number import NumberEntityDescription
from homeassistant.components.sensor import SensorEntityDescription
from homeassistant.components.switch import SwitchEntityDescription
from homeassistant.helpers.device_registry import DeviceInfo

from ..clients.errors import ClientError
from ..clients.report import UpdateReport
from ..const import CONF_ID_PREFIX
from ..logic.contribution import Contribution
from ..logic.pacing import LONGEST_RETRY_S

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from ..coordinator import SolarMonitorConfigEntry


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that the entities of one source show at one moment.

    Two snapshots are equal when every entity would show the same; the times do not count.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    """The last good value of each key. None: the device has no such value now."""
    stale: frozenset[str] = frozenset()
    """Keys that have been silent past their grace."""
    connected: bool = False
    """Whether the device answers, or its logger in its place."""
    revision: int = 0
    """Another number than before: there are other devices or entities now."""
    updated: frozenset[str] = field(default=frozenset(), compare=False)
    """Keys that were measured by the newest poll."""
    measured_at: datetime | None = field(default=None, compare=False)
    """When the newest poll was answered, in UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that an event entity tells, once."""

    key: str
    event_type: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one poll brought: guarded values, and which blocks failed and why."""

    values: Mapping[str, Any]
    report: UpdateReport
    measured_at: datetime | None = None
    happenings: tuple[Happening, ...] = ()
    asleep: bool = False
    """Not answered, and rightly so: the sun is down. No fault, nothing to log."""
    confirmed: frozenset[str] = frozenset()
    """Keys whose last value stands, though it was not measured anew: a panel that has not
    reported since. It goes stale no sooner, and no state is written."""
    held: frozenset[str] = frozenset()
    """Keys, also among `values`, whose last value stands because the device does not tell a new
    one. They go stale no sooner, but the site does not take them for values of this moment."""
    sign_in: bool = False
    """The device refuses what we sign in with: the user is asked to do it again."""
    withdrawn: frozenset[str] = frozenset()
    """Keys whose value no longer stands, before their grace is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """When the values of a snapshot were brought, in unix seconds."""

    now: float
    monotonic: float
    """The same moment on the clock of `told` and `stood`."""
    told: Mapping[str, float]
    stood: Mapping[str, float]
    """The same, and of what a silence holds when that began or ended (`Outcome.held`)."""
    good_for_s: float
    """For how long a live value is one of this moment: three polls, 90 s at least."""
    is_night: Callable[[], bool]
    """Tells whether the sun is so far down that nothing can come from panels; it takes a while."""

    def at(self, *keys: str) -> float:
        """Give when the oldest of some values was brought; minus infinity if one never was.

        What sleeps is as fresh as now: it was told until when that holds.
        """
        return self._unix(min(self.told.get(key, -math.inf) for key in keys))

    def stood_at(self, *keys: str) -> float:
        """Give when the oldest of some values stood last, also through a short silence."""
        return self._unix(min(self.stood.get(key, -math.inf) for key in keys))

    def _unix(self, monotonic: float) -> float:
        """Give a time in unix seconds, never one to come."""
        return self.now - max(0.0, self.monotonic - monotonic)


type Contribute = Callable[[Source, Snapshot, Times], Contribution]
"""What a source gives to the site, made anew after each poll and each push."""

type Push = Callable[[Outcome], None]
"""Brings values between two polls; the schedule of these does not change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One group of values that is read together.

    `read` takes the keys that somebody needs and the seconds it may take. It never raises a
    `ClientError`: failures are in the report.
    """

    name: str
    interval_s: float
    keys: frozenset[str]
    core: frozenset[str]
    read: Callable[[Collection[str], float], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A fault that the user can do something about: it becomes a repair."""

    key: str
    stage: str = ""
    """How far it has come. Each stage is a repair of its own: one that was ignored comes again."""
    placeholders: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, str | int | float | None] | None = None
    fixable: bool = False
    learn_more_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device of a source; the one it hangs behind is added to `info` once that is known."""

    name: str
    info: DeviceInfo
    parent: str | None = None


class Source(Protocol):
    """A connected device: asks, guards and remembers. One per config entry."""

    @property
    def polls(self) -> tuple[Poll, ...]:
        """What is read; the first poll sets the pace and proves that the device is there."""
        ...

    @property
    def devices(self) -> tuple[Device, ...]:
        """The devices, a parent before its children; none that is retired."""
        ...

    @property
    def revision(self) -> int:
        """Another number than before when polls, devices or rows have changed.

        It is looked at after each poll; what is new appears then, without a reload.
        """
        return 0

    @property
    def id_prefix(self) -> str:
        """What every unique id of this source starts with."""
        ...

    @property
    def start_values(self) -> Mapping[str, Any]:
        """Values that are known without an answer: counters as they stand at this moment.

        They are shown from a start on, and at local midnight, when counters of the day begin anew.
        """
        ...

    @property
    def settled(self) -> bool:
        """Whether it is known for sure which entities and devices there are."""
        ...

    @property
    def resting(self) -> bool:
        """Whether silence is to be expected now, as of a device that sleeps at night."""
        ...

    @property
    def last_answer(self) -> float | None:
        """When the device last answered anything (monotonic seconds)."""
        ...

    @property
    def refused(self) -> int:
        """How many values the guards have refused since the start."""
        ...

    def findings(self) -> tuple[Finding, ...]:
        """The faults that hold now."""
        ...

    def undecided(self) -> frozenset[str]:
        """Name the findings that cannot be judged so soon after a start."""
        ...

    def attach(self, push: Push) -> None:
        """Take the way to bring values between two polls; called once, before the first poll."""
        del push  # of no use to a source that is only polled

    async def async_disconnect(self) -> None:
        """Close the connection cleanly; the next poll opens it again."""
        ...

    async def async_close(self) -> None:
        """Close for good and save what must survive."""
        ...


type ValueFn = Callable[[Snapshot], Any]
type AttributesFn = Callable[[Snapshot], Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What all entity rows share: the device, what is read for it, whether it may go stale."""

    device: str
    """The name of one of the source's devices."""
    needs: frozenset[str] | None = None
    """The keys that must be polled for it; None: its own key."""
    always: bool = False
    """True for counters and diagnostics: shown also while the device is silent."""
    own_id: bool = False
    """Whether the key begins with the device's own serial number and is the unique id itself."""


@dataclass(frozen=True, kw_only=True)
class SensorRow(SensorEntityDescription):
    """A row of the sensor table."""

    row: Row
    value_fn: ValueFn
    attributes_fn: AttributesFn | None = None


@dataclass(frozen=True, kw_only=True)
class BinarySensorRow(BinarySensorEntityDescription):
    """A row of the binary sensor table."""

    row: Row
    value_fn: ValueFn
    attributes_fn: AttributesFn | None = None


@dataclass(frozen=True, kw_only=True)
class EventRow(EventEntityDescription):
    """A row of the event table."""

    row: Row


@dataclass(frozen=True, kw_only=True)
class SwitchRow(SwitchEntityDescription):
    """A row of the switch table."""

    row: Row
    value_fn: ValueFn
    attributes_fn: AttributesFn | None = None
    turn_fn: Callable[[Source, bool], Awaitable[None]]
    """Turn it on or off; raises a `ClientError` when the device does not take it. What has become
    of it is told by a push."""


@dataclass(frozen=True, kw_only=True)
class ButtonRow(ButtonEntityDescription):
    """A row of the button table."""

    row: Row
    press_fn: Callable[[Source], Awaitable[None]]
    """Do it. Raises a `ClientError` when the device does not take it, or a `HomeAssistantError`
    that says what to do about it. What has become of it is told by a push."""


@dataclass(frozen=True, kw_only=True)
class NumberRow(NumberEntityDescription):
    """A row of the number table."""

    row: Row
    value_fn: ValueFn
    attributes_fn: AttributesFn | None = None
    set_fn: Callable[[Source, float], Awaitable[None]]
    """Set it; raises a `HomeAssistantError` that says why it cannot be set to this. What has
    become of it is told by a push."""


type AnyRow = SensorRow | BinarySensorRow | EventRow | SwitchRow | ButtonRow | NumberRow


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The entity tables of one source."""

    sensors: tuple[SensorRow, ...] = ()
    binary_sensors: tuple[BinarySensorRow, ...] = ()
    events: tuple[EventRow, ...] = ()
    switches: tuple[SwitchRow, ...] = ()
    buttons: tuple[ButtonRow, ...] = ()
    numbers: tuple[NumberRow, ...] = ()

    def __iter__(self) -> Iterator[AnyRow]:
        """Go through the rows of all tables."""
        rows: list[AnyRow] = [
            *self.sensors,
            *self.binary_sensors,
            *self.events,
            *self.switches,
            *self.buttons,
            *self.numbers,
        ]
        return iter(rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSpec:
    """A vendor, as the rest of the integration sees it."""

    kind: str
    connect: Callable[[HomeAssistant, SolarMonitorConfigEntry], Awaitable[Source]]
    """Make the source of an entry. Does not need the device to answer."""
    rows: Callable[[Source], Rows]
    """The entities that this very device has."""
    every_row: Callable[[], Rows]
    """The entities that any device of this kind can have: for checks of texts and icons."""
    diagnostics: Callable[[Source], dict[str, Any]]
    """What may be shown of it to somebody who helps: an allow-list."""
    forget: Callable[[HomeAssistant, SolarMonitorConfigEntry], Awaitable[None]]
    """Remove what was stored for an entry that is being removed."""
    contribute: Contribute | None = None
    """None: it gives nothing to the site."""
    site_keys: frozenset[str] = frozenset()
    """What is read for the site alone, beside the core of the polls."""
    site_name: Callable[[SolarMonitorConfigEntry], str] = lambda entry: entry.data[CONF_ID_PREFIX]
    """What the site calls the source of an entry, loaded or not: for ever the same."""
    production: tuple[str, str] | None = None
    """The keys of what all its panels bring and of what they have counted; unique ids are made of
    them and of the identifier of their device. None: it has no panels."""
    core_domain: str | None = None
    """Home Assistant's own integration for the same devices, with the same unique ids of entries:
    what it counts is what ours counts. None: there is none."""
    grace_s: float = 120.0
    """How long a value stands at least without being measured anew."""
    silence_s: float = 0.0
    """How long a device that does not answer counts as connected all the same, its interval
    included: it may only restart. 0: until it misses a poll."""
    longest_retry_s: float = LONGEST_RETRY_S
    """How long a device that does not answer is left alone at most."""
    separate_polls: bool = False
    """Whether each poll is answered for itself, so that the failure of one tells nothing of the
    others. Else the device is not asked further after a poll that nobody answered."""
    health: Callable[[HomeAssistant, Sequence[SolarMonitorConfigEntry]], Mapping[str, Any]] = (
        lambda _hass, _entries: {}
    )
    """What Home Assistant's system information shows of all entries of this kind together; only
    asked when there is one. A value may be a coroutine that takes its time to find out."""
    removable: Callable[[Source, str], bool] = lambda _source, _identifier: False
    """Whether the user may remove the device with an identifier: it is retired. What is gone is
    in none of the source's devices or rows."""


def unique_id(source: Source, row: AnyRow) -> str:
    """Give what Home Assistant knows a row's entity by; it never changes."""
    return row.key if row.row.own_id else f"{source.id_prefix}_{row.key}"


def needs_of(row: AnyRow) -> frozenset[str]:
    """Give the keys of the snapshot that a row's entity shows."""
    return row.row.needs if row.row.needs is not None else frozenset({row.key})


def key_value(key: str) -> ValueFn:
    """Give the function that shows one key of the snapshot."""
    return lambda snapshot: snapshot.values.get(key)


def first_error(report: UpdateReport) -> ClientError | None:
    """Give the failure that describes a silent poll best: that of its first block."""
    return next(iter(report.failed.values()), None)
