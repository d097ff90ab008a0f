"""Perceptual hashes of one picture. No Django here.

Two hashes are kept: `phash64-1`, which other tools exchange, and `pdq256-1`, which is searched.
A name with its number stands for one exact computation; a change of any bit is a new name.
"""

import math
from dataclasses import dataclass, replace
from functools import cache

import imagehash
import numpy as np
import numpy.typing as npt
from PIL import Image

from media.fingerprints import borders, quality

PHASH = "phash64-1"
PDQ = "pdq256-1"
MIN_SIDE_PX = 32  # phash first shrinks to 32 x 32; below that it would have to invent
PDQ_SIDE_PX = 512  # the reference hasher first brings every file to 512 x 512 too
WHOLE, TRIMMED = "whole", "trimmed"

# The eight ways a picture can be turned over, upright first. "mirrored_turned_90" is: mirror
# left to right, then turn by 90 degrees clockwise.
TURNS = (
    "upright",
    "turned_90",
    "turned_180",
    "turned_270",
    "mirrored",
    "mirrored_turned_90",
    "mirrored_turned_180",
    "mirrored_turned_270",
)

_BUFFER = 64  # side of the luma buffer PDQ transforms
_COEFFICIENTS = 16  # lowest frequencies kept in each direction
_PASSES = 2  # of the box filter before decimation

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True)
class PictureCode:
    """One hash of one part of a picture."""

    algorithm: str  # PHASH or PDQ
    variant: str  # WHOLE or TRIMMED
    bits: bytes  # 8 or 32 bytes
    quality: int  # 0-100, see quality.py
    turns: list[bytes]  # of PDQ the hashes of the picture turned as TURNS says; of phash none


@dataclass(frozen=True)
class PictureCodes:
    """All that is computed of one picture or frame."""

    quality: int  # 0-100, of the best code
    is_comparable: bool  # whether that is enough for a distance to mean something
    reason: str  # why not, in words; empty when comparable
    trim: list[float] | None  # [left, top, right, bottom] 0-1 without bars and borders, if any
    codes: list[PictureCode]


def fingerprint(picture: Image.Image) -> PictureCodes:
    """Compute every hash of a picture: whole, and without its bars and borders if it has any.

    picture: RGB, upright, any size. Best given at 512 to 1,024 px on its longest side: larger
    costs time and changes nothing.
    A picture too small to hash has no codes and says so in `reason`. Never raises for a picture.
    """
    if min(picture.size) < MIN_SIDE_PX:
        return PictureCodes(0, False, quality.TOO_SMALL, None, [])
    square = _square(picture)
    luma = _luma(square)
    whole = _pdq_code(luma, WHOLE)
    codes = [PictureCode(PHASH, WHOLE, phash(square), whole.quality, []), whole]
    trim = borders.find(luma)
    part = None if trim is None else _part(picture, trim)
    if part is None:
        trim = None
    else:
        codes.append(_pdq_code(_luma(part), TRIMMED))
    best = max(code.quality for code in codes)
    if best >= quality.MIN_QUALITY and quality.is_drawn(picture):
        codes = [replace(code, quality=min(code.quality, quality.DRAWN_QUALITY)) for code in codes]
        return PictureCodes(quality.DRAWN_QUALITY, False, quality.DRAWN, trim, codes)
    reason = quality.reason(best, luma)
    return PictureCodes(best, not reason, reason, trim, codes)


def phash(picture: Image.Image) -> bytes:
    """Compute the 64-bit DCT hash of a picture, known as "phash64-1".

    picture: upright, RGB or L, at least MIN_SIDE_PX on its short side.
    Returns 8 bytes, row by row, most significant bit first.
    Raises ValueError for a smaller picture.
    Source: N. Krawetz, "Looks Like It" (2011), as `imagehash.phash` computes it.
    """
    _refuse_small(picture)
    return np.packbits(imagehash.phash(picture, hash_size=8).hash).tobytes()


def pdq(picture: Image.Image) -> tuple[bytes, int]:
    """Compute the 256-bit hash PDQ of a picture, known as "pdq256-1".

    picture: upright, at least MIN_SIDE_PX on its short side; brought to 512 x 512 first.
    Returns 32 bytes in the order PDQ is written in hexadecimal, and PDQ's own quality 0-100.
    Raises ValueError for a smaller picture.
    Source: Facebook, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm"
    (2019). The tests hold it to the reference implementation, bit for bit, on every photograph.
    """
    _refuse_small(picture)
    turns, pdq_quality = _pdq(_luma(_square(picture)))
    return turns[0], pdq_quality


def pdq_turns(picture: Image.Image) -> list[bytes]:
    """Compute PDQ of a picture turned in the eight ways of TURNS, 32 bytes each.

    Not by the sign rule PDQ offers for this: its filter is half a pixel off centre, which costs
    up to 20 of the 31 bits a match may differ by. Here the filter itself is turned, so that each
    hash is that of the turned picture (see docs/hashing.md).
    Raises ValueError for a picture smaller than MIN_SIDE_PX.
    """
    _refuse_small(picture)
    return _pdq(_luma(_square(picture)))[0]


