"""Hand out a file over HTTP: whole, or the byte range a player asks for.

Django's FileResponse answers 200 to every request, and browsers cannot seek footage served so.
Source: RFC 9110, sections 13 (conditions) and 14 (ranges).
"""

import io
import re
from typing import BinaryIO

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import parse_etags

_ONE_RANGE = re.compile(r"bytes=[ \t]*([0-9]*)-([0-9]*)[ \t]*", re.ASCII | re.IGNORECASE)
_FARTHEST_DIGITS = 18  # a number longer than this lies beyond the end of every file


class PastTheEndError(Exception):
    """The range is well formed and no byte of it exists."""


class Part:
    """A window of an open file that reads, seeks and ends like a file of its own.

    It has no `fileno`: a server that sends by descriptor would run past the window.
    """

    def __init__(self, file: BinaryIO, start: int, length: int) -> None:
        """start, length: bytes; the window lies within the file."""
        self._file, self._start, self._length = file, start, length
        self._at = 0

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._length}[whence]
        self._at = max(0, base + offset)
        return self._at

    def read(self, count: int = -1) -> bytes:
        left = max(0, self._length - self._at)
        wanted = left if count is None or count < 0 else min(count, left)
        self._file.seek(self._start + self._at)
        data = self._file.read(wanted)
        self._at += len(data)
        return data

    def close(self) -> None:
        self._file.close()


def _number(digits: str) -> int:
    digits = digits.lstrip("0") or "0"
    return int(digits) if len(digits) <= _FARTHEST_DIGITS else 10**_FARTHEST_DIGITS


def parse(header: str, size_bytes: int) -> tuple[int, int] | None:
    """Read a Range header for a file of so many bytes.

    Returns (first, last), both included, or None where the whole file is the answer: no header,
    another unit, several ranges, or anything malformed, all of which a server may ignore.
    Raises PastTheEndError when no byte of the range exists.
    """
    found = _ONE_RANGE.fullmatch(header.strip(" \t"))
    if found is None or found.groups() == ("", ""):
        return None
    first_text, last_text = found.groups()
    if not first_text:
        count = min(_number(last_text), size_bytes)
        if count == 0:
            raise PastTheEndError
        return size_bytes - count, size_bytes - 1
    first = _number(first_text)
    if last_text and _number(last_text) < first:
        return None
    if first >= size_bytes:
        raise PastTheEndError
    return first, min(_number(last_text), size_bytes - 1) if last_text else size_bytes - 1


def _condition_status(request: HttpRequest, etag: str) -> int | None:
    """412 or 304 where a condition on the tag says so. Dates are ignored: originals have none."""
    required = parse_etags(request.headers.get("If-Match", ""))
    if required and required != ["*"] and etag not in required:
        return 412
    known = [
        tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))
    ]
    return 304 if known == ["*"] or etag in known else None


def _wanted(request: HttpRequest, size_bytes: int, etag: str) -> tuple[int, int] | None:
    """The range to answer with; None for the whole, also when If-Range names another version."""
    if request.headers.get("If-Range", etag) != etag:
        return None
    return parse(request.headers.get("Range", ""), size_bytes)


def _size_of(file: BinaryIO) -> int:
    size_bytes = file.seek(0, io.SEEK_END)
    file.seek(0)
    return size_bytes


def _answer(request: HttpRequest, file: BinaryIO, size_bytes: int, etag: str) -> HttpResponseBase:
    """Choose 200, 206 or 416 and the body; closes the file where it is not sent."""
    if request.method == "HEAD":
        file.close()  # an empty body that says its length: a server would send a file's bytes
        return HttpResponse(headers={"Content-Length": str(size_bytes)})
    try:
        span = _wanted(request, size_bytes, etag)
    except PastTheEndError:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size_bytes}"})
    if span is None:
        return FileResponse(file, headers={"Content-Length": str(size_bytes)})
    first, last = span
    part = Part(file, first, last - first + 1)
    response = FileResponse(part, status=206)
    response["Content-Range"] = f"bytes {first}-{last}/{size_bytes}"
    return response


def serve(
    request: HttpRequest, file: BinaryIO, *, content_type: str, etag: str
) -> HttpResponseBase:
    """Answer GET or HEAD with an open file; the answer closes it.

    etag: without quotes; must change when the bytes do. 200, 206, 304, 412 or 416.
    """
    quoted = f'"{etag}"'
    status = _condition_status(request, quoted)
    if status is not None:
        file.close()
        response: HttpResponseBase = HttpResponse(status=status)
    else:
        response = _answer(request, file, _size_of(file), quoted)
    response["Content-Type"] = content_type
    response["Content-Disposition"] = "inline"  # FileResponse would name the stored file
    response["ETag"] = quoted
    response["Accept-Ranges"] = "bytes"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
