import io

import pytest
from PIL import Image

from media.decoding import derived


def test_proxies_keep_the_shape_of_the_picture(photo):
    picture = photo("cat").resize((2000, 500))
    files = derived.picture_files(picture, picture.resize((512, 128)), 700)
    assert [(file.name, file.width, file.height) for file in files] == [
        ("proxy_1024", 1024, 256),
        ("proxy_512", 512, 128),
        ("thumbnail", 320, 80),
    ]
    assert {file.time_ms for file in files} == {700}


def test_what_is_saved_is_jpeg_of_the_size_it_says(photo):
    file = derived.as_jpeg("poster", photo("cat").resize((300, 200)), 40)
    shown = Image.open(io.BytesIO(file.data))
    assert (shown.format, shown.size, file.content_type) == ("JPEG", (300, 200), "image/jpeg")


def test_info_of_a_picture_is_not_saved(photo):
    picture = photo("cat").copy()
    picture.info = {"exif": b"Exif\x00\x00marker", "icc_profile": b"marker", "xmp": b"marker"}
    picture.info["comment"] = b"marker"
    assert b"marker" not in derived.as_jpeg("poster", picture, None).data


@pytest.mark.parametrize(
    ("size", "cell"),
    [
        ((1920, 1080), (284, 160)),
        ((1080, 1920), (90, 160)),
        ((9000, 10), (320, 160)),
        ((1, 9000), (1, 160)),
    ],
)
def test_a_cell_of_the_strip_has_one_height(size, cell):
    assert derived.strip_cell_size(size) == cell


def test_the_strip_lies_from_left_to_right():
    cells = [
        (at * 500, Image.new("RGB", (20, 16), color)) for at, color in enumerate(["red", "blue"])
    ]
    strip = derived.strip(cells)
    shown = Image.open(io.BytesIO(strip.data)).convert("RGB")
    assert (strip.width, strip.height, strip.times_ms) == (40, 16, [0, 500])
    assert shown.getpixel((5, 8))[0] > 200
    assert shown.getpixel((35, 8))[2] > 200
