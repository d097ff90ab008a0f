"""From a turn and the matched parts to words and to places. No Django here.

Everything is told as the newer picture sees the older: which edits lead from the older to the
newer, and where the older's corners lie in the newer's pixels.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from media.fingerprints import surroundings
from media.fingerprints.agreement import CELL_AGREES, Grid, back
from media.fingerprints.geometry import overlap
from media.fingerprints.stills import TURNS
from media.fingerprints.surroundings import Kind, Strip
from media.fingerprints.tracks import inverse

Box = tuple[float, float, float, float]  # left, top, right, bottom
Map = npt.NDArray[np.float64]  # 3 x 3, of points (x, y, 1) as columns
Edit = dict[str, Any]
Bytes = npt.NDArray[np.uint8]  # height x width, 0-255

WHOLE_BOX: Box = (0.0, 0.0, 1.0, 1.0)
_SCALED = 1.05  # a smaller change of size is not worth a word
_RETIMED = 0.02
_TURNED_DEGREES = 1.5  # a smaller turn is within what a map is exact to
_CROPPED = 0.02  # of the older's area
_SQUEEZED = 1.04  # change of width against height
_CONVERGES = 1.06  # longer against shorter of two opposite sides: seen at an angle
_INSET = 0.97  # of the newer's area: more leaves nothing around it
_INSET_SMALL = 0.6  # of the newer's area: less with pictures or a screen around it is an inset
_INSET_SIDES = 3  # sides with something to see: it stands in the middle of something else
_OVERLAID = 0.015  # of the cells of the overlap, in groups
_GROUP = 3  # cells that disagree, of the 3 x 3 around one: fewer are weak detail
_SHARES = {"share": "{} %", "side_share": "up to {} % of a side"}
_PLACES = {
    "top": "at the top",
    "bottom": "at the bottom",
    "left": "at the left",
    "right": "at the right",
}
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
    moved = there @ corners_of.corners()
    placed = (moved[:2] / moved[2]).T
    return [[round(float(x), 1), round(float(y), 1)] for x, y in placed]


def covered_share(one: Side, corners: list[list[float]]) -> float:
    """How much of a picture an upright rectangle given by its corners covers, 0-1."""
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    across = min(max(xs), one.width_px) - max(min(xs), 0)
    down = min(max(ys), one.height_px) - max(min(ys), 0)
    share = max(across, 0) * max(down, 0) / (one.width_px * one.height_px)
    return round(min(share, 1.0), 4)


def in_pixels(there: Map, older: Side, newer: Side) -> Map:
    """Turn a map between unit squares, as the geometric judge gives it, into one of pixels."""
    older_px = np.diag([1 / older.width_px, 1 / older.height_px, 1.0])
    pixels: Map = np.diag([newer.width_px, newer.height_px, 1.0]) @ there @ older_px
    pixels /= pixels[2, 2]
    return pixels


def from_map(
    there: Map, older: Side, newer: Side, newer_luma: Bytes, grid: Grid | None = None
) -> list[Edit]:
    """Say what was done to the older to get the newer, from how the older lies in it.

    there: from the older's unit square to the newer's. older, newer: upright sizes.
    newer_luma: the small grey picture kept of the newer. grid: agreement cell by cell.
    """
    words = _map_words(in_pixels(there, older, newer), older)
    missing = 1 - overlap(back(there))
    if missing > _CROPPED:
        words.append({"edit": "cropped", "share": round(missing, 3)})
    words += _surrounding_words(there, newer_luma)
    if grid is not None and (share := _overlaid(grid)) > _OVERLAID:
        words.append({"edit": "overlaid", "share": round(share, 3)})
    return words


def _map_words(there: Map, older: Side) -> list[Edit]:
    """Mirrored, turned, in perspective, squeezed, scaled. there: of pixels."""
    across, down = _sides(there, older)
    is_mirrored = across.real * down.imag - across.imag * down.real < 0
    if is_mirrored:
        across = -across
    # The turn that brings the upright cross of the sides nearest to where it lies.
    turn = across / abs(across) + down / (1j * abs(down))
    degrees = math.degrees(math.atan2(turn.imag, turn.real)) % 360
    nearest = round(degrees / 90) * 90
    degrees = nearest % 360 if abs(degrees - nearest) < _TURNED_DEGREES else round(degrees, 1)
    words: list[Edit] = [{"edit": "mirrored"}] if is_mirrored else []
    if degrees:
        words.append({"edit": "turned", "degrees": degrees})
    wide, high = abs(across) / older.width_px, abs(down) / older.height_px
    if _convergence(there, older) > _CONVERGES:
        words.append({"edit": "in_perspective"})
    elif not 1 / _SQUEEZED < wide / high < _SQUEEZED:
        words.append({"edit": "squeezed", "factor": round(wide / high, 3)})
    factor = math.sqrt(wide * high)
    if not 1 / _SCALED < factor < _SCALED:
        words.append({"edit": "scaled", "factor": round(factor, 3)})
    return words


def _sides(there: Map, older: Side) -> tuple[complex, complex]:
    """Where the older's middle lines lead, from left to right and from top to bottom."""
    left, top, right, bottom = (
        complex(*point)
        for point in _at(
            there,
            [
                (0, older.height_px / 2),
                (older.width_px / 2, 0),
                (older.width_px, older.height_px / 2),
                (older.width_px / 2, older.height_px),
            ],
        )
    )
    return right - left, bottom - top


