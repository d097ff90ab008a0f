"""Why do these two match, or why not? Any two items, chosen by a person."""

import re

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from media import explaining
from media.models import Item
from media.pages import comparing, drawing, library

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_OFFERED = 24  # items to choose from


def named(text: str, apart_from: Item) -> tuple[Item | None, str]:
    """The item a person means by an id, an address or the start of a digest; else why none."""
    words = text.strip().lower()
    if ids := _UUID.findall(words):
        found = list(Item.objects.filter(uuid=ids[-1]))
    elif re.fullmatch(r"[0-9a-f]{6,64}", words):
        found = list(Item.objects.filter(sha256__startswith=words)[:2])
    else:
        return None, "Paste an item's id or its address, or choose one below."
    if not found:
        return None, "No item here has this id or digest."
    if len(found) > 1:
        return None, "More than one digest begins so. Paste more of it."
    if found[0] == apart_from:
        return None, "That is this item itself. Choose another."
    return found[0], ""


@require_safe
@permission_required(["media.view_item", "media.view_match"], raise_exception=True)
def why(request: HttpRequest, uuid) -> HttpResponse:
    """Every measure between this item and the one in `?other=`, or a choice of items."""
    items = Item.objects.prefetch_related("submissions__by")
    item = get_object_or_404(items, uuid=uuid)
    text = request.GET.get("other", "")
    other, fault = named(text, item) if text else (None, "")
    if other is None:
        return _choice(request, item, text, fault)
    return render(request, "media/why.html", _context(item, items.get(pk=other.pk)))


def _choice(request: HttpRequest, item: Item, text: str, fault: str) -> HttpResponse:
    words = request.GET.get("q", "")[:200]
    offered = Item.objects.exclude(pk=item.pk).filter(state=Item.State.READY)
    if words.strip():
        offered = library.search(offered, words, request.user)
    context = {
        "item": item,
        "given": text,
        "fault": fault,
        "words": words,
        "offered": offered.prefetch_related("submissions").order_by("-pk")[:_OFFERED],
    }
    return render(request, "media/why_choice.html", context, status=404 if fault else 200)


def _context(item: Item, other: Item) -> dict[str, object]:
    found = explaining.explain(item, other)
    seen = found.match.seen_from(item)
    both = comparing.sides(seen)
    return {
        "item": item,
        "other": other,
        "found": found,
        "match": found.match,
        "seen": seen,
        "sides": both,
        "region": both[0].drawing.region,
        "cells": drawing.counted(found.match.drawn),
        "parts": comparing.parts(seen),
        "room": comparing.room(found.match),
        "has_footage": Item.Kind.FOOTAGE in {item.kind, other.kind},
    }
