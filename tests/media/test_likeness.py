import numpy as np
import pytest
from PIL import ImageOps

from media import likeness
from media.fingerprints import features, geometry, tracks
from media.fingerprints.footage import Segment
from media.fingerprints.stills import TURNS
from media.fingerprints.tracks import FrameCodes, Nearest
from media.judging import Judged, Likeness
from media.shown import Shown

WIDE, HIGH = 640, 427


def shown(frames: int = 1, duration_ms: int = 0, view=None, **fields) -> Shown:
    code = np.random.default_rng(1).bytes(32) * len(TURNS)
    codes = [FrameCodes(500 * place, {"whole": code}) for place in range(frames)]
    values = {
        "name": "an id",
        "kind": "footage" if duration_ms else "still",
        "width_px": WIDE,
        "height_px": HIGH,
        "duration_ms": duration_ms,
        "track": tracks.track(codes, duration_ms),
        "trims": {},
        "view_times_ms": [0] if view else [],
        "read": lambda places: [view for _ in places],
    }
    return Shown(**{**values, **fields})


def near(turn: int = 0, query: str = "whole", other: str = "whole") -> Nearest:
    return Nearest(6, turn, 0, 0, query, other)


def segment(start: int, end: int, other: int, speed: float = 1.0) -> Segment:
    return Segment(start, end, other, other + int((end - start) * speed), speed, True, 0, 0)


@pytest.fixture
def clips():
    return [shown(20, 10_000) for _ in range(2)]


def test_time_told_twice_is_covered_once(clips):
    older, newer = clips
    found = Likeness("same_footage", near(), None, [segment(0, 4000, 0), segment(4000, 8000, 1000)])
    said = likeness.describe(newer, older, found)
    assert said["measures"]["covers_newer"] == 0.8
    assert said["measures"]["covers_older"] == 0.5
    assert said["relation"] == "same_footage"


def test_one_speed_is_a_word_and_two_are_not(clips):
    older, newer = clips
    fast = [segment(0, 4000, 0, 1.2)]
    found = Likeness("same_footage", near(), None, fast)
    words = likeness.describe(newer, older, found)["edits"]
    assert words == [{"edit": "retimed", "speed": 1.2}]
    both = Likeness("same_footage", near(), None, [*fast, segment(4000, 6000, 6000)])
    assert likeness.describe(newer, older, both)["edits"] == []


def test_without_sizes_nothing_is_drawn():
    older, newer = shown(width_px=0, height_px=0), shown()
    said = likeness.describe(newer, older, Likeness("same_picture", near(turn=4), None))
    assert (said["region"], said["region_back"], said["drawn"]) == (None, None, {})
    assert said["edits"] == [{"edit": "mirrored"}]
    assert said["measures"]["covers_older"] is None


def test_without_a_code_no_distance_is_told():
    said = likeness.describe(shown(0), shown(), Likeness("same_picture", None, None))
    assert said["distance_bits"] is None
    assert said["region"] is None


def test_codes_that_are_not_near_say_nothing_of_places():
    far = Nearest(64, 4, 0, 0, "whole", "whole")
    said = likeness.describe(shown(), shown(), Likeness("similar", far, None))
    assert (said["distance_bits"], said["region"], said["edits"]) == (64, None, [])


def test_the_trimmed_part_is_what_is_laid_on_the_other():
    older = shown()
    newer = shown(width_px=800, height_px=800, trims={0: (0.1, 0.2, 0.9, 0.7)})
    found = Likeness("same_picture", near(query="trimmed"), None)
    said = likeness.describe(newer, older, found)
    assert said["region"] == [[80, 160], [720, 160], [720, 560], [80, 560]]
    assert said["measures"]["covers_newer"] == 0.4
    assert said["edits"] == [{"edit": "bordered", "side_share": 0.3, "item": "an id"}]


def test_a_still_in_footage_tells_how_much_of_the_footage_shows_it(clips):
    found = Likeness("part_of", near(), None, [], (1.0, 0.25))
    said = likeness.describe(shown(), clips[0], found)
    assert said["relation"] == "part_of"
    assert said["segments"] == []
    assert said["measures"]["covers_older"] == 0.25


# --- What the judge draws -------------------------------------------------------------------------


@pytest.fixture
def judged(photo):
    """A mirrored right half and its whole, and what the judge says of the two."""
    whole = photo("temple").resize((WIDE, HIGH))
    half = ImageOps.mirror(whole.crop((WIDE // 2, 0, WIDE, HIGH)))
    sides = [shown(view=features.extract(one), width_px=one.width) for one in (half, whole)]
    views = [side.views([0])[0] for side in sides]
    return *sides, Judged((0, 0), 0, 0, geometry.judge(*views))


def test_a_map_of_points_is_drawn_with_its_measures(judged):
    newer, older, best = judged
    said = likeness.describe(newer, older, Likeness("same_picture", None, best))
    assert [one["edit"] for one in said["edits"]] == ["mirrored", "cropped"]
    corners = [(WIDE, 0), (0, 0), (0, HIGH), (WIDE, HIGH)]
    assert said["region"] == [pytest.approx(corner, abs=3) for corner in corners]
    assert said["measures"]["inliers"] == best.judgement.inliers
    assert said["drawn"]["there"] == best.judgement.there.tolist()
    assert said["drawn"]["grid"]["side"] in {"newer", "older"}
    assert all(0 <= value <= 1 for pair in said["drawn"]["pairs"] for value in pair)


def test_codes_know_the_moment_better_than_points_kept_of_fewer_frames(judged):
    still, clip, best = judged
    elsewhere = Judged((0, 0), 0, 4000, best.judgement)
    found = Likeness("part_of", near(turn=4), elsewhere, shares=(1.0, 0.1))
    said = likeness.describe(still, clip, found)
    assert (said["older_time_ms"], said["drawn"]) == (0, {})
    assert said["measures"]["inliers"] == best.judgement.inliers
