import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from media.fingerprints import edits, features, geometry, stills, tracks
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


# --- From a judged map ------------------------------------------------------------------------
def on_page(size: tuple[int, int], ground: str, picture: Image.Image, at: tuple[int, int]):
    page = Image.new("RGB", size, ground)
    page.paste(picture, at)
    return page


def written(picture: Image.Image, at: tuple[int, int], size: int, ink: str) -> Image.Image:
    font = ImageFont.load_default(size=size)
    ImageDraw.Draw(picture).text(at, "nobody saw it coming", ink, font)
    return picture


def screenshot(picture: Image.Image) -> Image.Image:
    """A post of somebody, over and under it more of the page."""
    page = Image.new("RGB", (640, 1200), "white")
    for line in range(30):
        written(page, (20 + line % 3 * 30, 10 + line * 40), 28, "black")
    page.paste(picture.resize((560, 374)), (40, 320))
    return page


def said_of(older: Image.Image, newer: Image.Image) -> list[dict]:
    """What the words say of two pictures, by way of points and the judge."""
    known, asked = features.extract(older), features.extract(newer)
    judged = geometry.judge(asked, known)
    assert judged is not None
    sides = Side(*older.size), Side(*newer.size)
    return edits.from_map(judged.there, *sides, asked.luma, judged.grid)


def named(words: list[dict]) -> dict[str, dict]:
    return {word["edit"]: word for word in words}


@pytest.mark.parametrize("turn", range(8))
def test_a_judged_turn_has_the_words_of_the_same_turn_found_by_hashes(photo, turn):
    older = photo("temple")
    wanted = edits.turn_words(turn)
    assert said_of(older, made(older, wanted)) == wanted


EDITED = {
    "an untouched copy": (lambda p: p, {}),
    "half the size": (lambda p: p.resize((p.width // 2, p.height // 2)), {"scaled": 0.5}),
    "turned by 7 degrees": (
        lambda p: p.rotate(-7, Image.Resampling.BICUBIC, expand=True),
        {"turned": 7.0},
    ),
    "a third cut away": (
        lambda p: p.crop((0, 0, p.width * 2 // 3, p.height)),
        {"cropped": 0.333},
    ),
    "bars": (
        lambda p: on_page((p.width, p.height + 160), "black", p, (0, 80)),
        {"bordered": 80},
    ),
    "a caption": (
        lambda p: written(
            on_page((p.width, p.height + 90), "white", p, (0, 90)), (20, 20), 44, "black"
        ),
        {"captioned": 90},
    ),
    "a screenshot": (screenshot, {"inset": 560 * 374 / (640 * 1200), "scaled": 0.875}),
    "squeezed": (
        lambda p: p.resize((p.width * 3 // 4, p.height)),
        {"squeezed": 0.75, "scaled": 0.866},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITED)
def test_words_say_what_was_done_and_how_much(photo, name):
    edit, wanted = EDITED[name]
    older = photo("temple")
    newer = edit(older)
    said = named(said_of(older, newer))
    assert set(said) == set(wanted)
    for word, size in wanted.items():
        value = next(value for key, value in said[word].items() if key not in {"edit", "where"})
        if word in {"bordered", "captioned"}:
            size = size / newer.height
        assert value == pytest.approx(size, rel=0.03, abs=0.02)


def test_text_over_the_picture_is_overlaid(photo):
    older = photo("temple")
    newer = written(written(older.copy(), (30, 160), 56, "white"), (30, 230), 56, "yellow")
    said = named(said_of(older, newer))
    assert set(said) == {"overlaid"}
    assert 0.03 < said["overlaid"]["share"] < 0.35


def test_a_picture_seen_at_an_angle_says_so(photo):
    older = photo("temple")
    wide, high = older.size
    corners = [(0, 0), (40, high), (wide - 60, high - 30), (wide, 20)]
    newer = older.transform(
        older.size, Image.Transform.QUAD, sum(map(tuple, corners), ()), Image.Resampling.BICUBIC
    )
    assert "in_perspective" in named(said_of(older, newer))


def test_corners_go_through_perspective():
    there = np.array([[1.0, 0, 0], [0, 1, 0], [0.5, 0, 1]])
    assert edits.region(Side(1, 1), there)[1] == [0.7, 0]


def test_a_caption_says_where_it_is():
    word = {"edit": "captioned", "where": "top", "share": 0.18}
    assert edits.in_words(word) == "captioned at the top 18 %"
    assert edits.in_words({"edit": "captioned", "where": "beside"}) == "captioned"
