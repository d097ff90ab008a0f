"""Pairs of frames that were judged, and what they say of the frames around them. No Django here.

Judged frames lie two seconds and more apart. Each speaks for its scene, and for what lies up to
the next one, as far as nothing speaks against it.
"""

import itertools
from dataclasses import dataclass

import numpy as np

from media.fingerprints import rhythm, tracks
from media.fingerprints.lines import HASHED_MS, Floats, Ints, Line, Mask
from media.fingerprints.tracks import Track

ALIKE_BITS = 24  # frames no further apart show one and the same scene

STANDS_MS = 1250  # a judged frame speaks for this much before and after it
_OPEN_MS = 3000  # so much may follow the last judged frame where nothing speaks against it
_BRIDGED_MS = 15_000  # between two judged frames, where nothing speaks against it
_MUCH_FARTHER = 3  # than judged frames usually lie from each other: of hours few are judged
_LONE_SHARE = 0.3  # of the cuts of a long while
_CLOSE_MS = 5000


@dataclass(frozen=True)
class Judged:
    """Pairs the judge saw. at, to: ms. weight: 0 where it refused them."""

    at: Floats
    to: Floats
    weight: Floats

    def among(self, kept: Mask) -> "Judged":
        return Judged(self.at[kept], self.to[kept], self.weight[kept])

    def along(self, line: Line, within_ms: float) -> Mask:
        near: Mask = np.abs(self.to - line.at(self.at)) <= within_ms
        return near

    @property
    def accepted(self) -> "Judged":
        return self.among(self.weight > 0)


def spoken_for(query: Track, other: Track, line: Line, on_line: Judged, pairs: Judged) -> Mask:
    """Which query frames the accepted pairs on a line speak for, up to where something else does.

    Each for a while around itself, for as long as its scene does not change, and up to the next
    where no cut that one of the two lacks lies between.
    """
    spoken = np.zeros(len(query), dtype=bool)
    strays = rhythm.strays(query, other, line)
    refused = np.unique(pairs.at[(pairs.weight == 0) & pairs.along(line, HASHED_MS)])
    last = max(other.duration_ms, int(other.times_ms[-1]))
    clip_end = max(query.duration_ms, int(query.times_ms[-1]))
    first_ms, last_ms = max(0.0, line.back(0)), min(clip_end, line.back(last))
    at = [first_ms, *np.unique(on_line.at).tolist(), last_ms]
    far = max(_BRIDGED_MS, _MUCH_FARTHER * float(np.median(np.diff(at))))
    cuts = rhythm.cuts(query)
    for before, here, after in zip(at, at[1:], at[2:], strict=False):
        until = _reach(query, here, 1, strays, refused, after)
        if after < last_ms and after - here <= far and _is_bridged(strays, cuts, here, after):
            until = after
        since = _reach(query, here, -1, strays, refused, before)
        spoken |= (query.times_ms >= since) & (query.times_ms <= until)
    return spoken


def _is_bridged(strays: Floats, cuts: Floats, start: float, end: float) -> bool:
    """Whether the two go on together between two judged frames.

    No cut may be of one alone; of a long while a few may be, which samples miss.
    """
    lone = int(((strays > start) & (strays < end)).sum())
    own = int(((cuts > start) & (cuts < end)).sum())
    return lone <= (_LONE_SHARE * own if end - start > _BRIDGED_MS else 0)


def _reach(
    query: Track, at: float, step: int, strays: Floats, refused: Floats, bound_ms: float
) -> float:
    """How far a judged frame speaks for what follows it (step 1) or comes before it (-1).

    Up to a stray cut, half-way to a frame that was refused, to the bound where that is near, or
    else for a little while.
    """
    still = step * _scene_end(query, at, step)
    bound = step * bound_ms
    stray = np.min(step * strays, where=step * strays > step * at, initial=np.inf)
    refusal = np.min(step * refused, where=step * refused > step * at, initial=np.inf)
    if stray <= min(still + _OPEN_MS, bound, refusal):
        return float(step * stray)
    if refusal <= min(still + _OPEN_MS, bound):
        return float(step * (min(still, refusal) + refusal) / 2)
    return float(step * (bound if bound <= still + _OPEN_MS else still + STANDS_MS))


def _scene_end(query: Track, time_ms: float, step: int) -> float:
    """How far the codes stay as they are at a time, going on or back."""
    place = int(nearest_samples(query, np.array([time_ms]))[0])
    others = np.arange(place, len(query) if step > 0 else -1, step)
    bits = tracks.apart(query, query, 0, np.full(len(others), place), others)
    alike = int(np.argmax(bits > ALIKE_BITS)) if (bits > ALIKE_BITS).any() else len(others)
    last = float(query.times_ms[others[max(alike - 1, 0)]])
    return max(last, time_ms) if step > 0 else min(last, time_ms)


def nearest_samples(one: Track, times: Floats) -> Ints:
    """Which sample lies nearest to each time."""
    after = np.clip(np.searchsorted(one.times_ms, times), 0, len(one) - 1)
    before = np.clip(after - 1, 0, None)
    is_before = np.abs(one.times_ms[before] - times) <= np.abs(one.times_ms[after] - times)
    places: Ints = np.where(is_before, before, after)
    return places


def standing(one: Track, times: Floats) -> Ints:
    """The frames that judged ones speak for: a while around them, and the rest of their scene."""
    standing = np.zeros(len(one), dtype=bool)
    for at in np.unique(times).tolist():
        since = min(_scene_end(one, at, -1), at - STANDS_MS)
        until = max(_scene_end(one, at, 1), at + STANDS_MS)
        standing |= (one.times_ms >= since) & (one.times_ms <= until)
    return np.flatnonzero(standing)


def enclosed(query: Track, at: Floats) -> Mask:
    """Which frames lie between two judged ones that follow each other closely."""
    enclosed = np.zeros(len(query), dtype=bool)
    for start, end in itertools.pairwise(np.unique(at).tolist()):
        if end - start <= _CLOSE_MS:
            enclosed |= (query.times_ms >= start) & (query.times_ms <= end)
    return enclosed
