"""Derived files: noted on the item, never written over."""

import os

import pytest

from media import derivatives
from media.decoding.protocol import DerivedFile
from media.errors import OriginalMissing

pytestmark = pytest.mark.django_db


def thumbnail(data: bytes = b"RIFF....WEBP") -> DerivedFile:
    return DerivedFile("thumbnail", "image/webp", 320, 213, None, data)


def test_a_derived_file_comes_back_and_is_noted(make_item):
    item = make_item()

    entry = derivatives.save(item, thumbnail())

    assert item.derivatives == {"thumbnail": entry}
    assert (entry["width"], entry["height"], entry["size_bytes"]) == (320, 213, 12)
    assert entry["key"].endswith(".webp")
    with derivatives.open(item, "thumbnail") as kept:
        assert kept.read() == b"RIFF....WEBP"


def test_a_strip_notes_the_moment_of_each_picture(make_item):
    item = make_item()
    strip = DerivedFile("strip", "image/webp", 960, 60, None, b"RIFF", [0, 500, 1000])

    assert derivatives.save(item, strip)["times_ms"] == [0, 500, 1000]


def test_another_version_does_not_write_over_the_first(make_item):
    item = make_item()
    first = derivatives.save(item, thumbnail(b"first"))
    second = derivatives.save(item, thumbnail(b"second"))
    assert first["key"] != second["key"]

    item.derivatives = {"thumbnail": first}
    with derivatives.open(item, "thumbnail") as kept:
        assert kept.read() == b"first"


def test_what_the_matcher_needs_is_kept_and_not_shown(make_item):
    item = make_item()
    octets = "application/octet-stream"
    entry = derivatives.save(item, DerivedFile("features", octets, 512, 342, None, b"VRFYFTR1"))
    derivatives.save(item, thumbnail())

    assert entry["key"].endswith(".features")
    assert derivatives.open(item, "features").read() == b"VRFYFTR1"
    assert set(derivatives.shown(item)) == {"thumbnail"}


def test_what_was_never_made_is_missing(make_item):
    with pytest.raises(OriginalMissing, match="no preview"):
        derivatives.open(make_item(), "preview")


def test_only_derived_files_can_be_removed(make_item):
    item = make_item()
    entry = derivatives.save(item, thumbnail())

    derivatives.remove([entry["key"]])

    with pytest.raises(OriginalMissing):
        derivatives.open(item, "thumbnail")
    with pytest.raises(ValueError, match="not a derived file"):
        derivatives.remove(["originals/ab/abc"])


def test_the_sweep_removes_old_files_that_no_item_names(make_item, settings):
    item, gone = make_item(), make_item()
    named, orphan = derivatives.save(item, thumbnail()), derivatives.save(item, thumbnail(b"late"))
    item.derivatives = {"thumbnail": named}
    item.save()
    of_nobody = derivatives.save(gone, thumbnail())  # never saved on its item
    for entry in (named, orphan, of_nobody):
        os.utime(settings.MEDIA_ROOT / entry["key"], (1, 1))
    young = derivatives.save(gone, thumbnail(b"young"))

    assert derivatives.sweep_orphans() == 2

    kept = {path.name for path in (settings.MEDIA_ROOT / "derivatives").rglob("*.webp")}
    assert kept == {named["key"].rsplit("/", 1)[-1], young["key"].rsplit("/", 1)[-1]}
