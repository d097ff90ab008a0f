import io

import pytest
from PIL import ExifTags, Image, TiffImagePlugin

from media.fingerprints import pictures
from media.metadata.exif import read_exif, read_header
from media.metadata.facts import Facts

BASE, GPS = ExifTags.Base, ExifTags.GPS
Rational = TiffImagePlugin.IFDRational


@pytest.fixture(scope="module", autouse=True)
def _prepared() -> None:
    pictures.prepare()


def facts_of(
    base: dict | None = None, exif: dict | None = None, gps: dict | None = None, form: str = "JPEG"
) -> Facts:
    """Facts of a picture saved with these fields."""
    fields = Image.Exif()
    fields.update(base or {})
    fields.get_ifd(ExifTags.IFD.Exif).update(exif or {})
    fields.get_ifd(ExifTags.IFD.GPSInfo).update(gps or {})
    return facts_of_bytes(fields.tobytes(), form)


def facts_of_bytes(exif: bytes, form: str = "JPEG") -> Facts:
    data = io.BytesIO()
    Image.new("RGB", (40, 30)).save(data, form, exif=exif)
    data.seek(0)
    picture = pictures.open_picture(data, 10**6, 10**6)
    facts = Facts()
    read_header(picture, facts)
    picture.load()
    read_exif(picture, facts)
    return facts


def place(lat, lat_ref: str, lon, lon_ref: str, **more) -> dict:
    return {
        GPS.GPSLatitude: lat,
        GPS.GPSLatitudeRef: lat_ref,
        GPS.GPSLongitude: lon,
        GPS.GPSLongitudeRef: lon_ref,
        **{GPS[name]: value for name, value in more.items()},
    }


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF"])
def test_every_format_tells_camera_and_capture_time(form):
    facts = facts_of(
        {
            BASE.Make: "Canon",
            BASE.Model: "EOS R5",
            BASE.Software: "Firmware 1.8",
            BASE.Orientation: 1,
        },
        {
            BASE.DateTimeOriginal: "2023:02:05 14:21:09",
            BASE.OffsetTimeOriginal: "+02:00",
            BASE.LensModel: "RF 50mm",
            BASE.BodySerialNumber: "0123",
        },
        place((48.0, 35.0, 30.0), "N", (38.0, 0.0, 36.0), "E"),
        form,
    )
    assert (facts.camera_make, facts.camera_model) == ("Canon", "EOS R5")
    assert (facts.lens, facts.serial_number, facts.software) == ("RF 50mm", "0123", "Firmware 1.8")
    assert facts.captured_at == "2023-02-05T14:21:09"
    assert facts.captured_zone == "+02:00"
    assert facts.captured_from == "EXIF DateTimeOriginal"
    assert (facts.gps_lat, facts.gps_lon) == (48.5916667, 38.01)
    assert facts.notes == []


def test_a_capture_time_without_a_zone_gets_none():
    facts = facts_of(exif={BASE.DateTimeOriginal: "2023:02:05 14:21:09"})
    assert facts.captured_zone is None
    assert "time zone of capture" in facts.as_dict()["absent"]


def test_the_time_of_digitizing_stands_in():
    facts = facts_of(exif={BASE.DateTimeDigitized: "2023:02:05 14:21:09"})
    assert facts.captured_from == "EXIF DateTimeDigitized"


def test_the_time_of_change_is_not_the_time_of_capture():
    facts = facts_of({BASE.DateTime: "2024:01:01 00:00:00"})
    assert facts.modified_at == "2024-01-01T00:00:00"
    assert facts.captured_at is None


@pytest.mark.parametrize(
    "text", ["0000:00:00 00:00:00", "    :  :     :  :  ", "2023:13:45 99:99:99", "yesterday", ""]
)
def test_impossible_dates_are_absent(text):
    assert facts_of(exif={BASE.DateTimeOriginal: text}).captured_at is None


@pytest.mark.parametrize(("zone", "kept"), [("Z", "+00:00"), ("-05:30", "-05:30"), ("local", None)])
def test_zones_are_checked(zone, kept):
    facts = facts_of(
        exif={BASE.DateTimeOriginal: "2023:02:05 14:21:09", BASE.OffsetTimeOriginal: zone}
    )
    assert facts.captured_zone == kept


def test_south_and_west_are_negative():
    facts = facts_of(gps=place((33.0, 51.0, 36.0), "S", (151.0, 12.0, 36.0), "W"))
    assert (facts.gps_lat, facts.gps_lon) == (-33.86, -151.21)


def test_altitude_and_moment_of_the_position():
    facts = facts_of(
        gps=place(
            (1.0, 0.0, 0.0), "N", (2.0, 0.0, 0.0), "E",
            GPSAltitude=12.25, GPSAltitudeRef=b"\x01",
            GPSDateStamp="2023:02:05", GPSTimeStamp=(12.0, 21.0, 9.0),
        )
    )  # fmt: skip
    assert (facts.gps_altitude_m, facts.gps_at) == (-12.2, "2023-02-05T12:21:09")


@pytest.mark.parametrize(
    "gps",
    [
        place((Rational(0, 0), 0.0, 0.0), "N", (2.0, 0.0, 0.0), "E"),
        place((91.0, 0.0, 0.0), "N", (2.0, 0.0, 0.0), "E"),
        place((45.0, 0.0, 0.0), "N", (181.0, 0.0, 0.0), "E"),
        {GPS.GPSLatitude: (1.0, 2.0, 3.0)},
    ],
)
def test_an_impossible_position_is_a_note_and_no_position(gps):
    facts = facts_of(gps=gps)
    assert (facts.gps_lat, facts.gps_lon) == (None, None)
    assert any("GPS" in note for note in facts.notes)


@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\x00\x00",
        b"Exif\x00\x00II*\x00\xff\xff\xff\x7f",
        b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\xff\xff" + b"\xff" * 60,
        b"Exif\x00\x00" + b"\x00" * 100,
    ],
)
def test_a_damaged_block_never_raises(exif):
    facts = facts_of_bytes(exif)
    assert facts.format == "JPEG"
    assert facts.captured_at is None


def test_the_orientation_of_a_turned_heif_is_told():
    facts = facts_of({BASE.Orientation: 6}, form="HEIF")
    assert facts.orientation == 6


def test_texts_with_zero_bytes_are_cleaned():
    assert facts_of({BASE.Artist: "A.\x00B."}).artist == "A. B."


def test_the_header_is_told():
    facts = facts_of(form="PNG")
    assert (facts.format, facts.stored_width_px, facts.stored_height_px) == ("PNG", 40, 30)
    assert (facts.color_mode, facts.bit_depth, facts.has_transparency) == ("RGB", 8, False)


@pytest.mark.parametrize(("form", "moves"), [("GIF", True), ("TIFF", False), ("MPO", False)])
def test_pages_are_no_animation_and_are_told_of(form, moves):
    data = io.BytesIO()
    first, second = Image.new("RGB", (40, 30), "red"), Image.new("RGB", (40, 30), "blue")
    first.save(data, form, save_all=True, append_images=[second])
    data.seek(0)
    facts = Facts()
    read_header(pictures.open_picture(data, 10**6, 10**6), facts)
    assert facts.is_animated is moves
    assert facts.notes == (
        [] if moves else ["The file holds more than one picture; the first one was looked at."]
    )
