"""May this person change a part of this claim now, and what the log says of it.

Every part of a claim (its chain, appearances, searches, dates, links) is written the same way: the
claim's row is locked, the rule asked, the part written and told in the log, in one transaction.
"""

from typing import Any

from django.contrib.auth.models import User
from django.db import models

from claims import leases, log, roles
from claims.errors import ClaimMoved, InvalidValue, MoveNotAllowed, NotAllowed
from claims.models import Claim
from claims.states import CLOSED
from claims.values import plain

MOST = 500  # rows of one kind that a claim may hold


def begin(claim: Claim, by: User, doing: str) -> Claim:
    """Lock a claim whose part somebody changes; `doing` completes "may not …".

    Raises NotAllowed, LeaseHeld, and MoveNotAllowed when the claim is closed.
    """
    roles.require(by, roles.REVIEW, doing)
    now = _open(claim)
    leases.require_turn(now, by)
    return now


def begin_with_material(claim: Claim, by: User, doing: str) -> Claim:
    """Lock a claim to which somebody adds material; that is never turned away by a lease.

    Reviewers add to any claim, submitters to their own. Raises NotAllowed, MoveNotAllowed.
    """
    if not by.has_perm(roles.REVIEW):
        roles.require(by, roles.SUBMIT_CLAIM, doing)
        if claim.created_by_id != by.pk:
            raise NotAllowed(f"You may {doing} on claims you entered yourself.")
    return _open(claim)


def again(row: Any) -> Any:
    """Read a part again under its claim's lock. Raises ClaimMoved when it is gone."""
    fresh = type(row).objects.filter(pk=row.pk).first()
    if fresh is None:
        raise ClaimMoved("Somebody else took this off the claim. Load it again.")
    return fresh


def room_for_one(rows: models.QuerySet, what: str, most: int = MOST) -> None:
    """Raise InvalidValue when a claim holds as many of these as it may."""
    if rows.count() >= most:
        raise InvalidValue(f"A claim holds at most {most} {what}.")


def rewrite(row: models.Model, values: dict[str, Any]) -> dict[str, list[Any]]:
    """Write what differs; returns field → [before, after] as the log keeps it."""
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    told = {name: [plain(getattr(row, name)), plain(changed[name])] for name in changed}
    for name, value in changed.items():
        setattr(row, name, value)
    if changed:
        row.save(update_fields=list(changed))
    return told


def shown(row: models.Model, names: tuple[str, ...]) -> dict[str, Any]:
    """A part as the log keeps it whole, when it is added or taken off."""
    return {name: plain(getattr(row, name)) for name in names}


def tell(
    now: Claim, by: User, verb: str, detail: dict[str, Any], reason: str = "", *, held: Claim
) -> None:
    """Write the log's line, renew the writer's lease, bring the caller's claim up to date."""
    log.record(now, verb, by, reason=reason, detail=detail, **leases.renewed(now, by))
    log.refresh(held)


def _open(claim: Claim) -> Claim:
    now = log.locked(claim)
    if now.state in CLOSED:
        raise MoveNotAllowed(
            f"The claim is {now.get_state_display()}: what it rests on is settled. "
            "Reopen it, or have it sent back or corrected."
        )
    return now
