"""What one line of the queue shows, read for a whole page in a fixed number of queries."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from django.contrib.auth.models import User
from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from claims import queue
from claims.models import Attachment, Claim
from claims.models.claim import ClaimQuerySet
from claims.states import REVIEW, State
from media.models import Item, Match, SeenFrom

_MATCHES = 4  # of an item that are read for a line; the line shows the first


def _shown_matches() -> QuerySet[Match]:
    """Undecided first, then the earliest."""
    found = Match.objects.exclude(relation=Match.Relation.SIMILAR)
    found = found.exclude(decision=Match.Decision.REJECTED).select_related("older", "newer")
    # What only the comparison draws is large and stays where it is.
    found = found.defer("drawn", "measures", "segments", "region", "region_back")
    return found.order_by("-decision", "pk")[:_MATCHES]


def with_all(claims: ClaimQuerySet) -> ClaimQuerySet:
    """Fetch beside the claims everything their lines show."""
    items = Prefetch(
        "attachments",
        Attachment.objects.select_related("item").prefetch_related(
            Prefetch("item__earlier_copies", _shown_matches(), to_attr="found_before"),
            Prefetch("item__later_copies", _shown_matches(), to_attr="found_after"),
        ),
    )
    people = claims.select_related("claimant", "assignee", "created_by")
    return people.prefetch_related("claimant__grades", items)


@dataclass(frozen=True)
class Row:
    """One claim in the queue. The claim comes from `with_all`."""

    claim: Claim
    user: User

    @cached_property
    def items(self) -> list[Item]:
        return [attachment.item for attachment in self.claim.attachments.all()]

    @cached_property
    def seen(self) -> SeenFrom | None:
        """The copy to show: one to decide before a confirmed one, an earlier one before a later,
        of what was attached first before what came beside it.
        """
        found = [
            (place, match.seen_from(item))
            for place, item in enumerate(self.items)
            for match in [*item.found_before, *item.found_after]
        ]
        return min(found, key=lambda one: _urgency(*one), default=(0, None))[1]

    @cached_property
    def first(self) -> Item | None:
        """The item whose picture stands for the claim: the one that was seen before, if any."""
        if self.seen:
            return self.seen.this
        return self.items[0] if self.items else None

    @property
    def media_words(self) -> str:
        """ "footage 14 s, 3 stills"; empty without media."""
        counted = Counter(item.kind for item in self.items)
        words = []
        if number := counted[Item.Kind.FOOTAGE]:
            words.append("footage" if number == 1 else f"{number} clips")
        if number := counted[Item.Kind.STILL]:
            words.append("still" if number == 1 else f"{number} stills")
        return ", ".join(words)

    @property
    def nothing_found(self) -> str:
        """Why the "seen before" cell shows no copy, in words."""
        items = self.items
        if not items:
            return ""
        if any(item.is_matching for item in items):
            return "looking"
        if all(item.state in {Item.State.UNDECODABLE, Item.State.FAILED} for item in items):
            return "unreadable"
        usable = [item for item in items if item.state == Item.State.READY]
        return "not comparable" if all(item.not_comparable for item in usable) else "nothing"

    @cached_property
    def reasons(self) -> list[str]:
        return queue.reasons(self.claim)

    @property
    def is_mine(self) -> bool:
        return self.claim.assignee_id == self.user.pk

    @property
    def lease_left_s(self) -> float:
        return lease_left_s(self.claim)

    @property
    def late_s(self) -> float:
        """Seconds since the deadline; 0 before it and without one."""
        due_at = self.claim.due_at
        return max(0, (timezone.now() - due_at).total_seconds()) if due_at else 0

    @property
    def is_late(self) -> bool:
        return self.late_s > 0

    @property
    def can_take(self) -> bool:
        """Whether a button to take it makes sense; taking itself checks again."""
        is_left = self.claim.state == State.IN_REVIEW and not self.claim.is_lease_live
        is_free = is_left or self.claim.state in {State.OPEN, State.WAITING}
        return is_free and self.user.has_perm(REVIEW)


def lease_left_s(claim: Claim) -> float:
    """Seconds until the lease on the claim ends; 0 where nobody holds one."""
    if claim.lease_until is None:
        return 0
    return max(0, (claim.lease_until - timezone.now()).total_seconds())


def _urgency(place: int, seen: SeenFrom) -> tuple[bool, bool, bool, int, float]:
    """What sorts first is shown. place: of the item among those attached."""
    return (
        seen.match.decision != Match.Decision.OPEN,
        seen.direction != "earlier",
        seen.match.relation == Match.Relation.SAME_SCENE,
        place,
        seen.other.first_seen_at.timestamp(),
    )
