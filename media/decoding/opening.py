"""Open footage through FFmpeg so that a file cannot make it read anything else."""

import os
import struct
from typing import Any, BinaryIO

import av
from av.stream import Disposition

from media.decoding import faults, reasons
from media.fingerprints.pictures import TooManyPixelsError
from media.metadata.container import Declared, Sound, read_container
from media.metadata.facts import Facts, clean_text

# What `kinds.sniff` says → the one demuxer that may open it
_DEMUXERS = {
    "video/mp4": "mov",
    "video/quicktime": "mov",
    "video/x-matroska": "matroska",
    "video/webm": "matroska",
    "video/mp2t": "mpegts",
    "video/x-msvideo": "avi",
    "video/mpeg": "mpeg",
    "video/ogg": "ogg",
    "video/x-flv": "flv",
    "video/x-ms-asf": "asf",
}
_OPTIONS = {
    # Playlists and references inside a file must lead nowhere.
    "protocol_whitelist": "file",
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,avi,mpeg,ogg,flv,asf",
    "enable_drefs": "0",
    "max_streams": "16",
}
_BOX = struct.Struct(">I4sQ")  # length, name, length where the first says 1
_MAX_BOXES = 1000
_TIMEOUTS_S = (5, 5)  # to open, to read on
_PLAYS_VIDEO = {"video/mp4": {"h264"}, "video/webm": {"vp8", "vp9"}}
_PLAYS_AUDIO = {"video/mp4": {"aac", "mp3"}, "video/webm": {"opus", "vorbis"}}
_PLAYS_PIXELS = {"yuv420p", "yuvj420p"}


def open_container(file: BinaryIO, content_type: str, max_pixels: int) -> Any:
    """Open a container with the one demuxer its first bytes ask for. Raises as FFmpeg does."""
    demuxer = _DEMUXERS[content_type]
    try:
        return av.open(
            file,
            format=demuxer,
            options=_OPTIONS | {"max_pixels": str(max_pixels)},
            timeout=_TIMEOUTS_S,
            metadata_errors="replace",
        )
    except av.error.InvalidDataError as error:
        if demuxer == "mov" and _ends_before_its_index(file):
            raise faults.UndecodableError(reasons.TRUNCATED, repr(error)) from error
        raise


def _ends_before_its_index(file: BinaryIO) -> bool:
    """Whether the boxes of an MP4 are sound, but the one that says where frames lie is missing."""
    end = file.seek(0, os.SEEK_END)
    at = 0
    names: list[bytes] = []
    while at + _BOX.size <= end and len(names) < _MAX_BOXES:
        file.seek(at)
        length, name, long_length = _BOX.unpack(file.read(_BOX.size))
        length = {0: end - at, 1: long_length}.get(length, length)
        if length < 8 or not name.isalnum():
            return False
        names.append(name)
        at += length
    return bool(names) and b"moov" not in names


def picture_stream(container: Any, max_pixels: int) -> Any:
    """Choose the stream to look at and hold it to its budget; cover art is not footage."""
    streams = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not streams:
        is_sound = bool(container.streams.audio)
        raise faults.UndecodableError(reasons.ONLY_SOUND if is_sound else reasons.NO_FRAMES)
    best = container.streams.best("video")
    stream = best if best in streams else streams[0]
    context = stream.codec_context
    if context is None:
        raise faults.UndecodableError(reasons.CODING_UNKNOWN)
    hold_to_budget(context.width, context.height, max_pixels)
    context.thread_count = 1  # the sandbox gives no second one
    return stream


def hold_to_budget(width: int, height: int, max_pixels: int) -> None:
    """Raise TooManyPixelsError for a frame that is larger than any still may be."""
    if width * height > max_pixels:
        raise TooManyPixelsError(f"{width} x {height} px")


def read_facts(container: Any, video: Any, sound: Any) -> Facts:
    """Read what container and streams say."""
    context = video.codec_context
    facts = Facts(
        format=container.format.long_name,
        stored_width_px=context.width or None,
        stored_height_px=context.height or None,
        codec=context.codec.canonical_name,
        codec_profile=clean_text(context.profile),
        pixel_format=context.pix_fmt,
    )
    duration, rate = container.duration, container.bit_rate
    declared = Declared(
        duration_ms=duration // 1000 if duration and 0 < duration < 1 << 60 else None,
        frames=video.frames or None,
        bit_rate=rate if rate and 0 < rate < 1 << 50 else None,
    )
    read_container(facts, container.metadata, video.metadata, declared, _said_of(sound))
    return facts


def plays_in_browsers(content_type: str, facts: Facts) -> bool:
    """Whether the common browsers play the original, so that no preview is needed."""
    has_video = facts.codec in _PLAYS_VIDEO.get(content_type, ())
    has_sound = not facts.has_audio or facts.audio_codec in _PLAYS_AUDIO.get(content_type, ())
    has_pixels = facts.pixel_format in _PLAYS_PIXELS
    return has_video and has_sound and has_pixels and not facts.is_truncated


def _said_of(sound: Any) -> Sound | None:
    if sound is None:
        return None
    context = sound.codec_context
    if context is None:
        return Sound("unknown", None, None)
    return Sound(
        context.codec.canonical_name, context.channels or None, context.sample_rate or None
    )
