"""Answers that are damaged in any way end in a value or in one of our errors, never elsewhere."""

from collections.abc import Callable
from typing import Any, Final

from hypothesis import given, strategies as st
import orjson
import pytest

from custom_components.solar_monitor.clients.enlighten.endpoints import DAILY, Endpoint
from custom_components.solar_monitor.clients.enlighten.models import (
    Devices,
    Summary,
    System,
    SystemsPage,
    read_alarms,
    read_event_types,
    read_events,
    read_panels,
)
from custom_components.solar_monitor.clients.enlighten.series import (
    BatteryTelemetry,
    DailySeries,
    Telemetry,
)
from custom_components.solar_monitor.clients.errors import BadAnswerError

from .test_daylight import AMSTERDAM


def _daily(value: object) -> None:
    for endpoint in DAILY:
        series = DailySeries.read(endpoint, value)
        for name in series.values:
            series.days(name, AMSTERDAM)


def _telemetry(value: object) -> None:
    for endpoint in (Endpoint.IMPORT, Endpoint.PRODUCTION_METER):
        Telemetry.read(endpoint, value)


READERS: Final[dict[str, Callable[[object], object]]] = {
    "system": System.read,
    "systems": SystemsPage.read,
    "summary": Summary.read,
    "devices": Devices.read,
    "panels": read_panels,
    "events": read_events,
    "alarms": read_alarms,
    "event types": read_event_types,
    "days": _daily,
    "intervals": _telemetry,
    "battery": BatteryTelemetry.read,
}

_NAMES: Final = [
    "system_id",
    "systems",
    "total",
    "name",
    "timezone",
    "status",
    "last_report_at",
    "current_power",
    "energy_today",
    "energy_lifetime",
    "summary_date",
    "modules",
    "size_w",
    "devices",
    "meters",
    "micros",
    "encharges",
    "serial_number",
    "config_type",
    "state",
    "active",
    "micro_inverters",
    "power_produced",
    "energy",
    "value",
    "units",
    "last_report_date",
    "events",
    "event_type_id",
    "event_start_time",
    "event_end_time",
    "alarms",
    "id",
    "severity",
    "cleared",
    "start_date",
    "production",
    "import",
    "export",
    "charge",
    "discharge",
    "meta",
    "intervals",
    "end_at",
    "wh_del",
    "wh_imported",
    "enwh",
    "soc",
    "percent",
    "devices_reporting",
    "last_reported_aggregate_soc",
    "event_types",
    "stateful",
]

_LEAVES: Final = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["97%", "2026-11-20", "9999-12-31", "2026-11-20T12:00:00-07:00", "Wh", "nan"]),
    st.sampled_from([0, -1, 1e300, 1_795_176_000, 1_795_176_000_000, "1795176000", 10**30]),
)
_VALUES: Final = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(_NAMES), inner, max_size=8),
    ),
    max_leaves=30,
)


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
@given(value=_VALUES)
def test_any_answer_is_read_or_refused(reader: Callable[[object], object], value: object) -> None:
    try:
        reader(value)
    except BadAnswerError:
        return


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
@given(text=st.binary(max_size=60))
def test_any_bytes_that_are_json_are_read_or_refused(
    reader: Callable[[object], object], text: bytes
) -> None:
    value: Any
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = text.decode(errors="replace")
    with pytest.raises(BadAnswerError):
        reader([value] if reader is not read_panels else {"x": value})