def _pdq(luma: FloatArray) -> tuple[list[bytes], int]:
    """All eight turns and the quality. luma: 512 x 512."""
    straight, flipped = _decimation(), _decimation()[:, ::-1]
    top, bottom = straight @ luma, flipped @ luma  # bottom: of the picture upside down
    buffer = top @ straight.T
    plain = _coefficient_bits(buffer)
    mirrored = _coefficient_bits(top @ flipped.T)
    upended = _coefficient_bits(bottom @ straight.T)
    half_turn = _coefficient_bits(bottom @ flipped.T)
    ordered = (
        plain,
        upended.T,  # transposing the upside-down picture turns it by 90 degrees clockwise
        half_turn,
        mirrored.T,
        mirrored,
        half_turn.T,
        upended,
        plain.T,
    )
    return [np.packbits(bits).tobytes() for bits in ordered], _gradients(buffer)


def _gradients(buffer: npt.NDArray[np.floating]) -> int:
    """PDQ's quality of a 64 x 64 buffer: its gradients in percent of full scale, 0-100."""
    total = sum(np.abs(np.trunc(np.diff(buffer, axis=axis) * (100 / 255))).sum() for axis in (0, 1))
    return min(int(total / 90), 100)


def _pdq_code(luma: FloatArray, variant: str) -> PictureCode:
    turns, pdq_quality = _pdq(luma)
    return PictureCode(PDQ, variant, turns[0], quality.combined(pdq_quality, luma), turns)


def _square(
    picture: Image.Image, box: tuple[float, float, float, float] | None = None
) -> Image.Image:
    """A picture, or the part of it in `box` (pixels and fractions), as RGB of 512 x 512."""
    if picture.mode != "RGB":
        picture = picture.convert("RGB")
    if box is None:
        if picture.size == (PDQ_SIDE_PX, PDQ_SIDE_PX):
            return picture
        box = (0, 0, *picture.size)
    is_larger = min(box[2] - box[0], box[3] - box[1]) >= PDQ_SIDE_PX
    # A box averages whole areas, so that sharp detail does not alias; it cannot enlarge.
    how = Image.Resampling.BOX if is_larger else Image.Resampling.BILINEAR
    return picture.resize((PDQ_SIDE_PX, PDQ_SIDE_PX), how, box=box)


def _part(picture: Image.Image, trim: list[float]) -> Image.Image | None:
    """The trimmed part as a square, or None when it is too small to hash."""
    (left, top, right, bottom), (width, height) = trim, picture.size
    box = (left * width, top * height, right * width, bottom * height)
    if min(box[2] - box[0], box[3] - box[1]) < MIN_SIDE_PX:
        return None
    return _square(picture, box)


def _luma(square: Image.Image) -> FloatArray:
    rgb = np.asarray(square)
    luma: FloatArray = rgb[..., 0] * np.float32(0.299)
    luma += rgb[..., 1] * np.float32(0.587)
    luma += rgb[..., 2] * np.float32(0.114)
    return luma


def _refuse_small(picture: Image.Image) -> None:
    if min(picture.size) < MIN_SIDE_PX:
        raise ValueError(f"too small to hash: {picture.width} x {picture.height} px")


@cache
def _decimation() -> FloatArray:
    """PDQ's box filter, run twice, and its decimation, as one 64 x 512 matrix."""
    window = (PDQ_SIDE_PX + 2 * _BUFFER - 1) // (2 * _BUFFER)
    before = window - (window + 2) // 2  # pixels of the window left of its centre
    box = np.zeros((PDQ_SIDE_PX, PDQ_SIDE_PX))
    for row in range(PDQ_SIDE_PX):
        first, last = max(0, row - before), min(PDQ_SIDE_PX, row - before + window)
        box[row, first:last] = 1 / (last - first)
    rows = [int((row + 0.5) * PDQ_SIDE_PX / _BUFFER) for row in range(_BUFFER)]
    filtered: FloatArray = np.linalg.matrix_power(box, _PASSES)[rows].astype(np.float32)
    return filtered


@cache
def _cosines() -> FloatArray:
    frequency = np.arange(1, _COEFFICIENTS + 1)[:, None]
    place = np.arange(_BUFFER)[None, :]
    angles = math.pi / (2 * _BUFFER) * frequency * (2 * place + 1)
    cosines: FloatArray = (math.sqrt(2 / _BUFFER) * np.cos(angles)).astype(np.float32)
    return cosines


def _coefficient_bits(buffer: npt.NDArray[np.floating]) -> npt.NDArray[np.bool_]:
    """Which of the 16 x 16 lowest frequencies of a 64 x 64 buffer exceed their median."""
    coefficients = _cosines() @ buffer @ _cosines().T
    middle = np.partition(coefficients.ravel(), coefficients.size // 2 - 1)
    above: npt.NDArray[np.bool_] = coefficients > middle[coefficients.size // 2 - 1]
    return above[::-1, ::-1]  # PDQ is written from its highest bit down
