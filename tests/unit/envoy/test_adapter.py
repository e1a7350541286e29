"""What pyenphase is asked, and what is made of its answers."""

from collections.abc import Mapping
import copy
from types import SimpleNamespace
from typing import Any

import orjson
from pyenphase.envoy import get_updaters
from pyenphase.updaters.base import EnvoyUpdater
import pytest

from custom_components.solar_monitor.clients.envoy.adapter import (
    Statement,
    Statements,
    interpret,
)
from custom_components.solar_monitor.clients.envoy.library import Tools, find_tools
from custom_components.solar_monitor.clients.envoy.meters import Verdict
from custom_components.solar_monitor.clients.envoy.readings import CtKind, Phase
from custom_components.solar_monitor.clients.errors import BadAnswerError

from . import documents as docs

METERS, READINGS = "/ivp/meters", "/ivp/meters/readings"
PRODUCTION, V1 = "/production.json?details=1", "/api/v1/production"


async def said(
    pages: Mapping[str, object], *, firmware: str = "8.3.5167", metered: bool = True
) -> Statements:
    bodies = {path: orjson.dumps(page) for path, page in pages.items()}
    return await interpret(bodies, firmware=firmware, metered=metered)


def ct_pages(phases: int = 1) -> dict[str, object]:
    """Meters and readings of a production and a net CT."""
    eids = (docs.PRODUCTION_EID, docs.NET_EID)
    return {
        METERS: [docs.meter(eid, phases) for eid in eids],
        READINGS: [docs.reading(eid, 100, 1_000, 5, phases) for eid in eids],
    }


async def test_with_nothing_to_read_nothing_is_said() -> None:
    assert await said({}) == Statements(judged=True)


async def test_believed_meters_have_a_clean_verdict() -> None:
    found = await said(ct_pages(phases=2))
    assert found.verdicts == {CtKind.PRODUCTION: Verdict(), CtKind.NET_CONSUMPTION: Verdict()}
    assert found.bad == {}


async def test_a_storage_ct_with_a_dead_phase_is_not_believed() -> None:
    storage = docs.reading(docs.STORAGE_EID, 500, 2_000, 3_000, 2)
    live = storage["channels"][1]
    dead = docs.channel(1, 0, 0) | {"voltage": 0.0}
    broken = docs.channel(docs.STORAGE_EID, 250, live["actEnergyDlvd"], live["actEnergyRcvd"])
    pages: dict[str, object] = {
        METERS: [docs.meter(docs.STORAGE_EID, 2)],
        READINGS: [broken | {"channels": [dead, live, dead]}],
    }
    found = await said(pages, firmware="8.3.6086")
    assert found.verdicts == {
        CtKind.STORAGE: Verdict(total=False, bad_phases=frozenset({0})),
    }
    assert (await said(pages, firmware="8.3.5167")).verdicts == {CtKind.STORAGE: Verdict()}


async def test_the_production_of_a_ct_is_told_from_that_of_inverters() -> None:
    row = docs.eim(
        "production", 2_101.4, 5_100_001, 9_000, lines=[{"wNow": 2_101, "whLifetime": 5}]
    )
    pages = {**ct_pages(), PRODUCTION: docs.production_json(production=[docs.inverters(), row])}
    found = await said(pages)
    assert found.eim == Statement(power_w=2_101, energy_kwh=5_100.001, today_kwh=9.0)
    assert found.inverters is None


async def test_phases_are_told_where_the_firmware_has_them() -> None:
    lines = [{"wNow": 1_000, "whLifetime": 2_000_000}, {"wNow": 1_100, "whLifetime": 3_100_000}]
    row = docs.eim("production", 2_100, 5_100_000, lines=lines)
    pages = {
        **ct_pages(phases=2),
        PRODUCTION: docs.production_json(production=[docs.inverters(), row]),
    }
    found = await said(pages)
    assert found.eim
    assert found.eim.phases == (
        Phase(power_w=1_000, energy_kwh=2_000),
        Phase(power_w=1_100, energy_kwh=3_100),
    )


