"""Where panels feed in: chosen, found, or not known; never counted twice."""

from collections.abc import Mapping
from typing import Any, Final

import pytest

from custom_components.solar_monitor.logic.flows import AcArray, Feed, Hybrid, PortUse, Reading
from custom_components.solar_monitor.logic.site_totals import Flow
from custom_components.solar_monitor.site.feeding import feed_in
from custom_components.solar_monitor.site.findings import holding
from custom_components.solar_monitor.site.moment import Status
from custom_components.solar_monitor.site.options_data import SiteOptions

from .paper import GATEWAY, INVERTER, PaperSite, Unit

SILENT: Final = Reading(None, 0.0)
ON_PORT: Final = (Feed.GENERATOR_PORT, True)
UNKNOWN: Final = (Feed.GENERATOR_PORT, False)
AT_HOUSE: Final = (Feed.HOUSE, True)


def hybrid(name: str = "h", use: PortUse = PortUse.MICRO_INVERTERS) -> Hybrid:
    """A hybrid with something on its port."""
    return Hybrid(name=name, strings=SILENT, grid_port=SILENT, load_port=SILENT, port_use=use)


def fed(
    arrays: str,
    chosen: Mapping[str, Any] | None = None,
    hybrids: tuple[Hybrid, ...] = (hybrid(),),
    found: str | None = None,
) -> list[tuple[Feed, bool]]:
    """Where arrays are put, and whether that is known."""
    feeding = feed_in(
        tuple(AcArray(name=name, power=SILENT) for name in arrays),
        SiteOptions.read({"feeds": chosen or {}}),
        hybrids,
        found,
    )
    return [(array.feed, array.placed) for array in feeding.arrays]


def port(name: str | None = None) -> dict[str, Any]:
    """The choice of a generator port."""
    return {"feed": "generator_port", "hybrid": name}


HOUSE: Final = {"feed": "house", "hybrid": None}


@pytest.mark.parametrize(
    ("arrays", "chosen", "found", "places"),
    [
        ("a", {}, None, [ON_PORT]),
        ("a", {"a": HOUSE}, "a", [AT_HOUSE]),
        ("ab", {}, None, [UNKNOWN, UNKNOWN]),
        ("ab", {}, "a", [ON_PORT, AT_HOUSE]),
        ("ab", {"a": HOUSE}, "a", [AT_HOUSE, UNKNOWN]),
        ("ab", {"a": HOUSE, "b": HOUSE}, "a", [AT_HOUSE, AT_HOUSE]),
        ("ab", {"a": port()}, None, [ON_PORT, AT_HOUSE]),
        ("ab", {"b": port("h")}, "a", [AT_HOUSE, ON_PORT]),
        ("ab", {"b": port("gone")}, None, [UNKNOWN, UNKNOWN]),
        ("abc", {}, "a", [ON_PORT, AT_HOUSE, AT_HOUSE]),
    ],
)
def test_an_array_is_on_a_port_if_that_was_said_or_cannot_be_otherwise(
    arrays: str,
    chosen: Mapping[str, Any],
    found: str | None,
    places: list[tuple[Feed, bool]],
) -> None:
    assert fed(arrays, chosen, found=found) == places


def test_without_a_port_for_micro_inverters_arrays_feed_the_house() -> None:
    assert fed("ab", hybrids=(hybrid(use=PortUse.GENERATOR),)) == [AT_HOUSE, AT_HOUSE]
    assert fed("a", hybrids=()) == [AT_HOUSE]


def test_a_second_port_with_nobody_on_it_leaves_the_others_open() -> None:
    two = (hybrid(), hybrid("i"))
    assert fed("ab", {"a": port("h")}, two) == [ON_PORT, UNKNOWN]
    assert fed("ab", {"a": port()}, two) == [ON_PORT, AT_HOUSE]


@pytest.mark.parametrize("chosen", [port("gone"), port()], ids=["another inverter", "none"])
def test_the_port_of_an_inverter_that_is_gone_is_no_choice(chosen: dict[str, Any]) -> None:
    hybrids = (hybrid("h", PortUse.NOTHING),) if chosen["hybrid"] else ()
    assert fed("a", {"a": chosen}, hybrids) == [AT_HOUSE]
    kept = {"a": {"feed": "backup", "hybrid": None}}
    assert fed("a", kept, hybrids) == [(Feed.BACKUP, True)]


