"""The features of an item's frames in one file: written by a decoder, read frame by frame.

A head (magic with its version, the algorithm, how many frames), a table (time and length of each
frame), then the frames as `features.pack` writes them. The decoder is not trusted: whatever is
read is checked, and anything out of order is a ValueError.
"""

import struct
from typing import BinaryIO

from media.fingerprints import features
from media.fingerprints.features import Features

MAGIC = b"VRFYFTR1"
MAX_FRAMES = 2000
_NAME_BYTES = 16
_HEAD = struct.Struct(f"<8s{_NAME_BYTES}sI")
_ENTRY = struct.Struct("<QI")  # time in ms, bytes
_MAX_TIME_MS = 1 << 52


def write(frames: list[tuple[int, Features]]) -> bytes:
    """Write frames. frames: (time in ms, features), times rising; a still has one, at 0.

    Raises ValueError for more than MAX_FRAMES, or times out of order.
    """
    return join([(time_ms, features.pack(found)) for time_ms, found in frames])


def join(frames: list[tuple[int, bytes]]) -> bytes:
    """Write frames that `features.pack` has packed already. Raises ValueError as `write` does."""
    _check_times([time_ms for time_ms, _ in frames])
    name = features.ALGORITHM.encode().ljust(_NAME_BYTES, b"\0")
    table = b"".join(_ENTRY.pack(time_ms, len(packed)) for time_ms, packed in frames)
    packed = b"".join(packed for _, packed in frames)
    return _HEAD.pack(MAGIC, name, len(frames)) + table + packed


def times(file: BinaryIO) -> list[int]:
    """Read when the frames are shown, in ms, rising. Raises ValueError for a damaged file."""
    return [time_ms for time_ms, _, _ in _table(file)]


def read(file: BinaryIO, places: list[int]) -> list[Features]:
    """Read some frames, by their places in `times`, in the order asked, and none of the rest.

    Raises ValueError for a damaged file, and for a place it has not.
    """
    table = _table(file)
    if any(not 0 <= place < len(table) for place in places):
        raise ValueError(f"the file has {len(table)} frames")
    found = []
    for place in places:
        _, start, length = table[place]
        file.seek(start)
        found.append(_sound(features.unpack(_exactly(file, length))))
    return found


def check(file: BinaryIO) -> None:
    """Read all of it, in memory for one frame. Raises ValueError where anything is wrong."""
    for _, start, length in _table(file):
        file.seek(start)
        _sound(features.unpack(_exactly(file, length)))


def _table(file: BinaryIO) -> list[tuple[int, int, int]]:
    """Time, start and length of each frame; together they fill the file exactly."""
    size = file.seek(0, 2)
    file.seek(0)
    magic, name, count = _HEAD.unpack(_exactly(file, _HEAD.size))
    if magic != MAGIC:
        raise ValueError("not a file of features")
    if name.rstrip(b"\0") != features.ALGORITHM.encode():
        raise ValueError(f"features of another algorithm than {features.ALGORITHM}")
    if count > MAX_FRAMES:
        raise ValueError("more frames than a file may have")
    entries = list(_ENTRY.iter_unpack(_exactly(file, count * _ENTRY.size)))
    _check_times([time_ms for time_ms, _ in entries])
    table = []
    start = _HEAD.size + count * _ENTRY.size
    for time_ms, length in entries:
        if length > features.MAX_BYTES:
            raise ValueError("a frame is larger than a frame may be")
        table.append((time_ms, start, length))
        start += length
    if start != size:
        raise ValueError("the frames do not fill the file")
    return table


def _check_times(times_ms: list[int]) -> None:
    if len(times_ms) > MAX_FRAMES:
        raise ValueError("more frames than a file may have")
    if times_ms != sorted(set(times_ms)):
        raise ValueError("frames out of order")
    if times_ms and not (times_ms[0] >= 0 and times_ms[-1] <= _MAX_TIME_MS):
        raise ValueError("a frame at an impossible time")


def _exactly(file: BinaryIO, length: int) -> bytes:
    data = file.read(length)
    if len(data) != length:
        raise ValueError("the file ends early")
    return data


def _sound(found: Features) -> Features:
    """Refuse points that no picture has: outside of it, or without size."""
    if len(found) and not (
        (found.places[:, 0] <= found.width).all()
        and (found.places[:, 1] <= found.height).all()
        and (found.sizes > 0).all()
    ):
        raise ValueError("a point outside of the picture")
    return found
