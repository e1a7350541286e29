"""The entities of every family are what they were: nobody's history breaks unnoticed."""

from dataclasses import asdict
from typing import Any
from unittest.mock import create_autospec

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from custom_components.solar_monitor.clients.deye.family import Family
from custom_components.solar_monitor.clients.deye.identity import Identity
from custom_components.solar_monitor.clients.deye.scale import candidate
from custom_components.solar_monitor.clients.deye.tables import scaled_table
from custom_components.solar_monitor.sources.deye.rows import rows
from custom_components.solar_monitor.sources.deye.source import DeyeSource
from custom_components.solar_monitor.sources.spec import AnyRow

# The largest unit of each family: all inputs, phases and packs that anybody has described.
LARGEST = {
    Family.HYBRID_1P: (16_000.0, 4, 2, 0),
    Family.HYBRID_3P_LV: (20_000.0, 4, 3, 2),
    Family.HYBRID_3P_HV: (80_000.0, 8, 3, 2),
    Family.STRING: (110_000.0, 4, 3, 0),
    Family.MICRO: (2_250.0, 4, 1, 0),
}


def source_of(family: Family) -> DeyeSource:
    """Give a source that knows the largest unit of a family, and no group is chosen."""
    rated_w, inputs, phases, packs = LARGEST[family]
    identity = Identity(family, 0, "2207200001", rated_w, inputs, phases, None, None, packs)
    table = scaled_table(family, identity, candidate(family, identity).factors)
    source: DeyeSource = create_autospec(
        DeyeSource, instance=True, family=family, registers=table, groups=frozenset()
    )
    return source


def described(row: AnyRow) -> dict[str, Any]:
    """Describe a row in what matters to history, dashboards and automations; only what it has."""
    told = asdict(row)
    facts = {
        "unique_id": f"<prefix>_{row.key}",
        "translation_key": row.translation_key,
        "device": row.row.device,
        "category": row.entity_category,
        "enabled": row.entity_registry_enabled_default,
        "device_class": row.device_class,
        "unit": told.get("native_unit_of_measurement"),
        "state_class": told.get("state_class"),
        "precision": told.get("suggested_display_precision"),
        "always": row.row.always,
        "values": told.get("options") or told.get("event_types"),
    }
    return {name: fact for name, fact in facts.items() if fact is not None and fact is not False}


@pytest.mark.parametrize("family", Family)
def test_the_rows_of_a_family_are_what_they_were(
    family: Family, snapshot: SnapshotAssertion
) -> None:
    made = rows(source_of(family))
    assert {
        platform: {row.key: described(row) for row in table}
        for platform, table in (
            ("sensor", made.sensors),
            ("binary_sensor", made.binary_sensors),
            ("event", made.events),
        )
    } == snapshot(extension_class=JSONSnapshotExtension)


@pytest.mark.parametrize(
    ("family", "shown"),
    [
        (Family.HYBRID_1P, range(30, 60)),
        (Family.HYBRID_3P_LV, range(30, 60)),
        (Family.HYBRID_3P_HV, range(30, 65)),
        (Family.STRING, range(15, 30)),
        (Family.MICRO, range(15, 30)),
    ],
)
def test_few_entities_are_enabled_by_default(family: Family, shown: range) -> None:
    made = rows(source_of(family))
    described_rows: list[AnyRow] = [*made.sensors, *made.binary_sensors, *made.events]
    enabled = [row for row in described_rows if row.entity_registry_enabled_default]
    print(f"{family}: {len(enabled)} of {len(described_rows)} entities are enabled by default")  # noqa: T201 - a figure for the reader
    assert len(enabled) in shown
    keys = [row.key for row in described_rows]
    assert len(keys) == len(set(keys))
