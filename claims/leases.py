"""Whose turn it is: the lease that a person holds on a claim while working on it."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from claims import roles
from claims.errors import LeaseHeld, MoveNotAllowed
from claims.models import Claim
from claims.states import State


def ends_at() -> datetime:
    """When a lease that starts now runs out."""
    return timezone.now() + timedelta(seconds=settings.CLAIM_LEASE_S)


def is_live(claim: Claim) -> bool:
    """Is somebody working on the claim right now?"""
    return claim.state == State.IN_REVIEW and claim.is_lease_live


def require_turn(claim: Claim, by: User) -> None:
    """Let the person through who holds the claim, or an editor; anyone while nobody holds it.

    Raises LeaseHeld.
    """
    if is_live(claim) and claim.assignee_id != by.pk and not roles.is_editor(by):
        raise LeaseHeld(held_words(claim))


def require_taken(claim: Claim, by: User) -> None:
    """Let only the person through who took the claim, or an editor.

    A lease that ran out still counts for the person who took it, as long as nobody else did.
    Raises LeaseHeld, or MoveNotAllowed when the other's lease is over.
    """
    require_turn(claim, by)
    if claim.assignee_id != by.pk and not roles.is_editor(by):
        raise MoveNotAllowed("Take the claim first: it is not yours.")


def held_words(claim: Claim) -> str:
    """Say who works on the claim and until when."""
    until = claim.lease_until.strftime("%H:%M UTC") if claim.lease_until else "later"
    return (
        f"{claim.assignee} is working on claim #{claim.pk}. "
        f"It comes free when released, or at {until} if left alone."
    )


def renewed(claim: Claim, by: User) -> dict[str, datetime]:
    """The change that renews the lease of the person who works on their own claim, if they do."""
    if claim.state == State.IN_REVIEW and claim.assignee_id == by.pk:
        return {"lease_until": ends_at()}
    return {}
