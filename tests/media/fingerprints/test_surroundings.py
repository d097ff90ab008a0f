import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

from media.fingerprints import surroundings
from media.fingerprints.surroundings import Kind


def corners(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])


def set_into(page: Image.Image, photo: Image.Image, box: tuple[int, int, int, int]) -> np.ndarray:
    """A page of 300 x 400 px with a photograph at box, grey."""
    page.paste(photo.resize((box[2] - box[0], box[3] - box[1])), box[:2])
    return np.asarray(page.convert("L"))


def test_bars_are_plain_and_told_by_their_depth(photo):
    luma = set_into(Image.new("RGB", (300, 400), "black"), photo("temple"), (0, 100, 300, 320))
    strips = surroundings.around(luma, corners(0, 0.25, 1, 0.8))
    assert [(strip.side, strip.kind) for strip in strips] == [
        ("top", Kind.PLAIN),
        ("bottom", Kind.PLAIN),
    ]
    assert [strip.depth for strip in strips] == [0.25, pytest.approx(0.2)]
    assert [strip.area for strip in strips] == [0.25, pytest.approx(0.2)]


def test_writing_on_a_plain_ground_is_a_caption(photo):
    page = Image.new("RGB", (300, 400), "white")
    font = ImageFont.load_default(size=26)
    ImageDraw.Draw(page).multiline_text((10, 10), "nobody expected\nthis", "black", font)
    luma = set_into(page, photo("temple"), (0, 100, 300, 400))
    (strip,) = surroundings.around(luma, corners(0, 0.25, 1, 1))
    assert (strip.side, strip.kind) == ("top", Kind.WRITTEN)


def test_another_picture_beside_it_is_seen(photo):
    page = Image.new("RGB", (300, 400))
    page.paste(photo("coffee").resize((150, 400)), (150, 0))
    luma = set_into(page, photo("temple"), (0, 0, 150, 400))
    (strip,) = surroundings.around(luma, corners(0, 0, 0.5, 1))
    assert (strip.side, strip.kind) == ("right", Kind.OTHER)


def test_a_blurred_fill_counts_as_plain(photo):
    page = ImageOps.fit(photo("temple"), (300, 400)).filter(ImageFilter.GaussianBlur(14))
    luma = set_into(page, photo("temple"), (0, 100, 300, 300))
    kinds = {strip.kind for strip in surroundings.around(luma, corners(0, 0.25, 1, 0.75))}
    assert kinds == {Kind.PLAIN}


def test_nothing_lies_around_a_picture_that_fills_the_other(photo):
    luma = np.asarray(photo("temple").convert("L"))
    assert surroundings.around(luma, corners(-0.2, 0.005, 1.1, 1)) == []


def test_an_empty_strip_is_plain():
    assert surroundings.kind_of(np.zeros((0, 40), np.uint8)) == Kind.PLAIN
