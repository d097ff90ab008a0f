"""The parts of a claim, written on its page: one form for each, added, changed or taken off."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import DateTimeField
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from claims import appearances, chain, dateproofs, links, places, searches, sources
from claims.errors import ClaimError, InvalidValue
from claims.models import Appearance, Attribution, Claim, ClaimLink, DateProof, Search
from claims.pages import claim as page


def _number(text: str, field: str) -> int | None:
    if not text.strip():
        return None
    if not text.strip().isdecimal() or len(text) > 12:
        raise InvalidValue("Write a whole number.", field)
    return int(text)


def _degrees(text: str, field: str) -> float | None:
    try:
        return float(text.replace(",", ".")) if text.strip() else None
    except ValueError:
        raise InvalidValue("Write degrees as a number: 48.594.", field) from None


def _written(sent: QueryDict, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: sent[name] for name in names if name in sent}


def _appearance(sent: QueryDict, claims: Any) -> dict[str, Any]:
    return _written(sent, tuple(appearances.CHECKS))


def _attribution(sent: QueryDict, claims: Any) -> dict[str, Any]:
    given = _written(sent, ("verb", "verdict", "note"))
    if "name" in sent:
        name, handle = sent["name"].strip(), sent.get("handle", "").strip()
        is_named = bool(name or handle)
        given["source"] = (
            sources.find_or_create(name or handle, sent.get("platform", ""), handle)
            if is_named
            else None
        )
    if order := _number(sent.get("order", ""), "order"):
        given["order"] = order
    return given


def _search(sent: QueryDict, claims: Any) -> dict[str, Any]:
    given = _written(sent, ("tool", "query", "proof", "note"))
    if sent.get("outcome"):
        given["outcome"] = sent["outcome"]
    if "hits" in sent and (sent["hits"].strip() or not sent.get("outcome")):
        given["hits"] = _number(sent["hits"], "hits")
    if sent.get("at"):
        try:
            given["at"] = DateTimeField().clean(sent["at"])
        except ValidationError:
            raise InvalidValue("Write the moment as 2023-02-05T18:30, in UTC.", "at") from None
    return given


def _date_proof(sent: QueryDict, claims: Any) -> dict[str, Any]:
    return _written(sent, tuple(dateproofs.CHECKS))


def _link(sent: QueryDict, claims: Any) -> dict[str, Any]:
    given = _written(sent, ("kind", "note"))
    if "other" in sent:
        number = _number(sent["other"].strip().removeprefix("#"), "other")
        given["other"] = claims.filter(pk=number).first() if number else None
        if number and given["other"] is None:
            raise InvalidValue(f"There is no claim #{number}, or it is not yours to see.", "other")
    return given


@dataclass(frozen=True)
class Part:
    """One kind of part: its job, its rows, how its form is read, where the page goes then."""

    job: ModuleType
    rows: Any
    read: Any
    added: str
    anchor: str


PARTS = {
    "appearance": Part(appearances, Appearance, _appearance, "Noted where it appeared.", "seen-at"),
    "attribution": Part(chain, Attribution, _attribution, "Added to the chain.", "who"),
    "search": Part(searches, Search, _search, "In the ledger.", "tried"),
    "date_proof": Part(dateproofs, DateProof, _date_proof, "Counted in the bracket.", "when"),
    "link": Part(links, ClaimLink, _link, "Linked.", "linked"),
}


@require_POST
def add(request: HttpRequest, number: int, part: str) -> HttpResponse:
    """Add one part to a claim."""
    kind, claim = _kind(part), page.find(request.user, number)
    try:
        given = kind.read(request.POST, Claim.objects.seen_by(request.user))
        kind.job.add(claim, request.user, **given)
    except ClaimError as error:
        return page.refused(request, number, error, part, request.POST.dict())
    messages.success(request, kind.added)
    return page.done(request, number, kind.anchor)


@require_POST
def change(request: HttpRequest, number: int, part: str, uuid: str) -> HttpResponse:
    """Change one part, or take it off where the button said so."""
    kind, claim = _kind(part), page.find(request.user, number)
    row = get_object_or_404(kind.rows.objects.filter(claim=claim), uuid=uuid)
    try:
        if "remove" in request.POST:
            kind.job.remove(row, request.user, request.POST.get("reason", ""))
            messages.success(request, "Taken off. The log keeps what it was.")
        else:
            given = kind.read(request.POST, Claim.objects.seen_by(request.user))
            kind.job.change(row, request.user, **given)
            messages.success(request, "Changed. The log keeps what it was.")
    except ClaimError as error:
        return page.refused(request, number, error, f"{part}-{uuid}", request.POST.dict())
    return page.done(request, number, kind.anchor)


def _kind(part: str) -> Part:
    if part not in PARTS:
        raise Http404
    return PARTS[part]


@require_POST
def place(request: HttpRequest, number: int, side: str) -> HttpResponse:
    """Write the claimed or the established place, or take it away by leaving all empty."""
    claim, form = page.find(request.user, number), f"place_{side}"
    if form not in places.SIDES:
        raise Http404
    sent = request.POST
    try:
        written = {
            "name": sent.get("name", ""),
            "lat": _degrees(sent.get("lat", ""), form),
            "lon": _degrees(sent.get("lon", ""), form),
            "precision": sent.get("precision", ""),
            "confidence": sent.get("confidence", ""),
        }
        is_said = written["name"].strip() or (written["lat"], written["lon"]) != (None, None)
        places.write(claim, request.user, form, written if is_said else None)
    except ClaimError as error:
        return page.refused(request, number, error, form, sent.dict())
    messages.success(request, "The place is written." if is_said else "The place is taken away.")
    return page.done(request, number, "where")


@require_POST
def grade(request: HttpRequest, number: int) -> HttpResponse:
    """Grade the claimant; earlier grades stay on record."""
    claim = page.find(request.user, number)
    if claim.claimant is None:
        raise Http404
    sent = request.POST
    try:
        sources.grade(
            claim.claimant, request.user, sent.get("reliability", ""), sent.get("reason", "")
        )
    except ClaimError as error:
        return page.refused(request, number, error, "grade", sent.dict())
    messages.success(request, f"{claim.claimant} is graded {sent['reliability']}.")
    return page.done(request, number, "who")
