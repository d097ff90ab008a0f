"""The checklist's questions, answered on the claim's page."""

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from claims import checklists
from claims.errors import ClaimError
from claims.models import Claim, Step
from claims.pages import claim as page


def _find(user: User, uuid: str) -> Step:
    mine = Claim.objects.seen_by(user)
    steps = Step.objects.select_related("checklist__claim").filter(checklist__claim__in=mine)
    return get_object_or_404(steps, uuid=uuid)


def evidence_of(sent: QueryDict) -> tuple[list[str], list[dict[str, str]]]:
    """Read the evidence of a form: what was ticked ("match:<id>"), and what was written."""
    picked = sent.getlist("picked")
    columns = (sent.getlist(f"evidence_{name}") for name in ("kind", "value", "note"))
    rows = [
        {"kind": kind, "value": value.strip(), "note": note.strip()}
        for kind, value, note in zip(*columns, strict=False)
    ]
    return picked, [row for row in rows if row["value"] or row["note"]]


@require_POST
def answer(request: HttpRequest, uuid: str) -> HttpResponse:
    """Answer one question; the next one without an answer stands open then."""
    step = _find(request.user, uuid)
    number = step.checklist.claim_id
    picked, written = evidence_of(request.POST)
    values = {
        name: request.POST.get(name, "") for name in ("answer", "method", "confidence", "reason")
    }
    ticked = [dict(zip(("kind", "value"), one.split(":", 1), strict=False)) for one in picked]
    try:
        checklists.answer(step, request.user, **values, evidence=ticked + written)
    except ClaimError as error:
        typed = {**values, "picked": picked, "written": written}
        return page.refused(request, number, error, f"step-{step.uuid}", typed)
    return page.done(request, number, "checklist")


@require_POST
def reopen(request: HttpRequest, uuid: str) -> HttpResponse:
    """Take an answer back."""
    step = _find(request.user, uuid)
    try:
        checklists.reopen(step, request.user)
    except ClaimError as error:
        return page.refused(request, step.checklist.claim_id, error, f"step-{step.uuid}", {})
    messages.success(request, "Open again. What was answered stays in the history.")
    return page.done(request, step.checklist.claim_id, f"step-{step.uuid}")
