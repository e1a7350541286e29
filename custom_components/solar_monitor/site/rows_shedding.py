"""The rows of load shedding: its switch, its two levels, what it does and why."""

from typing import TYPE_CHECKING, Final, cast

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.number import NumberMode
from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import PERCENTAGE, EntityCategory

from ..logic.shedding import Happening, Reason, Status
from ..sources.rows_kit import DIAGNOSTIC
from ..sources.spec import (
    BinarySensorRow,
    EventRow,
    NumberRow,
    Row,
    Rows,
    SensorRow,
    Source,
    SwitchRow,
    key_value,
)
from . import shedder_keys as keys
from .keys import about
from .place import DEVICE_SITE, PLACE
from .shedder import shedding_of
from .shedder_settings import RESTORE_ABOVE, SHED_BELOW, Level

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum
    from typing import Any

    from ..sources.spec import Snapshot
    from .source import SiteSource

_ROW: Final = Row(device=DEVICE_SITE, always=True)


def shedding_rows_of(source: SiteSource) -> Rows:
    """Make the rows that a site has now: none without a battery's charge and without loads."""
    return every_shedding_row() if shedding_of(source).is_of_use else Rows()


def every_shedding_row() -> Rows:
    """Make the rows that any site can have."""
    return Rows(
        sensors=(
            _word(keys.STATUS, Status),
            SensorRow(
                key=keys.LOADS_SHED,
                translation_key=_text(keys.LOADS_SHED),
                state_class=SensorStateClass.MEASUREMENT,
                # What is told about it is news as well.
                row=Row(
                    device=DEVICE_SITE,
                    needs=frozenset({keys.LOADS_SHED, about(keys.LOADS_SHED)}),
                    always=True,
                ),
                value_fn=key_value(keys.LOADS_SHED),
                attributes_fn=_about_loads,
            ),
            _word(keys.REASON, Reason, category=DIAGNOSTIC),
        ),
        binary_sensors=(
            BinarySensorRow(
                key=keys.ACTIVE,
                translation_key=_text(keys.ACTIVE),
                device_class=BinarySensorDeviceClass.RUNNING,
                row=_ROW,
                value_fn=key_value(keys.ACTIVE),
            ),
        ),
        events=(
            EventRow(
                key=keys.EVENTS,
                translation_key=_text(keys.EVENTS),
                event_types=[each.value for each in Happening],
                row=Row(device=DEVICE_SITE, needs=frozenset(), always=True),
            ),
        ),
        switches=(
            SwitchRow(
                key=keys.LOAD_SHEDDING,
                translation_key=_text(keys.LOAD_SHEDDING),
                row=_ROW,
                value_fn=key_value(keys.LOAD_SHEDDING),
                turn_fn=_arm,
            ),
        ),
        numbers=(_level(SHED_BELOW), _level(RESTORE_ABOVE)),
    )


def _word(key: str, words: type[StrEnum], *, category: EntityCategory | None = None) -> SensorRow:
    """Make the row of one word out of several."""
    return SensorRow(
        key=key,
        translation_key=_text(key),
        device_class=SensorDeviceClass.ENUM,
        options=[each.value for each in words],
        entity_category=category,
        row=_ROW,
        value_fn=key_value(key),
    )


def _level(level: Level) -> NumberRow:
    """Make the row of a level of charge."""

    async def change(source: Source, value: float) -> None:
        await shedding_of(cast("SiteSource", source)).async_change(level, value)

    return NumberRow(
        key=level.key,
        translation_key=_text(level.key),
        entity_category=EntityCategory.CONFIG,
        native_unit_of_measurement=PERCENTAGE,
        native_min_value=level.least,
        native_max_value=level.most,
        native_step=1,
        mode=NumberMode.BOX,
        row=_ROW,
        value_fn=key_value(level.key),
        set_fn=change,
    )


async def _arm(source: Source, on: bool) -> None:  # noqa: FBT001 - as every switch row has it
    """Arm load shedding, or end it."""
    await shedding_of(cast("SiteSource", source)).async_arm(on=on)


def _about_loads(snapshot: Snapshot) -> Mapping[str, Any]:
    """Add which loads are shed, and the reason in words."""
    told: Mapping[str, Any] = snapshot.values.get(about(keys.LOADS_SHED), {})
    return told


def _text(key: str) -> str:
    """Give the key of the texts of a row."""
    return f"{PLACE.text_prefix}{key}"
