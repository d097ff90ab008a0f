"""Local features of one picture: points that survive crops, captions and collages. No Django here.

Known as "sift400-1": points of SIFT taken by a grid's quota, and a small grey picture that the
judge compares cell by cell. A name with its number stands for one exact computation.
"""

import struct
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, TypeVar

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from media.fingerprints import greys, tones
from media.fingerprints.pictures import shrunk

ALGORITHM = "sift400-1"
SIDE_PX = 512  # longest side that points are looked for on
LUMA_PX = tones.SIDE_PX  # longest side of the small grey picture
POINTS = 400
CELLS = 9  # of the grid, each way
MIN_POINTS, MIN_CELLS = 20, 8  # fewer say too little to compare by
DESCRIPTOR = 128
_MIN_SIDE_PX = 8  # of lines thinner than 3 px OpenCV makes no pyramid

# Weak points too: of a smooth sky they are all there is, and the quota keeps them from crowding.
_CONTRAST = 0.015
# Where even those are few, as in haze and on still water, weaker ones are looked for.
_FEW, _WEAK_CONTRAST = 200, 0.006
_SUBPIXEL = 64  # a point's place is kept in 64ths of a pixel
_MIDDLE = np.float32(0.5)  # OpenCV counts from the middle of the first pixel, we from its corner
_TURN = 65536 / 360
# width, height of the frame searched; of the grey picture; number of points; bytes of grey
_HEAD = struct.Struct("<HHHHHI")
_POINT = np.dtype([("x", "<u2"), ("y", "<u2"), ("size", "<u2"), ("angle", "<u2")])
MAX_BYTES = _HEAD.size + POINTS * (_POINT.itemsize + DESCRIPTOR) + 2 * LUMA_PX * LUMA_PX

_Kind = TypeVar("_Kind", np.uint8, np.float32)
Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Told = tuple[npt.NDArray[np.bool_], bool]  # windows with a photograph, and whether it is stars


@dataclass(frozen=True)
class Features:
    """What is kept of one picture for finding and judging copies.

    width, height: pixels of the frame that points lie in, longest side at most SIDE_PX.
    places: n x 2, x and y. sizes: n, diameter in pixels. angles: n, degrees.
    descriptors: n x 128. luma: rows x columns, longest side at most LUMA_PX. told: what
    `tones.photographic` said of the grey picture before it was kept, which blurs what is drawn.
    """

    width: int
    height: int
    places: Floats
    sizes: Floats
    angles: Floats
    descriptors: Bytes
    luma: Bytes
    told: Told | None = None

    def __len__(self) -> int:
        return len(self.places)

    @property
    def is_comparable(self) -> bool:
        """Whether enough points, in enough places, and not of text alone, tell it from others."""
        has_points = len(self) >= MIN_POINTS and len(np.unique(cells(self))) >= MIN_CELLS
        return has_points and int(self._tones[0].sum()) >= tones.MIN_WINDOWS

    @cached_property
    def rooted(self) -> Floats:
        """Unit vectors whose product is Hellinger's similarity: n x 128.

        Source: Arandjelović, Zisserman, "Three things everyone should know" (2012).
        """
        values = self.descriptors.astype(np.float32)
        unit: Floats = np.sqrt(values / np.maximum(values.sum(axis=1, keepdims=True), 1))
        return unit

    @cached_property
    def photographic(self) -> npt.NDArray[np.bool_]:
        """Which points of the grey picture belong to a photograph, not to text or graphics."""
        return tones.over_pixels(self._tones[0], self.luma.shape)

    @property
    def is_starry(self) -> bool:
        """Whether it shows lights in the dark, which are told from writing as a whole only."""
        return self._tones[1]

    @cached_property
    def _tones(self) -> Told:
        return tones.photographic(self.luma) if self.told is None else self.told

    @cached_property
    def is_drawn(self) -> npt.NDArray[np.bool_]:
        """Which points lie in text or graphics: n."""
        rows, columns = self.luma.shape
        scale = np.array([columns / self.width, rows / self.height])
        at = np.clip((self.places * scale).astype(np.int64), 0, [columns - 1, rows - 1])
        drawn: npt.NDArray[np.bool_] = ~self.photographic[at[:, 1], at[:, 0]]
        return drawn


def cells(features: Features) -> npt.NDArray[np.int64]:
    """Which cell of the grid each point lies in, row by row."""
    return _cells(features.places, features.width, features.height)


def extract(picture: Image.Image) -> Features:
    """Find the points of a picture. picture: upright, RGB or L, any size.

    Never raises for a picture; one without detail has no points.
    """
    grey = np.asarray(shrunk(picture, SIDE_PX).convert("L"))
    height, width = grey.shape
    points: Any = []
    found = None
    if min(width, height) >= _MIN_SIDE_PX:
        points = _sift(_CONTRAST).detect(grey, None)
        if len(points) < _FEW:
            points = _sift(_WEAK_CONTRAST).detect(grey, None)
        points, found = _sift(_CONTRAST).compute(grey, _by_quota(points, width, height))
    luma = np.asarray(shrunk(Image.fromarray(grey), LUMA_PX))
    if found is None or not len(points):
        points, found = [], np.zeros((0, DESCRIPTOR))
    return Features(
        width,
        height,
        _floats([point.pt for point in points]).reshape(-1, 2) + _MIDDLE,
        _floats([point.size for point in points]),
        _floats([point.angle for point in points]),
        np.clip(found, 0, 255).astype(np.uint8),
        luma,
    )


