"""What a match row says about a likeness."""

import pytest

from media import likeness
from media.fingerprints import tracks
from media.fingerprints.footage import Segment
from media.fingerprints.stills import TURNS
from media.fingerprints.tracks import FrameCodes, Nearest
from media.models import Item

pytestmark = pytest.mark.django_db
MIRRORED = next(place for place, name in enumerate(TURNS) if name == "mirrored")
CODES = {"whole": bytes(tracks.CODE_BYTES * len(TURNS))}


def looked_at(item: Item, duration_ms: int = 0) -> likeness.Looked:
    return item, tracks.track([FrameCodes(0, CODES)], duration_ms)


def test_a_mirrored_still_of_half_the_size_is_said_to_be_that(make_item):
    older, newer = make_item(width_px=640, height_px=400), make_item(width_px=320, height_px=200)
    near = Nearest(4, MIRRORED, 0, 0, "whole", "whole")
    said = likeness.describe(
        looked_at(newer), looked_at(older), likeness.Likeness(near, [], (1.0, 1.0))
    )
    assert said["relation"] == "same_picture"
    assert said["edits"] == [{"edit": "mirrored"}, {"edit": "scaled", "factor": 0.5}]
    assert said["region"] == [[320, 0], [0, 0], [0, 200], [320, 200]]
    assert (said["measures"]["covers_newer"], said["measures"]["covers_older"]) == (1.0, 1.0)


def test_footage_says_which_share_of_each_side_is_explained(make_item):
    older = make_item(kind="footage", duration_ms=20_000)
    newer = make_item(kind="footage", duration_ms=10_000)
    segment = Segment(0, 8000, 4000, 12_000, 1.0, True, 0, 0)
    near = Nearest(4, 0, 0, 0, "whole", "whole")
    said = likeness.describe(
        looked_at(newer, 10_000), looked_at(older, 20_000), likeness.Likeness(near, [segment])
    )
    assert said["relation"] == "same_footage"
    assert (said["measures"]["covers_newer"], said["measures"]["covers_older"]) == (0.8, 0.4)
    assert said["segments"] == [
        {
            "query_start_ms": 0,
            "query_end_ms": 8000,
            "other_start_ms": 4000,
            "other_end_ms": 12_000,
            "speed": 1.0,
        }
    ]
