"""Counting where a claim's media turned up before."""

import pytest

from claims import attachments, reuse
from claims.models import Claim
from claims.reuse import Reuse

pytestmark = pytest.mark.django_db


def test_open_and_confirmed_matches_count_rejected_and_weak_ones_do_not(
    make_claim, make_item, make_match, alice
):
    claim, item = make_claim(), make_item()
    attachments.attach(claim, item, alice)
    for fields in (
        {},
        {"decision": "confirmed"},
        {"decision": "rejected"},
        {"relation": "similar"},
        {"relation": "similar", "decision": "confirmed"},
    ):
        make_match(item, make_item(), **fields)
    assert reuse.reuse_of([claim]) == {claim.pk: Reuse(count=3, undecided=1)}


def test_a_match_between_two_items_of_one_claim_counts_once(
    make_claim, make_item, make_match, alice
):
    claim, items = make_claim(), [make_item(), make_item()]
    for item in items:
        attachments.attach(claim, item, alice)
    make_match(*items)
    assert reuse.reuse_of([claim])[claim.pk] == Reuse(1, 1)


def test_many_claims_take_two_queries(
    make_claim, make_item, make_match, alice, django_assert_num_queries
):
    for _ in range(4):
        item = make_item()
        attachments.attach(make_claim(), item, alice)
        make_match(item, make_item())
    bare = make_claim()
    claims = list(Claim.objects.all())
    with django_assert_num_queries(2):
        found = reuse.reuse_of(claims)
    assert found.pop(bare.pk) == Reuse(0, 0)
    assert list(found.values()) == [Reuse(1, 1)] * 4
    assert reuse.reuse_of([]) == {}
