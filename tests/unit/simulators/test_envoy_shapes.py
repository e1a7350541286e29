"""Every shape is what it says: pyenphase reads it, and reads the model's truth."""

from pyenphase import Envoy, EnvoyData
from pyenphase.const import SupportedFeatures
from pyenphase.exceptions import EnvoyPoorDataQuality, EnvoyProbeFailed
import pytest

from tests.simulators.envoy import Bug, CtKind, EnvoySimulator, Shape, Truth
from tests.simulators.envoy.shapes import EVERYTHING, LOAD_ONLY, Fittings

from .envoy_kit import gateway

pytestmark = pytest.mark.usefixtures("socket_enabled")

DETAILED = {shape for shape in Shape if shape.firmware.number >= (8, 2, 4300)}
NO_INVERTERS = {Shape.D7_3_LOCKED}


async def connected(simulator: EnvoySimulator) -> Envoy:
    envoy = Envoy(await simulator.start())
    await envoy.setup()
    if simulator.fingerprint:
        await envoy.authenticate(token=simulator.token())
    else:
        await envoy.authenticate("envoy")
    return envoy


async def read(simulator: EnvoySimulator) -> tuple[EnvoyData, Truth, SupportedFeatures]:
    envoy = await connected(simulator)
    try:
        await envoy.probe()
        data = await envoy.update()
        return data, simulator.truth(), envoy.supported_features
    finally:
        await envoy.close()
        await simulator.stop()


@pytest.mark.parametrize("shape", Shape, ids=lambda shape: shape.name)
async def test_pyenphase_reads_the_truth_of_a_shape(shape: Shape) -> None:
    data, truth, features = await read(gateway(shape))

    production = data.system_production
    assert production is not None
    assert production.watts_now == pytest.approx(truth.production.power_w, abs=1)
    assert production.watt_hours_lifetime == pytest.approx(
        truth.production.energy_kwh * 1000, abs=1
    )
    assert (data.system_consumption is not None) == (truth.consumption is not None)
    if data.system_consumption and truth.consumption:
        consumption = data.system_consumption
        assert consumption.watts_now == pytest.approx(truth.consumption.power_w, abs=1)
        assert consumption.watt_hours_lifetime == pytest.approx(
            truth.consumption.energy_kwh * 1000, abs=2
        )
    assert bool(features & SupportedFeatures.DETAILED_INVERTERS) == (shape in DETAILED)


@pytest.mark.parametrize("shape", Shape, ids=lambda shape: shape.name)
async def test_pyenphase_reads_the_true_ct_of_each_kind(shape: Shape) -> None:
    data, truth, _ = await read(gateway(shape))

    assert {str(kind) for kind in data.ctmeters} == {str(kind) for kind in truth.cts}
    for kind, meter in data.ctmeters.items():
        total = truth.cts[CtKind(str(kind))].total
        assert meter is not None
        assert meter.active_power == pytest.approx(total.power_w, abs=1)
        assert meter.energy_delivered == pytest.approx(total.delivered_wh, abs=1)
        assert meter.energy_received == pytest.approx(total.received_wh, abs=1)
        assert meter.voltage == pytest.approx(total.voltage, abs=0.01)
        assert meter.frequency == pytest.approx(total.frequency, abs=0.01)


@pytest.mark.parametrize(
    "shape", [each for each in Shape if each not in NO_INVERTERS], ids=lambda shape: shape.name
)
async def test_pyenphase_reads_every_panels_last_report(shape: Shape) -> None:
    data, truth, _ = await read(gateway(shape))

    panels = {serial for serial, panel in truth.panels.items() if not panel.retired}
    acbs = {serial for serial, battery in truth.batteries.items() if battery.kind == "ACB"}
    assert panels <= data.inverters.keys() <= panels | acbs
    for serial in panels:
        inverter, panel = data.inverters[serial], truth.panels[serial]
        assert inverter.last_report_date == panel.reported_at
        assert inverter.last_report_watts == panel.power_w
        if shape in DETAILED:
            assert inverter.lifetime_energy == pytest.approx(panel.energy_kwh * 1000, abs=1)
            assert inverter.energy_today == pytest.approx(panel.energy_today_kwh * 1000, abs=1)
            assert inverter.dc_voltage == panel.dc_voltage_v
            assert inverter.dc_current == panel.dc_current_a
            assert inverter.temperature == panel.temperature_c


