"""Blind second reviews: two people answer a hard claim, neither sees the other until both did."""

import pytest
from django.urls import reverse

from claims import checklists, publishing, queue, reviews, verdicts, workflow
from claims.errors import InvalidValue, MoveNotAllowed, NotAllowed, NotReady, ReasonNeeded
from claims.models import Step

pytestmark = pytest.mark.django_db


@pytest.fixture
def hard(claim_in, alice, answer_all):
    """A hard claim that alice holds, every required question answered."""
    claim = claim_in("in_review", is_hard=True, hard_reason="Perhaps staged.")
    answer_all(claim, alice)
    return claim


def answers_to(claim, answer="inconclusive", **other):
    given = {
        str(step.uuid): {"answer": answer, "reason": "A secret reason."}
        for step in reviews.questions(claim)
    }
    return given | other


def test_neither_sees_the_other_until_both_are_in(hard, alice, bob, dana):
    assert reviews.hides_answers(hard, bob)
    assert reviews.hides_answers(hard, dana)
    assert not reviews.hides_answers(hard, alice)
    reviews.hand_in(hard, bob, "false", answers_to(hard))
    assert reviews.differences(hard) == []
    assert not reviews.hides_answers(hard, bob)
    assert reviews.hides_answers(hard, dana)
    reviews.hand_in_checklist(hard, alice, "unverified")
    assert not reviews.hides_answers(hard, dana)
    assert len(reviews.differences(hard)) == len(reviews.questions(hard)) + 1


def test_the_differences_stand_before_the_verdict(hard, alice, bob):
    with pytest.raises(NotReady) as refused:
        verdicts.decide(hard, alice, "unverified", "Nothing settles it.")
    assert [one["what"] for one in refused.value.missing] == ["review"]
    assert "0 of 2 people" in refused.value.missing[0]["detail"]
    first = reviews.questions(hard)[0]
    other = {str(first.uuid): {"answer": "confirmed", "reason": "The post is there."}}
    reviews.hand_in_checklist(hard, alice, "unverified", "Nothing settles it.")
    with pytest.raises(NotReady, match="1 of 2"):
        verdicts.decide(hard, alice, "unverified", "Nothing settles it.")
    reviews.hand_in(hard, bob, "false", answers_to(hard, **other))
    differing = [one for one in reviews.differences(hard) if not one.is_same]
    assert [(one.first, one.second) for one in differing] == [
        ("Unverified", "False"), ("inconclusive", "confirmed"),
    ]  # fmt: skip
    assert differing[1].second_reason == "The post is there."
    verdicts.decide(hard, alice, "unverified", "Nothing settles it.")
    assert hard.state == "decided"


def test_an_override_still_needs_its_reason(hard, alice):
    verdict = verdicts.decide(hard, alice, "unverified", "No.", override_reason="18:30 bulletin.")
    assert verdict.override_reason == "18:30 bulletin."
    assert hard.events.first().detail["missing"][0]["what"] == "review"


def test_a_claim_not_marked_hard_needs_one_person(claim_in, alice, bob, answer_all):
    claim = claim_in("in_review")
    answer_all(claim, alice)
    assert not reviews.hides_answers(claim, bob)
    with pytest.raises(MoveNotAllowed, match="not marked hard"):
        reviews.hand_in(claim, bob, "false", {})
    verdicts.decide(claim, alice, "unverified", "Nothing settles it.")


def test_who_saw_the_answers_is_not_the_second_person(hard, alice, bob):
    workflow.move(hard, "release", alice)
    queue.take(hard, bob)
    with pytest.raises(MoveNotAllowed, match="answered this checklist yourself"):
        reviews.hand_in(hard, alice, "false", answers_to(hard))
    with pytest.raises(MoveNotAllowed, match="You hold this claim"):
        reviews.hand_in(hard, bob, "false", answers_to(hard))


def test_who_changed_an_answer_saw_it_too(hard, alice, dana, bob):
    step = reviews.questions(hard)[0]
    checklists.reopen(step, alice)
    workflow.move(hard, "release", alice)
    queue.take(hard, dana)
    with pytest.raises(MoveNotAllowed, match="answered this checklist yourself"):
        reviews.hand_in(hard, alice, "false", answers_to(hard))


def test_an_editor_does_not_write_into_a_checklist_kept_from_them(hard, dana):
    with pytest.raises(MoveNotAllowed, match="marked hard"):
        checklists.reopen(reviews.questions(hard)[0], dana)


def test_a_review_is_handed_in_once_and_by_two_people(hard, alice, bob, dana):
    reviews.hand_in(hard, bob, "false", answers_to(hard))
    with pytest.raises(MoveNotAllowed, match="already"):
        reviews.hand_in(hard, bob, "true", answers_to(hard))
    with pytest.raises(MoveNotAllowed, match="Somebody else"):
        reviews.hand_in(hard, dana, "true", answers_to(hard))
    reviews.hand_in_checklist(hard, alice, "false")
    with pytest.raises(MoveNotAllowed, match="already"):
        reviews.hand_in_checklist(hard, alice, "true")


