"""Alarms: what turns a claim red, computed from what stands now, so that it is never stale."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from claims import dateproofs, rechecks
from claims.dates import Bound, Bracket, apart_words, bracket, day_words, parse
from claims.models import Attachment, Claim, Recheck
from claims.reuse import matches_of
from claims.states import State
from media.models import Item, Match

EARLIER_USE = "earlier_use"
DATE_EXCLUDED = "date_excluded"
RECHECK_DUE = "recheck_due"
STALE_EVIDENCE = "stale_evidence"

_BEFORE = {
    "event": "the claimed event",
    "claim": "the claim was made",
    "receipt": "it reached this desk",
}


@dataclass(frozen=True)
class Alarm:
    """One reason why a claim is red.

    item: the attached item it is about. match: the confirmed match behind it; None where the very
    same file was seen before. proposes: the MediaReview code a person may accept; "" for none.
    seen_on, before: the two days it rests on. reference: what `before` is: event, claim, receipt.
    """

    kind: str
    sentence: str
    match: Match | None = None
    item: Item | None = None
    proposes: str = ""
    seen_on: date | None = None
    before: date | None = None
    reference: str = ""


def alarms_of(claim: Claim) -> list[Alarm]:
    """The alarms of one claim, the earliest use first."""
    return alarms_of_many([claim])[claim.pk]


def alarms_of_many(claims: Iterable[Claim]) -> dict[int, list[Alarm]]:
    """The alarms of several claims in four queries; claim's primary key → alarms."""
    claims = list(claims)
    evidence, stale = _evidence(claims), rechecks.open_of_many(claims)
    proofs = dateproofs.bounds_of_many(claims)
    return {
        claim.pk: _alarms(claim, *evidence[claim.pk])
        + _date_excluded(claim, proofs[claim.pk])
        + [_stale(one) for one in stale[claim.pk]]
        for claim in claims
    }


def brackets_of_many(claims: Iterable[Claim]) -> dict[int, Bracket]:
    """When the media offered as proof can have been made, per claim, in three queries."""
    claims = list(claims)
    evidence, proofs = _evidence(claims), dateproofs.bounds_of_many(claims)
    return {
        claim.pk: _bracket(claim, *evidence[claim.pk], bounds=proofs[claim.pk]) for claim in claims
    }


def bracket_of(claim: Claim) -> Bracket:
    """When the media offered as proof can have been made, and whether that fits the claim."""
    return brackets_of_many([claim])[claim.pk]


# --- Earlier use ----
Evidence = tuple[list[Item], list[Match]]


def _evidence(claims: list[Claim]) -> dict[int, Evidence]:
    """Items offered as proof and their confirmed matches, per claim.

    What illustrates or contradicts a claim may be as old as it likes.
    """
    proofs = Attachment.objects.filter(claim__in=claims, role=Attachment.Role.PROOF)
    items_of: dict[int, list[Item]] = {claim.pk: [] for claim in claims}
    for one in proofs.select_related("item").order_by("pk"):
        items_of[one.claim_id].append(one.item)
    everything = {item.pk for items in items_of.values() for item in items}
    confirmed = list(
        matches_of(everything).filter(decision=Match.Decision.CONFIRMED) if everything else []
    )
    found: dict[int, Evidence] = {}
    for pk, items in items_of.items():
        mine = {item.pk for item in items}
        matches = [one for one in confirmed if one.older_id in mine or one.newer_id in mine]
        found[pk] = (items, matches)
    return found


def _alarms(claim: Claim, items: list[Item], matches: list[Match]) -> list[Alarm]:
    found = [alarm for item in items if (alarm := _same_file(claim, item))]
    for match in matches:
        for item in items:
            if item.pk in (match.older_id, match.newer_id):
                found += [alarm] if (alarm := _copy(claim, item, match)) else []
    found.sort(key=lambda alarm: (alarm.seen_on or date.max, alarm.item.pk if alarm.item else 0))
    return found + _recheck(claim)