@pytest.mark.parametrize(
    "shape",
    [shape for shape in Shape if shape.fittings.encharges],
    ids=lambda shape: shape.name,
)
async def test_pyenphase_reads_the_batteries(shape: Shape) -> None:
    simulator = gateway(shape)
    simulator.site.set_soc(61)
    data, truth, _ = await read(simulator)

    storage = truth.storage
    assert storage is not None
    assert data.encharge_power is not None
    assert data.encharge_inventory is not None
    for serial, power in data.encharge_power.items():
        assert power.real_power_mw == pytest.approx(truth.batteries[serial].power_w * 1000, abs=1)
        assert power.soc == 61
        assert data.encharge_inventory[serial].percent_full == 61
        lean = shape.firmware.number >= (8,)
        assert (data.encharge_inventory[serial].operating is None) == lean
    assert data.encharge_aggregate is not None
    encharges = [each for each in truth.batteries.values() if each.kind == "ENCHARGE"]
    capacity = sum(each.capacity_wh for each in encharges)
    assert data.encharge_aggregate.max_available_capacity == capacity
    assert data.tariff is not None
    assert data.tariff.storage_settings is not None


async def test_pyenphase_reads_ac_batteries_beside_encharges() -> None:
    simulator = gateway(Shape.D8_2_ACB)
    simulator.site.set_soc(61)
    data, truth, features = await read(simulator)

    assert features & SupportedFeatures.ACB
    assert data.acb_power is not None
    assert data.acb_power.batteries == 3
    assert data.acb_power.state == "charging"
    acbs = [each for each in truth.batteries.values() if each.kind == "ACB"]
    assert data.acb_power.power == pytest.approx(sum(each.power_w for each in acbs), abs=1)
    assert set(data.acb_inventory or ()) == {each.serial for each in acbs}
    assert data.battery_aggregate is not None
    assert data.battery_aggregate.max_available_capacity == 8600


async def test_pyenphase_finds_collar_combiner_controller_and_generator() -> None:
    data, *_ = await read(gateway(Shape.D8_3_COLLAR))
    assert data.collar is not None
    assert (data.collar.grid_state, data.collar.mid_state) == ("on_grid", "close")
    assert data.c6cc is not None

    data, *_ = await read(gateway(Shape.D8_3_GENERATOR))
    assert data.enpower is not None
    assert data.enpower.mains_oper_state == "closed"
    assert data.generator is not None
    assert data.generator.present


async def test_pyenphase_reads_every_kind_of_ct_at_once() -> None:
    simulator = gateway(Shape.D8_3_STORAGE_PHASE, fittings=EVERYTHING)
    data, truth, _ = await read(simulator)

    assert len(truth.cts) == 7
    assert {str(kind) for kind in data.ctmeters} == {str(kind) for kind in truth.cts}


@pytest.mark.parametrize("phases", [1, 2, 3])
@pytest.mark.parametrize("cts", [LOAD_ONLY, Shape.D8_3_METERED.fittings.cts])
async def test_pyenphase_reads_one_two_and_three_phases(
    phases: int, cts: frozenset[CtKind]
) -> None:
    fittings = Fittings(phases=phases, cts=cts)
    data, truth, _ = await read(gateway(Shape.D8_3_METERED, fittings=fittings))

    shown = data.system_production_phases or {}
    assert len(shown) == (phases if phases > 1 else 0)
    for name, phase in shown.items():
        assert phase is not None
        power, energy = truth.production.phases[int(name[1]) - 1]
        assert phase.watts_now == pytest.approx(power, abs=1)
        assert phase.watt_hours_lifetime == pytest.approx(energy * 1000, abs=1)


async def test_at_sixty_panels_device_data_is_cut_off_and_pyenphase_falls_back() -> None:
    simulator = gateway(panels=60)
    data, truth, features = await read(simulator)

    assert not features & SupportedFeatures.DETAILED_INVERTERS
    assert len(data.inverters) == len(truth.panels) == 60
    assert any(path == "/ivp/pdm/device_data" for _, path in simulator.requests)


async def test_firmware_3_is_all_zeros_right_after_a_start() -> None:
    simulator = gateway(Shape.R3_17_STANDARD)
    assert simulator.gateway.has(Bug.ZEROS_AFTER_START)
    envoy = await connected(simulator)
    try:
        await envoy.probe()
        simulator.restart(zeros=True, seconds=180)
        with pytest.raises(EnvoyPoorDataQuality):
            await envoy.update()
        simulator.site.clock.advance(181)
        data = await envoy.update()
        assert data.system_production is not None
        assert data.system_production.watt_hours_lifetime > 1_000_000
        await envoy.close()
    finally:
        await simulator.stop()


async def test_a_gateway_that_says_503_cannot_be_probed() -> None:
    simulator = gateway()
    envoy = await connected(simulator)
    try:
        simulator.restart(seconds=180)
        with pytest.raises(EnvoyProbeFailed):
            await envoy.probe()
        await envoy.close()
    finally:
        await simulator.stop()
