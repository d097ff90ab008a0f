"""Two items side by side, and the decision whether they are the same."""

from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from media import decisions
from media.errors import BadDecision, MediaError
from media.fingerprints import geometry
from media.models import Item, Match, SeenFrom
from media.pages import drawing
from media.pages.described import describe_both
from media.pages.drawing import Drawing
from media.pages.forms import DecisionForm, UndoForm

# What a person may decide: value → (words on the button, key). The likeliest confirmation has "c".
_CONFIRMING = {
    Match.Kind.SAME_FOOTAGE: ("same footage", "f"),
    Match.Kind.SAME_PICTURE: ("same picture", "p"),
    Match.Kind.SAME_SCENE: ("same scene, other angle", "s"),
}
_REJECTING = {
    Match.RejectReason.LOOK_ALIKE: ("look-alike", "x"),
    Match.RejectReason.TEMPLATE: ("template or overlay", "o"),
    Match.RejectReason.SAME_PLACE: ("same place", "l"),
    Match.RejectReason.OTHER: ("other", "n"),
}
_NARROWEST, _WIDEST = 0.8, 2.0  # width by height of the room both pictures get

# What the numbers beside a pair have to reach; the page says them with the numbers.
NEEDED = {
    "same": geometry.SAME_DISTINCTIVE,
    "same_agreement": geometry.SAME_AGREEMENT,
    "part": geometry.PART_DISTINCTIVE,
    "part_agreement": geometry.PART_AGREEMENT,
    "scene": geometry.SCENE_INLIERS,
}


@dataclass(frozen=True)
class Side:
    """One of the two, with everything drawn on it."""

    name: str  # "this" or "other"
    word: str
    item: Item
    drawing: Drawing
    time_ms: int
    ranges: list[tuple[int, int, int]]  # start, end and length, milliseconds


@dataclass(frozen=True)
class Choice:
    """One button of the decision."""

    value: str
    label: str
    full: str
    key: str
    is_confirming: bool
    is_main: bool = False


def sides(seen: SeenFrom) -> tuple[Side, Side]:
    """The two sides as a person looks from one of them."""
    word = "Earlier" if seen.direction == "earlier" else "Later"
    here, there = drawings(seen)
    return (
        Side("this", "This", seen.this, here, seen.this_time_ms, _ranges(seen, "query")),
        Side("other", word, seen.other, there, seen.other_time_ms, _ranges(seen, "other")),
    )


def drawings(seen: SeenFrom) -> tuple[Drawing, Drawing]:
    """What is drawn over this side and the other: all of the judge's, else the region alone."""
    match = seen.match
    newer, older = drawing.draw(match.drawn, _size(match.newer), _size(match.older))
    newer = replace(newer, region=newer.region or match.region)
    older = replace(older, region=older.region or match.region_back)
    return (newer, older) if seen.is_newer else (older, newer)


def _size(item: Item) -> drawing.Size | None:
    return (item.width_px, item.height_px) if item.width_px and item.height_px else None


def _ranges(seen: SeenFrom, side: str) -> list[tuple[int, int, int]]:
    spans = [(part[f"{side}_start_ms"], part[f"{side}_end_ms"]) for part in seen.segments]
    return [(start, end, end - start) for start, end in spans]


def parts(seen: SeenFrom) -> list[dict[str, Any]]:
    """Matched ranges with their lengths and how fast the other has to play to stay in step."""
    told = []
    for part in seen.segments:
        length = part["query_end_ms"] - part["query_start_ms"]
        other_length = part["other_end_ms"] - part["other_start_ms"]
        is_placed = not part.get("note") and length > 0 and other_length > 0
        told.append(
            {
                **part,
                "length_ms": length,
                "rate": round(other_length / length, 4) if is_placed else 1.0,
                "is_placed": is_placed,
            }
        )
    return told


def choices(match: Match) -> list[Choice]:
    """The decisions that make sense for a pair, the likeliest confirmation first under "c"."""
    kinds = {match.older.kind, match.newer.kind}
    offered = [Match.Kind.SAME_SCENE]
    if Item.Kind.STILL in kinds:
        offered.insert(0, Match.Kind.SAME_PICTURE)
    if Item.Kind.FOOTAGE in kinds:
        offered.insert(0, Match.Kind.SAME_FOOTAGE)
    confirming = [
        Choice(
            f"confirm:{kind.value}",
            _CONFIRMING[kind][0],
            kind.label,
            "c" if kind == offered[0] else _CONFIRMING[kind][1],
            is_confirming=True,
            is_main=kind == offered[0],
        )
        for kind in offered
    ]
    return confirming + [
        Choice(f"reject:{reason.value}", label, reason.label, key, is_confirming=False)
        for reason, (label, key) in _REJECTING.items()
    ]


