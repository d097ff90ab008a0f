"""Every move: by whom, from where, with what; and that each is told."""

from datetime import timedelta

import pytest
from django.utils import timezone

from claims import attachments, publishing, queue, verdicts, workflow
from claims.errors import (
    ClaimMoved,
    LeaseHeld,
    MoveNotAllowed,
    NotAllowed,
    NotReady,
    ReasonNeeded,
    SamePerson,
)
from claims.models import Claim, Publication
from claims.states import MOVES, PERMISSION_OF, REASON_NEEDED, VERBS, State

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(alice, bob, charlie, dana, erin, sam, vera):
    return {
        "alice": alice,
        "bob": bob,
        "charlie": charlie,
        "dana": dana,
        "erin": erin,
        "sam": sam,
        "vera": vera,
    }


def move_as_people_do(claim, verb, by):
    """Make the move by the job that people's doors call."""
    if verb == "decide":
        return verdicts.decide(claim, by, "unverified", "Nothing.", override_reason="Bulletin.")
    if verb == "publish":
        return publishing.publish(claim, by)
    return workflow.move(claim, verb, by, reason="Because.")


FROM_THE_START = [
    (state, verb) for state, verb in MOVES if verb != "withdraw" or state == State.PUBLISHED
]  # withdrawing during a correction: tests/claims/test_publishing.py


@pytest.mark.parametrize(("state", "verb"), FROM_THE_START, ids=lambda value: str(value))
@pytest.mark.parametrize("name", ["alice", "bob", "charlie", "dana", "erin", "sam", "vera"])
def test_a_role_may_make_exactly_the_moves_of_the_table(claim_in, people, state, verb, name):
    claim, by = claim_in(state), people[name]
    before = claim.version
    events = claim.events.count()
    if not by.has_perm(PERMISSION_OF[verb]):
        with pytest.raises(NotAllowed):
            move_as_people_do(claim, verb, by)
    elif state == State.IN_REVIEW and name == "bob":
        with pytest.raises(LeaseHeld, match="alice is working on claim"):
            move_as_people_do(claim, verb, by)
    else:
        move_as_people_do(claim, verb, by)
        claim.refresh_from_db()
        assert claim.state == MOVES[state, verb][0]
        assert claim.version == before + 1
        told = claim.events.first()
        assert (told.verb, told.by, told.detail["from"]) == (verb, by, state)
        return
    claim.refresh_from_db()
    assert (claim.state, claim.version, claim.events.count()) == (state, before, events)


@pytest.mark.parametrize(
    ("state", "verb"),
    [(state, verb) for state in State.values for verb in VERBS if (state, verb) not in MOVES],
)
def test_a_move_that_is_not_in_the_table_is_refused_even_to_the_administrator(
    claim_in, erin, state, verb
):
    claim = claim_in(state)
    with pytest.raises((MoveNotAllowed, LeaseHeld)):
        move_as_people_do(claim, verb, erin)
    assert Claim.objects.get(pk=claim.pk).state == state


def test_an_unknown_verb_is_refused_with_the_verbs_there_are(make_claim, erin):
    with pytest.raises(MoveNotAllowed, match="Use one of: take, "):
        workflow.move(make_claim(), "delete", erin)


@pytest.mark.parametrize("verb", REASON_NEEDED)
def test_a_verb_that_needs_a_reason_takes_none_of_spaces(claim_in, dana, verb):
    state = next(state for state, one in MOVES if one == verb and state != State.OPEN)
    claim = claim_in(state)
    with pytest.raises(ReasonNeeded):
        workflow.move(claim, verb, dana, reason="  \n")
    assert Claim.objects.get(pk=claim.pk).state == state


def test_the_second_of_two_takers_is_told(make_claim, alice, bob):
    seen_by_alice = make_claim()
    seen_by_bob = Claim.objects.get(pk=seen_by_alice.pk)

    workflow.move(seen_by_alice, "take", by=alice)

    with pytest.raises(ClaimMoved):
        workflow.move(seen_by_bob, "take", by=bob)
    assert [event.by for event in seen_by_alice.events.all()] == [alice]


def test_an_inactive_person_may_do_nothing(make_claim, alice):
    alice.is_active = False
    alice.save()
    with pytest.raises(NotAllowed):
        workflow.move(make_claim(), "take", alice)


