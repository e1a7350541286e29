"""A day of hourly statistics of our entities, taken from the simulated house's own past."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import batched
from typing import Any, NamedTuple

from tests.demo.client import Client
from tests.demo.entities import Shown
from tests.simulators.site import Energies, HistoryRow, Site

FINE = timedelta(minutes=5)
ROWS_PER_HOUR = 12
LONG = timedelta(days=400)

type Counters = Mapping[str, Callable[[Energies], float]]
type Means = Mapping[str, Callable[[HistoryRow], float]]


class Past(NamedTuple):
    """What a device has counted and measured, by the keys of our entities."""

    counters: Counters
    means: Means


HYBRID_COUNTERS: Counters = {
    "pv_energy_total": lambda kwh: kwh.pv_dc,
    "battery_charge_energy_total": lambda kwh: kwh.battery_charge,
    "battery_discharge_energy_total": lambda kwh: kwh.battery_discharge,
    "grid_import_energy_total": lambda kwh: kwh.grid_import,
    "grid_export_energy_total": lambda kwh: kwh.grid_export,
    "load_energy_total": lambda kwh: kwh.inverter + kwh.grid_import - kwh.grid_export,
}
"""What a hybrid counts, kWh; see tests/simulators/face_hybrid.py."""
GRID_TIED_COUNTERS: Counters = {
    "pv_energy_total": lambda kwh: kwh.grid_tied,
    "grid_import_energy_total": lambda kwh: kwh.grid_import,
    "grid_export_energy_total": lambda kwh: kwh.grid_export,
    "load_energy_total": lambda kwh: kwh.load,
}
"""What an inverter without a battery counts, kWh; the last three with an energy meter."""


def _watts(row: HistoryRow, kwh: float) -> float:
    return kwh * 3_600_000 / (row.end - row.start).total_seconds()


HYBRID_MEANS: Means = {
    "pv_power": lambda row: _watts(row, row.deltas.pv_dc),
    "grid_power": lambda row: _watts(row, row.deltas.grid_import - row.deltas.grid_export),
    "battery_power": lambda row: _watts(
        row, row.deltas.battery_discharge - row.deltas.battery_charge
    ),
    "load_power": lambda row: _watts(row, HYBRID_COUNTERS["load_energy_total"](row.deltas)),
    "battery_soc": lambda row: row.soc,
}
"""What a hybrid measures, by the row's mean or end."""
GRID_TIED_MEANS: Means = {
    "pv_power": lambda row: _watts(row, row.deltas.grid_tied),
    "grid_power": lambda row: _watts(row, row.deltas.grid_import - row.deltas.grid_export),
    "load_power": lambda row: _watts(row, row.deltas.load),
}
"""What an inverter without a battery measures; its panels give a few percent more than that."""
GATEWAY_COUNTERS: Counters = {
    "production_energy_total": lambda kwh: kwh.pv_ac - kwh.grid_tied,
    "grid_import_energy_total": lambda kwh: kwh.grid_import,
    "grid_export_energy_total": lambda kwh: kwh.grid_export,
    "battery_charge_energy_total": lambda kwh: kwh.battery_charge,
    "battery_discharge_energy_total": lambda kwh: kwh.battery_discharge,
}
"""What a gateway's CTs count, kWh.

Not consumption: that is reckoned, and falls while another inverter exports more than the house
takes from the gateway's panels.
"""
GATEWAY_MEANS: Means = {
    "production_power": lambda row: _watts(row, row.deltas.pv_ac - row.deltas.grid_tied),
    "consumption_power": lambda row: _watts(
        row,
        row.deltas.pv_ac - row.deltas.grid_tied + row.deltas.grid_import - row.deltas.grid_export,
    ),
    "grid_power": HYBRID_MEANS["grid_power"],
    "battery_power": HYBRID_MEANS["battery_power"],
    "battery_soc": HYBRID_MEANS["battery_soc"],
}
"""What a gateway's CTs and batteries measure."""
GATEWAY_PAST = Past(GATEWAY_COUNTERS, GATEWAY_MEANS)
CLOUD_PAST = Past(
    {"energy_total": GATEWAY_COUNTERS["production_energy_total"]},
    {"power": GATEWAY_MEANS["production_power"]},
)
"""What the cloud knows of the same panels."""
SITE_PAST = Past(
    {
        "pv_energy_total": lambda kwh: kwh.pv,
        "load_energy_total": lambda kwh: kwh.load + kwh.losses,
        "grid_import_energy_total": lambda kwh: kwh.grid_import,
        "grid_export_energy_total": lambda kwh: kwh.grid_export,
        "battery_charge_energy_total": lambda kwh: kwh.battery_charge,
        "battery_discharge_energy_total": lambda kwh: kwh.battery_discharge,
    },
    {
        "pv_power": lambda row: _watts(row, row.deltas.pv),
        "load_power": lambda row: _watts(row, row.deltas.load),
        "grid_power": HYBRID_MEANS["grid_power"],
        "battery_power": HYBRID_MEANS["battery_power"],
        "battery_soc": HYBRID_MEANS["battery_soc"],
    },
)
"""What the whole house has counted and measured; what its inverter loses is used in the house."""
NO_PAST = Past({}, {})
UNIT_CLASSES = {"kWh": "energy", "W": "power", "%": "unitless"}


