"""Every firmware of the simulator gives the right numbers: those of the house's own truth."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from custom_components.solar_monitor.clients.envoy.endpoints import Block, Group
from custom_components.solar_monitor.clients.envoy.gateway import Gateway, GatewayPoll
from custom_components.solar_monitor.clients.envoy.link import GatewayLink
from custom_components.solar_monitor.clients.envoy.readings import (
    Battery,
    BatterySum,
    Ct,
    CtKind,
    Grid,
    Meter,
    Origin,
    Panel,
    Phase,
)
from tests.simulators.envoy import EnvoySimulator, Fault, Fittings, Shape, envoy_house
from tests.simulators.envoy.shapes import EVERYTHING, CtKind as TheirKind
from tests.simulators.envoy.truth import (
    BatteryTruth,
    FlowTruth,
    GridTruth,
    PanelTruth,
    StorageTruth,
)
from tests.simulators.site import Clock

pytestmark = pytest.mark.usefixtures("socket_enabled")

NOON = datetime(2026, 6, 21, 10, 30, tzinfo=UTC)
DUSK = datetime(2026, 6, 21, 19, 0, tzinfo=UTC)
NIGHT = datetime(2026, 6, 21, 1, 0, tzinfo=UTC)

WATT = 1.0
"""Some endpoints tell whole watts."""
WH = 0.002
"""And whole Wh; the meters' own consumption at night is not in the truth."""
TRACE_KWH = 0.03

LOCKED = frozenset({Shape.D7_3_LOCKED})
"""Where the owner's token reads no panels."""


@asynccontextmanager
async def running(
    shape: Shape,
    start: datetime = NOON,
    *,
    panels: int = 8,
    fittings: Fittings | None = None,
) -> AsyncIterator[tuple[EnvoySimulator, Gateway]]:
    """Run a gateway and read it, on one clock."""
    fitted = fittings or shape.fittings
    clock = Clock(start)
    site = envoy_house(clock, panels=panels, fittings=fitted)
    simulator = EnvoySimulator(site, shape=shape, panels=panels, fittings=fitted)
    host = await simulator.start()
    link = GatewayLink(
        host,
        fingerprint=simulator.fingerprint,
        token=simulator.token() if simulator.fingerprint else None,
        serial=simulator.serial,
        now=clock.timestamp,
    )
    gateway = Gateway(link, serial=simulator.serial, monotonic=clock.timestamp, now=clock.timestamp)
    try:
        yield simulator, gateway
    finally:
        await gateway.close()
        await link.close()
        await simulator.stop()


async def ask_all(gateway: Gateway) -> GatewayPoll:
    """Poll everything once; the last poll has it all."""
    for group in Group:
        await gateway.poll(group, time_limit_s=20)
    return await gateway.poll(Group.FAST, time_limit_s=20)


def check_meter(meter: Meter | None, truth: FlowTruth | None, phases: int) -> None:
    """A meter shows what it should, phases and all."""
    if truth is None:
        assert meter is None
        return
    assert meter
    assert meter.power_w == pytest.approx(truth.power_w, abs=WATT)
    if truth.energy_kwh:  # inverters that have not reported yet count, and not in the truth
        assert meter.energy_kwh == pytest.approx(truth.energy_kwh, abs=TRACE_KWH)
    if meter.origin is Origin.CT and phases > 1:
        assert len(meter.phases) == phases
        for phase, (watts, kwh) in zip(meter.phases, truth.phases, strict=True):
            assert phase == Phase(
                power_w=pytest.approx(watts, abs=WATT),  # type: ignore[arg-type]
                energy_kwh=pytest.approx(kwh, abs=TRACE_KWH),  # type: ignore[arg-type]
            )


def check_grid(grid: Grid | None, truth: GridTruth | None) -> None:
    """The grid is what the net CT reads."""
    if truth is None:
        assert grid is None
        return
    assert grid
    assert grid.power_w == pytest.approx(truth.power_w, abs=WATT)
    assert grid.import_kwh == pytest.approx(truth.import_kwh, abs=WH)
    assert grid.export_kwh == pytest.approx(truth.export_kwh, abs=WH)
    assert [phase.power_w for phase in grid.phases] == [
        pytest.approx(watts, abs=WATT) for watts, _, _ in truth.phases
    ]


def check_panel(panel: Panel, truth: PanelTruth, now: float) -> None:
    """A panel shows its last report; one that is silent for years is retired."""
    gone = truth.retired or now - (truth.reported_at or now) > 366 * 86_400
    assert panel.retired is gone
    if gone:
        return
    assert panel.reported_at == truth.reported_at
    assert panel.power_w == truth.power_w
    assert panel.power_max_w == truth.power_max_w
    assert set(truth.conditions) <= set(panel.conditions)  # dark panels have some of their own
    assert panel.producing is truth.producing
    if not panel.details or panel.energy_kwh is None:
        return
    for name in ("energy_kwh", "energy_today_kwh", "interval_wh"):
        assert getattr(panel, name) == pytest.approx(getattr(truth, name), abs=WH), name
    for name in ("dc_voltage_v", "dc_current_a", "ac_voltage_v", "frequency_hz"):
        assert getattr(panel, name) == pytest.approx(getattr(truth, name), abs=0.002), name
    assert (panel.interval_s, panel.temperature_c) == (truth.interval_s, truth.temperature_c)
    assert panel.error_s == truth.error_s
    assert int(panel.flags or "0", 16) == truth.flags


