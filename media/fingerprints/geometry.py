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

from media.fingerprints import features
from media.fingerprints.features import Features

Floats = npt.NDArray[np.float64]
Grey = npt.NDArray[np.float32]  # height x width, 0-255
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Map = npt.NDArray[np.float64]  # 3 x 3, of points (x, y, 1) as columns

SAME_DISTINCTIVE, SAME_AGREEMENT, SAME_COVERS = 12, 0.6, 0.5
PART_DISTINCTIVE, PART_AGREEMENT = 8, 0.4
SCENE_INLIERS = 15  # two photographs of one place; fewer are chance or furniture
CELL_AGREES = 0.45  # correlation of a cell above which both pictures show the same there

_TENTATIVE = 400  # pairs of points looked at, those most alike first
_RATIO = 0.85  # of the distances to the nearest and to the second; one way only
_ALIKE = 0.85  # similarity of two points that lie where a map says they should
_ALIKE_DEGREES, _ALIKE_OCTAVES = 25.0, 0.6  # how far apart the turns and sizes of two pairs may lie
_COARSE_PX, _FINE_PX = 16.0, 3.0  # of SIDE_PX, in the smaller of the two
_PROPOSALS = 6  # refined, best first
_SIMPLER = 0.93  # of the inliers of a richer map that a simpler one must keep
_CELL_SHARE = 0.02  # of the longest side: inliers in one such cell count once
_MAX_SIDES, _MAX_ASPECT = 3.0, 2.5  # of a projected frame: opposite sides, change of its shape
_MAX_SCALE = 12.0
_GRID_PX = 12  # side of a cell of the agreement grid, pixels of the small grey picture
_TEXTURED = 6.0  # levels of 255: standard deviation of a cell that has something to compare
_MIN_TEXTURED = 6  # cells; fewer say nothing
_SHIFTS = [(dx, dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]


class Level(StrEnum):
    """What the measures add up to, strongest first."""

    SAME_PICTURE = "same_picture"
    PART_OF = "part_of"
    SAME_SCENE = "same_scene"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Grid:
    """Agreement cell by cell, in the picture where the overlap has fewer pixels.

    is_of_query: which picture the cells divide. cell: side as shares of its width and height.
    values: rows x columns, correlation -1 to 1; NaN where neither picture shows anything.
    is_counted: where both do. Text laid over a clear sky is not held against a picture.
    """

    is_of_query: bool
    cell: tuple[float, float]
    values: npt.NDArray[np.float32]
    is_counted: Mask

    @property
    def agreement(self) -> float | None:
        """Share of the counted cells that look alike; None where there are too few."""
        counted = self.values[self.is_counted]
        return float((counted > CELL_AGREES).mean()) if len(counted) >= _MIN_TEXTURED else None


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
        return level(self.inliers, self.distinctive, self.agreement, max(self.covers))


def level(inliers: int, distinctive: int, agreement: float | None, covers: float) -> Level:
    """Put measures into a level. covers: the larger of the two shares, 0-1."""
    agrees = agreement or 0.0
    if distinctive >= SAME_DISTINCTIVE and agrees >= SAME_AGREEMENT and covers >= SAME_COVERS:
        return Level.SAME_PICTURE
    if distinctive >= PART_DISTINCTIVE and agrees >= PART_AGREEMENT:
        return Level.PART_OF
    if inliers >= SCENE_INLIERS:
        return Level.SAME_SCENE
    return Level.NOTHING


def judge(
    query: Features,
    other: Features,
    furniture: tuple[Mask | None, Mask | None] = (None, None),
) -> Judgement | None:
    """Find how the other picture lies in the query. None where no map explains any points.

    furniture: for query and other, which points are of patterns many unrelated pictures share.
    """
    best: Judgement | None = None
    for is_mirrored in (False, True):
        found = _find(query, other, is_mirrored)
        if found is None:
            continue
        there, rows, columns = found
        if best is None or _cells_taken(query, other, rows, columns) > best.inliers:
            best = _judged(query, other, is_mirrored, there, rows, columns, furniture)
    return best


def alike(query: Features, other: Features, is_mirrored: bool) -> tuple[Ints, Ints]:
    """Pair points that look alike, most alike first: rows of the query, rows of the other."""
    left = features.mirrored(query.descriptors) if is_mirrored else query.descriptors
    similarity = _rooted(left) @ _rooted(other.descriptors).T
    nearest = similarity.argmax(axis=1)
    rows = np.arange(len(query))
    value = similarity[rows, nearest]
    is_mutual = similarity.argmax(axis=0)[nearest] == rows
    second = np.partition(similarity, -2, axis=1)[:, -2] if len(other) > 1 else value * 0
    # Of unit vectors the squared distance is 2 - 2 x similarity.
    is_clear = (1 - value) < _RATIO**2 * (1 - second)
    chosen = np.flatnonzero(is_mutual | is_clear)
    chosen = chosen[np.argsort(-value[chosen], kind="stable")][:_TENTATIVE]
    return chosen, nearest[chosen]


def _more(
    query: Features, other: Features, there: Map, is_mirrored: bool, known: tuple[Ints, Ints]
) -> tuple[Ints, Ints]:
    """Add the pairs that lie where the map says and look alike, though others look more so."""
    left = features.mirrored(query.descriptors) if is_mirrored else query.descriptors
    placed = _placed(there, other.places.astype(np.float64))
    scale = math.sqrt(abs(float(np.linalg.det(there[:2, :2]))))
    off = np.linalg.norm(query.places[:, None, :] - placed[None, :, :], axis=2)
    octaves = np.abs(np.log2(query.sizes[:, None] / (other.sizes[None, :] * scale)))
    fits = (off < _FINE_PX * max(1.0, scale)) & (octaves < _ALIKE_OCTAVES)
    similarity = np.where(fits, _rooted(left) @ _rooted(other.descriptors).T, 0)
    similarity[known[0]] = 0
    similarity[:, known[1]] = 0
    columns = similarity.argmax(axis=1)
    rows = np.flatnonzero(similarity[np.arange(len(query)), columns] > _ALIKE)
    return np.concatenate([known[0], rows]), np.concatenate([known[1], columns[rows]])


def _rooted(descriptors: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Unit vectors whose product is Hellinger's similarity (Arandjelović, Zisserman 2012)."""
    values = descriptors.astype(np.float32)
    sums = values.sum(axis=1, keepdims=True)
    rooted: npt.NDArray[np.float32] = np.sqrt(values / np.maximum(sums, 1))
    return rooted


def _find(query: Features, other: Features, is_mirrored: bool) -> tuple[Map, Ints, Ints] | None:
    """The map from the other's pixels to the query's, and the pairs of points that agree."""
    if min(len(query), len(other)) < 4:
        return None
    rows, columns = alike(query, other, is_mirrored)
    if len(rows) < 4:
        return None
    flip = np.array([[-1, 0, query.width], [0, 1, 0], [0, 0, 1]], dtype=np.float64)
    turn_over = flip if is_mirrored else np.eye(3)
    to = _placed(turn_over, query.places[rows].astype(np.float64))
    at = other.places[columns].astype(np.float64)
    angles = query.angles[rows].astype(np.float64)
    turned = (180 - angles if is_mirrored else angles) - other.angles[columns]
    scales = query.sizes[rows].astype(np.float64) / np.maximum(other.sizes[columns], 1e-6)
    best: tuple[Map, Mask] | None = None
    for agreeing in _proposals(at, to, turned, scales):
        fitted = _refined(at, to, agreeing)
        if fitted is not None and (best is None or fitted[1].sum() > best[1].sum()):
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
    off = np.linalg.norm(_placed(there, at) - to, axis=1)
    near: Mask = off < reach_px * max(1.0, scale)
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


def _placed(there: Map, places: Floats) -> Floats:
    moved = np.column_stack([places, np.ones(len(places))]) @ there.T
    divisor = np.where(np.abs(moved[:, 2:]) < 1e-9, 1e-9, moved[:, 2:])
    placed: Floats = moved[:, :2] / divisor
    return placed


def back(there: Map) -> Map:
    """The map the other way round. Raises numpy.linalg.LinAlgError where there is none."""
    return np.asarray(np.linalg.inv(there), dtype=np.float64)


def _is_plausible(there: Map, other: Features) -> bool:
    """Whether the projected frame is one a picture can have: convex, not torn, not a splinter."""
    corners = _corners(other.width, other.height)
    depth = np.column_stack([corners, np.ones(4)]) @ there[2]
    if not np.isfinite(there).all() or depth.min() * depth.max() <= 0:
        return False
    quad = _placed(there, corners)
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


def _corners(width: float, height: float) -> Floats:
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float64)


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
    is_mirrored: bool,
    there: Map,
    rows: Ints,
    columns: Ints,
    furniture: tuple[Mask | None, Mask | None],
) -> Judgement:
    is_own = np.ones(len(rows), dtype=bool)
    if furniture[0] is not None:
        is_own &= ~furniture[0][rows]
    if furniture[1] is not None:
        is_own &= ~furniture[1][columns]
    grid = _grid(query, other, there)
    from_unit = np.diag([other.width, other.height, 1.0])
    to_unit = np.diag([1 / query.width, 1 / query.height, 1.0])
    unit = to_unit @ there @ from_unit
    sides = [query.width, query.height, other.width, other.height]
    pairs = np.hstack([query.places[rows], other.places[columns]]) / sides
    return Judgement(
        unit / unit[2, 2],
        is_mirrored,
        _cells_taken(query, other, rows, columns),
        _cells_taken(query, other, rows[is_own], columns[is_own]),
        grid.agreement,
        (overlap(unit), overlap(back(unit))),
        pairs,
        grid,
    )


