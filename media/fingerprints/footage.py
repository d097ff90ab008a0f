"""How two runs of frames lie against each other in time.

Pairs of frames that look alike, by their codes or to the judge, vote for a speed and an offset
(lines.py). The strongest line is then walked along frame by frame, which gives its ends; what it
explains is taken away and the rest votes again, so that a compilation is found piece by piece.
Source: docs/hashing.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from media.fingerprints import lines, rhythm, tracks
from media.fingerprints.judged import (
    ALIKE_BITS,
    STANDS_MS,
    Judged,
    enclosed,
    nearest_samples,
    spoken_for,
    standing,
)
from media.fingerprints.lines import HASHED_MS, JUDGED_MS, Line, Votes
from media.fingerprints.tracks import Ints, Track

SAMPLE_MS = 500  # two frames a second are looked at

MIN_FRAMES = 3  # fewer that agree in time are chance, or a logo
LOOSE_BITS = 17  # in all 48, still a long way from the 100 and more between unrelated frames
UNLIKE_BITS = 80  # frames further apart, on a line that other frames agree on, show another thing
MIN_DENSITY = 0.4  # of the frames in a segment that could be compared
STATIC_SHARE = 0.6  # of a clip that one unchanging scene must fill to count
IDENT_MS = 6000  # both begin or both end so: an ident or end card, five seconds as sampled

_PARTNER_MS = 525  # from where a frame's partner is expected: a sample, and a little for jitter
_REACH_MS = 5000
_VOTES_PER_FRAME = 32
_MAX_GAP_FRAMES = 4  # comparable frames that do not match end a segment
_MAX_SEGMENTS = 20
_WORTH = 20  # inliers that weigh half
_VAGUE = 0.3  # weight of judged frames beside codes, which are exacter in time
_EDGE_MS = 1000
_CODES_TELL = 0.6  # of the judged frames whose codes match too, so that codes end what they match

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
# Times of a pair of frames in query and other, in ms, and how much it weighs: its distinctive
# inliers; 0 where the judge says that the two do not show the same.
JudgedPair = tuple[int, int, float]


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
class _Run:
    """Query frames that match along a line, with their partners.

    sure: those that match by themselves, by their codes. judged: pairs on the line within it.
    """

    line: Line
    frames: Ints
    partners: Ints
    sure: Ints
    judged: Judged
    asked: int  # how many frames of the range had a partner to compare with

    @property
    def is_convincing(self) -> bool:
        seen = min(len(np.unique(self.judged.at)), len(np.unique(self.judged.to)))
        is_enough = max(len(self.sure), seen) >= MIN_FRAMES
        return is_enough and len(self.frames) >= MIN_DENSITY * self.asked


def align(
    query: Track,
    other: Track,
    turn: int,
    radius: int,
    judged: Sequence[JudgedPair] = (),
) -> list[Segment]:
    """Find which ranges of two tracks show the same, in order of the query's time.

    turn: place in TURNS under which the query's frames are taken. radius: bits. judged: pairs of
    frames that were judged, accepted or not.
    At least MIN_FRAMES frames that are not all alike must agree on speed and offset; an
    unchanging scene counts when it fills STATIC_SHARE of one of the two. Otherwise nothing.
    """
    rows, columns, bits = tracks.near_pairs(query, other, turn, radius, _VOTES_PER_FRAME)
    pairs = Judged(*np.array(judged, dtype=np.float64).reshape(-1, 3).T)
    votes = _votes(query, other, rows, columns, _weights(rows, bits, radius), pairs.accepted)
    if not len(votes) or not len(query) or not len(other):
        return []
    found: list[Segment] = []
    left, is_free, taken = votes, np.ones(len(query), dtype=bool), 0
    while len(left) >= MIN_FRAMES and taken < _MAX_SEGMENTS:
        run = _walk(query, other, turn, radius, lines.strongest(left), is_free, pairs)
        if not run.is_convincing or _are_alike(query, run):
            break
        segment = _segment(query, other, run)
        if not _is_ident(query, other, segment):
            found.append(segment)
        taken += 1
        is_free[run.frames[0] : run.frames[-1] + 1] = False
        left, pairs = _unexplained(left, segment), _rest(pairs, segment)
    if taken:
        return sorted(found, key=lambda segment: segment.query_start_ms)
    return _unchanging(query, other, rows, columns, votes, pairs.accepted)


def _weights(rows: Ints, bits: Ints, radius: int) -> Floats:
    """Nearer frames weigh more; a frame that looks like many others says little about time."""
    shared = np.bincount(rows)[rows] if len(rows) else rows
    weights: Floats = (1 - bits / (radius + 1)) / np.sqrt(np.maximum(shared, 1))
    return weights


def _votes(
    query: Track, other: Track, rows: Ints, columns: Ints, weights: Floats, pairs: Judged
) -> Votes:
    """What codes and judge say together. A judged frame counts most with its best partner."""
    by_code = Votes(
        query.times_ms[rows].astype(np.float64),
        other.times_ms[columns].astype(np.float64),
        weights,
        np.full(len(rows), float(HASHED_MS)),
        rows,
    )
    _, frame = np.unique(pairs.at, return_inverse=True)
    best = np.zeros(len(frame))
    np.maximum.at(best, frame, pairs.weight)
    worth = _VAGUE * (pairs.weight / best[frame]) ** 2 * pairs.weight / (pairs.weight + _WORTH)
    by_judge = Votes(
        pairs.at,
        pairs.to,
        worth,
        np.full(len(frame), float(JUDGED_MS)),
        frame.astype(np.int64) + len(query),
    )
    return by_code.together(by_judge)


def _unexplained(votes: Votes, segment: Segment) -> Votes:
    is_before = votes.at < segment.query_start_ms
    return votes.among(is_before | (votes.at > segment.query_end_ms))


def _rest(pairs: Judged, segment: Segment) -> Judged:
    return pairs.among((pairs.at < segment.query_start_ms) | (pairs.at > segment.query_end_ms))


# --- Along a line -------------------------------------------------------------------------------
def _walk(
    query: Track,
    other: Track,
    turn: int,
    radius: int,
    line: Line,
    is_free: Mask,
    pairs: Judged,
) -> _Run:
    """The longest run of free query frames that match along a line.

    Where time already says which two frames belong together, LOOSE_BITS more may lie between
    them: the two were sampled up to half a second apart, and cameras move.
    """
    bits, partners = _along(query, other, turn, line)
    if ((bits <= radius) & is_free).sum() < MIN_FRAMES:  # the judge alone: codes say little
        line = _by_rhythm(query, other, line, pairs)
        bits, partners = _along(query, other, turn, line)
    on_line = pairs.among(pairs.along(line, JUDGED_MS * 1.2) & (pairs.weight > 0))
    is_spoken_for = spoken_for(query, other, line, on_line, pairs)
    if _tell_apart(bits[nearest_samples(query, on_line.at)], radius):
        is_beyond = ~enclosed(query, on_line.at)
        is_spoken_for &= ~(is_beyond & (bits > UNLIKE_BITS) & (bits < tracks.FAR))
    could = (bits < tracks.FAR) | is_spoken_for
    run = _longest_run(could, ((bits <= radius + LOOSE_BITS) | is_spoken_for) & is_free)
    asked = int(could[run[0] : run[-1] + 1].sum()) if len(run) else 0
    within = np.zeros(len(on_line.at), dtype=bool)
    if len(run):
        within = np.isin(nearest_samples(query, on_line.at), np.arange(run[0], run[-1] + 1))
    return _Run(line, run, partners[run], run[bits[run] <= radius], on_line.among(within), asked)


def _tell_apart(bits: Ints, radius: int) -> bool:
    """Whether codes match where the judge says so, and can be believed where they do not."""
    return len(bits) > 0 and bool((bits <= radius + LOOSE_BITS).mean() >= _CODES_TELL)


def _along(query: Track, other: Track, turn: int, line: Line) -> tuple[Ints, Ints]:
    """Bits between each query frame and the nearest of its two neighbours on the line."""
    frames = np.arange(len(query))
    expected = line.at(query.times_ms)
    after = np.clip(np.searchsorted(other.times_ms, expected), 0, len(other) - 1)
    before = np.clip(after - 1, 0, None)
    sides = np.full((2, len(query)), tracks.FAR)
    for row, side in enumerate((before, after)):
        is_near = np.abs(other.times_ms[side] - expected) <= _PARTNER_MS
        apart = tracks.apart(query, other, turn, frames, side)
        sides[row] = np.where(is_near, apart, tracks.FAR)
    bits: Ints = sides.min(axis=0)
    return bits, np.where(sides[0] <= sides[1], before, after)


def _by_rhythm(query: Track, other: Track, line: Line, pairs: Judged) -> Line:
    on_line = pairs.among(pairs.along(line, JUDGED_MS * 1.2) & (pairs.weight > 0))
    if len(on_line.at) < MIN_FRAMES:
        return line
    start, end = on_line.at.min() - STANDS_MS, on_line.at.max() + STANDS_MS
    return rhythm.refined(query, other, line, float(start), float(end))


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


def _are_alike(query: Track, run: _Run) -> bool:
    """Whether all frames show one scene. Judged ones without codes were kept as they differ."""
    judged = nearest_samples(query, run.judged.at)
    frames = np.concatenate([run.sure, judged])
    frames = frames[query.is_comparable[frames]]
    if not len(frames):
        return False
    bits = tracks.apart(query, query, 0, np.full(len(frames), frames[0]), frames)
    differ = ((bits > ALIKE_BITS) & (bits < tracks.FAR)).any()
    blind = len(np.unique(judged[~query.is_comparable[judged]]))
    return not differ and blind < MIN_FRAMES


def _is_ident(query: Track, other: Track, segment: Segment) -> bool:
    """Whether both begin or both end with a few seconds that are most of neither."""
    ends = [query.duration_ms, other.duration_ms]
    ranges = [
        (segment.query_start_ms, segment.query_end_ms),
        (segment.other_start_ms, segment.other_end_ms),
    ]
    lengths = [end - start for start, end in ranges]
    is_short = all(
        length <= IDENT_MS and length < STATIC_SHARE * whole
        for length, whole in zip(lengths, ends, strict=True)
    )
    both_begin = all(start <= _EDGE_MS for start, _ in ranges)
    both_end = all(end >= whole - _EDGE_MS for (_, end), whole in zip(ranges, ends, strict=True))
    return is_short and (both_begin or both_end)


# --- Ends ---------------------------------------------------------------------------------------
def _segment(query: Track, other: Track, run: _Run) -> Segment:
    line, frames = run.line, run.frames
    start, end = _ends(query, int(frames[0]), int(frames[-1]))
    if len(run.sure) < MIN_FRAMES and len(run.judged.at):
        start, end = _cut_ends(query, other, run, start, end)
    last = max(other.duration_ms, int(other.times_ms[-1]))
    reaches = np.clip(line.at([start, end]), 0, last)
    if len(run.sure):
        first = int(run.sure[0]), int(run.partners[frames == run.sure[0]][0])
    else:
        places = (run.judged.at[:1], run.judged.to[:1])
        first = int(nearest_samples(query, places[0])[0]), int(nearest_samples(other, places[1])[0])
    return Segment(
        start,
        end,
        round(float(reaches[0])),
        round(float(reaches[1])),
        round(line.speed, 4),
        True,
        *first,
    )


def _cut_ends(query: Track, other: Track, run: _Run, start: int, end: int) -> tuple[int, int]:
    """Move ends onto the cut of one of the two that the other does not have, where one is near."""
    strays = rhythm.strays(query, other, run.line)
    first, last = float(run.judged.at.min()), float(run.judged.at.max())
    before, after = strays[strays < first], strays[strays > last]
    if len(before) and abs(before[-1] - start) <= 2 * SAMPLE_MS:
        start = round(float(before[-1]))
    if len(after) and abs(after[0] - end) <= 2 * SAMPLE_MS:
        end = round(float(after[0]))
    reach = max(other.duration_ms, int(other.times_ms[-1]))
    lowest, highest = run.line.back(0), run.line.back(reach)
    if lowest > start + SAMPLE_MS / 2:  # less may be the line's own inexactness
        start = round(lowest)
    return start, round(highest) if highest < end - SAMPLE_MS / 2 else end


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


def _unchanging(
    query: Track, other: Track, rows: Ints, columns: Ints, votes: Votes, pairs: Judged
) -> list[Segment]:
    """One segment when the frames that match fill enough of one of the two."""
    seen = [
        np.union1d(rows, standing(query, pairs.at)),
        np.union1d(columns, standing(other, pairs.to)),
    ]
    shares = [len(places) / len(one) for places, one in zip(seen, (query, other), strict=True)]
    if max(shares) < STATIC_SHARE:
        return []
    strongest = int(votes.weight.argmax())
    at, to = votes.at[[strongest]], votes.to[[strongest]]
    ranges = [
        _ends(one, int(places[0]), int(places[-1]))
        for places, one in zip(seen, (query, other), strict=True)
    ]
    frames = int(nearest_samples(query, at)[0]), int(nearest_samples(other, to)[0])
    return [Segment(*ranges[0], *ranges[1], 1.0, False, *frames)]
