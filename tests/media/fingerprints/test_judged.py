import numpy as np
import pytest

from media.fingerprints import judged, tracks
from media.fingerprints.judged import Judged
from media.fingerprints.lines import Line
from media.fingerprints.tracks import FrameCodes, Track

SAME = Line(1.0, 0.0)


def filmed(scenes: list[int], *, salt: int = 0) -> Track:
    """One sample of each number twice a second: frames of one number look alike."""
    frames = []
    for place, scene in enumerate(scenes):
        bits = np.random.default_rng([salt, scene]).integers(0, 2, 256)
        frames.append(FrameCodes(500 * place, {"whole": np.packbits(bits).tobytes() * 8}))
    return tracks.track(frames, 500 * len(scenes))


def pairs(*seen: tuple[float, float, float]) -> Judged:
    return Judged(*np.array(seen, dtype=float).reshape(-1, 3).T)


def told(query: Track, other: Track, seen: Judged, line: Line = SAME) -> tuple[int, int]:
    """From when to when frames are spoken for; all in between have to be."""
    spoken = judged.spoken_for(query, other, line, seen.accepted, seen)
    times = query.times_ms[spoken]
    assert (np.diff(np.flatnonzero(spoken)) == 1).all()
    return int(times[0]), int(times[-1])


MOVING = list(range(100, 180))  # a camera so quick that no two samples look alike
CALM = [1] * 80


def test_a_frame_speaks_for_a_while_around_itself():
    assert told(filmed(MOVING), filmed(MOVING, salt=1), pairs((20_000, 20_000, 50))) == (
        19_000,
        21_000,
    )


def test_a_frame_speaks_for_all_of_its_scene():
    scenes = [*MOVING[:30], *[1] * 20, *MOVING[30:]]
    start, end = told(filmed(scenes), filmed(scenes, salt=1), pairs((18_000, 18_000, 50)))
    assert 13_500 <= start <= 15_000
    assert 24_500 <= end <= 26_000


def test_frames_speak_for_what_lies_between_them():
    seen = pairs((8_000, 8_200, 50), (18_000, 17_800, 50))
    assert told(filmed(MOVING), filmed(MOVING, salt=1), seen) == (7_000, 19_000)


def test_a_cut_of_one_alone_ends_what_is_spoken_for():
    other = filmed(CALM, salt=1)
    query = filmed([*[1] * 40, *[2] * 40])
    seen = pairs((4_000, 4_000, 50), (9_000, 9_000, 50), (15_000, 15_000, 50))
    assert told(query, other, seen) == (0, 19_500)


def test_a_refused_frame_ends_what_is_spoken_for_half_way():
    seen = pairs((20_000, 20_000, 50), (22_000, 22_000, 0))
    assert told(filmed(MOVING), filmed(MOVING, salt=1), seen) == (19_000, 21_000)
    late = pairs((20_000, 20_000, 50), (21_000, 21_000, 0))
    assert told(filmed(MOVING), filmed(MOVING, salt=1), late) == (19_000, 20_500)


def test_a_frame_near_the_end_speaks_for_the_rest():
    seen = pairs((2_000, 2_000, 50), (38_000, 38_000, 50))
    query = filmed(MOVING)
    spoken = judged.spoken_for(query, filmed(MOVING, salt=1), SAME, seen, seen)
    assert spoken[0]
    assert spoken[-1]


def test_nothing_speaks_without_pairs():
    none = pairs()
    assert not judged.spoken_for(filmed(MOVING), filmed(MOVING), SAME, none, none).any()
    assert len(judged.standing(filmed(MOVING), none.at)) == 0
    assert not judged.enclosed(filmed(MOVING), none.at).any()


def test_pairs_are_told_by_their_line_and_by_the_judge():
    seen = pairs((1_000, 3_000, 50), (2_000, 4_900, 40), (5_000, 7_000, 0))
    assert seen.along(Line(1.0, 2_000), 500).tolist() == [True, False, True]
    assert seen.accepted.at.tolist() == [1_000, 2_000]


def test_standing_frames_are_those_of_the_scene():
    scenes = [*MOVING[:20], *[1] * 20, *MOVING[20:40]]
    places = judged.standing(filmed(scenes), np.array([12_000.0]))
    assert (places[0], places[-1]) == (20, 39)


def test_what_lies_between_close_frames_is_enclosed():
    track = filmed(MOVING)
    enclosed = judged.enclosed(track, np.array([2_000.0, 4_000.0, 20_000.0]))
    assert track.times_ms[enclosed].tolist() == [2_000, 2_500, 3_000, 3_500, 4_000]


@pytest.mark.parametrize(("time", "place"), [(-5, 0), (240, 0), (260, 1), (1e9, 79)])
def test_the_nearest_sample(time, place):
    assert judged.nearest_samples(filmed(MOVING), np.array([float(time)])).tolist() == [place]