def check_battery(battery: Battery, truth: BatteryTruth) -> None:
    """A battery shows its state."""
    assert battery.kind.value == truth.kind.lower()
    assert battery.soc == truth.soc
    assert battery.power_w == pytest.approx(truth.power_w, abs=WATT)
    assert battery.temperature_c == truth.temperature_c


def check_storage(battery: BatterySum | None, truth: StorageTruth | None) -> None:
    """All batteries together."""
    if truth is None:
        assert battery is None
        return
    assert battery
    assert battery.soc == truth.soc
    assert battery.power_w == pytest.approx(truth.power_w, abs=2 * WATT)
    assert battery.energy_stored_kwh == pytest.approx(truth.energy_stored_kwh, abs=0.1)
    assert battery.capacity_kwh == truth.capacity_kwh


def check(simulator: EnvoySimulator, poll: GatewayPoll) -> None:
    """All readings are those of a perfect client."""
    truth, readings = simulator.truth(), poll.readings
    phases = simulator.gateway.fittings.phases
    check_meter(readings.production, truth.production, phases)
    check_meter(readings.consumption, truth.consumption, phases)
    check_grid(readings.grid, truth.grid)
    check_storage(readings.battery, truth.storage)
    if simulator.shape not in LOCKED:
        assert readings.panels.keys() == truth.panels.keys()
        assert readings.batteries.keys() == truth.batteries.keys()
    for serial, panel in readings.panels.items():
        check_panel(panel, truth.panels[serial], truth.at)
    for serial, battery in readings.batteries.items():
        check_battery(battery, truth.batteries[serial])


@pytest.mark.parametrize("start", [NOON, DUSK, NIGHT], ids=["noon", "dusk", "night"])
@pytest.mark.parametrize("shape", Shape)
async def test_each_firmware_gives_the_right_numbers(shape: Shape, start: datetime) -> None:
    async with running(shape, start) as (simulator, gateway):
        for _ in range(7):
            check(simulator, await ask_all(gateway))
            simulator.site.clock.advance(60)
        assert simulator.most_at_once <= 2


@pytest.mark.parametrize("shape", [each for each in Shape if each.firmware.number >= (8,)])
async def test_it_does_with_everything_that_can_be_fitted(shape: Shape) -> None:
    fittings = replace(EVERYTHING, phases=shape.fittings.phases)
    async with running(shape, fittings=fittings) as (simulator, gateway):
        poll = await ask_all(gateway)
        truth = simulator.truth()
        assert {kind.value.replace("_", "-") for kind in poll.readings.cts} == set(truth.cts)
        for kind, ct in poll.readings.cts.items():
            check_ct(ct, simulator, kind)
        check_storage(poll.readings.battery, truth.storage)
        assert poll.readings.collar
        assert poll.readings.collar.grid_present
        assert poll.readings.c6
        assert gateway.shape.cts == tuple(kind for kind in CtKind if kind in poll.readings.cts)


def check_ct(ct: Ct, simulator: EnvoySimulator, kind: CtKind) -> None:
    """A CT and its phases read what they should."""
    truth = simulator.truth().cts[TheirKind(kind.value.replace("_", "-"))]
    phases = truth.phases if len(truth.phases) > 1 else ()
    for channel, read in ((truth.total, ct.total), *zip(phases, ct.phases, strict=True)):
        assert read.power_w == pytest.approx(channel.power_w, abs=0.01)
        assert read.delivered_kwh == pytest.approx(channel.delivered_wh / 1000, abs=WH)
        assert read.received_kwh == pytest.approx(channel.received_wh / 1000, abs=WH)
        assert read.voltage_v == pytest.approx(channel.voltage, abs=0.01)
        assert read.current_a == pytest.approx(channel.current, abs=0.01)
        assert read.frequency_hz == pytest.approx(channel.frequency, abs=0.01)
        assert read.power_factor == pytest.approx(channel.power_factor, abs=0.01)
        assert read.apparent_va == pytest.approx(channel.apparent_va, abs=0.01)
        assert read.reactive_var == pytest.approx(channel.reactive_var, abs=0.01)


async def test_a_storage_ct_with_a_dead_phase_never_shows_half_of_its_energy() -> None:
    async with running(Shape.D8_3_STORAGE_PHASE, DUSK) as (simulator, gateway):
        believed = 0
        for _ in range(9):
            total = (await ask_all(gateway)).readings.cts[CtKind.STORAGE].total
            truth = simulator.truth().cts[TheirKind.STORAGE].total
            if total.delivered_kwh is not None:
                believed += 1
                assert total.delivered_kwh == pytest.approx(truth.delivered_wh / 1000, abs=WH)
            simulator.site.clock.advance(60)
        assert 0 < believed < 9


