"""Who may change a part of a claim, and when."""

import pytest
from django.utils import timezone

from claims import changing, leases
from claims.errors import ClaimMoved, InvalidValue, LeaseHeld, MoveNotAllowed, NotAllowed
from claims.models import Appearance, Event
from claims.states import CLOSED, State

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("who", ["alice", "dana", "erin"])
def test_reviewers_change_parts(who, request, make_claim):
    claim = make_claim()
    assert changing.begin(claim, request.getfixturevalue(who), "log a search") == claim


@pytest.mark.parametrize("who", ["sam", "vera", "charlie"])
def test_others_do_not(who, request, make_claim):
    person = request.getfixturevalue(who)
    with pytest.raises(NotAllowed, match="log a search"):
        changing.begin(make_claim(created_by=person), person, "log a search")


def test_submitters_add_material_to_their_own_claims_alone(make_claim, sam, vera, alice):
    own = make_claim(created_by=sam)
    assert changing.begin_with_material(own, sam, "note appearances") == own
    assert changing.begin_with_material(own, alice, "note appearances") == own
    with pytest.raises(NotAllowed, match="entered yourself"):
        changing.begin_with_material(make_claim(), sam, "note appearances")
    with pytest.raises(NotAllowed):
        changing.begin_with_material(make_claim(created_by=vera), vera, "note appearances")


def test_a_lease_stops_changes_but_no_material(claim_in, bob, dana):
    claim = claim_in(State.IN_REVIEW)
    with pytest.raises(LeaseHeld, match="alice is working"):
        changing.begin(claim, bob, "log a search")
    assert changing.begin(claim, dana, "log a search") == claim
    assert changing.begin_with_material(claim, bob, "note appearances") == claim


@pytest.mark.parametrize("state", sorted(CLOSED))
@pytest.mark.parametrize("begin", [changing.begin, changing.begin_with_material])
def test_a_closed_claim_changes_no_more(state, begin, claim_in, alice):
    with pytest.raises(MoveNotAllowed, match="is settled"):
        begin(claim_in(state), alice, "log a search")


def test_what_is_gone_is_told(make_claim, alice):
    row = Appearance.objects.create(claim=make_claim(), by=alice, outlet="A channel")
    Appearance.objects.all().delete()
    with pytest.raises(ClaimMoved, match="took this off"):
        changing.again(row)


def test_only_what_differs_is_written(make_claim, alice):
    row = Appearance.objects.create(claim=make_claim(), by=alice, outlet="A channel")
    assert changing.rewrite(row, {"outlet": "A channel"}) == {}
    assert changing.rewrite(row, {"outlet": "B", "caption": ""}) == {"outlet": ["A channel", "B"]}
    assert Appearance.objects.get().outlet == "B"


def test_there_is_an_end_to_rows(make_claim, alice):
    claim = make_claim()
    Appearance.objects.create(claim=claim, by=alice, outlet="A")
    changing.room_for_one(claim.appearances.all(), "appearances", 2)
    with pytest.raises(InvalidValue, match="at most 1 appearances"):
        changing.room_for_one(claim.appearances.all(), "appearances", 1)


def test_telling_writes_the_log_raises_the_version_and_renews_the_lease(claim_in, alice):
    claim = claim_in(State.IN_REVIEW)
    claim.lease_until = timezone.now()
    claim.save(update_fields=["lease_until"])
    now, version = changing.begin(claim, alice, "log a search"), claim.version
    changing.tell(now, alice, "search_logged", {"tool": "x"}, "why", held=claim)
    assert (claim.version, leases.is_live(claim)) == (version + 1, True)
    event = Event.objects.first()
    assert (event.verb, event.by, event.reason, event.detail) == (
        "search_logged", alice, "why", {"tool": "x"},
    )  # fmt: skip
