"""Checklists: start one, answer and reopen its steps, and say what is still missing."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from claims import evidence as evidences
from claims import leases, log, reuse, reviews, roles, wording
from claims.dates import day_words
from claims.errors import EvidenceNeeded, InvalidValue, MoveNotAllowed, ReasonNeeded
from claims.models import Checklist, Claim, Evidence, Step, StepChange
from claims.states import CLOSED
from media.models import Item

_NEEDS_EVIDENCE = {Step.Answer.CONFIRMED, Step.Answer.CONTRADICTED}
_NEEDS_REASON = {Step.Answer.INCONCLUSIVE, Step.Answer.NOT_ATTEMPTED}
_WITHOUT_MEDIA = {
    Claim.Subject.EVENT: "statement",
    Claim.Subject.STATEMENT: "statement",
    Claim.Subject.FIGURE: "figure",
}


# --- Starting ----
@transaction.atomic
def start(claim: Claim, template: str) -> Checklist:
    """Start a checklist from a template; the wording is copied, so later wording changes nothing.

    The same template twice is one checklist. Raises InvalidValue for an unknown template.
    """
    text = wording.load(template)
    checklist, is_new = Checklist.objects.get_or_create(
        claim=claim, template=template, defaults={"version": text.version}
    )
    if is_new:
        Step.objects.bulk_create(
            Step(
                checklist=checklist,
                key=step.key,
                order=order,
                pillar=step.pillar,
                question=step.question,
                how=step.how,
                is_required=step.is_required,
            )
            for order, step in enumerate(text.steps, start=1)
        )
    return checklist


def ensure(claim: Claim) -> None:
    """Start the checklist that suits a claim without media, if it has none at all yet."""
    if not claim.checklists.exists():
        start(claim, _WITHOUT_MEDIA[Claim.Subject(claim.subject)])


# --- Answering ----
@transaction.atomic
def answer(
    step: Step,
    by: User,
    answer: str,
    method: str = "",
    confidence: str = "",
    reason: str = "",
    evidence: Iterable[dict[str, str]] = (),
) -> Step:
    """Answer a step; what it said before is kept as history. The same answer twice is one.

    evidence: dicts of kind, value and optional note; replaces what was there.
    Raises EvidenceNeeded for confirmed or contradicted without any, ReasonNeeded for inconclusive
    or not attempted without one, InvalidValue, NotAllowed, LeaseHeld, MoveNotAllowed.
    """
    claim, step = _locked(step, by)
    given = {
        "answer": _choice(Step.Answer, answer, "answer"),
        "method": _short(method, "method"),
        "confidence": _choice(Step.Confidence, confidence, "confidence") if confidence else "",
        "reason": reason.strip(),
        "evidence": evidences.clean(evidence),
    }
    _check(given)
    if given == _as_it_stands(step):
        return step
    return _write(claim, step, by, "answered", given)


@transaction.atomic
def reopen(step: Step, by: User) -> Step:
    """Take an answer back; what it said is kept as history. Raises as `answer`."""
    claim, step = _locked(step, by)
    if step.answer is None:
        return step
    blank = {"answer": None, "method": "", "confidence": "", "reason": "", "evidence": []}
    return _write(claim, step, by, "reopened", blank)


def _locked(step: Step, by: User) -> tuple[Claim, Step]:
    """Lock the step's claim and check that this person may answer now."""
    roles.require(by, roles.REVIEW, "answer a checklist")
    claim = log.locked(step.checklist.claim)
    if claim.state in CLOSED:
        raise MoveNotAllowed(
            f"The claim is {claim.get_state_display()}: its checklist is closed. "
            "Reopen it, or have it sent back or corrected."
        )
    leases.require_turn(claim, by)
    if reviews.hides_answers(claim, by):
        raise MoveNotAllowed(
            "This claim is marked hard: take it to work in its checklist, or answer it apart."
        )
    return claim, Step.objects.select_related("checklist").get(pk=step.pk)


