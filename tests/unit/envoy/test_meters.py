"""Current transformers: two endpoints joined by eid."""

import pytest

from custom_components.solar_monitor.clients.envoy.meters import (
    MeterReadings,
    Verdict,
    join,
    kind_of,
    phase_count,
    read_meter_readings,
    read_meters,
)
from custom_components.solar_monitor.clients.envoy.readings import Ct, CtChannel, CtKind

from . import documents as docs


def joined(
    meters: list[docs.Doc],
    readings: list[docs.Doc],
    verdicts: dict[CtKind, Verdict] | None = None,
) -> dict[CtKind, Ct]:
    return join(read_meters(meters), read_meter_readings(readings), verdicts or {})


@pytest.mark.parametrize("kind", CtKind)
def test_every_kind_is_known_by_the_gateways_word(kind: CtKind) -> None:
    assert kind_of(kind.value.replace("_", "-")) is kind


def test_other_words_are_no_kind() -> None:
    assert kind_of("heat-pump") is None
    assert kind_of(7) is None


def test_a_meter_is_read_in_our_units() -> None:
    cts = joined(
        [docs.meter(docs.PRODUCTION_EID, meteringStatus="check-wiring", statusFlags=["odd"])],
        [docs.reading(docs.PRODUCTION_EID, 2_100, 5_100_000, 12.5)],
    )
    assert cts == {
        CtKind.PRODUCTION: Ct(
            kind=CtKind.PRODUCTION,
            metering_status="check-wiring",
            status_flags=("odd",),
            total=CtChannel(
                power_w=2_100,
                delivered_kwh=5_100,
                received_kwh=0.0125,
                voltage_v=230.5,
                current_a=10,
                frequency_hz=50,
                power_factor=0.98,
                apparent_va=2_142,
                reactive_var=20,
            ),
        )
    }
    assert cts[CtKind.PRODUCTION].measured_at == 1_782_039_600


def test_readings_of_meters_that_are_not_configured_are_passed_over() -> None:
    cts = joined(
        [docs.meter(docs.NET_EID)],
        [docs.reading(docs.UNKNOWN_EID, 0, 0), docs.reading(docs.NET_EID, -5, 1_000)],
    )
    assert set(cts) == {CtKind.NET_CONSUMPTION}
    assert cts[CtKind.NET_CONSUMPTION].total.power_w == -5


def test_a_meter_without_a_reading_has_no_values() -> None:
    ct = joined([docs.meter(docs.NET_EID, 3)], [])[CtKind.NET_CONSUMPTION]
    assert ct.total == CtChannel()
    assert ct.phases == ()
    assert ct.measured_at is None


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "disabled"},
        {"measurementType": "heat-pump"},
        {"eid": None},
    ],
)
def test_meters_that_are_off_or_unknown_are_left_out(changes: dict[str, object]) -> None:
    assert read_meters([docs.meter(docs.NET_EID) | changes, "nonsense"]) == ()


@pytest.mark.parametrize(("phases", "count"), [(1, 0), (2, 2), (3, 3)])
def test_as_many_phases_as_configured_however_many_channels_are_listed(
    phases: int, count: int
) -> None:
    ct = joined(
        [docs.meter(docs.NET_EID, phases)], [docs.reading(docs.NET_EID, 600, 6_000, 0, phases)]
    )[CtKind.NET_CONSUMPTION]
    assert len(ct.phases) == count
    assert all(phase.power_w == 600 / phases for phase in ct.phases)


@pytest.mark.parametrize(("said", "believed"), [(0, 1), (-1, 1), (7, 3), ("three", 1), (2, 2)])
def test_an_impossible_number_of_phases_is_made_a_possible_one(said: object, believed: int) -> None:
    assert phase_count(read_meters([docs.meter(docs.NET_EID, phaseCount=said)])) == believed


def test_without_meters_there_is_one_phase() -> None:
    assert phase_count(()) == 1


def test_what_is_not_believed_is_left_out() -> None:
    ct = joined(
        [docs.meter(docs.STORAGE_EID, 2)],
        [docs.reading(docs.STORAGE_EID, 500, 2_000, 3_000, 2)],
        {CtKind.STORAGE: Verdict(total=False, bad_phases=frozenset({0}))},
    )[CtKind.STORAGE]
    assert ct.total == CtChannel()
    assert ct.phases[0] == CtChannel()
    assert ct.phases[1].power_w == 250


def test_readings_without_an_eid_are_nobodys() -> None:
    assert read_meter_readings([{"activePower": 5}]) == MeterReadings()
