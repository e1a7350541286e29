"""Which devices the demo runs, and what a user enters to add them."""

import pytest

from tests.demo.house import LATE_MORNING, WAYS
from tests.demo.truth import true_values
from tests.simulators.families import FACES

from .kit import NOW, build


@pytest.mark.parametrize(
    ("transport", "choices", "id_prefix"),
    [
        ("solarman_v5", {}, "2712345678"),
        ("modbus_tcp", {}, "2207200001"),
        ("rtu_over_tcp", {"transport": "rtu_over_tcp"}, "2207200001"),
    ],
)
def test_only_what_cannot_be_found_out_is_chosen(
    transport: str, choices: dict[str, str], id_prefix: str
) -> None:
    house = build("hybrid_1p", WAYS[transport])
    assert house.form == {"host": "127.0.0.1", "port": 0, **choices}
    assert house.id_prefix == id_prefix


@pytest.mark.parametrize("family", FACES)
def test_every_familys_house_has_sun_and_a_grid(family: str) -> None:
    truth = true_values(build(family, WAYS["solarman_v5"]).logger)
    power = truth["pv_power"]
    assert isinstance(power, int)
    assert power > 100
    assert truth["running_state"] == "normal"
    assert truth["grid_present"] is True


def test_the_house_shows_what_not_every_inverter_has() -> None:
    way = WAYS["solarman_v5"]
    assert "pack2_soc" in true_values(build("hybrid_3p_lv", way).logger)
    string = build("string", way)
    assert "grid_power" in true_values(string.logger)
    assert string.groups == ("grid_details", "load_details")


def test_a_house_may_stand_in_another_time() -> None:
    site = build("hybrid_1p", WAYS["solarman_v5"]).site
    assert 0 <= (site.clock.now() - NOW).total_seconds() < 60
    assert site.place.local(NOW.timestamp()).hour == LATE_MORNING
