"""Lines through time: which speed and offset explain most pairs of frames that look alike.

A Hough transform finds the strongest line roughly; then speeds and offsets near it are tried more
finely, each frame counting once, by its best pair. No Django here.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SLOWEST, FASTEST = 0.8, 1.25
HASHED_MS = 500  # how far off its line a pair of sampled frames may lie
JUDGED_MS = 1000  # and a pair of the frames whose points are kept, which lie two seconds apart

_BIN_MS = 500
_NATURAL = (1.0, 24 / 25, 25 / 24)  # and film shown as video
_SPEEDS = np.unique(np.append(np.geomspace(SLOWEST, FASTEST, 45), _NATURAL))
# Of what the best line explains that an unchanged speed must explain: less where times are vague.
_SIMPLER, _SIMPLER_VAGUE = 0.95, 0.8
_NEAR_MS = 2500  # pairs looked at when a line is refined
_FINE_SPEEDS = np.arange(-10, 11) * 0.004
_COARSE_SHIFTS = np.arange(-900, 901, 150.0)
_FINE_SHIFTS = np.arange(-100, 101, 25.0)

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Line:
    """other time = speed x query time + offset, in milliseconds."""

    speed: float
    offset_ms: float

    def at(self, times: npt.ArrayLike) -> Floats:
        """When the other shows what the query shows at these times."""
        return self.speed * np.asarray(times, dtype=np.float64) + self.offset_ms

    def back(self, time_ms: float) -> float:
        """When the query shows what the other shows at a time."""
        return (time_ms - self.offset_ms) / self.speed


@dataclass(frozen=True)
class Votes:
    """Pairs of frames that look alike: times in ms, weights, and how far off a line each counts.

    frame: number of the query's frame, under which it counts once.
    """

    at: Floats
    to: Floats
    weight: Floats
    reach_ms: Floats
    frame: Ints

    def __len__(self) -> int:
        return len(self.at)

    def among(self, kept: Mask | Ints) -> "Votes":
        """Only some of them."""
        return Votes(
            self.at[kept], self.to[kept], self.weight[kept], self.reach_ms[kept], self.frame[kept]
        )

    def together(self, more: "Votes") -> "Votes":
        """These and more."""
        return Votes(
            np.concatenate([self.at, more.at]),
            np.concatenate([self.to, more.to]),
            np.concatenate([self.weight, more.weight]),
            np.concatenate([self.reach_ms, more.reach_ms]),
            np.concatenate([self.frame, more.frame]),
        )


def strongest(votes: Votes) -> Line:
    """Find the line that most votes lie near. votes: at least one."""
    return _refined(votes, _rough(_widened(votes)))


def _widened(votes: Votes) -> Votes:
    """Let votes that are vague about time count in the neighbouring bins too, half as much."""
    vague = votes.among(votes.reach_ms > HASHED_MS)
    for shift in (-_BIN_MS, _BIN_MS):
        aside = Votes(vague.at, vague.to + shift, vague.weight / 2, vague.reach_ms, vague.frame)
        votes = votes.together(aside)
    return votes


def _rough(votes: Votes) -> Line:
    best, line = -1.0, Line(1.0, 0.0)
    for speed in _SPEEDS:
        offsets = votes.to - speed * votes.at
        bins = np.floor((offsets - offsets.min()) / _BIN_MS).astype(np.int64)
        sums = np.bincount(bins, _once_per_frame(votes, bins), minlength=bins.max() + 2)
        pairs = sums[:-1] + sums[1:]  # the true offset may lie on the border of two bins
        peak = int(pairs.argmax())
        # Of two speeds that explain as much, the one nearer to 1 is likelier.
        score = float(pairs[peak]) * (1 - 0.02 * abs(float(speed) - 1))
        if score > best:
            near = (bins == peak) | (bins == peak + 1)
            offset = float(np.average(offsets[near], weights=votes.weight[near]))
            best, line = score, Line(float(speed), offset)
    return line


def _once_per_frame(votes: Votes, bins: Ints) -> Floats:
    """Weights with only the strongest vote of each frame in each bin left."""
    order = np.lexsort((-votes.weight, votes.frame, bins))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(bins[order]) != 0) | (np.diff(votes.frame[order]) != 0)
    weights = np.zeros(len(order))
    weights[order[first]] = votes.weight[order[first]]
    return weights


def _refined(votes: Votes, line: Line) -> Line:
    """The best line near a rough one; an unchanged speed is taken if it explains nearly as much."""
    near = votes.among(np.abs(votes.to - line.at(votes.at)) <= _NEAR_MS)
    order = np.argsort(near.frame, kind="stable")
    near = near.among(order)
    firsts = np.flatnonzero(np.diff(near.frame, prepend=-1))
    middle = float(np.average(near.at, weights=near.weight))
    speeds = np.unique(np.append(line.speed + _FINE_SPEEDS, _NATURAL))
    speeds = speeds[(speeds >= SLOWEST * 0.98) & (speeds <= FASTEST * 1.02)]
    best: dict[float, tuple[float, float]] = {}  # speed → score, offset at the middle
    through = line.at([middle])[0]
    for speed in speeds:
        tried = _best_shift(near, firsts, float(speed), middle, through + _COARSE_SHIFTS)
        best[float(speed)] = _best_shift(
            near, firsts, float(speed), middle, tried[1] + _FINE_SHIFTS
        )
    fastest = max(best, key=lambda speed: (best[speed][0], -abs(speed - 1)))
    is_vague = np.average(near.reach_ms > HASHED_MS, weights=near.weight) > 0.5
    if best[1.0][0] >= (_SIMPLER_VAGUE if is_vague else _SIMPLER) * best[fastest][0]:
        fastest = 1.0
    return Line(fastest, best[fastest][1] - fastest * middle)


def _best_shift(
    votes: Votes, firsts: Ints, speed: float, middle: float, throughs: Floats
) -> tuple[float, float]:
    """How much a speed explains at its best, and through which time of the other it then leads."""
    expected = speed * (votes.at - middle)
    off = np.abs((votes.to - expected)[None, :] - throughs[:, None])
    value = votes.weight * np.maximum(0, 1 - off / (votes.reach_ms * 1.5))
    scores = np.maximum.reduceat(value, firsts, axis=1).sum(axis=1)
    top = np.flatnonzero(scores >= scores.max() - 1e-9)
    return float(scores.max()), float(throughs[top].mean())
