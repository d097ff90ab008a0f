"""What a decoding child hands back, and how it is written. No Django here.

Results lie in one file: the derived files one after another, then a JSON text, then a trailer of
16 bytes (magic, length of the JSON text).
"""

import base64
import json
import os
import struct
from dataclasses import dataclass, field
from typing import Any

from media.fingerprints import featurefile

REQUEST_BYTES = 512  # one request to the server, padded; its descriptors travel with it
MAGIC = b"VRFYDEC1"
TRAILER = struct.Struct(">8sQ")
MAX_JSON_BYTES = 48 * 1024**2
MAX_FRAMES = 12_000  # a frame is about 2 kB of JSON, so this stays below MAX_JSON_BYTES
MAX_FACTS_BYTES = 64 * 1024
MAX_SIDE_PX = 1 << 20
MAX_TIME_MS = 1 << 52  # what a JSON number holds exactly

# name: how its bytes begin, and where
CONTENT_TYPES = {
    "image/jpeg": ((0, b"\xff\xd8\xff"),),
    "video/mp4": ((4, b"ftyp"),),
    "application/octet-stream": ((0, featurefile.MAGIC),),
}
FEATURES = "features"  # the one file that is no picture: for the matcher, never for clients
FILE_NAMES = {"thumbnail", "proxy_512", "proxy_1024", "poster", "strip", "preview", FEATURES}
CODE_BYTES = {"phash64-1": 8, "pdq256-1": 32}
VARIANTS = {"whole", "trimmed"}
MAX_TURNS = 8


class ProtocolError(Exception):
    """The child said something that no honest child says."""


@dataclass(frozen=True, slots=True)
class DecodedCode:
    """One hash of one frame.

    variant: "whole" or "trimmed" (without bars and borders). turns: PDQ's eight turns in
    `stills.TURNS` order, the first being upright; empty for other algorithms.
    """

    algorithm: str
    variant: str
    bits: bytes
    quality: int
    turns: list[bytes] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DecodedFrame:
    """One moment looked at. time_ms: from the first shown frame; trim: left, top, right, bottom."""

    time_ms: int
    quality: int
    is_comparable: bool
    trim: list[float] | None
    codes: list[DecodedCode]


@dataclass(frozen=True, slots=True)
class DerivedFile:
    """A file rebuilt from pixels. times_ms: of each picture in a strip, from left to right."""

    name: str
    content_type: str
    width: int
    height: int
    time_ms: int | None
    data: bytes
    times_ms: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Decoded:
    """All that was read from one file. Sizes are upright; duration_ms and frame_rate measured.

    not_comparable: why hashes say nothing about it, empty if they do.
    """

    facts: dict[str, Any]
    width_px: int
    height_px: int
    duration_ms: int | None
    frame_rate: float | None
    frames: list[DecodedFrame]
    files: list[DerivedFile]
    not_comparable: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The child's answer when there is nothing to hand back. reason: of `reasons`."""

    reason: str
    detail: str  # for the log, never for people: it may quote the file


def write_refusal(fd: int, refused: Refused) -> None:
    """Write why there is nothing, over whatever was written before."""
    _write_end(fd, {"refused": [refused.reason, refused.detail[:2000]]})


def write_result(fd: int, decoded: Decoded) -> None:
    """Write a result. A file without data is the first one, and all that `fd` holds already."""
    written_bytes = os.lseek(fd, 0, os.SEEK_END)
    files = []
    for derived in decoded.files:
        _write_all(fd, derived.data)
        files.append(_file_record(derived, len(derived.data) or written_bytes))
    record = {
        "facts": decoded.facts,
        "size": [decoded.width_px, decoded.height_px],
        "duration_ms": decoded.duration_ms,
        "frame_rate": decoded.frame_rate,
        "frames": [_frame_record(frame) for frame in decoded.frames],
        "files": files,
        "not_comparable": decoded.not_comparable,
    }
    _write_end(fd, {"decoded": record})


def _file_record(derived: DerivedFile, length: int) -> list[Any]:
    return [
        derived.name,
        derived.content_type,
        derived.width,
        derived.height,
        derived.time_ms,
        length,
        derived.times_ms,
    ]


def _frame_record(frame: DecodedFrame) -> list[Any]:
    codes = [
        [c.algorithm, c.variant, _text(c.bits), c.quality, [_text(turn) for turn in c.turns]]
        for c in frame.codes
    ]
    return [frame.time_ms, frame.quality, frame.is_comparable, frame.trim, codes]


def _text(bits: bytes) -> str:
    return base64.b64encode(bits).decode("ascii")


def _write_end(fd: int, record: dict[str, Any]) -> None:
    text = json.dumps(record, separators=(",", ":"), allow_nan=False).encode()
    if len(text) > MAX_JSON_BYTES:
        raise ProtocolError("the result is larger than a result may be")
    _write_all(fd, text + TRAILER.pack(MAGIC, len(text)))


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
