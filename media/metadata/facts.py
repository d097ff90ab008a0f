"""Facts: the plain record of what a file says of itself, and of what it does not say.

What a file says is a claim like any other: every text here is data from a stranger.
"""

import dataclasses
import math
import re
from dataclasses import dataclass, field
from typing import Any

MAX_TEXT = 300  # characters kept of any text in a file

_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")


@dataclass(slots=True)
class Facts:
    """One file's facts. None means that the file does not say, or that it does not apply."""

    format: str = ""
    stored_width_px: int | None = None
    stored_height_px: int | None = None
    # stills
    orientation: int | None = None  # EXIF 1-8
    color_mode: str | None = None
    bit_depth: int | None = None  # per channel
    color_profile: str | None = None
    has_transparency: bool | None = None
    is_animated: bool | None = None
    # who, when, where, with what: as EXIF or the container says
    captured_at: str | None = None  # ISO 8601; without a zone where the file gives none
    captured_zone: str | None = None  # "+02:00"
    captured_from: str | None = None  # the field it was read from
    modified_at: str | None = None
    camera_make: str | None = None
    camera_model: str | None = None
    lens: str | None = None
    serial_number: str | None = None
    software: str | None = None
    artist: str | None = None
    copyright: str | None = None
    description: str | None = None
    gps_lat: float | None = None  # degrees, south negative
    gps_lon: float | None = None  # degrees, west negative
    gps_altitude_m: float | None = None
    gps_at: str | None = None  # UTC
    # footage
    container_created_at: str | None = None  # UTC
    codec: str | None = None
    codec_profile: str | None = None
    pixel_format: str | None = None
    bit_rate: int | None = None  # bits per second, of the whole file
    rotation_deg: int | None = None  # clockwise, as a player turns it
    is_interlaced: bool | None = None
    has_audio: bool | None = None
    audio_codec: str | None = None
    audio_channels: int | None = None
    audio_sample_rate_hz: int | None = None
    duration_declared_ms: int | None = None
    frames_declared: int | None = None
    frames_decoded: int | None = None
    is_browser_playable: bool | None = None
    is_truncated: bool = False
    sampled: str | None = None  # in words: how densely footage was looked at
    # what could not be read, in words
    notes: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return what is known, plus "absent": the labels of what is looked for and not there."""
        known = {
            key: value
            for key, value in dataclasses.asdict(self).items()
            if value not in (None, "", [])
        }
        return known | {"absent": self._absent()}

    def _absent(self) -> list[str]:
        asked = _ASKED_OF_FOOTAGE if self.codec is not None else _ASKED_OF_STILLS
        return [
            words
            for words, keys in asked.items()
            if all(getattr(self, key) is None for key in keys)
        ]


_ASKED_OF_BOTH = {
    "capture time": ("captured_at",),
    "time zone of capture": ("captured_zone",),
    "camera": ("camera_make", "camera_model"),
    "GPS position": ("gps_lat", "gps_lon"),
    "software": ("software",),
    "author": ("artist", "copyright"),
}
_ASKED_OF_STILLS = _ASKED_OF_BOTH | {
    "serial number": ("serial_number",),
    "orientation": ("orientation",),
    "color profile": ("color_profile",),
}
_ASKED_OF_FOOTAGE = _ASKED_OF_BOTH | {
    "container creation time": ("container_created_at",),
    "sound": ("audio_codec",),
}
# Facts that are shown by role: they can point at a person.
SENSITIVE = frozenset(
    {
        "artist",
        "copyright",
        "description",
        "gps_altitude_m",
        "gps_at",
        "gps_lat",
        "gps_lon",
        "serial_number",
    }
)
LABELS = {
    "format": "format",
    "stored_width_px": "stored width (px)",
    "stored_height_px": "stored height (px)",
    "orientation": "EXIF orientation",
    "color_mode": "color mode",
    "bit_depth": "bits per channel",
    "color_profile": "color profile",
    "has_transparency": "transparency",
    "is_animated": "animated",
    "captured_at": "captured at",
    "captured_zone": "time zone of capture",
    "captured_from": "capture time read from",
    "modified_at": "modified at",
    "camera_make": "camera make",
    "camera_model": "camera model",
    "lens": "lens",
    "serial_number": "serial number",
    "software": "software",
    "artist": "author",
    "copyright": "copyright",
    "description": "description",
    "gps_lat": "GPS latitude",
    "gps_lon": "GPS longitude",
    "gps_altitude_m": "GPS altitude (m)",
    "gps_at": "GPS time (UTC)",
    "container_created_at": "container created at (UTC)",
    "codec": "video codec",
    "codec_profile": "codec profile",
    "pixel_format": "pixel format",
    "bit_rate": "bit rate (bits/s)",
    "rotation_deg": "rotation (degrees clockwise)",
    "is_interlaced": "interlaced",
    "has_audio": "sound",
    "audio_codec": "audio codec",
    "audio_channels": "audio channels",
    "audio_sample_rate_hz": "audio sample rate (Hz)",
    "duration_declared_ms": "declared duration (ms)",
    "frames_declared": "declared frames",
    "frames_decoded": "decoded frames",
    "is_browser_playable": "plays in browsers as it is",
    "is_truncated": "ends early",
    "sampled": "how it was looked at",
    "notes": "notes",
    "absent": "absent",
}


def clean_text(value: object) -> str | None:
    """Make a text from a file fit to keep: one line, no control or direction characters, short.

    Bytes are read as UTF-8, else Latin-1. Returns None for what is empty or no text.
    """
    if isinstance(value, bytes):
        value = _decoded(value[: 4 * MAX_TEXT])
    if not isinstance(value, str):
        return None
    text = _UNSAFE.sub(" ", value[: 4 * MAX_TEXT]).strip()
    return text[:MAX_TEXT] or None


def _decoded(text: bytes) -> str:
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1")


def finite(value: Any) -> float | None:
    """Make a number from a file fit to keep, or None for what is none (0/0, text, infinity)."""
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return number if math.isfinite(number) else None
