"""Bytes on their way in: hashed, bounded, and gone when the upload breaks off."""

import errno
import hashlib
import io
import os
import shutil
import time
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadhandler import StopUpload
from django.http import UnreadablePostError
from django.test import RequestFactory

from media import receiving
from media.errors import StorageFull, TooLarge


def waiting_files(data_dir):
    return sorted(path.name for path in (data_dir / "incoming").glob("*"))


def form(data: bytes, user, name: str = "clip.mp4"):
    """A request with a form in it, as the web server hands it over."""
    file = io.BytesIO(data)
    file.name = name
    request = RequestFactory().post("/upload/", {"caption": "as posted", "file": file})
    request.user = user
    return request


SIGNED_IN = SimpleNamespace(is_authenticated=True)


def test_a_file_arrives_on_disk_with_its_digest(data_dir):
    data = os.urandom(3_000_000)

    request = form(data, SIGNED_IN)
    received = request.FILES["file"]

    assert received.sha256 == hashlib.sha256(data).hexdigest()
    assert (received.size, received.name) == (len(data), "clip.mp4")
    with open(received.temporary_file_path(), "rb") as kept:
        assert kept.read() == data
    assert request.POST["caption"] == "as posted"


def test_the_temporary_file_goes_with_the_request(data_dir):
    request = form(b"some bytes", SIGNED_IN)
    assert request.FILES["file"].size == 10
    assert len(waiting_files(data_dir)) == 1

    request.close()

    assert waiting_files(data_dir) == []


def test_nothing_is_written_for_somebody_not_signed_in(data_dir):
    request = form(b"x" * 100_000, AnonymousUser())

    assert not request.FILES
    assert request.POST["caption"] == "as posted"
    assert waiting_files(data_dir) == []


def test_a_request_without_a_person_is_not_signed_in(rf):
    handler = receiving.HashingUploadHandler(rf.post("/"))
    with pytest.raises(StopUpload):
        handler.new_file("file", "a.jpg", "image/jpeg", None)


def test_a_declared_length_above_the_limit_is_refused_before_reading(data_dir, settings):
    settings.MAX_UPLOAD_BYTES, settings.FORM_BYTES = 1000, 500
    request = form(b"x" * 5000, SIGNED_IN)
    body = request._stream

    with pytest.raises(TooLarge, match=r"larger than 1,000 bytes.*MAX_UPLOAD_BYTES"):
        _ = request.FILES

    assert body.read(1) == b"-"  # the first byte of the form is still there
    assert waiting_files(data_dir) == []


def test_a_file_above_the_limit_stops_and_leaves_nothing(data_dir, settings):
    settings.MAX_UPLOAD_BYTES = 1000
    request = form(b"x" * 5000, SIGNED_IN)

    with pytest.raises(TooLarge):
        _ = request.FILES

    assert waiting_files(data_dir) == []


def test_the_refusal_survives_the_csrf_check_of_pages():
    assert issubclass(receiving.TooLargeOnTheWay, UnreadablePostError)
    assert issubclass(receiving.StorageFullOnTheWay, UnreadablePostError)


def test_a_disk_without_room_refuses_before_reading(data_dir, monkeypatch):
    nearly_full = shutil._ntuple_diskusage(10**9, 10**9 - 1000, 1000)
    monkeypatch.setattr("media.receiving.shutil.disk_usage", lambda path: nearly_full)

    with pytest.raises(StorageFull, match="Nothing was kept"):
        _ = form(b"x" * 5000, SIGNED_IN).FILES

    assert waiting_files(data_dir) == []


def test_a_disk_that_fills_up_on_the_way_leaves_nothing(data_dir, monkeypatch):
    received = receiving.ReceivedFile("a.mp4")

    def full(chunk):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(received, "file", SimpleNamespace(
        write=full, name=received.file.name, close=received.file.close
    ))  # fmt: skip

    with pytest.raises(StorageFull):
        received.write(b"bytes")
    assert waiting_files(data_dir) == []


def test_a_form_cut_off_in_the_file_leaves_nothing(data_dir):
    request = form(b"x" * 300_000, SIGNED_IN)
    whole = request._stream.read()
    request._stream = io.BytesIO(whole[:150_000])

    assert not request.FILES

    assert waiting_files(data_dir) == []


def test_many_files_in_a_form_that_breaks_off_leave_nothing(data_dir, settings):
    settings.MAX_UPLOAD_BYTES = 1000
    request = RequestFactory().post(
        "/upload/", {"a": io.BytesIO(b"x" * 900), "b": io.BytesIO(b"x" * 1100)}
    )
    request.user = SIGNED_IN

    with pytest.raises(TooLarge):
        _ = request.FILES
    del request

    assert waiting_files(data_dir) == []


def test_any_file_object_can_be_received(data_dir, tmp_path):
    (tmp_path / "a").write_bytes(b"before|after")
    with open(tmp_path / "a", "rb") as source:
        source.seek(7)
        received = receiving.receive(source, "a.jpg")

    assert received.head() == b"after"
    assert received.sha256 == hashlib.sha256(b"after").hexdigest()
    received.close()
    assert waiting_files(data_dir) == []


def test_the_sweep_removes_what_was_left_a_day_ago_and_nothing_younger(data_dir):
    folder = receiving.incoming()
    for name, age_s in (("old.part", 90_000), ("young.part", 60)):
        (folder / name).write_bytes(b"x")
        os.utime(folder / name, (time.time() - age_s,) * 2)

    assert receiving.sweep_incoming() == 1
    assert waiting_files(data_dir) == ["young.part"]


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        RuntimeError("database or disk is full"),
        RuntimeError('could not extend file "base/1": No space left on device'),
    ],
)
def test_a_full_disk_is_recognised_by_number_and_by_word(error):
    assert receiving.is_full(error)
    assert not receiving.is_full(OSError(errno.EACCES, "Permission denied"))