def _write(claim: Claim, step: Step, by: User, verb: str, given: dict[str, Any]) -> Step:
    """Write an answer over the one that stands, keep that one, and log it."""
    before = _as_it_stands(step)
    if before["answer"] is not None:
        StepChange.objects.create(
            step=step,
            before={
                **before,
                "answered_by": step.answered_by.get_username() if step.answered_by else None,
                "answered_at": step.answered_at.isoformat() if step.answered_at else None,
            },
            by=by,
        )
    rows = given.pop("evidence")
    is_answered = given["answer"] is not None
    for name, value in given.items():
        setattr(step, name, value)
    step.answered_by = by if is_answered else None
    step.answered_at = timezone.now() if is_answered else None
    step.save()
    step.evidence.all().delete()
    Evidence.objects.bulk_create(Evidence(step=step, **row) for row in rows)
    detail = {
        "step": str(step.uuid),
        "question": step.question,
        "answer": step.answer,
        "before": before["answer"],
    }
    log.record(claim, verb, by, reason=step.reason, detail=detail, **leases.renewed(claim, by))
    return step


def _as_it_stands(step: Step) -> dict[str, Any]:
    return {
        "answer": step.answer,
        "method": step.method,
        "confidence": step.confidence,
        "reason": step.reason,
        "evidence": list(step.evidence.values("kind", "value", "note")),
    }


def _check(given: dict[str, Any]) -> None:
    """Refuse an answer that nothing stands behind."""
    said = Step.Answer(given["answer"])
    if said in _NEEDS_EVIDENCE and not given["evidence"]:
        raise EvidenceNeeded(
            f"“{said.label}” needs evidence: add an address, an item, a match, a search, a file "
            "or a note that shows it.",
            "evidence",
        )
    if said in _NEEDS_REASON and not given["reason"]:
        raise ReasonNeeded(
            f"“{said.label}” needs a reason: say what was tried, or why it was not.", "reason"
        )


def _choice(choices: Any, value: str, field: str) -> str:
    if value not in choices.values:
        raise InvalidValue(
            f"“{value}” is not possible here. Use one of: {', '.join(choices.values)}.", field
        )
    return str(value)


def _short(text: str, field: str) -> str:
    text = text.strip()
    if len(text) > 200:
        raise InvalidValue("Write at most 200 characters.", field)
    return text


# --- What is missing ----
def missing(claim: Claim) -> list[dict[str, Any]]:
    """List what stands between a claim and its verdict, as {what, id, detail}.

    what: "checklist" (none was started), "step", "item" (still looked at), "match" or "review"
    (a claim marked hard that two people have not answered apart).
    """
    found: list[dict[str, Any]] = []
    if not claim.checklists.exists():
        found.append(_entry("checklist", claim.uuid, "No checklist was started: take the claim."))
    steps = Step.objects.filter(checklist__claim=claim, is_required=True, answer=None)
    for step in steps.select_related("checklist").order_by("checklist", "order"):
        detail = f"{step.question} ({step.checklist.template}, {step.pillar}) has no answer."
        found.append(_entry("step", step.uuid, detail))
    for item in claim.items.order_by("pk"):
        if item.is_matching:
            found.append(_entry("item", item.uuid, f"{_named(item)} is still being looked at."))
    if lacking := reviews.missing(claim):
        found.append(_entry("review", claim.uuid, lacking))
    return found + open_matches(claim)


def open_matches(claim: Claim, since: Any = None) -> list[dict[str, Any]]:
    """List the undecided matches of attached items, as `missing` does; since: only later ones."""
    items = list(claim.items.values_list("pk", flat=True))
    matches = reuse.matches_of(items).undecided()
    if since is not None:
        matches = matches.filter(created_at__gt=since)
    found = []
    for match in matches.order_by("pk"):
        seen = match.seen_from(match.newer if match.newer_id in items else match.older)
        other = f"{seen.other.get_kind_display()} seen {day_words(seen.other.first_seen_at.date())}"
        detail = f"{_named(seen.this)} may be a copy of {other}: confirm or reject the match."
        found.append(_entry("match", match.uuid, detail))
    return found


def _named(item: Item) -> str:
    return f"The {item.get_kind_display()} {item.sha256[:8]}"


def _entry(what: str, key: Any, detail: str) -> dict[str, Any]:
    return {"what": what, "id": str(key), "detail": detail}
