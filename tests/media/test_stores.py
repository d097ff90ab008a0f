"""Storage: written once, never over, and only whole."""

import errno
import os
import stat
import threading

import pytest

from media import stores
from media.errors import OriginalMissing
from media.stores import FileStore


@pytest.fixture
def files(tmp_path):
    return FileStore(tmp_path / "files")


@pytest.fixture
def make_file(tmp_path):
    def make(data: bytes, name: str = "source"):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return make


def everything_below(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_bytes_come_back_and_cannot_be_written(files, make_file):
    files.put(make_file(b"original"), "originals/ab/abc", "image/jpeg")

    with files.open("originals/ab/abc") as kept:
        assert kept.read() == b"original"
        assert kept.fileno() > 0
    mode = (files.root / "originals/ab/abc").stat().st_mode
    assert stat.S_IMODE(mode) == 0o400
    assert files.size_bytes("originals/ab/abc") == 8


def test_a_key_is_never_written_over(files, make_file):
    files.put(make_file(b"first"), "originals/ab/abc", "")
    files.put(make_file(b"second", "other"), "originals/ab/abc", "")

    with files.open("originals/ab/abc") as kept:
        assert kept.read() == b"first"


def test_putting_again_makes_a_file_young(files, make_file):
    files.put(make_file(b"first"), "originals/ab/abc", "")
    os.utime(files.root / "originals/ab/abc", (1, 1))

    files.put(make_file(b"first", "other"), "originals/ab/abc", "")

    [(key, age_s)] = files.keys("originals/")
    assert key == "originals/ab/abc"
    assert age_s < 3600


@pytest.mark.parametrize("number", [errno.EXDEV, errno.EPERM, errno.EOPNOTSUPP])
def test_a_disk_without_links_gets_a_whole_copy(files, make_file, monkeypatch, number):
    def no_link(*args):
        raise OSError(number, "no links here")

    monkeypatch.setattr("media.stores.os.link", no_link)
    files.put(make_file(b"original"), "originals/ab/abc", "")

    with files.open("originals/ab/abc") as kept:
        assert kept.read() == b"original"
    assert everything_below(files.root) == ["originals/ab/abc"]


def test_another_disk_gets_a_whole_copy_and_never_over(files, make_file, monkeypatch):
    real_link = os.link

    def only_within_the_store(source, target):
        if str(files.root) not in str(source):
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        real_link(source, target)

    monkeypatch.setattr("media.stores.os.link", only_within_the_store)
    files.put(make_file(b"first"), "originals/ab/abc", "")
    files.put(make_file(b"second", "other"), "originals/ab/abc", "")

    with files.open("originals/ab/abc") as kept:
        assert kept.read() == b"first"
    assert everything_below(files.root) == ["originals/ab/abc"]


def test_a_copy_that_fails_leaves_nothing(files, make_file, monkeypatch):
    def full(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("media.stores.os.link", lambda *a: (_ for _ in ()).throw(OSError(18, "x")))
    monkeypatch.setattr("media.stores.shutil.copyfile", full)

    with pytest.raises(OSError, match="No space left"):
        files.put(make_file(b"original"), "originals/ab/abc", "")
    assert everything_below(files.root) == []


def test_many_at_once_keep_one_file(files, make_file):
    sources = [make_file(b"same", f"source{number}") for number in range(20)]
    threads = [
        threading.Thread(target=files.put, args=[source, "originals/ab/abc", ""])
        for source in sources
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert everything_below(files.root) == ["originals/ab/abc"]


def test_what_is_not_there_is_said_so(files):
    assert files.size_bytes("originals/ab/abc") is None
    with pytest.raises(OriginalMissing, match="backup"):
        files.open("originals/ab/abc")


def test_files_are_handed_out_by_a_view(files, make_file):
    files.put(make_file(b"original"), "originals/ab/abc", "")
    assert files.address("originals/ab/abc") is None


def test_the_settings_name_the_store(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    kept = stores.store()
    assert isinstance(kept, FileStore)
    assert kept.root == tmp_path
