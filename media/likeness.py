"""How two items resemble each other, in the words and numbers of a Match row."""

from dataclasses import dataclass
from typing import Any

from media.fingerprints import edits
from media.fingerprints.edits import Side
from media.fingerprints.footage import Segment
from media.fingerprints.stills import TRIMMED
from media.fingerprints.tracks import Nearest, Track
from media.models import Frame, Item, Match

NO_OFFSET = "matches throughout, offset not determined"

Looked = tuple[Item, Track]  # an item and its codes


@dataclass(frozen=True)
class Likeness:
    """How two tracks resemble each other, told from the newer (the query) to the older.

    nearest: the pair of frames that region and edits are told of. shares: of the frames of the
    newer and of the older that match, where there are no segments to tell it.
    """

    nearest: Nearest
    segments: list[Segment]
    shares: tuple[float, float] | None = None


def describe(newer: Looked, older: Looked, likeness: Likeness) -> dict[str, Any]:
    """Say everything a match row holds about a likeness, but for engine and decision."""
    nearest = likeness.nearest
    newer_ms = int(newer[1].times_ms[nearest.query_frame])
    older_ms = int(older[1].times_ms[nearest.other_frame])
    sides = (
        _side(newer[0], newer_ms, nearest.query_variant),
        _side(older[0], older_ms, nearest.other_variant),
    )
    places = _places(*sides, nearest.turn)
    covers = dict(zip(("covers_newer", "covers_older"), places.pop("covers"), strict=True))
    for side, looked, key in ((0, newer, "query"), (1, older, "other")):
        if looked[0].kind == Item.Kind.FOOTAGE:
            covers[("covers_newer", "covers_older")[side]] = _time_share(looked, likeness, key)
    words = [*edits.turn_words(nearest.turn), *places.pop("words")]
    for side, item in zip(sides, (newer[0], older[0]), strict=True):
        words += edits.border_words(side, str(item.uuid)) if side else []
    return {
        "relation": _relation(newer[0], older[0]),
        "distance_bits": nearest.distance_bits,
        "edits": words + _speed_words(likeness.segments),
        "segments": [_as_row(segment) for segment in likeness.segments],
        "newer_time_ms": newer_ms,
        "older_time_ms": older_ms,
        "measures": {"inliers": None, "distinctive": None, "agreement": None, **covers},
        **places,
    }


def _relation(newer: Item, older: Item) -> str:
    kinds = {newer.kind, older.kind}
    if kinds == {Item.Kind.STILL}:
        return Match.Relation.SAME_PICTURE
    return Match.Relation.SAME_FOOTAGE if len(kinds) == 1 else Match.Relation.PART_OF


def _side(item: Item, time_ms: int, variant: str) -> Side | None:
    """One side's size and the part that matches; None when its size was never measured."""
    if not (item.width_px and item.height_px):
        return None
    if variant == TRIMMED:
        trim = Frame.objects.get(item=item, time_ms=time_ms).trim
        if trim:
            return Side(item.width_px, item.height_px, tuple(trim))
    return Side(item.width_px, item.height_px)


def _places(newer: Side | None, older: Side | None, turn: int) -> dict[str, Any]:
    if newer is None or older is None:
        return {"region": None, "region_back": None, "covers": (None, None), "words": []}
    there = edits.transform(older, newer, turn)
    back = edits.transform(newer, older, edits.inverse(turn))
    region, region_back = edits.region(older, there), edits.region(newer, back)
    return {
        "region": region,
        "region_back": region_back,
        "covers": (edits.covered_share(newer, region), edits.covered_share(older, region_back)),
        "words": edits.scale_words(there),
    }


def _time_share(looked: Looked, likeness: Likeness, key: str) -> float | None:
    """Which share of a piece of footage is matched: of its time, else of its frames."""
    if likeness.shares is not None:
        return round(likeness.shares[0 if key == "query" else 1], 4)
    ranges = sorted(
        (getattr(segment, f"{key}_start_ms"), getattr(segment, f"{key}_end_ms"))
        for segment in likeness.segments
    )
    covered, reached = 0, 0
    for start, end in ranges:
        covered += max(0, end - max(start, reached))
        reached = max(reached, end)
    return round(min(covered / looked[1].duration_ms, 1.0), 4)


def _speed_words(segments: list[Segment]) -> list[edits.Edit]:
    speeds = {segment.speed for segment in segments}
    return edits.speed_words(speeds.pop()) if len(speeds) == 1 else []


def _as_row(segment: Segment) -> dict[str, Any]:
    row: dict[str, Any] = {
        "query_start_ms": segment.query_start_ms,
        "query_end_ms": segment.query_end_ms,
        "other_start_ms": segment.other_start_ms,
        "other_end_ms": segment.other_end_ms,
        "speed": segment.speed,
    }
    return row if segment.has_offset else {**row, "note": NO_OFFSET}
