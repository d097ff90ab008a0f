"""From near points to the frames that hold a picture: votes, and who is taken first. No Django.

A copy keeps its points' turns and scales to each other: of the votes for a frame only those count
that agree in both, to within an eighth of a turn and a doubling.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FURNITURE_GROUPS = 3  # unrelated holders that make a pattern furniture
_AMONG_PX, _AMONG_LEAST, _AMONG_SHARE = 24.0, 3, 0.35  # surroundings, of SIDE_PX
_TURNS, _SCALES = 8, 16
_BINS = 2 * _TURNS * _SCALES
_MAX_POINTS = 1024
_EXPLAINED = 0.7  # how much a point a chosen frame explains is worth less to the others
_LEAST = 0.02
_SHORTLIST = 400  # frames with most votes that are ordered with care
_MORE_FRAMES, _MORE_SHARE = 3, 0.5  # further frames of a chosen item, from this share of its votes

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Hits:
    """Stored points near those of one view, a row for each: which point of the view, in which
    orientation (1 mirrored), in which slot, how much it counts, turned and scaled by how much.

    turns: 0-1 of a full one. scales: log2.
    """

    points: Ints
    mirrored: Ints
    slots: Ints
    weights: Floats
    turns: Floats
    scales: Floats


@dataclass(frozen=True)
class Votes:
    """What each slot got: slots and scores alike long; and of which points, a row for each."""

    slots: Ints
    scores: Floats
    given_to: Ints
    points: Ints
    weights: Floats


@dataclass(frozen=True)
class Choice:
    """An item, its votes, and which of its slots got them, best first, with the votes of each."""

    item: int
    votes: float
    slots: list[tuple[int, float]]


def count(hits: Hits) -> Votes:
    """Let each point of the view give each slot one vote, among those that agree with most."""
    turned = np.round(hits.turns * _TURNS).astype(np.int64) % _TURNS
    scaled = np.clip(np.round(hits.scales).astype(np.int64) + _SCALES // 2, 0, _SCALES - 1)
    agreeing = (hits.mirrored * _TURNS + turned) * _SCALES + scaled
    keys = (hits.slots * _BINS + agreeing) * _MAX_POINTS + hits.points
    order = np.lexsort((-hits.weights, keys))
    order = order[_firsts(keys[order])]
    keys, weights = keys[order], hits.weights[order]
    bins = keys // _MAX_POINTS
    starts = np.flatnonzero(_firsts(bins))
    if not len(starts):
        none = np.zeros(0, dtype=np.int64)
        return Votes(none, weights, none, none, weights)
    scores = np.add.reduceat(weights, starts)
    slots = bins[starts] // _BINS
    best = np.lexsort((-scores, slots))
    best = best[_firsts(slots[best])]
    is_best = np.zeros(len(starts), dtype=bool)
    is_best[best] = True
    kept = is_best[np.cumsum(_firsts(bins)) - 1]
    points = keys[kept] % _MAX_POINTS
    return Votes(slots[best], scores[best], bins[kept] // _BINS, points, weights[kept])


def choose(votes: Votes, items: Ints, most: int) -> list[Choice]:
    """Choose items one after the other, at most `most`, so that each explains something new.

    items: the item of each slot of `votes.slots`. What a chosen item explains counts less for
    those after it: of a collage, each source gets a place, however many copies one of them has.
    """
    listed = np.sort(np.argsort(-votes.scores, kind="stable")[:_SHORTLIST])
    slots, scores, items = votes.slots[listed], votes.scores[listed], items[listed]
    is_given = np.isin(votes.given_to, slots)
    given_to = np.searchsorted(slots, votes.given_to[is_given])
    points, weights = votes.points[is_given], votes.weights[is_given]
    most_of = np.full(_MAX_POINTS, np.finfo(np.float32).tiny)
    np.maximum.at(most_of, points, weights)
    worth = np.ones(_MAX_POINTS)
    is_free = np.ones(len(slots), dtype=bool)
    chosen: list[Choice] = []
    while len(chosen) < most and is_free.any():
        left = np.bincount(given_to, weights * worth[points], minlength=len(slots)) * is_free
        best = int(left.argmax())
        if left[best] <= 0:
            break
        of_item = np.flatnonzero(items == items[best])
        chosen.append(Choice(int(items[best]), float(left[best]), _frames(slots, scores, of_item)))
        is_free[of_item] = False
        explained = given_to == best
        spent = points[explained]
        share = _EXPLAINED * weights[explained] / most_of[spent]
        worth[spent] = np.maximum(worth[spent] * (1 - share), _LEAST)
    return chosen


def furniture(
    points: Ints, items: Ints, group_of: Mapping[int, int], places: Floats
) -> npt.NDArray[np.bool_]:
    """Which points of a view are patterns that several unrelated items hold.

    points, items: that an item holds a pattern like a point's, a row for each. group_of: the
    group of related items each is of; items without one are not counted. An item, and a group,
    counts once however often it holds the pattern. places: n x 2, x and y of the view's points.
    """
    rows = {
        (point, group_of[item])
        for point, item in zip(points.tolist(), items.tolist(), strict=True)
        if item in group_of
    }
    held = np.bincount(
        np.array([point for point, _ in rows], dtype=np.int64), minlength=len(places)
    )
    return _with_surroundings(held >= FURNITURE_GROUPS, places)


def _with_surroundings(is_held: npt.NDArray[np.bool_], places: Floats) -> npt.NDArray[np.bool_]:
    """Add the points that lie among furniture: of each frame only some of the points are kept,
    so that of a bar or a logo every second point would count as the picture's own.
    """
    apart = ((places[:, None] - places[None]) ** 2).sum(axis=2)
    near = apart < _AMONG_PX**2
    held = (near & is_held).sum(axis=1)
    found: npt.NDArray[np.bool_] = is_held | (
        (held >= _AMONG_LEAST) & (held >= _AMONG_SHARE * near.sum(axis=1))
    )
    return found


def _frames(slots: Ints, scores: Floats, of_item: Ints) -> list[tuple[int, float]]:
    """The slots of a chosen item with most votes."""
    order = of_item[np.argsort(-scores[of_item], kind="stable")][:_MORE_FRAMES]
    enough = scores[order] >= _MORE_SHARE * scores[order[0]]
    return [(int(slots[place]), float(scores[place])) for place in order[enough]]


def _firsts(ordered: Ints) -> npt.NDArray[np.bool_]:
    """Where a new value begins."""
    begins = np.ones(len(ordered), dtype=bool)
    begins[1:] = ordered[1:] != ordered[:-1]
    return begins
