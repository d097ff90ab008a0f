import io
import random
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms, TiffImagePlugin

from media.fingerprints import pictures

BUDGET = 10**8


@pytest.fixture(scope="module", autouse=True)
def _prepared() -> None:
    pictures.prepare()


def saved(picture: Image.Image, form: str, **options) -> io.BytesIO:
    data = io.BytesIO()
    picture.save(data, form, **options)
    data.seek(0)
    return data


def upright(data: io.BytesIO, longest_px: int = 1024) -> Image.Image:
    return pictures.upright(pictures.open_picture(data, BUDGET, BUDGET), longest_px)


def difference(a: Image.Image, b: Image.Image) -> float:
    """Mean difference of two pictures of one size, 0-255."""
    assert a.size == b.size
    return float(np.abs(np.asarray(a, float) - np.asarray(b, float)).mean())


def quarters(width: int = 240, height: int = 160) -> Image.Image:
    """Red, green / blue, white: every turn looks different."""
    picture = Image.new("RGB", (width, height), "white")
    picture.paste("red", (0, 0, width // 2, height // 2))
    picture.paste("lime", (width // 2, 0, width, height // 2))
    picture.paste("blue", (0, height // 2, width // 2, height))
    return picture


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "HEIF", "AVIF"])
def test_every_format_gives_the_picture_it_holds(photo, form):
    picture = photo("cat").resize((300, 200))
    shown = upright(saved(picture, form))
    assert shown.mode == "RGB"
    assert difference(shown, picture) < 12  # the palette of GIF costs most


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF"])
def test_orientation_is_applied(form, orientation):
    turn_back = {2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}.get(orientation)
    stored = quarters()
    if turn_back:
        stored = stored.transpose(pictures._TURNS[turn_back])
    exif = Image.Exif()
    exif[0x0112] = orientation
    opened = pictures.open_picture(saved(stored, form, exif=exif.tobytes()), BUDGET, BUDGET)
    size = opened.size
    shown = pictures.upright(opened, 1024)
    assert difference(shown, quarters()) < 12
    assert pictures.upright_size(opened, size) == (240, 160)


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_an_impossible_orientation_is_left_aside(value):
    exif = Image.Exif()
    exif[0x0112] = value
    assert upright(saved(quarters(), "JPEG", exif=exif)).size == (240, 160)


def test_a_damaged_exif_block_does_not_cost_the_picture():
    shown = upright(
        saved(quarters(), "JPEG", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff" + b"\xff" * 40)
    )
    assert shown.size == (240, 160)


def test_a_large_jpeg_is_decoded_at_a_fraction(photo):
    picture = photo("temple").resize((4000, 3000))
    data = saved(picture, "JPEG")
    opened = pictures.open_picture(data, BUDGET, BUDGET)
    shown = pictures.upright(opened, 1024)
    assert shown.size == opened.size == (1000, 750)  # a quarter; 24 px more would cost twice
    assert difference(shown, picture.resize((1000, 750), Image.Resampling.LANCZOS)) < 3


@pytest.mark.parametrize(
    ("size", "decoded", "shown"),
    [
        ((6000, 4000), (1500, 1000), (1024, 683)),
        ((3000, 4000), (750, 1000), (750, 1000)),
        ((8000, 1000), (1000, 125), (1000, 125)),
        ((1900, 1000), (1900, 1000), (1024, 539)),
    ],
)
def test_the_fraction_follows_the_long_side(size, decoded, shown):
    opened = pictures.open_picture(saved(Image.new("RGB", size), "JPEG"), BUDGET, BUDGET)
    assert pictures.upright(opened, 1024).size == shown
    assert opened.size == decoded


def test_nothing_is_enlarged():
    assert upright(saved(Image.new("RGB", (3, 5)), "PNG")).size == (3, 5)


def test_a_line_of_pixels_stays_one():
    assert upright(saved(Image.new("RGB", (5000, 1)), "PNG")).size == (1024, 1)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparency_is_laid_over_white(mode):
    picture = Image.new("RGBA", (40, 20), (0, 0, 0, 0))
    picture.paste((0, 0, 0, 255), (0, 0, 20, 20))
    if mode == "P":
        data = saved(
            picture.convert("P"), "PNG", transparency=picture.convert("P").getpixel((30, 5))
        )
    else:
        data = saved(picture.convert(mode), "PNG")
    shown = upright(data)
    assert shown.getpixel((5, 5)) == (0, 0, 0)
    if mode != "P":
        assert shown.getpixel((30, 5)) == (255, 255, 255)


def test_a_gif_with_a_transparent_ground_is_white_there():
    picture = Image.new("P", (20, 20), 1)
    picture.putpalette([255, 0, 0, 0, 255, 0])
    assert upright(saved(picture, "GIF", transparency=1)).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_sixteen_bits_are_scaled_and_not_clipped(form):
    ramp = np.tile(np.linspace(0, 65535, 256).astype(np.uint16), (40, 1))
    shown = np.asarray(upright(saved(Image.fromarray(ramp), form)).convert("L"))
    assert abs(int(shown[0, 128]) - 128) <= 1
    assert (shown[0, 0], shown[0, -1]) == (0, 255)


@pytest.mark.parametrize(
    "values",
    [
        np.linspace(0, 1, 256, dtype=np.float32),
        np.linspace(-5, 900, 256, dtype=np.float32),
        np.linspace(0, 2**30, 256).astype(np.int32),
    ],
)
def test_floats_and_long_integers_are_stretched(values):
    picture = Image.fromarray(np.tile(values, (40, 1)))
    shown = np.asarray(upright(saved(picture, "TIFF")).convert("L"))
    assert shown[0, 0] <= 1
    assert shown[0, -1] >= 254


def test_floats_that_are_no_numbers_do_not_break_it():
    values = np.full((40, 40), np.nan, dtype=np.float32)
    assert upright(saved(Image.fromarray(values), "TIFF")).getpixel((0, 0)) == (0, 0, 0)
    values[3, 3], values[4, 4] = np.inf, 5.0
    assert upright(saved(Image.fromarray(values), "TIFF")).size == (40, 40)


def test_cmyk_shows_its_colors(photo):
    picture = photo("flower").resize((120, 80))
    shown = upright(saved(picture.convert("CMYK"), "JPEG", quality=95))
    assert difference(shown, picture) < 12


@pytest.mark.parametrize("mode", ["1", "L", "P", "YCbCr", "LAB"])
def test_every_stored_mode_is_shown(photo, mode):
    picture = photo("cat").resize((60, 40))
    converted = (
        picture.convert("RGB").convert(mode) if mode != "LAB" else Image.new("LAB", (60, 40))
    )
    assert upright(saved(converted, "TIFF" if mode in {"YCbCr", "LAB"} else "PNG")).mode == "RGB"


def test_a_color_profile_is_applied():
    # A profile whose first two channels are swapped: red stored shows as green.
    swapped = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    table = {}
    (count,) = struct.unpack_from(">I", swapped, 128)
    for at in range(132, 132 + 12 * count, 12):
        table[swapped[at : at + 4]] = at
    swapped = bytearray(swapped)
    red, green = table[b"rXYZ"], table[b"gXYZ"]
    swapped[red + 4 : red + 12], swapped[green + 4 : green + 12] = (
        swapped[green + 4 : green + 12],
        swapped[red + 4 : red + 12],
    )
    swapped = bytes(swapped).replace("sRGB".encode("utf-16-be"), "XXXX".encode("utf-16-be"))
    shown = upright(saved(Image.new("RGB", (20, 20), "red"), "PNG", icc_profile=swapped))
    red, green, blue = shown.getpixel((5, 5))
    assert green > 200
    assert red < 60
    assert blue < 60


@pytest.mark.parametrize("profile", [b"x", b"\x00" * 200, bytes(range(256)) * 4])
def test_a_damaged_color_profile_is_left_aside(profile):
    data = saved(quarters(), "PNG", icc_profile=profile)
    opened = pictures.open_picture(data, BUDGET, BUDGET)
    assert difference(pictures.upright(opened, 1024), quarters()) == 0
    assert pictures.profile_name(opened) == "unreadable"


def test_a_profile_for_another_kind_of_color_is_left_aside():
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    assert difference(upright(saved(quarters(), "PNG", icc_profile=lab)), quarters()) == 0


def test_the_result_carries_no_metadata(photo_bytes):
    exif = Image.Exif()
    exif[0x010E] = "marker"
    data = io.BytesIO(photo_bytes("cat", "PNG", exif=exif, icc_profile=b"marker" * 50))
    shown = upright(data)
    assert shown.info == {}
    assert dict(shown.getexif()) == {}


@pytest.mark.parametrize("size", [(50_000, 50_000), (2**31 - 1, 2**31 - 1), (100_001, 1000)])
def test_a_declared_size_beyond_the_budget_is_refused_before_decoding(size):
    header = b"IHDR" + struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header
    bomb += struct.pack(">I", zlib.crc32(header))
    with pytest.raises(pictures.TooManyPixelsError):
        pictures.open_picture(io.BytesIO(bomb + b"\x00\x00\x00\x00IDAT"), BUDGET, BUDGET)


def test_a_jpeg_may_be_larger_than_other_pictures():
    data = saved(Image.new("L", (2000, 1000)), "JPEG")
    assert pictures.upright(pictures.open_picture(data, 10**6, 2 * 10**6), 100).size == (100, 50)
    with pytest.raises(pictures.TooManyPixelsError):
        pictures.open_picture(data, 10**6, 10**6)


@pytest.mark.parametrize("form", ["EPS", "PPM", "TGA", "ICO", "PCX", "PDF"])
def test_formats_that_are_not_listed_are_not_opened(form):
    data = saved(quarters(), form)
    with pytest.raises((Image.UnidentifiedImageError, OSError)):
        pictures.open_picture(data, BUDGET, BUDGET)


def test_a_jpeg_with_several_pictures_opens_as_its_first(photo):
    first = photo("cat").resize((300, 200))
    data = saved(first, "MPO", save_all=True, append_images=[first.rotate(180)])
    assert difference(upright(data), first) < 6


def test_a_tiff_with_several_pages_opens_as_its_first(photo):
    first = photo("cat").resize((300, 200))
    data = saved(first, "TIFF", save_all=True, append_images=[first.rotate(180)])
    assert difference(upright(data), first) == 0


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF", "BMP", "GIF"])
def test_damage_raises_an_exception_and_nothing_worse(photo, form):
    whole = bytearray(saved(photo("cat").resize((200, 150)), form).getvalue())
    rng, refused = random.Random(form), []
    for _ in range(25):
        broken = bytearray(whole[: rng.randrange(20, len(whole))] if rng.random() < 0.3 else whole)
        for _ in range(rng.randrange(1, 30)):
            broken[rng.randrange(len(broken))] = rng.randrange(256)
        try:
            shown = upright(io.BytesIO(bytes(broken)))
        except Exception as error:  # whichever it is, the child gives it a reason
            refused.append(error)
        else:
            assert shown.mode == "RGB"
    assert refused or form == "BMP"  # every byte of a BMP is a color


@pytest.mark.parametrize(
    ("size", "longest", "expected"),
    [((4000, 3000), 1024, (1024, 768)), ((10, 20), 1024, (10, 20)), ((9000, 1), 320, (320, 1))],
)
def test_sizes_keep_their_shape(size, longest, expected):
    assert pictures.fit(size, longest) == expected


def test_compressed_tiff_is_read_without_a_descriptor(photo):
    picture = photo("cat").resize((300, 200))
    shown = upright(saved(picture, "TIFF", compression="tiff_lzw"))
    assert difference(shown, picture) == 0
    assert TiffImagePlugin.READ_LIBTIFF is False
