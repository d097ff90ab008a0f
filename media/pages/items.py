"""One item: what it is, who sent it, what it looks like, who touched it."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from media import custody, jobs, matching
from media import sensitivity as sensitivity_job
from media.errors import MediaError
from media.models import CustodyEntry, DoorReport, Item, Match, SeenFrom
from media.pages.described import describe


def _seen(item: Item) -> list[SeenFrom]:
    """The item's matches: those to decide first, rejected ones last."""
    order = {Match.Decision.OPEN: 0, Match.Decision.CONFIRMED: 1, Match.Decision.REJECTED: 2}
    matches = (
        Match.objects.of(item)
        .select_related("older", "newer", "decided_by")
        .prefetch_related("older__submissions", "newer__submissions")
    )
    ordered = sorted(matches, key=lambda match: (order[match.decision], -match.pk))
    return [match.seen_from(item) for match in ordered]


@dataclass(frozen=True)
class AskedDoors:
    """Which searches an item has been through, in a sentence. is_whole: none is missing."""

    words: str
    is_whole: bool = True


def asked_doors(item: Item) -> AskedDoors | None:
    """Say which doors were asked about an item, or what they wait for; None if none will be."""
    if item.state != Item.State.READY:
        return None
    if item.is_matching:
        closed = DoorReport.objects.filter(is_open=False).first()
        if closed is None:
            return None
        why = closed.why or "The index of points is behind."
        return AskedDoors(f"{why} Matching goes on by itself.", is_whole=False)
    if item.matched_by == matching.ENGINE:
        return AskedDoors("Asked: by hash, for near-identical copies; by points, for parts.")
    if item.matched_by.startswith("hashes-"):
        missing = "by points it was not: crops, captions and collages would not show"
        return AskedDoors(f"Asked by hash only; {missing}. An administrator can rematch it.", False)
    return AskedDoors("Asked by an earlier engine. An administrator can rematch it.", False)


def _chain_line(entry: CustodyEntry) -> dict[str, object]:
    """One custody entry with what was said; an entry that was tampered with says nothing."""
    try:
        said = custody.body_of(entry)
    except (ValueError, AttributeError):
        said = {}
    return {
        "entry": entry,
        "action": entry.action.replace("_", " "),
        "said": [
            (name.replace("_", " "), "yes" if value is True else value)
            for name, value in said.items()
            if value not in (None, "", False)
        ],
    }


def _context(request: HttpRequest, item: Item) -> dict[str, object]:
    is_desk = request.user.has_perm("media.view_item")
    reads_all = request.user.has_perm("media.view_original")
    groups = describe(item, with_sensitive=reads_all)
    context: dict[str, object] = {"item": item, "groups": groups, "is_desk": is_desk}
    if is_desk:
        seen = _seen(item) if request.user.has_perm("media.view_match") else []
        context["seen"] = [one for one in seen if one.match.relation != Match.Relation.SIMILAR]
        context["similar"] = [one for one in seen if one.match.relation == Match.Relation.SIMILAR]
        undecided = [one for one in context["seen"] if one.match.decision == Match.Decision.OPEN]
        context["undecided"] = len(undecided)
        context["is_seen_before"] = any(one.direction == "earlier" for one in undecided)
        context["asked"] = asked_doors(item)
        context["chain"] = [_chain_line(entry) for entry in item.custody.select_related("by")]
        context["faults"] = custody.check_chain(item)
    return context


def _visible(request: HttpRequest, uuid) -> Item:
    items = Item.objects.seen_by(request.user).prefetch_related("submissions__by")
    return get_object_or_404(items, uuid=uuid)


@require_safe
def show(request: HttpRequest, uuid) -> HttpResponse:
    """The item's page."""
    item = _visible(request, uuid)
    return render(request, "media/item.html", _context(request, item))


@require_POST
@permission_required("media.retry_item", raise_exception=True)
def retry(request: HttpRequest, uuid) -> HttpResponse:
    """Start the work on a failed item again."""
    item = _visible(request, uuid)
    try:
        started = jobs.retry(item, by=request.user)
    except MediaError as error:
        messages.error(request, str(error))
    else:
        if started:
            messages.success(request, "The work on this item starts again.")
        else:
            messages.info(request, "Nothing to retry: no work on this item has failed.")
    return redirect("item", item.uuid)


@require_POST
@permission_required("media.decide_match", raise_exception=True)
def sensitivity(request: HttpRequest, uuid) -> HttpResponse:
    """Mark an item as graphic, so that it is covered until clicked, or as not sensitive."""
    item = _visible(request, uuid)
    value = request.POST.get("sensitivity", "")
    if value not in Item.Sensitivity.values:
        messages.error(request, "Choose whether the item is graphic or not sensitive.")
    else:
        sensitivity_job.mark(item, value, by=request.user)
        covered = value == Item.Sensitivity.GRAPHIC
        words = "Marked as graphic: covered until clicked." if covered else "No longer covered."
        messages.success(request, words)
    return redirect("item", item.uuid)
