"""Items on a claim: attach a file or a known item, say what was found about it, take it off."""

import re

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from claims import attachments
from claims.errors import ClaimError, InvalidValue
from claims.models import Attachment
from claims.pages import claim as page
from media import ingest
from media.errors import MediaError
from media.models import Item

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DIGEST = re.compile(r"\b[0-9a-f]{64}\b", re.IGNORECASE)
STORY = ("origin_url", "credit", "caption", "posted_on", "language")


@require_POST
def attach(request: HttpRequest, number: int) -> HttpResponse:
    """Attach the file that was sent, or the item whose id or address was pasted."""
    claim = page.find(request.user, number)
    values = request.POST.dict()
    try:
        item = _sent_item(request)
        attachments.attach(
            claim,
            item,
            request.user,
            values.get("role", "offered_as_proof"),
            values.get("note", ""),
        )
    except ClaimError as error:
        return page.refused(request, number, error, "attach", values)
    except MediaError as error:
        wrong = InvalidValue(str(error), "file")
        return page.refused(request, number, wrong, "attach", values)
    messages.success(request, "Attached. The desk looks whether it was seen before.")
    return page.done(request, number, "media")


def _sent_item(request: HttpRequest) -> Item:
    """The item to attach. Raises InvalidValue where none was given, and what ingest raises."""
    if file := request.FILES.get("file"):
        story = {name: request.POST.get(name, "") for name in STORY}
        return ingest.accept_upload(file, by=request.user, door="page", **story).item
    text = request.POST.get("item", "")
    known = Item.objects.seen_by(request.user)
    if found := _UUID.search(text):
        item = known.filter(uuid=found.group()).first()
    elif found := _DIGEST.search(text):
        item = known.filter(sha256=found.group().lower()).first()
    else:
        raise InvalidValue("Choose a file, or paste the id or address of an item.", "file")
    if item is None:
        raise InvalidValue("There is no such item. Look it up in the library.", "item")
    return item


@require_POST
def judge(request: HttpRequest, number: int, uuid: str) -> HttpResponse:
    """Note what was found about an attached item, or take it off the claim."""
    claim = page.find(request.user, number)
    attachment = get_object_or_404(Attachment.objects.filter(claim=claim), uuid=uuid)
    try:
        if "detach" in request.POST:
            attachments.detach(attachment, request.user)
            messages.success(request, "Taken off the claim. The item itself stays in the library.")
        else:
            attachments.judge(
                attachment,
                request.user,
                authenticity=request.POST.getlist("authenticity"),
                role=request.POST.get("role"),
                rights=request.POST.get("rights"),
                note=request.POST.get("note"),
                people_at_risk=request.POST.get("people_at_risk"),
            )
            messages.success(request, "Saved what was found about this item.")
    except ClaimError as error:
        values = {**request.POST.dict(), "authenticity": request.POST.getlist("authenticity")}
        return page.refused(request, number, error, f"judge-{uuid}", values)
    return page.done(request, number, "media")
