"""Blind second reviews: two people answer a claim marked hard without seeing each other.

The one who holds the claim works in its checklist and hands those answers in. Somebody else answers
the same required questions apart from it. Until both are in, nobody but the holder sees what the
checklist says, and the holder does not see the other. Then the differences stand before the
verdict.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from claims import leases, log, roles
from claims.errors import InvalidValue, MoveNotAllowed, NotReady, ReasonNeeded
from claims.models import Claim, Event, Review, Step, StepChange, Verdict
from claims.states import CLOSED

NEEDED = 2
_NEEDS_REASON = {
    Step.Answer.CONFIRMED,
    Step.Answer.CONTRADICTED,
    Step.Answer.INCONCLUSIVE,
    Step.Answer.NOT_ATTEMPTED,
}
_TELLING = ("answered", "reopened")  # events that say what somebody answered
_MAX_TEXT = 5000  # characters


@dataclass(frozen=True)
class Difference:
    """A question with what both people answered. step: None for the rating."""

    step: Step | None
    question: str
    first: str
    second: str
    first_reason: str
    second_reason: str

    @property
    def is_same(self) -> bool:
        return self.first == self.second


# --- What stands ----
def round_of(claim: Claim) -> int:
    """Which round of reviews a claim is in: a correction begins the next."""
    return claim.publications.count() + 1


def handed_in(claim: Claim) -> list[Review]:
    """The reviews of this round, the checklist's own first; at most two."""
    rows = claim.reviews.filter(round=round_of(claim)).select_related("by")
    return sorted(rows, key=lambda one: (not one.is_from_checklist, one.pk))


def is_blind(claim: Claim) -> bool:
    """Do two people still work apart on this claim?"""
    return claim.is_hard and claim.state not in CLOSED and len(handed_in(claim)) < NEEDED


def hides_answers(claim: Claim, person: User) -> bool:
    """May this person not see the checklist's answers yet?

    The holder sees their own work; whoever handed in has nothing left to be influenced in.
    """
    if not claim.is_hard or claim.state in CLOSED or claim.assignee_id == person.pk:
        return False
    given = handed_in(claim)
    return len(given) < NEEDED and all(one.by_id != person.pk for one in given)


def events_for(claim: Claim, person: User) -> QuerySet[Event]:
    """The claim's log as this person may read it now: without answers kept from them."""
    if hides_answers(claim, person):
        return claim.events.exclude(verb__in=_TELLING)
    return claim.events.all()


def missing(claim: Claim) -> str:
    """What a hard claim lacks before its verdict, in a sentence; empty where nothing."""
    if not claim.is_hard:
        return ""
    given = len(handed_in(claim))
    if given >= NEEDED:
        return ""
    return (
        f"This claim is marked hard: {given} of {NEEDED} people have handed in their answers, "
        "apart from each other."
    )


def differences(claim: Claim) -> list[Difference]:
    """Both reviews question by question, the rating first; empty until both are in."""
    given = handed_in(claim)
    if len(given) < NEEDED:
        return []
    first, second = given[:NEEDED]
    steps = {str(step.uuid): step for step in questions(claim)}
    asked = [key for key in steps if key in first.answers or key in second.answers]
    ratings = Difference(
        None, "The rating", first.get_rating_display(), second.get_rating_display(),
        first.reason, second.reason,
    )  # fmt: skip
    return [ratings, *(_difference(steps[key], first, second) for key in asked)]


def _difference(step: Step, first: Review, second: Review) -> Difference:
    both = [one.answers.get(str(step.uuid)) or {} for one in (first, second)]
    words = [_answer_words(one.get("answer")) for one in both]
    reasons = [one.get("reason", "") for one in both]
    return Difference(step, step.question, *words, *reasons)


def _answer_words(answer: str | None) -> str:
    return str(Step.Answer(answer).label) if answer else "no answer"


def questions(claim: Claim) -> list[Step]:
    """The required questions of a claim, which both people answer."""
    rows = Step.objects.filter(checklist__claim=claim, is_required=True)
    return list(rows.order_by("checklist", "order"))


