"""Limits of a date, and the bracket they make."""

from datetime import UTC, datetime

import pytest

from claims import alarms, attachments, dateproofs
from claims.errors import InvalidValue, LeaseHeld, MoveNotAllowed, NotAllowed, ReasonNeeded
from claims.models import DateProof
from claims.states import CLOSED, State

pytestmark = pytest.mark.django_db
SNOW = {"bound": "not_before", "on": "2022-11", "basis": "First snow.", "confidence": "low"}
POSTED = {"bound": "not_after", "on": "2023-02-05", "basis": "Obtained on this day."}


def test_a_proof_is_kept_and_told(make_claim, alice):
    claim = make_claim()
    row = dateproofs.add(claim, alice, **SNOW)
    assert {name: getattr(row, name) for name in SNOW} == SNOW
    event = claim.events.get()
    assert (event.verb, event.detail) == ("date_proof_added", SNOW)


@pytest.mark.parametrize(
    ("given", "field", "sentence"),
    [
        ({**SNOW, "bound": "before"}, "bound", "Use one of: not_before, not_after"),
        ({**SNOW, "on": "winter"}, "on", "is not a date"),
        ({**SNOW, "on": ""}, "on", "Write the day"),
        ({**SNOW, "basis": " "}, "basis", "without its basis is a guess"),
        ({**SNOW, "confidence": "sure"}, "confidence", "high, moderate, low"),
        ({**SNOW, "on": "/2023-02-05"}, "on", "has no first day"),
        ({**POSTED, "on": "2023-02-05/"}, "on", "has no last day"),
        ({**POSTED, "on": "XXXX"}, "on", "has no last day"),
        ({}, "bound", "Use one of"),
    ],
)
def test_what_limits_nothing_is_refused(given, field, sentence, make_claim, alice):
    with pytest.raises(InvalidValue, match=sentence) as refused:
        dateproofs.add(make_claim(), alice, **given)
    assert refused.value.field == field
    assert not DateProof.objects.exists()


def test_the_bracket_takes_the_tightest_limits_with_their_reasons(make_claim, alice):
    claim = make_claim(event_on="2023-02")
    for proof in (SNOW, POSTED, {**POSTED, "on": "2023-03", "basis": "Later post."}):
        dateproofs.add(claim, alice, **proof)
    found = alarms.bracket_of(claim)
    assert found.edtf == "2022-11-01/2023-02-05"
    assert (found.earliest_basis, found.latest_basis) == ("First snow.", "Obtained on this day.")
    assert not found.excludes_claimed
    dateproofs.add(claim, alice, bound="not_after", on="2020-10-14", basis="An archive post.")
    found = alarms.bracket_of(claim)
    assert found.excludes_claimed
    assert found.is_contradictory
    assert found.latest_basis == "An archive post."


def test_footage_the_source_left_undated_has_no_first_day(make_claim, make_item, alice):
    """The reference case: not after the day it was obtained, and no not-before."""
    claim = make_claim(is_undated_by_source=True)
    at = datetime(2023, 2, 6, tzinfo=UTC)
    item = make_item(kind="footage", first_seen_at=at, first_seen_on="2023-02-06")
    attachments.attach(claim, item, alice)
    dateproofs.add(claim, alice, **POSTED)
    found = alarms.bracket_of(claim)
    assert (found.edtf, found.earliest, found.words) == (
        "/2023-02-05", None, "not after 5 February 2023",
    )  # fmt: skip


def test_brackets_of_many_claims_take_as_many_queries_as_of_one(
    make_claim, alice, django_assert_max_num_queries
):
    claims = [make_claim() for _ in range(5)]
    for claim in claims:
        dateproofs.add(claim, alice, **POSTED)
    with django_assert_max_num_queries(3):
        found = alarms.brackets_of_many(claims)
    assert {one.edtf for one in found.values()} == {"/2023-02-05"}


def test_changing_and_taking_off(make_claim, alice):
    claim = make_claim()
    row = dateproofs.add(claim, alice, **SNOW)
    dateproofs.change(row, alice, on="2022-12", confidence="moderate")
    with pytest.raises(InvalidValue, match="has no first day"):
        dateproofs.change(row, alice, on="../2023")
    with pytest.raises(ReasonNeeded):
        dateproofs.remove(row, alice, "  ")
    dateproofs.remove(row, alice, "It was ash, not snow.")
    removed, changed, _ = claim.events.all()
    assert changed.detail["changed"]["on"] == ["2022-11", "2022-12"]
    assert (removed.reason, removed.detail["on"]) == ("It was ash, not snow.", "2022-12")
    assert not claim.date_proofs.exists()


@pytest.mark.parametrize("who", ["sam", "vera", "charlie"])
def test_who_may_not(who, request, make_claim, alice):
    person = request.getfixturevalue(who)
    claim = make_claim(created_by=person)
    row = dateproofs.add(claim, alice, **SNOW)
    for job in (
        lambda: dateproofs.add(claim, person, **POSTED),
        lambda: dateproofs.change(row, person, on="2022"),
        lambda: dateproofs.remove(row, person, "x"),
    ):
        with pytest.raises(NotAllowed):
            job()
    assert DateProof.objects.get().on == "2022-11"


@pytest.mark.parametrize("who", ["alice", "dana", "erin"])
def test_who_may(who, request, make_claim):
    person, claim = request.getfixturevalue(who), make_claim()
    row = dateproofs.add(claim, person, **SNOW)
    dateproofs.remove(dateproofs.change(row, person, on="2022"), person, "x")
    assert claim.events.count() == 3


def test_a_lease_and_an_end_stop_it(claim_in, bob, alice):
    with pytest.raises(LeaseHeld):
        dateproofs.add(claim_in(State.IN_REVIEW), bob, **SNOW)
    for state in sorted(CLOSED):
        with pytest.raises(MoveNotAllowed):
            dateproofs.add(claim_in(state), alice, **SNOW)


def test_a_claimed_date_that_the_proofs_exclude_turns_the_claim_red(make_claim, alice):
    claim = make_claim(event_on="2023-02-05")
    dateproofs.add(claim, alice, **POSTED)
    assert alarms.alarms_of(claim) == []
    old = dateproofs.add(claim, alice, bound="not_after", on="2020-10-14", basis="An archive post")
    [alarm] = alarms.alarms_of(claim)
    assert (alarm.kind, alarm.proposes) == ("date_excluded", "")
    assert alarm.sentence == (
        "The claimed date (5 February 2023) is excluded: the media are not after 14 October 2020 "
        "(An archive post)."
    )
    dateproofs.add(claim, alice, **SNOW)
    [alarm] = alarms.alarms_of(claim)
    assert alarm.sentence.startswith(
        "The limits of the date leave no day. They are contradictory: "
    )
    dateproofs.remove(old, alice, "Another clip.")
    assert alarms.alarms_of(claim) == []
