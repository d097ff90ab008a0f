"""Both doors → the judge → Match rows. The machine flags; a person decides.

Call it after the item's own codes and points are committed: of two items that arrive together,
the one matched later sees the other's (see candidates.py and voting.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from media import candidates, custody, judging, shown, voting
from media.fingerprints import tracks
from media.judging import Furniture, Hint
from media.likeness import describe
from media.models import Item, Match
from media.shown import Shown
from media.signals import match_found

ENGINE = "sift-1"  # a new version may bring rejected pairs back, see `_reopen`
_CHUNK = 50  # items read at a time


def find_copies(item: Item) -> list[Match]:
    """Flag every item, earlier or later, that shows what this one shows.

    Returns all matches of the item that this engine found. `match_found` is sent after commit
    for those that are new and open. Safe to run twice and in parallel: a pair has one row, and
    what a person decided stays decided. Raises DoorClosed where a door cannot be asked.
    """
    found = []
    for other, values in _alike(shown.of_item(item), item):
        newer, older = (item, other) if item.pk > other.pk else (other, item)
        found.append(_keep(newer, older, values))
    _drop_outdated(item)
    return found


def look_up(mine: Shown) -> list[Match]:
    """Find what a picture or clip resembles that is not kept here. Nothing is written.

    Returns matches that are not saved, `newer` standing for what was brought along, the most
    convincing first. Raises DoorClosed.
    """
    now = timezone.now()
    brought = Item(
        kind=mine.kind,
        width_px=mine.width_px,
        height_px=mine.height_px,
        duration_ms=mine.duration_ms or None,
        first_seen_at=now,
        first_seen_on=now.isoformat(),
    )
    found = [
        Match(older=other, newer=brought, engine=ENGINE, **values)
        for other, values in _alike(mine, None)
    ]
    strongest = list(Match.Relation.values)
    return sorted(found, key=lambda one: (strongest.index(one.relation), one.older.first_seen_at))


@dataclass(frozen=True)
class Explained:
    """What the judge says of any two items, whether or not a door would bring them together.

    likeness: told from the newer to the older, None where nothing would be shown. closest_bits:
    between their two closest codes under any turn, None where one has none. best: the most
    convincing pair of frames, None where no map explains any points.
    """

    newer: Item
    older: Item
    likeness: judging.Likeness | None
    values: dict[str, Any]  # as of a Match row; empty without a likeness
    closest_bits: int | None
    best: judging.Judged | None


def explain(one: Item, other: Item) -> Explained:
    """Compare any two items and keep every measure, met or not. Nothing is written."""
    newer, older = (one, other) if one.pk > other.pk else (other, one)
    sides = shown.of_item(newer), shown.of_item(older)
    pairs = tuple(judging.likely_pairs(*sides))
    likeness = judging.compare(*sides, Hint(pairs=pairs))
    nearest = tracks.nearest(sides[0].track, sides[1].track, judging.EVERY_TURN)
    best = likeness.judged if likeness else None
    return Explained(
        newer,
        older,
        likeness,
        describe(*sides, likeness) if likeness else {},
        nearest.distance_bits if nearest else None,
        best or judging.best_pair(*sides, pairs, ({}, {})),
    )


def _alike(mine: Shown, item: Item | None) -> Iterator[tuple[Item, dict[str, Any]]]:
    """Ask both doors, have the judge look at each candidate; yield those worth showing."""
    if not mine.can_be_compared:
        return
    near = candidates.near_items(mine.track, apart_from=item)
    asked = voting.ask(mine.views(range(len(mine.view_times_ms))), apart_from=item)
    masks = dict(enumerate(asked.furniture))
    voted = {one.item_id: one.pairs for one in asked.candidates}
    for other in _items(sorted(near.keys() | voted.keys())):
        theirs = shown.of_item(other)
        turns, pairs = near.get(other.pk, judging.EVERY_TURN), voted.get(other.pk, ())
        if item is None or item.pk > other.pk:
            sides, hint = (mine, theirs), Hint(turns, tuple(pairs))
            furniture: Furniture = (masks, {})
        else:
            sides, furniture = (theirs, mine), ({}, masks)
            undone = {tracks.inverse(turn) for turn in turns}
            hint = Hint(undone, tuple((there, here) for here, there in pairs))
        likeness = judging.compare(*sides, hint, furniture)
        if likeness is not None:
            yield other, describe(*sides, likeness)


def _items(keys: list[int]) -> Iterator[Item]:
    """Read items by their keys, ascending, a part at a time.

    Not with `iterator()`: what is written for one item while the query for the next ones is still
    open, SQLite refuses at once ("database is locked") as soon as anybody else wrote meanwhile.
    """
    for start in range(0, len(keys), _CHUNK):
        yield from Item.objects.filter(pk__in=keys[start : start + _CHUNK]).order_by("pk")


@transaction.atomic
def _keep(newer: Item, older: Item, values: dict[str, Any]) -> Match:
    """Write a pair's row, once. A decided pair stays as it was decided."""
    values = {**values, "engine": ENGINE}
    match, is_new = Match.objects.get_or_create(older=older, newer=newer, defaults=values)
    if not is_new:
        is_new = _brought_up(match, values)
    if is_new and match.relation != Match.Relation.SIMILAR:
        transaction.on_commit(lambda: match_found.send(Match, match=match), robust=True)
    return match


def _brought_up(match: Match, values: dict[str, Any]) -> bool:
    """Bring a pair up to what was found now. True when people have to be told of it.

    What was confirmed stays confirmed, with the measures it was confirmed on; a rejected pair
    opens again only under a new engine.
    """
    if match.decision == Match.Decision.OPEN:
        was_similar = match.relation == Match.Relation.SIMILAR
        same = Match.objects.filter(pk=match.pk, decision=Match.Decision.OPEN)
        same.update(**values)
        match.refresh_from_db()
        return was_similar
    if match.engine == ENGINE or match.decision == Match.Decision.CONFIRMED:
        return False
    return values["relation"] != Match.Relation.SIMILAR and _reopen(match, values)


def _drop_outdated(item: Item) -> None:
    """Open pairs an earlier engine found and this one does not are resemblances from now on."""
    outdated = Match.objects.of(item).filter(decision=Match.Decision.OPEN).exclude(engine=ENGINE)
    outdated.update(relation=Match.Relation.SIMILAR, engine=ENGINE)


def _reopen(match: Match, values: dict[str, Any]) -> bool:
    """Open a rejected pair that a new engine found again. False when somebody else was faster.

    The earlier decision stays in the note and in both chains of custody.
    """
    same = Match.objects.filter(pk=match.pk, engine=match.engine, decision=match.decision)
    note = (
        f"Rejected on {match.decided_at:%Y-%m-%d} by {match.decided_by} as "
        f"“{match.get_reject_reason_display()}”, under engine {match.engine}; "
        f"found again by {ENGINE}."
    )
    values |= {
        "decision": Match.Decision.OPEN,
        "decided_by": None,
        "decided_at": None,
        "reject_reason": "",
        "note": "\n".join(filter(None, [match.note, note])),
    }
    reopened = same.update(**values) == 1
    match.refresh_from_db()
    if reopened:
        for item in (match.older, match.newer):
            custody.append(item, "match_reopened", match=str(match.uuid), engine=ENGINE)
    return reopened
