"""How often a claim's media turned up before: matches of attached items, counted."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from claims.models import Attachment, Claim
from media.models import Match
from media.models.match import MatchQuerySet


@dataclass(frozen=True)
class Reuse:
    """count: matches that stand (open or confirmed). undecided: those a person has to look at."""

    count: int = 0
    undecided: int = 0


def matches_of(items: Iterable[int]) -> MatchQuerySet:
    """Matches with one of these items (primary keys) on either side, both sides fetched along."""
    items = list(items)
    return Match.objects.filter(Q(newer__in=items) | Q(older__in=items)).select_related(
        "older", "newer"
    )


def reuse_of(claims: Iterable[Claim]) -> dict[int, Reuse]:
    """Count the matches of several claims' items in two queries; claim's primary key → Reuse."""
    pairs = Attachment.objects.filter(claim__in=[claim.pk for claim in claims])
    items_of: dict[int, set[int]] = {claim.pk: set() for claim in claims}
    for claim, item in pairs.values_list("claim", "item"):
        items_of[claim].add(item)
    standing = matches_of(set().union(*items_of.values())) if items_of else Match.objects.none()
    rows = list(
        standing.exclude(decision=Match.Decision.REJECTED)
        .exclude(relation=Match.Relation.SIMILAR, decision=Match.Decision.OPEN)
        .values_list("older", "newer", "decision")
    )
    found = {}
    for claim_pk, items in items_of.items():
        mine = [decision for older, newer, decision in rows if older in items or newer in items]
        found[claim_pk] = Reuse(len(mine), mine.count(Match.Decision.OPEN))
    return found
