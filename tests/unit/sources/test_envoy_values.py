"""What the figures of a gateway are called, endpoint by endpoint."""

from datetime import UTC, datetime
from typing import Final

import pytest

from custom_components.solar_monitor.clients.envoy.endpoints import Block
from custom_components.solar_monitor.clients.envoy.readings import (
    Battery,
    BatteryKind,
    Collar,
    Ct,
    CtChannel,
    CtKind,
    Enpower,
    Grid,
    GridPhase,
    Meter,
    Origin,
    Phase,
    Readings,
    Sums,
    Tariff,
)
from custom_components.solar_monitor.sources.envoy.values import (
    Count,
    Sample,
    moment,
    samples,
    today_key,
)

READINGS: Final = Readings(
    production=Meter(
        power_w=4_000.4,
        energy_kwh=9_000.1,
        origin=Origin.CT,
        block=Block.READINGS,
        phases=(Phase(power_w=2_000.2, energy_kwh=1.0), Phase()),
        today_kwh=12.0,
    ),
    grid=Grid(
        power_w=-1_500.6,
        import_kwh=5.0,
        export_kwh=6.0,
        block=Block.READINGS,
        phases=(GridPhase(power_w=-1.0, import_kwh=2.0, export_kwh=3.0),),
        voltage_v=230.04,
        voltages_v=(230.04,),
        frequency_hz=50.004,
    ),
    cts={
        CtKind.STORAGE: Ct(
            kind=CtKind.STORAGE,
            metering_status="normal",
            status_flags=("a", "b"),
            total=CtChannel(power_w=12.0, delivered_kwh=7.0, received_kwh=8.0),
        )
    },
    batteries={
        "4901": Battery(serial="4901", kind=BatteryKind.ENCHARGE, soc=50.04, power_w=9.6),
        "1201": Battery(serial="1201", kind=BatteryKind.ACB, soc=40.0, reported_at=1.0),
    },
    enpower=Enpower(serial="1", mains_oper_state="closed", temperature_c=20.04),
    collar=Collar(serial="2", grid_state="on_grid"),
    tariff=Tariff(storage_mode="self-consumption", reserve_soc=20.0),
    sums=Sums(ct_energy_kwh=1.0, inverter_energy_kwh=2.0, block=Block.PDM_ENERGY),
)


def test_only_endpoints_that_have_answered_say_anything() -> None:
    assert samples(READINGS, ()) == {}
    assert samples(READINGS, (Block.HOME,)) == {Block.HOME: Sample()}
    assert samples(Readings(), (Block.READINGS,)) == {Block.READINGS: Sample()}


def test_powers_are_whole_and_counters_come_with_their_origin() -> None:
    sample = samples(READINGS, (Block.READINGS,))[Block.READINGS]
    assert sample.values["production_power"] == 4_000
    assert sample.values["production_power_l1"] == 2_000
    assert sample.values["production_power_l2"] is None
    assert sample.counters["production_energy_total"] == Count(9_000.1, "ct", 12.0)
    assert sample.counters["production_energy_total_l1"] == Count(1.0, "ct")
    assert sample.values["grid_power"] == -1_501
    assert sample.values["grid_voltage"] == 230.0
    assert sample.values["grid_voltage_l1"] == 230.0
    assert sample.values["grid_frequency"] == 50.0
    assert sample.counters["grid_import_energy_total_l1"] == Count(2.0)


def test_a_storage_ct_counts_what_batteries_take_and_give() -> None:
    sample = samples(READINGS, (Block.READINGS,))[Block.READINGS]
    assert sample.counters["battery_charge_energy_total"] == Count(8.0)
    assert sample.counters["battery_discharge_energy_total"] == Count(7.0)
    assert sample.counters["ct_storage_energy_delivered_total"] == Count(7.0)
    assert sample.values["ct_storage_power"] == 12


def test_each_endpoint_brings_its_own_keys() -> None:
    found = samples(READINGS, tuple(Block))
    assert found[Block.METERS].values == {
        "ct_storage_metering_status": "normal",
        "ct_storage_status_flags": "a, b",
    }
    assert found[Block.ENSEMBLE_POWER].values == {"4901_soc": 50.0, "4901_power": 10}
    assert found[Block.ENSEMBLE_RELAY].values == {
        "enpower_mains_admin_state": None,
        "enpower_mains_oper_state": "closed",
    }
    assert found[Block.ENSEMBLE_INVENTORY].values["enpower_temperature"] == 20.0
    assert found[Block.ENSEMBLE_INVENTORY].values["collar_grid_state"] == "on_grid"
    assert "c6_admin_state" not in found[Block.ENSEMBLE_INVENTORY].values
    assert found[Block.INVENTORY].values["1201_last_report"] == datetime(
        1970, 1, 1, 0, 0, 1, tzinfo=UTC
    )
    assert found[Block.TARIFF].values["storage_mode"] == "self-consumption"
    assert found[Block.PDM_ENERGY].counters["inverter_production_energy_sum"] == Count(2.0)


@pytest.mark.parametrize(
    ("sample", "zero"),
    [
        (Sample(), False),
        (Sample({"a": 0}), False),
        (Sample({}, {"t": Count(None)}), False),
        (Sample({"a": 0, "b": None, "c": "word"}, {"t": Count(0.0)}), True),
        (Sample({"a": 0.1}, {"t": Count(0.0)}), False),
        (Sample({"a": 0}, {"t": Count(0.0), "u": Count(1.0)}), False),
    ],
)
def test_nothing_but_zeros_is_what_a_gateway_says_while_it_starts(
    sample: Sample, *, zero: bool
) -> None:
    assert sample.is_zero is zero


@pytest.mark.parametrize("unix", [None, 1e20, float("nan"), float("inf")])
def test_a_time_that_is_none_is_no_moment(unix: float | None) -> None:
    assert moment(unix) is None


@pytest.mark.parametrize(
    ("total", "today"),
    [
        ("grid_import_energy_total", "grid_import_energy_today"),
        ("grid_import_energy_total_l2", "grid_import_energy_today_l2"),
        (
            "battery_charge_energy_total_estimated",
            "battery_charge_energy_today_estimated",
        ),
    ],
)
def test_the_counter_of_the_day_is_called_after_its_total(total: str, today: str) -> None:
    assert today_key(total) == today
