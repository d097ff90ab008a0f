"""The only subscriber to media.signals: what happens to an item is told in its claims' logs.

Media sends after commit. A line in the log is all that is pushed; the queue's flag, the guards
and the alarms are asked for when needed, so that they hold even where a signal was lost.
"""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.dispatch import receiver

from claims import rechecks
from claims.models import Attachment, Claim, Event
from media.models import Match
from media.signals import match_decided, match_found, match_reopened


@receiver(match_found)
def on_match_found(match: Match, **_: Any) -> None:
    """Tell each claim that carries either item. Safe to run twice."""
    _tell(match, "match_found")


@receiver(match_decided)
def on_match_decided(match: Match, **_: Any) -> None:
    """Tell each claim that carries either item who decided, and how. Safe to run twice.

    Verdicts that lean on what is now known to be a copy are to be looked at again.
    """
    detail = {"kind": match.kind, "reject_reason": match.reject_reason}
    moment = match.decided_at.isoformat() if match.decided_at else ""
    _tell(match, f"match_{match.decision}", match.decided_by, match.note, moment, **detail)
    rechecks.raise_for_match(match)


@receiver(match_reopened)
def on_match_reopened(match: Match, by: User, note: str, at: datetime, **_: Any) -> None:
    """Tell each claim that carries either item that the match is open again."""
    _tell(match, "match_reopened", by, note, at.isoformat())
    rechecks.drop_for_match(match, "The decision on the match was taken back.")


@transaction.atomic
def _tell(
    match: Match,
    verb: str,
    by: User | None = None,
    reason: str = "",
    moment: str = "",
    **detail: str,
) -> None:
    """Write the event to each claim that has not got it yet. The claims' rows stay locked.

    moment: when it was decided; a match that was reopened is decided more than once.
    """
    pair = [match.older_id, match.newer_id]
    carrying = Claim.objects.filter(pk__in=Attachment.objects.filter(item__in=pair).values("claim"))
    key = str(match.uuid)
    told = Event.objects.filter(verb=verb, detail__match=key, detail__moment=moment).values("claim")
    detail = {
        "moment": moment,
        "match": key,
        "relation": match.relation,
        "older": str(match.older.uuid),
        "newer": str(match.newer.uuid),
        **detail,
    }
    untold = carrying.exclude(pk__in=told).select_for_update().order_by("pk")
    Event.objects.bulk_create(
        Event(claim=claim, verb=verb, by=by, reason=reason, detail=detail) for claim in untold
    )
