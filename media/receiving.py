"""Bytes coming in: streamed to a temporary file while they are hashed, never held in memory.

Django calls `HashingUploadHandler` (setting FILE_UPLOAD_HANDLERS) for every file of a form. What
a view finds in `request.FILES` is a `ReceivedFile`. It removes its temporary file when it is
closed, which Django does at the end of each request; a process killed before that leaves a file
which `sweep_incoming` removes.
"""

import errno
import hashlib
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import UnreadablePostError

from media.errors import StorageFull, TooLarge

CHUNK_BYTES = 1024 * 1024
KEEP_FREE_BYTES = 64 * 1024 * 1024  # room that uploads leave to the database
ORPHAN_AGE_S = 24 * 3600
_FULL = {errno.ENOSPC, errno.EDQUOT}


class TooLargeOnTheWay(TooLarge, UnreadablePostError):
    """TooLarge, found while the form is read.

    Django's CSRF check reads the form before the view does. It survives an unreadable form (and
    then refuses the request) but would answer 500 to any other exception.
    """


class StorageFullOnTheWay(StorageFull, UnreadablePostError):
    """StorageFull, found while the form is read; see TooLargeOnTheWay."""


def incoming() -> Path:
    """The folder of unfinished uploads, on the same file system as the originals."""
    folder: Path = settings.DATA_DIR / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class ReceivedFile(UploadedFile):
    """A file on its way in: `.sha256`, `.size`, `.name`, `.temporary_file_path()`."""

    def __init__(self, name: str | None = None, content_type: str = "") -> None:
        # Closed by close(), which request.close() calls; the temporary file goes with it.
        kept = tempfile.NamedTemporaryFile(dir=incoming(), suffix=".part")  # noqa: SIM115 - see above
        super().__init__(kept, name, content_type, 0)
        self._digest = hashlib.sha256()

    def write(self, chunk: bytes) -> None:
        """Append bytes. Raises TooLarge and StorageFull, in both cases with nothing kept."""
        self.size += len(chunk)
        if self.size > settings.MAX_UPLOAD_BYTES:
            self.close()
            raise TooLargeOnTheWay(_too_large())
        try:
            self.file.write(chunk)
        except OSError as error:
            self.close()
            if error.errno in _FULL:
                raise StorageFullOnTheWay(_storage_full()) from error
            raise
        self._digest.update(chunk)

    def rewind(self) -> None:
        """Bring every byte to the file and go back to its start."""
        try:
            self.file.flush()
        except OSError as error:
            self.close()
            if error.errno in _FULL:
                raise StorageFullOnTheWay(_storage_full()) from error
            raise
        self.file.seek(0)

    @property
    def sha256(self) -> str:
        """Digest of the bytes received, in lower-case hexadecimal."""
        return self._digest.hexdigest()

    def head(self, count: int = 64 * 1024) -> bytes:
        """The first bytes; leaves the file at its start."""
        self.file.seek(0)
        first: bytes = self.file.read(count)
        self.file.seek(0)
        return first

    def temporary_file_path(self) -> str:
        return str(self.file.name)

    def close(self) -> None:
        try:
            self.file.close()
        except (FileNotFoundError, OSError):  # gone already, or a flush on a full disk
            Path(self.file.name).unlink(missing_ok=True)


class HashingUploadHandler(FileUploadHandler):
    """Stream each file of a form to disk and hash it on the way.

    Nothing is written for a request nobody signed in for: the upload stops at the first file and
    the view, which refuses it, sees a form without files.
    """

    chunk_size = CHUNK_BYTES

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None) -> None:  # noqa: N803 - Django's name
        """Refuse by the declared length before a byte is read."""
        if self._is_signed_in():
            refuse_by_length(content_length)

    def new_file(self, *args, **kwargs) -> None:
        super().new_file(*args, **kwargs)
        if not self._is_signed_in():
            raise StopUpload(connection_reset=True)
        # Django's parser closes `handler.file` when the request breaks off.
        self.file = ReceivedFile(self.file_name, self.content_type)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> ReceivedFile:
        self.file.rewind()
        return self.file

    def upload_interrupted(self) -> None:
        if hasattr(self, "file"):
            self.file.close()

    def _is_signed_in(self) -> bool:
        user = getattr(self.request, "user", None)
        return user is not None and user.is_authenticated


def refuse_by_length(content_length: int) -> None:
    """Raise TooLarge or StorageFull for a request body of so many bytes.

    A door may call it with the declared Content-Length before it reads the form.
    """
    if content_length > settings.MAX_UPLOAD_BYTES + settings.FORM_BYTES:
        raise TooLargeOnTheWay(_too_large())
    if shutil.disk_usage(incoming()).free < content_length + KEEP_FREE_BYTES:
        raise StorageFullOnTheWay(_storage_full())


def receive(source: BinaryIO, name: str = "") -> ReceivedFile:
    """Read a file object from its current position to its end, as an upload would be."""
    received = ReceivedFile(name or None)
    try:
        while chunk := source.read(CHUNK_BYTES):
            received.write(chunk)
        received.rewind()
    except BaseException:
        received.close()
        raise
    return received


def sweep_incoming(older_than_s: int = ORPHAN_AGE_S) -> int:
    """Remove what killed processes left behind. Returns how many files."""
    removed = 0
    for path in incoming().iterdir():
        try:
            if time.time() - path.stat().st_mtime > older_than_s:
                path.unlink()
                removed += 1
        except FileNotFoundError:  # finished, or swept by somebody else
            continue
    return removed


def is_full(error: BaseException) -> bool:
    """True when an error says that the disk, or the database's disk, has no room."""
    if isinstance(error, OSError) and error.errno in _FULL:
        return True
    words = str(error).lower()
    return "disk is full" in words or "no space left" in words


def _too_large() -> str:
    most = settings.MAX_UPLOAD_BYTES
    size = f"{most / 1024**3:.3g} GB" if most >= 1024**3 else f"{most:,} bytes"
    return (
        f"The file is larger than {size}, the most this desk takes. Send a shorter cut, or ask "
        "the administrator to raise MAX_UPLOAD_BYTES."
    )


def _storage_full() -> str:
    return (
        "The server has no room left for this file. Nothing was kept; send it again once the "
        "administrator has made room."
    )


def storage_full() -> StorageFull:
    """The error for a full disk found after the form was read."""
    return StorageFull(_storage_full())


def fsync_folder(folder: Path) -> None:
    """Make names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
