"""Are two shown things the same? Hashes, points and time are weighed; the answer is a Likeness.

Pure but for reading the points of the two. Everything is told from the newer to the older.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from django.conf import settings

from media.fingerprints import edits, footage, geometry, tracks
from media.fingerprints.agreement import corners as unit_corners
from media.fingerprints.agreement import placed
from media.fingerprints.edits import Side
from media.fingerprints.footage import Segment
from media.fingerprints.geometry import Judgement, Level, Mask
from media.fingerprints.stills import TURNS
from media.fingerprints.tracks import Nearest
from media.models import Match
from media.shown import Shown

Relation = Match.Relation
Pair = tuple[int, int]  # places among the views of the newer and of the older
Furniture = tuple[Mapping[int, Mask], Mapping[int, Mask]]  # by place; of newer and of older

EVERY_TURN = range(len(TURNS))
SIMILAR_BITS = 70  # unrelated photographs lie no nearer; beyond the radius it is only a resemblance
_MOMENTS = 6  # pairs of frames judged between a still and footage
_PAIRS = 40  # between two pieces of footage: enough to find a line through time
_ALONG = 40  # more of them, where segments say which frames belong together
_BEYOND_MS = 10_000  # a segment may reach further than the frames that got votes
_ALONG_MS = 1000  # from where a frame's partner is expected
_EXPLAINED = 0.5  # of a range of the older: it is the one that another segment tells
_BESIDE = 0.05  # of a side: lies elsewhere, not in the same place again
_LOOKS = 12  # frames of each side looked at where nothing hints at any
_ACCEPTED = (Level.SAME_PICTURE, Level.PART_OF)
_STRONGEST = (Level.NOTHING, Level.SAME_SCENE, Level.PART_OF, Level.SAME_PICTURE)


@dataclass(frozen=True)
class Hint:
    """Why a pair is looked at: turns of the newer that hashes found, pairs that got votes."""

    turns: Iterable[int] = EVERY_TURN
    pairs: tuple[Pair, ...] = ()


@dataclass(frozen=True)
class Judged:
    """A pair of frames and what the judge says of it."""

    pair: Pair
    newer_ms: int
    older_ms: int
    judgement: Judgement

    @property
    def rank(self) -> tuple[int, float, int]:
        """The better of two pairs ranks higher: of a pan, the moment that fits best."""
        shared = round(sum(self.judgement.covers), 1)
        return _STRONGEST.index(self.judgement.level), shared, self.judgement.distinctive


@dataclass(frozen=True)
class Likeness:
    """How two shown things resemble each other.

    nearest: the closest two codes, None where one side has none. judged: the pair of frames that
    is drawn. shares: of the frames of newer and older that match, where no segments tell it.
    """

    relation: Match.Relation
    nearest: Nearest | None
    judged: Judged | None
    segments: list[Segment] = field(default_factory=list)
    shares: tuple[float, float] | None = None


def compare(
    newer: Shown, older: Shown, hint: Hint, furniture: Furniture = ({}, {})
) -> Likeness | None:
    """Weigh two things against each other. None when nothing is to be shown to anybody."""
    if newer.is_footage and older.is_footage:
        return _footage(newer, older, hint, furniture)
    if newer.is_footage or older.is_footage:
        return _moment(newer, older, hint, furniture)
    return _stills(newer, older, furniture)


def is_near(nearest: Nearest | None) -> bool:
    """Whether two codes are so close that they stand for one picture."""
    return nearest is not None and nearest.distance_bits <= settings.MATCH_PDQ_RADIUS_BITS


def best_pair(
    newer: Shown, older: Shown, pairs: Iterable[Pair], furniture: Furniture
) -> Judged | None:
    """Judge pairs of frames and return the most convincing one, or None."""
    return max(judged(newer, older, pairs, furniture), key=lambda one: one.rank, default=None)


def judged(newer: Shown, older: Shown, pairs: Iterable[Pair], furniture: Furniture) -> list[Judged]:
    """Judge pairs of frames; those without any map are left out."""
    found = []
    for pair in dict.fromkeys(pairs):
        (left,), (right,) = newer.views(pair[:1]), older.views(pair[1:])
        masks = furniture[0].get(pair[0]), furniture[1].get(pair[1])
        judgement = geometry.judge(left, right, masks)
        if judgement is not None:
            times = newer.view_times_ms[pair[0]], older.view_times_ms[pair[1]]
            found.append(Judged(pair, *times, judgement))
    return found


def likely_pairs(newer: Shown, older: Shown) -> list[Pair]:
    """Pairs of frames worth judging where nothing hints at any: those with most points alike."""
    left, right = _evenly(len(newer.view_times_ms)), _evenly(len(older.view_times_ms))
    counts = {}
    for i, one in zip(left, newer.views(left), strict=True):
        for j, other in zip(right, older.views(right), strict=True):
            sides = (geometry.alike(one, other, is_mirrored) for is_mirrored in (False, True))
            counts[i, j] = max(len(rows) for rows, _ in sides)
    return sorted(counts, key=lambda pair: -counts[pair])[:_MOMENTS]


def _evenly(count: int) -> list[int]:
    return sorted({round(place) for place in np.linspace(0, count - 1, min(count, _LOOKS))})


# --- Stills -------------------------------------------------------------------------------------
def _stills(newer: Shown, older: Shown, furniture: Furniture) -> Likeness | None:
    nearest = tracks.nearest(newer.track, older.track, EVERY_TURN)
    pairs = [(0, 0)] if newer.view_times_ms and older.view_times_ms else []
    best = best_pair(newer, older, pairs, furniture)
    relation = _relation(nearest, best)
    if relation is None:
        return None
    return Likeness(relation, nearest, best)


def _relation(nearest: Nearest | None, best: Judged | None) -> Match.Relation | None:
    level = best.judgement.level if best else Level.NOTHING
    if is_near(nearest) or level == Level.SAME_PICTURE:
        return Relation.SAME_PICTURE
    if level != Level.NOTHING:
        return Relation(level.value)
    return Relation.SIMILAR if nearest and nearest.distance_bits <= SIMILAR_BITS else None


# --- A still in footage -------------------------------------------------------------------------
def _moment(newer: Shown, older: Shown, hint: Hint, furniture: Furniture) -> Likeness | None:
    """A still is found at its moment."""
    nearest = tracks.nearest(newer.track, older.track, sorted(hint.turns))
    pairs = list(hint.pairs[:_MOMENTS])
    if is_near(nearest) and newer.view_times_ms and older.view_times_ms:
        pairs.insert(0, _view_pair(newer, older, nearest))
    candidates = judged(newer, older, pairs, furniture)
    best = max(candidates, key=lambda one: one.rank, default=None)
    relation = _relation(nearest, best)
    if relation in (None, Relation.SIMILAR):
        return None
    if relation == Relation.SAME_PICTURE:
        relation = Relation.PART_OF
    shares = _shares(newer, older, nearest.turn) if is_near(nearest) else None
    accepted = [one for one in candidates if one.judgement.level in _ACCEPTED]
    if shares is None:
        shares = (
            len({one.pair[0] for one in accepted}) / len(newer.view_times_ms),
            len({one.pair[1] for one in accepted}) / len(older.view_times_ms),
        )
    return Likeness(relation, nearest, best, shares=shares)


def _view_pair(newer: Shown, older: Shown, nearest: Nearest) -> Pair:
    """The frames with points that lie nearest in time to the frames whose codes do."""
    return (
        _nearest_view(newer, int(newer.track.times_ms[nearest.query_frame])),
        _nearest_view(older, int(older.track.times_ms[nearest.other_frame])),
    )


def _nearest_view(shown: Shown, time_ms: float) -> int:
    return int(np.abs(np.asarray(shown.view_times_ms) - time_ms).argmin())


def _shares(newer: Shown, older: Shown, turn: int) -> tuple[float, float]:
    """Which share of the frames of each side looks like any of the other."""
    radius = settings.MATCH_PDQ_RADIUS_BITS
    rows, columns, _ = tracks.near_pairs(newer.track, older.track, turn, radius, len(older.track))
    return (
        len(set(rows.tolist())) / len(newer.track),
        len(set(columns.tolist())) / len(older.track),
    )


# --- Footage ------------------------------------------------------------------------------------
def _footage(newer: Shown, older: Shown, hint: Hint, furniture: Furniture) -> Likeness | None:
    """Frames that got votes are judged; then those that should belong together if they do."""
    nearest = tracks.nearest(newer.track, older.track, sorted(hint.turns))
    found = {one.pair: one for one in judged(newer, older, _spread(hint.pairs), furniture)}
    segments = _segments(newer, older, nearest, found)
    if more := [pair for pair in _along(newer, older, segments) if pair not in found]:
        found |= {one.pair: one for one in judged(newer, older, more, furniture)}
        segments = _segments(newer, older, nearest, found) or segments
    best = max(found.values(), key=lambda one: one.rank, default=None)
    if not segments:
        is_scene = best is not None and best.judgement.level == Level.SAME_SCENE
        return Likeness(Relation.SAME_SCENE, nearest, best) if is_scene else None
    along = [one for one in found.values() if _is_along(segments[0], one)]
    first = max(along, key=lambda one: one.rank, default=best)
    if nearest is not None and is_near(nearest):
        nearest = _first_pair(newer, older, nearest, segments[0])
    return Likeness(Relation.SAME_FOOTAGE, nearest, first, segments)


def _segments(
    newer: Shown, older: Shown, nearest: Nearest | None, found: Mapping[Pair, Judged]
) -> list[Segment]:
    """Lay the two along each other by their codes and by what was judged, as far as it goes."""
    accepted = [one for one in found.values() if one.judgement.level in _ACCEPTED]
    best = max(accepted, key=lambda one: one.rank, default=None)
    if nearest is not None and is_near(nearest):
        turn = nearest.turn
    elif best is not None:
        turn = turn_of(best.judgement, newer, older)
    else:
        return []
    weights = {one.pair: one.judgement.distinctive for one in accepted}
    pairs = [(one.newer_ms, one.older_ms, weights.get(one.pair, 0)) for one in found.values()]
    radius = settings.MATCH_PDQ_RADIUS_BITS
    segments = footage.align(newer.track, older.track, turn, radius, pairs)
    return _without_echoes(segments, accepted)


def _without_echoes(segments: list[Segment], accepted: list[Judged]) -> list[Segment]:
    """Leave out what a slow pan makes of a range that is explained already.

    Over one piece of ground frames look alike seconds apart, a little beside their place, so that
    a second line runs beside the true one. A piece that was truly used twice lies in the same
    place both times.
    """
    places = {id(segment): _lies(segment, accepted) for segment in segments}
    kept: list[Segment] = []
    for segment in sorted(segments, key=lambda one: -_lasts(one)):
        here = places[id(segment)]
        is_echo = any(
            _shared(segment, one) > _EXPLAINED
            and float(np.linalg.norm(here - places[id(one)], axis=1).mean()) > _BESIDE
            for one in kept
        )
        if not is_echo:
            kept.append(segment)
    return sorted(kept, key=lambda one: one.query_start_ms)


def _lies(segment: Segment, accepted: list[Judged]) -> geometry.Map:
    """Where the older's corners lie in the newer along a segment, 4 x 2; NaN if nobody knows."""
    inside = [
        placed(one.judgement.there, unit_corners(1, 1))
        for one in accepted
        if _is_along(segment, one)
    ]
    return np.median(inside, axis=0) if inside else np.full((4, 2), np.nan)


