"""An item's bytes: derivatives in the page, the original as a download."""

import mimetypes

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from media import custody, derivatives, originals, stores
from media.errors import OriginalMissing
from media.models import Item
from media.pages import ranges

_WEEK_S = 7 * 24 * 3600
_ADDRESS_KEPT_S = stores.PRESIGNED_S // 2
# What a browser may do with hostile bytes that it was sent as a document: nothing.
ORIGINAL_POLICY = "default-src 'none'; sandbox"


def download_name(item: Item) -> str:
    """Name a download by its digest: names as sent are data and may be a trap."""
    return f"{item.sha256}{mimetypes.guess_extension(item.content_type) or '.bin'}"


def serve_original(request: HttpRequest, item: Item) -> HttpResponseBase:
    """Answer with an item's original as an attachment and write who took it down.

    The caller has asked for `media.view_original`. Raises OriginalMissing.
    """
    file = originals.open_original(item)
    response = ranges.serve(request, file, content_type=item.content_type, etag=item.sha256)
    response["Content-Disposition"] = f'attachment; filename="{download_name(item)}"'
    response["Content-Security-Policy"] = ORIGINAL_POLICY
    response["Cache-Control"] = "private, no-store"
    if request.method == "GET" and response.status_code in {200, 206}:
        span = response.get("Content-Range", "")
        custody.append(item, "downloaded", by=request.user, **({"range": span} if span else {}))
    return response


@require_safe
@permission_required("media.view_original", raise_exception=True)
def original(request: HttpRequest, uuid) -> HttpResponseBase:
    """The bytes as they were sent."""
    item = get_object_or_404(Item.objects.seen_by(request.user), uuid=uuid)
    try:
        return serve_original(request, item)
    except OriginalMissing as error:
        raise Http404(str(error)) from error


@require_safe
def derivative(request: HttpRequest, uuid, name: str) -> HttpResponseBase:
    """A picture or preview rebuilt from the item's pixels; safe to show in the page."""
    item = get_object_or_404(Item.objects.seen_by(request.user), uuid=uuid)
    return serve_derivative(request, item, name)


def serve_derivative(request: HttpRequest, item: Item, name: str) -> HttpResponseBase:
    """Answer with one of an item's derivatives. Raises Http404 where there is none."""
    entry = derivatives.shown(item).get(name)
    if entry is None:
        raise Http404(f"This item has no derivative named {name}.")
    if address := derivatives.address(item, name):
        kept = f"private, max-age={_ADDRESS_KEPT_S}"
        return HttpResponseRedirect(address, headers={"Cache-Control": kept})
    try:
        file = derivatives.open(item, name)
    except (OriginalMissing, OSError) as error:
        raise Http404("The derivative's file is missing; process the item again.") from error
    etag = entry["key"].rpartition("/")[2]  # holds a digest of the bytes
    response = ranges.serve(request, file, content_type=entry["content_type"], etag=etag)
    response["Cache-Control"] = f"private, max-age={_WEEK_S}"
    return response
