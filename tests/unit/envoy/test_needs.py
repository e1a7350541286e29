"""Which endpoints are worth asking."""

from dataclasses import replace

import pytest

from custom_components.solar_monitor.clients.envoy.endpoints import ENDPOINTS, Block, Group
from custom_components.solar_monitor.clients.envoy.needs import Known, interval_s
from custom_components.solar_monitor.clients.envoy.readings import BatteryKind, CtKind
from custom_components.solar_monitor.clients.envoy.shape import Shape

NOTHING = Known(
    firmware="8.3.5167",
    metered=True,
    shape=Shape(),
    cts=frozenset(),
    healthy=frozenset(),
    answered=frozenset(),
    tried=frozenset(),
    v1_believed=False,
    panels_complete=False,
)
HEALTHY = frozenset({Block.METERS, Block.READINGS, Block.DEVICE_DATA, Block.PDM_ENERGY})
METERED = replace(
    NOTHING,
    cts={CtKind.PRODUCTION, CtKind.NET_CONSUMPTION},
    healthy=HEALTHY,
    answered=HEALTHY,
    tried=HEALTHY,
    panels_complete=True,
)
STANDARD = replace(
    METERED,
    metered=False,
    cts=frozenset(),
    v1_believed=True,
    healthy=HEALTHY - {Block.READINGS} | {Block.V1_PRODUCTION},
)
BATTERIES = Shape(batteries={"1": BatteryKind.ENCHARGE}, enpower="2")
ACBS = Shape(batteries={"1": BatteryKind.ACB})


def needed(known: Known, group: Group = Group.FAST) -> dict[Block, float]:
    """Name the blocks of a group that are needed, and how often."""
    blocks = (block for block, endpoint in ENDPOINTS.items() if endpoint.group is group)
    paces = {block: interval_s(block, known) for block in blocks}
    return {block: pace for block, pace in paces.items() if pace is not None}


def test_a_metered_gateway_is_asked_for_its_readings_alone() -> None:
    assert needed(METERED) == {Block.METERS: 300, Block.READINGS: 0}


def test_a_standard_gateway_is_asked_for_its_production_alone() -> None:
    assert needed(STANDARD) == {Block.METERS: 300, Block.V1_PRODUCTION: 0}


def test_of_a_gateway_that_nobody_knows_all_sources_are_asked() -> None:
    assert needed(NOTHING) == {Block.METERS: 0, Block.V1_PRODUCTION: 0, Block.PRODUCTION: 0}


def test_while_readings_are_silent_others_stand_in() -> None:
    silent = replace(METERED, healthy=HEALTHY - {Block.READINGS})
    assert needed(silent) == {
        Block.METERS: 300,
        Block.READINGS: 0,
        Block.V1_PRODUCTION: 0,
        Block.PRODUCTION: 0,
    }


def test_a_ct_that_is_remembered_is_missed_while_its_meters_are_silent() -> None:
    shape = Shape(cts=(CtKind.PRODUCTION,))
    known = replace(STANDARD, shape=shape, answered=frozenset(), metered=True)
    assert Block.PRODUCTION in needed(known)
    assert Block.PRODUCTION in needed(replace(STANDARD, shape=shape))


def test_a_gateway_that_stalls_is_asked_for_its_inverters_as_well() -> None:
    known = replace(STANDARD, v1_believed=False)
    assert needed(known) == {Block.METERS: 300, Block.V1_PRODUCTION: 0, Block.PRODUCTION: 0}


def test_a_ct_for_the_grid_alone_does_not_measure_production() -> None:
    known = replace(METERED, cts={CtKind.NET_CONSUMPTION}, v1_believed=True)
    known = replace(known, healthy=HEALTHY | {Block.V1_PRODUCTION})
    assert needed(known) == {Block.METERS: 300, Block.READINGS: 0, Block.V1_PRODUCTION: 0}


def test_the_sums_come_from_the_slow_endpoint_where_the_light_one_fails() -> None:
    known = replace(METERED, healthy=HEALTHY - {Block.PDM_ENERGY})
    assert needed(known)[Block.PRODUCTION] == 600
    assert Block.PRODUCTION not in needed(replace(known, tried=frozenset()))


def test_batteries_are_asked_for_each_minute_and_only_where_there_are_some() -> None:
    assert needed(replace(METERED, shape=BATTERIES)) == {
        Block.METERS: 300,
        Block.READINGS: 0,
        Block.ENSEMBLE_SECCTRL: 60,
        Block.ENSEMBLE_POWER: 60,
        Block.ENSEMBLE_RELAY: 60,
    }
    assert needed(replace(METERED, shape=ACBS)) == {
        Block.METERS: 300,
        Block.READINGS: 0,
        Block.PRODUCTION: 60,
        Block.ENSEMBLE_SECCTRL: 60,
    }


@pytest.mark.parametrize(
    ("changes", "short_list"),
    [
        ({}, False),
        ({"panels_complete": False}, True),
        ({"healthy": HEALTHY - {Block.DEVICE_DATA}}, True),
        ({"shape": ACBS}, True),
        ({"healthy": frozenset(), "tried": frozenset()}, False),
    ],
)
def test_the_short_list_is_for_panels_without_details(
    changes: dict[str, object], *, short_list: bool
) -> None:
    known = replace(METERED, **changes)  # type: ignore[arg-type]
    assert (Block.V1_INVERTERS in needed(known, Group.PANELS)) is short_list
    assert Block.DEVICE_DATA in needed(known, Group.PANELS)


def test_settings_are_asked_for_where_there_is_something_to_set() -> None:
    plain = {Block.ENSEMBLE_INVENTORY: 0.0, Block.PDM_ENERGY: 0.0, Block.INVENTORY: 0.0}
    assert needed(METERED, Group.SLOW) == plain
    assert needed(replace(METERED, shape=BATTERIES), Group.SLOW) == plain | {
        Block.TARIFF: 0,
        Block.GENERATOR: 0,
    }
    generator = replace(BATTERIES, batteries={}, generator=True)
    assert needed(replace(METERED, shape=generator), Group.SLOW) == plain | {
        Block.TARIFF: 0,
        Block.GENERATOR: 0,
        Block.GENERATOR_MODE: 0,
    }


@pytest.mark.parametrize(("firmware", "asked"), [("3.17.3", False), ("5.0.62", True), ("0", False)])
def test_old_firmware_is_not_asked_for_batteries(firmware: str, *, asked: bool) -> None:
    known = replace(METERED, firmware=firmware)
    assert (Block.ENSEMBLE_INVENTORY in needed(known, Group.SLOW)) is asked


def test_identity_is_asked_for_by_the_hour() -> None:
    assert needed(METERED, Group.IDENTITY) == {
        Block.INFO: 3_600,
        Block.LIVEDATA: 0,
        Block.HOME: 0,
    }
