"""Which frames to take, and how two runs of frames lie against each other in time.

Frames that look alike vote for a speed and an offset (a Hough transform). The strongest line is
then walked along frame by frame, which gives its ends; what it explains is taken away and the
rest votes again, so that a compilation is found piece by piece. Source: docs/hashing.md.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from media.fingerprints import tracks
from media.fingerprints.tracks import Ints, Track

SAMPLE_MS = 500  # two frames a second are looked at

SLOWEST, FASTEST = 0.8, 1.25
MIN_FRAMES = 3  # fewer that agree in time are chance, or a logo
LOOSE_BITS = 17  # in all 48, still a long way from the 100 and more between unrelated frames
ALIKE_BITS = 24  # frames no further apart show one and the same scene
MIN_DENSITY = 0.4  # of the frames in a segment that could be compared
STATIC_SHARE = 0.6  # of a clip that one unchanging scene must fill to count

_OFFSET_MS = 500  # width of an offset's bin, and how far off its line a frame may lie
_PARTNER_MS = 525  # from where a frame's partner is expected: a sample, and a little for jitter
_REACH_MS = 5000
_SPEEDS = np.unique(np.append(np.geomspace(SLOWEST, FASTEST, 45), [24 / 25, 1.0, 25 / 24]))
_VOTES_PER_FRAME = 32
_MAX_GAP_FRAMES = 4  # comparable frames that do not match end a segment
_MAX_SEGMENTS = 20
_SNAP_MS = 250  # a speed that drifts from 1 by less over its whole length is 1

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Segment:
    """A range of one track that lies along a range of another, in milliseconds.

    speed: how fast the query plays what the other shows. has_offset is False for an unchanging
    scene: the two match throughout, and where exactly cannot be told.
    """

    query_start_ms: int
    query_end_ms: int
    other_start_ms: int
    other_end_ms: int
    speed: float
    has_offset: bool
    query_frame: int  # the first pair of frames that match
    other_frame: int


@dataclass(frozen=True)
class _Line:
    """other time = speed x query time + offset, in milliseconds."""

    speed: float
    offset_ms: float

    def at(self, times: Ints) -> Floats:
        return self.speed * times.astype(np.float64) + self.offset_ms


@dataclass(frozen=True)
class _Votes:
    """Pairs of frames that look alike."""

    query: Ints
    other: Ints
    weight: Floats

    def among(self, is_free: Mask) -> "_Votes":
        kept = is_free[self.query]
        return _Votes(self.query[kept], self.other[kept], self.weight[kept])


@dataclass(frozen=True)
class _Run:
    """Query frames that match along a line, with their partners."""

    frames: Ints
    partners: Ints
    sure: Ints  # those of the frames that match by themselves
    asked: int  # how many frames of the range had a partner to compare with

    @property
    def is_convincing(self) -> bool:
        return len(self.sure) >= MIN_FRAMES and len(self.frames) >= MIN_DENSITY * self.asked


def align(query: Track, other: Track, turn: int, radius: int) -> list[Segment]:
    """Find which ranges of two tracks show the same, in order of the query's time.

    turn: place in TURNS under which the query's frames are taken. radius: bits.
    At least MIN_FRAMES frames that are not all alike must agree on speed and offset; an
    unchanging scene counts when it fills STATIC_SHARE of one of the two. Otherwise nothing.
    """
    rows, columns, bits = tracks.near_pairs(query, other, turn, radius, _VOTES_PER_FRAME)
    if not len(rows):
        return []
    votes = _Votes(rows, columns, _weights(rows, bits, radius))
    found: list[Segment] = []
    left, is_free = votes, np.ones(len(query), dtype=bool)
    while len(left.query) >= MIN_FRAMES and len(found) < _MAX_SEGMENTS:
        line = _strongest(query, other, left)
        run = _walk(query, other, turn, radius, line, is_free)
        if not run.is_convincing or _are_alike(query, run.sure):
            break
        found.append(_segment(query, other, line, run))
        is_free[run.frames[0] : run.frames[-1] + 1] = False
        left = left.among(is_free)
    if found:
        return sorted(found, key=lambda segment: segment.query_start_ms)
    return _unchanging(query, other, votes)


def _weights(rows: Ints, bits: Ints, radius: int) -> Floats:
    """Nearer frames weigh more; a frame that looks like many others says little about time."""
    shared = np.bincount(rows)[rows]
    weights: Floats = (1 - bits / (radius + 1)) / np.sqrt(shared)
    return weights


def _strongest(query: Track, other: Track, votes: _Votes) -> _Line:
    at, to = query.times_ms[votes.query], other.times_ms[votes.other]
    best, line = -1.0, _Line(1.0, 0.0)
    for speed in _SPEEDS:
        offsets = to - speed * at
        bins = np.floor((offsets - offsets.min()) / _OFFSET_MS).astype(np.int64)
        sums = np.bincount(bins, _once_per_frame(votes, bins), minlength=bins.max() + 2)
        pairs = sums[:-1] + sums[1:]  # the true offset may lie on the border of two bins
        peak = int(pairs.argmax())
        # Of two speeds that explain as much, the one nearer to 1 is likelier.
        score = float(pairs[peak]) * (1 - 0.02 * abs(float(speed) - 1))
        if score > best:
            near = (bins == peak) | (bins == peak + 1)
            offset = float(np.average(offsets[near], weights=votes.weight[near]))
            best, line = score, _Line(float(speed), offset)
    return _fitted(at, to, votes.weight, line)


def _once_per_frame(votes: _Votes, bins: Ints) -> Floats:
    """Weights with only the strongest vote of each frame in each bin left."""
    order = np.lexsort((-votes.weight, votes.query, bins))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(bins[order]) != 0) | (np.diff(votes.query[order]) != 0)
    weights = np.zeros(len(order))
    weights[order[first]] = votes.weight[order[first]]
    return weights


def _fitted(at: Ints, to: Ints, weight: Floats, line: _Line) -> _Line:
    """The line through the votes near it, by least squares, a few times over."""
    for _ in range(3):
        near = np.abs(to - line.at(at)) <= _OFFSET_MS
        if near.sum() < MIN_FRAMES:
            return line
        x, y, w = at[near], to[near], weight[near] ** 2
        middle_x, middle_y = np.average(x, weights=w), np.average(y, weights=w)
        spread = np.average((x - middle_x) ** 2, weights=w)
        speed = 1.0
        if spread > 0:
            speed = float(np.average((x - middle_x) * (y - middle_y), weights=w) / spread)
        if not SLOWEST * 0.98 <= speed <= FASTEST * 1.02:
            return line
        if abs(speed - 1) * float(x.max() - x.min()) <= _SNAP_MS:
            speed = 1.0
        line = _Line(speed, float(middle_y - speed * middle_x))
    return line


def _walk(query: Track, other: Track, turn: int, radius: int, line: _Line, is_free: Mask) -> _Run:
    """The longest run of free query frames that match along a line.

    Where time already says which two frames belong together, LOOSE_BITS more may lie between
    them: the two were sampled up to half a second apart, and cameras move.
    """
    frames = np.arange(len(query))
    expected = line.at(query.times_ms)
    after = np.clip(np.searchsorted(other.times_ms, expected), 0, len(other) - 1)
    before = np.clip(after - 1, 0, None)
    sides = np.full((2, len(query)), tracks.FAR)
    for row, side in enumerate((before, after)):
        is_near = np.abs(other.times_ms[side] - expected) <= _PARTNER_MS
        apart = tracks.apart(query, other, turn, frames, side)
        sides[row] = np.where(is_near, apart, tracks.FAR)
    bits = sides.min(axis=0)
    could = bits < tracks.FAR
    run = _longest_run(could, (bits <= radius + LOOSE_BITS) & is_free)
    partners = np.where(sides[0] <= sides[1], before, after)
    asked = int(could[run[0] : run[-1] + 1].sum()) if len(run) else 0
    return _Run(run, partners[run], run[bits[run] <= radius], asked)


def _longest_run(could: Mask, matches: Mask) -> Ints:
    """The longest run of frames that match, with gaps of at most _MAX_GAP_FRAMES that could."""
    best: list[int] = []
    run: list[int] = []
    missed = 0
    for frame in np.flatnonzero(could).tolist():
        if matches[frame]:
            if missed > _MAX_GAP_FRAMES:
                run = []
            run.append(frame)
            missed = 0
            best = run if len(run) >= len(best) else best
        else:
            missed += 1
    return np.array(best, dtype=np.int64)


def _are_alike(one: Track, frames: Ints) -> bool:
    first = np.full(len(frames), frames[0])
    bits = tracks.apart(one, one, 0, first, frames)
    return not ((bits > ALIKE_BITS) & (bits < tracks.FAR)).any()


def _segment(query: Track, other: Track, line: _Line, run: _Run) -> Segment:
    frames, partners = run.frames, run.partners
    start, end = _ends(query, int(frames[0]), int(frames[-1]))
    last = max(other.duration_ms, int(other.times_ms[-1]))
    reaches = np.clip(
        [line.speed * start + line.offset_ms, line.speed * end + line.offset_ms], 0, last
    )
    return Segment(
        start,
        end,
        round(float(reaches[0])),
        round(float(reaches[1])),
        round(line.speed, 4),
        True,
        int(run.sure[0]),
        int(partners[frames == run.sure[0]][0]),
    )


def _ends(one: Track, first: int, last: int) -> tuple[int, int]:
    """When a run of frames starts and ends: half-way to the neighbours that do not belong.

    Where only key frames were looked at, those may be far away; then no further than _REACH_MS.
    """
    times = one.times_ms
    begin = 0 if first == 0 else int(times[first] + times[first - 1]) // 2
    if last < len(one) - 1:
        end = int(times[last] + times[last + 1]) // 2
    else:
        end = max(one.duration_ms, int(times[last]))
    return max(begin, int(times[first]) - _REACH_MS), min(end, int(times[last]) + _REACH_MS)


def _unchanging(query: Track, other: Track, votes: _Votes) -> list[Segment]:
    """One segment when the frames that match fill enough of one of the two."""
    seen = [np.unique(votes.query), np.unique(votes.other)]
    shares = [len(places) / len(one) for places, one in zip(seen, (query, other), strict=True)]
    if max(shares) < STATIC_SHARE:
        return []
    strongest = int(votes.weight.argmax())
    ranges = [
        _ends(one, int(places[0]), int(places[-1]))
        for places, one in zip(seen, (query, other), strict=True)
    ]
    return [
        Segment(
            *ranges[0],
            *ranges[1],
            1.0,
            False,
            int(votes.query[strongest]),
            int(votes.other[strongest]),
        )
    ]
