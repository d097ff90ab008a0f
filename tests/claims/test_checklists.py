"""Answers need something behind them; history is kept; what is missing is listed."""

from datetime import UTC, datetime

import pytest

from claims import attachments, checklists, queue, verdicts
from claims.errors import (
    EvidenceNeeded,
    InvalidValue,
    LeaseHeld,
    MoveNotAllowed,
    NotAllowed,
    NotReady,
    ReasonNeeded,
)
from claims.models import Step
from claims.states import CLOSED, State

pytestmark = pytest.mark.django_db
NOTE = [{"kind": "note", "value": "Seen in the archive."}]


@pytest.fixture
def step(make_claim, make_item, alice):
    """The first step of a footage checklist on an open claim."""
    claim = make_claim()
    attachments.attach(claim, make_item(kind="footage"), alice)
    return claim.checklists.get().steps.first()


def test_starting_twice_is_one_checklist_with_its_version(make_claim):
    claim = make_claim()
    first, again = (checklists.start(claim, "footage") for _ in range(2))
    assert (first, first.version) == (again, 1)
    assert 8 <= first.steps.count() <= 14
    assert [one.order for one in first.steps.all()] == list(range(1, first.steps.count() + 1))


def test_an_unknown_template_is_refused(make_claim):
    with pytest.raises(InvalidValue, match="footage, still, statement, figure"):
        checklists.start(make_claim(), "../secret")


@pytest.mark.parametrize("said", ["confirmed", "contradicted"])
def test_a_finding_without_evidence_is_refused(step, alice, said):
    with pytest.raises(EvidenceNeeded) as refused:
        checklists.answer(step, alice, said, reason="I am sure.")
    assert refused.value.field == "evidence"
    assert Step.objects.get(pk=step.pk).answer is None


@pytest.mark.parametrize("said", ["inconclusive", "not_attempted"])
def test_no_finding_without_a_reason_is_refused(step, alice, said):
    with pytest.raises(ReasonNeeded) as refused:
        checklists.answer(step, alice, said, reason="  ", evidence=NOTE)
    assert refused.value.field == "reason"


def test_an_answer_is_kept_whole_and_told(step, alice):
    answered = checklists.answer(
        step, alice, "contradicted", " frame by frame ", "high", evidence=NOTE
    )
    answered.refresh_from_db()
    assert (answered.answer, answered.method, answered.confidence) == (
        "contradicted",
        "frame by frame",
        "high",
    )
    assert (answered.answered_by, answered.answered_at is not None) == (alice, True)
    assert [one.value for one in answered.evidence.all()] == ["Seen in the archive."]
    event = answered.checklist.claim.events.first()
    assert (event.verb, event.detail["answer"], event.detail["before"]) == (
        "answered",
        "contradicted",
        None,
    )


def test_not_applicable_needs_nothing(step, alice):
    assert checklists.answer(step, alice, "not_applicable").answer == "not_applicable"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"answer": "yes"}, "answer"),
        ({"answer": ""}, "answer"),
        ({"answer": None}, "answer"),
        ({"answer": "not_applicable", "confidence": "total"}, "confidence"),
        ({"answer": "not_applicable", "method": "x" * 201}, "method"),
    ],
)
def test_values_that_are_none_are_refused(step, alice, given, field):
    with pytest.raises(InvalidValue) as refused:
        checklists.answer(step, alice, **given)
    assert refused.value.field == field


def test_changing_and_reopening_keeps_what_was_said(step, alice, dana):
    checklists.answer(step, alice, "confirmed", evidence=NOTE)
    checklists.answer(step, dana, "inconclusive", reason="The archive was wrong.")
    checklists.reopen(step, alice)
    step.refresh_from_db()
    assert (step.answer, step.answered_by, step.evidence.count()) == (None, None, 0)
    second, first = step.history.all()
    assert (first.before["answer"], first.before["answered_by"], first.by) == (
        "confirmed",
        "alice",
        dana,
    )
    assert first.before["evidence"] == [
        {"kind": "note", "value": "Seen in the archive.", "note": ""}
    ]
    assert (second.before["answer"], second.by) == ("inconclusive", alice)


def test_the_same_answer_twice_is_one(step, alice):
    for _ in range(2):
        checklists.answer(step, alice, "confirmed", evidence=NOTE)
    assert not step.history.exists()
    assert step.checklist.claim.events.filter(verb="answered").count() == 1
    checklists.reopen(step, alice)
    checklists.reopen(step, alice)
    assert step.checklist.claim.events.filter(verb="reopened").count() == 1


