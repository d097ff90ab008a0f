"""How claims stand to each other: one repeats another, contradicts it, or is part of it."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet

from claims import changing, values
from claims.errors import InvalidValue
from claims.models import Claim, ClaimLink

Kind = ClaimLink.Kind
_HERE = {
    Kind.REPEATS: "is repeated by",
    Kind.CONTRADICTS: "is contradicted by",
    Kind.PART_OF: "has as a part",
}
CHECKS: dict[str, values.Check] = {"kind": values.choice(Kind), "note": values.text()}


@dataclass(frozen=True)
class Seen:
    """A link seen from one of its claims: how that one stands to the other."""

    link: ClaimLink
    other: Claim
    words: str


@transaction.atomic
def add(claim: Claim, by: User, *, other: Claim | None = None, **given: Any) -> ClaimLink:
    """Say how this claim stands to another one.

    Raises InvalidValue for a claim and itself, a link that is there already (a contradiction
    counts both ways), and parts that would go round in a circle; NotAllowed, LeaseHeld,
    MoveNotAllowed.
    """
    now = changing.begin(claim, by, "link claims")
    written = values.clean({"kind": "", **given}, CHECKS, "A link")
    changing.room_for_one(now.links.all(), "links")
    if other is None:
        raise InvalidValue("Name the other claim.", "other")
    _check(now, other, written["kind"])
    row = ClaimLink.objects.create(claim=now, other=other, by=by, **written)
    changing.tell(now, by, "linked", _shown(row), row.note, held=claim)
    return row


@transaction.atomic
def change(row: ClaimLink, by: User, **given: Any) -> ClaimLink:
    """Change the note of a link; another kind is another link.

    Raises InvalidValue, NotAllowed, LeaseHeld, MoveNotAllowed, ClaimMoved.
    """
    now = changing.begin(row.claim, by, "link claims")
    fresh = changing.again(row)
    note = {"note": CHECKS["note"]}
    changed = changing.rewrite(fresh, values.clean(given, note, "A link"))
    if changed:
        detail = {**_shown(fresh), "changed": changed}
        changing.tell(now, by, "link_changed", detail, held=row.claim)
    return fresh


@transaction.atomic
def remove(row: ClaimLink, by: User, reason: str = "") -> None:
    """Take a link away. Raises NotAllowed, LeaseHeld, MoveNotAllowed, ClaimMoved."""
    now = changing.begin(row.claim, by, "link claims")
    fresh = changing.again(row)
    detail = _shown(fresh)
    fresh.delete()
    changing.tell(now, by, "unlinked", detail, values.text()(reason, "reason"), held=row.claim)


def rows_of(claim: Claim, known: QuerySet[Claim]) -> QuerySet[ClaimLink]:
    """The links of a claim, both ways, to claims of `known` (what the person may know of)."""
    rows = ClaimLink.objects.filter(Q(claim=claim) | Q(other=claim))
    known = known.order_by().values("pk")
    rows = rows.filter(claim__in=known, other__in=known)
    return rows.select_related("claim", "other", "by")


def seen(row: ClaimLink, claim: Claim) -> Seen:
    """A link as it reads from one of its two claims."""
    if row.claim_id == claim.pk:
        return Seen(row, row.other, row.get_kind_display())
    return Seen(row, row.claim, _HERE[Kind(row.kind)])


def seen_from(claim: Claim, known: QuerySet[Claim]) -> list[Seen]:
    """Every link of a claim, each as it reads from there."""
    return [seen(row, claim) for row in rows_of(claim, known)]


def _check(claim: Claim, other: Claim, kind: str) -> None:
    if claim.pk == other.pk:
        raise InvalidValue("A claim is not linked to itself. Name another one.", "other")
    there = Q(claim=claim, other=other)
    if kind == Kind.CONTRADICTS:
        there |= Q(claim=other, other=claim)
    if ClaimLink.objects.filter(there, kind=kind).exists():
        raise InvalidValue(f"#{claim.pk} and #{other.pk} are linked in this way already.", "other")
    if kind == Kind.PART_OF and _is_within(other, claim):
        raise InvalidValue(
            f"#{other.pk} is itself a part of #{claim.pk}: parts cannot go round in a circle.",
            "other",
        )


def _is_within(part: Claim, whole: Claim) -> bool:
    """Is this claim, through whatever steps, a part of that one?"""
    reached, edge = set(), {part.pk}
    while edge:
        reached |= edge
        rows = ClaimLink.objects.filter(claim__in=edge, kind=Kind.PART_OF)
        edge = set(rows.values_list("other", flat=True)) - reached
    return whole.pk in reached


def _shown(row: ClaimLink) -> dict[str, Any]:
    return {"kind": row.kind, "other": str(row.other.uuid), "number": row.other_id}
