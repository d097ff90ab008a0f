"""Is a picture worth comparing? A flat one resembles every other flat one.

One number from 0 to 100 says it, the lower of two: PDQ's own quality, which counts gradients,
and how many cells of a 9 x 9 grid hold detail, because a smooth gradient passes the first. Both
reach the gate of 70 where a distance between hashes starts to mean something.

Text and flat graphics have detail, but the same in every picture of one app, font or design: a
picture that shows nothing else is not compared either.
"""

import numpy as np
import numpy.typing as npt
from PIL import Image

from media.fingerprints import tones
from media.fingerprints.pictures import shrunk

Luma = npt.NDArray[np.float32]  # height x width, 0-255

MIN_QUALITY = 70
DRAWN_QUALITY = MIN_QUALITY - 1  # the most that text or graphics alone can have
TOO_SMALL = "too small to compare"
TOO_DARK = "too dark to compare"
NO_DETAIL = "not enough detail to compare"
DRAWN = "only text or flat graphics"  # in 40 characters, which is what an item keeps

_CELLS = 9
_CELL_PX = 16
_CELLS_NEEDED = 12  # of 81; 12 cells with detail are worth MIN_QUALITY
_EDGE_LEVELS = 3  # curvature in levels of 255 above which a point is detail, not shading
_EDGE_SHARE = 0.02  # of a cell's points
_DARK_LEVELS = 24  # 99 % of the picture is darker


def combined(pdq_quality: int, luma: Luma) -> int:
    """Combine PDQ's quality with the detail found. luma: height x width. Returns 0-100."""
    worth = detailed_cells(luma) * MIN_QUALITY // _CELLS_NEEDED
    return min(pdq_quality, worth, 100)


def reason(best: int, luma: Luma) -> str:
    """Say in words why a picture lacks detail; empty when it does not. best: quality, 0-100."""
    if best >= MIN_QUALITY:
        return ""
    if np.percentile(luma, 99) < _DARK_LEVELS:
        return TOO_DARK
    return NO_DETAIL


def is_drawn(picture: Image.Image) -> bool:
    """Whether a picture shows only text or flat graphics, or too little of anything else.

    picture: upright, any size; looked at in its own shape.
    """
    small = np.asarray(shrunk(picture, tones.SIDE_PX).convert("L"))
    return int(tones.photographic(small)[0].sum()) < tones.MIN_WINDOWS


def detailed_cells(luma: Luma) -> int:
    """Count the cells of a 9 x 9 grid that hold edges. luma: at least 144 px each way."""
    side = _CELLS * _CELL_PX
    small = _shrunk(_shrunk(luma, side).T, side).T
    curved = np.zeros((side, side), dtype=bool)
    curved[1:-1] |= np.abs(2 * small[1:-1] - small[:-2] - small[2:]) > _EDGE_LEVELS
    curved[:, 1:-1] |= np.abs(2 * small[:, 1:-1] - small[:, :-2] - small[:, 2:]) > _EDGE_LEVELS
    cells = curved.reshape(_CELLS, _CELL_PX, _CELLS, _CELL_PX).mean(axis=(1, 3))
    return int((cells >= _EDGE_SHARE).sum())


def _shrunk(luma: Luma, side: int) -> Luma:
    """Average the lines of a picture down to `side` lines."""
    edges = np.linspace(0, len(luma), side + 1).astype(int)
    sums: Luma = np.add.reduceat(luma, edges[:-1], axis=0)
    return sums / np.diff(edges).astype(np.float32)[:, None]
