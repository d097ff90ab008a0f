"""How claims stand to each other."""

import pytest

from claims import links
from claims.errors import InvalidValue, LeaseHeld, MoveNotAllowed, NotAllowed
from claims.models import Claim, ClaimLink
from claims.states import CLOSED, State

pytestmark = pytest.mark.django_db


def test_a_link_reads_both_ways(make_claim, alice):
    losses, denial = make_claim(), make_claim()
    row = links.add(denial, alice, other=losses, kind="contradicts", note="Without a figure.")
    known = Claim.objects.all()
    assert [(one.words, one.other) for one in links.seen_from(denial, known)] == [
        ("contradicts", losses)
    ]
    assert [(one.words, one.other) for one in links.seen_from(losses, known)] == [
        ("is contradicted by", denial)
    ]
    event = denial.events.get()
    assert (event.verb, event.reason) == ("linked", "Without a figure.")
    assert event.detail == {"kind": "contradicts", "other": str(losses.uuid), "number": losses.pk}
    links.change(row, alice, note="No figure given.")
    links.remove(row, alice)
    assert [one.verb for one in denial.events.all()] == ["unlinked", "link_changed", "linked"]


def test_a_claim_nobody_may_know_of_is_not_shown(make_claim, alice, sam):
    own, other = make_claim(created_by=sam), make_claim()
    links.add(own, alice, other=other, kind="repeats")
    assert links.seen_from(own, Claim.objects.seen_by(sam)) == []


def test_what_makes_no_sense_is_refused(make_claim, alice):
    one, other = make_claim(), make_claim()
    links.add(one, alice, other=other, kind="contradicts")
    for claim, to, kind, sentence in (
        (one, one, "repeats", "not linked to itself"),
        (one, other, "contradicts", "already"),
        (other, one, "contradicts", "already"),
        (one, other, "follows", "repeats, contradicts, part_of"),
        (one, None, "repeats", "Name the other"),
    ):
        with pytest.raises(InvalidValue, match=sentence):
            links.add(claim, alice, other=to, kind=kind)
    links.add(other, alice, other=one, kind="repeats")
    assert ClaimLink.objects.count() == 2


def test_parts_do_not_go_round_in_a_circle(make_claim, alice):
    one, two, three = make_claim(), make_claim(), make_claim()
    links.add(one, alice, other=two, kind="part_of")
    links.add(two, alice, other=three, kind="part_of")
    with pytest.raises(InvalidValue, match="circle"):
        links.add(three, alice, other=one, kind="part_of")
    links.add(three, alice, other=one, kind="repeats")


def test_another_kind_is_another_link(make_claim, alice):
    row = links.add(make_claim(), alice, other=make_claim(), kind="repeats")
    with pytest.raises(InvalidValue, match="no field “kind”"):
        links.change(row, alice, kind="part_of")


@pytest.mark.parametrize("who", ["sam", "vera", "charlie"])
def test_who_may_not(who, request, make_claim, alice):
    person = request.getfixturevalue(who)
    claim, other = make_claim(created_by=person), make_claim(created_by=person)
    row = links.add(claim, alice, other=other, kind="repeats")
    for job in (
        lambda: links.add(claim, person, other=other, kind="part_of"),
        lambda: links.change(row, person, note="x"),
        lambda: links.remove(row, person),
    ):
        with pytest.raises(NotAllowed):
            job()


@pytest.mark.parametrize("who", ["alice", "dana", "erin"])
def test_who_may(who, request, make_claim):
    person, claim = request.getfixturevalue(who), make_claim()
    row = links.add(claim, person, other=make_claim(), kind="repeats")
    links.remove(links.change(row, person, note="x"), person)
    assert claim.events.count() == 3


def test_a_lease_and_an_end_stop_it(claim_in, make_claim, bob, alice):
    other = make_claim()
    with pytest.raises(LeaseHeld):
        links.add(claim_in(State.IN_REVIEW), bob, other=other, kind="repeats")
    for state in sorted(CLOSED):
        with pytest.raises(MoveNotAllowed):
            links.add(claim_in(state), alice, other=other, kind="repeats")
