"""Which entities an Enphase account has: the same for each of its systems, as far as it has them.

What costs no call, as the calls that are left, is shown at all times. Everything else has an age at
which it goes (`ages.py`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import Final

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import STATE_UNKNOWN, UnitOfPower, UnitOfTime

from ...clients.enlighten.jobs import Profile
from ..rows_kit import (
    DIAGNOSTIC,
    ENERGY,
    ENERGY_TODAY,
    NUMBER,
    POWER,
    TIME,
    Flag,
    Place,
    Quantity,
    Value,
    attribute,
    binary_sensor,
    one_of_each,
    sensor,
)
from ..spec import BinarySensorRow, ButtonRow, EventRow, Rows, SensorRow, Snapshot, Source
from . import evidence, keys
from .buttons import REFRESH, TEST_CONNECTION, async_refresh, async_test
from .devices import device_of
from .ledgers import EVENT_TYPES, EVENTS
from .source import EnlightenSource
from .status import OPTIONS, option_of

# The same words as other sources have, but for these texts.
_TEXTS: Final = "cloud_"

_SIZE: Final = Quantity(
    device_class=SensorDeviceClass.POWER,
    unit=UnitOfPower.WATT,
    state_class=None,  # of what was installed there are no statistics
    precision=2,
    shown_unit=UnitOfPower.KILO_WATT,
)
_AGE: Final = Quantity(
    device_class=SensorDeviceClass.DURATION, unit=UnitOfTime.MINUTES, precision=0
)
# A state of this name means to Home Assistant that there is none.
_RESERVED: Final[Mapping[str | None, str]] = {STATE_UNKNOWN: "updating"}
_STATUS: Final = Quantity(
    device_class=SensorDeviceClass.ENUM,
    state_class=None,
    options=tuple(_RESERVED.get(option, option) for option in OPTIONS),
)

_PRODUCTION: Final = (
    Value(name=keys.POWER, quantity=POWER),
    Value(name=keys.ENERGY_TODAY, quantity=ENERGY_TODAY),
    Value(name=keys.ENERGY_TOTAL, quantity=ENERGY),
)
_ABOUT: Final = (
    Value(name=keys.LAST_REPORT, quantity=TIME, category=DIAGNOSTIC),
    Value(name=keys.LAST_INTERVAL_END, quantity=TIME, category=DIAGNOSTIC, enabled=False),
    Value(name=keys.PANELS, quantity=NUMBER, category=DIAGNOSTIC),
    Value(name=keys.SIZE, quantity=_SIZE, category=DIAGNOSTIC),
    Value(name=keys.OPERATIONAL_SINCE, quantity=TIME, category=DIAGNOSTIC, enabled=False),
)
_CALLS: Final = (
    Value(name=keys.CALLS_LEFT, quantity=NUMBER, category=DIAGNOSTIC, always=True),
    Value(name=keys.NEXT_POLL, quantity=TIME, category=DIAGNOSTIC, always=True),
    Value(name=keys.DATA_AGE, quantity=_AGE, category=DIAGNOSTIC, always=True),
)


_PROBLEM: Final = BinarySensorDeviceClass.PROBLEM
_CONNECTIVITY: Final = BinarySensorDeviceClass.CONNECTIVITY
_JUDGED: Final = (
    Flag(name=evidence.ALARM, device_class=_PROBLEM),
    Flag(name=evidence.GATEWAY, device_class=_CONNECTIVITY, category=DIAGNOSTIC),
    Flag(name=evidence.MICROINVERTER, device_class=_PROBLEM),
    Flag(name=evidence.PRODUCTION, device_class=_PROBLEM),
    Flag(name=evidence.METER, device_class=_PROBLEM),
    Flag(name=evidence.BATTERY, device_class=_PROBLEM),
    Flag(name=evidence.EVSE, device_class=_PROBLEM, enabled=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What decides which entities a system has."""

    system_id: int
    profile: Profile
    battery: bool
    """Whether it has one, as far as is known."""

    @property
    def place(self) -> Place:
        """Where its rows belong."""
        return Place(
            device=device_of(self.system_id),
            key_prefix=keys.key_of(self.system_id, ""),
            text_prefix=_TEXTS,
        )


