"""How alike is one picture to another where a map lays it, cell by cell? No Django here.

Only cells that show a photograph in both are counted: screens, letters and flat graphics look
alike in pictures that have nothing to do with each other.
"""

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from media.fingerprints.features import Features

Floats = npt.NDArray[np.float64]
Grey = npt.NDArray[np.float32]  # height x width, 0-255
Mask = npt.NDArray[np.bool_]
Map = npt.NDArray[np.float64]  # 3 x 3, of points (x, y, 1) as columns

CELL_AGREES = 0.45  # correlation of a cell above which both pictures show the same there
# Where nearly every cell of a photograph agrees, fewer points will do, of its drawn parts too.
DENSE_AGREEMENT, DENSE_CELLS = 0.85, 10

_GRID_PX = 12  # side of a cell of the agreement grid, pixels of the small grey picture
_TEXTURED = 6.0  # levels of 255: standard deviation of a cell that has something to compare
_SMALL_GRID_PX, _SMALL_CELLS = 8, 60  # its side where the overlap would hold fewer cells than this
_MUCH_SMALLER = 0.6  # scale below which windows of the ground hold more than what is laid there
# Of the cells: looking beside them decides nothing where fewer or more differ.
_LEAST_DIFFERS, _MOST_DIFFERS = 1 - DENSE_AGREEMENT, 0.6
_LEAST_MOVED = 8  # cells found beside their place: fewer are chance
_MIN_TEXTURED = 6  # cells; fewer say nothing
_BESIDE_PX, _BESIDE_ALIKE = 12, 0.75  # how far beside a cell is looked for, and how alike
_SHIFTS = [(dx, dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]


@dataclass(frozen=True)
class Grid:
    """Agreement cell by cell, in the picture where the overlap has fewer pixels.

    is_of_query: which picture the cells divide. cell: side as shares of its width and height.
    values: rows x columns, correlation -1 to 1; NaN where neither picture shows anything.
    is_counted: where both show something of a photograph. Text laid over a clear sky is not held
    against a picture, and screens and letters do not speak for it.
    moved: share of the counted cells that look alike a little beside their place.
    """

    is_of_query: bool
    cell: tuple[float, float]
    values: npt.NDArray[np.float32]
    is_counted: Mask
    moved: float = 0.0

    @property
    def cells(self) -> int:
        """How many cells are counted."""
        return int(self.is_counted.sum())

    @property
    def is_dense(self) -> bool:
        """Whether so many cells agree that few points need to."""
        return self.cells >= DENSE_CELLS and (self.agreement or 0.0) >= DENSE_AGREEMENT

    @property
    def agreement(self) -> float | None:
        """Share of the counted cells that look alike; None where there are too few."""
        counted = self.values[self.is_counted]
        return float((counted > CELL_AGREES).mean()) if len(counted) >= _MIN_TEXTURED else None


def lay(query: Features, other: Features, there: Map) -> Grid:
    """Lay one grey picture over the other and correlate them cell by cell.

    there: from the other's pixels to the query's, of the frames that points lie in.
    """
    rows, columns = query.luma.shape
    other_rows, other_columns = other.luma.shape
    to_query = np.diag([columns / query.width, rows / query.height, 1.0])
    from_other = np.diag([other.width / other_columns, other.height / other_rows, 1.0])
    between = to_query @ there @ from_other  # from grey to grey
    shrinks = _scale(between, other.luma.shape) <= 1
    ground, laid = (query, other) if shrinks else (other, query)
    if not shrinks:
        between = back(between)
    shape = ground.luma.shape
    over, mask = _laid_over(laid.luma, between, shape)
    shown = _shown(ground, laid, between)
    side = _SMALL_GRID_PX if mask.sum() < _SMALL_CELLS * _GRID_PX**2 else _GRID_PX
    cell = (side / shape[1], side / shape[0])
    correlated = _correlated(ground.luma.astype(np.float32), over, mask, shown, side)
    return Grid(shrinks, cell, *correlated)


def _scale(between: Map, shape: tuple[int, ...]) -> float:
    """How much larger a picture becomes by a map."""
    rows, columns = shape
    quad = placed(between, corners(columns, rows))
    return math.sqrt(cv2.contourArea(quad.astype(np.float32)) / (columns * rows))


def _shown(ground: Features, laid: Features, between: Map) -> Mask:
    """Where both pictures show a photograph, in the ground's pixels.

    What is laid much smaller is told by itself alone: seen small, its windows hold what lies
    around it. Lights in the dark are told by the picture that shows little else.
    """
    shape = ground.luma.shape
    size = shape[1], shape[0]
    own = cv2.warpPerspective(
        laid.photographic.astype(np.uint8), between, size, flags=cv2.INTER_NEAREST
    )
    shown: Mask = np.asarray(own) > 0
    if ground.is_starry or laid.is_starry:
        return shown | ground.photographic
    if _scale(between, laid.luma.shape) < _MUCH_SMALLER:
        return shown
    return shown & ground.photographic


def _laid_over(
    laid: npt.NDArray[np.uint8], between: Map, shape: tuple[int, ...]
) -> tuple[Grey, Mask]:
    """Warp a grey picture into another's frame, areas averaged where it shrinks."""
    rows, columns = laid.shape
    small: Grey = laid.astype(np.float32)
    scale = _scale(between, laid.shape)
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


def _correlated(
    ground: Grey, over: Grey, mask: Mask, shown: Mask, side: int
) -> tuple[npt.NDArray[np.float32], Mask, float]:
    """Correlation of each cell, the best of shifts by one pixel: maps are not exact to it.

    shown: where both pictures are photographs. side: of a cell, in pixels.
    Returns it, and which cells show something of a photograph in both, and how large a share of
    those is found beside its place.
    """
    rows, columns = ground.shape[0] // side, ground.shape[1] // side
    if not rows or not columns:
        nothing = np.full((max(rows, 1), max(columns, 1)), np.nan, dtype=np.float32)
        return nothing, np.zeros(nothing.shape, dtype=bool), 0.0
    ground = _floats(cv2.GaussianBlur(ground, (3, 3), 0))
    over = _floats(cv2.GaussianBlur(over, (3, 3), 0))
    still = _in_cells(ground, rows, columns, side)
    still_off = still - still.mean(axis=2, keepdims=True)
    still_std = np.sqrt((still_off**2).mean(axis=2))
    over_std = _in_cells(over, rows, columns, side).std(axis=2)
    best = np.full((rows, columns), -1.0, dtype=np.float32)
    for dx, dy in _SHIFTS:
        moved = _in_cells(np.roll(over, (dy, dx), axis=(0, 1)), rows, columns, side)
        moved = moved - moved.mean(axis=2, keepdims=True)
        spread = np.sqrt((moved**2).mean(axis=2)) * still_std
        value = (still_off * moved).mean(axis=2) / np.maximum(spread, 1.0)
        best = np.maximum(best, value)
    is_in = _in_cells(mask, rows, columns, side).mean(axis=2) > 0.95
    best[~(is_in & (np.maximum(still_std, over_std) > _TEXTURED))] = np.nan
    is_shown = _in_cells(shown, rows, columns, side).mean(axis=2) > 0.5
    is_counted = is_in & is_shown & (np.minimum(still_std, over_std) > _TEXTURED)
    differs = is_counted & (best <= CELL_AGREES)
    return best, is_counted, _moved(ground, over, differs, int(is_counted.sum()), side)


def _moved(ground: Grey, over: Grey, differs: Mask, counted: int, side: int) -> float:
    """Share of the counted cells that are found beside where the map lays them, 0-1."""
    share = float(differs.sum()) / max(counted, 1)
    if not _LEAST_DIFFERS <= share <= _MOST_DIFFERS:
        return 0.0
    reach = _BESIDE_PX
    padded = cv2.copyMakeBorder(over, reach, reach, reach, reach, cv2.BORDER_CONSTANT, value=0)
    found = 0
    for row, column in np.argwhere(differs).tolist():
        y, x = row * side, column * side
        cell = ground[y : y + side, x : x + side]
        around = padded[y : y + side + 2 * reach, x : x + side + 2 * reach]
        found += bool(cv2.matchTemplate(around, cell, cv2.TM_CCOEFF_NORMED).max() > _BESIDE_ALIKE)
    return found / counted if found >= _LEAST_MOVED else 0.0


def _in_cells(picture: npt.NDArray[Any], rows: int, columns: int, side: int) -> npt.NDArray[Any]:
    """Cut a picture into cells: rows x columns x pixels of a cell."""
    cut = picture[: rows * side, : columns * side]
    cut = cut.reshape(rows, side, columns, side).transpose(0, 2, 1, 3)
    return cut.reshape(rows, columns, side**2)


def _floats(picture: npt.NDArray[Any]) -> Grey:
    """What OpenCV hands back, whose own notes on types say less."""
    return np.asarray(picture, dtype=np.float32)


def placed(there: Map, places: Floats) -> Floats:
    """Where places, n x 2, lie after a map."""
    moved = places @ there[:, :2].T + there[:, 2]
    divisor = np.where(np.abs(moved[:, 2:]) < 1e-9, 1e-9, moved[:, 2:])
    return np.asarray(moved[:, :2] / divisor, dtype=np.float64)


def back(there: Map) -> Map:
    """The map the other way round. Raises numpy.linalg.LinAlgError where there is none."""
    return np.asarray(np.linalg.inv(there), dtype=np.float64)


def corners(width: float, height: float) -> Floats:
    """Of a frame, clockwise from the top left: 4 x 2."""
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float64)
