import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

from media.fingerprints import borders


def luma(picture: Image.Image) -> np.ndarray:
    square = picture.convert("L").resize((512, 512), Image.Resampling.BOX)
    return np.asarray(square, dtype=np.float32)


def saved(picture: Image.Image, level: int = 60) -> Image.Image:
    """As it looks after JPEG."""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=level)
    return Image.open(out)


def framed(picture: Image.Image, left: int, top: int, right: int, bottom: int, fill) -> Image.Image:
    size = picture.width + left + right, picture.height + top + bottom
    frame = Image.new("RGB", size, fill)
    frame.paste(picture, (left, top))
    return frame


@pytest.mark.parametrize("fill", ["black", "white", (200, 30, 30)])
@pytest.mark.parametrize(
    "sides",
    [(0, 80, 0, 80), (120, 0, 120, 0), (20, 20, 20, 90), (150, 90, 150, 90), (0, 0, 0, 60)],
    ids=["letterbox", "pillarbox", "polaroid", "windowbox", "strip"],
)
@pytest.mark.parametrize("name", ["astronaut", "temple", "cat", "coffee"])
def test_bars_are_found_to_the_pixel(photo, name, sides, fill):
    picture = photo(name)
    boxed = saved(framed(picture, *sides, fill))
    left, top, right, bottom = sides
    truth = [
        left / boxed.width,
        top / boxed.height,
        1 - right / boxed.width,
        1 - bottom / boxed.height,
    ]
    assert borders.find(luma(boxed)) == pytest.approx(truth, abs=0.006)


@pytest.mark.parametrize("name", ["astronaut", "temple", "cat", "flower", "brick", "grass"])
def test_photographs_without_borders_keep_their_edges(photo, name):
    assert borders.find(luma(photo(name))) is None


def test_a_caption_strip_goes_with_its_writing(photo):
    picture = photo("cat")
    captioned = framed(picture, 0, 90, 0, 0, "white")
    font = ImageFont.load_default(size=30)
    ImageDraw.Draw(captioned).text((20, 25), "when the drone comes home", fill="black", font=font)
    found = borders.find(luma(saved(captioned)))
    assert found == pytest.approx([0, 90 / captioned.height, 1, 1], abs=0.01)


def test_blurred_fill_is_taken_off(photo):
    picture = photo("temple")
    size = picture.width, picture.width * 16 // 9
    filled = ImageOps.fit(picture, size).filter(ImageFilter.GaussianBlur(picture.width / 25))
    above = (size[1] - picture.height) // 2
    filled.paste(picture, (0, above))
    found = borders.find(luma(saved(filled)))
    truth = [0, above / size[1], 1, (above + picture.height) / size[1]]
    assert found == pytest.approx(truth, abs=0.006)


def test_a_picture_that_is_all_border_has_nothing_to_trim():
    assert borders.find(np.full((512, 512), 7, dtype=np.float32)) is None


def test_a_stamp_on_a_page_is_not_a_picture_with_a_border(photo):
    page = framed(photo("cat").resize((100, 70)), 300, 300, 300, 300, "white")
    assert borders.find(luma(page)) is None
