"""Descriptors as Python files, for decoders and encoders that want an object to read or write."""

import io
import os
from typing import Any


class DescriptorFile(io.RawIOBase):
    """A file read and written at its own position, starting at an offset of the real file.

    It hands out no descriptor, so that no decoder opens it on its own terms. What lies before
    the offset cannot be reached.
    """

    def __init__(self, descriptor: int, start: int = 0, *, is_writable: bool = False) -> None:
        self._descriptor = descriptor
        self._start = start
        self._at = 0
        self._is_writable = is_writable

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def writable(self) -> bool:
        """Return whether it was opened for writing."""
        return self._is_writable

    def size(self) -> int:
        """Return how many bytes lie behind the offset."""
        return max(0, os.fstat(self._descriptor).st_size - self._start)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move the position of this object alone. Raises ValueError before the start."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.size()}[whence]
        if base + offset < 0:
            raise ValueError("before the start of the file")
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        """Return the position of this object."""
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Read what is there, at most as much as fits."""
        part = os.pread(self._descriptor, len(buffer), self._start + self._at)
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def write(self, data: Any) -> int:
        """Write all of it."""
        view = memoryview(data).cast("B")
        done = 0
        while done < len(view):
            done += os.pwrite(self._descriptor, view[done:], self._start + self._at + done)
        self._at += done
        return done


def reader(descriptor: int) -> io.BufferedReader:
    """Open a descriptor for the still decoders, which read in small steps."""
    return io.BufferedReader(DescriptorFile(descriptor), 256 * 1024)