def overlap(there: Map) -> float:
    """Share of the unit square that another unit square covers after a map, 0-1."""
    quad = [(float(x), float(y)) for x, y in _placed(there, _corners(1, 1))]
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


def _grid(query: Features, other: Features, there: Map) -> Grid:
    """Lay one grey picture over the other and correlate them cell by cell."""
    rows, columns = query.luma.shape
    other_rows, other_columns = other.luma.shape
    to_query = np.diag([columns / query.width, rows / query.height, 1.0])
    from_other = np.diag([other.width / other_columns, other.height / other_rows, 1.0])
    between = to_query @ there @ from_other  # from grey to grey
    middle = _placed(between, _corners(other_columns, other_rows))
    shrinks = cv2.contourArea(middle.astype(np.float32)) <= other_columns * other_rows
    if shrinks:
        ground, laid = query.luma, other.luma
    else:
        ground, laid, between = other.luma, query.luma, back(between)
    over, mask = _laid_over(laid, between, ground.shape)
    cell = (_GRID_PX / ground.shape[1], _GRID_PX / ground.shape[0])
    return Grid(shrinks, cell, *_correlated(ground.astype(np.float32), over, mask))


def _laid_over(
    laid: npt.NDArray[np.uint8], between: Map, shape: tuple[int, ...]
) -> tuple[Grey, Mask]:
    """Warp a grey picture into another's frame, areas averaged where it shrinks."""
    rows, columns = laid.shape
    small: Grey = laid.astype(np.float32)
    quad = _placed(between, _corners(columns, rows))
    scale = math.sqrt(cv2.contourArea(quad.astype(np.float32)) / (columns * rows))
    if scale < 0.8:
        size = max(2, round(columns * scale)), max(2, round(rows * scale))
        small = _floats(cv2.resize(small, size, interpolation=cv2.INTER_AREA))
        between = between @ np.diag([columns / size[0], rows / size[1], 1.0])
    # Places are counted from the corner of a pixel, OpenCV counts from its middle.
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    centred = back(half) @ between @ half
    size = shape[1], shape[0]
    over = cv2.warpPerspective(small, centred, size, flags=cv2.INTER_LINEAR)
    inside = _floats(cv2.warpPerspective(np.ones(small.shape, np.float32), centred, size))
    return _floats(over), inside > 0.95


