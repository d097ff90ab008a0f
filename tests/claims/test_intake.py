"""Entering a claim and changing what is written about it."""

import pytest

from claims import intake
from claims.errors import ClaimMoved, InvalidValue, LeaseHeld, MoveNotAllowed, NotAllowed
from claims.models import Claim
from claims.states import State

pytestmark = pytest.mark.django_db


def test_a_new_claim_waits_in_the_queue_and_is_told(sam, militia):
    claim = intake.create_claim(
        sam,
        statement="  A drone hit a pickup ",
        claimant=militia,
        is_undated_by_source=True,
        claimed_on="2023-02-05",
        tags=["drones"],
    )
    claim.refresh_from_db()
    assert (claim.statement, claim.state, claim.version) == ("A drone hit a pickup", State.OPEN, 1)
    assert (claim.claimant, claim.created_by) == (militia, sam)
    assert [event.verb for event in claim.events.all()] == ["entered"]


@pytest.mark.parametrize(
    ("subject", "templates"),
    [("event", []), ("statement", ["statement"]), ("figure", ["figure"])],
)
def test_a_claim_without_media_gets_its_questions_at_once(sam, subject, templates):
    claim = intake.create_claim(sam, statement="So it is", subject=subject)
    assert [one.template for one in claim.checklists.all()] == templates


@pytest.mark.parametrize("name", ["charlie", "vera"])
def test_who_may_not_submit_may_not_enter_claims(request, name):
    with pytest.raises(NotAllowed):
        intake.create_claim(request.getfixturevalue(name), statement="So it is")
    assert not Claim.objects.exists()


def test_an_invented_date_beside_undated_is_refused(sam):
    with pytest.raises(InvalidValue, match="Leave the event date empty") as refused:
        intake.create_claim(sam, statement="So", is_undated_by_source=True, event_on="2023")
    assert refused.value.field == "event_on"


def test_a_change_is_told_with_both_values_and_raises_the_version(make_claim, alice):
    claim = make_claim(statement="Before")
    intake.change_claim(claim, alice, 1, statement="After", priority=3)
    assert (claim.statement, claim.priority, claim.version) == ("After", 3, 2)
    assert claim.events.first().detail["changed"] == {
        "statement": ["Before", "After"],
        "priority": [1, 3],
    }


def test_the_second_of_two_editors_is_told_and_nothing_is_lost(make_claim, alice, bob):
    claim = make_claim(statement="Before")
    seen_by_bob = Claim.objects.get(pk=claim.pk)
    intake.change_claim(claim, alice, 1, statement="Alice's")
    with pytest.raises(ClaimMoved, match="version 1, now 2"):
        intake.change_claim(seen_by_bob, bob, 1, statement="Bob's")
    assert seen_by_bob.statement == "Alice's"
    assert Claim.objects.get(pk=claim.pk).statement == "Alice's"


def test_changing_nothing_is_no_change(make_claim, alice):
    claim = make_claim(statement="Same")
    intake.change_claim(claim, alice, 1, statement=" Same ")
    assert (claim.version, claim.events.count()) == (1, 0)


def test_a_date_and_undated_cannot_be_set_one_after_the_other(make_claim, alice):
    claim = make_claim(event_on="2023-02-05")
    with pytest.raises(InvalidValue):
        intake.change_claim(claim, alice, 1, is_undated_by_source=True)
    intake.change_claim(claim, alice, 1, is_undated_by_source=True, event_on="")
    assert claim.is_undated_by_source


def test_while_a_lease_is_live_only_its_holder_or_an_editor_changes(claim_in, alice, bob, dana):
    claim = claim_in(State.IN_REVIEW)
    with pytest.raises(LeaseHeld):
        intake.change_claim(claim, bob, claim.version, priority=3)
    intake.change_claim(claim, alice, claim.version, priority=3)
    intake.change_claim(claim, dana, claim.version, priority=0)


@pytest.mark.parametrize("name", ["charlie", "vera", "sam"])
def test_who_may_not_review_changes_nothing(make_claim, request, name):
    person = request.getfixturevalue(name)
    with pytest.raises(NotAllowed):
        intake.change_claim(make_claim(created_by=person), person, 1, statement="Other")


def test_once_a_verdict_is_written_the_substance_stands_and_planning_does_not(claim_in, dana):
    claim = claim_in(State.PUBLISHED)
    with pytest.raises(MoveNotAllowed, match="statement cannot change"):
        intake.change_claim(claim, dana, claim.version, statement="Other")
    intake.change_claim(claim, dana, claim.version, tags=["drones"], recheck_at=None)
    assert claim.tags == ["drones"]


def test_a_field_that_is_none_of_peoples_business_is_refused(make_claim, dana):
    with pytest.raises(InvalidValue) as refused:
        intake.change_claim(make_claim(), dana, 1, state="published")
    assert refused.value.field == "state"