async def test_a_ct_that_shows_another_counter_for_a_moment_is_not_believed() -> None:
    swapped = docs.eim("production", 2_100, 6_681_000, activeCount=0)
    pages = {**ct_pages(), PRODUCTION: docs.production_json(production=[docs.inverters(), swapped])}
    found = await said(pages, firmware="8.3.5528")
    assert found.eim is None
    assert found.inverters is None
    assert found.bad == {}


async def test_without_a_ct_the_inverters_are_the_production() -> None:
    bogus = docs.eim("production", 3.6, 1_586, 69, activeCount=0)
    pages = {
        METERS: [docs.meter(docs.PRODUCTION_EID, state="disabled")],
        PRODUCTION: docs.production_json(production=[docs.inverters(), bogus]),
        V1: docs.v1(),
    }
    found = await said(pages, firmware="8.2.4264")
    assert found.inverters
    assert (found.inverters.power_w, found.inverters.energy_kwh) == (1_990, 4_990)
    assert found.v1 is None  # it stalls


async def test_the_oldest_endpoint_is_believed_unless_it_is_all_zeros() -> None:
    found = await said({METERS: [], V1: docs.v1()}, metered=False)
    assert found.v1 == Statement(power_w=2_000, energy_kwh=5_000, today_kwh=9.0)
    zeros = dict.fromkeys(docs.v1(), 0)
    assert (await said({METERS: [], V1: zeros}, metered=False)).v1 is None


async def test_consumption_that_was_overwritten_with_the_grid_is_put_right() -> None:
    net = docs.eim("net-consumption", -1_500, -2_000_000, -2_000_000)
    pages = {
        **ct_pages(),
        PRODUCTION: docs.production_json(
            production=[docs.inverters(), docs.eim("production", 2_100, 5_100_000)],
            consumption=[net | {"measurementType": "total-consumption"}, net],
        ),
    }
    found = await said(pages, firmware="8.3.5433")
    assert found.consumption
    assert (found.consumption.power_w, found.consumption.energy_kwh) == (600, 3_100)
    assert found.grid_power_w == -1_500


async def test_a_day_that_repeats_the_lifetime_is_no_day() -> None:
    row = docs.eim("production", 2_100, 5_100_000, today=5_100_000)
    pages = {**ct_pages(), PRODUCTION: docs.production_json(production=[docs.inverters(), row])}
    found = await said(pages)
    assert found.eim
    assert found.eim.today_kwh is None


async def test_meters_that_count_nobody_have_no_consumption() -> None:
    idle = [
        docs.eim(kind, -1.8, -18, activeCount=0)
        for kind in ("total-consumption", "net-consumption")
    ]
    row = docs.eim("production", 2_100, 5_100_000)
    pages = {
        METERS: [docs.meter(docs.PRODUCTION_EID)],
        READINGS: [docs.reading(docs.PRODUCTION_EID, 2_100, 5_100_000)],
        PRODUCTION: docs.production_json(production=[docs.inverters(), row], consumption=idle),
    }
    found = await said(pages)
    assert (found.consumption, found.grid_power_w) == (None, None)


@pytest.mark.parametrize(("firmware", "believed"), [("3.17.3", False), ("8.3.5422", True)])
async def test_zeros_after_a_start_are_not_believed_of_firmware_3(
    firmware: str, *, believed: bool
) -> None:
    zeros = docs.production_json(production=[docs.inverters(0, 0)])
    found = await said({PRODUCTION: zeros}, firmware=firmware, metered=False)
    assert (found.inverters is not None) is believed


@pytest.mark.parametrize(
    ("path", "page"),
    [
        (METERS, [{"eid": 1}]),
        (METERS, 7),
        (READINGS, [{"eid": docs.NET_EID}]),
        (PRODUCTION, [1, 2]),
        (PRODUCTION, {"production": [{"type": "eim", "activeCount": 1}]}),
        (PRODUCTION, {"production": "unknown", "consumption": {"a": None}}),
        (V1, [None]),
        (V1, {"wattHoursToday": 5}),
    ],
)
async def test_an_answer_of_another_shape_is_named_and_harms_no_other(
    path: str, page: object
) -> None:
    pages = {
        **ct_pages(),
        PRODUCTION: docs.production_json(
            production=[docs.inverters(), docs.eim("production", 2_100, 5_100_000)]
        ),
        V1: docs.v1(),
        path: page,
    }
    found = await said(pages, firmware="8.2.127")
    assert isinstance(found.bad[path], BadAnswerError)
    others = {METERS: found.verdicts, PRODUCTION: found.eim, V1: found.v1}
    for place, other in others.items():
        assert other or path == place or {path, place} == {METERS, READINGS}


