"""Record a verdict, with the caveat that follows from the evidence."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from claims import checklists, findings, workflow
from claims.contradictions import contradictions
from claims.disclosure import disclosure as written
from claims.errors import InvalidValue
from claims.models import Claim, Verdict

_MAX_TEXT = 10_000  # characters
# An unverified claim is looked at again: evidence tends to surface within weeks.
RECHECK_AFTER = timedelta(days=30)


@transaction.atomic
def decide(
    claim: Claim,
    by: User,
    rating: str,
    summary: str,
    disclosure: str | None = None,
    override_reason: str = "",
) -> Verdict:
    """Write the next version of the verdict and move the claim to decided.

    disclosure: the caveat; None takes the proposed one. override_reason: decides although
    something is missing, and is kept and shown with the verdict; dropped where nothing is.
    The proposed caveat and where an edited one contradicts the evidence are kept beside it.
    An unverified claim gets a day on which it is looked at again.

    Raises NotReady with what is missing, InvalidValue, and as `workflow.move`.
    """
    now = workflow.allowed(claim, "decide", by)
    missing = checklists.missing(now)
    last = now.verdicts.first()
    stands = findings.of(now)
    proposed = written(stands)
    said = proposed if disclosure is None else _text(disclosure, "disclosure")
    verdict = Verdict.objects.create(
        claim=now,
        version=last.version + 1 if last else 1,
        rating=_rating(rating),
        summary=_text(summary, "summary", is_needed=True),
        disclosure=said,
        proposed=proposed,
        warnings=contradictions(said, stands),
        override_reason=_text(override_reason, "override_reason") if missing else "",
        author=by,
    )
    detail: dict[str, Any] = {"rating": verdict.rating, "verdict": verdict.version}
    if verdict.warnings:
        detail["warnings"] = verdict.warnings
    if verdict.override_reason:
        detail |= {"override_reason": verdict.override_reason, "missing": missing}
    changes: dict[str, Any] = {}
    is_over = now.recheck_at is not None and now.recheck_at <= timezone.now()
    if is_over:
        changes["recheck_at"] = None
    if verdict.rating == Verdict.Rating.UNVERIFIED and (now.recheck_at is None or is_over):
        changes["recheck_at"] = timezone.now() + RECHECK_AFTER
    workflow.move(claim, "decide", by, reason=verdict.override_reason, detail=detail, **changes)
    return verdict


def proposed_disclosure(claim: Claim) -> str:
    """Write the caveat from what stands in the claim now: one or two sentences."""
    return written(findings.of(claim))


def warnings(claim: Claim, disclosure: str) -> list[str]:
    """Where a caveat contradicts what stands in the claim now, a sentence each."""
    return contradictions(_text(disclosure, "disclosure"), findings.of(claim))


def _rating(rating: str) -> str:
    if rating not in Verdict.Rating.values:
        raise InvalidValue(
            f"“{rating}” is no rating. Use one of: {', '.join(Verdict.Rating.values)}.", "rating"
        )
    return rating


def _text(text: str, field: str, *, is_needed: bool = False) -> str:
    if not isinstance(text, str) or "\0" in text:
        raise InvalidValue("This has to be text.", field)
    text = text.strip()
    if is_needed and not text:
        raise InvalidValue("Write a summary: what was found, in a sentence or two.", field)
    if len(text) > _MAX_TEXT:
        raise InvalidValue(f"Write at most {_MAX_TEXT} characters.", field)
    return text
