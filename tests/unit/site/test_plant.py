"""What becomes of contributions: one plant in which nothing is counted twice."""

from typing import Final

import pytest

from custom_components.solar_monitor.logic.contribution import Contribution
from custom_components.solar_monitor.logic.flows import (
    AcArray,
    Feed,
    Hybrid,
    Meter,
    PortUse,
    Reading,
)
from custom_components.solar_monitor.site.options_data import SiteOptions
from custom_components.solar_monitor.site.plant import (
    PROOF_POLLS,
    Assembly,
    MeterKind,
    Proofs,
    assemble,
    ct_of,
    offer_proofs,
    port_of,
)

NOW: Final = 1_800_000_000.0
CLOUD: Final = "enl_9"
GATEWAY: Final = "122302098765"
INVERTER: Final = "2712345678"


def watts(value: float = 500.0, *, at: float = NOW) -> Reading:
    """A power of this moment."""
    return Reading(value, at)


def cloud(*gateways: str) -> Contribution:
    """A system of an account that knows some gateways."""
    return Contribution(
        name="enl_user",
        arrays=(AcArray(name=CLOUD, power=watts()),),
        told_better={CLOUD: frozenset(gateways)},
    )


def gateway(serial: str = GATEWAY) -> Contribution:
    """A gateway of panels."""
    return Contribution(
        name=serial,
        gateways=frozenset({serial}),
        arrays=(AcArray(name=serial, power=watts()),),
    )


def inverter(*, port_use: PortUse = PortUse.NOTHING, at: float = NOW) -> Contribution:
    """A hybrid with a CT and a generator port that carry power."""
    return Contribution(
        name=INVERTER,
        hybrids=(
            Hybrid(
                name=INVERTER,
                strings=watts(),
                grid_port=watts(),
                load_port=watts(),
                ct=watts(at=at),
                port=watts(at=at),
                port_use=port_use,
            ),
        ),
    )


def assembled(
    *contributions: Contribution,
    options: SiteOptions | None = None,
    proofs: Proofs | None = None,
    configured: frozenset[str] | None = None,
) -> Assembly:
    """Put a plant together; all sources that give something are configured."""
    names = frozenset(given.name for given in contributions)
    return assemble(
        contributions, options or SiteOptions(), proofs or Proofs(), configured or names
    )


@pytest.mark.parametrize(
    ("contributions", "arrays"),
    [
        ((cloud(GATEWAY),), [CLOUD]),
        ((cloud(GATEWAY), gateway()), [GATEWAY]),
        ((cloud("another"), gateway()), [CLOUD, GATEWAY]),
        ((cloud(), gateway()), [GATEWAY]),
        ((cloud(), inverter()), [CLOUD]),
        ((cloud(),), [CLOUD]),
    ],
    ids=[
        "the gateway is not here",
        "the gateway is here",
        "another gateway is here",
        "whose gateway it is, is not known yet",
        "an inverter is no gateway",
        "the account alone",
    ],
)
def test_panels_that_two_sources_tell_of_count_once(
    contributions: tuple[Contribution, ...], arrays: list[str]
) -> None:
    assert [array.name for array in assembled(*contributions).plant.arrays] == arrays


def test_a_gateway_that_takes_no_part_in_the_site_still_tells_of_its_panels() -> None:
    configured = frozenset({"enl_user", GATEWAY})
    assert assembled(cloud(GATEWAY), configured=configured).plant.arrays == ()


def proven(*, polls: int) -> Proofs:
    """What some polls have proved."""
    proofs = Proofs()
    for poll in range(polls):
        offer_proofs(proofs, [inverter(at=NOW + poll)])
        offer_proofs(proofs, [inverter(at=NOW + poll)])
    return Proofs(proofs.to_dict())


@pytest.mark.parametrize("polls", [PROOF_POLLS - 1, PROOF_POLLS])
def test_a_ct_and_a_generator_are_there_once_they_have_carried_power(polls: int) -> None:
    proofs = proven(polls=polls)
    there = polls == PROOF_POLLS
    assert proofs.hold(ct_of(INVERTER)) is proofs.hold(port_of(INVERTER)) is there
    assembly = assembled(inverter(port_use=PortUse.GENERATOR), proofs=proofs)
    assert assembly.generators == (frozenset({INVERTER}) if there else frozenset())
    kind = MeterKind.EXTERNAL_CT if there else MeterKind.GRID_PORTS
    assert assembly.meter_kind is kind


def test_a_port_that_carries_micro_inverters_is_no_generator() -> None:
    proofs = proven(polls=PROOF_POLLS)
    assert not assembled(inverter(port_use=PortUse.MICRO_INVERTERS), proofs=proofs).generators


def test_a_lone_array_beside_a_port_for_micro_inverters_hangs_on_it() -> None:
    plant = assembled(gateway(), inverter(port_use=PortUse.MICRO_INVERTERS)).plant
    assert [array.feed for array in plant.arrays] == [Feed.GENERATOR_PORT]
    two = assembled(gateway(), gateway("1"), inverter(port_use=PortUse.MICRO_INVERTERS)).plant
    assert two.unplaced == (GATEWAY, "1"), "nobody can tell which of them"


@pytest.mark.parametrize(
    ("chosen", "meter", "kind"),
    [
        (None, GATEWAY, MeterKind.METER),
        (INVERTER, INVERTER, MeterKind.EXTERNAL_CT),
        ("inverters", None, MeterKind.GRID_PORTS),
        ("one that is gone", GATEWAY, MeterKind.METER),
    ],
)
def test_the_meter_is_the_one_that_was_chosen_else_one_that_is_there(
    chosen: str | None, meter: str | None, kind: MeterKind
) -> None:
    metered = Contribution(name=GATEWAY, meters=(Meter(name=GATEWAY, power=watts()),))
    assembly = assembled(metered, inverter(), options=SiteOptions(grid_meter=chosen))
    assert assembly.meter_kind is kind
    assert (assembly.plant.meter and assembly.plant.meter.name) == meter
