"""Where and when a claim was seen in the world."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from claims import changing, values
from claims.errors import InvalidValue
from claims.models import Appearance, Claim

CHECKS: dict[str, values.Check] = {
    "address": values.address,
    "outlet": values.text(200),
    "seen_on": values.edtf(),
    "caption": values.text(20_000),
    "archive_address": values.address,
}


@transaction.atomic
def add(claim: Claim, by: User, **given: Any) -> Appearance:
    """Note one more place where the claim appeared: its address, its outlet or handle, or both.

    Somebody else's lease does not stop it. Raises InvalidValue, NotAllowed, MoveNotAllowed.
    """
    now = changing.begin_with_material(claim, by, "note appearances")
    changing.room_for_one(now.appearances.all(), "appearances")
    written = values.clean(given, CHECKS, "An appearance")
    _check(written.get("address"), written.get("outlet"))
    row = Appearance.objects.create(claim=now, by=by, **written)
    changing.tell(now, by, "appearance_added", changing.shown(row, tuple(CHECKS)), held=claim)
    return row


@transaction.atomic
def change(row: Appearance, by: User, **given: Any) -> Appearance:
    """Change what is noted of an appearance.

    Raises InvalidValue, NotAllowed, LeaseHeld, MoveNotAllowed, ClaimMoved.
    """
    now = changing.begin(row.claim, by, "change an appearance")
    fresh = changing.again(row)
    written = values.clean(given, CHECKS, "An appearance")
    _check(written.get("address", fresh.address), written.get("outlet", fresh.outlet))
    changed = changing.rewrite(fresh, written)
    if changed:
        detail = {"appearance": str(fresh), "changed": changed}
        changing.tell(now, by, "appearance_changed", detail, held=row.claim)
    return fresh


@transaction.atomic
def remove(row: Appearance, by: User, reason: str = "") -> None:
    """Take an appearance off; the log keeps what it was.

    Raises NotAllowed, LeaseHeld, MoveNotAllowed, ClaimMoved.
    """
    now = changing.begin(row.claim, by, "take an appearance off")
    fresh = changing.again(row)
    detail = changing.shown(fresh, tuple(CHECKS))
    fresh.delete()
    reason = values.text()(reason, "reason")
    changing.tell(now, by, "appearance_removed", detail, reason, held=row.claim)


def _check(address: str | None, outlet: str | None) -> None:
    if not address and not outlet:
        raise InvalidValue("Say where it appeared: an address, an outlet or a handle.", "outlet")
