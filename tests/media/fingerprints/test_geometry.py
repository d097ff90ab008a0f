import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

from media.fingerprints import features, geometry
from media.fingerprints.geometry import Level

SHOWN = {Level.SAME_PICTURE, Level.PART_OF}


def judged(query: Image.Image, other: Image.Image) -> geometry.Judgement | None:
    return geometry.judge(features.extract(query), features.extract(other))


def level(judgement: geometry.Judgement | None) -> Level:
    return Level.NOTHING if judgement is None else judgement.level


def screen(photo: Image.Image) -> Image.Image:
    """A post in an app: names, buttons and words around a photograph."""
    page = Image.new("RGB", (720, 1280), "white")
    draw = ImageDraw.Draw(page)
    font = ImageFont.load_default(size=30)
    for line, words in enumerate(("World Watch Daily", "@worldwatch 3h", "Look at this, everyone")):
        draw.ellipse((20, 30 + 60 * line, 60, 70 + 60 * line), outline="black", width=4)
        draw.text((90, 30 + 60 * line), words, "black", font)
    for place, words in enumerate(("Reply", "Repost", "Like", "Save")):
        draw.rectangle((30 + 170 * place, 1100, 60 + 170 * place, 1130), outline="black", width=4)
        draw.text((30 + 170 * place, 1150), words, "black", font)
    draw.text((30, 1210), "Write an answer to World Watch", "grey", font)
    page.paste(ImageOps.fit(photo, (680, 760)), (20, 260))
    return page


def corners_of(there: np.ndarray) -> np.ndarray:
    moved = np.array([[0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]]) @ there.T
    return moved[:, :2] / moved[:, 2:]


COPIES = {
    "small": lambda p: p.resize((p.width // 3, p.height // 3)),
    "blurred": lambda p: p.filter(ImageFilter.GaussianBlur(2)),
    "grey": ImageOps.grayscale,
    "cropped to a third": lambda p: p.crop((p.width // 3, 60, p.width * 9 // 10, p.height - 80)),
    "rotated": lambda p: p.rotate(20, expand=True),
    "in a screen": screen,
    "mirrored": ImageOps.mirror,
    "mirrored in a screen": lambda p: screen(ImageOps.mirror(p)),
}


@pytest.mark.parametrize("name", COPIES)
def test_copies_are_found_and_their_mirror_images_told(photo, name):
    judgement = judged(COPIES[name](photo("temple")), photo("temple"))
    assert level(judgement) in SHOWN
    assert judgement.is_mirrored == ("mirrored" in name)
    assert judgement.agreement > 0.8
    assert judgement.distinctive >= geometry.SAME_DISTINCTIVE


def test_the_map_lays_the_older_where_it_is(photo):
    page = Image.new("RGB", (900, 900), "teal")
    page.paste(photo("temple").resize((480, 320)), (90, 450))
    there = judged(page, photo("temple")).there
    wanted = np.array([[90, 450], [570, 450], [570, 770], [90, 770]]) / 900
    assert np.abs(corners_of(there) - wanted).max() < 0.004


def test_both_directions_say_the_same(photo):
    older, newer = features.extract(photo("temple")), features.extract(screen(photo("temple")))
    there, back = geometry.judge(newer, older), geometry.judge(older, newer)
    assert there.level == back.level
    assert np.abs(corners_of(there.there @ back.there) - corners_of(np.eye(3))).max() < 0.01
    assert there.covers == pytest.approx(back.covers[::-1], abs=0.02)


def test_different_photographs_are_nothing(photo):
    names = ["astronaut", "brick", "camera", "cat", "coffee", "flower", "gravel", "temple"]
    found = [features.extract(photo(name)) for name in names]
    for place, one in enumerate(found):
        for other in found[place + 1 :]:
            assert level(geometry.judge(one, other)) == Level.NOTHING


@pytest.mark.parametrize("pair", [("temple", "cat"), ("coffee", "astronaut"), ("flower", "rocket")])
def test_two_photographs_in_one_screen_are_nothing(photo, pair):
    one, other = (screen(photo(name)) for name in pair)
    judgement = judged(one, other)
    assert level(judgement) == Level.NOTHING
    # The screen itself fits exactly, and is known to be a screen.
    assert judgement.inliers >= 20
    assert judgement.distinctive < geometry.PART_DISTINCTIVE


def test_one_photograph_in_two_places_of_one_screen_is_found_where_it_is(photo):
    other = screen(photo("cat"))
    other.paste(photo("temple").resize((420, 280)), (250, 700))
    judgement = judged(other, photo("temple"))
    assert level(judgement) in SHOWN
    assert corners_of(judgement.there)[0] == pytest.approx([250 / 720, 700 / 1280], abs=0.01)


def test_furniture_is_not_counted(photo):
    query, other = features.extract(photo("temple")), features.extract(photo("temple"))
    everything = np.ones(len(query), dtype=bool)
    judgement = geometry.judge(query, other, (everything, None))
    assert judgement.inliers > 100
    assert judgement.distinctive == 0
    assert judgement.level == Level.NOTHING


def test_parts_that_moved_apart_are_one_scene_at_most(photo):
    """As from another point of view: near and far shift against each other."""
    older = photo("temple")
    pixels = np.asarray(older)
    y, x = np.mgrid[0 : older.height, 0 : older.width]
    shift = np.array([-22, 14, -9, 25, -16, 8])[(x * 6 // older.width + y * 3 // older.height) % 6]
    moved = Image.fromarray(pixels[y, (x + shift).clip(0, older.width - 1)])
    assert level(judged(moved, older)) in {Level.SAME_SCENE, Level.NOTHING}


def test_pictures_without_points_are_not_judged(photo):
    flat = features.extract(Image.new("RGB", (300, 200), "grey"))
    assert geometry.judge(flat, features.extract(photo("temple"))) is None
    assert geometry.judge(flat, flat) is None


def test_what_a_map_covers():
    assert geometry.overlap(np.eye(3)) == 1
    assert geometry.overlap(np.diag([0.5, 0.5, 1.0])) == pytest.approx(0.25)
    beside = np.array([[1.0, 0, 2], [0, 1, 0], [0, 0, 1]])
    assert geometry.overlap(beside) == 0
    half_out = np.array([[1.0, 0, 0.5], [0, 1, 0], [0, 0, 1]])
    assert geometry.overlap(half_out) == pytest.approx(0.5)
