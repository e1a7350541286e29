"""Describes rows and the entities that they became, so that a snapshot shows when one changes."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.sources.spec import AnyRow, Rows


def tables(rows: Rows) -> Iterator[tuple[Platform, tuple[AnyRow, ...]]]:
    """Give the tables by platform, those that have a row."""
    found: tuple[tuple[Platform, tuple[AnyRow, ...]], ...] = (
        (Platform.SENSOR, rows.sensors),
        (Platform.BINARY_SENSOR, rows.binary_sensors),
        (Platform.EVENT, rows.events),
        (Platform.SWITCH, rows.switches),
        (Platform.BUTTON, rows.buttons),
    )
    return ((platform, table) for platform, table in found if table)


def described(row: AnyRow) -> str:
    """Describe a row in one line, in what matters to history, dashboards and automations."""
    told = asdict(row)
    facts = (
        row.translation_key,
        row.row.device,
        "on" if row.entity_registry_enabled_default else "off",
        row.entity_category,
        row.device_class,
        told.get("native_unit_of_measurement"),
        told.get("suggested_unit_of_measurement"),
        told.get("state_class"),
        told.get("suggested_display_precision"),
        "always" if row.row.always else None,
        ", ".join(told.get("options") or told.get("event_types") or ()),
    )
    return " | ".join("" if fact is None else str(fact) for fact in facts)


def entities_of(hass: HomeAssistant, entry: MockConfigEntry) -> list[er.RegistryEntry]:
    """Give the entities of an entry, by unique id."""
    found = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return sorted(found, key=lambda entity: (entity.unique_id, entity.domain))


def registered(entity: er.RegistryEntry) -> str:
    """Describe an entity in one line, in what matters to history, dashboards and automations."""
    display: Mapping[str, object] = entity.options.get("sensor", {})
    facts = (
        entity.entity_id,
        entity.original_name,
        "off" if entity.disabled else "on",
        entity.entity_category,
        entity.original_device_class,
        entity.unit_of_measurement,
        (entity.capabilities or {}).get("state_class"),
        display.get("suggested_display_precision"),
    )
    return " | ".join("" if fact is None else str(fact) for fact in facts)
