"""The rhythm of footage: how much its picture changes from sample to sample. No Django here.

A crop, a caption or a mirror changes every code, but not when the scenes change. Where two pieces
of footage are known to lie together, their rhythms tell where exactly, and where that ends.
"""

import numpy as np

from media.fingerprints import tracks
from media.fingerprints.lines import Floats, Line, Mask
from media.fingerprints.tracks import Track

_GRID_MS = 100
_MAX_POINTS = 3000  # of a rhythm compared: five minutes whole, of hours a part
_SHIFTS_MS = np.arange(-1500, 1501, _GRID_MS)
_BENT, _BENT_MS = 0.22, 1800  # how far a line may be bent, and by how much at its ends
_BENDABLE, _BENDABLE_MS = 3, 12_000  # cuts in a range, and its length: fewer tell no speed
_TRIED = 22  # speeds on either side
_MIN_MS = 5000  # of common time; shorter says little
_AGREES = 0.5  # correlation of two rhythms that are one
_SHIFT_COST, _SPEED_COST = 0.00002, 0.06  # in correlation, per ms and for any change of speed
_AS_WELL = 0.01
_CUT_BITS, _CUT_STANDS_OUT = 90, 25  # of a cut, and over the steps beside it
_WEAK_BITS = 80  # of the same cut in a copy
_CUT_OFF_MS = 800  # both were sampled twice a second


def steps(one: Track) -> Floats:
    """Bits between each sample and the next; 0 where they cannot be compared."""
    places = np.arange(len(one) - 1)
    bits = tracks.apart(one, one, 0, places, places + 1).astype(np.float64)
    bits[bits >= tracks.FAR] = 0
    return bits


def cuts(one: Track) -> Floats:
    """When the scene changes, in ms, to half a sample."""
    bits = steps(one)
    beside = np.maximum(np.append(bits[1:], 0), np.append(0, bits[:-1]))[: len(bits)]
    is_cut = (bits > _CUT_BITS) & (bits >= beside + _CUT_STANDS_OUT)
    middle: Floats = (one.times_ms[:-1] + one.times_ms[1:])[is_cut] / 2
    return middle


def refined(query: Track, other: Track, line: Line, start_ms: float, end_ms: float) -> Line:
    """Shift and bend a line a little to where the rhythms of both agree best, if they do at all.

    start_ms, end_ms: of the query, where the two lie together.
    """
    times = np.arange(start_ms, end_ms, max(_GRID_MS, (end_ms - start_ms) / _MAX_POINTS))
    if end_ms - start_ms < _MIN_MS or min(len(query), len(other)) < 2:
        return line
    mine = _changes(query, times)
    if mine.std() == 0:
        return line
    middle = (start_ms + end_ms) / 2
    bent = _bendable(query, start_ms, end_ms)
    speeds = np.unique(np.append(line.speed + np.arange(-_TRIED, _TRIED + 1) / _TRIED * bent, 1.0))
    speeds = speeds[np.abs(speeds - line.speed) <= bent + 1e-9]
    scores = np.array([_scores(other, mine, line, times - middle, middle, at) for at in speeds])
    scores -= _SHIFT_COST * np.abs(_SHIFTS_MS) + _SPEED_COST * (speeds != 1)[:, None]
    if scores.max() < _AGREES:
        return line
    if scores[speeds == 1].max(initial=-1) == scores.max():
        speeds, scores = speeds[speeds == 1], scores[speeds == 1]
    # Sampled rhythms agree as well for a while around the best: its middle is meant.
    bend, shift = (scores >= scores.max() - _AS_WELL).nonzero()
    speed = float(speeds[bend].mean())
    through = line.at([middle])[0] + float(_SHIFTS_MS[shift].mean())
    return Line(speed, through - speed * middle)


def _bendable(query: Track, start_ms: float, end_ms: float) -> float:
    """By how much a line's speed may be changed, 0 where the range is too short to tell."""
    own = cuts(query)
    inside = ((own > start_ms) & (own < end_ms)).sum()
    length = end_ms - start_ms
    is_long = length >= _BENDABLE_MS and inside >= _BENDABLE
    return min(_BENT, 2 * _BENT_MS / length) if is_long else 0.0


def _scores(
    other: Track, mine: Floats, line: Line, times: Floats, middle: float, speed: float
) -> Floats:
    """How well the rhythms agree at each of the shifts. times: from the middle of the range."""
    through = line.at([middle])[0] + speed * times
    return _correlation(mine, _changes(other, through[None, :] + _SHIFTS_MS[:, None]))


def strays(query: Track, other: Track, line: Line) -> Floats:
    """When one of the two cuts and the other does not: times of the query in ms, rising."""
    own, theirs = cuts(query), cuts(other)
    mine = own[~_has_partner(line.at(own), other, line.speed)]
    back = np.array([line.back(float(at)) for at in theirs])
    if len(back):
        back = back[(back > query.times_ms[0]) & (back < query.times_ms[-1])]
    missing = back[~_has_partner(back, query, 1.0)]
    lone: Floats = np.sort(np.concatenate([mine, missing]))
    return lone


def _has_partner(times: Floats, one: Track, speed: float) -> Mask:
    """Which cuts at these times the track has too; each of its own answers for one alone."""
    bits = steps(one)
    middles = (one.times_ms[:-1] + one.times_ms[1:]) / 2
    middles = middles[bits >= _WEAK_BITS]
    nearest: dict[int, tuple[float, int]] = {}
    for index, time in enumerate(times.tolist()):
        off = np.abs(middles - time)
        place = int(off.argmin()) if len(off) else -1
        if place >= 0 and off[place] <= _CUT_OFF_MS * max(1.0, speed):
            nearest[place] = min(nearest.get(place, (np.inf, -1)), (float(off[place]), index))
    has = np.zeros(len(times), dtype=bool)
    has[[index for _, index in nearest.values()]] = True
    return has


def _changes(one: Track, times: Floats) -> Floats:
    """How much the picture changes at any times, 0 outside."""
    bits = np.append(steps(one), 0)
    place = np.searchsorted(one.times_ms, times, side="right") - 1
    is_in = (place >= 0) & (place < len(bits) - 1)
    changes: Floats = np.where(is_in, bits[np.clip(place, 0, len(bits) - 1)], 0.0)
    return changes


def _correlation(mine: Floats, theirs: Floats) -> Floats:
    """Of one row with each of many."""
    a = mine - mine.mean()
    b = theirs - theirs.mean(axis=1, keepdims=True)
    spread = np.sqrt((a**2).sum() * (b**2).sum(axis=1))
    value: Floats = (b @ a) / np.maximum(spread, 1e-9)
    return value
