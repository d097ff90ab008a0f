"""From whatever a decoder raises to one reason of the closed list."""

import contextlib
import errno
from collections.abc import Iterator

import av.error
import cv2
from PIL import Image

from media.decoding import reasons
from media.fingerprints.pictures import TooManyPixelsError


class UndecodableError(Exception):
    """The file gives no picture. reason: of `reasons`; the message is for the log."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(detail or reason)
        self.reason = reason


# The first that fits counts; decoders raise all of these for damaged files, and more.
_BY_TYPE: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...] = (
    ((TooManyPixelsError, Image.DecompressionBombError), reasons.TOO_MANY_PIXELS),
    (MemoryError, reasons.NEEDS_TOO_MUCH_MEMORY),
    ((TimeoutError, av.error.TimeoutError, av.error.ExitError), reasons.TAKES_TOO_LONG),
    (EOFError, reasons.TRUNCATED),
    (
        (
            NotImplementedError,
            av.error.PatchWelcomeError,
            av.error.DecoderNotFoundError,
            av.error.DemuxerNotFoundError,
            av.error.BSFNotFoundError,
        ),
        reasons.CODING_UNKNOWN,
    ),
)
_BY_WORDS = (
    ("truncated", reasons.TRUNCATED),
    ("not enough image data", reasons.TRUNCATED),
    ("end of file", reasons.TRUNCATED),
    ("memory", reasons.NEEDS_TOO_MUCH_MEMORY),
    ("security limit", reasons.TOO_MANY_PIXELS),
    ("unsupported", reasons.CODING_UNKNOWN),
    ("not supported", reasons.CODING_UNKNOWN),
)


@contextlib.contextmanager
def of_the_file() -> Iterator[None]:
    """Hold a decoder's calls: whatever they raise becomes an UndecodableError."""
    try:
        yield
    except UndecodableError:
        raise
    except Exception as error:
        raise UndecodableError(reason_of(error), repr(error)) from error


def reason_of(error: Exception) -> str:
    """Tell the reason of the file from what a decoder raised."""
    for kinds, reason in _BY_TYPE:
        if isinstance(error, kinds):
            return reason
    words = str(error).lower()
    return next((reason for part, reason in _BY_WORDS if part in words), reasons.CORRUPT)


def reason_of_ours(error: Exception) -> str:
    """Tell the reason from what was raised by this program's own work on decoded pixels."""
    is_opencv_short = isinstance(error, cv2.error) and error.code == cv2.Error.StsNoMem
    if isinstance(error, MemoryError) or is_opencv_short:
        return reasons.NEEDS_TOO_MUCH_MEMORY
    if isinstance(error, OSError) and error.errno == errno.EFBIG:
        return reasons.OUTPUT_TOO_LARGE
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return reasons.NO_ROOM
    return reasons.FAULT_OF_OURS
