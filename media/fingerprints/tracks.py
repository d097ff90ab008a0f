"""The codes of an item's frames, laid out for comparing two items frame by frame. No Django here.

A still is a track of one frame. Each frame has up to two codes, whole and trimmed, each in the
eight turns of `stills.TURNS`. Two frames are as far apart as their two closest codes.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from media.fingerprints.scan import distances
from media.fingerprints.stills import TRIMMED, TURNS, WHOLE

VARIANTS = (WHOLE, TRIMMED)
CODE_BYTES = 32
FAR = 999  # bits: between frames that cannot be compared
_SLICE = 256  # frames of one side compared at once: 256 x 12,000 takes 40 MB
_PREFER_WHOLE_BITS = 4  # the trimmed frame must be nearer by this to be believed

Ints = npt.NDArray[np.int64]
_COMBINATIONS = [(a, b) for a in range(len(VARIANTS)) for b in range(len(VARIANTS))]
_INVERSE = {1: 3, 3: 1}  # every other turn undoes itself


@dataclass(frozen=True)
class FrameCodes:
    """What is kept of one frame: for each variant its codes in the eight turns, 256 bytes."""

    time_ms: int
    turns: dict[str, bytes]  # variant → codes; without those whose quality says nothing


@dataclass(frozen=True)
class Track:
    """Frames in order of time."""

    times_ms: Ints  # n
    words: npt.NDArray[np.uint64]  # n x variant x turn x 4
    is_kept: npt.NDArray[np.bool_]  # n x variant
    duration_ms: int

    def __len__(self) -> int:
        return len(self.times_ms)

    def frame(self, place: int) -> "Track":
        """The track of one frame alone."""
        one = slice(place, place + 1)
        return Track(self.times_ms[one], self.words[one], self.is_kept[one], 0)

    @property
    def is_comparable(self) -> npt.NDArray[np.bool_]:
        """Which frames have any code to compare."""
        comparable: npt.NDArray[np.bool_] = np.logical_or.reduce(self.is_kept, axis=1)
        return comparable


@dataclass(frozen=True)
class Nearest:
    """The closest two frames of two tracks."""

    distance_bits: int
    turn: int  # place in TURNS: this turn of the query's frame looks like the other's
    query_frame: int
    other_frame: int
    query_variant: str
    other_variant: str


def track(frames: Iterable[FrameCodes], duration_ms: int = 0) -> Track:
    """Lay frames out. duration_ms: 0 for a still. Raises ValueError for codes of wrong length."""
    ordered = sorted(frames, key=lambda frame: frame.time_ms)
    words = np.zeros((len(ordered), len(VARIANTS), len(TURNS), CODE_BYTES // 8), dtype=np.uint64)
    is_kept = np.zeros((len(ordered), len(VARIANTS)), dtype=bool)
    for row, frame in enumerate(ordered):
        for variant, turns in frame.turns.items():
            place = VARIANTS.index(variant)
            words[row, place] = np.frombuffer(turns, dtype=np.uint64).reshape(len(TURNS), -1)
            is_kept[row, place] = True
    times = np.array([frame.time_ms for frame in ordered], dtype=np.int64)
    return Track(times, words, is_kept, duration_ms)


def inverse(turn: int) -> int:
    """The turn that undoes a turn."""
    return _INVERSE.get(turn, turn)


def nearest(query: Track, other: Track, turns: Sequence[int]) -> Nearest | None:
    """Find the closest two frames under any of the turns, whole pictures first among equals."""
    best: tuple[int, Nearest] | None = None
    for turn in turns:
        for a, b in _COMBINATIONS:
            handicap = _PREFER_WHOLE_BITS * (a + b)
            for start, apart in _sliced(query, other, turn, a, b):
                row, column = np.unravel_index(int(apart.argmin()), apart.shape)
                bits = int(apart[row, column])
                if bits < FAR and (best is None or bits + handicap < best[0]):
                    found = Nearest(
                        bits, turn, start + int(row), int(column), VARIANTS[a], VARIANTS[b]
                    )
                    best = bits + handicap, found
    return best[1] if best else None


def near_pairs(
    query: Track, other: Track, turn: int, radius: int, at_most: int
) -> tuple[Ints, Ints, Ints]:
    """Find the frames of two tracks within `radius` bits under one turn.

    Returns query frames, other frames and distances, at most `at_most` per query frame, nearest
    first. Time and memory: in slices, so that hours of footage fit.
    """
    rows: list[Ints] = []
    columns: list[Ints] = []
    bits: list[Ints] = []
    for start in range(0, len(query), _SLICE):
        places = np.arange(start, min(start + _SLICE, len(query)))
        apart = _closest(query, other, turn, places)
        order = np.argsort(apart, axis=1, kind="stable")[:, :at_most]
        chosen = np.take_along_axis(apart, order, axis=1)
        row, rank = (chosen <= radius).nonzero()
        rows.append(places[row])
        columns.append(order[row, rank])
        bits.append(chosen[row, rank].astype(np.int64))
    if not rows:
        nothing = np.zeros(0, dtype=np.int64)
        return nothing, nothing, nothing
    return np.concatenate(rows), np.concatenate(columns), np.concatenate(bits)


def apart(query: Track, other: Track, turn: int, rows: Ints, columns: Ints) -> Ints:
    """Count the bits between frames `rows` of one track and frames `columns` of another."""
    least = np.full(len(rows), FAR, dtype=np.int64)
    for a, b in _COMBINATIONS:
        for left, right in _sides(turn):
            differing = np.bitwise_count(
                query.words[rows, a, left] ^ other.words[columns, b, right]
            )
            bits = differing.sum(axis=1, dtype=np.int64)
            is_kept = query.is_kept[rows, a] & other.is_kept[columns, b]
            least = np.minimum(least, np.where(is_kept, bits, FAR))
    return least


def _closest(query: Track, other: Track, turn: int, places: Ints) -> npt.NDArray[np.uint16]:
    least = np.full((len(places), len(other)), FAR, dtype=np.uint16)
    for a, b in _COMBINATIONS:
        if query.is_kept[places, a].any() and other.is_kept[:, b].any():
            np.minimum(least, _matrix(query, other, turn, places, a, b), out=least)
    return least


def _sliced(
    query: Track, other: Track, turn: int, a: int, b: int
) -> Iterator[tuple[int, npt.NDArray[np.uint16]]]:
    if not (query.is_kept[:, a].any() and other.is_kept[:, b].any()):
        return
    for start in range(0, len(query), _SLICE):
        places = np.arange(start, min(start + _SLICE, len(query)))
        yield start, _matrix(query, other, turn, places, a, b)


def _matrix(
    query: Track, other: Track, turn: int, places: Ints, a: int, b: int
) -> npt.NDArray[np.uint16]:
    least = np.full((len(places), len(other)), FAR, dtype=np.uint16)
    for left, right in _sides(turn):
        bits = distances(query.words[places, a, left], other.words[:, b, right])
        np.minimum(least, bits, out=least)
    least[~query.is_kept[places, a]] = FAR
    least[:, ~other.is_kept[:, b]] = FAR
    return least


def _sides(turn: int) -> list[tuple[int, int]]:
    """Turn the one picture, or turn the other back: equal but for rounding, so take the nearer.

    Which of two items is searched with then makes no difference.
    """
    return [(turn, 0), (0, inverse(turn))] if turn else [(0, 0)]
