"""What the desk published, for everybody. Drawn from the snapshot, not from what stands now."""

import json

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from claims import publishing
from claims.claimreview import claim_review
from claims.models import Claim
from claims.pages.desk import TONE_OF_RATING

PAGE_SIZE = 30
# Inside a script element nothing may end the element or begin a comment.
_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@login_not_required
@require_safe
def show_list(request: HttpRequest) -> HttpResponse:
    """Every published verdict, newest first."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    found = publishing.published()
    for word in words.split():
        found = found.filter(claim__statement__icontains=word)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    for one in page:
        one.tone = TONE_OF_RATING.get(one.snapshot.get("rating"), "")
    return render(request, "claims/published_list.html", {"page": page, "q": words})


@login_not_required
@require_safe
def show(request: HttpRequest, number: int) -> HttpResponse:
    """One published verdict as it was published, with its corrections; or that it was withdrawn."""
    claim = get_object_or_404(
        Claim.objects.filter(publications__isnull=False).distinct(), pk=number
    )
    publication = publishing.current(claim)
    content = publication.snapshot
    words = {
        "publication": publication,
        "content": content,
        "tone": TONE_OF_RATING.get(content.get("rating"), ""),
        "json_ld": "" if publication.withdrawn_at else _as_script(claim_review(content)),
    }
    status = 410 if publication.withdrawn_at else 200
    return render(request, "claims/published.html", words, status=status)


def _as_script(data: dict) -> SafeString:
    """JSON that is safe inside a script element of data."""
    text = json.dumps(data, ensure_ascii=False, indent=1).translate(_ESCAPES)
    return mark_safe(text)  # noqa: S308 - what could end the element was escaped above