def _expected(segment: Segment, newer_ms: int) -> float:
    return segment.other_start_ms + segment.speed * (newer_ms - segment.query_start_ms)


def _shared(segment: Segment, other: Segment) -> float:
    """Which share of a segment's range of the older another segment explains too, 0-1."""
    start = max(segment.other_start_ms, other.other_start_ms)
    end = min(segment.other_end_ms, other.other_end_ms)
    return max(0, end - start) / max(1, segment.other_end_ms - segment.other_start_ms)


def _is_along(segment: Segment, one: Judged) -> bool:
    is_in = segment.query_start_ms <= one.newer_ms <= segment.query_end_ms
    return is_in and abs(_expected(segment, one.newer_ms) - one.older_ms) <= _ALONG_MS


def _along(newer: Shown, older: Shown, segments: list[Segment]) -> list[Pair]:
    """Frames with points that belong together if the segments are right, and a little beyond.

    At most _ALONG, evenly taken: they tell where the segments end, and how the two lie in each
    other.
    """
    if not (newer.view_times_ms and older.view_times_ms):
        return []
    pairs = []
    for segment in segments:
        for place, time_ms in enumerate(newer.view_times_ms):
            if not -_BEYOND_MS <= time_ms - segment.query_start_ms <= _BEYOND_MS + _lasts(segment):
                continue
            expected = _expected(segment, time_ms)
            partner = _nearest_view(older, expected)
            if abs(older.view_times_ms[partner] - expected) <= _ALONG_MS:
                pairs.append((place, partner))
    step = max(1.0, len(pairs) / _ALONG)
    return [pairs[int(at * step)] for at in range(min(_ALONG, len(pairs)))]


