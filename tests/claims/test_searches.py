"""The ledger of what was tried."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from claims import searches
from claims.errors import InvalidValue, LeaseHeld, MoveNotAllowed, NotAllowed, ReasonNeeded
from claims.models import Search
from claims.searches import Tally
from claims.states import CLOSED, State

pytestmark = pytest.mark.django_db
FRAME = {"tool": "Reverse image search", "query": "frame at 0:03.200"}


def test_an_empty_search_is_kept_and_told(make_claim, alice):
    claim, at = make_claim(), datetime(2023, 2, 6, 9, 30, tzinfo=UTC)
    row = searches.add(claim, alice, **FRAME, hits=0, at=at, note="Six engines.", proof="kept")
    assert (row.outcome, row.by, row.at) == ("nothing", alice, at)
    event = claim.events.get()
    assert event.verb == "search_logged"
    assert event.detail == {
        **FRAME, "hits": 0, "at": "2023-02-06T09:30:00+00:00", "outcome": "nothing",
        "proof": "kept", "note": "Six engines.",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "outcome", "hits"),
    [
        ({"hits": 3}, "found", 3),
        ({"hits": 0}, "nothing", 0),
        ({"outcome": "nothing"}, "nothing", 0),
        ({"outcome": "found", "hits": 1}, "found", 1),
        ({"outcome": "no_answer"}, "no_answer", None),
        ({"outcome": "failed", "hits": None}, "failed", None),
    ],
)
def test_hits_and_outcome_say_one_thing(given, outcome, hits, make_claim, alice):
    row = searches.add(make_claim(), alice, **FRAME, **given)
    assert (row.outcome, row.hits) == (outcome, hits)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "hits"),
        ({"hits": None}, "hits"),
        ({"outcome": "found"}, "hits"),
        ({"outcome": "found", "hits": 0}, "hits"),
        ({"outcome": "nothing", "hits": 2}, "hits"),
        ({"outcome": "no_answer", "hits": 0}, "hits"),
        ({"outcome": "maybe", "hits": 0}, "outcome"),
        ({"hits": -1}, "hits"),
        ({"hits": 0, "tool": ""}, "tool"),
        ({"hits": 0, "query": " "}, "query"),
        ({"hits": 0, "at": datetime(2999, 1, 1, tzinfo=UTC)}, "at"),
    ],
)
def test_what_does_not_fit_is_refused(given, field, make_claim, alice):
    with pytest.raises(InvalidValue) as refused:
        searches.add(make_claim(), alice, **{**FRAME, **given})
    assert refused.value.field == field


def test_correcting_a_line_keeps_what_it_said(make_claim, alice):
    claim = make_claim()
    row = searches.add(claim, alice, **FRAME, hits=0)
    assert searches.change(row, alice, hits=2).outcome == "found"
    assert searches.change(row, alice, outcome="failed").hits is None
    with pytest.raises(InvalidValue):
        searches.change(row, alice, outcome="found")
    changes = [event.detail["changed"] for event in claim.events.all()[:2]]
    assert changes == [
        {"hits": [2, None], "outcome": ["found", "failed"]},
        {"hits": [0, 2], "outcome": ["nothing", "found"]},
    ]


def test_striking_a_line_needs_a_reason(make_claim, alice):
    claim = make_claim()
    row = searches.add(claim, alice, **FRAME, hits=0)
    with pytest.raises(ReasonNeeded, match="struck"):
        searches.remove(row, alice)
    searches.remove(row, alice, "It was for another claim.")
    event = claim.events.first()
    assert (event.verb, event.reason) == ("search_removed", "It was for another claim.")
    assert event.detail["query"] == FRAME["query"]
    assert not Search.objects.exists()


# --- In one line --------------------------------------------------------------------------------
def test_the_ledger_in_one_line(make_claim, alice):
    claim, now = make_claim(), timezone.now()
    assert searches.tally(claim).words == "nothing tried yet"
    for hours in range(2, 9):
        searches.add(claim, alice, **FRAME, hits=0, at=now - timedelta(hours=hours, minutes=1))
    assert searches.tally(claim).words == "7 searches, 0 hits, last 2 h ago"
    searches.add(claim, alice, tool="Desk Kyiv", query="Is it so?", outcome="no_answer")
    assert searches.tally(claim).words == "7 searches, 0 hits, 1 without result, last just now"
    searches.add(claim, alice, **FRAME, hits=4)
    found = searches.tally(claim)
    assert (found.count, found.hits, found.without) == (8, 4, 1)


@pytest.mark.parametrize(
    ("tally", "ago", "words"),
    [
        (Tally(1, 1), timedelta(minutes=12, seconds=5), "1 search, 1 hit, last 12 min ago"),
        (Tally(0, 0, 2), timedelta(days=1, hours=3),
         "0 searches, 0 hits, 2 without result, last 1 day ago"),
        (Tally(1200, 0), timedelta(days=40, hours=1), "1,200 searches, 0 hits, last 40 days ago"),
    ],
)  # fmt: skip
def test_a_tally_in_words(tally, ago, words):
    told = Tally(tally.count, tally.hits, tally.without, timezone.now() - ago)
    assert told.words == words


def test_many_ledgers_are_summed_up_in_one_query(make_claim, alice, django_assert_num_queries):
    claims = [make_claim() for _ in range(4)]
    for number, claim in enumerate(claims):
        for _ in range(number):
            searches.add(claim, alice, **FRAME, hits=number)
    with django_assert_num_queries(1):
        found = searches.tallies(claims)
    assert [(found[one.pk].count, found[one.pk].hits) for one in claims] == [
        (0, 0), (1, 1), (2, 4), (3, 9),
    ]  # fmt: skip


# --- Who, and when ------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["sam", "vera", "charlie"])
def test_who_may_not(who, request, make_claim, alice):
    person = request.getfixturevalue(who)
    claim = make_claim(created_by=person)
    row = searches.add(claim, alice, **FRAME, hits=0)
    for job in (
        lambda: searches.add(claim, person, **FRAME, hits=0),
        lambda: searches.change(row, person, hits=1),
        lambda: searches.remove(row, person, "x"),
    ):
        with pytest.raises(NotAllowed):
            job()


@pytest.mark.parametrize("who", ["alice", "dana", "erin"])
def test_who_may(who, request, make_claim):
    person, claim = request.getfixturevalue(who), make_claim()
    row = searches.add(claim, person, **FRAME, hits=0)
    searches.remove(searches.change(row, person, hits=1), person, "x")
    assert claim.events.count() == 3


def test_a_lease_and_an_end_stop_it(claim_in, bob, alice):
    with pytest.raises(LeaseHeld):
        searches.add(claim_in(State.IN_REVIEW), bob, **FRAME, hits=0)
    for state in sorted(CLOSED):
        with pytest.raises(MoveNotAllowed):
            searches.add(claim_in(state), alice, **FRAME, hits=0)