def rows(source: Source) -> Rows:
    """The rows of all systems of one account, as far as they are known now."""
    if not isinstance(source, EnlightenSource):
        return Rows()
    return rows_of(
        Shape(
            system_id=system.system_id,
            profile=source.account.profile,
            battery=source.book(system.system_id).has_battery,
        )
        for system in source.systems
    )


def every_row() -> Rows:
    """All rows that any system can have, under the keys of their texts."""
    made = rows_of([Shape(system_id=0, profile=Profile.CLOUD_ONLY, battery=True)])
    return Rows(
        sensors=one_of_each(made.sensors),
        binary_sensors=one_of_each(made.binary_sensors),
        events=one_of_each(made.events),
        buttons=one_of_each(made.buttons),
    )


def rows_of(shapes: Iterable[Shape]) -> Rows:
    """Make the rows of some systems."""
    systems = tuple(shapes)
    return Rows(
        sensors=tuple(chain.from_iterable(map(_sensors, systems))),
        binary_sensors=tuple(chain.from_iterable(map(_binary_sensors, systems))),
        events=tuple(map(_events, systems)),
        buttons=tuple(chain.from_iterable(map(_buttons, systems))),
    )


def _sensors(shape: Shape) -> Iterator[SensorRow]:
    """Make the sensors of a system, in the order of its page."""
    yield _status(shape)
    if shape.profile is not Profile.ALARMS_ONLY:
        # A local source measures the same: shown twice it would soon be counted twice.
        enabled = shape.profile is not Profile.COMPANION
        for value in _PRODUCTION:
            yield sensor(shape.place, replace(value, enabled=enabled))
    alarm_list = shape.place.key(keys.ALARM_LIST)
    alarms = attribute("alarms", alarm_list)
    opened = Value(name=keys.OPEN_ALARMS, quantity=NUMBER, attributes_fn=alarms)
    yield _with(sensor(shape.place, opened), alarm_list)
    events = Value(name=keys.OPEN_EVENTS, quantity=NUMBER, enabled=False)
    for value in (events, *_ABOUT, *_CALLS):
        yield sensor(shape.place, value)


def _with[RowT: (SensorRow, BinarySensorRow)](made: RowT, attribute_key: str) -> RowT:
    """Let a state be written also when only the value changes that is its attribute."""
    needs = frozenset({made.key, attribute_key})
    return replace(made, row=replace(made.row, needs=needs))


def _status(shape: Shape) -> SensorRow:
    """Make the row of the status: one of the words that have a text, and the cloud's own word."""
    key = shape.place.key(keys.SYSTEM_STATUS)
    value = Value(name=keys.SYSTEM_STATUS, quantity=_STATUS, attributes_fn=attribute("raw", key))

    def word(snapshot: Snapshot) -> str | None:
        option = option_of(snapshot.values.get(key))
        return _RESERVED.get(option, option)

    return replace(sensor(shape.place, value), value_fn=word)


def _binary_sensors(shape: Shape) -> Iterator[BinarySensorRow]:
    """Make the binary sensors of a system; each says in an attribute what it rests on."""
    for flag in _JUDGED:
        if flag.name == evidence.BATTERY and not shape.battery:
            continue
        reasons = shape.place.key(keys.evidence_of(flag.name))
        shown = replace(flag, attributes_fn=attribute("evidence", reasons))
        yield _with(binary_sensor(shape.place, shown), reasons)


def _events(shape: Shape) -> EventRow:
    """Make the event entity of a system."""
    return EventRow(
        key=shape.place.key(EVENTS),
        translation_key=f"{_TEXTS}{EVENTS}",
        event_types=list(EVENT_TYPES),
        row=shape.place.row(always=True),
    )


def _buttons(shape: Shape) -> Iterator[ButtonRow]:
    """Make the buttons of a system. They have no value that could be too old."""
    row = replace(shape.place.row(always=True), needs=frozenset())
    for name, press in ((REFRESH, async_refresh), (TEST_CONNECTION, async_test)):
        yield ButtonRow(
            key=shape.place.key(name),
            translation_key=f"{_TEXTS}{name}",
            entity_category=DIAGNOSTIC,
            row=row,
            press_fn=partial(press, shape.system_id),
        )