def _convergence(there: Map, older: Side) -> float:
    corners = _at(there, older.corners()[:2].T.tolist())
    lengths = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    ratios = lengths[:2] / np.maximum(lengths[2:], 1e-9)
    return float(np.maximum(ratios, 1 / np.maximum(ratios, 1e-9)).max())


def _at(there: Map, points: Any) -> npt.NDArray[np.float64]:
    moved = np.column_stack([np.asarray(points, dtype=np.float64), np.ones(len(points))]) @ there.T
    placed: npt.NDArray[np.float64] = moved[:, :2] / moved[:, 2:]
    return placed


def _surrounding_words(there: Map, newer_luma: Bytes) -> list[Edit]:
    """Bordered, captioned or inset, by what lies around the older in the newer."""
    filled = overlap(there)
    if filled > _INSET:
        return []
    strips = surroundings.around(newer_luma, _at(there, [(0, 0), (1, 0), (1, 1), (0, 1)]))
    seen = [strip for strip in strips if strip.kind is not Kind.PLAIN]
    if len(seen) >= _INSET_SIDES or (
        filled < _INSET_SMALL and (len(seen) > 1 or any(s.kind is Kind.OTHER for s in seen))
    ):
        return [{"edit": "inset", "share": round(filled, 3)}]
    words = _border_words([strip for strip in strips if strip.kind is Kind.PLAIN])
    return words + [
        {"edit": "captioned", "where": strip.side, "share": strip.area} for strip in seen
    ]


def _border_words(strips: list[Strip]) -> list[Edit]:
    if not strips:
        return []
    return [{"edit": "bordered", "side_share": round(max(s.depth for s in strips), 3)}]


def _overlaid(grid: Grid) -> float:
    """Share of the overlap where something lies over one picture that the other has not."""
    is_in = ~np.isnan(grid.values)
    differs = is_in & (grid.values <= CELL_AGREES)
    around = np.pad(differs.astype(np.int64), 1)
    rows, columns = differs.shape
    groups = sum(around[dy : dy + rows, dx : dx + columns] for dy in range(3) for dx in range(3))
    grouped = differs & (groups >= _GROUP)
    return float(grouped.sum() / max(int(is_in.sum()), 1))


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
        if name == "where" and value in _PLACES:
            parts.append(_PLACES[value])
        elif name in _SHARES and isinstance(value, int | float):
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