# --- Handing in ----
@transaction.atomic
def hand_in_checklist(claim: Claim, by: User, rating: str, reason: str = "") -> Review:
    """Hand in the checklist's answers as they stand, with the rating one would give.

    For who holds the claim. Raises NotReady while a required question has no answer, and as
    `hand_in`.
    """
    now = _open_for_review(claim, by)
    if now.assignee_id != by.pk:
        raise MoveNotAllowed("Take the claim first, or answer it apart as the second person.")
    leases.require_turn(now, by)
    steps = questions(now)
    if lacking := [step for step in steps if step.answer is None]:
        entries = [
            {"what": "step", "id": str(step.uuid), "detail": f"{step.question} has no answer."}
            for step in lacking
        ]
        raise NotReady(f"{len(lacking)} required questions have no answer yet.", entries)
    answers = {str(one.uuid): {"answer": one.answer, "reason": one.reason} for one in steps}
    return _write(now, claim, by, rating, reason, answers, is_from_checklist=True)


@transaction.atomic
def hand_in(
    claim: Claim, by: User, rating: str, answers: dict[str, dict[str, str]], reason: str = ""
) -> Review:
    """Hand in one's own answers to the required questions, apart from the checklist.

    answers: step's id → {answer, reason}; all required ones. Once, and never changed.
    Raises MoveNotAllowed for the holder, for who answered the checklist, and for a third;
    InvalidValue, ReasonNeeded, NotAllowed.
    """
    now = _open_for_review(claim, by)
    if now.assignee_id == by.pk:
        raise MoveNotAllowed("You hold this claim: hand in the checklist's answers.")
    if _has_answered(now, by):
        raise MoveNotAllowed(
            "You answered this checklist yourself: somebody who has not seen it has to."
        )
    return _write(now, claim, by, rating, reason, _clean(now, answers), is_from_checklist=False)


def _open_for_review(claim: Claim, by: User) -> Claim:
    roles.require(by, roles.REVIEW, "hand in a review")
    now = log.locked(claim)
    if not now.is_hard:
        raise MoveNotAllowed("This claim is not marked hard: one person's answers are enough.")
    if now.state in CLOSED:
        raise MoveNotAllowed(f"The claim is {now.get_state_display()}: its reviews are closed.")
    return now


def _has_answered(claim: Claim, person: User) -> bool:
    """Did this person answer a step, or change an answer, of this claim?"""
    mine = Step.objects.filter(checklist__claim=claim, answered_by=person)
    changed = StepChange.objects.filter(step__checklist__claim=claim)
    before = changed.filter(before__answered_by=person.get_username()) | changed.filter(by=person)
    return mine.exists() or before.exists()


def _write(
    now: Claim, claim: Claim, by: User, rating: str, reason: str, answers: Any,
    *, is_from_checklist: bool,
) -> Review:  # fmt: skip
    given = handed_in(now)
    if any(one.by_id == by.pk for one in given):
        raise MoveNotAllowed("You have handed in your answers already. They stay as they are.")
    if any(one.is_from_checklist == is_from_checklist for one in given):
        raise MoveNotAllowed("Somebody else has handed this in already.")
    if rating not in Verdict.Rating.values:
        possible = ", ".join(Verdict.Rating.values)
        raise InvalidValue(f"“{rating}” is no rating. Use one of: {possible}.", "rating")
    review = Review.objects.create(
        claim=now,
        round=round_of(now),
        by=by,
        rating=rating,
        reason=_text(reason, "reason"),
        answers=answers,
        is_from_checklist=is_from_checklist,
    )
    log.record(now, "reviewed", by, detail={"round": review.round, "given": len(given) + 1})
    log.refresh(claim)
    return review


def _clean(claim: Claim, answers: Any) -> dict[str, dict[str, str]]:
    """Check that every required question, and no other, is answered with a reason."""
    steps = {str(step.uuid): step for step in questions(claim)}
    if not steps:
        raise MoveNotAllowed("The checklist is not started: somebody has to take the claim first.")
    if not isinstance(answers, dict) or (answers.keys() - steps.keys()):
        raise InvalidValue("Answer the required questions of this claim's checklists.", "answers")
    return {key: _one_answer(step, answers.get(key)) for key, step in steps.items()}


def _one_answer(step: Step, given: Any) -> dict[str, str]:
    given = given if isinstance(given, dict) else {}
    answer, reason = given.get("answer") or "", _text(given.get("reason") or "", "answers")
    if answer not in Step.Answer.values:
        raise InvalidValue(f"“{step.question}” has no answer yet.", "answers")
    if answer in _NEEDS_REASON and not reason:
        raise ReasonNeeded(f"“{step.question}” needs a reason: what shows it?", "answers")
    return {"answer": answer, "reason": reason}


def _text(text: Any, field: str) -> str:
    if not isinstance(text, str) or "\0" in text:
        raise InvalidValue("This has to be text.", field)
    if len(text) > _MAX_TEXT:
        raise InvalidValue(f"Write at most {_MAX_TEXT} characters.", field)
    return text.strip()
