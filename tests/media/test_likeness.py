import numpy as np
import pytest

from media import likeness
from media.fingerprints import tracks
from media.fingerprints.footage import Segment
from media.fingerprints.stills import TURNS
from media.fingerprints.tracks import FrameCodes, Nearest
from media.likeness import Likeness
from media.models import Frame, Item

pytestmark = pytest.mark.django_db


def looked(item: Item, frames: int, duration_ms: int = 0):
    code = np.random.default_rng(1).bytes(32) * len(TURNS)
    codes = [FrameCodes(500 * place, {"whole": code}) for place in range(frames)]
    return item, tracks.track(codes, duration_ms)


def near(turn: int = 0, query: str = "whole", other: str = "whole") -> Nearest:
    return Nearest(6, turn, 0, 0, query, other)


def segment(start: int, end: int, other: int, speed: float = 1.0) -> Segment:
    return Segment(start, end, other, other + int((end - start) * speed), speed, True, 0, 0)


@pytest.fixture
def clips(make_item):
    return [looked(make_item(kind="footage", duration_ms=10_000), 20, 10_000) for _ in range(2)]


def test_time_told_twice_is_covered_once(clips):
    older, newer = clips
    found = Likeness(near(), [segment(0, 4000, 0), segment(4000, 8000, 1000)])
    said = likeness.describe(newer, older, found)
    assert said["measures"]["covers_newer"] == 0.8
    assert said["measures"]["covers_older"] == 0.5
    assert said["relation"] == "same_footage"


def test_one_speed_is_a_word_and_two_are_not(clips):
    older, newer = clips
    fast = [segment(0, 4000, 0, 1.2)]
    words = likeness.describe(newer, older, Likeness(near(), fast))["edits"]
    assert words == [{"edit": "retimed", "speed": 1.2}]
    both = [*fast, segment(4000, 6000, 6000)]
    assert likeness.describe(newer, older, Likeness(near(), both))["edits"] == []


def test_without_sizes_nothing_is_drawn(make_item):
    older = looked(make_item(width_px=None, height_px=None), 1)
    newer = looked(make_item(), 1)
    said = likeness.describe(newer, older, Likeness(near(turn=4), []))
    assert (said["region"], said["region_back"]) == (None, None)
    assert said["edits"] == [{"edit": "mirrored"}]
    assert said["measures"]["covers_older"] is None


def test_the_trimmed_part_is_what_is_laid_on_the_other(make_item):
    older, newer = looked(make_item(), 1), looked(make_item(width_px=800, height_px=800), 1)
    Frame.objects.create(
        item=newer[0], time_ms=0, quality=90, is_comparable=True, trim=[0.1, 0.2, 0.9, 0.7]
    )
    said = likeness.describe(newer, older, Likeness(near(query="trimmed"), []))
    assert said["region"] == [[80, 160], [720, 160], [720, 560], [80, 560]]
    assert said["measures"]["covers_newer"] == 0.4
    assert said["edits"] == [{"edit": "bordered", "side_share": 0.3, "item": str(newer[0].uuid)}]


def test_a_still_in_footage_tells_how_much_of_the_footage_shows_it(make_item, clips):
    still = looked(make_item(), 1)
    said = likeness.describe(still, clips[0], Likeness(near(), [], (1.0, 0.25)))
    assert said["relation"] == "part_of"
    assert said["segments"] == []
    assert said["measures"]["covers_older"] == 0.25