async def test_an_answer_is_not_blamed_for_one_that_is_missing() -> None:
    assert (await said({METERS: [docs.meter(docs.NET_EID)]})).bad == {}


async def test_a_sum_without_any_number_is_none() -> None:
    texts = docs.v1() | {"wattHoursLifetime": "unknown", "wattsNow": "unknown"}
    assert (await said({METERS: [], V1: texts}, metered=False)).v1 is None


async def test_an_impossible_firmware_version_is_nobodys_fault() -> None:
    found = await said(ct_pages(), firmware="not a version")
    assert set(found.bad) <= {METERS, READINGS}


async def test_the_shared_list_of_updaters_stays_as_it_is() -> None:
    before = copy.copy(get_updaters())
    await said({**ct_pages(), V1: docs.v1()})
    assert get_updaters() == before


class Stranger(EnvoyUpdater):
    """An updater that somebody else has registered, of the worst kind."""

    async def probe(self, discovered_features: Any) -> Any:  # noqa: ANN401 - as its base has it
        await self._json_probe_request(READINGS)
        raise NameError(discovered_features)

    async def update(self, envoy_data: Any) -> None:  # noqa: ANN401 - as its base has it
        raise NotImplementedError


def tools_with(*updaters: type[EnvoyUpdater]) -> Tools:
    tools = find_tools()
    assert tools
    return Tools(
        get_updaters=lambda: list(updaters),
        data=tools.data,
        common=tools.common,
        features=tools.features,
        error=tools.error,
    )


async def test_what_a_foreign_updater_does_stays_with_it() -> None:
    bodies = {path: orjson.dumps(page) for path, page in ct_pages().items()}
    found = await interpret(
        bodies, firmware="8.3.5167", metered=True, tools=tools_with(Stranger, *get_updaters())
    )
    assert set(found.verdicts) == {CtKind.PRODUCTION, CtKind.NET_CONSUMPTION}
    assert set(found.bad) == {READINGS}


async def test_a_kind_of_meter_that_only_pyenphase_knows_is_passed_over() -> None:
    class Newer(EnvoyUpdater):
        async def probe(self, discovered_features: Any) -> Any:  # noqa: ANN401
            return type(discovered_features).CTMETERS

        async def update(self, envoy_data: Any) -> None:  # noqa: ANN401
            await self._json_request(READINGS)
            envoy_data.ctmeters = {"heat-pump": None, "load": None}

    found = await interpret(
        {READINGS: b"[]"}, firmware="9.0.1", metered=True, tools=tools_with(Newer)
    )
    assert found.verdicts == {CtKind.LOAD: Verdict(total=False)}


async def test_a_phase_that_is_not_believed_is_an_empty_one() -> None:
    class Newer(EnvoyUpdater):
        async def probe(self, discovered_features: Any) -> Any:  # noqa: ANN401
            return type(discovered_features).PRODUCTION

        async def update(self, envoy_data: Any) -> None:  # noqa: ANN401
            sums = SimpleNamespace(watts_now=5, watt_hours_lifetime=6_000, watt_hours_today=7)
            envoy_data.system_production = sums
            envoy_data.system_production_phases = {"L1": None, "L2": sums}

    found = await interpret({}, firmware="9.0.1", metered=True, tools=tools_with(Newer))
    assert found.inverters
    assert found.inverters.phases == (Phase(), Phase(power_w=5, energy_kwh=6))


async def test_without_a_usable_pyenphase_nothing_is_judged() -> None:
    assert await interpret({V1: b"{}"}, firmware="8", metered=True, tools=None) == Statements()
