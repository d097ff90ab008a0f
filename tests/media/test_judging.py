import numpy as np
import pytest
from PIL import Image, ImageOps

from media import judging
from media.fingerprints import features, geometry, stills, tracks
from media.fingerprints.geometry import Level
from media.fingerprints.stills import TURNS
from media.fingerprints.tracks import FrameCodes
from media.judging import Hint
from media.shown import Shown


def shown(*pictures: Image.Image, has_codes: bool = True) -> Shown:
    """One picture as a still; several as footage, one each two seconds."""
    views = [features.extract(picture) for picture in pictures]
    codes = [
        FrameCodes(
            2000 * place,
            {
                code.variant: b"".join(code.turns)
                for code in stills.fingerprint(picture).codes
                if code.turns and has_codes
            },
        )
        for place, picture in enumerate(pictures)
    ]
    duration = 2000 * len(pictures) if len(pictures) > 1 else 0
    return Shown(
        name="",
        kind="footage" if duration else "still",
        width_px=pictures[0].width,
        height_px=pictures[0].height,
        duration_ms=duration,
        track=tracks.track(codes, duration),
        trims={},
        view_times_ms=[2000 * place for place in range(len(pictures))],
        read=lambda places: [views[place] for place in places],
    )


def test_two_photographs_resemble_nothing(photo):
    assert judging.compare(shown(photo("cat")), shown(photo("rocket")), Hint()) is None


def test_points_tell_what_codes_cannot(photo):
    wide, high = photo("cat").size
    part = photo("cat").crop((wide // 5, high // 5, wide * 9 // 10, high * 9 // 10))
    likeness = judging.compare(shown(part), shown(photo("cat")), Hint())
    assert likeness.relation == "same_picture"
    assert not judging.is_near(likeness.nearest)
    assert likeness.judged.judgement.level == Level.SAME_PICTURE


def test_without_codes_points_tell_alone(photo):
    sides = shown(photo("cat"), has_codes=False), shown(photo("cat"), has_codes=False)
    likeness = judging.compare(*sides, Hint())
    assert (likeness.relation, likeness.nearest) == ("same_picture", None)


def test_furniture_counts_as_points_but_not_as_distinctive(photo):
    sides = shown(photo("cat")), shown(photo("cat"))
    every = {0: np.ones(len(sides[0].views([0])[0]), dtype=bool)}
    (one,) = judging.judged(*sides, [(0, 0)], (every, {}))
    assert one.judgement.inliers >= 12
    assert one.judgement.distinctive == 0
    (other,) = judging.judged(*sides, [(0, 0)], ({}, every))
    assert other.judgement.distinctive == 0


def test_the_most_likely_frames_are_looked_at_where_nothing_hints(photo):
    names = ["rocket", "temple", "coffee", "flower", "astronaut"]
    clip = shown(*(photo(name).resize((480, 320)) for name in names))
    still = shown(photo("coffee").resize((480, 320)).crop((60, 40, 420, 300)))
    assert judging.likely_pairs(still, clip)[0] == (0, 2)
    likeness = judging.compare(still, clip, Hint(pairs=tuple(judging.likely_pairs(still, clip))))
    assert (likeness.relation, likeness.judged.older_ms) == ("part_of", 4000)


def test_every_frame_gets_its_turn_before_any_gets_a_second():
    pairs = tuple((place, rank) for place in range(60) for rank in range(3))
    chosen = judging._spread(pairs)
    assert len(chosen) == len(set(chosen)) == 40
    assert {rank for _, rank in chosen} == {0}
    assert max(place for place, _ in chosen) > 50
    assert judging._spread(((0, 1), (0, 2), (3, 1))) == [(0, 1), (3, 1), (0, 2)]
    assert judging._spread(()) == []


@pytest.mark.parametrize(
    ("way", "turn"),
    [
        (Image.Transpose.ROTATE_270, "turned_270"),  # what makes it upright again
        (Image.Transpose.ROTATE_180, "turned_180"),
        (Image.Transpose.FLIP_LEFT_RIGHT, "mirrored"),
        (Image.Transpose.FLIP_TOP_BOTTOM, "mirrored_turned_180"),
    ],
)
def test_the_turn_of_a_map_is_the_nearest_quarter(photo, way, turn):
    sides = shown(photo("cat").transpose(way)), shown(photo("cat"))
    judgement = geometry.judge(sides[0].views([0])[0], sides[1].views([0])[0])
    assert TURNS[judging.turn_of(judgement, *sides)] == turn


def test_mirrored_footage_without_codes_is_one_range(photo):
    wide = photo("temple").width
    frames = [photo("temple").crop((20 * at, 0, 20 * at + wide // 2, 300)) for at in range(8)]
    mirrored = [ImageOps.mirror(frame) for frame in frames]
    sides = shown(*mirrored, has_codes=False), shown(*frames, has_codes=False)
    hint = Hint(pairs=tuple((at, at) for at in range(8)))
    likeness = judging.compare(*sides, hint)
    assert likeness.relation == "same_footage"
    (segment,) = likeness.segments
    assert segment.query_end_ms - segment.query_start_ms >= 12_000
    assert abs(segment.other_start_ms - segment.query_start_ms) <= 1000


def test_a_slow_pan_is_told_once(photo):
    """Over the same ground frames look alike seconds apart; that is no second range."""
    frames = [photo("temple").crop((9 * at, 0, 9 * at + 420, 300)) for at in range(9)]
    cut = [ImageOps.mirror(frame).crop((20, 10, 380, 270)) for frame in frames]
    others = [photo(name).resize((420, 300)) for name in ("rocket", "cat", "coffee")]
    sides = shown(*cut, has_codes=False), shown(*others, *frames[:6], has_codes=False)
    along = [(at, at + 3) for at in range(6)]
    beside = [(at, at) for at in range(6, 9)]
    found = {one.pair: one for one in judging.judged(*sides, along + beside, ({}, {}))}
    assert len(found) == 9
    (segment,) = judging._segments(*sides, None, found)
    assert abs(segment.other_start_ms - segment.query_start_ms - 6000) <= 1000
    told = judging.compare(*sides, Hint(pairs=tuple(along + beside))).judged
    assert told.older_ms - told.newer_ms == 6000  # and drawn of frames that belong together
