"""Asking for help: who is asked, what wakes the claim, who goes on with it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from claims import asking, queue
from claims.errors import InvalidValue, LeaseHeld, MoveNotAllowed, NotAllowed, ReasonNeeded
from claims.states import State

pytestmark = pytest.mark.django_db


def test_the_question_says_who_can_answer_and_until_when(claim_in, alice):
    claim, later = claim_in("in_review"), timezone.now() + timedelta(hours=3)
    event = asking.ask(claim, alice, " Is this Farsi? ", "the Iran desk", later)
    assert (claim.state, claim.waiting_for, claim.waiting_on) == (
        State.WAITING, "Is this Farsi?", "the Iran desk",
    )  # fmt: skip
    assert (claim.wake_at, claim.assignee) == (later, alice)
    assert (event.by, event.reason, event.detail["waiting_on"]) == (
        alice, "Is this Farsi?", "the Iran desk",
    )  # fmt: skip


def test_a_reply_wakes_the_claim_for_who_asked(claim_in, alice, bob):
    claim = claim_in("waiting")
    asking.reply(claim, bob, "It is Dari.")
    assert (claim.state, claim.assignee, claim.waiting_for) == (State.IN_REVIEW, alice, "")
    assert claim.is_lease_live
    told = asking.last_reply(claim)
    assert (told.by, told.reason, told.detail["question"]) == (
        bob, "It is Dari.", "Who speaks Farsi?",
    )  # fmt: skip


def test_left_alone_after_a_reply_it_goes_back_to_the_queue(claim_in, bob):
    claim = claim_in("waiting")
    asking.reply(claim, bob, "It is Dari.")
    type(claim).objects.filter(pk=claim.pk).update(lease_until=timezone.now())
    assert queue.free_expired() == 1
    claim.refresh_from_db()
    assert claim.state == State.OPEN


def test_the_date_wakes_it_for_anybody(claim_in, alice):
    claim = claim_in("in_review")
    asking.ask(claim, alice, "Is this Farsi?", "", timezone.now() + timedelta(hours=1))
    type(claim).objects.filter(pk=claim.pk).update(wake_at=timezone.now())
    assert queue.free_expired() == 1
    claim.refresh_from_db()
    assert (claim.state, claim.waiting_on, claim.wake_at) == (State.OPEN, "", None)


def test_what_cannot_be_asked_or_answered_says_so(claim_in, alice):
    claim = claim_in("in_review")
    with pytest.raises(ReasonNeeded, match="question"):
        asking.ask(claim, alice, "  ")
    with pytest.raises(InvalidValue, match="moment is over"):
        asking.ask(claim, alice, "Who?", "", timezone.now())
    with pytest.raises(InvalidValue, match="at most 200"):
        asking.ask(claim, alice, "Who?", "x" * 201)
    with pytest.raises(MoveNotAllowed, match="cannot reply"):
        asking.reply(claim, alice, "Nobody asked.")
    asking.ask(claim, alice, "Who?")
    with pytest.raises(ReasonNeeded, match="answer"):
        asking.reply(claim, alice, " ")
    with pytest.raises(InvalidValue, match="text"):
        asking.reply(claim, alice, "a\0b")


@pytest.mark.parametrize("name", ["sam", "vera", "charlie"])
def test_roles_that_do_not_review_neither_ask_nor_answer(claim_in, request, name):
    person = request.getfixturevalue(name)
    with pytest.raises(NotAllowed):
        asking.ask(claim_in("in_review"), person, "Who?")
    with pytest.raises(NotAllowed):
        asking.reply(claim_in("waiting"), person, "I do.")


@pytest.mark.parametrize("name", ["alice", "bob", "dana", "erin"])
def test_every_reviewer_answers(claim_in, request, name):
    claim = claim_in("waiting")
    asking.reply(claim, request.getfixturevalue(name), "I do.")
    assert claim.state == State.IN_REVIEW


def test_only_who_holds_the_claim_or_an_editor_asks(claim_in, bob, dana):
    claim = claim_in("in_review")
    with pytest.raises(LeaseHeld):
        asking.ask(claim, bob, "Who?")
    asking.ask(claim, dana, "Who?")
    assert claim.state == State.WAITING
