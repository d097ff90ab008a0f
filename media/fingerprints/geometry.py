"""Do two pictures show the same picture, and where? No Django here.

Points that look alike each propose how one picture lies in the other; the proposal most others
agree with is refined to the simplest map that explains them. Two measures then judge it, because
pictures of one app or one channel share furniture: how many points agree that are not furniture
(distinctive), and how much of the overlap looks alike cell by cell (agreement).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
import numpy.typing as npt

from media.fingerprints import agreement, features
from media.fingerprints.agreement import CELL_AGREES as CELL_AGREES
from media.fingerprints.agreement import Floats, Grid, Map, back, corners, placed
from media.fingerprints.features import Features

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

SAME_DISTINCTIVE, SAME_AGREEMENT, SAME_COVERS = 12, 0.6, 0.5
PART_DISTINCTIVE, PART_AGREEMENT = 8, 0.4
DENSE_DISTINCTIVE = 5  # where nearly every cell agrees, few points will do
PARALLAX = 0.08  # of the cells: found beside their place, so another point of view
SCENE_INLIERS = 15  # two photographs of one place; fewer are chance or furniture

_TENTATIVE = 400  # pairs of points looked at, those most alike first
_RATIO = 0.85  # of the distances to the nearest and to the second; one way only
_ALIKE = 0.85  # similarity of two points that lie where a map says they should
_ALIKE_DEGREES, _ALIKE_OCTAVES = 25.0, 0.6  # how far apart the turns and sizes of two pairs may lie
_COARSE_PX, _FINE_PX = 16.0, 3.0  # of SIDE_PX, in the smaller of the two
_PROPOSALS = 6  # refined, best first
_OWN_WEIGHT = 4  # of a pair of own points against one in text or graphics
_BEYOND_DOUBT = 40  # distinctive points: the mirror image need not be tried
_SIMPLER = 0.93  # of the inliers of a richer map that a simpler one must keep
_CELL_SHARE = 0.02  # of the longest side: inliers in one such cell count once
_MAX_SIDES, _MAX_ASPECT = 3.0, 2.5  # of a projected frame: opposite sides, change of its shape
_MAX_SCALE = 12.0


class Level(StrEnum):
    """What the measures add up to, strongest first."""

    SAME_PICTURE = "same_picture"
    PART_OF = "part_of"
    SAME_SCENE = "same_scene"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Judgement:
    """How one picture (other) lies in another (query), and how sure that is.

    there: from the other's unit square to the query's. is_mirrored: one shows the other's mirror
    image. inliers: points that agree, at most one per cell. distinctive: those without furniture.
    agreement: share of the textured cells of the overlap that look alike, 0-1; None where there
    are too few. covers: share of the query and of the other that the overlap takes, 0-1.
    pairs: n x 4, places of the inliers in query and other, 0-1.
    """

    there: Map
    is_mirrored: bool
    inliers: int
    distinctive: int
    agreement: float | None
    covers: tuple[float, float]
    pairs: Floats
    grid: Grid

    @property
    def level(self) -> Level:
        return level(self.distinctive, max(self.covers), self.grid)


def level(distinctive: int, covers: float, grid: Grid) -> Level:
    """Put measures into a level. covers: the larger of the two shares, 0-1."""
    agrees = grid.agreement or 0.0
    same = DENSE_DISTINCTIVE if grid.is_dense else SAME_DISTINCTIVE
    part = DENSE_DISTINCTIVE if grid.is_dense else PART_DISTINCTIVE
    if grid.moved < PARALLAX:
        if distinctive >= same and agrees >= SAME_AGREEMENT and covers >= SAME_COVERS:
            return Level.SAME_PICTURE
        if distinctive >= part and agrees >= PART_AGREEMENT:
            return Level.PART_OF
    return Level.SAME_SCENE if distinctive >= SCENE_INLIERS else Level.NOTHING


def judge(
    query: Features,
    other: Features,
    furniture: tuple[Mask | None, Mask | None] = (None, None),
) -> Judgement | None:
    """Find how the other picture lies in the query. None where no map explains any points.

    furniture: for query and other, which points are of patterns many unrelated pictures share.
    """
    is_own = (_is_own(query, furniture[0]), _is_own(other, furniture[1]))
    best: Judgement | None = None
    for is_mirrored in (False, True):
        found = _find(query, other, is_mirrored, is_own)
        if found is None:
            continue
        judged = _judged(query, other, found, furniture)
        if best is None or _weight(judged) > _weight(best):
            best = judged
        if best.distinctive >= _BEYOND_DOUBT and best.is_mirrored == is_mirrored:
            break
    return best


def _weight(judged: Judgement) -> tuple[int, int]:
    return judged.distinctive, judged.inliers


def _is_own(one: Features, furniture: Mask | None) -> Mask:
    """Which points are a picture's own: no furniture, no text, no graphics."""
    drawn = np.zeros(len(one), dtype=bool) if one.is_starry else one.is_drawn
    return ~drawn if furniture is None else ~(drawn | furniture)


