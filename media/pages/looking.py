"""Search by picture from the library: drop, paste or choose a file. Nothing is stored."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from media import lookups, receiving
from media.errors import DoorsBusy, MediaError
from media.models import Item, Match
from media.pages import library

_BUSY, _REFUSED, _TOO_LARGE = 503, 422, 413


@csrf_exempt  # the check reads the whole body; what is too large is refused before, in words
@require_POST
@permission_required(["media.view_item", "media.view_match"], raise_exception=True)
def look_up(request: HttpRequest) -> HttpResponse:
    """What a file resembles: a part of the library's page, or that page with it."""
    try:
        receiving.refuse_by_length(int(request.META.get("CONTENT_LENGTH") or 0))
    except MediaError as error:
        return _shown(request, {"fault": str(error)}, _TOO_LARGE)
    return _look_up(request)


@csrf_protect
def _look_up(request: HttpRequest) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None:
        return _shown(request, {"fault": "Choose a picture or a clip."}, _REFUSED)
    try:
        answer = lookups.look_up(file, by=request.user)
    except DoorsBusy as busy:
        return _shown(request, {"fault": str(busy), "is_busy": True, "name": file.name}, _BUSY)
    except MediaError as error:
        return _shown(request, {"fault": str(error), "name": file.name}, _REFUSED)
    return _shown(request, {"name": file.name, **_told(answer)}, 200)


def _told(answer: lookups.Answer) -> dict[str, object]:
    seen = [match.seen_from(answer.brought) for match in answer.matches]
    similar = [one for one in seen if one.match.relation == Match.Relation.SIMILAR]
    return {
        "answer": answer,
        "seen": [one for one in seen if one not in similar],
        "similar": similar,
        "has_footage": answer.brought.kind == Item.Kind.FOOTAGE,
    }


def _shown(request: HttpRequest, lookup: dict[str, object], status: int) -> HttpResponse:
    if "HX-Request" in request.headers:
        return render(request, "media/_lookup.html", {"lookup": lookup}, status=status)
    context = {**library.context(request), "lookup": lookup}
    return render(request, "media/library.html", context, status=status)
