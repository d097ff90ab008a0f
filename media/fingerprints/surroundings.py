"""What lies around a picture that was set into another: plain border, writing, or more. No Django.

Told side by side, of the strips between the set-in picture and the edges of the other.
"""

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]  # height x width, 0-255
Corners = npt.NDArray[np.float64]  # 4 x 2, shares of width and height, in order around

MIN_STRIP = 0.012  # of a side: less is the blur of an edge or a map that is not quite exact
_MARGIN_PX = 2  # of the small grey picture, kept away from the edge of the set-in picture
_PLAIN_LEVELS = 12  # of 255 from the strip's own shade: a plain bar after JPEG
_PLAIN_SHARE = 0.97  # of a strip's points
_GROUND_SHARE = 0.4  # of a strip's points in one shade: writing on a plain ground
_CALM_LEVELS = 1.5  # mean curvature: blurred fill, gradients


class Kind(StrEnum):
    """What a strip shows."""

    PLAIN = "plain"  # one shade, or blurred
    WRITTEN = "written"  # marks on one shade
    OTHER = "other"  # more picture, or a screen's furniture


@dataclass(frozen=True)
class Strip:
    """The part of a picture between one of its edges and the picture set into it."""

    side: str  # left, top, right, bottom
    depth: float  # share of the picture's width or height
    area: float  # share of the picture's area, corners counted at the top and bottom
    kind: Kind


def around(luma: Bytes, corners: Corners) -> list[Strip]:
    """Tell the strips around a picture that lies at `corners` in the picture `luma`.

    Strips thinner than MIN_STRIP are left out; so is what lies beside a picture that was turned
    by a few degrees, beyond the upright box around it.
    """
    low = np.clip(corners.min(axis=0), 0, 1)
    high = np.clip(corners.max(axis=0), 0, 1)
    (left, top), (right, bottom) = low.tolist(), high.tolist()
    boxes = {
        "left": (0.0, top, left, bottom, left),
        "top": (0.0, 0.0, 1.0, top, top),
        "right": (right, top, 1.0, bottom, 1 - right),
        "bottom": (0.0, bottom, 1.0, 1.0, 1 - bottom),
    }
    found = []
    for side, (x0, y0, x1, y1, depth) in boxes.items():
        if depth < MIN_STRIP:
            continue
        part = _inner(luma, side, (x0, y0, x1, y1))
        found.append(Strip(side, round(depth, 4), round((x1 - x0) * (y1 - y0), 4), kind_of(part)))
    return found


def kind_of(part: Bytes) -> Kind:
    """Say what a strip of a grey picture shows. An empty one is plain."""
    if part.size == 0:
        return Kind.PLAIN
    shade = np.bincount(part.ravel(), minlength=256).argmax()
    like = float((np.abs(part.astype(np.int16) - int(shade)) <= _PLAIN_LEVELS).mean())
    if like >= _PLAIN_SHARE or _curvature(part) < _CALM_LEVELS:
        return Kind.PLAIN
    return Kind.WRITTEN if like >= _GROUND_SHARE else Kind.OTHER


def _curvature(part: Bytes) -> float:
    if min(part.shape) < 3:
        return 0.0
    return float(np.abs(cv2.Laplacian(part.astype(np.float32), cv2.CV_32F)).mean())


def _inner(luma: Bytes, side: str, box: tuple[float, float, float, float]) -> Bytes:
    """Cut a strip out, without the lines beside the set-in picture."""
    rows, columns = luma.shape
    x0, y0, x1, y1 = (
        round(share * length) for share, length in zip(box, (columns, rows) * 2, strict=True)
    )
    if side == "left":
        x1 -= _MARGIN_PX
    elif side == "right":
        x0 += _MARGIN_PX
    elif side == "top":
        y1 -= _MARGIN_PX
    else:
        y0 += _MARGIN_PX
    return luma[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)]