def alike(query: Features, other: Features, is_mirrored: bool) -> tuple[Ints, Ints]:
    """Pair points that look alike, most alike first: rows of the query, rows of the other."""
    similarity = _rooted(query, is_mirrored) @ other.rooted.T
    nearest = similarity.argmax(axis=1)
    rows = np.arange(len(query))
    value = similarity[rows, nearest]
    is_mutual = similarity.argmax(axis=0)[nearest] == rows
    similarity[rows, nearest] = -1
    second = similarity.max(axis=1) if len(other) > 1 else value * 0
    # Of unit vectors the squared distance is 2 - 2 x similarity.
    is_clear = (1 - value) < _RATIO**2 * (1 - second)
    chosen = np.flatnonzero(is_mutual | is_clear)
    chosen = chosen[np.argsort(-value[chosen], kind="stable")][:_TENTATIVE]
    return chosen, nearest[chosen]


def _more(
    query: Features, other: Features, there: Map, is_mirrored: bool, known: tuple[Ints, Ints]
) -> tuple[Ints, Ints]:
    """Add the pairs that lie where the map says and look alike, though others look more so."""
    laid = placed(there, other.places.astype(np.float64)).astype(np.float32)
    scale = math.sqrt(abs(float(np.linalg.det(there[:2, :2]))))
    off = np.abs(query.places[:, None, 0] - laid[None, :, 0])
    np.maximum(off, np.abs(query.places[:, None, 1] - laid[None, :, 1]), out=off)
    off[known[0]] = np.inf
    off[:, known[1]] = np.inf
    rows, columns = np.nonzero(off < _FINE_PX * max(1.0, scale))
    octaves = np.abs(np.log2(query.sizes[rows] / (other.sizes[columns] * scale)))
    rows, columns = rows[octaves < _ALIKE_OCTAVES], columns[octaves < _ALIKE_OCTAVES]
    similarity = (_rooted(query, is_mirrored)[rows] * other.rooted[columns]).sum(axis=1)
    order = np.argsort(-similarity, kind="stable")
    order = order[similarity[order] > _ALIKE]
    rows, columns = rows[order], columns[order]
    # Each point goes to its best partner only.
    _, first = np.unique(rows, return_index=True)
    return np.concatenate([known[0], rows[first]]), np.concatenate([known[1], columns[first]])


def _rooted(one: Features, is_mirrored: bool) -> npt.NDArray[np.float32]:
    return features.mirrored(one.rooted) if is_mirrored else one.rooted


def _find(
    query: Features, other: Features, is_mirrored: bool, is_own: tuple[Mask, Mask]
) -> tuple[Map, Ints, Ints] | None:
    """The map from the other's pixels to the query's, and the pairs of points that agree.

    The map that most pairs of own points agree with is taken: of two pictures in one screen, the
    screen agrees more, but says nothing.
    """
    if min(len(query), len(other)) < 4:
        return None
    rows, columns = alike(query, other, is_mirrored)
    if len(rows) < 4:
        return None
    flip = np.array([[-1, 0, query.width], [0, 1, 0], [0, 0, 1]], dtype=np.float64)
    turn_over = flip if is_mirrored else np.eye(3)
    to = placed(turn_over, query.places[rows].astype(np.float64))
    at = other.places[columns].astype(np.float64)
    angles = query.angles[rows].astype(np.float64)
    turned = (180 - angles if is_mirrored else angles) - other.angles[columns]
    scales = query.sizes[rows].astype(np.float64) / np.maximum(other.sizes[columns], 1e-6)
    weights = 1 + (_OWN_WEIGHT - 1) * (is_own[0][rows] & is_own[1][columns])
    best: tuple[Map, Mask] | None = None
    for agreeing in _proposals(at, to, turned, scales):
        fitted = _refined(at, to, agreeing)
        if fitted is not None and (
            best is None or weights[fitted[1]].sum() > weights[best[1]].sum()
        ):
            best = fitted
    if best is None:
        return None
    there, is_in = turn_over @ best[0], best[1]
    if not _is_plausible(there, other):
        return None
    return there, *_more(query, other, there, is_mirrored, (rows[is_in], columns[is_in]))


