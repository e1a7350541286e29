from datetime import UTC, datetime

import pytest

from tests.simulators.sun import clear_sky, cloudy, plane_irradiance, sun_position

AMSTERDAM = (52.37, 4.9)


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("unix", "place", "elevation", "azimuth"),
    [
        # Noon of a solstice: 90° - latitude ± 23.44°, in the south (in the north for Sydney).
        (at("2026-06-21 11:42"), AMSTERDAM, 61.07, 180),
        (at("2026-12-21 11:38"), AMSTERDAM, 14.2, 180),
        (at("2026-12-21 01:53"), (-33.87, 151.2), 79.6, 0),
        # The example of Meeus' Astronomical Algorithms and of NREL's SPA report (Golden, 2003).
        (at("2003-10-17 19:30:30"), (39.742476, -105.1786), 39.87, 194.34),
        # An equinox on the equator: rises in the east.
        (at("2026-03-20 06:07"), (0.0, 0.0), 0.0, 90),
    ],
)
def test_the_sun_stands_where_almanacs_say(
    unix: float, place: tuple[float, float], elevation: float, azimuth: float
) -> None:
    sun = sun_position(unix, *place)
    assert sun.elevation == pytest.approx(elevation, abs=0.5)
    assert abs((sun.azimuth - azimuth + 180) % 360 - 180) < 1.5


def test_there_is_no_light_at_night() -> None:
    sun = sun_position(at("2026-06-21 23:40"), *AMSTERDAM)
    sky = clear_sky(sun.elevation)
    assert sun.elevation < -10
    assert plane_irradiance(sun, sky, 30, 180) == 0
    assert cloudy(sky, sun.elevation, 0.5) == sky


def test_clear_noon_gives_about_a_kilowatt_on_a_plane_that_faces_the_sun() -> None:
    sun = sun_position(at("2026-06-21 11:42"), *AMSTERDAM)
    sky = clear_sky(sun.elevation)
    facing = plane_irradiance(sun, sky, 90 - sun.elevation, 180)
    assert 900 < facing < 1100
    assert plane_irradiance(sun, sky, 90, 0) < 0.3 * facing


@pytest.mark.parametrize(("cover", "left"), [(0.0, 1.0), (0.5, 0.93), (1.0, 0.25)])
def test_clouds_take_what_kasten_and_czeplak_measured(cover: float, left: float) -> None:
    sun = sun_position(at("2026-06-21 11:42"), *AMSTERDAM)
    clear = clear_sky(sun.elevation)
    flat = plane_irradiance(sun, cloudy(clear, sun.elevation, cover), 0, 0)
    assert flat / plane_irradiance(sun, clear, 0, 0) == pytest.approx(left, abs=0.01)
