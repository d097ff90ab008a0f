"""Publish a verdict, correct it, withdraw it, or send it back: always a second person."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from claims import alarms, dates, workflow
from claims.claimreview import claim_review
from claims.errors import InvalidValue, MoveNotAllowed, SamePerson
from claims.models import Attachment, Claim, Event, Evidence, Publication, Step, Verdict


# --- What an editor does ----
@transaction.atomic
def publish(claim: Claim, by: User) -> Publication:
    """Publish the latest verdict: readers see what stands now, and it is kept as it stands.

    After a correction this is the next version, with the correction's note.
    Raises SamePerson for the verdict's author, NotReady when a copy was flagged since,
    InvalidValue when a field that ClaimReview needs is empty, and as `workflow.move`.
    """
    now = workflow.allowed(claim, "publish", by)
    verdict = now.verdicts.select_related("author").first()
    if verdict is None:
        raise MoveNotAllowed("There is no verdict to publish.")
    if verdict.author_id == by.pk:
        raise SamePerson("You wrote this verdict. Another editor has to publish it.")
    last = now.publications.first()
    publication = Publication(
        claim=now,
        verdict=verdict,
        version=last.version + 1 if last else 1,
        correction_note=_correction_note(now, last),
        by=by,
        published_at=timezone.now(),
    )
    publication.snapshot = snapshot(publication)
    try:
        claim_review(publication.snapshot)
    except ValueError as error:
        raise InvalidValue(f"Not ready for readers. {error}", "statement") from None
    publication.save(force_insert=True)
    detail = {"publication": publication.version, "verdict": verdict.version}
    workflow.move(claim, "publish", by, reason=publication.correction_note, detail=detail)
    return publication


def correct(claim: Claim, by: User, note: str) -> Event:
    """Take a published claim up again; readers keep seeing the last version until the next.

    note: what was wrong; shown with the corrected version. Raises as `workflow.move`.
    """
    return workflow.move(claim, "correct", by, reason=note)


def withdraw(claim: Claim, by: User, note: str) -> Event:
    """Withdraw a publication: readers find a notice with the note. Raises as `workflow.move`."""
    return workflow.move(claim, "withdraw", by, reason=note)


def send_back(claim: Claim, by: User, reason: str) -> Event:
    """Send a verdict back to its author. Raises as `workflow.move`."""
    return workflow.move(claim, "send_back", by, reason=reason)


def _correction_note(claim: Claim, last: Publication | None) -> str:
    """What the editor wrote when taking up the last version for correction."""
    if last is None:
        return ""
    notes = claim.events.filter(verb="correct", at__gte=last.published_at)
    return notes.values_list("reason", flat=True).first() or ""


# --- What readers see ----
def published() -> QuerySet[Publication]:
    """The version of each claim that readers see, newest first; withdrawn ones are left out."""
    newer = Publication.objects.filter(claim=OuterRef("claim"), version__gt=OuterRef("version"))
    return (
        Publication.objects.filter(~Exists(newer), withdrawn_at=None)
        .select_related("claim", "verdict")
        .order_by("-published_at", "-pk")
    )


def latest() -> QuerySet[Publication]:
    """The last version of each claim, withdrawn ones too, by their last change."""
    newer = Publication.objects.filter(claim=OuterRef("claim"), version__gt=OuterRef("version"))
    changed = Coalesce("withdrawn_at", "published_at")
    return Publication.objects.filter(~Exists(newer)).order_by(changed.desc(), "-pk")


def current(claim: Claim) -> Publication | None:
    """The latest version readers were given; withdrawn ones carry their note."""
    return claim.publications.select_related("claim", "verdict").first()


def snapshot(publication: Publication) -> dict[str, Any]:
    """Everything the public page shows, as plain data that later changes cannot reach."""
    claim, verdict = publication.claim, publication.verdict
    proofs = list(claim.attachments.select_related("item").order_by("pk"))
    return {
        "number": claim.pk,
        "id": str(claim.uuid),
        "url": f"{settings.SITE_URL}/published/{claim.pk}/",
        "publisher": {"name": settings.PUBLISHER_NAME, "url": settings.SITE_URL},
        "version": publication.version,
        "published_at": publication.published_at.isoformat(),
        "first_published_at": _first_published_at(publication),
        "correction_note": publication.correction_note,
        "corrections": _corrections(publication),
        **_claim_part(claim),
        **_verdict_part(verdict),
        "date_bracket": _bracket_part(claim),
        "alarms": [alarm.sentence for alarm in alarms.alarms_of(claim)],
        "media": [_media_part(one) for one in proofs],
        "checklists": _checklists_part(claim),
    }


def _first_published_at(publication: Publication) -> str:
    first = publication.claim.publications.order_by("version").first()
    return (first or publication).published_at.isoformat()


def _corrections(publication: Publication) -> list[dict[str, Any]]:
    """Every correction so far, this one included, oldest first."""
    earlier = publication.claim.publications.exclude(correction_note="").order_by("version")
    told = [*earlier, publication] if publication.correction_note else list(earlier)
    return [
        {
            "version": one.version,
            "at": one.published_at.isoformat(),
            "note": one.correction_note,
        }
        for one in told
    ]


def _claim_part(claim: Claim) -> dict[str, Any]:
    source = claim.claimant
    return {
        "statement": claim.statement,
        "words_as_said": claim.words_as_said,
        "language": claim.language,
        "translation": claim.translation,
        "subject": claim.subject,
        "claimant": source
        and {
            "name": source.name,
            "kind": source.kind,
            "platform": source.platform,
            "handle": source.handle,
            "is_party_to_conflict": source.is_party_to_conflict,
            "reliability": source.reliability,
        },
        "event_on": _date_part(claim.event_on),
        "claimed_on": _date_part(claim.claimed_on),
        "undated_by_source": claim.is_undated_by_source,
        "place_claimed": claim.place_claimed,
        "place_established": claim.place_established,
        "figure": claim.figure,
        "credibility": claim.credibility,
        "tags": claim.tags,
    }


def _date_part(edtf: str) -> dict[str, Any] | None:
    if not edtf:
        return None
    read = dates.parse(edtf)
    return {
        "edtf": edtf,
        "words": read.words,
        "earliest": read.earliest.isoformat() if read.earliest else None,
        "latest": read.latest.isoformat() if read.latest else None,
    }


def _verdict_part(verdict: Verdict) -> dict[str, Any]:
    return {
        "verdict_version": verdict.version,
        "rating": verdict.rating,
        "rating_label": verdict.get_rating_display(),
        "summary": verdict.summary,
        "disclosure": verdict.disclosure,
        "override_reason": verdict.override_reason,
        "author": verdict.author.get_full_name(),
        "decided_at": verdict.created_at.isoformat(),
    }


def _bracket_part(claim: Claim) -> dict[str, Any] | None:
    known = alarms.bracket_of(claim)
    if not known.edtf:
        return None
    return {
        "edtf": known.edtf,
        "words": known.words,
        "earliest": known.earliest.isoformat() if known.earliest else None,
        "latest": known.latest.isoformat() if known.latest else None,
        "basis": known.latest_basis,
        "excludes_claimed": known.excludes_claimed,
    }


def _media_part(attachment: Attachment) -> dict[str, Any]:
    """An attached item as readers may know of it. Whether it is shown hangs on its rights."""
    item = attachment.item
    addresses = item.submissions.exclude(origin_url="").values_list("origin_url", flat=True)
    return {
        "id": str(item.uuid),
        "kind": item.kind,
        "content_type": item.content_type,
        "sha256": item.sha256,
        "role": attachment.role,
        "authenticity": attachment.authenticity,
        "rights": attachment.rights,
        "sensitivity": item.sensitivity,
        "width_px": item.width_px,
        "height_px": item.height_px,
        "duration_ms": item.duration_ms,
        "first_seen_on": item.first_seen_at.date().isoformat(),
        "addresses": list(dict.fromkeys(addresses)),
    }


def _checklists_part(claim: Claim) -> list[dict[str, Any]]:
    """Questions and answers. Methods, notes and reasons stay at the desk; addresses are shown."""
    rows = claim.checklists.prefetch_related("steps__evidence").order_by("pk")
    return [
        {
            "template": checklist.template,
            "version": checklist.version,
            "steps": [_step_part(step) for step in checklist.steps.all()],
        }
        for checklist in rows
    ]


def _step_part(step: Step) -> dict[str, Any]:
    return {
        "pillar": step.pillar,
        "question": step.question,
        "required": step.is_required,
        "answer": step.answer,
        "answer_label": step.get_answer_display() if step.answer else "not answered",
        "confidence": step.confidence,
        "addresses": [
            one.value for one in step.evidence.all() if one.kind == Evidence.Kind.ADDRESS
        ],
    }