def _proposals(at: Floats, to: Floats, turned: Floats, scales: Floats) -> list[Mask]:
    """What each pair of points proposes, by turn, size and place: the pairs that agree with it."""
    a, b = at[:, 0] + 1j * at[:, 1], to[:, 0] + 1j * to[:, 1]
    factor = scales * np.exp(1j * np.radians(turned))
    predicted = factor[:, None] * (a[None, :] - a[:, None]) + b[:, None]
    reach = _COARSE_PX * np.maximum(scales, 1)[:, None]
    apart = np.abs((turned[:, None] - turned[None, :] + 180) % 360 - 180)
    octaves = np.abs(np.log2(scales[:, None] / scales[None, :]))
    agrees = (np.abs(predicted - b[None, :]) < reach) & (apart < _ALIKE_DEGREES)
    agrees &= octaves < _ALIKE_OCTAVES
    counts = agrees.sum(axis=1)
    chosen: list[Mask] = []
    for row in np.argsort(-counts, kind="stable"):
        if counts[row] < 4 or len(chosen) == _PROPOSALS:
            break
        if all((agrees[row] & seen).sum() < 0.7 * counts[row] for seen in chosen):
            chosen.append(agrees[row])
    return chosen


def _refined(at: Floats, to: Floats, agreeing: Mask) -> tuple[Map, Mask] | None:
    """Fit maps of growing freedom; the simplest that keeps nearly all inliers is taken."""
    tried: list[tuple[Map, Mask]] = []
    start = agreeing
    for fit, needed in ((_similarity, 2), (_affinity, 4), (_homography, 8)):
        best: tuple[Map, Mask] | None = None
        is_in = start
        for reach in (_COARSE_PX, _FINE_PX * 2, _FINE_PX, _FINE_PX):
            if is_in.sum() < max(needed, 4):
                break
            there = fit(at[is_in], to[is_in])
            if there is None:
                break
            is_in = _is_near(there, at, to, reach)
            best = (there, is_in)
        if best is not None and best[1].sum() >= max(needed, 4):
            tried.append(best)
            start = best[1] | start
    if not tried:
        return None
    most = max(int(is_in.sum()) for _, is_in in tried)
    return next(one for one in tried if one[1].sum() >= _SIMPLER * most)


def _is_near(there: Map, at: Floats, to: Floats, reach_px: float) -> Mask:
    """Which pairs a map explains, to within reach_px of the picture where they lie closer."""
    scale = math.sqrt(abs(float(np.linalg.det(there[:2, :2]))))
    off = placed(there, at) - to
    near: Mask = (off**2).sum(axis=1) < (reach_px * max(1.0, scale)) ** 2
    return near


def _similarity(at: Floats, to: Floats) -> Map | None:
    """Turn, size and shift, by least squares."""
    a, b = at[:, 0] + 1j * at[:, 1], to[:, 0] + 1j * to[:, 1]
    middle_a, middle_b = a.mean(), b.mean()
    spread = float((np.abs(a - middle_a) ** 2).sum())
    if spread < 1:
        return None
    factor = complex((np.conj(a - middle_a) * (b - middle_b)).sum()) / spread
    shift = middle_b - factor * middle_a
    return np.array(
        [
            [factor.real, -factor.imag, shift.real],
            [factor.imag, factor.real, shift.imag],
            [0, 0, 1],
        ]
    )


def _affinity(at: Floats, to: Floats) -> Map | None:
    left = np.column_stack([at, np.ones(len(at))])
    solved, _, rank, _ = np.linalg.lstsq(left, to, rcond=None)
    return np.vstack([solved.T, [0, 0, 1]]) if rank == 3 else None


def _homography(at: Floats, to: Floats) -> Map | None:
    there, _ = cv2.findHomography(at, to, 0)
    if there is None or not np.isfinite(there).all() or abs(there[2, 2]) < 1e-9:
        return None
    return np.asarray(there / there[2, 2], dtype=np.float64)


