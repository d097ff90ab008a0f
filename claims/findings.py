"""What stands in a claim right now, gathered for the disclosure."""

from django.db.models import Sum

from claims import alarms
from claims.disclosure import Answered, Dated, EarlierUse, Findings
from claims.models import Claim, Search, Step
from claims.reuse import matches_of
from media.models import Item, Match


def of(claim: Claim) -> Findings:
    """Gather answers, matches and dates of a claim."""
    items = list(claim.items.all())
    steps = Step.objects.filter(checklist__claim=claim).order_by("checklist", "order")
    matches = matches_of(item.pk for item in items)
    tried = claim.searches.filter(outcome__in=[Search.Outcome.FOUND, Search.Outcome.NOTHING])
    return Findings(
        answers=[
            Answered(*row) for row in steps.values_list("checklist__template", "key", "answer")
        ],
        footage=sum(item.kind == Item.Kind.FOOTAGE for item in items),
        stills=sum(item.kind == Item.Kind.STILL for item in items),
        earlier=_earlier(claim),
        copies=matches.filter(decision=Match.Decision.CONFIRMED).count(),
        undecided=matches.undecided().count(),
        is_compared=all(_is_compared(item) for item in items),
        searches=tried.count(),
        hits=tried.aggregate(all=Sum("hits"))["all"] or 0,
        dated=_dated(claim),
    )


def _dated(claim: Claim) -> Dated | None:
    """The bracket, once somebody proved a bound; a receipt alone says nothing of the event."""
    if not claim.date_proofs.exists():
        return None
    known = alarms.bracket_of(claim)
    if known.is_contradictory:
        return None
    return Dated(known.earliest, known.latest, known.excludes_claimed)


def _is_compared(item: Item) -> bool:
    is_done = item.state == Item.State.READY and item.matched_at is not None
    return is_done and not item.not_comparable


def _earlier(claim: Claim) -> EarlierUse | None:
    """The earliest use that raised an alarm, if any."""
    for alarm in alarms.alarms_of(claim):
        if alarm.kind == alarms.EARLIER_USE and alarm.seen_on and alarm.before and alarm.item:
            extent = _extent(alarm.match)
            return EarlierUse(alarm.seen_on, alarm.before, alarm.reference, extent, alarm.item.kind)
    return None


def _extent(match: Match | None) -> str:
    if match is None:
        return "whole"
    if match.kind == Match.Kind.SAME_SCENE:
        return "scene"
    return "part" if match.relation == Match.Relation.PART_OF else "whole"