def mirrored(descriptors: npt.NDArray[_Kind]) -> npt.NDArray[_Kind]:
    """The descriptors of the mirrored picture, n x 128: rows reversed, orientations turned back."""
    return descriptors[:, _mirror_order()]


def pack(features: Features) -> bytes:
    """Write features as bytes, at most MAX_BYTES."""
    points = np.zeros(len(features), dtype=_POINT)
    limit = 65535 / _SUBPIXEL
    points["x"] = np.clip(features.places[:, 0], 0, limit) * _SUBPIXEL
    points["y"] = np.clip(features.places[:, 1], 0, limit) * _SUBPIXEL
    points["size"] = np.clip(features.sizes, 0, limit) * _SUBPIXEL
    points["angle"] = np.clip(features.angles * _TURN, 0, 65535)
    grey = greys.pack(features.luma)
    rows, columns = features.luma.shape
    head = _HEAD.pack(features.width, features.height, columns, rows, len(features), len(grey))
    told = _as_bits(features)
    return head + points.tobytes() + features.descriptors.tobytes() + told + grey


def unpack(data: bytes) -> Features:
    """Read what `pack` wrote. Raises ValueError for anything else: it comes from a decoder."""
    try:
        width, height, columns, rows, count, grey_bytes = _HEAD.unpack_from(data)
    except struct.error as fault:
        raise ValueError("features end early") from fault
    places_end = _HEAD.size + count * _POINT.itemsize
    told_at = places_end + count * DESCRIPTOR
    grey_at = told_at + _bits_bytes(rows, columns)
    is_sound = (
        1 <= width <= SIDE_PX
        and 1 <= height <= SIDE_PX
        and 1 <= columns <= LUMA_PX
        and 1 <= rows <= LUMA_PX
        and count <= POINTS
        and grey_at + grey_bytes == len(data)
    )
    if not is_sound:
        raise ValueError("features of impossible size")
    points = np.frombuffer(data, _POINT, count, _HEAD.size)
    places = np.stack([points["x"], points["y"]], axis=1).astype(np.float32) / np.float32(_SUBPIXEL)
    return Features(
        width,
        height,
        places,
        points["size"].astype(np.float32) / np.float32(_SUBPIXEL),
        points["angle"].astype(np.float32) / np.float32(_TURN),
        np.frombuffer(data, np.uint8, count * DESCRIPTOR, places_end).reshape(-1, DESCRIPTOR),
        greys.unpack(data[grey_at:], rows, columns),
        _from_bits(data[told_at:grey_at], rows, columns),
    )


def _as_bits(one: Features) -> bytes:
    """Whether it is stars, then its windows row by row."""
    windows, is_starry = one._tones
    return np.packbits(np.concatenate([[is_starry], windows.ravel()]).astype(bool)).tobytes()


def _from_bits(data: bytes, rows: int, columns: int) -> Told:
    bits = np.unpackbits(np.frombuffer(data, np.uint8)).astype(bool)
    down, across = tones.windows_of(rows, columns)
    return bits[1 : 1 + down * across].reshape(down, across), bool(bits[0])


def _bits_bytes(rows: int, columns: int) -> int:
    down, across = tones.windows_of(rows, columns)
    return -(-(1 + down * across) // 8)


def _floats(values: list[Any]) -> Floats:
    return np.array(values, dtype=np.float32)


def _by_quota(points: Any, width: int, height: int) -> list[Any]:
    """The strongest of each cell in turn, so that text over a picture cannot take them all.

    Every cell gives its POINTS / 81 strongest; what is left goes to the strongest of the rest.
    """
    ordered = sorted(points, key=lambda point: -point.response)
    places = _floats([point.pt for point in ordered]).reshape(-1, 2)
    quota = -(-POINTS // CELLS**2)
    taken = np.zeros(CELLS**2, dtype=np.int64)
    first: list[Any] = []
    rest: list[Any] = []
    for point, cell in zip(ordered, _cells(places, width, height).tolist(), strict=True):
        taken[cell] += 1
        (first if taken[cell] <= quota else rest).append(point)
    return sorted((first + rest)[:POINTS], key=lambda point: -point.response)


def _cells(places: Floats, width: int, height: int) -> npt.NDArray[np.int64]:
    sides = np.array([width, height], dtype=np.float32)
    across = np.clip((places * CELLS / sides).astype(np.int64), 0, CELLS - 1)
    grid: npt.NDArray[np.int64] = across[:, 1] * CELLS + across[:, 0]
    return grid


@cache
def _sift(contrast: float) -> Any:
    # Precise: else every point lies a quarter of a pixel off, and a mirrored one on the other side.
    return cv2.SIFT.create(nfeatures=0, contrastThreshold=contrast, enable_precise_upscale=True)


@cache
def _mirror_order() -> npt.NDArray[np.int64]:
    """Descriptors are 4 rows of 4 columns of 8 orientations, along and across the point's angle."""
    order = np.arange(DESCRIPTOR).reshape(4, 4, 8)
    turned: npt.NDArray[np.int64] = order[::-1, :, (8 - np.arange(8)) % 8].reshape(-1)
    return turned
