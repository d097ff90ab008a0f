"""From a turn and the matched parts to words and to places. No Django here.

Everything is told as the newer picture sees the older: which edits lead from the older to the
newer, and where the older's corners lie in the newer's pixels.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from media.fingerprints.stills import TURNS
from media.fingerprints.tracks import inverse

Box = tuple[float, float, float, float]  # left, top, right, bottom
Map = npt.NDArray[np.float64]  # 3 x 3, of points (x, y, 1) as columns
Edit = dict[str, Any]

WHOLE_BOX: Box = (0.0, 0.0, 1.0, 1.0)
_SCALED = 1.05  # a smaller change of size is not worth a word
_RETIMED = 0.02
_SHARES = {"share": "{} %", "side_share": "up to {} % of a side"}
_SIZES = {"degrees": "{:g}°", "percent": "{:g} %", "speed": "×{:g}", "factor": "×{:g}"}
_CLOCKWISE_90: Map = np.array([[0, -1, 1], [1, 0, 0], [0, 0, 1]], dtype=float)  # of a unit square
_MIRROR: Map = np.array([[-1, 0, 1], [0, 1, 0], [0, 0, 1]], dtype=float)


@dataclass(frozen=True)
class Side:
    """One picture of a pair: its size in upright pixels, and the part of it that matches (0-1)."""

    width_px: int
    height_px: int
    part: Box = WHOLE_BOX

    def to_pixels(self) -> Map:
        """From the unit square of the matching part to pixels."""
        left, top, right, bottom = self.part
        across, down = (right - left) * self.width_px, (bottom - top) * self.height_px
        return np.array(
            [[across, 0, left * self.width_px], [0, down, top * self.height_px], [0, 0, 1]]
        )

    def corners(self) -> Map:
        """Clockwise from the top left, as columns."""
        width, height = self.width_px, self.height_px
        return np.array(
            [[0, width, width, 0], [0, 0, height, height], [1, 1, 1, 1]], dtype=np.float64
        )

    @property
    def border_share(self) -> float:
        """How much of a side the widest border takes, 0-1."""
        left, top, right, bottom = self.part
        return max(left, top, 1 - right, 1 - bottom)


def transform(older: Side, newer: Side, turn: int) -> Map:
    """The map from the older's pixels to the newer's.

    turn: place in TURNS; the newer, turned so, looks like the older.
    """
    there: Map = newer.to_pixels() @ _turned(inverse(turn)) @ np.linalg.inv(older.to_pixels())
    return there


def region(corners_of: Side, there: Map) -> list[list[float]]:
    """Where a picture's corners lie after a map, clockwise from its top left, in pixels."""
    placed = (there @ corners_of.corners())[:2].T
    return [[round(float(x), 1), round(float(y), 1)] for x, y in placed]


def covered_share(one: Side, corners: list[list[float]]) -> float:
    """How much of a picture an upright rectangle given by its corners covers, 0-1."""
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    across = min(max(xs), one.width_px) - max(min(xs), 0)
    down = min(max(ys), one.height_px) - max(min(ys), 0)
    share = max(across, 0) * max(down, 0) / (one.width_px * one.height_px)
    return round(min(share, 1.0), 4)


def turn_words(turn: int) -> list[Edit]:
    """What was done to the older to get the newer. turn: of the newer, to look like the older."""
    name = TURNS[inverse(turn)]
    words: list[Edit] = [{"edit": "mirrored"}] if name.startswith("mirrored") else []
    degrees = int(name.rpartition("_")[2]) if "turned" in name else 0
    return words + ([{"edit": "turned", "degrees": degrees}] if degrees else [])


def scale_words(there: Map) -> list[Edit]:
    """Say by how much the newer is larger or smaller, if it is."""
    factor = math.sqrt(abs(float(np.linalg.det(there[:2, :2]))))
    if 1 / _SCALED < factor < _SCALED:
        return []
    return [{"edit": "scaled", "factor": round(factor, 3)}]


def border_words(one: Side, item: str) -> list[Edit]:
    """Say that this side has borders around what matches. item: the bordered side's id."""
    if one.part == WHOLE_BOX:
        return []
    return [{"edit": "bordered", "side_share": round(one.border_share, 3), "item": item}]


def speed_words(speed: float) -> list[Edit]:
    """Say that footage was sped up (above 1) or slowed down."""
    if abs(speed - 1) < _RETIMED:
        return []
    return [{"edit": "retimed", "speed": round(speed, 3)}]


def in_words(edit: Edit) -> str:
    """Put one edit in words, with its size where it has one: "turned 90°", "cropped 18 %"."""
    parts = [str(edit.get("edit", "changed")).replace("_", " ")]
    for name, value in edit.items():
        if name in _SHARES and isinstance(value, int | float):
            parts.append(_SHARES[name].format(round(value * 100)))
        elif name in _SIZES and isinstance(value, int | float):
            parts.append(_SIZES[name].format(value))
    return " ".join(parts)


def _turned(turn: int) -> Map:
    """The map of the unit square that a turn is: mirror first, then clockwise."""
    name = TURNS[turn]
    quarters = int(name.rpartition("_")[2]) // 90 if "turned" in name else 0
    turned: Map = np.linalg.matrix_power(_CLOCKWISE_90, quarters)
    return turned @ _MIRROR if name.startswith("mirrored") else turned
