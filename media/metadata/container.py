"""What footage says of itself: the container's and the streams' own words, as Facts.

Takes plain values (dictionaries and numbers) that the decoder read, so that it can be tested
without one. Whatever a container declares is named "declared".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from media.metadata.facts import Facts, clean_text, finite

_EARLIEST_YEAR = 1971  # cameras without a clock write 1904 or 1970
# ISO 6709, as phones write it: +48.8584+002.2945+035.000/
_POSITION = re.compile(r"^([+-]\d{1,2}(?:\.\d+)?)([+-]\d{1,3}(?:\.\d+)?)([+-]\d+(?:\.\d+)?)?")
_CAPTURE_KEYS = ("com.apple.quicktime.creationdate", "com.android.capture.time", "date")
_TEXTS = {
    "camera_make": ("com.apple.quicktime.make", "com.android.manufacturer", "make"),
    "camera_model": ("com.apple.quicktime.model", "com.android.model", "model"),
    "software": ("com.apple.quicktime.software", "com.android.version", "encoder"),
    "artist": ("com.apple.quicktime.author", "artist", "author"),
    "copyright": ("com.apple.quicktime.copyright", "copyright"),
    "description": ("com.apple.quicktime.description", "description", "comment", "title"),
}
_POSITION_KEYS = ("com.apple.quicktime.location.iso6709", "location", "location-eng")


@dataclass(frozen=True, slots=True)
class Declared:
    """Numbers a container declares. None where it does not, or says zero."""

    duration_ms: int | None = None
    frames: int | None = None
    bit_rate: int | None = None


@dataclass(frozen=True, slots=True)
class Sound:
    """The first sound track."""

    codec: str
    channels: int | None
    sample_rate_hz: int | None


def read_container(
    facts: Facts,
    tags: Mapping[str, str],
    stream_tags: Mapping[str, str],
    declared: Declared,
    sound: Sound | None,
) -> None:
    """Fill in what the container's tags and those of its picture stream say. Never raises."""
    known = {key.lower(): value for key, value in {**stream_tags, **tags}.items()}
    for name, keys in _TEXTS.items():
        setattr(facts, name, _first_text(known, keys))
    facts.container_created_at = _utc(known.get("creation_time"))
    _read_capture(facts, known)
    _read_position(facts, known)
    facts.duration_declared_ms = declared.duration_ms
    facts.frames_declared = declared.frames
    facts.bit_rate = declared.bit_rate
    facts.has_audio = sound is not None
    if sound is not None:
        facts.audio_codec = clean_text(sound.codec)
        facts.audio_channels = sound.channels
        facts.audio_sample_rate_hz = sound.sample_rate_hz


def _first_text(tags: Mapping[str, str], keys: tuple[str, ...]) -> str | None:
    texts = (clean_text(tags.get(key)) for key in keys)
    return next((text for text in texts if text), None)


def _utc(value: object) -> str | None:
    """Read a container's creation time; None for the zero dates of clockless cameras."""
    moment = _moment(clean_text(value) or "")
    if moment is None or moment.year < _EARLIEST_YEAR:
        return None
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment.replace(microsecond=0).isoformat() + "Z"


def _read_capture(facts: Facts, tags: Mapping[str, str]) -> None:
    """A capture time needs day and clock: a bare year ("date=2019") is left aside."""
    for key in _CAPTURE_KEYS:
        moment = _moment(clean_text(tags.get(key)) or "")
        if moment is None or moment.year < _EARLIEST_YEAR:
            continue
        facts.captured_at = moment.replace(tzinfo=None, microsecond=0).isoformat()
        facts.captured_from = f"container {key}"
        if moment.tzinfo is not None:
            facts.captured_zone = moment.strftime("%z")[:3] + ":" + moment.strftime("%z")[3:5]
        return


def _moment(text: str) -> datetime | None:
    if len(text) < len("2024-03-01T12:00"):
        return None
    try:
        return datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        return None


def _read_position(facts: Facts, tags: Mapping[str, str]) -> None:
    text = _first_text(tags, _POSITION_KEYS)
    if text is None:
        return
    found = _POSITION.match(text)
    lat, lon = (finite(found[1]), finite(found[2])) if found else (None, None)
    if found is None or lat is None or lon is None or abs(lat) > 90 or abs(lon) > 180:
        facts.notes.append("A position is given, but it is not a valid one.")
        return
    facts.gps_lat, facts.gps_lon = lat, lon
    facts.gps_altitude_m = finite(found[3]) if found[3] else None
