"""What is true of the whole house."""

from collections.abc import Mapping
from typing import cast

import pytest

from tests.demo.gateway import Roof
from tests.demo.house import WAYS, House
from tests.demo.site_truth import SiteTruth
from tests.demo.truth import Between, Known
from tests.simulators.envoy import Shape

from .kit import answer, build

WAY = WAYS["solarman_v5"]
CLOUD_ONLY = Roof(local=False)


def middle(truth: Mapping[str, Known], key: str) -> float:
    """Give what lies in the middle of what may be shown."""
    low, high = cast("Between", truth[key])
    return (low + high) / 2


def told(house: House) -> House:
    """Let the cloud have answered."""
    assert house.account
    answer(house.account)
    return house


@pytest.mark.parametrize(
    "house",
    [
        build("hybrid_1p", WAY),
        build("hybrid_3p_lv", WAY, Roof()),
        told(build("hybrid_1p", WAY, CLOUD_ONLY)),
    ],
    ids=["inverter alone", "gateway", "cloud in its place"],
)
def test_powers_are_conserved(house: House) -> None:
    house.site.freeze_weather()
    truth = SiteTruth(house)()
    sources = sum(middle(truth, f"{name}_power") for name in ("pv", "battery", "grid"))
    assert sources == pytest.approx(middle(truth, "load_power") + middle(truth, "losses"), abs=1e-6)


def test_the_cloud_tells_of_panels_what_it_said_last() -> None:
    silent = SiteTruth(build("hybrid_1p", WAY, CLOUD_ONLY))
    heard = SiteTruth(told(build("hybrid_1p", WAY, CLOUD_ONLY)))
    assert middle(heard(), "pv_power") > middle(silent(), "pv_power") + 1_000


@pytest.mark.parametrize(
    ("house", "meter"),
    [
        (build("hybrid_1p", WAY), "external_ct"),
        (build("hybrid_1p", WAY, Roof()), "meter"),
        (build("micro", WAY), "none"),
        (build("micro", WAY, Roof(Shape.D8_3_TOTAL_IS_NET)), "home_meter"),
    ],
    ids=["inverter", "gateway", "nothing", "home meter"],
)
def test_the_meter_is_the_best_that_there_is(house: House, meter: str) -> None:
    assert SiteTruth(house)()["grid_meter"] == meter


def test_without_a_meter_and_a_battery_nothing_is_known_of_either() -> None:
    required = SiteTruth(build("micro", WAY)).required
    assert required == {"pv_power", "pv_energy_today", "pv_energy_total", "grid_meter", "status"}


def test_energy_that_came_before_the_sources_joined_does_not_count() -> None:
    house = build("hybrid_1p", WAY, Roof())
    truth = SiteTruth(house)
    house.site.clock.advance(3_600)
    low, high = cast("Between", truth()["pv_energy_total"])
    assert low == pytest.approx(high)
    assert high > 5
    truth.joined()
    low, high = cast("Between", truth()["pv_energy_total"])
    assert low == pytest.approx(0, abs=0.1)
    assert high > 5
