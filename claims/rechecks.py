"""Stale evidence: every verdict that leans on an item is looked at again when the item falls.

An item falls when it is found to be a copy of something seen before, or when its original no
longer matches its digest. Nothing of a verdict changes by itself: a person looks and says so.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from claims import leases, log, roles
from claims.dates import day_words
from claims.errors import InvalidValue, MoveNotAllowed, ReasonNeeded
from claims.models import Attachment, Claim, Event, Evidence, Recheck
from claims.states import State
from media.models import Item, Match

SWEPT = timedelta(days=7)  # decisions of so long are looked through for signals that were lost
_OVER = (State.SET_ASIDE, State.WITHDRAWN)


# --- Raising ----
def raise_for_match(match: Match) -> int:
    """Have verdicts looked at again that lean on the later side of a confirmed match.

    Only verdicts written before the decision: whoever wrote a later one knew of it. Another angle
    of the same scene makes nothing recycled. Safe to run twice. Returns how many were raised.
    """
    is_copy = match.decision == Match.Decision.CONFIRMED and match.kind != Match.Kind.SAME_SCENE
    if not is_copy or match.decided_at is None:
        return 0
    item = match.later
    reason = (
        f"The {item.get_kind_display()} {item.sha256[:8]} this verdict leans on was found to be a "
        f"copy of one first seen on {day_words(match.earlier.first_seen_at.date())}."
    )
    claims = _decided(item).filter(verdicts__created_at__lt=match.decided_at).distinct()
    told = Recheck.objects.filter(match=match, raised_at__gte=match.decided_at).values("claim")
    return _raise(claims.exclude(pk__in=told), Recheck.Kind.RECYCLED, item, match, reason)


def raise_for_damage(item: Item) -> int:
    """Have every verdict looked at again that leans on an item whose file fails its digest.

    Safe to run twice. Returns how many were raised.
    """
    reason = (
        f"The original of the {item.get_kind_display()} {item.sha256[:8]} is missing or no longer "
        "matches its digest: what this verdict leans on cannot be shown any more."
    )
    return _raise(_decided(item), Recheck.Kind.DAMAGED, item, None, reason)


def sweep() -> int:
    """Raise what a lost signal left out. Safe to run twice. Returns how many were raised."""
    since = timezone.now() - SWEPT
    confirmed = Match.objects.filter(decision=Match.Decision.CONFIRMED, decided_at__gte=since)
    return sum(raise_for_match(match) for match in confirmed.select_related("older", "newer"))


def leaning_on(item: Item) -> Q:
    """Which claims carry an item, or name it as evidence of an answer."""
    cited = Evidence.objects.filter(kind=Evidence.Kind.ITEM, value=str(item.uuid))
    return Q(pk__in=Attachment.objects.filter(item=item).values("claim")) | Q(
        pk__in=cited.values("step__checklist__claim")
    )


def _decided(item: Item):
    """Claims with a verdict that lean on an item and are not over."""
    return Claim.objects.filter(leaning_on(item), verdicts__isnull=False).exclude(state__in=_OVER)


def _raise(claims, kind: str, item: Item, match: Match | None, reason: str) -> int:
    keys = list(claims.order_by("pk").values_list("pk", flat=True).distinct())
    return sum(_raise_one(pk, kind, item, match, reason) for pk in keys)


@transaction.atomic
def _raise_one(pk: int, kind: str, item: Item, match: Match | None, reason: str) -> bool:
    claim = Claim.objects.select_for_update().get(pk=pk)
    _, is_new = Recheck.objects.get_or_create(
        claim=claim, kind=kind, item=item, settled_at=None,
        defaults={"match": match, "reason": reason},
    )  # fmt: skip
    if is_new:
        detail = {"kind": kind, "item": str(item.uuid), "match": match and str(match.uuid)}
        log.record(claim, "recheck_raised", None, reason=reason, detail=detail)
    return is_new


# --- Settling ----
@transaction.atomic
def drop_for_match(match: Match, why: str) -> int:
    """Take back what a match raised, when the match is opened again. Safe to run twice."""
    rows = Recheck.objects.filter(match=match, settled_at=None).select_related("claim")
    for row in rows.order_by("claim"):
        claim = log.locked(row.claim)
        Recheck.objects.filter(pk=row.pk).update(settled_at=timezone.now(), note=why)
        log.record(claim, "recheck_dropped", None, reason=why)
    return len(rows)


@transaction.atomic
def settle(claim: Claim, by: User, note: str, again_at: datetime | None = None) -> Event:
    """Say that one looked again and the verdict stands; `claim` is brought up to date.

    note: what was looked at and found. again_at: when to look once more; None for never.
    A verdict that does not stand is corrected, sent back or withdrawn instead.
    Raises NotAllowed, LeaseHeld, ReasonNeeded, InvalidValue, and MoveNotAllowed when nothing asks.
    """
    roles.require(by, roles.REVIEW, "look at a claim again")
    now = log.locked(claim)
    leases.require_turn(now, by)
    note = note.replace("\0", "").strip()
    if not note:
        raise ReasonNeeded("Write what you looked at and what you found.", "note")
    if again_at is not None and again_at <= timezone.now():
        raise InvalidValue("This moment is over: name one to come, in UTC.", "recheck_at")
    is_due = now.recheck_at is not None and now.recheck_at <= timezone.now()
    if not is_due and not now.rechecks.filter(settled_at=None).exists():
        raise MoveNotAllowed("Nothing asks for another look at this claim.")
    close(now, by, note)
    detail = {"recheck_at": again_at.isoformat() if again_at else None}
    event = log.record(now, "rechecked", by, reason=note, detail=detail, recheck_at=again_at)
    log.refresh(claim)
    return event


def close(claim: Claim, by: User, note: str) -> None:
    """Settle all that is open of a locked claim: looked at again, decided anew, or withdrawn."""
    claim.rechecks.filter(settled_at=None).update(
        settled_at=timezone.now(), settled_by=by, note=note
    )


def open_of_many(claims: Iterable[Claim]) -> dict[int, list[Recheck]]:
    """What asks for another look, per claim, in one query."""
    claims = list(claims)
    found: dict[int, list[Recheck]] = {claim.pk: [] for claim in claims}
    rows = Recheck.objects.filter(claim__in=list(found), settled_at=None)
    for row in rows.select_related("item", "match").order_by("pk"):
        found[row.claim_id].append(row)
    return found