def test_answering_raises_the_version_and_renews_the_lease(claim_in, alice):
    claim = claim_in(State.IN_REVIEW)
    version, lease = claim.version, claim.lease_until
    checklists.answer(claim.checklists.get().steps.first(), alice, "not_applicable")
    claim.refresh_from_db()
    assert (claim.version, claim.lease_until > lease) == (version + 1, True)


@pytest.mark.parametrize("name", ["charlie", "sam", "vera"])
def test_who_may_not_review_may_not_answer(step, request, name):
    person = request.getfixturevalue(name)
    for attempt in (
        lambda: checklists.answer(step, person, "not_applicable"),
        lambda: checklists.reopen(step, person),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_while_a_lease_is_live_only_its_holder_or_an_editor_answers(
    claim_in, alice, bob, dana, erin
):
    step = claim_in(State.IN_REVIEW).checklists.get().steps.first()
    with pytest.raises(LeaseHeld, match="alice is working on claim"):
        checklists.answer(step, bob, "not_applicable")
    for person in (alice, dana, erin):
        checklists.answer(step, person, "inconclusive", reason=f"{person} tried.")
    assert step.history.count() == 2


@pytest.mark.parametrize("state", sorted(CLOSED - {State.SET_ASIDE}))
def test_a_closed_claims_checklist_is_closed(claim_in, dana, state):
    step = claim_in(state).checklists.get().steps.first()
    with pytest.raises(MoveNotAllowed, match="its checklist is closed"):
        checklists.reopen(step, dana)


# --- What is missing ----
def test_what_is_missing_is_listed_exactly(claim_in, make_item, make_match, alice, answer_all):
    claim = claim_in(State.IN_REVIEW)
    ready, working = make_item(kind="footage"), make_item(state="processing", matched_at=None)
    for item in (ready, working):
        attachments.attach(claim, item, alice)
    match = make_match(make_item(first_seen_at=datetime(2020, 10, 14, tzinfo=UTC)), ready)
    answer_all(claim, alice)
    required = Step.objects.filter(checklist__claim=claim, is_required=True)
    step = required.filter(checklist__template="footage").first()
    checklists.reopen(step, alice)

    with pytest.raises(NotReady) as refused:
        verdicts.decide(claim, alice, "unverified", "Nothing.")

    assert [(one["what"], one["id"]) for one in refused.value.missing] == [
        ("step", str(step.uuid)),
        ("item", str(working.uuid)),
        ("match", str(match.uuid)),
    ]
    assert step.question in refused.value.missing[0]["detail"]
    assert "still being looked at" in refused.value.missing[1]["detail"]
    assert "seen 14 October 2020" in refused.value.missing[2]["detail"]
    assert "3 things are missing" in str(refused.value)
    assert not claim.verdicts.exists()


@pytest.mark.parametrize(
    ("fields", "is_missing"),
    [
        ({"state": "stored", "matched_at": None}, True),
        ({"state": "ready", "matched_at": None}, True),
        ({"state": "ready"}, False),
        ({"state": "undecodable", "reason_code": "broken", "matched_at": None}, False),
        ({"state": "failed", "matched_at": None}, False),
    ],
)
def test_an_item_is_missing_while_anything_is_still_asked_about_it(
    make_claim, make_item, alice, fields, is_missing
):
    claim = make_claim()
    attachments.attach(claim, make_item(**fields), alice)
    assert ("item" in {one["what"] for one in checklists.missing(claim)}) is is_missing


def test_optional_steps_and_weak_similarities_are_not_missing(
    claim_in, make_item, make_match, alice, answer_all
):
    claim, item = claim_in(State.IN_REVIEW), make_item(kind="footage")
    attachments.attach(claim, item, alice)
    make_match(item, make_item(), relation="similar")
    answer_all(claim, alice)
    assert Step.objects.filter(checklist__claim=claim, answer=None).exists()
    assert checklists.missing(claim) == []


def test_a_claim_nobody_asked_anything_of_is_not_ready(make_claim):
    assert [one["what"] for one in checklists.missing(make_claim())] == ["checklist"]


def test_taking_a_claim_without_media_gives_it_questions(make_claim, alice):
    claim = queue.take(make_claim(), alice)
    assert {one["what"] for one in checklists.missing(claim)} == {"step"}