def _lasts(segment: Segment) -> int:
    return segment.query_end_ms - segment.query_start_ms


def _spread(pairs: tuple[Pair, ...]) -> list[Pair]:
    """At most _PAIRS, every frame of the newer in turn: its best partner first, then the next."""
    rounds: dict[int, list[Pair]] = {}
    for pair in pairs:
        rounds.setdefault(pair[0], []).append(pair)
    ranked = sorted(
        (rank, place) for place, partners in rounds.items() for rank in range(len(partners))
    )
    if not ranked:
        return []
    firsts = [rounds[place][rank] for rank, place in ranked]
    step = max(1.0, len(rounds) / _PAIRS)
    chosen = [firsts[int(at * step)] for at in range(min(_PAIRS, int(len(rounds) / step)))]
    return list(dict.fromkeys(chosen + firsts))[:_PAIRS]


def _first_pair(newer: Shown, older: Shown, nearest: Nearest, segment: Segment) -> Nearest:
    """Where two pieces of footage first match, with the distance of where they match best."""
    first = tracks.nearest(
        newer.track.frame(segment.query_frame),
        older.track.frame(segment.other_frame),
        [nearest.turn],
    )
    if first is None:
        return nearest
    return replace(
        first,
        distance_bits=nearest.distance_bits,
        query_frame=segment.query_frame,
        other_frame=segment.other_frame,
    )


def turn_of(judgement: Judgement, newer: Shown, older: Shown) -> int:
    """The turn of the newer, a place in TURNS, that comes closest to looking like the older."""
    sides = [Side(one.width_px, one.height_px) for one in (older, newer)]
    there = edits.in_pixels(judgement.there, *sides)[:2, :2]
    plain = [edits.transform(*sides, turn)[:2, :2] for turn in EVERY_TURN]
    fits = [np.sum(there * one) / np.linalg.norm(one) for one in plain]
    return int(np.argmax(fits))
