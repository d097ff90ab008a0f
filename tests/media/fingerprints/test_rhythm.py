import numpy as np
import pytest

from media.fingerprints import rhythm, tracks
from media.fingerprints.lines import Line
from media.fingerprints.tracks import FrameCodes, Track

# When the scenes of a clip change, in ms.
CUTS = [0, 2_300, 6_900, 9_100, 14_600, 17_200, 21_000]
LENGTH = 24_000


def filmed(start: float = 0, end: float = LENGTH, speed: float = 1, *, salt: int = 0) -> Track:
    """A part of a clip. Codes of another salt show the same rhythm and nothing else in common."""
    frames = []
    for time in range(0, int((end - start) / speed), 500):
        moment = start + time * speed
        scene = int(np.searchsorted(CUTS, moment, side="right"))
        bits = np.random.default_rng([salt, scene]).integers(0, 2, 256)
        moved = np.random.default_rng([salt, scene, int(moment // 500)])
        bits[moved.choice(256, 10, replace=False)] ^= 1
        frames.append(FrameCodes(time, {"whole": np.packbits(bits).tobytes() * 8}))
    return tracks.track(frames, int((end - start) / speed))


def test_cuts_are_found_to_half_a_sample():
    assert np.abs(rhythm.cuts(filmed()) - CUTS[1:]).max() <= 250


def test_a_camera_that_moves_is_no_cut():
    random = np.random.default_rng(3)
    bits = random.integers(0, 2, 256)
    frames = []
    for place in range(20):
        bits[random.choice(256, 60, replace=False)] ^= 1
        frames.append(FrameCodes(500 * place, {"whole": np.packbits(bits).tobytes() * 8}))
    assert len(rhythm.cuts(tracks.track(frames, 10_000))) == 0


@pytest.mark.parametrize("speed", [0.9, 1.0, 1.1])
@pytest.mark.parametrize("off_ms", [-1_200, 0, 900])
def test_a_line_is_moved_to_where_the_rhythms_agree(speed, off_ms):
    copy, whole = filmed(4_000, 20_000, speed, salt=1), filmed()
    true = Line(speed, 4_000)
    rough = Line(speed, 4_000 + off_ms)
    found = rhythm.refined(copy, whole, rough, 0, 16_000 / speed)
    times = np.array([0, 16_000 / speed])
    assert np.abs(found.at(times) - true.at(times)).max() <= 450


def test_a_line_stays_where_there_is_no_rhythm():
    bits = np.packbits(np.random.default_rng(4).integers(0, 2, 256)).tobytes() * 8
    still = tracks.track([FrameCodes(500 * at, {"whole": bits}) for at in range(40)], 20_000)
    line = Line(1.0, 2_000)
    assert rhythm.refined(still, filmed(), line, 0, 15_000) == line
    assert rhythm.refined(filmed(), filmed(), line, 0, 3_000) == line  # too short to tell


def test_shared_cuts_are_no_strays():
    copy = filmed(4_000, 20_000, salt=1)
    assert len(rhythm.strays(copy, filmed(), Line(1.0, 4_000))) == 0


def test_cuts_of_one_side_alone_are_told_on_the_querys_clock():
    start = 8_000
    other = [FrameCodes(int(t), {"whole": bytes(256)}) for t in range(0, start, 500)]
    copy = filmed(salt=1)
    late = [
        FrameCodes(int(time) + start, {"whole": copy.words[place, 0].tobytes()})
        for place, time in enumerate(copy.times_ms)
    ]
    joined = tracks.track(other + late, start + LENGTH)
    strays = rhythm.strays(joined, filmed(), Line(1.0, -start))
    assert strays == pytest.approx([start - 250], abs=1)


def test_frames_that_cannot_be_compared_make_no_change():
    blind = tracks.track([FrameCodes(500 * at, {}) for at in range(10)], 5_000)
    assert not rhythm.steps(blind).any()
    assert len(rhythm.cuts(blind)) == 0
    assert len(rhythm.cuts(tracks.track([], 0))) == 0
