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

from .paper import ACCOUNT, GATEWAY, INVERTER, PaperSite, Unit

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


def counted(
    chosen: Mapping[str, Any] | None = None,
    *,
    hybrids: tuple[Hybrid, ...] = (hybrid(),),
    measured: str = "h",
    names: str = "a",
) -> str:
    """Which of some arrays count that only an account tells of."""
    power = Reading(500.0, 0.0, estimated=True)
    feeding = feed_in(
        tuple(AcArray(name=name, power=power) for name in names),
        SiteOptions.read({"feeds": chosen or {}}),
        hybrids,
        None,
        measured,
    )
    return "".join(array.name for array in feeding.arrays)


@pytest.mark.parametrize(
    ("chosen", "counts"),
    [
        ({}, ""),
        ({"a": port()}, ""),
        ({"a": port("h")}, ""),
        ({"a": HOUSE}, "a"),
        ({"a": {"feed": "backup", "hybrid": None}}, "a"),
    ],
)
def test_an_estimate_of_what_a_port_measures_does_not_count(
    chosen: Mapping[str, Any], counts: str
) -> None:
    assert counted(chosen) == counts
    assert counted(chosen, measured="") == "a", "no port has carried power"


def test_an_estimate_counts_where_it_may_be_of_other_panels_than_a_port_measures() -> None:
    two = (hybrid(), hybrid("i"))
    assert counted(names="ab") == "ab", "nobody knows which of them hangs there"
    assert counted(hybrids=two) == "a", "some may hang on the other one"
    assert counted(hybrids=two, measured="hi") == ""
    assert counted({"a": port("i")}, hybrids=two) == "a"
    assert counted({"a": port("h")}, hybrids=two) == ""
    generator = (hybrid(use=PortUse.GENERATOR),)
    assert counted({"a": port("h")}, hybrids=generator) == "a", "the port counts as something else"
    assert counted(hybrids=generator) == counted(hybrids=()) == "a"


def test_who_measures_panels_itself_wins_over_the_port() -> None:
    array = AcArray(name="a", power=Reading(500.0, 0.0))
    feeding = feed_in((array,), SiteOptions(), (hybrid(),), None, "h")
    assert [each.name for each in feeding.arrays] == ["a"]
    assert feeding.found == "a"


def hours_with_an_account(site: PaperSite, kwh: float, *, port_w: float | None) -> float:
    """Let panels bring 3 kW, of which an account tells 2 kW every half hour."""
    for look in range(240):
        if look % 60 == 30:
            kwh += 1.0
        site.account(power=2_000.0, kwh=kwh)
        site.inverter(
            Unit(
                port=port_w,
                port_use=PortUse.MICRO_INVERTERS,
                grid_port=-3_000.0,
                ct=-3_000.0,
            )
        )
        site.look()
    return kwh


def test_panels_on_a_port_change_over_from_the_estimate_to_the_port_without_a_jump() -> None:
    site = PaperSite()
    kwh = hours_with_an_account(site, 9_000.0, port_w=0.0)
    moment = site.look()
    assert moment.flows.pv_w == 2_000.0
    assert moment.estimated == {Flow.PV}
    assert moment.totals[Flow.PV] == pytest.approx(4.0)
    hours_with_an_account(site, kwh, port_w=3_000.0)
    moment = site.look()
    assert moment.flows.pv_w == 3_000.0
    assert (moment.flows.losses_w, moment.flows.load_w) == (0.0, 0.0)
    assert "pv_w" not in moment.flows.estimated
    assert moment.totals[Flow.PV] == pytest.approx(4.0 + 6.0, abs=0.1)
    site.restart()
    site.now += 3_600.0
    del site.given[ACCOUNT]
    site.account(heard=False)
    site.inverter(Unit(port=2_500.0, port_use=PortUse.MICRO_INVERTERS))
    assert site.look().flows.pv_w == 2_500.0, "what is remembered of the account is an estimate"
    assert site.look().totals[Flow.PV] == pytest.approx(4.0 + 6.0, abs=0.1)


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
