import io
import random
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from media.decoding import reasons
from media.decoding.protocol import Decoded, Refused
from media.errors import DecodeFailed
from media.fingerprints import featurefile, features

FORMATS = ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "HEIF", "AVIF"]


def saved(picture: Image.Image, form: str, **options) -> bytes:
    data = io.BytesIO()
    picture.save(data, form, **options)
    return data.getvalue()


def pictures_of(decoded: Decoded) -> list:
    return [file for file in decoded.files if file.name != "features"]


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_decoded_in_a_child(decode_bytes, photo, form):
    picture = photo("cat")
    decoded = decode_bytes(saved(picture, form))
    assert (decoded.width_px, decoded.height_px) == picture.size
    assert decoded.facts["format"] == form
    (frame,) = decoded.frames
    assert (frame.time_ms, frame.is_comparable, decoded.not_comparable) == (0, True, "")
    assert {code.algorithm for code in frame.codes} == {"phash64-1", "pdq256-1"}
    assert (decoded.duration_ms, decoded.frame_rate) == (None, None)


def test_derived_files_have_their_names_and_sizes(run_here, photo):
    decoded = run_here(saved(photo("cat").resize((1500, 1000)), "JPEG"))
    assert {file.name: (file.width, file.height) for file in decoded.files} == {
        "features": (512, 342),
        "proxy_1024": (1024, 683),
        "proxy_512": (512, 342),
        "thumbnail": (320, 214),
    }
    for file in pictures_of(decoded):
        shown = Image.open(io.BytesIO(file.data))
        assert (shown.format, shown.size) == ("JPEG", (file.width, file.height))


def test_a_small_picture_is_not_enlarged(run_here):
    decoded = run_here(saved(Image.new("RGB", (1, 1)), "PNG"))
    assert [(file.width, file.height) for file in decoded.files] == [(1, 1)] * 4
    assert decoded.not_comparable
    assert not decoded.frames[0].is_comparable


def test_features_are_those_of_the_picture(decode_bytes, photo):
    decoded = decode_bytes(saved(photo("cat"), "PNG"))
    (file,) = (file for file in decoded.files if file.name == "features")
    assert featurefile.times(io.BytesIO(file.data)) == [0]
    (kept,) = featurefile.read(io.BytesIO(file.data), [0])
    assert len(kept) == features.POINTS
    wanted = features.unpack(features.pack(features.extract(photo("cat"))))
    assert np.array_equal(kept.places, wanted.places)
    assert np.array_equal(kept.descriptors, wanted.descriptors)
    assert np.abs(kept.luma.astype(float) - wanted.luma).mean() < 1


def test_a_lookup_makes_what_it_takes_to_judge_and_show(run_here, photo):
    looked_up = run_here(saved(photo("cat"), "JPEG"), work="lookup").files
    kept = run_here(saved(photo("cat"), "JPEG")).files
    assert [file.name for file in looked_up] == ["features", "proxy_512"]
    assert looked_up == [file for file in kept if file.name in {"features", "proxy_512"}]


def test_sizes_are_upright(run_here, photo):
    exif = Image.Exif()
    exif[0x0112] = 6
    decoded = run_here(saved(photo("cat").resize((2400, 1600)), "JPEG", exif=exif))
    assert (decoded.width_px, decoded.height_px) == (1600, 2400)
    assert (decoded.facts["stored_width_px"], decoded.facts["stored_height_px"]) == (2400, 1600)
    assert {file.name: file.height for file in decoded.files}["proxy_1024"] == 1024


def test_metadata_does_not_leak_into_what_is_made(run_here, photo):
    mark = "MARK-5f2c"
    exif = Image.Exif()
    exif.update({0x010E: mark, 0x013B: mark, 0x8298: mark, 0x0110: mark})
    icc = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    icc += mark.encode()
    icc[0:4] = struct.pack(">I", len(icc))
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", mark)
    xmp = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{mark}</x:xmpmeta>".encode()
    everything = {"exif": exif.tobytes(), "icc_profile": bytes(icc)}
    picture = photo("cat")
    files = {
        "JPEG": saved(picture, "JPEG", comment=mark, xmp=xmp, **everything),
        "PNG": saved(picture, "PNG", pnginfo=text, **everything),
        "WEBP": saved(picture, "WEBP", xmp=xmp, **everything),
        "TIFF": saved(picture, "TIFF", description=mark, **everything),
        "HEIF": saved(picture, "HEIF", xmp=xmp, **everything),
        "AVIF": saved(picture, "AVIF", xmp=xmp, **everything),
        "GIF": saved(picture, "GIF", comment=mark),
    }
    for form, data in files.items():
        assert mark.encode() in data, form
        decoded = run_here(data)
        assert len(decoded.files) == 4
        assert not any(mark.encode() in file.data for file in decoded.files), form
        for file in pictures_of(decoded):
            shown = Image.open(io.BytesIO(file.data))
            assert [name for name, _ in shown.applist] == ["APP0"]  # JFIF: no more than pixels
            assert set(shown.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "WEBP", "HEIF", "AVIF", "BMP"])
