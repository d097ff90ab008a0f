"""What limits when the material can have been made: each limit with what it rests on."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from claims import changing, dates, values
from claims.errors import InvalidValue, ReasonNeeded
from claims.models import Claim, Confidence, DateProof

CHECKS: dict[str, values.Check] = {
    "bound": values.choice(DateProof.Side),
    "on": values.edtf("Write the day it limits, such as 2023-02-05 or 2023-02."),
    "basis": values.text(needed="Say what shows it: a limit without its basis is a guess."),
    "confidence": values.choice(Confidence, may_be_empty=True),
}
_NEEDED = ("bound", "on", "basis")


@transaction.atomic
def add(claim: Claim, by: User, **given: Any) -> DateProof:
    """Note a not-before or a not-after with its basis.

    Raises InvalidValue, NotAllowed, LeaseHeld, MoveNotAllowed.
    """
    now = changing.begin(claim, by, "date a claim")
    changing.room_for_one(now.date_proofs.all(), "date proofs")
    written = {**dict.fromkeys(_NEEDED, ""), **given}
    row = DateProof(claim=now, by=by, **values.clean(written, CHECKS, "A date proof"))
    _check(row)
    row.save(force_insert=True)
    changing.tell(now, by, "date_proof_added", changing.shown(row, tuple(CHECKS)), held=claim)
    return row


@transaction.atomic
def change(row: DateProof, by: User, **given: Any) -> DateProof:
    """Change a date proof.

    Raises InvalidValue, NotAllowed, LeaseHeld, MoveNotAllowed, ClaimMoved.
    """
    now = changing.begin(row.claim, by, "date a claim")
    fresh = changing.again(row)
    changed = changing.rewrite(fresh, values.clean(given, CHECKS, "A date proof"))
    _check(fresh)
    if changed:
        detail = {"date_proof": str(fresh), "changed": changed}
        changing.tell(now, by, "date_proof_changed", detail, held=row.claim)
    return fresh


@transaction.atomic
def remove(row: DateProof, by: User, reason: str = "") -> None:
    """Take a date proof off, with the reason; the log keeps what it was.

    Raises ReasonNeeded, NotAllowed, LeaseHeld, MoveNotAllowed, ClaimMoved.
    """
    now = changing.begin(row.claim, by, "take a date proof off")
    reason = values.text()(reason, "reason")
    if not reason:
        raise ReasonNeeded("Say why this no longer limits the date.", "reason")
    fresh = changing.again(row)
    detail = changing.shown(fresh, tuple(CHECKS))
    fresh.delete()
    changing.tell(now, by, "date_proof_removed", detail, reason, held=row.claim)


def bounds_of_many(claims: Iterable[Claim]) -> dict[int, list[dates.Bound]]:
    """The proofs of several claims as the bracket takes them, in one query; by primary key."""
    found: dict[int, list[dates.Bound]] = {claim.pk: [] for claim in claims}
    for proof in DateProof.objects.filter(claim__in=list(found)):
        found[proof.claim_id].append(dates.Bound(proof.bound, proof.on, proof.basis))
    return found


def _check(row: DateProof) -> None:
    """A limit has a day on its own side: "/2023-02-05" cannot say "not before"."""
    known = dates.parse(row.on)
    is_first = row.bound == DateProof.Side.NOT_BEFORE
    if (known.earliest if is_first else known.latest) is None:
        side, end = ("not before", "first") if is_first else ("not after", "last")
        raise InvalidValue(f"“{row.on}” has no {end} day, so it cannot say “{side}”.", "on")
