"""Which entities an Envoy has: those of what this gateway, its panels and batteries can tell.

The tables are in `rows_*.py`, one for each theme; the order in them is that of the device page.
"""

from collections.abc import Collection
from dataclasses import replace
from typing import Final, cast

from ...clients.envoy.readings import BatteryKind, CtKind
from ...clients.envoy.shape import Shape
from ..rows_kit import DIAGNOSTIC, Place, one_of_each
from ..spec import EventRow, Row, Rows, Source, SwitchRow, key_value
from .devices import DEVICE_GATEWAY
from .rows_battery import battery_binary_sensors, battery_sensors
from .rows_ct import ct_sensors
from .rows_panel import panel_binary_sensors, panel_sensors
from .rows_status import status_binary_sensors, status_sensors
from .rows_system import system_sensors
from .source import EnvoySource

_GATEWAY: Final = Place(device=DEVICE_GATEWAY)
_LIVE_MODE: Final = "live_mode"

_ALARM_TYPES: Final = (
    "panel_silent",
    "panel_back",
    "production_lost",
    "production_back",
    "metering_fault",
    "metering_ok",
    "grid_lost",
    "grid_back",
    "gateway_lost",
    "gateway_back",
)
_EVENTS: Final = (
    EventRow(
        key="alarms",
        translation_key="alarms",
        event_types=list(_ALARM_TYPES),
        row=Row(device=DEVICE_GATEWAY, always=True),
    ),
    EventRow(
        key="counter_corrections",
        translation_key="counter_corrections",
        event_types=["rebased"],
        entity_category=DIAGNOSTIC,
        row=Row(device=DEVICE_GATEWAY, always=True),
    ),
)


_SWITCHES: Final = (
    SwitchRow(
        key=_LIVE_MODE,
        translation_key=_LIVE_MODE,
        row=Row(device=DEVICE_GATEWAY, always=True),
        value_fn=key_value(_LIVE_MODE),
        turn_fn=lambda source, on: cast("EnvoySource", source).async_turn_live_mode(on=on),
    ),
)


def rows_of(shape: Shape, *, detailed: Collection[str], needs_token: bool) -> Rows:
    """Make the rows of a gateway of some shape; panels in `detailed` tell more than their power."""
    return Rows(
        sensors=(
            *system_sensors(_GATEWAY, shape),
            *battery_sensors(_GATEWAY, shape),
            *panel_sensors(_GATEWAY, shape, detailed),
            *ct_sensors(_GATEWAY, shape),
            *status_sensors(_GATEWAY, shape),
        ),
        binary_sensors=(
            *status_binary_sensors(_GATEWAY, shape, needs_token=needs_token),
            *panel_binary_sensors(_GATEWAY, shape),
            *battery_binary_sensors(_GATEWAY, shape),
        ),
        events=_EVENTS,
        switches=_SWITCHES if shape.livedata else (),
    )


def rows(source: Source) -> Rows:
    """The rows of one gateway, its panels and its batteries, as far as they are known now."""
    if not isinstance(source, EnvoySource):
        return Rows()
    return rows_of(source.shape, detailed=source.detailed, needs_token=source.needs_token)


_EVERYTHING: Final = Shape(
    cts=tuple(CtKind),
    phase_count=3,
    panels=("panel",),
    batteries={"encharge": BatteryKind.ENCHARGE},
    production=True,
    consumption=True,
    enpower="enpower",
    collar="collar",
    c6="c6",
    generator=True,
    tariff=True,
    livedata=True,
    panel_details=True,
)
# What is estimated where no CT measures it.
_ESTIMATED: Final = replace(_EVERYTHING, cts=(CtKind.TOTAL_CONSUMPTION,))


def every_row() -> Rows:
    """All rows that any gateway can have: one for each text, whatever phase or serial number."""
    made = [
        rows_of(shape, detailed=shape.panels, needs_token=True)
        for shape in (_EVERYTHING, _ESTIMATED)
    ]
    return Rows(
        sensors=one_of_each(row for rows in made for row in rows.sensors),
        binary_sensors=one_of_each(row for rows in made for row in rows.binary_sensors),
        events=_EVENTS,
        switches=_SWITCHES,
    )