def test_panels_whose_inverter_is_gone_are_in_the_balance() -> None:
    site = PaperSite({"feeds": {GATEWAY: port("gone")}})
    site.gateway(power=3_000.0)
    site.inverter(Unit(ct=-2_000.0))
    assert site.look().flows.load_w == 1_000.0


def an_hour(site: PaperSite, kwh: float, *, balcony: bool) -> float:
    """Let the panels on the port bring 3 kW, and those on the balcony 100 W."""
    for _ in range(120):
        kwh += 3 / 120
        site.gateway(power=3_000.0, kwh=kwh)
        site.inverter(
            Unit(port=3_000.0, port_use=PortUse.MICRO_INVERTERS, grid_port=-3_000.0, ct=-3_000.0)
        )
        if balcony:
            site.balcony(100.0)
        site.look()
    return kwh


def test_panels_that_join_do_not_double_those_that_hang_on_a_port() -> None:
    site = PaperSite()
    kwh = an_hour(site, 0.0, balcony=False)
    site.restart()
    an_hour(site, kwh, balcony=True)
    moment = site.look()
    assert moment.flows.pv_w == 3_100.0
    assert moment.flows.gap is None
    assert moment.flows.losses_w == 0.0
    assert moment.flows.load_w == 100.0
    assert moment.totals[Flow.PV] == pytest.approx(6.0, abs=0.05)


def test_where_nobody_can_tell_what_hangs_on_a_port_nothing_is_guessed() -> None:
    site = PaperSite()
    an_hour(site, 0.0, balcony=True)
    moment = site.look()
    flows = moment.flows
    assert flows.pv_w == 3_100.0, "who measures the panels wins over the port"
    assert (flows.load_w, flows.losses_w, flows.dc_in_w, flows.house_w) == (None,) * 4
    assert flows.grid_w == -3_000.0, "a CT measures it"
    assert moment.status is Status.NO_PLACE
    assert moment.totals[Flow.IMPORT] == 0.0
    assert moment.totals["load"] is None
    (finding,) = holding(site.model)
    assert finding.key == "site_no_place"
    assert finding.placeholders == {"panels": f"{GATEWAY}, Balcony"}


def test_once_a_place_is_chosen_the_load_goes_on_from_where_it_stood() -> None:
    site = PaperSite()
    kwh = an_hour(site, 0.0, balcony=True)
    site.restart({"feeds": {GATEWAY: port()}})
    an_hour(site, kwh, balcony=True)
    moment = site.look()
    assert moment.status is Status.COMPLETE
    assert moment.flows.load_w == 100.0
    assert list(holding(site.model)) == []
    assert moment.totals["load"] == pytest.approx(3.0, abs=0.1)


def test_without_a_meter_the_grid_is_not_known_either() -> None:
    site = PaperSite()
    site.gateway(power=3_000.0)
    site.inverter(Unit(ct=None, port=3_000.0, port_use=PortUse.MICRO_INVERTERS))
    site.balcony(100.0)
    flows = site.look().flows
    assert flows.grid_w is None
    assert flows.load_w is None
    assert site.look().flows.pv_w == 3_100.0


def test_where_an_array_hangs_is_remembered_only_once_everybody_was_heard() -> None:
    site = PaperSite()
    site.gateway(power=3_000.0)
    site.inverter(Unit(port=3_000.0, port_use=PortUse.MICRO_INVERTERS))
    late = site.given[GATEWAY]
    site.gateway("1", power=50.0)
    site.given["1"] = type(late)(name="1", heard=False)
    site.look()
    site.gateway("1", power=50.0)
    assert site.look().plant.unplaced == (GATEWAY, "1")


def test_an_inverter_that_leaves_takes_its_port_with_it() -> None:
    site = PaperSite()
    an_hour(site, 0.0, balcony=True)
    site.forget([INVERTER])
    assert site.look().plant.unplaced == ()
