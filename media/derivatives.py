"""Derived pictures and previews of an item, rebuilt from pixels by the decoder."""

import hashlib
import tempfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, BinaryIO

from media.decoding.protocol import FEATURES, DerivedFile
from media.errors import OriginalMissing
from media.models import Item
from media.receiving import ORPHAN_AGE_S, incoming
from media.stores import store

PREFIX = "derivatives/"
_ENDINGS = {
    "image/webp": ".webp",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "video/mp4": ".mp4",
    "video/webm": ".webm",
    "application/octet-stream": ".features",
}


def save(item: Item, derived: DerivedFile) -> dict[str, Any]:
    """Keep one derived file and note it in `item.derivatives`, which the caller saves.

    Returns its entry. Names carry a digest: a twin that lost its lease writes the same file or
    one that no row names, never over another.
    """
    if isinstance(derived.data, bytes):
        with tempfile.NamedTemporaryFile(dir=incoming(), suffix=".part") as staged:
            staged.write(derived.data)
            staged.flush()
            entry = _keep(item, derived, Path(staged.name))
    else:
        entry = _keep(item, derived, Path(derived.data))
    item.derivatives = {**item.derivatives, derived.name: entry}
    return entry


def shown(item: Item) -> dict[str, dict[str, Any]]:
    """Name and entry of each derived file that people and programs may be shown."""
    return {name: entry for name, entry in item.derivatives.items() if name != FEATURES}


def open_derivative(item: Item, name: str) -> BinaryIO:
    """Open a derived file: real, with fileno. Raises OriginalMissing where there is none."""
    entry = item.derivatives.get(name)
    if entry is None:
        raise OriginalMissing(f"This item has no {name}.")
    return store().open(entry["key"])


def address(item: Item, name: str) -> str | None:
    """A presigned address a browser can show; None where a view must serve it."""
    entry = item.derivatives[name]
    return store().address(entry["key"], content_type=entry["content_type"])


def remove(keys: list[str]) -> None:
    """Remove derived files that no row names any more."""
    for key in keys:
        if not key.startswith(PREFIX):
            raise ValueError(f"not a derived file: {key}")
        store().remove(key)


def sweep_orphans(older_than_s: int = ORPHAN_AGE_S) -> int:
    """Remove derived files no item names, left by work that lost its lease. Returns how many."""
    removed = 0
    for digest, keys in _old_by_item(older_than_s):
        item = Item.objects.filter(sha256=digest).only("derivatives").first()
        named = {entry["key"] for entry in item.derivatives.values()} if item else set()
        remove(sorted(keys - named))
        removed += len(keys - named)
    return removed


def _old_by_item(older_than_s: int) -> Iterator[tuple[str, set[str]]]:
    """Old keys of each item that has any: both stores list an item's keys one after another."""
    old = (key for key, age_s in store().keys(PREFIX) if age_s > older_than_s)
    for digest, keys in groupby(old, key=lambda key: key.split("/")[2]):
        yield digest, set(keys)


def _keep(item: Item, derived: DerivedFile, path: Path) -> dict[str, Any]:
    with path.open("rb") as complete:
        digest = hashlib.file_digest(complete, "sha256").hexdigest()
    folder = f"{PREFIX}{item.sha256[:2]}/{item.sha256}/"
    key = f"{folder}{derived.name}-{digest[:16]}{_ENDINGS[derived.content_type]}"
    store().put(path, key, derived.content_type)
    entry = {
        "key": key,
        "content_type": derived.content_type,
        "width": derived.width,
        "height": derived.height,
        "size_bytes": path.stat().st_size,
        "time_ms": derived.time_ms,
    }
    if times_ms := getattr(derived, "times_ms", None):
        entry["times_ms"] = list(times_ms)
    return entry


# Read as `derivatives.open(item, name)`, the name the doors use.
open = open_derivative
