"""Whose turn: the order of work, taking, releasing, and leases that ran out."""

from collections.abc import Callable
from datetime import datetime

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.timesince import timesince, timeuntil

from claims import checklists, leases, log, order, roles, workflow
from claims.errors import ClaimMoved, LeaseHeld, NothingToTake
from claims.models import Claim, Recheck
from claims.models.claim import BY_TURN, TO_WORK_ON, ClaimQuerySet, reused
from claims.states import State

_TRIES = 20  # claims that others may snatch away before a person is told to try again

_AT_WORK = [State.IN_REVIEW, State.WAITING]
_OVER = [State.SET_ASIDE, State.WITHDRAWN]


# --- Order and counts ----
def _open() -> Q:
    """Nobody holds it, or whoever did left it alone past the lease."""
    left = Q(state=State.IN_REVIEW, lease_until__lte=timezone.now())
    return (Q(state=State.OPEN) | left) & Q(state__in=TO_WORK_ON)


def _to_recheck() -> Q:
    """Whose clock ran out, or what leans on evidence that fell since."""
    stale = list(Recheck.objects.filter(settled_at=None).values_list("claim", flat=True))
    return (Q(recheck_at__lte=timezone.now()) | Q(pk__in=stale)) & ~Q(state__in=_OVER)


TABS: dict[str, Callable[[User], Q]] = {
    "open": lambda user: _open(),
    "mine": lambda user: Q(assignee=user.pk, state__in=_AT_WORK),
    "waiting": lambda user: Q(state=State.WAITING),
    "decided": lambda user: Q(state=State.DECIDED),
    "recheck": lambda user: _to_recheck(),
    "published": lambda user: Q(state=State.PUBLISHED),
    "all": lambda user: Q(),
}


def ordered(user: User) -> ClaimQuerySet:
    """Every claim the person may know of, in the order of work, with `is_reused`."""
    return Claim.objects.seen_by(user).in_review_order()


def in_tab(user: User, tab: str) -> ClaimQuerySet:
    """The claims of one tab in the order of work. Raises KeyError for a tab there is none of."""
    return ordered(user).filter(TABS[tab](user))


def tab(user: User, name: str) -> ClaimQuerySet:
    """The claims of one tab in no order, as `order.InOrder` takes them. Raises KeyError."""
    return Claim.objects.seen_by(user).filter(TABS[name](user))


def counts(user: User) -> dict[str, int]:
    """How many claims each tab holds for this person, up to `order.MOST_COUNTED`; two queries."""
    return order.counted({name: tab(user, name) for name in TABS}, user)


def reasons(claim: Claim) -> list[str]:
    """Say why the claim stands where it stands in the queue, most weighty first."""
    told = []
    if _is_reused(claim):
        told.append("seen before: a copy of its media waits for a decision")
    if claim.due_at:
        told.append(_due_words(claim.due_at) + (f" ({claim.due_reason})" * bool(claim.due_reason)))
    why = why_urgent(claim)
    if claim.priority != Claim.Priority.NORMAL or why:
        told.append(f"{claim.get_priority_display()} priority" + f": {why}" * bool(why))
    told.append(f"in the queue for {_spoken(timesince(claim.created_at))}")
    return told


def why_urgent(claim: Claim) -> str:
    """The reasons of a priority in words: "reach, harm; 2 million views"."""
    codes = [Claim.PriorityReason(one).label.split(":")[0] for one in claim.priority_reasons]
    return "; ".join(part for part in (", ".join(codes), claim.priority_reason) if part)


def _is_reused(claim: Claim) -> bool:
    known = getattr(claim, "is_reused", None)
    if known is None:
        known = Claim.objects.filter(pk=claim.pk).with_reuse_flag().get().is_reused
    return bool(known)


def _due_words(due_at: datetime) -> str:
    if due_at <= timezone.now():
        return f"overdue by {_spoken(timesince(due_at))}"
    return f"due in {_spoken(timeuntil(due_at))}"


def _spoken(span: str) -> str:
    """Django joins numbers and units by a hard space, which nobody can search for."""
    return span.replace("\xa0", " ")


# --- Taking and releasing ----
@transaction.atomic
def take(claim: Claim, by: User) -> Claim:
    """Take a claim for as long as the lease lasts; brings `claim` up to date.

    A claim that was left alone past its lease is freed first. Taking one's own again renews the
    lease. Raises NotAllowed, LeaseHeld, MoveNotAllowed.
    """
    roles.require(by, roles.REVIEW, "take a claim")
    now = log.locked(claim)
    if now.state == State.IN_REVIEW and now.is_lease_live:
        if now.assignee_id != by.pk:
            raise LeaseHeld(leases.held_words(now))
        heartbeat(now, by)
    else:
        if now.state == State.IN_REVIEW:
            workflow.desk_move(now, "expire")
        workflow.move(now, "take", by)
        checklists.ensure(now)
    log.refresh(claim)
    return claim


def take_next(by: User) -> Claim:
    """Take the first claim in the order of work that nobody holds. Two people never get the same.

    Raises NotAllowed, NothingToTake.
    """
    roles.require(by, roles.REVIEW, "take a claim")
    for _ in range(_TRIES):
        try:
            return _take_first(by)
        except (ClaimMoved, LeaseHeld):
            continue  # somebody was quicker; the next one, then
    raise NothingToTake("Others were quicker each time. Try again.")


@transaction.atomic
def _take_first(by: User) -> Claim:
    """Take the first claim no other transaction is about to take.

    PostgreSQL skips rows that another one holds. SQLite lets one transaction write at a time.
    """
    claims = Claim.objects.takeable().order_by(*BY_TURN)
    if connection.features.has_select_for_update_skip_locked:
        claims = claims.select_for_update(skip_locked=True, of=("self",))
    claim = claims.filter(reused()).first() or claims.first()
    if claim is None:
        raise NothingToTake("There is nothing to take: no claim is open.")
    return take(claim, by)


def release(claim: Claim, by: User) -> Claim:
    """Give a claim back to the queue. Raises as `workflow.move`."""
    workflow.move(claim, "release", by)
    return claim


def heartbeat(claim: Claim, by: User) -> datetime:
    """Renew the lease of the person who holds the claim; returns when it now ends.

    No event, no new version. Raises LeaseHeld when the claim is not (or no longer) theirs.
    """
    until = leases.ends_at()
    mine = Claim.objects.filter(pk=claim.pk, state=State.IN_REVIEW, assignee=by)
    if mine.update(lease_until=until) != 1:
        claim.refresh_from_db()
        if leases.is_live(claim):
            raise LeaseHeld(leases.held_words(claim))
        raise LeaseHeld("You do not hold this claim any more. Take it again.")
    claim.lease_until = until
    return until


def free_expired() -> int:
    """Free claims whose lease ran out and wake those that waited long enough.

    Safe to run twice, and two at a time. Returns how many were freed or woken.
    """
    now = timezone.now()
    due = Claim.objects.takeable().exclude(state=State.OPEN).values_list("pk", flat=True)
    return sum(_free(pk, now) for pk in list(due))


@transaction.atomic
def _free(pk: int, now: datetime) -> bool:
    """Free one claim, if it still is to be freed and nobody is about to take it."""
    claims = Claim.objects.filter(pk=pk).takeable().exclude(state=State.OPEN)
    if connection.features.has_select_for_update_skip_locked:
        claims = claims.select_for_update(skip_locked=True, of=("self",))
    claim = claims.first()
    if claim is None:
        return False
    workflow.desk_move(claim, "expire" if claim.state == State.IN_REVIEW else "wake")
    return True
