"""Where a claim was seen."""

import pytest

from claims import appearances
from claims.errors import ClaimMoved, InvalidValue, LeaseHeld, MoveNotAllowed, NotAllowed
from claims.models import Appearance
from claims.states import CLOSED, State

pytestmark = pytest.mark.django_db
POST = {
    "address": "https://t.me/nm_dnr/9734",
    "outlet": "@nm_dnr",
    "seen_on": "2023-02-05",
    "caption": "Our drone at work.",
    "archive_address": "https://archive.example/9734",
}


def test_an_appearance_is_kept_and_told(make_claim, alice):
    claim = make_claim()
    row = appearances.add(claim, alice, **POST)
    assert {name: getattr(row, name) for name in POST} == POST
    event = claim.events.get()
    assert (event.verb, event.by, event.detail) == ("appearance_added", alice, POST)
    assert claim.version == 2


def test_an_outlet_alone_is_enough_and_nothing_is_not(make_claim, alice):
    claim = make_claim()
    assert str(appearances.add(claim, alice, outlet="Evening news")) == "Evening news"
    with pytest.raises(InvalidValue, match="Say where"):
        appearances.add(claim, alice, caption="Seen somewhere.")
    assert claim.version == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [("address", "javascript:alert(1)"), ("archive_address", "file:///etc/passwd"),
     ("seen_on", "last week"), ("outlet", 5), ("colour", "red")],
)  # fmt: skip
def test_what_is_wrong_is_named(field, value, make_claim, alice):
    with pytest.raises(InvalidValue) as refused:
        appearances.add(make_claim(), alice, **{**POST, field: value})
    assert refused.value.field == field


def test_changing_and_taking_off_keep_what_was_in_the_log(make_claim, alice):
    claim = make_claim()
    row = appearances.add(claim, alice, **POST)
    appearances.change(row, alice, seen_on="2023-02-04")
    appearances.change(row, alice, seen_on="2023-02-04")  # nothing new, nothing told
    with pytest.raises(InvalidValue, match="Say where"):
        appearances.change(row, alice, address="", outlet="")
    appearances.remove(row, alice, "It was another clip.")
    assert [one.verb for one in claim.events.all()] == [
        "appearance_removed", "appearance_changed", "appearance_added",
    ]  # fmt: skip
    removed, changed, _ = claim.events.all()
    assert changed.detail["changed"] == {"seen_on": ["2023-02-05", "2023-02-04"]}
    assert removed.detail == {**POST, "seen_on": "2023-02-04"}
    assert removed.reason == "It was another clip."
    with pytest.raises(ClaimMoved):
        appearances.remove(row, alice)


@pytest.mark.parametrize(
    ("who", "may_add", "may_change"),
    [("alice", True, True), ("dana", True, True), ("erin", True, True), ("sam", False, False),
     ("vera", False, False), ("charlie", False, False)],
)  # fmt: skip
def test_who_may(who, may_add, may_change, request, make_claim, alice):
    person, claim = request.getfixturevalue(who), make_claim()
    row = appearances.add(claim, alice, **POST)
    for is_allowed, job in (
        (may_add, lambda: appearances.add(claim, person, outlet="x")),
        (may_change, lambda: appearances.change(row, person, outlet="y")),
        (may_change, lambda: appearances.remove(row, person)),
    ):
        if is_allowed:
            job()
        else:
            with pytest.raises(NotAllowed):
                job()
    assert Appearance.objects.count() == 1


def test_a_submitter_adds_to_their_own_claim_and_takes_nothing_off(make_claim, sam):
    row = appearances.add(make_claim(created_by=sam), sam, **POST)
    with pytest.raises(NotAllowed):
        appearances.remove(row, sam)


def test_another_lease_stops_changes_but_no_material(claim_in, bob):
    claim = claim_in(State.IN_REVIEW)
    row = appearances.add(claim, bob, **POST)
    with pytest.raises(LeaseHeld):
        appearances.change(row, bob, outlet="x")


@pytest.mark.parametrize("state", sorted(CLOSED))
def test_a_closed_claim_takes_none(state, claim_in, alice):
    with pytest.raises(MoveNotAllowed):
        appearances.add(claim_in(state), alice, **POST)
