"""Where the picture proper lies: without bars, borders, caption strips and blurred fill."""

import numpy as np
import numpy.typing as npt

Luma = npt.NDArray[np.float32]  # height x width, 0-255

Box = tuple[float, float, float, float]  # left, top, right, bottom in pixels

MIN_KEPT = 0.25  # of each side: less picture than that is not a picture with a border
MIN_CUT = 0.008  # of a side: less is the blur of an edge
_LIKE_LEVELS = 6  # of 255 from the border's colour: a plain bar after JPEG
_RINGING_LEVELS = 20  # the same beside an edge
_RINGING_LINES = 5
_PLAIN_SHARE = 0.96  # of a line's points in the border's colour
_CAPTION_SHARE = 0.35  # the same with writing on it
_CAPTION_GAP = 0.15  # of a side: the tallest writing without a plain line

_LEAST_PX = 8  # fewer lines tell nothing

_BLUR_CUT = 0.05  # of a side: a blurred fill is never thinner
_BLUR_CALM = 0.3  # detail of the fill against that of the middle
_BLUR_STEP_LEVELS = 5.0  # median jump across the straight edge between fill and picture
_EVERY = 4  # point of a line is enough for its median
_BLUR_UNEVEN = 0.02  # of a side: fill is centred


def find(luma: Luma) -> list[float] | None:
    """Find the part of a picture inside its bars and borders.

    luma: height x width, at least 64 each way.
    Returns [left, top, right, bottom] as shares 0-1, or None when there is nothing to trim.
    Edges are found to a fraction of a pixel, from how far the border's colour reaches into the
    last line. A plain caption strip counts as border, with its writing; so does the blurred
    enlargement that upright video is filled up with, when it is centred.
    """
    plain = _plain(luma)
    blurred = _blurred(luma)
    is_blurred = _area(blurred) < 0.96 * _area(plain)  # else it saw the same bars, less exactly
    return _as_shares(blurred if is_blurred else plain, luma.shape)


def _plain(luma: Luma) -> Box:
    """The part inside plain bars: rows, then columns, then rows that showed only after that."""
    height, width = luma.shape
    top, bottom = _plain_depths(luma)
    left, right = _plain_depths(luma[round(top) : height - round(bottom)].T)
    if not (top or bottom) and (left or right):
        top, bottom = _plain_depths(luma[:, round(left) : width - round(right)])
    return left, top, width - right, height - bottom


def _blurred(luma: Luma) -> Box:
    """The part inside blurred fill above and below, or else at the sides."""
    height, width = luma.shape
    above, below = _blurred_depths(luma)
    if above:
        return 0, above, width, height - below
    before, after = _blurred_depths(luma.T)
    return before, 0, width - after, height


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _as_shares(box: Box, shape: tuple[int, ...]) -> list[float] | None:
    height, width = shape
    left, top, right, bottom = box[0] / width, box[1] / height, box[2] / width, box[3] / height
    if right - left < MIN_KEPT or bottom - top < MIN_KEPT:
        return None
    if max(left, top, 1 - right, 1 - bottom) < MIN_CUT:
        return None
    return [round(edge, 5) for edge in (left, top, right, bottom)]


def _plain_depths(luma: Luma) -> tuple[float, float]:
    if min(luma.shape) < _LEAST_PX:
        return 0, 0
    return _plain_depth(luma), _plain_depth(luma[::-1])


def _plain_depth(luma: Luma) -> float:
    """How many lines from the top are border; 0 when the first is not."""
    colour = np.median(luma[0])
    far = np.abs(luma - colour)
    plain = (far <= _LIKE_LEVELS).mean(axis=1) >= _PLAIN_SHARE
    written = (far <= _RINGING_LEVELS).mean(axis=1) >= _CAPTION_SHARE
    depth = 0
    for line in range(len(luma)):
        if plain[line]:
            depth = line + 1
        elif not (depth and written[line]) or line - depth > _CAPTION_GAP * len(luma):
            break
    if depth == 0:
        return 0
    deepest = min(depth + _RINGING_LINES, len(luma) - 1)
    while depth < deepest and (far[depth] <= _RINGING_LEVELS).mean() >= _PLAIN_SHARE:
        depth += 1
    if depth + 1 >= len(luma):
        return depth
    mixed, clear = far[depth].mean(), far[depth + 1].mean()
    return depth + float(np.clip(1 - mixed / clear, 0, 1)) if clear > 0 else depth


def _blurred_depths(luma: Luma) -> tuple[float, float]:
    """How many lines at the top and bottom are blurred fill; (0, 0) when they are not."""
    height = len(luma)
    detail = np.abs(2 * luma[:, 1:-1] - luma[:, :-2] - luma[:, 2:]).mean(axis=1)
    steps = np.median(np.abs(np.diff(luma[:, ::_EVERY], axis=0)), axis=1)
    middle = float(np.median(detail[height // 3 : 2 * height // 3]))
    above = _blur_edge(detail, steps, middle)
    below = _blur_edge(detail[::-1], steps[::-1], middle)
    if not above or not below or abs(above - below) > _BLUR_UNEVEN * height:
        return 0, 0
    return above, below


def _blur_edge(
    detail: npt.NDArray[np.floating], steps: npt.NDArray[np.floating], middle: float
) -> int:
    """The line where calm fill ends with a straight edge, from the top; 0 when nowhere."""
    first, last = int(_BLUR_CUT * len(detail)), int((1 - MIN_KEPT) / 2 * len(detail))
    edge = first + int(np.argmax(steps[first:last]))
    calm = float(np.mean(detail[: edge - 1]))
    if steps[edge] < _BLUR_STEP_LEVELS or calm > _BLUR_CALM * middle:
        return 0
    return edge + 1
