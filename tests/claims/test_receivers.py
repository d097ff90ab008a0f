"""What media tells is told in the logs of the claims that carry either item."""

import pytest

from claims import attachments
from media import decisions
from media.models import Match
from media.signals import match_decided, match_found

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(make_claim, make_item, make_match, alice):
    """A match, a claim on each of its items, and a claim on neither."""
    older, newer = make_item(), make_item()
    claims = [make_claim(), make_claim(), make_claim()]
    for claim, item in zip(claims, (older, newer, make_item()), strict=True):
        attachments.attach(claim, item, alice)
    return make_match(older, newer), claims


def test_a_found_match_is_told_once_to_each_claim_that_carries_either_item(pair):
    match, claims = pair
    for _ in range(2):
        match_found.send(sender=Match, match=match)
    told = [claim.events.filter(verb="match_found").count() for claim in claims]
    assert told == [1, 1, 0]
    event = claims[0].events.first()
    assert (event.by, event.detail["match"]) == (None, str(match.uuid))
    assert event.detail["newer"] == str(match.newer.uuid)


@pytest.mark.parametrize("decision", ["confirmed", "rejected"])
def test_a_decision_is_told_with_who_and_why(pair, bob, decision):
    match, claims = pair
    match.decision, match.decided_by, match.note = decision, bob, "Another convoy."
    match_decided.send(sender=Match, match=match)
    event = claims[1].events.first()
    assert (event.verb, event.by, event.reason) == (f"match_{decision}", bob, "Another convoy.")


def test_a_match_is_no_change_of_the_claim(pair):
    match, claims = pair
    before = claims[0].version
    match_found.send(sender=Match, match=match)
    claims[0].refresh_from_db()
    assert claims[0].version == before


def test_a_claim_with_both_items_is_told_once(pair, alice):
    match, claims = pair
    attachments.attach(claims[0], match.newer, alice)
    match_found.send(sender=Match, match=match)
    assert claims[0].events.filter(verb="match_found").count() == 1


def test_each_decision_of_a_reopened_match_is_told(pair, alice, django_capture_on_commit_callbacks):
    match, claims = pair
    with django_capture_on_commit_callbacks(execute=True):
        decisions.confirm(match, alice, "same_picture")
    with django_capture_on_commit_callbacks(execute=True):
        decisions.undo(match, alice, "Too soon.")
    with django_capture_on_commit_callbacks(execute=True):
        decisions.confirm(match, alice, "same_footage")
    told = claims[0].events.filter(verb__startswith="match_").order_by("pk")
    assert [event.verb for event in told] == [
        "match_confirmed",
        "match_reopened",
        "match_confirmed",
    ]
    assert (told[1].by, told[1].reason) == (alice, "Too soon.")
