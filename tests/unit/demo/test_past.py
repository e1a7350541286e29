"""The hours before the demo began."""

from typing import Any, cast, override

import pytest

from tests.demo.client import Client, Json
from tests.demo.entities import Shown
from tests.demo.gateway import Roof
from tests.demo.house import WAYS
from tests.demo.past import GATEWAY_PAST, import_past, past_of_inverter

from .kit import build

COUNTERS = {
    "hybrid_1p": "battery_charge_energy_total",
    "hybrid_3p_lv": "load_energy_total",
    "string": "grid_export_energy_total",
    "micro": "pv_energy_total",
}


class Recorder(Client):
    """Takes what is imported."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.rows: dict[str, list[dict[str, Any]]] = {}

    @override
    async def command(self, kind: str, **fields: Json) -> Json:
        self.rows[fields["metadata"]["statistic_id"]] = fields["stats"]


@pytest.mark.parametrize(("family", "counter"), COUNTERS.items())
async def test_the_past_ends_where_the_present_begins(family: str, counter: str) -> None:
    logger = build(family, WAYS["solarman_v5"]).logger
    now = cast("float", logger.truth()[counter])
    recorder = Recorder()
    entities = {
        counter: Shown(counter, "sensor.counter", str(now), "kWh"),
        "pv_power": Shown("pv_power", "sensor.power", "1", "W"),
    }
    hours = await import_past(recorder, entities, logger.site, past_of_inverter(logger.site))
    counted, power = recorder.rows["sensor.counter"], recorder.rows["sensor.power"]
    assert hours == len(counted) - 1 == len(power) > 24
    sums = [row["sum"] for row in counted]
    assert sums == sorted(sums)
    assert -20 < counted[-1]["sum"] <= 0.1
    assert counted[-1]["state"] <= now + 0.1
    assert max(row["max"] for row in power) > 100
    assert min(row["min"] for row in power) == 0


@pytest.mark.parametrize("family", COUNTERS)
async def test_the_gateways_past_ends_where_its_present_begins(family: str) -> None:
    gateway = build(family, WAYS["solarman_v5"], Roof()).gateway
    assert gateway
    now = gateway.truth().production.energy_kwh
    recorder = Recorder()
    entities = {
        "production_energy_total": Shown("x", "sensor.counter", str(now), "kWh"),
        "production_power": Shown("y", "sensor.power", "1", "W"),
    }
    hours = await import_past(recorder, entities, gateway.site, GATEWAY_PAST)
    counted, power = recorder.rows["sensor.counter"], recorder.rows["sensor.power"]
    assert hours == len(counted) - 1 == len(power) > 24
    sums = [row["sum"] for row in counted]
    assert sums == sorted(sums)
    assert -120 < sums[0] < sums[-1] <= 0
    assert counted[-1]["state"] == pytest.approx(now + sums[-1], abs=0.1)
    assert max(row["max"] for row in power) > 3000
    assert min(row["min"] for row in power) == 0
