import numpy as np
import pytest
from PIL import Image

from media.fingerprints import edits, stills, tracks
from media.fingerprints.edits import Side

Turn = Image.Transpose
QUARTERS = {90: Turn.ROTATE_270, 180: Turn.ROTATE_180, 270: Turn.ROTATE_90}


def made(picture: Image.Image, words: list[dict]) -> Image.Image:
    """Do what the words say to a picture."""
    for word in words:
        if word["edit"] == "mirrored":
            picture = picture.transpose(Turn.FLIP_LEFT_RIGHT)
        else:
            picture = picture.transpose(QUARTERS[word["degrees"]])
    return picture


def marked() -> Image.Image:
    """30 x 20 px, each corner in its own colour."""
    picture = Image.new("RGB", (30, 20), "black")
    for place, colour in zip(((0, 0), (29, 0), (29, 19), (0, 19)), COLOURS, strict=True):
        picture.putpixel(place, colour)
    return picture


COLOURS = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0)]  # clockwise from the top left


@pytest.mark.parametrize("turn", range(8))
def test_words_and_corners_tell_what_was_done(turn):
    older = marked()
    newer = made(older, edits.turn_words(turn))
    sides = Side(*older.size), Side(*newer.size)
    corners = edits.region(sides[0], edits.transform(*sides, turn))
    for (x, y), colour in zip(corners, COLOURS, strict=True):
        assert (
            newer.getpixel((min(int(x), newer.width - 1), min(int(y), newer.height - 1))) == colour
        )


@pytest.mark.parametrize("turn", range(8))
def test_the_turn_found_by_hashes_is_the_turn_drawn(photo, turn):
    older = photo("temple")
    newer = made(older, edits.turn_words(turn))
    code = stills.pdq(older)[0]
    distances = [
        (int.from_bytes(bits) ^ int.from_bytes(code)).bit_count()
        for bits in stills.pdq_turns(newer)
    ]
    assert int(np.argmin(distances)) == turn


def test_the_way_back_is_the_inverse():
    older, newer = Side(640, 480, (0.1, 0, 1, 0.9)), Side(300, 500)
    there = edits.transform(older, newer, 3)
    back = edits.transform(newer, older, tracks.inverse(3))
    assert np.allclose(there @ back, np.eye(3))


def test_a_border_moves_the_corners_inward():
    older, newer = Side(600, 400), Side(600, 600, (0.0, 1 / 6, 1.0, 5 / 6))
    region = edits.region(older, edits.transform(older, newer, 0))
    assert region == [[0, 100], [600, 100], [600, 500], [0, 500]]
    assert edits.covered_share(newer, region) == pytest.approx(2 / 3, abs=0.001)
    back = edits.region(newer, edits.transform(newer, older, 0))
    assert back == [[0, -100], [600, -100], [600, 500], [0, 500]]
    assert edits.covered_share(older, back) == 1


def test_sizes_are_in_the_words():
    bordered = Side(600, 600, (0.0, 0.2, 1.0, 0.9))
    assert edits.border_words(bordered, "x") == [
        {"edit": "bordered", "side_share": 0.2, "item": "x"}
    ]
    assert edits.border_words(Side(600, 600), "x") == []
    half = edits.transform(Side(600, 400), Side(300, 200), 0)
    assert edits.scale_words(half) == [{"edit": "scaled", "factor": 0.5}]
    assert edits.scale_words(edits.transform(Side(600, 400), Side(590, 395), 0)) == []
    assert edits.speed_words(1.1) == [{"edit": "retimed", "speed": 1.1}]
    assert edits.speed_words(1.01) == []


def test_every_turn_has_its_own_words():
    words = [str(edits.turn_words(turn)) for turn in range(8)]
    assert words[0] == "[]"
    assert len(set(words)) == 8
