"""Enter a claim, and change what is written about it."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from claims import checklists, fields, leases, log, roles
from claims.errors import ClaimMoved, MoveNotAllowed
from claims.models import Claim, Event, Source
from claims.states import State

# What may still change once a verdict was written: the planning, never the substance.
_PLANNING = {
    "priority",
    "priority_reasons",
    "priority_reason",
    "due_at",
    "due_reason",
    "recheck_at",
    "tags",
}
_SETTLED = {State.DECIDED, State.PUBLISHED, State.WITHDRAWN}


@transaction.atomic
def create_claim(
    by: User, *, statement: str, claimant: Source | None = None, **given: Any
) -> Claim:
    """Enter a claim; it waits in the queue at once.

    given: fields of `fields.CHECKS`. A figure's or a statement's checklist starts here, an
    event's with the first item attached. Raises InvalidValue, NotAllowed.
    """
    roles.require(by, roles.SUBMIT_CLAIM, "enter claims")
    values = fields.clean({"statement": statement, "claimant": claimant, **given})
    claim = Claim(created_by=by, **values)
    fields.check_together(claim)
    claim.save(force_insert=True)
    if claim.subject != Claim.Subject.EVENT:
        checklists.ensure(claim)
    Event.objects.create(claim=claim, verb="entered", by=by, detail={"statement": claim.statement})
    return claim


@transaction.atomic
def change_claim(claim: Claim, by: User, version: int, **given: Any) -> Claim:
    """Change fields of the claim as it was read at `version`; brings `claim` up to date.

    Raises ClaimMoved when somebody changed it since, and leaves `claim` as it is now, so that
    both values can be shown; MoveNotAllowed when a verdict was written; LeaseHeld,
    InvalidValue, NotAllowed.
    """
    roles.require(by, roles.CHANGE_CLAIM, "change a claim")
    now = log.locked(claim)
    if now.version != version:
        log.refresh(claim)
        raise ClaimMoved(
            f"Claim #{now.pk} was changed since you read it (version {version}, now "
            f"{now.version}). Compare both and send the change again."
        )
    leases.require_turn(now, by)
    values = fields.clean(given)
    if now.state in _SETTLED and (late := values.keys() - _PLANNING):
        raise MoveNotAllowed(
            f"The claim is {now.get_state_display()}: {', '.join(sorted(late))} cannot change "
            "any more. Have it sent back or corrected first."
        )
    changed = {name: value for name, value in values.items() if getattr(now, name) != value}
    if changed:
        detail = {name: [_plain(getattr(now, name)), _plain(changed[name])] for name in changed}
        for name, value in changed.items():
            setattr(now, name, value)
        fields.check_together(now)
        log.record(
            now, "changed", by, detail={"changed": detail}, **changed, **leases.renewed(now, by)
        )
    log.refresh(claim)
    return claim


def _plain(value: Any) -> Any:
    """A value as JSON can keep it."""
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Source) else value