def _is_plausible(there: Map, other: Features) -> bool:
    """Whether the projected frame is one a picture can have: convex, not torn, not a splinter."""
    frame = corners(other.width, other.height)
    depth = np.column_stack([frame, np.ones(4)]) @ there[2]
    if not np.isfinite(there).all() or depth.min() * depth.max() <= 0:
        return False
    quad = placed(there, frame)
    sides = np.linalg.norm(np.roll(quad, -1, axis=0) - quad, axis=1)
    if sides.min() < 2 or not cv2.isContourConvex(quad.astype(np.float32)):
        return False
    opposite = max(_ratio(sides[0], sides[2]), _ratio(sides[1], sides[3]))
    across = (sides[0] + sides[2]) / other.width
    down = (sides[1] + sides[3]) / other.height
    scale = max(across, down) / 2
    return bool(
        opposite < _MAX_SIDES
        and _ratio(across, down) < _MAX_ASPECT
        and 1 / _MAX_SCALE < scale < _MAX_SCALE
    )


def _ratio(one: float, other: float) -> float:
    return max(one, other) / max(min(one, other), 1e-9)


def _cells_taken(
    query: Features,
    other: Features,
    rows: Ints,
    columns: Ints,
) -> int:
    """Count pairs, at most one per cell of either picture."""
    cell = _CELL_SHARE * features.SIDE_PX
    taken = [
        len(np.unique((places // cell).astype(np.int64), axis=0)) if len(places) else 0
        for places in (query.places[rows], other.places[columns])
    ]
    return min(taken)


def _judged(
    query: Features,
    other: Features,
    found: tuple[Map, Ints, Ints],
    furniture: tuple[Mask | None, Mask | None],
) -> Judgement:
    there, rows, columns = found
    grid = agreement.lay(query, other, there)
    is_own = np.ones(len(rows), dtype=bool)
    if furniture[0] is not None:
        is_own &= ~furniture[0][rows]
    if furniture[1] is not None:
        is_own &= ~furniture[1][columns]
    if not grid.is_dense:
        is_own &= ~_drawn(query, other, rows, columns)
    from_unit = np.diag([other.width, other.height, 1.0])
    to_unit = np.diag([1 / query.width, 1 / query.height, 1.0])
    unit = to_unit @ there @ from_unit
    unit /= unit[2, 2]
    sides = [query.width, query.height, other.width, other.height]
    pairs = np.hstack([query.places[rows], other.places[columns]]) / sides
    return Judgement(
        unit,
        _turns_over(unit),
        _cells_taken(query, other, rows, columns),
        _cells_taken(query, other, rows[is_own], columns[is_own]),
        grid.agreement,
        (overlap(unit), overlap(back(unit))),
        pairs,
        grid,
    )


def _turns_over(unit: Map) -> bool:
    """Whether a map shows a picture's mirror image: clockwise corners become anticlockwise."""
    quad = placed(unit, corners(1, 1))
    across, down = quad[2] - quad[0], quad[3] - quad[1]
    return bool(across[0] * down[1] - across[1] * down[0] < 0)


def _drawn(query: Features, other: Features, rows: Ints, columns: Ints) -> Mask:
    """Which pairs lie in text or graphics. Lights in the dark are told by their own picture."""
    left, right = query.is_drawn[rows], other.is_drawn[columns]
    drawn: Mask = left & right if query.is_starry or other.is_starry else left | right
    return drawn


def overlap(there: Map) -> float:
    """Share of the unit square that another unit square covers after a map, 0-1."""
    quad = [(float(x), float(y)) for x, y in placed(there, corners(1, 1))]
    for axis in (0, 1):
        quad = _cut(quad, axis, lambda value: value)  # what lies above 0
        quad = _cut(quad, axis, lambda value: 1 - value)  # what lies below 1
    around = zip(quad, quad[1:] + quad[:1], strict=True)
    return min(abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in around)) / 2, 1.0)


def _cut(
    polygon: list[tuple[float, float]], axis: int, depth: Callable[[float], float]
) -> list[tuple[float, float]]:
    """Keep the part of a polygon on one side of an upright line (Sutherland, Hodgman 1974)."""
    kept: list[tuple[float, float]] = []
    for one, other in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        here, ahead = depth(one[axis]), depth(other[axis])
        if here >= 0:
            kept.append(one)
        if here * ahead < 0:
            share = here / (here - ahead)
            kept.append(
                (one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1]))
            )
    return kept
