"""The sun against what almanacs and geometry say."""

import math
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.sunlight import sun_at

moments = st.datetimes(datetime(1950, 1, 1), datetime(2080, 1, 1)).map(
    lambda moment: moment.replace(tzinfo=UTC)
)


def plain_sun(lat: float, lon: float, at: datetime) -> tuple[float, float]:
    """Elevation and azimuth by the Astronomical Almanac's short formula, good to 0.01 degrees.

    Another way than the product's: ecliptic longitude, then hour angle, then the horizon; no air.
    """
    days = (at - datetime(2000, 1, 1, 12, tzinfo=UTC)) / timedelta(days=1)
    mean = math.radians(357.528 + 0.9856003 * days)
    long = 280.460 + 0.9856474 * days + 1.915 * math.sin(mean) + 0.020 * math.sin(2 * mean)
    long, tilt = math.radians(long), math.radians(23.439 - 0.0000004 * days)
    right = math.atan2(math.cos(tilt) * math.sin(long), math.cos(long))
    down = math.asin(math.sin(tilt) * math.sin(long))
    sidereal = 280.46061837 + 360.98564736629 * days
    hour = math.radians(sidereal + lon) - right
    north = math.radians(lat)
    height = math.asin(
        math.sin(north) * math.sin(down) + math.cos(north) * math.cos(down) * math.cos(hour)
    )
    way = math.atan2(
        -math.cos(down) * math.sin(hour),
        math.sin(down) * math.cos(north) - math.cos(down) * math.cos(hour) * math.sin(north),
    )
    return math.degrees(height), math.degrees(way) % 360


@given(st.floats(-72, 72), st.floats(-180, 180), moments)
def test_it_agrees_with_the_almanac_to_a_tenth_of_a_degree(lat, lon, at):
    sun, (height, way) = sun_at(lat, lon, at), plain_sun(lat, lon, at)
    if abs(height) > 1:  # nearer to the horizon the air bends light, which the formula leaves out
        # The air lifts it by less than 0.4 degrees there, by less than 0.1 above ten.
        lifted = 0.42 if abs(height) < 10 else 0.1
        assert sun.elevation_deg == pytest.approx(height, abs=0.1 + lifted)
    if abs(height) < 80:  # overhead there is no direction
        turn = abs((sun.azimuth_deg - way + 180) % 360 - 180)
        assert turn * math.cos(math.radians(height)) < 0.15


@pytest.mark.parametrize(
    ("lat", "lon", "at", "elevation", "azimuth"),
    [
        # NREL's published example of its Solar Position Algorithm (17 October 2003, Golden).
        (39.742476, -105.1786, "2003-10-17T19:30:30+00:00", 39.888, 194.340),
        # The equator, 15 hours before the equinox of 21:24 UTC: still a quarter degree south.
        (0, 0, "2023-03-20T06:30:00+00:00", 5.75, 90.24),
    ],
)
def test_known_positions(lat, lon, at, elevation, azimuth):
    sun = sun_at(lat, lon, datetime.fromisoformat(at))
    assert sun.elevation_deg == pytest.approx(elevation, abs=0.2)
    assert sun.azimuth_deg == pytest.approx(azimuth, abs=0.2)


@given(st.floats(-72, 72), st.floats(-180, 180), moments)
def test_shadows_point_away_from_a_sun_that_is_up(lat, lon, at):
    sun = sun_at(lat, lon, at)
    if sun.elevation_deg <= 0:
        assert (sun.shadow_deg, sun.shadow_ratio) == (None, None)
        assert "below the horizon" in sun.words
    else:
        assert sun.shadow_deg == pytest.approx((sun.azimuth_deg + 180) % 360)
        assert sun.shadow_ratio == pytest.approx(1 / math.tan(math.radians(sun.elevation_deg)))
        assert "shadows point" in sun.words


def test_a_zone_makes_no_difference():
    kyiv = timezone(timedelta(hours=2))
    there = sun_at(48, 37.8, datetime(2023, 2, 5, 12, tzinfo=kyiv))
    assert there == sun_at(48, 37.8, datetime(2023, 2, 5, 10, tzinfo=UTC))
    assert there.words == (
        "The sun stands 26.0° high in the south (185°); shadows point north (5°) and are 2.1 times "
        "as long as what casts them is high."
    )


@pytest.mark.parametrize(
    ("hour", "minute", "light"),
    [
        (22, 0, "night"),
        (16, 0, "astronomical twilight"),
        (15, 30, "nautical twilight"),
        (15, 0, "civil twilight"),
    ],
)
def test_what_light_there_is_without_the_sun(hour, minute, light):
    assert light in sun_at(48, 37.8, datetime(2023, 2, 5, hour, minute, tzinfo=UTC)).words


@pytest.mark.parametrize(
    ("lat", "lon", "at", "sentence"),
    [
        (48, 37, datetime(2023, 2, 5, 10), "with its zone"),
        (48, 37, datetime(1800, 1, 1, tzinfo=UTC), "1901 to 2099"),
        (91, 37, datetime(2023, 2, 5, tzinfo=UTC), "from -90 to 90"),
        (48, 181, datetime(2023, 2, 5, tzinfo=UTC), "from -180 to 180"),
    ],
)
def test_what_cannot_be_worked_out_is_refused(lat, lon, at, sentence):
    with pytest.raises(ValueError, match=sentence):
        sun_at(lat, lon, at)
