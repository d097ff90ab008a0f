"""What runs inside a decoding child: read one descriptor, write what was found to another.

Knows no Django, no database and no path. Every exception ends as a reason.
"""

import codecs
import gc
import io
import os
import traceback
from datetime import datetime
from typing import Any

import av.logging
import av.subtitles.stream  # loaded by PyAV when first asked for, which a child cannot do
import cv2
from PIL import Image

from media.decoding import faults, footage, kinds, preview, protocol, reasons, still
from media.decoding import request as requests
from media.decoding.files import reader
from media.fingerprints import features, pictures, stills

_ENCODINGS = (
    "ascii",
    "latin-1",
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "cp1252",
)


def preload() -> None:
    """Load and warm whatever a child would otherwise load for each file."""
    pictures.prepare()
    av.logging.set_level(av.logging.PANIC)
    cv2.setNumThreads(1)
    _warm()
    gc.collect()
    gc.freeze()  # children share these pages as long as nobody counts references in them


def run(source: int, out: int, record: dict[str, Any]) -> None:
    """Decode one file and write the result, or the reason why there is none."""
    try:
        decoded = _decode(source, out, requests.parse(record, record["limits"]["wall_s"]))
        protocol.write_result(out, decoded)
    except faults.UndecodableError as error:
        _refuse(out, error.reason, str(error))
    except Exception as error:
        _refuse(out, faults.reason_of_ours(error), traceback.format_exc(limit=-8))


def _decode(source: int, out: int, asked: requests.Request) -> protocol.Decoded:
    head = os.pread(source, kinds.HEAD_BYTES, 0)
    if not head:
        raise faults.UndecodableError(reasons.EMPTY)
    known = kinds.sniff(head)
    if known is None:
        raise faults.UndecodableError(reasons.NOT_ACCEPTED)
    content_type, _ = known
    is_picture = content_type.startswith("image/")
    if asked.kind == "still" and not is_picture:
        raise faults.UndecodableError(reasons.NOT_ACCEPTED, f"{content_type} is no still")
    with reader(source) as file:
        if asked.work == "preview":
            return preview.make_preview(file, content_type, asked, out)
        if asked.kind == "still":
            return still.decode_still(file, asked)
        return footage.decode_footage(file, content_type, asked)


def _refuse(out: int, reason: str, detail: str) -> None:
    os.ftruncate(out, 0)
    os.lseek(out, 0, os.SEEK_SET)
    protocol.write_refusal(out, protocol.Refused(reason, _one_text(detail)))


def _one_text(detail: str) -> str:
    return detail.encode("ascii", "backslashreplace").decode("ascii").replace("\x00", "\\x00")


def _warm() -> None:
    """Pay once for what the libraries set up when first used, and load all they load late.

    A child may have lost the right to read the files of the libraries.
    """
    datetime.strptime("2024", "%Y")
    for encoding in _ENCODINGS:
        codecs.lookup(encoding)
    picture = Image.effect_mandelbrot((640, 480), (-2, -1.5, 1, 1.5), 50).convert("RGB")
    for form in ("JPEG", "PNG", "WEBP"):
        data = io.BytesIO()
        picture.save(data, form)
        data.seek(0)
        opened = pictures.open_picture(data, 10**6, 10**6)
        small = pictures.upright(opened, 512)
        stills.fingerprint(small)
        features.pack(features.extract(small))
