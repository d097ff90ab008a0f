import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from media.fingerprints import tones
from media.fingerprints.pictures import shrunk


def told(picture: Image.Image) -> tuple[np.ndarray, bool]:
    return tones.photographic(np.asarray(shrunk(picture, tones.SIDE_PX).convert("L")))


def page(ground: str, ink: str) -> Image.Image:
    """A page of writing, 700 x 900 px."""
    sheet = Image.new("RGB", (700, 900), ground)
    font = ImageFont.load_default(size=22)
    for line in range(22):
        text = "the report said that nobody saw the convoy near the bridge"
        ImageDraw.Draw(sheet).text((30 - 9 * line, 30 + 38 * line), text, ink, font)
    return sheet


@pytest.mark.parametrize(
    "name", ["astronaut", "brick", "camera", "cat", "coffee", "flower", "moon"]
)
def test_photographs_are_told(photo, name):
    windows, is_starry = told(photo(name))
    assert windows.sum() >= 5 * tones.MIN_WINDOWS
    assert not is_starry


@pytest.mark.parametrize(("ground", "ink"), [("white", "black"), ("#18222d", "white")])
def test_writing_is_not_a_photograph(ground, ink):
    sheet = page(ground, ink)
    assert told(sheet)[0].sum() == 0
    assert told(sheet.filter(ImageFilter.GaussianBlur(1)))[0].sum() == 0


def test_stars_are_told_by_the_grain_between_them(photo):
    windows, is_starry = told(photo("galaxies"))
    assert is_starry
    assert windows.mean() > 0.5


def test_a_photograph_in_a_screen_is_told_where_it_lies(photo):
    screen = page("white", "black")
    screen.paste(photo("temple").resize((500, 330)), (100, 300))
    found = tones.over_pixels(told(screen)[0], (320, 249))
    inside = found[130:210, 60:190]
    assert inside.mean() > 0.5
    assert found[:80].mean() == 0
    assert found[260:].mean() == 0


def test_flat_pictures_and_small_ones_have_no_windows():
    assert told(Image.new("RGB", (400, 300), "teal"))[0].sum() == 0
    windows, _ = told(Image.new("RGB", (400, 20)))
    assert windows.size == 0
    assert not tones.over_pixels(windows, (16, 320)).any()
