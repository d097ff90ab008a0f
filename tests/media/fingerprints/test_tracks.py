import numpy as np
import pytest

from media.fingerprints import stills, tracks
from media.fingerprints.tracks import FrameCodes, Track

RANDOM = np.random.default_rng(11)
TURN_MARKS = [bytes(32), *(RANDOM.bytes(32) for _ in stills.TURNS[1:])]


def flipped(code: bytes, bits: int) -> bytes:
    return (int.from_bytes(code) ^ ((1 << bits) - 1)).to_bytes(32)


def turns(code: bytes) -> bytes:
    """Eight codes, the first being the code, as a picture's eight turns are unlike each other."""
    number = int.from_bytes(code)
    return b"".join((number ^ int.from_bytes(mark)).to_bytes(32) for mark in TURN_MARKS)


def still(whole: bytes | None, trimmed: bytes | None = None) -> Track:
    kept = {"whole": whole, "trimmed": trimmed}
    return tracks.track([FrameCodes(0, {k: turns(v) for k, v in kept.items() if v})])


def run(codes: list[bytes], step_ms: int = 500) -> Track:
    frames = [FrameCodes(i * step_ms, {"whole": turns(code)}) for i, code in enumerate(codes)]
    return tracks.track(frames, len(codes) * step_ms)


def test_the_nearest_pair_says_which_frames_and_parts_match():
    code = RANDOM.bytes(32)
    clip = run([RANDOM.bytes(32), flipped(code, 5), RANDOM.bytes(32)])
    found = tracks.nearest(still(RANDOM.bytes(32), code), clip, [0])
    assert (found.distance_bits, found.query_frame, found.other_frame) == (5, 0, 1)
    assert (found.query_variant, found.other_variant) == ("trimmed", "whole")


def test_whole_pictures_are_believed_before_slightly_nearer_trimmed_ones():
    code = RANDOM.bytes(32)
    found = tracks.nearest(still(flipped(code, 3), code), still(code, code), [0])
    assert (found.query_variant, found.other_variant, found.distance_bits) == ("whole", "whole", 3)


@pytest.mark.parametrize("turn", range(8))
def test_which_side_is_turned_makes_no_difference(photo, turn):
    codes = stills.fingerprint(photo("temple")).codes[1]
    other = stills.fingerprint(photo("cat")).codes[1]
    one, two = (
        tracks.track([FrameCodes(0, {"whole": b"".join(code.turns)})]) for code in (codes, other)
    )
    there = tracks.nearest(one, two, [turn])
    back = tracks.nearest(two, one, [tracks.inverse(turn)])
    assert there.distance_bits == back.distance_bits


def test_frames_without_codes_are_near_nothing():
    empty = tracks.track([FrameCodes(0, {}), FrameCodes(500, {})], 1000)
    assert tracks.nearest(empty, still(RANDOM.bytes(32)), range(8)) is None
    assert len(tracks.near_pairs(empty, empty, 0, 31, 8)[0]) == 0
    assert not empty.is_comparable.any()


def test_near_pairs_agree_with_counting_by_hand():
    codes = [flipped(bytes(32), bits) for bits in (0, 10, 40, 60, 200)] * 130
    one, two = run(codes), run(codes[:7])
    rows, columns, bits = tracks.near_pairs(one, two, 0, 31, 100)
    by_hand = {
        (i, j, (int.from_bytes(a) ^ int.from_bytes(b)).bit_count())
        for i, a in enumerate(codes)
        for j, b in enumerate(codes[:7])
    }
    found = set(zip(rows.tolist(), columns.tolist(), bits.tolist(), strict=True))
    assert found == {each for each in by_hand if each[2] <= 31}


def test_a_frame_keeps_only_its_nearest_partners():
    clip = run([flipped(bytes(32), bits) for bits in (9, 3, 6, 12)])
    _, columns, bits = tracks.near_pairs(still(bytes(32)), clip, 0, 31, 2)
    assert columns.tolist() == [1, 2]
    assert bits.tolist() == [3, 6]


def test_undoing_a_turn_twice_is_the_turn():
    assert all(tracks.inverse(tracks.inverse(turn)) == turn for turn in range(8))