def test_what_cannot_be_handed_in_says_so(hard, alice, bob):
    whole = answers_to(hard)
    key = next(iter(whole))
    with pytest.raises(InvalidValue, match="no rating"):
        reviews.hand_in(hard, bob, "fake", whole)
    with pytest.raises(InvalidValue, match="has no answer yet"):
        reviews.hand_in(hard, bob, "false", {**whole, key: {}})
    with pytest.raises(InvalidValue, match="required questions"):
        reviews.hand_in(hard, bob, "false", {"x": {}})
    with pytest.raises(ReasonNeeded, match="what shows it"):
        reviews.hand_in(hard, bob, "false", {**whole, key: {"answer": "confirmed"}})
    checklists.reopen(reviews.questions(hard)[0], alice)
    with pytest.raises(NotReady, match="1 required questions"):
        reviews.hand_in_checklist(hard, alice, "false")
    assert not hard.reviews.exists()


def test_a_correction_begins_a_new_round(hard, alice, bob, dana):
    reviews.hand_in_checklist(hard, alice, "unverified")
    reviews.hand_in(hard, bob, "unverified", answers_to(hard))
    verdicts.decide(hard, alice, "unverified", "Nothing.")
    publishing.publish(hard, dana)
    publishing.correct(hard, dana, "The year.")
    assert reviews.handed_in(hard) == []
    assert "0 of 2" in reviews.missing(hard)


@pytest.mark.parametrize("name", ["sam", "vera", "charlie"])
def test_roles_that_do_not_review_hand_nothing_in(hard, request, name):
    person = request.getfixturevalue(name)
    with pytest.raises(NotAllowed):
        reviews.hand_in(hard, person, "false", answers_to(hard))
    with pytest.raises(NotAllowed):
        reviews.hand_in_checklist(hard, person, "false")


@pytest.mark.parametrize("name", ["bob", "dana", "erin"])
def test_any_other_reviewer_is_the_second_person(hard, request, name):
    reviews.hand_in(hard, request.getfixturevalue(name), "false", answers_to(hard))
    assert hard.events.first().verb == "reviewed"


# --- At the doors ----
def test_the_page_keeps_answers_from_the_second_person_and_shows_both_in_the_end(
    hard, alice, bob, client_of
):
    address, hand_in = (reverse(name, args=[hard.pk]) for name in ("claim", "claim-review"))
    step = Step.objects.get(pk=reviews.questions(hard)[0].pk)
    checklists.answer(step, alice, "inconclusive", reason="Only alice knows.")
    second = client_of(bob)
    shown = second.get(address).content.decode()
    assert "Answer apart" in shown
    assert "Only alice knows." not in shown
    assert "could not be established" not in shown
    sent = {"apart": "yes", "rating": "false", "reason": "Staged."}
    for key, one in answers_to(hard).items():
        sent |= {f"answer-{key}": one["answer"], f"reason-{key}": one["reason"]}
    half = {**sent, f"answer-{step.uuid}": ""}
    refused = second.post(hand_in, half)
    assert refused.status_code == 422
    assert "A secret reason." in refused.content.decode()
    assert second.post(hand_in, sent).status_code == 302
    first = client_of(alice)
    assert "A secret reason." not in first.get(address).content.decode()
    first.post(hand_in, {"rating": "unverified"})
    both = first.get(address).content.decode()
    assert "1 of " in both
    assert "Unverified" in both
    assert "Staged." in both


def test_programs_are_kept_from_answers_alike(hard, alice, bob, vera, program_of):
    base = f"/api/v1/claims/{hard.uuid}/"
    step = reviews.questions(hard)[0]
    for program in (program_of(bob), program_of(vera)):
        steps = program.get(f"{base}checklist/").json()["results"]
        assert {one["answer"] for one in steps} == {None}
        assert {one["reason"] for one in steps} == {""}
        assert program.get(f"/api/v1/steps/{step.uuid}/").json()["answer"] is None
        verbs = {one["verb"] for one in program.get(f"{base}events/").json()["results"]}
        assert "answered" not in verbs
        assert program.get(base).json()["disclosure"] is None
        assert program.get(f"{base}disclosure/").status_code == 409
    mine = program_of(alice).get(f"/api/v1/steps/{step.uuid}/").json()
    assert mine["answer"] == "inconclusive"
    body = {"rating": "false", "answers": answers_to(hard)}
    made = program_of(bob).post(f"{base}reviews/", body, format="json")
    assert made.status_code == 201, made.content
    seen = program_of(alice).get(f"{base}reviews/").json()
    assert (seen["given"], seen["results"], seen["differences"]) == (1, [], [])
    assert len(program_of(bob).get(f"{base}reviews/").json()["results"]) == 1
    program_of(alice).post(f"{base}reviews/", {"rating": "unverified"}, format="json")
    seen = program_of(vera).get(f"{base}reviews/").json()
    assert (seen["given"], len(seen["results"]), seen["differences"][0]["same"]) == (2, 2, False)
    assert program_of(vera).post(f"{base}reviews/", body, format="json").status_code == 403