async def test_sixty_panels_all_have_power_and_those_within_the_limit_have_details() -> None:
    async with running(Shape.D8_3_METERED, panels=60) as (simulator, gateway):
        poll = await ask_all(gateway)
        check(simulator, poll)
        detailed = [panel for panel in poll.readings.panels.values() if panel.details]
        assert len(poll.readings.panels) == 60
        assert 45 <= len(detailed) <= 50


async def test_removed_panels_are_retired_and_not_part_of_the_shape() -> None:
    async with running(Shape.D8_3_REMOVED_PANELS) as (_, gateway):
        poll = await ask_all(gateway)
        retired = {serial for serial, panel in poll.readings.panels.items() if panel.retired}
        assert len(retired) == 2
        assert len(gateway.shape.panels) == 8
        assert retired.isdisjoint(gateway.shape.panels)


async def test_batteries_that_do_not_know_their_temperature_tell_all_else() -> None:
    async with running(Shape.D8_1_BATTERY) as (simulator, gateway):
        await ask_all(gateway)
        simulator.restart(zeros=True, seconds=180)
        poll = await ask_all(gateway)
        assert {battery.temperature_c for battery in poll.readings.batteries.values()} == {None}
        assert len(poll.readings.batteries) == 2


@pytest.mark.parametrize("shape", Shape)
async def test_after_a_restart_all_is_right_again_with_one_round(shape: Shape) -> None:
    async with running(shape) as (simulator, gateway):
        await ask_all(gateway)
        before = gateway.shape
        for zeros in (False, True):
            simulator.restart(zeros=zeros, seconds=180)
            for _ in range(3):
                await ask_all(gateway)
                simulator.site.clock.advance(60)
            simulator.site.clock.advance(3_600)
            check(simulator, await ask_all(gateway))
        assert gateway.shape == before


@pytest.mark.parametrize(
    "shape", [each for each in Shape if each.fittings.cts and each not in LOCKED]
)
async def test_meters_that_have_just_started_never_show_their_zeros(shape: Shape) -> None:
    async with running(shape) as (simulator, gateway):
        check(simulator, await ask_all(gateway))
        simulator.restart(zeros=True, seconds=180)
        for _ in range(5):
            simulator.site.clock.advance(30)
            production = (await ask_all(gateway)).readings.production
            assert production
            assert production.power_w
            assert production.energy_kwh
        simulator.site.clock.advance(60)
        check(simulator, await ask_all(gateway))


async def test_live_data_are_those_of_the_house() -> None:
    async with running(Shape.D8_2_STORAGE) as (simulator, gateway):
        assert await gateway.arm_live()
        simulator.site.clock.advance(2)
        live, truth = await gateway.read_live(), simulator.truth().live
        assert live.streaming
        for name in ("pv_w", "grid_w", "battery_w", "load_w"):
            assert getattr(live, name) == pytest.approx(getattr(truth, name), abs=WATT), name
        assert live.soc == truth.soc
        simulator.site.clock.advance(3_600)
        assert not (await gateway.read_live()).streaming


async def test_a_firmware_update_is_noticed_and_everything_is_asked_anew() -> None:
    async with running(Shape.D7_6_THREE_PHASES) as (simulator, gateway):
        await ask_all(gateway)
        assert not gateway.shape.panel_details
        simulator.update_firmware(Shape.D8_3_UNKNOWN_EIDS)
        simulator.site.clock.advance(3_600)
        info = await gateway.identify()
        assert info.firmware == "8.3.5025"
        check(simulator, await ask_all(gateway))
        assert gateway.shape.panel_details


SPOILS = [
    Fault.FAIL,
    Fault.TRUNCATED,
    Fault.CUT,
    Fault.HTML,
    Fault.EMPTY,
    Fault.UNAUTHORIZED,
    Fault.FORBIDDEN,
    Fault.NOT_FOUND,
    Fault.MOVED,
    Fault.RESET,
    Fault.WRONG_SHAPE,
    Fault.ERROR_OBJECT,
    Fault.NULLS,
    Fault.TEXTS,
]


@pytest.mark.parametrize("fault", SPOILS)
async def test_readings_that_fail_leave_the_house_its_production(fault: Fault) -> None:
    async with running(Shape.D8_3_METERED) as (simulator, gateway):
        await ask_all(gateway)
        simulator.fault("/ivp/meters/readings", fault)
        for _ in range(3):
            simulator.site.clock.advance(30)
            poll = await ask_all(gateway)
            assert Block.READINGS in poll.report.failed
            assert poll.readings.production
            assert poll.readings.production.power_w == pytest.approx(
                simulator.truth().production.power_w, abs=2 * WATT
            )
        simulator.clear_faults()
        simulator.site.clock.advance(30)
        check(simulator, await ask_all(gateway))
