import numpy as np
import pytest

from media.fingerprints import footage, stills, tracks
from media.fingerprints.tracks import FrameCodes, Track

RADIUS = 31
MIRRORED = stills.TURNS.index("mirrored")
MARKS = [bytes(32), *(np.random.default_rng(2).bytes(32) for _ in stills.TURNS[1:])]


class Scene:
    """Something filmed: its code changes smoothly, `pace` bits in each half second."""

    def __init__(self, seed: int, seconds: float, pace: int = 14) -> None:
        random = np.random.default_rng(seed)
        self.seed = seed
        bits = random.integers(0, 2, 256)
        self.codes = []
        for _ in range(int(seconds * 10)):
            if pace:
                bits[random.choice(256, max(1, pace // 5), replace=False)] ^= 1
            self.codes.append(bits.copy())

    def at(self, ms: float) -> np.ndarray:
        return self.codes[min(int(ms // 100), len(self.codes) - 1)]


def film(shots, noise: int = 4, mirrored: bool = False, seed: int = 0) -> Track:
    """shots: (scene or None for black, from ms, to ms, speed) played one after another."""
    random = np.random.default_rng(seed)
    frames, start = [], 0.0
    total = sum((end - begin) / speed for _, begin, end, speed in shots)
    shots = list(shots)
    for time in range(0, int(total), footage.SAMPLE_MS):
        while time >= start + (shots[0][2] - shots[0][1]) / shots[0][3]:
            start += (shots[0][2] - shots[0][1]) / shots[0][3]
            shots.pop(0)
        scene, begin, _, speed = shots[0]
        if scene is None:
            frames.append(FrameCodes(time, {}))
            continue
        bits = scene.at(begin + (time - start) * speed).copy()
        bits[random.choice(256, noise, replace=False)] ^= 1
        code = np.packbits(bits).tobytes()
        frames.append(FrameCodes(time, {"whole": turns(code, mirrored)}))
    return tracks.track(frames, int(total))


def turns(code: bytes, mirrored: bool) -> bytes:
    number = int.from_bytes(code)
    if mirrored:
        number ^= int.from_bytes(MARKS[MIRRORED])
    return b"".join((number ^ int.from_bytes(mark)).to_bytes(32) for mark in MARKS)


A, B, C = Scene(1, 60), Scene(2, 60), Scene(3, 60)
CARD = Scene(9, 10, pace=0)  # an end card that never moves


def overlap(found: tuple[float, float], truth: tuple[float, float]) -> float:
    inner = min(found[1], truth[1]) - max(found[0], truth[0])
    return inner / (max(found[1], truth[1]) - min(found[0], truth[0]))


@pytest.mark.parametrize("speed", [1.0, 0.85, 1.2, 25 / 24])
@pytest.mark.parametrize("cut", [(0, 60_000), (10_000, 40_000), (23_700, 35_200)])
def test_a_cut_is_found_where_it_was_taken_from(cut, speed):
    start, end = cut
    copy = film([(A, start, end, speed)], seed=5)
    (segment,) = footage.align(copy, film([(A, 0, 60_000, 1.0)]), 0, RADIUS)
    assert segment.speed == pytest.approx(speed, abs=0.045)  # half a sample in eleven seconds
    assert overlap((segment.other_start_ms, segment.other_end_ms), cut) > 0.9
    assert abs(segment.other_start_ms - start) <= 700
    assert abs(segment.other_end_ms - end) <= 700
    assert segment.query_start_ms == 0
    assert segment.query_end_ms == copy.duration_ms
    assert segment.has_offset


def test_an_insert_is_found_inside_other_footage():
    copy = film([(B, 0, 12_000, 1.0), (A, 30_000, 42_000, 1.0), (C, 0, 9_000, 1.0)])
    (segment,) = footage.align(copy, film([(A, 0, 60_000, 1.0)]), 0, RADIUS)
    assert overlap((segment.query_start_ms, segment.query_end_ms), (12_000, 24_000)) > 0.9
    assert overlap((segment.other_start_ms, segment.other_end_ms), (30_000, 42_000)) > 0.9


def test_a_compilation_is_found_piece_by_piece():
    copy = film([(A, 40_000, 50_000, 1.0), (B, 0, 8_000, 1.0), (A, 5_000, 15_000, 1.0)])
    first, second = footage.align(copy, film([(A, 0, 60_000, 1.0)]), 0, RADIUS)
    assert overlap((first.query_start_ms, first.query_end_ms), (0, 10_000)) > 0.85
    assert overlap((first.other_start_ms, first.other_end_ms), (40_000, 50_000)) > 0.85
    assert overlap((second.query_start_ms, second.query_end_ms), (18_000, 28_000)) > 0.85
    assert overlap((second.other_start_ms, second.other_end_ms), (5_000, 15_000)) > 0.85


def test_both_ways_round_tell_the_same():
    whole, cut = film([(A, 0, 60_000, 1.0)]), film([(A, 20_000, 30_000, 1.0)], seed=3)
    (there,) = footage.align(cut, whole, 0, RADIUS)
    (back,) = footage.align(whole, cut, 0, RADIUS)
    assert overlap(
        (there.other_start_ms, there.other_end_ms), (back.query_start_ms, back.query_end_ms)
    ) > 0.85  # fmt: skip


def test_mirrored_footage_matches_under_its_turn_only():
    copy = film([(A, 10_000, 30_000, 1.0)], mirrored=True)
    original = film([(A, 0, 60_000, 1.0)])
    assert footage.align(copy, original, 0, RADIUS) == []
    (segment,) = footage.align(copy, original, MIRRORED, RADIUS)
    assert overlap((segment.other_start_ms, segment.other_end_ms), (10_000, 30_000)) > 0.9


def test_black_in_between_does_not_cut_a_match_in_two():
    shots = [(A, 0, 10_000, 1.0), (None, 0, 3_000, 1.0), (A, 13_000, 23_000, 1.0)]
    (segment,) = footage.align(film(shots), film(shots, seed=8), 0, RADIUS)
    assert (segment.query_start_ms, segment.query_end_ms) == (0, 23_000)


@pytest.mark.parametrize("card_ms", [500, 2_000, 4_000])
def test_a_shared_end_card_is_not_a_match(card_ms):
    one = film([(A, 0, 12_000, 1.0), (CARD, 0, card_ms, 1.0)])
    two = film([(B, 0, 12_000, 1.0), (CARD, 0, card_ms, 1.0)], seed=4)
    assert footage.align(one, two, 0, RADIUS) == []


def test_shared_black_is_not_a_match():
    one = film([(None, 0, 5_000, 1.0), (A, 0, 9_000, 1.0)])
    two = film([(None, 0, 5_000, 1.0), (B, 0, 9_000, 1.0)])
    assert footage.align(one, two, 0, RADIUS) == []
    assert footage.align(film([(None, 0, 9_000, 1.0)]), two, 0, RADIUS) == []


@pytest.mark.parametrize("seed", range(5))
def test_unrelated_footage_does_not_match(seed):
    one = film([(Scene(seed * 2 + 50, 60), 0, 60_000, 1.0)])
    two = film([(Scene(seed * 2 + 51, 60), 0, 60_000, 1.0)])
    assert footage.align(one, two, 0, RADIUS) == []


def test_unchanging_footage_matches_throughout_without_an_offset():
    one, two = film([(CARD, 0, 9_000, 1.0)]), film([(CARD, 0, 30_000, 1.0)], seed=6)
    (segment,) = footage.align(one, two, 0, RADIUS)
    assert not segment.has_offset
    assert (segment.query_start_ms, segment.query_end_ms) == (0, 9_000)
    assert (segment.other_start_ms, segment.other_end_ms) == (0, 30_000)


@pytest.mark.parametrize("frames", [1, 2])
def test_a_very_short_clip_matches_as_a_still_does(frames):
    short = film([(A, 20_000, 20_000 + 500 * frames, 1.0)], seed=6)
    assert len(short) == frames
    (segment,) = footage.align(short, film([(A, 0, 60_000, 1.0)]), 0, RADIUS)
    assert not segment.has_offset
    assert segment.query_end_ms == short.duration_ms
    assert abs(segment.other_start_ms - 20_000) < 2_000


def test_an_hour_of_unchanging_footage_is_compared_in_bounded_time():
    hour = film([(CARD, 0, 3_600_000, 1.0)])
    (segment,) = footage.align(hour, hour, 0, RADIUS)
    assert segment.query_end_ms == 3_600_000


def test_a_loop_is_found_each_time_it_comes_round():
    loop = [(A, 0, 5_000, 1.0)]
    segments = footage.align(film(loop * 3), film(loop), 0, RADIUS)
    assert len(segments) == 3
    assert all(segment.other_end_ms - segment.other_start_ms > 4_000 for segment in segments)


def test_a_track_without_frames_matches_nothing():
    nothing = tracks.track([], 0)
    assert footage.align(nothing, film([(A, 0, 5_000, 1.0)]), 0, RADIUS) == []
    assert footage.align(film([(A, 0, 5_000, 1.0)]), nothing, 0, RADIUS) == []


def test_footage_of_which_only_key_frames_were_looked_at_is_found():
    """Long footage is sampled sparsely after a while."""
    whole = film([(A, 0, 60_000, 1.0)])
    kept = [place for place in range(len(whole)) if place % 7 == 0]
    sparse = Track(whole.times_ms[kept], whole.words[kept], whole.is_kept[kept], whole.duration_ms)
    cut = film([(B, 0, 9_000, 1.0), (A, 10_000, 50_000, 1.0)], seed=7)
    for one, other in ((cut, sparse), (sparse, cut)):
        (segment,) = footage.align(one, other, 0, RADIUS)
        lengths = (
            segment.query_end_ms - segment.query_start_ms,
            segment.other_end_ms - segment.other_start_ms,
        )
        assert lengths == pytest.approx((40_000, 40_000), abs=4_000)


def test_a_fade_into_a_shared_end_card_is_not_a_match():
    """While it fades the frames are not all alike, and near the card but not sure."""
    card = np.random.default_rng(5).integers(0, 2, 256)

    def clip(scene: Scene) -> Track:
        codes = [scene.at(500 * place) for place in range(16)]
        for flips in (45, 40, 36, 33):
            faded = card.copy()
            faded[:flips] ^= 1
            codes.append(faded)
        codes += [card] * 4
        return tracks.track(
            [
                FrameCodes(500 * place, {"whole": turns(np.packbits(bits).tobytes(), False)})
                for place, bits in enumerate(codes)
            ],
            500 * len(codes),
        )

    one, two = clip(A), clip(B)
    two.words[16:20] ^= np.uint64(0xFF)  # the other fade differs a little
    assert footage.align(one, two, 0, RADIUS) == []


# --- Judged pairs: of copies whose codes say nothing, because they are cropped or captioned -------
SHOTS = [(Scene(100 + at, 10), 0, length, 1.0) for at, length in enumerate([4300, 2600, 5200, 3700,
         4900, 2800, 6100])]  # fmt: skip
WHOLE_MS = 29_600


def recut(start: float, end: float, speed: float = 1.0) -> list:
    """The shots of a clip from one time to another."""
    shots, at = [], 0.0
    for scene, _, length, _ in SHOTS:
        first, last = max(start - at, 0), min(end - at, length)
        if last > first:
            shots.append((scene, first, last, speed))
        at += length
    return shots


def cropped(track: Track) -> Track:
    """The same rhythm, and codes that have nothing in common with what they were."""
    words = track.words ^ np.frombuffer(np.random.default_rng(77).bytes(32), dtype=np.uint64)
    return Track(track.times_ms, words, track.is_kept, track.duration_ms)


def seen(line, start: float, end: float, phase: float = 0) -> list[tuple[int, int, int]]:
    """What a judge says of frames two seconds apart: partners are up to a second off."""
    pairs = []
    for at in np.arange(start, end, 2000):
        to = line(at)
        near = 2000 * round((to - phase) / 2000) + phase
        pairs.append((int(at), int(near), 60))
        pairs.append((int(at), int(near + (2000 if near < to else -2000)), 25))
    return pairs


@pytest.mark.parametrize("speed", [1.0, 0.9, 1.1, 1.2])
def test_judged_frames_alone_tell_where_a_cut_was_taken_from(speed):
    whole = film([(C, 0, 5_000, 1.0), *recut(0, WHOLE_MS), (B, 0, 6_000, 1.0)])
    length = 17_000 / speed
    copy = cropped(film([(A, 0, 7_000, 1.0), *recut(6_000, 23_000, speed)], seed=2))
    pairs = seen(lambda at: 11_000 + (at - 7_000) * speed, 8_300, 7_000 + length, 700)
    assert footage.align(copy, whole, 0, RADIUS) == []
    (segment,) = footage.align(copy, whole, 0, RADIUS, pairs)
    assert segment.has_offset
    assert segment.speed == pytest.approx(speed, abs=0.04)
    assert segment.query_start_ms == pytest.approx(7_000, abs=600)
    assert segment.query_end_ms == pytest.approx(7_000 + length, abs=600)
    assert overlap((segment.other_start_ms, segment.other_end_ms), (11_000, 28_000)) > 0.9


def test_a_compilation_of_judged_frames_is_found_piece_by_piece():
    shots = [*recut(15_800, 23_500), (A, 0, 8_000, 1.0), *recut(0, 9_000)]
    copy, whole = cropped(film(shots)), film(recut(0, WHOLE_MS))
    pairs = seen(lambda at: at + 15_800, 0, 7_700) + seen(lambda at: at - 15_700, 15_900, 24_700)
    first, second = footage.align(copy, whole, 0, RADIUS, pairs)
    assert overlap((first.query_start_ms, first.query_end_ms), (0, 7_700)) > 0.85
    assert overlap((first.other_start_ms, first.other_end_ms), (15_800, 23_500)) > 0.85
    assert overlap((second.query_start_ms, second.query_end_ms), (15_700, 24_700)) > 0.85
    assert overlap((second.other_start_ms, second.other_end_ms), (0, 9_000)) > 0.85


def test_judged_frames_that_agree_on_no_time_are_no_match():
    copy, whole = cropped(film(recut(0, WHOLE_MS))), film(recut(0, WHOLE_MS))
    scattered = [(2_000, 20_000, 40), (9_000, 6_000, 40), (15_000, 27_000, 40), (24_000, 1_000, 40)]
    assert footage.align(copy, whole, 0, RADIUS, scattered) == []
    two = [(2_000, 2_000, 90), (9_000, 9_000, 90)]
    assert footage.align(copy, whole, 0, RADIUS, two) == []


def test_frames_the_judge_refused_end_a_match():
    """Nothing in the rhythm says so: the camera of both moves on, over something else."""
    copy, whole = cropped(film([(A, 0, 40_000, 1.0)])), film([(A, 0, 40_000, 1.0)])
    accepted = [(at, at + 300, 50) for at in range(0, 20_000, 2_000)]
    refused = [(at, at + 300, 0) for at in range(20_000, 40_000, 2_000)]
    (segment,) = footage.align(copy, whole, 0, RADIUS, accepted + refused)
    assert segment.query_end_ms == pytest.approx(19_500, abs=1_500)
    (segment,) = footage.align(copy, whole, 0, RADIUS, accepted)
    assert segment.query_end_ms == pytest.approx(19_250, abs=1_000)


def test_judged_frames_far_apart_speak_for_what_lies_between():
    copy, whole = cropped(film(recut(0, WHOLE_MS))), film(recut(0, WHOLE_MS))
    pairs = [(at, at + 200, 50) for at in (1_000, 9_000, 17_000, 27_500)]
    (segment,) = footage.align(copy, whole, 0, RADIUS, pairs)
    ends = segment.query_start_ms, segment.query_end_ms
    assert ends == pytest.approx((0, copy.duration_ms), abs=100)


def test_unchanging_footage_that_was_cropped_matches_throughout():
    copy, whole = cropped(film([(CARD, 0, 9_000, 1.0)])), film([(CARD, 0, 30_000, 1.0)], seed=6)
    (segment,) = footage.align(copy, whole, 0, RADIUS, [(0, 0, 80)])
    assert not segment.has_offset
    assert (segment.query_start_ms, segment.query_end_ms) == (0, 9_000)
    assert (segment.other_start_ms, segment.other_end_ms) == (0, 30_000)


def test_a_judged_end_card_is_not_a_match():
    one = film([(A, 0, 14_000, 1.0), (CARD, 0, 4_000, 1.0)])
    two = film([(B, 0, 14_000, 1.0), (CARD, 0, 4_000, 1.0)], seed=4)
    assert footage.align(cropped(one), two, 0, RADIUS, [(14_000, 14_000, 90)]) == []


@pytest.mark.parametrize("at_end", [False, True])
def test_an_ident_that_moves_is_not_a_match(at_end):
    ident = (Scene(40, 5), 0, 4_500, 1.0)
    clips = [[ident, (one, 0, 20_000, 1.0)][:: -1 if at_end else 1] for one in (A, B)]
    one, two = film(clips[0]), film(clips[1], seed=3)
    start = 20_000 if at_end else 0
    pairs = [(start + at, start + at, 70) for at in (0, 2_000, 4_000)]
    assert footage.align(one, two, 0, RADIUS, pairs) == []
    assert footage.align(cropped(one), two, 0, RADIUS, pairs) == []


def test_an_ident_does_not_hide_what_else_is_shared():
    ident = (Scene(40, 5), 0, 4_500, 1.0)
    one = film([ident, (B, 0, 9_000, 1.0), (A, 5_000, 25_000, 1.0)])
    two = film([ident, (A, 0, 40_000, 1.0)], seed=3)
    (segment,) = footage.align(one, two, 0, RADIUS)
    assert overlap((segment.query_start_ms, segment.query_end_ms), (13_500, 33_500)) > 0.9


@pytest.mark.parametrize("speed", [0.9, 1.1, 1.2])
def test_a_changed_speed_does_not_cut_a_match_into_pieces(speed):
    calm = Scene(5, 60, pace=5)  # neighbouring frames look alike, so that times are vague
    copy = film([(calm, 0, 50_000, speed)], seed=1)
    (segment,) = footage.align(copy, film([(calm, 0, 60_000, 1.0)]), 0, RADIUS)
    assert segment.speed == pytest.approx(speed, abs=0.01)
    assert overlap((segment.other_start_ms, segment.other_end_ms), (0, 50_000)) > 0.95


def test_of_long_footage_few_judged_frames_speak_for_the_whole():
    """A few dozen pairs are judged, a minute and more apart."""
    random = np.random.default_rng(3)
    shots = [(Scene(1000 + at, 7), 0, int(random.integers(2_000, 6_500)), 1.0) for at in range(280)]
    whole = film(shots)
    times = [int(at) for at in np.linspace(1_000, whole.duration_ms - 3_000, 20)]
    pairs = [(at, 2000 * round(at / 2000), 50) for at in times]
    (segment,) = footage.align(cropped(whole), whole, 0, RADIUS, pairs)
    assert overlap((segment.query_start_ms, segment.query_end_ms), (0, whole.duration_ms)) > 0.95
    other = film([(Scene(5000 + at, 7), 0, 4_000, 1.0) for at in range(290)])
    assert footage.align(cropped(whole), other, 0, RADIUS, pairs[:2]) == []


def test_footage_that_was_replaced_for_a_while_is_two_ranges():
    """Both go on at the same pace; in between the copy shows something else."""
    copy = film([*recut(0, 9_000), (A, 0, 9_000, 1.0), *recut(18_000, WHOLE_MS)])
    pairs = [(at, at + 200, 60) for at in (500, 2_500, 4_500, 6_900, 8_400)]
    pairs += [(at, at - 200, 60) for at in (18_600, 20_600, 22_600, 24_600, 26_600, 28_600)]
    first, second = footage.align(cropped(copy), film(recut(0, WHOLE_MS)), 0, RADIUS, pairs)
    assert first.query_end_ms == pytest.approx(9_000, abs=600)
    assert second.query_start_ms == pytest.approx(18_000, abs=600)