def _correlated(ground: Grey, over: Grey, mask: Mask) -> tuple[npt.NDArray[np.float32], Mask]:
    """Correlation of each cell, the best of shifts by one pixel: maps are not exact to it.

    Returns it, and which cells show something in both pictures.
    """
    rows, columns = ground.shape[0] // _GRID_PX, ground.shape[1] // _GRID_PX
    if not rows or not columns:
        nothing = np.full((max(rows, 1), max(columns, 1)), np.nan, dtype=np.float32)
        return nothing, np.zeros(nothing.shape, dtype=bool)
    ground = _floats(cv2.GaussianBlur(ground, (3, 3), 0))
    over = _floats(cv2.GaussianBlur(over, (3, 3), 0))
    still = _in_cells(ground, rows, columns)
    still_off = still - still.mean(axis=2, keepdims=True)
    still_std = np.sqrt((still_off**2).mean(axis=2))
    over_std = _in_cells(over, rows, columns).std(axis=2)
    best = np.full((rows, columns), -1.0, dtype=np.float32)
    for dx, dy in _SHIFTS:
        moved = _in_cells(np.roll(over, (dy, dx), axis=(0, 1)), rows, columns)
        moved = moved - moved.mean(axis=2, keepdims=True)
        spread = np.sqrt((moved**2).mean(axis=2)) * still_std
        value = (still_off * moved).mean(axis=2) / np.maximum(spread, 1.0)
        best = np.maximum(best, value)
    is_in = _in_cells(mask, rows, columns).mean(axis=2) > 0.95
    best[~(is_in & (np.maximum(still_std, over_std) > _TEXTURED))] = np.nan
    return best, is_in & (np.minimum(still_std, over_std) > _TEXTURED)


def _in_cells(picture: npt.NDArray, rows: int, columns: int) -> npt.NDArray:  # type: ignore[type-arg]
    """Cut a picture into cells: rows x columns x pixels of a cell."""
    cut = picture[: rows * _GRID_PX, : columns * _GRID_PX]
    cut = cut.reshape(rows, _GRID_PX, columns, _GRID_PX).transpose(0, 2, 1, 3)
    return cut.reshape(rows, columns, _GRID_PX**2)


def _floats(picture: npt.NDArray) -> Grey:  # type: ignore[type-arg]
    """What OpenCV hands back, whose own notes on types say less."""
    return np.asarray(picture, dtype=np.float32)