def _copy(claim: Claim, item: Item, match: Match) -> Alarm | None:
    """A confirmed match whose earlier side was seen before what the item is to prove."""
    earlier = match.earlier
    if earlier.pk == item.pk:
        return None
    before, reference = _held_against(claim, item)
    return _earlier_use(item, match, earlier.first_seen_at.date(), before, reference)


def _same_file(claim: Claim, item: Item) -> Alarm | None:
    """The attached file itself, byte for byte, was seen before the claimed event."""
    before, reference = _held_against(claim, item)
    if reference != "event":
        return None  # a file is always there before the claim that rests on it
    return _earlier_use(item, None, item.first_seen_at.date(), before, reference)


def _earlier_use(
    item: Item, match: Match | None, seen_on: date, before: date | None, reference: str
) -> Alarm | None:
    if before is None or seen_on >= before:
        return None
    subject = f"This {item.get_kind_display()}" if match is None else _subject(item, match)
    sentence = (
        f"{subject} was seen {apart_words(seen_on, before)} before {_BEFORE[reference]}: "
        f"seen on {day_words(seen_on)}, {_reference_words(reference)} {day_words(before)}."
    )
    code = Attachment.Authenticity.DECONTEXTUALIZED.value
    return Alarm(EARLIER_USE, sentence, match, item, code, seen_on, before, reference)


def _subject(item: Item, match: Match) -> str:
    if match.kind == Match.Kind.SAME_SCENE:
        return f"The scene of this {item.get_kind_display()}"
    if match.relation == Match.Relation.PART_OF:
        return f"Part of this {item.get_kind_display()}"
    return f"This {item.get_kind_display()}"


def _reference_words(reference: str) -> str:
    return {"event": "event claimed for", "claim": "claim made on", "receipt": "received on"}[
        reference
    ]


def _held_against(claim: Claim, item: Item) -> tuple[date | None, str]:
    """The first day the item is to prove something about, and what that day is.

    The event's first possible day; where the source gave none, the day the claim was made; else
    the day this item was first seen. None where the claimed date has no first day.
    """
    if claim.event_on:
        return parse(claim.event_on).earliest, "event"
    if claim.claimed_on and (made := parse(claim.claimed_on).earliest):
        return made, "claim"
    return item.first_seen_at.date(), "receipt"


# --- Dates ----
def _bracket(
    claim: Claim, items: list[Item], matches: list[Match], bounds: Iterable[Bound]
) -> Bracket:
    bounds = list(bounds)  # what people proved, before what the desk knows by itself
    for item in items:
        bounds.append(_not_after(item, f"this {item.get_kind_display()} was first seen then"))
    for match in matches:
        bounds.append(_not_after(match.earlier, "a confirmed copy was first seen then"))
    return bracket(bounds, claim.event_on)


def _not_after(item: Item, basis: str) -> Bound:
    return Bound("not_after", item.first_seen_at.date().isoformat(), basis)


def _date_excluded(claim: Claim, proofs: list[Bound]) -> list[Alarm]:
    """What people proved leaves no day of the claimed date, or no day at all."""
    known = bracket(proofs, claim.event_on)
    bases = "; ".join(one for one in (known.earliest_basis, known.latest_basis) if one)
    if known.is_contradictory:
        sentence = f"The limits of the date leave no day. They are {known.words} ({bases})."
    elif known.excludes_claimed:
        said = parse(claim.event_on).words
        sentence = f"The claimed date ({said}) is excluded: the media are {known.words} ({bases})."
    else:
        return []
    return [Alarm(DATE_EXCLUDED, sentence)]


# --- Re-check ----
def _stale(recheck: Recheck) -> Alarm:
    """A verdict that leans on something that fell since."""
    return Alarm(
        STALE_EVIDENCE, f"To be checked again. {recheck.reason}", recheck.match, recheck.item
    )


def _recheck(claim: Claim) -> list[Alarm]:
    """An unverified claim whose clock ran out."""
    is_over = claim.state in (State.SET_ASIDE, State.WITHDRAWN)
    if claim.recheck_at is None or claim.recheck_at > timezone.now() or is_over:
        return []
    day = claim.recheck_at.date()
    return [Alarm(RECHECK_DUE, f"To be checked again since {day_words(day)}.", seen_on=day)]
