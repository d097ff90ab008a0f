"""Where bytes are kept: files in the data folder, or S3-compatible storage.

A key is written once and never again; writing it twice keeps the first bytes. Originals are named
by their SHA-256 and derivatives carry a digest in their name, so the second bytes are the same.
"""

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Protocol

from django.conf import settings

from media.errors import OriginalMissing
from media.receiving import fsync_folder, incoming

PRESIGNED_S = 300
PUT_AT_MOST_BYTES = 5 * 1024**3  # S3 takes more only in parts, which know no condition
# A link cannot be made across file systems, nor on some of them at all.
_NO_LINK = {errno.EXDEV, errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


class Store(Protocol):
    """What originals and derivatives need of storage."""

    def put(self, source: Path, key: str, content_type: str) -> None:
        """Keep the bytes of a closed, complete file; a no-op where the key exists."""

    def open(self, key: str) -> BinaryIO:
        """A real file (with fileno) at its start. Raises OriginalMissing."""

    def size_bytes(self, key: str) -> int | None:
        """Size, or None where the key does not exist."""

    def address(self, key: str, file_name: str = "", content_type: str = "") -> str | None:
        """A short-lived address a browser can load, or None where a view must hand it out.

        file_name: given, the browser saves it under this name instead of showing it.
        """

    def keys(self, prefix: str) -> Iterator[tuple[str, float]]:
        """Every (key, age in seconds) below a prefix such as "originals/"."""

    def remove(self, key: str) -> None:
        """Remove what no row names. Never called for an original that a row names."""


class FileStore:
    """Files below one folder, mode 0400."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, source: Path, key: str, content_type: str = "") -> None:
        target = self.root / key
        _make_folders(target.parent)
        _settle(source)
        try:
            os.link(source, target)
        except FileExistsError:
            os.utime(target)  # young again: the sweep of orphans must not take it now
            return
        except OSError as error:
            if error.errno not in _NO_LINK:
                raise
            _copy_in(source, target)
        fsync_folder(target.parent)

    def open(self, key: str) -> BinaryIO:
        try:
            return open(self.root / key, "rb")
        except FileNotFoundError:
            raise _missing(key) from None

    def size_bytes(self, key: str) -> int | None:
        try:
            return (self.root / key).stat().st_size
        except FileNotFoundError:
            return None

    def address(self, key: str, file_name: str = "", content_type: str = "") -> str | None:
        return None

    def keys(self, prefix: str) -> Iterator[tuple[str, float]]:
        for path in (self.root / prefix).rglob("*"):
            try:
                if path.is_file():
                    age_s = time.time() - path.stat().st_mtime
                    yield path.relative_to(self.root).as_posix(), age_s
            except FileNotFoundError:
                continue

    def remove(self, key: str) -> None:
        (self.root / key).unlink(missing_ok=True)


class S3Store:
    """Objects in one bucket. boto3 reads its credentials from the environment.

    public: the endpoint as a browser reaches it; signed addresses name that one.
    """

    def __init__(self, bucket: str, endpoint: str, public: str = "") -> None:
        import boto3  # only where S3 is used: requirements-s3.txt
        from botocore.config import Config
        from botocore.exceptions import ClientError

        self.bucket = bucket
        self.error = ClientError
        config = Config(
            signature_version="s3v4",
            s3={"addressing_style": "path" if endpoint else "auto"},
            connect_timeout=5,
            read_timeout=60,
            retries={"max_attempts": 3},
            # Not every compatible store knows the newer checksum headers.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        self.client = boto3.client("s3", endpoint_url=endpoint or None, config=config)
        self.signer = boto3.client("s3", endpoint_url=public or endpoint or None, config=config)

    def put(self, source: Path, key: str, content_type: str = "") -> None:
        if self.size_bytes(key) is not None:
            return
        kind = {"ContentType": content_type} if content_type else {}
        if source.stat().st_size > PUT_AT_MOST_BYTES:
            self.client.upload_file(str(source), self.bucket, key, ExtraArgs=kind)
            return
        try:
            with open(source, "rb") as body:
                self.client.put_object(
                    Bucket=self.bucket, Key=key, Body=body, IfNoneMatch="*", **kind
                )
        except self.error as error:
            if _code(error) in {"412", "PreconditionFailed", "ConditionalRequestConflict"}:
                return  # somebody else's identical bytes came first
            if _code(error) not in {"501", "NotImplemented"}:
                raise
            with open(source, "rb") as body:
                self.client.put_object(Bucket=self.bucket, Key=key, Body=body, **kind)

    def open(self, key: str) -> BinaryIO:
        """Downloaded to a nameless temporary file: decoders need a real descriptor."""
        local = tempfile.TemporaryFile(dir=incoming())  # noqa: SIM115 - the caller's to close
        try:
            self.client.download_fileobj(self.bucket, key, local)
        except self.error as error:
            local.close()
            if _code(error) in {"404", "NoSuchKey", "NotFound"}:
                raise _missing(key) from None
            raise
        local.seek(0)
        return local

    def size_bytes(self, key: str) -> int | None:
        try:
            size: int = self.client.head_object(Bucket=self.bucket, Key=key)["ContentLength"]
        except self.error as error:
            if _code(error) in {"404", "NoSuchKey", "NotFound"}:
                return None
            raise
        return size

    def address(self, key: str, file_name: str = "", content_type: str = "") -> str | None:
        params = {"Bucket": self.bucket, "Key": key}
        if content_type:
            params["ResponseContentType"] = content_type
        if file_name:
            params["ResponseContentDisposition"] = f'attachment; filename="{file_name}"'
        address: str = self.signer.generate_presigned_url(
            "get_object", Params=params, ExpiresIn=PRESIGNED_S
        )
        return address

    def keys(self, prefix: str) -> Iterator[tuple[str, float]]:
        pages = self.client.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.bucket, Prefix=prefix):
            for entry in page.get("Contents", []):
                yield entry["Key"], time.time() - entry["LastModified"].timestamp()

    def remove(self, key: str) -> None:
        self.client.delete_object(Bucket=self.bucket, Key=key)


def store() -> Store:
    """The store the settings name."""
    if settings.S3_BUCKET:
        return _s3(settings.S3_BUCKET, settings.S3_ENDPOINT, settings.S3_PUBLIC_ENDPOINT)
    return FileStore(settings.MEDIA_ROOT)


@lru_cache(maxsize=2)
def _s3(bucket: str, endpoint: str, public: str) -> S3Store:
    return S3Store(bucket, endpoint, public)


def _make_folders(folder: Path) -> None:
    """Make a folder and its parents, each name written through to the disk."""
    if folder.is_dir():
        return
    _make_folders(folder.parent)
    folder.mkdir(exist_ok=True)
    fsync_folder(folder.parent)


def _settle(path: Path) -> None:
    """Bring the bytes to the disk and take away the right to write them."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
        os.fchmod(descriptor, 0o400)
    finally:
        os.close(descriptor)


def _copy_in(source: Path, target: Path) -> None:
    """Copy into the target's folder, then give the copy its name at once."""
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".", delete=False) as copy:
        name = Path(copy.name)
    try:
        shutil.copyfile(source, name)
        _settle(name)
        try:
            os.link(name, target)
        except FileExistsError:
            os.utime(target)
        except OSError as error:
            if error.errno not in _NO_LINK:
                raise
            # Without links a rename is the only step that is all or nothing. It could only
            # replace a file of the same name, which has the same bytes.
            name.rename(target)
    finally:
        name.unlink(missing_ok=True)


def _missing(key: str) -> OriginalMissing:
    return OriginalMissing(
        f"The bytes of {key} are not in the storage. Restore them from a backup."
    )


def _code(error: Exception) -> str:
    return str(getattr(error, "response", {}).get("Error", {}).get("Code", ""))
