"""What a still says of itself: EXIF and the picture's header."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from PIL import ExifTags, Image

from media.metadata.facts import Facts, clean_text, finite

_BASE, _GPS, _IFD = ExifTags.Base, ExifTags.GPS, ExifTags.IFD
# field for the moment, field for its zone, name shown; the first that holds a date counts
_CAPTURE_FIELDS = (
    (_BASE.DateTimeOriginal, _BASE.OffsetTimeOriginal, "EXIF DateTimeOriginal"),
    (_BASE.DateTimeDigitized, _BASE.OffsetTimeDigitized, "EXIF DateTimeDigitized"),
)
_TEXTS = {
    "camera_make": (_BASE.Make,),
    "camera_model": (_BASE.Model,),
    "lens": (_BASE.LensModel,),
    "serial_number": (_BASE.BodySerialNumber, _BASE.CameraSerialNumber),
    "software": (_BASE.Software,),
    "artist": (_BASE.Artist,),
    "copyright": (_BASE.Copyright,),
    "description": (_BASE.ImageDescription,),
}
_BIT_DEPTHS = {"1": 1, "I": 32, "F": 32}
_MOVING = {"GIF", "WEBP", "PNG", "AVIF"}  # several pictures are moments here, elsewhere pages
Fields = Mapping[int, Any]


def read_header(picture: Image.Image, facts: Facts) -> None:
    """Fill in what the picture's header says. picture: opened, its pixels not needed."""
    facts.format = "JPEG" if picture.format == "MPO" else (picture.format or "")
    facts.stored_width_px, facts.stored_height_px = picture.size
    facts.color_mode = picture.mode
    facts.bit_depth = 16 if picture.mode.startswith("I;16") else _BIT_DEPTHS.get(picture.mode, 8)
    facts.has_transparency = picture.has_transparency_data
    has_more = bool(getattr(picture, "is_animated", False))  # Pillow's word, for pages as well
    facts.is_animated = has_more and picture.format in _MOVING
    if has_more and not facts.is_animated:
        facts.notes.append("The file holds more than one picture; the first one was looked at.")


def read_exif(picture: Image.Image, facts: Facts) -> None:
    """Fill in what EXIF says. A damaged block leaves a note and never raises."""
    for read in (_read_fields, _read_gps):
        try:
            read(picture.getexif(), facts)
        except Exception:  # a broken block is a fact about the file, whatever it broke
            facts.notes.append("Part of the EXIF data is damaged and could not be read.")
    turned = picture.info.get("original_orientation")  # HEIF: applied and reset when opened
    if isinstance(turned, int) and 1 <= turned <= 8:
        facts.orientation = turned


def _read_fields(exif: Image.Exif, facts: Facts) -> None:
    fields: dict[int, Any] = dict(exif) | dict(exif.get_ifd(_IFD.Exif))
    for name, tags in _TEXTS.items():
        texts = (clean_text(fields.get(tag)) for tag in tags)
        setattr(facts, name, next((text for text in texts if text), None))
    orientation = fields.get(_BASE.Orientation)
    if isinstance(orientation, int) and 1 <= orientation <= 8:
        facts.orientation = orientation
    facts.modified_at = _moment(fields.get(_BASE.DateTime))
    for moment_tag, zone_tag, words in _CAPTURE_FIELDS:
        if moment := _moment(fields.get(moment_tag)):
            facts.captured_at, facts.captured_from = moment, words
            facts.captured_zone = _zone(fields.get(zone_tag))
            return


def _moment(value: object) -> str | None:
    """Turn "2024:03:01 12:00:00" into ISO 8601; None for zeros, blanks and impossible dates."""
    text = clean_text(value) or ""
    for form in ("%Y:%m:%d %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"):
        try:
            return datetime.strptime(text[:19], form).isoformat()
        except ValueError:
            continue
    return None


def _zone(value: object) -> str | None:
    text = clean_text(value) or ""
    if text == "Z":
        return "+00:00"
    try:
        datetime.strptime(text, "%z")
    except ValueError:
        return None
    return text


def _read_gps(exif: Image.Exif, facts: Facts) -> None:
    fields: Fields = exif.get_ifd(_IFD.GPSInfo)
    if not fields:
        return
    lat = _degrees(fields, _GPS.GPSLatitude, _GPS.GPSLatitudeRef, "S", 90)
    lon = _degrees(fields, _GPS.GPSLongitude, _GPS.GPSLongitudeRef, "W", 180)
    if lat is None or lon is None:
        facts.notes.append("A GPS block is there, but holds no valid position.")
        return
    facts.gps_lat, facts.gps_lon = lat, lon
    facts.gps_altitude_m = _altitude(fields)
    facts.gps_at = _gps_moment(fields)


def _degrees(fields: Fields, tag: int, ref_tag: int, negative: str, limit: int) -> float | None:
    """Read degrees, minutes, seconds as decimal degrees, or None outside ±limit."""
    parts = fields.get(tag)
    if not isinstance(parts, tuple) or not 1 <= len(parts) <= 3:
        return None
    total = 0.0
    for part, share in zip(parts, (1, 60, 3600), strict=False):
        number = finite(part)
        if number is None or number < 0:
            return None
        total += number / share
    if total > limit:
        return None
    is_negative = (clean_text(fields.get(ref_tag)) or "").upper().startswith(negative)
    return round(-total if is_negative else total, 7)


def _altitude(fields: Fields) -> float | None:
    metres = finite(fields.get(_GPS.GPSAltitude))
    if metres is None:
        return None
    is_below_sea = fields.get(_GPS.GPSAltitudeRef) in (1, b"\x01")
    return round(-metres if is_below_sea else metres, 1)


def _gps_moment(fields: Fields) -> str | None:
    day = clean_text(fields.get(_GPS.GPSDateStamp))
    parts = fields.get(_GPS.GPSTimeStamp)
    if day is None or not isinstance(parts, tuple) or len(parts) != 3:
        return None
    clock = [finite(part) for part in parts]
    if any(part is None for part in clock):
        return None
    hour, minute, second = (int(part or 0) for part in clock)
    return _moment(f"{day} {hour:02}:{minute:02}:{second:02}")
