"""Originals by their SHA-256: kept once, handed out, checked, never overwritten."""

import hashlib
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from media.errors import OriginalMissing
from media.models import Item
from media.receiving import ORPHAN_AGE_S, ReceivedFile
from media.stores import store

PREFIX = "originals/"
BATCH = 500  # digests asked for in one query


def key_of(sha256: str) -> str:
    """Where the original with this digest is kept."""
    return f"{PREFIX}{sha256[:2]}/{sha256}"


def keep(received: ReceivedFile, content_type: str = "") -> str:
    """Keep a received file under its digest; returns its key. Safe to run twice.

    The temporary file stays until it is closed. Raises OSError, also for a full disk.
    """
    key = key_of(received.sha256)
    store().put(Path(received.temporary_file_path()), key, content_type)
    return key


def is_kept(sha256: str) -> bool:
    """True when the bytes are there, whatever the database says."""
    return store().size_bytes(key_of(sha256)) is not None


def open_original(item: Item) -> BinaryIO:
    """Open the original: a real file, with fileno, at its start. Raises OriginalMissing."""
    return store().open(key_of(item.sha256))


def address(item: Item, file_name: str) -> str | None:
    """A presigned address that saves the original as `file_name`; None if a view must serve it."""
    return store().address(key_of(item.sha256), file_name, "application/octet-stream")


def is_intact(item: Item) -> bool:
    """Read the original and compare its digest with its name. False also when it is missing."""
    try:
        with open_original(item) as original:
            digest = hashlib.file_digest(original, "sha256").hexdigest()
    except OriginalMissing:
        return False
    return digest == item.sha256


def sweep_orphans(older_than_s: int = ORPHAN_AGE_S) -> int:
    """Remove files that no row names, left by a crash between file and commit.

    `ingest` looks again after its commit, so that an upload of the same bytes in this very moment
    still has its file.
    """
    kept = store()
    removed = 0
    old = (key for key, age_s in kept.keys(PREFIX) if age_s > older_than_s)
    while batch := list(islice(old, BATCH)):
        by_digest = {key.rsplit("/", 1)[-1]: key for key in batch}
        named = set(Item.objects.filter(sha256__in=by_digest).values_list("sha256", flat=True))
        for digest in by_digest.keys() - named:
            kept.remove(by_digest[digest])
            removed += 1
    return removed
