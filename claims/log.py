"""The claim's log, and the lock under which a claim changes.

Every job that changes a claim does it in one transaction: lock the row, check, write, record.
"""

from typing import Any

from django.contrib.auth.models import User
from django.db.models import F

from claims.errors import ClaimMoved
from claims.models import Claim, Event


def locked(claim: Claim) -> Claim:
    """Read the claim again and hold its row until the transaction ends.

    On SQLite the transaction itself holds the only write lock. Raises ClaimMoved when the claim
    is gone.
    """
    fresh = Claim.objects.select_for_update().filter(pk=claim.pk).first()
    if fresh is None:
        raise ClaimMoved("This claim is no longer here.")
    return fresh


def record(
    claim: Claim,
    verb: str,
    by: User | None,
    *,
    reason: str = "",
    detail: dict[str, Any] | None = None,
    **changes: Any,
) -> Event:
    """Write changes to a locked claim and the event that tells of them; the version rises.

    claim: as `locked()` gave it; brought up to date. by: None for the desk itself.
    Raises ClaimMoved when somebody changed the claim in spite of the lock.
    """
    unmoved = Claim.objects.filter(pk=claim.pk, version=claim.version)
    if unmoved.update(version=F("version") + 1, **changes) != 1:
        raise ClaimMoved("Somebody else changed this claim just now. Load it again.")
    event = Event.objects.create(claim=claim, verb=verb, by=by, reason=reason, detail=detail or {})
    refresh(claim)
    return event


def refresh(claim: Claim) -> None:
    """Bring a claim that somebody holds up to date, and forget what was prefetched."""
    claim.refresh_from_db()
    getattr(claim, "_prefetched_objects_cache", {}).clear()
