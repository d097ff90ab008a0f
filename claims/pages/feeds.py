"""Feeds of what was published, for everybody."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from claims import feed, publishing
from claims.models import Publication

LONGEST = 50  # entries


def _feed() -> feed.Feed:
    home, as_json, as_atom = (
        f"{settings.SITE_URL}{reverse(name)}" for name in ("published", "feed-json", "feed-atom")
    )
    title = f"Checks published by {settings.PUBLISHER_NAME}"
    return feed.Feed(title, settings.PUBLISHER_NAME, home, as_json, as_atom)


def entry_of(publication: Publication) -> feed.Entry:
    """A publication as its entry; what readers saw, from the snapshot."""
    content = publication.snapshot
    withdrawn_at = publication.withdrawn_at
    return feed.Entry(
        url=content["url"],
        statement=content["statement"],
        rating=content["rating_label"],
        summary=content.get("summary", ""),
        disclosure=content.get("disclosure", ""),
        published_at=datetime.fromisoformat(content["first_published_at"]),
        changed_at=withdrawn_at or publication.published_at,
        tags=tuple(content.get("tags") or ()),
        note=publication.withdrawal_note if withdrawn_at else publication.correction_note,
        is_withdrawn=withdrawn_at is not None,
    )


def _entries() -> list[feed.Entry]:
    entries = [entry_of(one) for one in publishing.latest()[:LONGEST]]
    return sorted(entries, key=lambda entry: entry.changed_at, reverse=True)


@login_not_required
@require_safe
def show_json(request: HttpRequest) -> HttpResponse:
    """JSON Feed 1.1."""
    content = feed.json_feed(_feed(), _entries())
    return JsonResponse(content, content_type="application/feed+json")


@login_not_required
@require_safe
def show_atom(request: HttpRequest) -> HttpResponse:
    """Atom."""
    content = feed.atom(_feed(), _entries(), timezone.now())
    return HttpResponse(content, content_type="application/atom+xml; charset=utf-8")
