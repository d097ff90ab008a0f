"""The order of work read page by page is the order of one sort over everything."""

import random
from datetime import timedelta

import pytest
from django.core.paginator import Paginator
from django.utils import timezone

from claims import attachments, order, queue
from claims.models import Claim
from claims.pages import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def many(make_claim, make_item, make_match, alice):
    """Thirty claims, some urgent, some due, four of them flagged."""
    luck = random.Random(3)
    claims = [
        make_claim(
            priority=luck.randrange(4),
            due_at=luck.choice([None, timezone.now() + timedelta(hours=luck.randrange(5))]),
        )
        for _ in range(30)
    ]
    for claim in luck.sample(claims, 4):
        item = make_item()
        attachments.attach(claim, item, alice)
        make_match(item, make_item())
    return claims


@pytest.mark.parametrize("size", [3, 4, 7, 30])
def test_pages_put_together_are_the_whole_in_order(many, alice, size):
    by_one_sort = list(queue.in_tab(alice, "open"))
    pages = Paginator(order.InOrder(queue.tab(alice, "open")), size)
    read = [claim for page in pages for claim in page]
    assert read == by_one_sort
    assert [claim.is_reused for claim in read] == [claim.is_reused for claim in by_one_sort]
    assert sum(claim.is_reused for claim in read) == 4


def test_a_decided_match_is_no_longer_first(many, alice):
    first = order.InOrder(queue.tab(alice, "open"))[0:1][0]
    for match in first.items.get().earlier_copies.all() | first.items.get().later_copies.all():
        match.decision, match.decided_at = "rejected", timezone.now()
        match.save()
    again = order.InOrder(queue.tab(alice, "open"))[0:30]
    assert sum(claim.is_reused for claim in again) == 3


def test_counting_ends_somewhere(many, alice, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(order, "MOST_COUNTED", 10)
    assert len(order.InOrder(queue.tab(alice, "open"))) == 10
    with django_assert_num_queries(2):
        assert queue.counts(alice)["open"] == 10
    assert queue.counts(alice)["mine"] == 0


def test_a_page_takes_as_many_queries_for_thirty_claims_as_for_three(
    many, alice, django_assert_max_num_queries
):
    for size in (3, 30):
        with django_assert_max_num_queries(9):
            found = order.InOrder(queue.tab(alice, "open"), rows.with_all)[0:size]
            assert [rows.Row(claim, alice).seen for claim in found]


def test_take_next_follows_the_same_order(many, alice):
    expected = [claim.pk for claim in queue.in_tab(alice, "open")]
    assert [queue.take_next(alice).pk for _ in expected] == expected
    assert not Claim.objects.filter(state="open").exists()
