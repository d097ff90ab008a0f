"""Is a picture worth comparing? A flat one resembles every other flat one.

One number from 0 to 100 says it, the lower of two: PDQ's own quality, which counts gradients,
and how many cells of a 9 x 9 grid hold detail, because a smooth gradient passes the first. Both
reach the gate of 70 where a distance between hashes starts to mean something.
"""

import numpy as np
import numpy.typing as npt

MIN_QUALITY = 70
TOO_SMALL = "too small to compare"
TOO_DARK = "too dark to compare"
NO_DETAIL = "not enough detail to compare"

_CELLS = 9
_CELL_PX = 16
_CELLS_NEEDED = 12  # of 81; 12 cells with detail are worth MIN_QUALITY
_EDGE_LEVELS = 6  # curvature in levels of 255 above which a point is detail, not shading
_EDGE_SHARE = 0.02  # of a cell's points
_DARK_LEVELS = 24  # 99 % of the picture is darker


def combined(pdq_quality: int, picture: npt.NDArray[np.uint8]) -> int:
    """Combine PDQ's quality with the detail found. picture: height x width x 3. Returns 0-100."""
    worth = detailed_cells(picture) * MIN_QUALITY // _CELLS_NEEDED
    return min(pdq_quality, worth, 100)


def reason(best: int, picture: npt.NDArray[np.uint8]) -> str:
    """Say in words why a picture cannot be compared; empty when it can."""
    if best >= MIN_QUALITY:
        return ""
    if np.percentile(picture, 99) < _DARK_LEVELS:
        return TOO_DARK
    return NO_DETAIL


def detailed_cells(picture: npt.NDArray[np.uint8]) -> int:
    """Count the cells of a 9 x 9 grid that hold edges. picture: at least 144 px each way."""
    side = _CELLS * _CELL_PX
    luma = _shrunk(picture, side)
    curved = np.zeros((side, side), dtype=bool)
    curved[1:-1] |= np.abs(2 * luma[1:-1] - luma[:-2] - luma[2:]) > _EDGE_LEVELS
    curved[:, 1:-1] |= np.abs(2 * luma[:, 1:-1] - luma[:, :-2] - luma[:, 2:]) > _EDGE_LEVELS
    cells = curved.reshape(_CELLS, _CELL_PX, _CELLS, _CELL_PX).mean(axis=(1, 3))
    return int((cells >= _EDGE_SHARE).sum())


def _shrunk(picture: npt.NDArray[np.uint8], side: int) -> npt.NDArray[np.float64]:
    """Average a picture's green-weighted luma down to side x side."""
    luma = picture.mean(axis=2)
    for axis in (0, 1):
        edges = np.linspace(0, luma.shape[axis], side + 1).astype(int)
        sums = np.add.reduceat(luma, edges[:-1], axis=axis)
        shape = [1, 1]
        shape[axis] = side
        luma = sums / np.diff(edges).reshape(shape)
    return luma
