"""What an administrator sees first: which way this runs, what failed, what waits."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from claims.models import ApiToken, Claim
from media import doors
from media.models import Item, Job, Match

KEYS_END_SOON_DAYS = 14


def environment(request: HttpRequest) -> list[str]:
    """The badge in the corner: which of the two ways this runs, and its colour."""
    return ["One machine", "info"] if settings.IS_EMBEDDED else ["Production", "danger"]


def overview(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What an administrator looks at first: what failed, what waits, what runs out."""
    soon = timezone.now() + timedelta(days=KEYS_END_SOON_DAYS)
    keys = ApiToken.objects.filter(revoked_at__isnull=True, expires_at__lte=soon)
    jobs, items = reverse("admin:media_job_changelist"), reverse("admin:media_item_changelist")
    matches = reverse("admin:media_match_changelist")
    states = doors.states().values()
    counts = [
        ("Failed jobs", Job.objects.filter(state="failed").count(), f"{jobs}?state__exact=failed"),
        (
            "Waiting jobs",
            Job.objects.filter(state="pending").count(),
            f"{jobs}?state__exact=pending",
        ),
        (
            "Items that cannot be decoded",
            Item.objects.filter(state="undecodable").count(),
            f"{items}?state__exact=undecodable",
        ),
        ("Doors of the search that are closed", sum(not one.is_open for one in states), items),
        ("Items the index of votes is behind by", sum(one.behind for one in states), items),
        ("Items the index of votes cannot read", sum(one.left_out for one in states), items),
        ("Matches to decide", Match.objects.undecided().count(), f"{matches}?decision__exact=open"),
        ("Open claims", Claim.objects.waiting().count(), reverse("admin:claims_claim_changelist")),
        (
            f"Keys that end within {KEYS_END_SOON_DAYS} days",
            keys.count(),
            reverse("admin:claims_apitoken_changelist"),
        ),
    ]
    context["overview"] = [{"label": a, "count": b, "link": c} for a, b, c in counts]
    return context
