import io
import struct
import zlib

import pytest
from PIL import Image

from media.decoding import kinds
from media.decoding.kinds import sniff


def saved(picture: Image.Image, form: str, **options) -> bytes:
    data = io.BytesIO()
    picture.save(data, form, **options)
    return data.getvalue()


@pytest.mark.parametrize(
    ("form", "content_type"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("GIF", "image/gif"),
        ("WEBP", "image/webp"),
        ("TIFF", "image/tiff"),
        ("BMP", "image/bmp"),
        ("HEIF", "image/heic"),
        ("AVIF", "image/avif"),
    ],
)
def test_stills_are_told_by_content(photo, form, content_type):
    assert sniff(saved(photo("cat").resize((64, 48)), form)) == (content_type, "still")


@pytest.mark.parametrize(
    ("form", "content_type"),
    [
        ("GIF", "image/gif"),
        ("WEBP", "image/webp"),
        ("PNG", "image/apng"),
        ("AVIF", "image/avif"),
    ],
)
def test_a_moving_picture_is_footage(photo, form, content_type):
    first = photo("cat").resize((64, 48))
    data = saved(first, form, save_all=True, append_images=[first.rotate(90), first.rotate(180)])
    assert sniff(data) == (content_type, "footage")


def test_a_moving_gif_whose_first_frame_fills_the_head_is_footage(photo):
    first = photo("cat").resize((640, 480))
    data = saved(first, "GIF", save_all=True, append_images=[first.rotate(90)], loop=0)
    assert len(data) > kinds.HEAD_BYTES
    assert sniff(data[: kinds.HEAD_BYTES]) == ("image/gif", "footage")


@pytest.mark.parametrize(
    ("form", "codec", "content_type"),
    [
        ("mp4", "libx264", "video/mp4"),
        ("mov", "libx264", "video/quicktime"),
        ("matroska", "libx264", "video/x-matroska"),
        ("webm", "libvpx", "video/webm"),
        ("avi", "mpeg4", "video/x-msvideo"),
        ("mpegts", "mpeg2video", "video/mp2t"),
        ("mpeg", "mpeg2video", "video/mpeg"),
        ("ogg", "libvpx", "video/ogg"),
        ("flv", "flv", "video/x-flv"),
        ("asf", "wmv2", "video/x-ms-asf"),
    ],
)
def test_footage_is_told_by_content(make_clip, frames_of, photo, form, codec, content_type):
    data = make_clip(frames_of(photo("temple"), 10), form, codec)
    assert sniff(data[: kinds.HEAD_BYTES]) == (content_type, "footage")


def test_a_quicktime_file_from_before_ftyp_is_footage():
    assert sniff(struct.pack(">I4s", 8, b"wide") + bytes(40)) == ("video/quicktime", "footage")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n/etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nm=video 5004 RTP/AVP 96\r\n",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<!doctype html><img src=x>",
        b"%PDF-1.7\n",
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        b"8BPS\x00\x01" + bytes(30),
        b"PK\x03\x04" + bytes(40),
        b"RIFF\x00\x00\x00\x00WAVEfmt ",
        b"OggS\x00\x02" + bytes(22) + b"\x01\x1e\x01vorbis" + bytes(60),
        b"\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00M4A mp42",
        b"\x00\x00\x00\x18ftypcrx \x00\x00\x00\x01crx isom",
        b"II*\x00\x10\x00\x00\x00CR\x02\x00",
        b"\x1a\x45\xdf\xa3\x84\x42\x82\x81x",
        b"BM it is a text that begins so",
        b"The picture you asked for" * 100,
    ],
)
def test_everything_else_is_refused(data):
    assert sniff(data) is None


def test_the_name_counts_for_nothing():
    assert sniff(b"#EXTM3U\n/etc/passwd\n", "holiday.mp4") is None


def test_a_png_that_declares_one_frame_is_a_still(photo):
    data = saved(photo("cat").resize((32, 32)), "PNG")
    control = b"acTL" + struct.pack(">II", 1, 0)
    chunk = struct.pack(">I", 8) + control + struct.pack(">I", zlib.crc32(control))
    assert sniff(data[:33] + chunk + data[33:]) == ("image/png", "still")


@pytest.mark.parametrize("length", range(1, 64))
def test_no_short_file_breaks_it(length, clip):
    for start in (
        b"GIF89a\xff\xff",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\0\0\0\0WEBPVP8X",
        b"\x1aE\xdf\xa3B\x82",
    ):
        assert sniff((start + b"\xff" * 64)[:length]) is None or length >= 4
    known = sniff(clip.read_bytes()[:length])
    assert known in {None, ("video/mp4", "footage")}
