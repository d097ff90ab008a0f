"""What a decoding child wrote, read and checked. No Django here.

The child is not trusted: it ran a decoder over hostile bytes. Everything it says is parsed
against closed lists and ranges; anything else is a ProtocolError.
"""

import base64
import binascii
import io
import json
import math
import os
from typing import Any

from media.decoding.protocol import (
    CODE_BYTES,
    CONTENT_TYPES,
    FEATURES,
    FILE_NAMES,
    MAGIC,
    MAX_FACTS_BYTES,
    MAX_FRAMES,
    MAX_JSON_BYTES,
    MAX_SIDE_PX,
    MAX_TIME_MS,
    MAX_TURNS,
    TRAILER,
    VARIANTS,
    Decoded,
    DecodedCode,
    DecodedFrame,
    DerivedFile,
    ProtocolError,
    Refused,
)
from media.fingerprints import featurefile


def read_result(fd: int) -> Decoded | Refused:
    """Read and check what a child wrote. Raises ProtocolError for anything out of order."""
    size = os.fstat(fd).st_size
    if size < TRAILER.size:
        raise ProtocolError("nothing was written")
    magic, length = TRAILER.unpack(_read(fd, size - TRAILER.size, TRAILER.size))
    if magic != MAGIC or length > min(MAX_JSON_BYTES, size - TRAILER.size):
        raise ProtocolError("the trailer is wrong")
    files_end = size - TRAILER.size - length
    try:
        record = json.loads(_read(fd, files_end, length), parse_constant=_no_constant)
        if "refused" in record:
            return _refusal(record["refused"])
        return _decoded(record["decoded"], fd, files_end)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as fault:
        raise ProtocolError(f"the result is malformed: {fault!r}") from fault


def _read(fd: int, offset: int, length: int) -> bytes:
    parts = []
    while length:
        part = os.pread(fd, length, offset)
        if not part:
            raise ProtocolError("the result ends early")
        parts.append(part)
        offset, length = offset + len(part), length - len(part)
    return b"".join(parts)


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number")


def _refusal(record: list[Any]) -> Refused:
    reason, detail = record
    return Refused(_string(reason, 40), _string(detail, 2000))


def _decoded(record: dict[str, Any], fd: int, files_end: int) -> Decoded:
    width, height = record["size"]
    duration, rate = record["duration_ms"], record["frame_rate"]
    frames = [_frame(frame) for frame in _at_most(record["frames"], MAX_FRAMES)]
    times = [frame.time_ms for frame in frames]
    if times != sorted(set(times)):
        raise ProtocolError("frames are not in order")
    return Decoded(
        facts=_facts(record["facts"]),
        width_px=_whole(width, 1, MAX_SIDE_PX),
        height_px=_whole(height, 1, MAX_SIDE_PX),
        duration_ms=None if duration is None else _whole(duration, 0, MAX_TIME_MS),
        frame_rate=None if rate is None else _number(rate, 0, 1e6),
        frames=frames,
        files=_files(record["files"], fd, files_end),
        not_comparable=_string(record["not_comparable"], 40),
    )


def _facts(facts: Any) -> dict[str, Any]:
    if not isinstance(facts, dict) or len(json.dumps(facts)) > MAX_FACTS_BYTES:
        raise ProtocolError("the facts are malformed")
    return {_string(key, 60): _fact(value) for key, value in facts.items()}


def _fact(value: Any) -> Any:
    if isinstance(value, str):
        return _string(value, 4000)
    if isinstance(value, list):
        return [_fact(each) for each in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    raise ProtocolError(f"a fact may not be a {type(value).__name__}")


def _frame(record: list[Any]) -> DecodedFrame:
    time_ms, quality, is_comparable, trim, codes = record
    if trim is not None:
        left, top, right, bottom = (_number(edge, 0, 1) for edge in trim)
        trim = [left, top, right, bottom]
    return DecodedFrame(
        time_ms=_whole(time_ms, 0, MAX_TIME_MS),
        quality=_whole(quality, 0, 100),
        is_comparable=_boolean(is_comparable),
        trim=trim,
        codes=[_code(code) for code in _at_most(codes, 8)],
    )


def _code(record: list[Any]) -> DecodedCode:
    algorithm, variant, bits, quality, turns = record
    length = CODE_BYTES[algorithm]
    if variant not in VARIANTS:
        raise ProtocolError(f"no variant is called {variant!r}")
    return DecodedCode(
        algorithm=algorithm,
        variant=variant,
        bits=_bits(bits, length),
        quality=_whole(quality, 0, 100),
        turns=[_bits(turn, length) for turn in _at_most(turns, MAX_TURNS)],
    )


def _bits(text: str, length: int) -> bytes:
    try:
        bits = base64.b64decode(text, validate=True)
    except binascii.Error as fault:
        raise ProtocolError("a code is malformed") from fault
    if len(bits) != length:
        raise ProtocolError("a code has the wrong length")
    return bits


def _files(records: list[list[Any]], fd: int, files_end: int) -> list[DerivedFile]:
    files: dict[str, DerivedFile] = {}
    offset = 0
    for name, content_type, width, height, time_ms, length, times_ms in records:
        _whole(length, 1, files_end - offset)
        if name not in FILE_NAMES or name in files:
            raise ProtocolError(f"no file is called {name!r}, or two are")
        data = _read(fd, offset, length)
        if any(not data.startswith(start, at) for at, start in CONTENT_TYPES[content_type]):
            raise ProtocolError(f"the file {name!r} is not {content_type}")
        _check_features(name, content_type, data)
        files[name] = DerivedFile(
            name=name,
            content_type=content_type,
            width=_whole(width, 1, MAX_SIDE_PX),
            height=_whole(height, 1, MAX_SIDE_PX),
            time_ms=None if time_ms is None else _whole(time_ms, 0, MAX_TIME_MS),
            data=data,
            times_ms=[_whole(each, 0, MAX_TIME_MS) for each in _at_most(times_ms, 64)],
        )
        offset += length
    return list(files.values())


def _check_features(name: str, content_type: str, data: bytes) -> None:
    """Hold the features, and nothing else, to their own reader. Raises ValueError."""
    if (name == FEATURES) != (content_type == "application/octet-stream"):
        raise ProtocolError(f"the file {name!r} may not be {content_type}")
    if name == FEATURES:
        featurefile.check(io.BytesIO(data))


def _at_most(values: Any, most: int) -> list[Any]:
    if not isinstance(values, list) or len(values) > most:
        raise ProtocolError("a list is missing or too long")
    return values


def _whole(value: Any, low: int, high: int) -> int:
    if type(value) is not int or not low <= value <= high:
        raise ProtocolError(f"not a whole number from {low} to {high}")
    return value


def _number(value: Any, low: float, high: float) -> float:
    if type(value) not in {int, float} or not math.isfinite(value) or not low <= value <= high:
        raise ProtocolError(f"not a number from {low} to {high}")
    return float(value)


def _boolean(value: Any) -> bool:
    if type(value) is not bool:
        raise ProtocolError("neither true nor false")
    return value


def _string(value: Any, longest: int) -> str:
    if not isinstance(value, str) or len(value) > longest:
        raise ProtocolError(f"not a text of at most {longest} characters")
    if "\x00" in value or any(0xD800 <= ord(c) <= 0xDFFF for c in value):
        raise ProtocolError("a text holds characters that no database keeps")
    return value
