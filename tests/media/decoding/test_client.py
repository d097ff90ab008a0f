import errno
import io
import os
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

import pytest

from media import decoding
from media.decoding import client, reasons
from media.decoding.client import DecodingServer
from media.errors import DecodeFailed

REQUEST = {
    "kind": "still",
    "work": "lookup",
    "max_pixels": 10**8,
    "max_pixels_draft": 10**8,
    "limits": {"wall_s": 20, "cpu_s": 20, "memory_bytes": 3 << 30, "output_bytes": 1 << 20},
}


def test_a_photograph_is_decoded_wherever_its_file_stands(photo_bytes, tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(photo_bytes("cat"))
    with path.open("rb") as file:
        file.seek(1000)
        decoded = decoding.decode(file, "still", "lookup")
        assert file.tell() == 1000
    assert decoded.frames[0].is_comparable
    assert {file.name for file in decoded.files} == {"features", "proxy_512"}


def test_one_open_file_may_be_decoded_by_several_threads_at_once(photo_bytes, tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(photo_bytes("temple"))
    with path.open("rb") as file, ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: decoding.decode(file, "still", "lookup"), range(4)))
    assert all(each == found[0] for each in found)


def test_the_limits_come_from_the_settings(photo_bytes, tmp_path, settings):
    settings.MAX_STILL_PIXELS_DRAFT = 1000
    path = tmp_path / "photo.jpg"
    path.write_bytes(photo_bytes("cat"))
    with path.open("rb") as file, pytest.raises(DecodeFailed) as caught:
        decoding.decode(file, "still", "lookup")
    assert (caught.value.reason, caught.value.is_our_fault) == (reasons.TOO_MANY_PIXELS, False)


@pytest.mark.parametrize(("kind", "work"), [("picture", "ingest"), ("still", "hash")])
def test_unknown_work_is_refused_before_anything_starts(kind, work, tmp_path):
    with tempfile.TemporaryFile() as file, pytest.raises(ValueError):
        decoding.decode(file, kind, work)


def test_a_file_that_is_none_is_refused():
    with pytest.raises(io.UnsupportedOperation):
        decoding.decode(io.BytesIO(b"bytes"), "still", "ingest")


def test_a_server_that_cannot_start_is_our_fault(tmp_path):
    server = DecodingServer([str(tmp_path / "no-such-python")])
    with tempfile.TemporaryFile() as file, pytest.raises(DecodeFailed) as caught:
        server.decode(file, REQUEST, tmp_path)
    assert (caught.value.reason, caught.value.is_our_fault) == (reasons.SERVER_MISSING, True)


def test_a_server_that_lacks_a_module_is_called_missing(tmp_path):
    server = DecodingServer([sys.executable, "-c", "import no_such_module"])
    with tempfile.TemporaryFile() as file, pytest.raises(DecodeFailed) as caught:
        server.decode(file, REQUEST, tmp_path)
    assert (caught.value.reason, caught.value.is_our_fault) == (reasons.SERVER_MISSING, True)


def test_a_full_disk_is_named(tmp_path, monkeypatch):
    def no_room(**kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(client.tempfile, "TemporaryFile", no_room)
    with open(os.devnull, "rb") as file, pytest.raises(DecodeFailed) as caught:
        DecodingServer().decode(file, REQUEST, tmp_path)
    assert caught.value.reason == reasons.NO_ROOM


def test_a_server_that_says_nothing_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(client, "_START_S", 0)
    monkeypatch.setattr(client, "_GRACE_S", 0.2)
    server = DecodingServer([sys.executable, "-c", "import time; time.sleep(1000)"])
    request = {**REQUEST, "limits": {**REQUEST["limits"], "wall_s": 0}}
    with tempfile.TemporaryFile() as file, pytest.raises(DecodeFailed) as caught:
        server.decode(file, request, tmp_path)
    assert caught.value.reason == reasons.SERVER_LOST
    assert server._process is None


def test_closing_ends_the_server_and_the_next_call_starts_another(photo_bytes, tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(photo_bytes("cat"))
    server = DecodingServer()
    try:
        with path.open("rb") as file:
            server.decode(file, REQUEST, tmp_path)
            first = server._process
            server.close()
            assert first.returncode == 0
            assert server.decode(file, REQUEST, tmp_path).frames
    finally:
        server.close()