def test_a_file_that_was_cut_off_has_a_reason(run_here, photo, form):
    data = saved(photo("cat"), form)
    refused = run_here(data[: len(data) // 2])
    assert isinstance(refused, Refused)
    assert refused.reason in {reasons.TRUNCATED, reasons.CORRUPT}


def test_a_jpeg_that_was_cut_off_is_called_so(decode_bytes, photo):
    data = saved(photo("cat"), "JPEG")
    with pytest.raises(DecodeFailed) as caught:
        decode_bytes(data[: len(data) // 2])
    assert (caught.value.reason, caught.value.is_our_fault) == (reasons.TRUNCATED, False)
    assert "ends before" in str(caught.value)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", reasons.EMPTY),
        (b"\x00", reasons.NOT_ACCEPTED),
        (b"\x00" * 5000, reasons.NOT_ACCEPTED),
        (b"#EXTM3U\n/etc/passwd\n", reasons.NOT_ACCEPTED),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", reasons.NOT_ACCEPTED),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n(%pipe%touch /tmp/x) (w) file\n", reasons.NOT_ACCEPTED),
        (b"\xff\xd8\xff", reasons.CORRUPT),
        (b"\x89PNG\r\n\x1a\n", reasons.CORRUPT),
        (b"GIF89a", reasons.CORRUPT),
        (b"RIFF\x04\x00\x00\x00WEBP", reasons.CORRUPT),
        (b"II*\x00\x08\x00\x00\x00", reasons.CORRUPT),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", reasons.CORRUPT),
    ],
)
def test_what_is_no_picture_has_a_reason(decode_bytes, data, reason):
    with pytest.raises(DecodeFailed) as caught:
        decode_bytes(data, kind="still")
    assert caught.value.reason == reason
    assert not caught.value.is_our_fault


def png_bomb(width: int, height: int) -> bytes:
    """A few kilobytes that declare and hold many black pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        whole = name + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((width + 7) // 8 + 1) * height, 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


def test_a_bomb_is_refused_by_its_header(decode_bytes):
    data = png_bomb(20_000, 20_000)
    assert len(data) < 100_000
    with pytest.raises(DecodeFailed) as caught:
        decode_bytes(data)
    assert caught.value.reason == reasons.TOO_MANY_PIXELS


def test_the_largest_picture_allowed_is_decoded_within_the_limits(decode_bytes):
    decoded = decode_bytes(png_bomb(10_000, 10_000))
    assert (decoded.width_px, decoded.height_px) == (10_000, 10_000)
    assert not decoded.frames[0].is_comparable
    assert decoded.not_comparable


@pytest.mark.parametrize("form", FORMATS)
def test_every_damaged_file_ends_as_a_picture_or_a_reason_of_its_own(run_here, photo, form):
    whole = saved(photo("cat").resize((160, 120)), form)
    rng = random.Random(form)
    for _ in range(20):
        broken = bytearray(whole)
        for _ in range(rng.randrange(1, 40)):
            broken[rng.randrange(len(broken))] = rng.randrange(256)
        result = run_here(bytes(broken), kind="still", megapixels=4)
        if isinstance(result, Refused):
            assert not reasons.REASONS[result.reason].is_our_fault, result.detail
        else:
            assert isinstance(result, Decoded)


def test_damage_in_metadata_costs_no_picture(run_here, photo):
    data = saved(photo("cat"), "JPEG", exif=b"Exif\x00\x00MM\x00*\x00\x00\x00\x08" + b"\xff" * 500)
    decoded = run_here(data)
    assert decoded.frames[0].is_comparable


def test_a_flat_picture_is_decoded_and_called_not_comparable(run_here):
    decoded = run_here(saved(Image.fromarray(np.full((600, 800, 3), 90, np.uint8)), "PNG"))
    assert decoded.not_comparable
    assert len(decoded.files) == 4


def test_a_still_may_not_be_footage(run_here, clip):
    refused = run_here(clip.read_bytes(), kind="still")
    assert refused.reason == reasons.NOT_ACCEPTED