def room(match: Match) -> int:
    """Width of the room each picture gets, for a height of 100: the taller one decides."""
    ratios = [
        item.width_px / item.height_px
        for item in (match.older, match.newer)
        if item.width_px and item.height_px
    ]
    return round(100 * min(_WIDEST, max(_NARROWEST, min(ratios, default=1.5))))


def _side_asked_for(match: Match, uuid: str) -> Item:
    """The item a person came from, else the later of the two."""
    for item in (match.older, match.newer):
        if str(item.uuid) == uuid:
            return item
    return match.later


def _address(match: Match, item: Item) -> str:
    return f"{reverse('match', args=[match.uuid])}?from={item.uuid}"


def _order(match: Match, item: Item) -> dict[str, object]:
    """Where this pair stands among those of the item still to decide, and its neighbours."""
    waiting = list(Match.objects.undecided().of(item).order_by("pk"))
    pks = [one.pk for one in waiting]
    if match.pk in pks:
        at = pks.index(match.pk)
        rest = waiting[at + 1 :] + waiting[:at]
    else:
        at, rest = None, waiting
    ahead, before = (rest[0], rest[-1]) if rest else (None, None)
    result = {"place": at + 1 if at is not None else None, "waiting": len(waiting)}
    result["next"] = _address(ahead, item) if ahead else _elsewhere(match)
    result["previous"] = _address(before, item) if before and len(rest) > 1 else ""
    result["next_is_elsewhere"] = ahead is None
    return result


def _elsewhere(match: Match) -> str:
    """The longest waiting pair of the whole desk, empty if none waits."""
    other = Match.objects.undecided().exclude(pk=match.pk).order_by("pk").first()
    return _address(other, other.later) if other else ""


def _find(uuid) -> Match:
    rows = Match.objects.select_related("older", "newer", "decided_by")
    rows = rows.prefetch_related("older__submissions__by", "newer__submissions__by")
    return get_object_or_404(rows, uuid=uuid)


def _page(
    request: HttpRequest, match: Match, item: Item, form: Form, status: int = 200
) -> HttpResponse:
    seen = match.seen_from(item)
    both = sides(seen)
    context = {
        "match": match,
        "seen": seen,
        "sides": both,
        "region": both[0].drawing.region,
        "cells": drawing.counted(match.drawn),
        "needed": NEEDED,
        "parts": parts(seen),
        "facts": describe_both(
            seen.this, seen.other, with_sensitive=request.user.has_perm("media.view_original")
        ),
        "choices": choices(match),
        "room": room(match),
        "form": form,
        "order": _order(match, item),
        "has_footage": Item.Kind.FOOTAGE in {match.older.kind, match.newer.kind},
    }
    return render(request, "media/compare.html", context, status=status)


@require_safe
@permission_required("media.view_match", raise_exception=True)
def compare(request: HttpRequest, uuid) -> HttpResponse:
    """The pair, as seen from the item in `?from=`."""
    match = _find(uuid)
    item = _side_asked_for(match, request.GET.get("from", ""))
    return _page(request, match, item, DecisionForm())


def _decide(match: Match, form: DecisionForm, by) -> None:
    verb, value = form.cleaned_data["choice"].split(":")
    note = form.cleaned_data["note"]
    if verb == "confirm":
        decisions.confirm(match, by=by, kind=value, note=note)
    else:
        decisions.reject(match, by=by, reason=value, note=note)


@require_POST
@permission_required("media.decide_match", raise_exception=True)
def undo(request: HttpRequest, uuid) -> HttpResponse:
    """Open a decided pair again."""
    match = _find(uuid)
    item = _side_asked_for(match, request.POST.get("from", ""))
    form = UndoForm(request.POST)
    if not form.is_valid():
        return _page(request, match, item, form, status=422)
    try:
        decisions.undo(match, by=request.user, note=form.cleaned_data["note"])
    except BadDecision as error:
        form.add_error("note", str(error))
        return _page(request, _find(uuid), item, form, status=422)
    except MediaError as error:
        messages.error(request, str(error))
        return _page(request, _find(uuid), item, form, status=409)
    messages.success(request, "Reopened: the pair is to be decided again.")
    return redirect(_address(match, item))


@require_POST
@permission_required("media.decide_match", raise_exception=True)
def decide(request: HttpRequest, uuid) -> HttpResponse:
    """Record the decision and go on to the next pair; a second decider is told of the first."""
    match = _find(uuid)
    item = _side_asked_for(match, request.POST.get("from", ""))
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, match, item, form, status=422)
    try:
        _decide(match, form, request.user)
    except MediaError as error:
        messages.error(request, str(error))
        return _page(request, _find(uuid), item, form, status=409)
    word = dict(form.fields["choice"].choices)[form.cleaned_data["choice"]]
    messages.success(request, f"Decided: {word}.")
    order = _order(match, item)
    here = _address(match, item)
    return redirect(here if order["next_is_elsewhere"] else order["next"])
