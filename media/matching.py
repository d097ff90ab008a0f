"""Candidates → Match rows. The machine flags; a person decides.

Call it after the item's own codes are committed: of two items that arrive together, the one
matched later sees the other's codes (see candidates.py).
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import transaction

from media import candidates, custody
from media.fingerprints import footage, tracks
from media.fingerprints.footage import Segment
from media.fingerprints.stills import PDQ, TURNS
from media.fingerprints.tracks import FrameCodes, Nearest, Track
from media.likeness import Likeness, describe
from media.models import Fingerprint, Frame, Item, Match
from media.signals import match_found

ENGINE = "hashes-1"  # a new version may bring rejected pairs back, see `_reopen`
_TURN_BYTES = tracks.CODE_BYTES * len(TURNS)
_CHUNK = 50  # items read at a time


def find_copies(item: Item) -> list[Match]:
    """Flag every item, earlier or later, that shows what this one shows.

    Returns all matches of the item that this engine found. `match_found` is sent after commit
    for those that are new and open. Safe to run twice and in parallel: a pair has one row, and
    what a person decided stays decided.
    """
    mine = track_of(item)
    if not len(mine) or not mine.is_comparable.any():
        return []
    near = candidates.near_items(mine, apart_from=item)
    found = []
    for other in _items(sorted(near)):
        theirs = track_of(other)
        if item.pk > other.pk:
            turns, newer, older = near[other.pk], (item, mine), (other, theirs)
        else:
            turns, newer, older = _undone(near[other.pk]), (other, theirs), (item, mine)
        likeness = compare(newer[1], older[1], turns)
        if likeness is not None:
            found.append(_keep(newer, older, likeness))
    return found


def _items(keys: list[int]) -> Iterator[Item]:
    """Read items by their keys, ascending, a part at a time.

    Not with `iterator()`: what is written for one item while the query for the next ones is still
    open, SQLite refuses at once ("database is locked") as soon as anybody else wrote meanwhile.
    """
    for start in range(0, len(keys), _CHUNK):
        yield from Item.objects.filter(pk__in=keys[start : start + _CHUNK]).order_by("pk")


def compare(newer: Track, older: Track, turns: Iterable[int]) -> Likeness | None:
    """Compare two tracks under some turns of the newer; None when they do not match."""
    radius = settings.MATCH_PDQ_RADIUS_BITS
    nearest = tracks.nearest(newer, older, sorted(turns))
    if nearest is None or nearest.distance_bits > radius:
        return None
    if not (newer.duration_ms and older.duration_ms):  # a still is found at its moment
        return Likeness(nearest, [], _shares(newer, older, nearest.turn))
    segments = footage.align(newer, older, nearest.turn, radius)
    if not segments:
        return None
    return Likeness(_first_pair(newer, older, nearest, segments[0]), segments)


def _shares(newer: Track, older: Track, turn: int) -> tuple[float, float]:
    """Which share of the frames of each side looks like any of the other."""
    radius = settings.MATCH_PDQ_RADIUS_BITS
    rows, columns, _ = tracks.near_pairs(newer, older, turn, radius, len(older))
    return len(set(rows.tolist())) / len(newer), len(set(columns.tolist())) / len(older)


def _first_pair(newer: Track, older: Track, nearest: Nearest, segment: Segment) -> Nearest:
    """Where two pieces of footage first match, with the distance of where they match best."""
    first = tracks.nearest(
        newer.frame(segment.query_frame), older.frame(segment.other_frame), [nearest.turn]
    )
    if first is None:
        return nearest
    return replace(
        first,
        distance_bits=nearest.distance_bits,
        query_frame=segment.query_frame,
        other_frame=segment.other_frame,
    )


def track_of(item: Item) -> Track:
    """Load the searchable codes of an item whose quality lets them mean something."""
    rows = (
        Fingerprint.objects.filter(frame__item=item, code__algorithm=PDQ)
        .order_by("frame__time_ms")
        .values_list("frame__time_ms", "variant", "quality", "turns")
    )
    frames: dict[int, dict[str, bytes]] = {
        time: {} for time in Frame.objects.filter(item=item).values_list("time_ms", flat=True)
    }
    for time_ms, variant, quality, turns in rows:
        if quality >= settings.MATCH_MIN_QUALITY and len(turns) == _TURN_BYTES:
            frames[time_ms][variant] = bytes(turns)
    duration = _duration_ms(item, max(frames, default=0))
    return tracks.track((FrameCodes(time, turns) for time, turns in frames.items()), duration)


def _duration_ms(item: Item, last_ms: int) -> int:
    """0 for a still; footage lasts at least one sample, whatever its container says."""
    if item.kind == Item.Kind.STILL:
        return 0
    return max(item.duration_ms or 0, last_ms + 1)


def _undone(turns: Iterable[int]) -> set[int]:
    return {tracks.inverse(turn) for turn in turns}


@transaction.atomic
def _keep(newer: tuple[Item, Track], older: tuple[Item, Track], likeness: Likeness) -> Match:
    """Write a pair's row, once. A decided pair stays as it was decided."""
    values = {**describe(newer, older, likeness), "engine": ENGINE}
    match, is_new = Match.objects.get_or_create(older=older[0], newer=newer[0], defaults=values)
    if not is_new and match.engine != ENGINE:
        is_new = _reopen(match, values)
    if is_new:
        transaction.on_commit(lambda: match_found.send(Match, match=match), robust=True)
    return match


def _reopen(match: Match, values: dict[str, Any]) -> bool:
    """Bring a pair up to a new engine. True when a rejected one is open again.

    The earlier decision stays in the note and in both chains of custody. What was confirmed
    stays confirmed, with the measures it was confirmed on.
    """
    same = Match.objects.filter(pk=match.pk, engine=match.engine, decision=match.decision)
    if match.decision == Match.Decision.CONFIRMED:
        return False
    if match.decision == Match.Decision.OPEN:
        same.update(**values)
        match.refresh_from_db()
        return False
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