def test_a_question_is_kept_and_cleared_when_somebody_takes_the_claim_up(claim_in, bob):
    claim = claim_in(State.WAITING)
    assert claim.waiting_for == "Who speaks Farsi?"
    queue.take(claim, bob)
    assert (claim.waiting_for, claim.assignee) == ("", bob)


def test_a_sent_back_claim_is_its_authors_again(claim_in, alice, dana):
    claim = claim_in(State.DECIDED)
    publishing.send_back(claim, dana, "The date is missing.")
    assert (claim.assignee, claim.is_lease_live) == (alice, True)
    assert claim.events.first().reason == "The date is missing."


def test_deciding_by_the_verb_alone_needs_a_verdict(claim_in, alice, answer_all):
    claim = claim_in(State.IN_REVIEW)
    answer_all(claim, alice)
    with pytest.raises(MoveNotAllowed, match="Record a verdict"):
        workflow.move(claim, "decide", alice)


def test_publishing_by_the_verb_alone_is_refused(claim_in, dana):
    claim = claim_in(State.DECIDED)
    with pytest.raises(MoveNotAllowed):
        workflow.move(claim, "publish", dana)
    assert not Publication.objects.exists()


def test_withdrawing_by_the_verb_alone_leaves_the_notice_too(claim_in, dana):
    claim = claim_in(State.PUBLISHED)
    workflow.move(claim, "withdraw", dana, reason="Wrong clip.")
    publication = publishing.current(claim)
    assert publication.withdrawn_at is not None
    assert publication.withdrawal_note == "Wrong clip."


def test_an_editor_may_not_publish_their_own_verdict(claim_in, dana, erin):
    claim = claim_in(State.OPEN)
    queue.take(claim, dana)
    verdicts.decide(claim, dana, "false", "It is not so.", override_reason="Bulletin.")
    with pytest.raises(SamePerson, match="Another editor"):
        publishing.publish(claim, dana)
    assert not Publication.objects.exists()
    publishing.publish(claim, erin)
    assert claim.state == State.PUBLISHED


def test_after_a_correction_it_is_the_new_author_who_may_not_publish(claim_in, alice, dana, erin):
    claim = claim_in(State.PUBLISHED)
    publishing.correct(claim, dana, "The year was wrong.")
    verdicts.decide(claim, dana, "false", "It is not so.", override_reason="Known.")
    with pytest.raises(SamePerson):
        publishing.publish(claim, dana)
    assert publishing.publish(claim, erin).correction_note == "The year was wrong."


def test_a_lease_that_ran_out_still_lets_its_holder_decide_until_somebody_takes_it(
    claim_in, alice, bob, answer_all
):
    claim = claim_in(State.IN_REVIEW)
    answer_all(claim, alice)
    Claim.objects.filter(pk=claim.pk).update(lease_until=timezone.now() - timedelta(minutes=1))
    claim.refresh_from_db()
    with pytest.raises(MoveNotAllowed, match="Take the claim first"):
        verdicts.decide(claim, bob, "unverified", "Nothing.")
    assert verdicts.decide(claim, alice, "unverified", "Nothing.").author == alice


def test_a_copy_flagged_after_the_verdict_stops_publication(
    claim_in, make_item, make_match, alice, dana, answer_all
):
    claim, item = claim_in(State.IN_REVIEW), make_item()
    attachments.attach(claim, item, alice)
    answer_all(claim, alice)
    verdicts.decide(claim, alice, "unverified", "Nothing.")
    match = make_match(item, make_item())
    with pytest.raises(NotReady) as refused:
        publishing.publish(claim, dana)
    assert [one["id"] for one in refused.value.missing] == [str(match.uuid)]
    assert not Publication.objects.exists()


def test_no_move_leaves_half_a_trace_when_its_event_cannot_be_written(claim_in, alice, monkeypatch):
    claim = claim_in(State.OPEN)

    def fail(**_):
        raise RuntimeError("disk full")

    monkeypatch.setattr("claims.log.Event.objects.create", fail)
    with pytest.raises(RuntimeError):
        workflow.move(claim, "take", alice)
    claim.refresh_from_db()
    assert (claim.state, claim.assignee, claim.version) == (State.OPEN, None, 1)