def past_of_inverter(site: Site) -> Past:
    """Choose what the inverter of a house has counted and measured."""
    if site.plant.strings:
        return Past(HYBRID_COUNTERS, HYBRID_MEANS)
    return Past(GRID_TIED_COUNTERS, GRID_TIED_MEANS)


async def import_past(client: Client, entities: Mapping[str, Shown], site: Site, past: Past) -> int:
    """Import the hours from yesterday's midnight until now; returns how many."""
    now = site.clock.timestamp()
    start = site.place.local(site.place.midnight(now, 1))
    fine = site.history(start, site.clock.now(), FINE)
    whole = fine[: len(fine) // ROWS_PER_HOUR * ROWS_PER_HOUR]
    hours = list(batched(whole, ROWS_PER_HOUR, strict=True))
    for key in past.counters.keys() & entities.keys():
        shown, count = entities[key], past.counters[key]
        present, first = count(site.energies()), hours[0][0]
        ends = [count(hour[-1].totals) for hour in hours]
        before = [kwh - present for kwh in (count(first.totals) - count(first.deltas), *ends)]
        await _import(client, shown, list(_sums(hours, before, float(shown.state))))
    for key in past.means.keys() & entities.keys():
        await _import(client, entities[key], list(_means(hours, past.means[key])))
    return len(hours)


def _sums(
    hours: Sequence[Sequence[HistoryRow]], before: Sequence[float], first_seen: float
) -> Iterator[dict[str, Any]]:
    """Make the rows of a counter.

    `before` is what it was short of its present state at the beginning and after each hour, kWh.

    Home Assistant itself counts a sum from 0 at the first state it sees. So that its first own
    hour follows without a step, ours end there, and are negative before. The first of them, long
    ago, is where all begins: what comes before it is 0, and that step must not show in a chart.
    """
    starts = [hour[0].start for hour in hours]
    for start, missing in zip((starts[0] - LONG, *starts), before, strict=True):
        yield {
            "start": start.isoformat(),
            "state": round(first_seen + missing, 1),
            "sum": round(missing, 3),
        }


def _means(
    hours: list[tuple[HistoryRow, ...]], value: Callable[[HistoryRow], float]
) -> Iterator[dict[str, Any]]:
    """Make the rows of a measured value."""
    for hour in hours:
        values = [value(row) for row in hour]
        yield {
            "start": hour[0].start.isoformat(),
            "mean": round(sum(values) / len(values), 1),
            "min": round(min(values), 1),
            "max": round(max(values), 1),
        }


async def _import(client: Client, shown: Shown, rows: list[dict[str, Any]]) -> None:
    """Hand the rows of one entity to the recorder."""
    has_sum = "sum" in rows[0]
    metadata = {
        "source": "recorder",
        "statistic_id": shown.entity_id,
        "name": None,
        "has_sum": has_sum,
        "mean_type": 0 if has_sum else 1,
        "unit_class": UNIT_CLASSES[shown.unit],
        "unit_of_measurement": shown.unit,
    }
    await client.command("recorder/import_statistics", metadata=metadata, stats=rows)
