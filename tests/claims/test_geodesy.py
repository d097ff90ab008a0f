"""Distances on the ellipsoid, and whether two places agree."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.geodesy import RADIUS_M, Point, apart, compass, distance_m, metres_words
from claims.models import Claim

points = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))


# Known lengths: Vincenty's test line in Australia; a degree of the equator; the meridian quadrant.
@pytest.mark.parametrize(
    ("one", "other", "metres"),
    [
        (Point(-37.95103341666667, 144.42486788888889), Point(-37.65282113888889,
         143.92649552777777), 54_972.271),
        (Point(0, 0), Point(0, 1), 111_319.491),
        (Point(0, 0), Point(90, 0), 10_001_965.729),
        (Point(0, 179.5), Point(0, -179.5), 111_319.491),
        (Point(0, 0), Point(0.5, 179.5), 19_936_288.579),  # where older formulas do not converge
    ],
)  # fmt: skip
def test_known_distances_to_the_millimetre(one, other, metres):
    assert distance_m(one, other) == pytest.approx(metres, abs=0.001)


@given(points, points)
def test_distances_are_symmetric_and_close_to_the_sphere(one, other):
    metres = distance_m(one, other)
    assert metres == pytest.approx(distance_m(other, one), abs=1e-5)
    assert metres <= 20_003_932  # half a meridian: no two points lie further apart
    lat_1, lat_2 = math.radians(one.lat), math.radians(other.lat)
    half = math.sin((lat_2 - lat_1) / 2) ** 2 + math.cos(lat_1) * math.cos(lat_2) * (
        math.sin(math.radians(other.lon - one.lon) / 2) ** 2
    )
    sphere = 2 * 6_371_008.8 * math.asin(min(1, math.sqrt(half)))
    assert metres == pytest.approx(sphere, rel=0.006, abs=1)


@given(points)
def test_a_point_lies_at_no_distance_from_itself(point):
    assert distance_m(point, point) == 0
    assert apart(point, point).words == "The established place is the claimed one."


@pytest.mark.parametrize(
    ("precisions", "north_m", "tolerance", "agrees"),
    [
        (("exact", "exact"), 15, 20, True),
        (("exact", "exact"), 25, 20, False),
        (("locality", "vicinity"), 1050, 1100, True),
        (("locality", "vicinity"), 1150, 1100, False),
        (("region", "exact"), 15, None, None),
        (("exact", "unknown"), 15, None, None),
    ],
)
def test_places_agree_within_both_precisions(precisions, north_m, tolerance, agrees):
    claimed = Point(48.0, 37.8, precisions[0])
    found = apart(claimed, Point(48.0 + north_m / 111_200, 37.8, precisions[1]))
    assert found.distance_m == pytest.approx(north_m, rel=0.01)
    assert (found.tolerance_m, found.agrees) == (tolerance, agrees)
    assert " north of the claimed one" in found.words
    assert {True: "within", False: "outside", None: "not known"}[agrees] in found.words


def test_every_precision_of_a_claim_has_its_radius():
    assert list(RADIUS_M) == Claim.Precision.values


@pytest.mark.parametrize(
    ("metres", "words"),
    [(0.4, "0 m"), (999.4, "999 m"), (999.6, "1.0 km"), (1000, "1.0 km"), (4_240, "4.2 km"),
     (99_960, "100.0 km"), (1_240_400, "1,240 km")],
)  # fmt: skip
def test_a_distance_in_words(metres, words):
    assert metres_words(metres) == words


@pytest.mark.parametrize(
    ("bearing", "words"),
    [(0, "north"), (22, "north"), (23, "north-east"), (180, "south"), (338, "north"),
     (-90, "west"), (359.9, "north")],
)  # fmt: skip
def test_a_direction_in_words(bearing, words):
    assert compass(bearing) == words
