"""What is drawn over the two pictures of a pair: where they lie in each other, cell by cell.

Everything is worked out from `Match.drawn`, whose places are shares (0-1) of each picture; what
comes out is in upright pixels, as SVG writes it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Map = list[list[float]]  # 3 x 3, of points (x, y, 1) as columns
Place = tuple[float, float]
Size = tuple[int, int]  # width and height, pixels

AGREES, DIFFERS = "+", "-"
UNIT_SQUARE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
_FAR = 50.0  # pictures away from the picture: what lies beyond is not worth drawing


@dataclass(frozen=True)
class Drawing:
    """What is drawn over one side, in its pixels.

    region: the other picture's corners. agreeing, differing: SVG paths of the cells; hatching:
    a stroke through each cell that differs, so that colour is not all that tells. points: places
    of the points that agree, in the same order on both sides.
    """

    region: list[list[float]] | None = None
    agreeing: str = ""
    differing: str = ""
    hatching: str = ""
    points: list[Place] = field(default_factory=list)


@dataclass(frozen=True)
class Cells:
    """How many cells show the same in both pictures, and how many do not."""

    agreeing: int = 0
    differing: int = 0

    @property
    def total(self) -> int:
        return self.agreeing + self.differing


def draw(
    drawn: dict[str, Any], newer_size: Size | None, older_size: Size | None
) -> tuple[Drawing, Drawing]:
    """Draw both sides, the newer first. drawn: as `Match.drawn`; empty where nothing was judged."""
    if not drawn or not newer_size or not older_size:
        return Drawing(), Drawing()
    to_newer: Map = drawn["there"]
    to_older = inverse(to_newer)
    if to_older is None:
        return Drawing(), Drawing()
    same: Map = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    is_of_newer = drawn["grid"]["side"] == "newer"
    pairs = drawn.get("pairs", [])
    return (
        _side(
            newer_size,
            to_newer,
            _paths(drawn, same if is_of_newer else to_newer, newer_size),
            [(x, y) for x, y, _, _ in pairs],
        ),
        _side(
            older_size,
            to_older,
            _paths(drawn, to_older if is_of_newer else same, older_size),
            [(x, y) for _, _, x, y in pairs],
        ),
    )


def counted(drawn: dict[str, Any]) -> Cells:
    """Count the cells of the grid."""
    rows = "".join(drawn.get("grid", {}).get("rows", []))
    return Cells(rows.count(AGREES), rows.count(DIFFERS))


def placed(there: Map, place: Place) -> Place | None:
    """Where a place lies after a map; None where the map sends it to infinity or behind."""
    x, y, depth = (row[0] * place[0] + row[1] * place[1] + row[2] for row in there)
    if depth <= 1e-9:
        return None
    return x / depth, y / depth


def inverse(there: Map) -> Map | None:
    """The map back, scaled so that it keeps what lies in front in front; None without one."""
    (a, b, c), (d, e, f), (g, h, i) = there
    whole = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    if abs(whole) < 1e-12:
        return None
    back = [
        [e * i - f * h, c * h - b * i, b * f - c * e],
        [f * g - d * i, a * i - c * g, c * d - a * f],
        [d * h - e * g, b * g - a * h, a * e - b * d],
    ]
    return [[value / whole for value in row] for row in back]


def _side(size: Size, there: Map, paths: tuple[str, str, str], points: list[Place]) -> Drawing:
    corners = [placed(there, corner) for corner in UNIT_SQUARE]
    width, height = size
    return Drawing(
        None if None in corners else [_pixels(corner, size) for corner in corners if corner],
        *paths,
        [(round(x * width, 1), round(y * height, 1)) for x, y in points],
    )


def _pixels(place: Place, size: Size) -> list[float]:
    return [round(place[0] * size[0], 1), round(place[1] * size[1], 1)]


def _paths(drawn: dict[str, Any], there: Map, size: Size) -> tuple[str, str, str]:
    """Paths of the cells that agree, of those that differ, and of the strokes through these."""
    agreeing, differing, hatching = [], [], []
    for mark, corners in _cells(drawn["grid"], there):
        text = [_written(corner, size) for corner in corners]
        cell = f"M{text[0]}L{text[1]}L{text[2]}L{text[3]}z"
        if mark == AGREES:
            agreeing.append(cell)
        else:
            differing.append(cell)
            hatching.append(f"M{text[0]}L{text[2]}")
    return "".join(agreeing), "".join(differing), "".join(hatching)


def _cells(grid: dict[str, Any], there: Map) -> Iterator[tuple[str, list[Place]]]:
    """Each cell that has something to compare, with its corners after a map."""
    width, height = grid["cell"]
    for row, marks in enumerate(grid["rows"]):
        for column, mark in enumerate(marks):
            if mark not in (AGREES, DIFFERS):
                continue
            left, top = column * width, row * height
            right, below = left + width, top + height
            around = ((left, top), (right, top), (right, below), (left, below))
            corners = [corner for one in around if (corner := placed(there, one))]
            if len(corners) == 4 and all(abs(x) < _FAR and abs(y) < _FAR for x, y in corners):
                yield mark, corners


def _written(place: Place, size: Size) -> str:
    return f"{round(place[0] * size[0])} {round(place[1] * size[1])}"
