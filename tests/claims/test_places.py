"""Where: places, what files hint at, and the sun."""

from datetime import UTC, datetime

import pytest

from claims import places
from claims.errors import InvalidValue, LeaseHeld, MoveNotAllowed, NotAllowed
from claims.states import CLOSED, State

pytestmark = pytest.mark.django_db
BAKHMUT = {
    "name": "Bakhmut", "lat": 48.594, "lon": 38.0, "precision": "locality", "confidence": "high",
}  # fmt: skip
ROAD = {**BAKHMUT, "name": "T0504", "lat": 48.557, "precision": "exact"}


def test_a_place_is_written_and_told(make_claim, alice):
    claim = make_claim(place_claimed=BAKHMUT)
    places.write(claim, alice, "place_established", ROAD)
    assert claim.place_established == ROAD
    assert claim.events.get().detail == {"changed": {"place_established": [None, ROAD]}}
    found = places.apart_of(claim)
    assert found.distance_m == pytest.approx(4115, abs=5)
    assert (found.tolerance_m, found.agrees) == (1010, False)
    places.write(claim, alice, "place_established", ROAD)
    assert claim.version == 2
    places.write(claim, alice, "place_established", None)
    assert (claim.place_established, places.apart_of(claim)) == (None, None)


def test_a_place_without_coordinates_is_at_no_distance(make_claim):
    named = {"name": "Donetsk front", "lat": None, "lon": None, "precision": "region"}
    assert places.apart_of(make_claim(place_claimed=named, place_established=ROAD)) is None
    assert places.point_of(None) is None


@pytest.mark.parametrize(
    ("side", "place", "field"),
    [("place_seen", BAKHMUT, "side"), ("place_claimed", {**BAKHMUT, "lat": 91}, "place_claimed"),
     ("place_claimed", {**BAKHMUT, "lon": None}, "place_claimed"),
     ("place_established", {**BAKHMUT, "precision": "sharp"}, "place_established"),
     ("place_established", {"name": ""}, "place_established")],
)  # fmt: skip
def test_what_is_no_place_is_refused(side, place, field, make_claim, alice):
    with pytest.raises(InvalidValue) as refused:
        places.write(make_claim(), alice, side, place)
    assert refused.value.field == field


@pytest.mark.parametrize("who", ["sam", "vera", "charlie"])
def test_who_may_not_write_a_place(who, request, make_claim):
    person = request.getfixturevalue(who)
    with pytest.raises(NotAllowed):
        places.write(make_claim(created_by=person), person, "place_claimed", BAKHMUT)


@pytest.mark.parametrize("who", ["alice", "dana", "erin"])
def test_who_may_write_a_place(who, request, make_claim):
    claim = make_claim()
    places.write(claim, request.getfixturevalue(who), "place_claimed", BAKHMUT)
    assert claim.place_claimed == BAKHMUT


def test_a_lease_and_an_end_stop_it(claim_in, bob, alice):
    with pytest.raises(LeaseHeld):
        places.write(claim_in(State.IN_REVIEW), bob, "place_claimed", BAKHMUT)
    for state in sorted(CLOSED):
        with pytest.raises(MoveNotAllowed):
            places.write(claim_in(state), alice, "place_claimed", BAKHMUT)


# --- Leads --------------------------------------------------------------------------------------
def test_a_position_in_a_file_is_a_lead_and_no_fact(make_claim, make_item, alice):
    item = make_item(facts={"gps_lat": 48.595, "gps_lon": 38.0, "gps_at": "2023-02-05T10:00:00"})
    claim = make_claim(place_claimed=BAKHMUT)
    (lead,) = places.leads_of(claim, [item, make_item()], alice)
    assert (lead.item, lead.lat, lead.lon, lead.at) == (item, 48.595, 38.0, "2023-02-05T10:00:00")
    assert lead.from_claimed_m == pytest.approx(111, abs=1)
    assert lead.from_established_m is None
    assert claim.place_established is None


@pytest.mark.parametrize("facts", [{}, {"gps_lat": 1}, {"gps_lat": 91, "gps_lon": 0},
                                   {"gps_lat": "48", "gps_lon": "38"}])  # fmt: skip
def test_what_is_no_position_is_no_lead(facts, make_claim, make_item, alice):
    assert places.leads_of(make_claim(), [make_item(facts=facts)], alice) == []


@pytest.mark.parametrize(
    ("who", "sees"),
    [("alice", True), ("dana", True), ("erin", True), ("vera", False), ("sam", False)],
)
def test_who_sees_where_a_file_says_it_was_made(who, sees, request, make_claim, make_item):
    item = make_item(facts={"gps_lat": 48.595, "gps_lon": 38.0})
    assert bool(places.leads_of(make_claim(), [item], request.getfixturevalue(who))) is sees


# --- The sun ------------------------------------------------------------------------------------
def test_the_sun_stands_over_the_established_place_first(make_claim):
    at = datetime(2023, 2, 5, 10, tzinfo=UTC)
    claim = make_claim(place_claimed={**BAKHMUT, "lon": 0}, place_established=BAKHMUT)
    assert places.sun_of(claim, at).azimuth_deg == pytest.approx(185, abs=1)
    claim.place_established = None
    assert places.sun_of(claim, at).azimuth_deg == pytest.approx(146, abs=2)
    elsewhere = places.sun_of(claim, at, places.Point(-33.9, 151.2))
    assert "below the horizon" in elsewhere.words


def test_the_sun_needs_a_place_and_a_year(make_claim):
    at = datetime(2023, 2, 5, 10, tzinfo=UTC)
    with pytest.raises(InvalidValue, match="needs a place"):
        places.sun_of(make_claim(place_claimed={"name": "x", "lat": None, "lon": None}), at)
    with pytest.raises(InvalidValue, match="1901 to 2099"):
        places.sun_of(make_claim(place_claimed=BAKHMUT), at.replace(year=1800))
