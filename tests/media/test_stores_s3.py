"""Storage in a bucket: the same rules as files, against a server that speaks S3."""

import hashlib
import os
import urllib.request
from urllib.error import HTTPError

import pytest

from media import stores
from media.errors import OriginalMissing

boto3 = pytest.importorskip("boto3", reason="boto3 is only in requirements-s3.txt")
moto = pytest.importorskip("moto.server", reason="moto stands in for S3")

BUCKET = "originals-of-the-desk"


@pytest.fixture(scope="module")
def endpoint():
    """The address of an S3 server of this run."""
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint, monkeypatch, settings):
    """A store in an empty bucket."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setattr(stores, "_s3", stores._s3.__wrapped__)
    settings.S3_BUCKET, settings.S3_ENDPOINT = BUCKET, endpoint
    kept = stores.store()
    kept.client.create_bucket(Bucket=BUCKET)
    yield kept
    for key, _ in list(kept.keys("")):
        kept.remove(key)


@pytest.fixture
def make_file(tmp_path):
    def make(data: bytes):
        path = tmp_path / hashlib.sha256(data).hexdigest()
        path.write_bytes(data)
        return path

    return make


def test_bytes_come_back_as_a_real_file(bucket, make_file):
    data = os.urandom(9_000_000)
    bucket.put(make_file(data), "originals/ab/abc", "image/jpeg")

    with bucket.open("originals/ab/abc") as kept:
        assert os.fstat(kept.fileno()).st_size == len(data)
        assert kept.read() == data
    assert bucket.size_bytes("originals/ab/abc") == len(data)


def test_a_key_is_never_written_over(bucket, make_file, monkeypatch):
    bucket.put(make_file(b"first"), "originals/ab/abc", "")
    bucket.put(make_file(b"second"), "originals/ab/abc", "")
    with bucket.open("originals/ab/abc") as kept:
        assert kept.read() == b"first"

    monkeypatch.setattr(bucket, "size_bytes", lambda key: None)  # looked a moment too early
    bucket.put(make_file(b"third"), "originals/ab/abc", "")
    with bucket.open("originals/ab/abc") as kept:
        assert kept.read() == b"first"


def test_what_is_not_there_is_said_so(bucket):
    assert bucket.size_bytes("originals/ab/abc") is None
    with pytest.raises(OriginalMissing):
        bucket.open("originals/ab/abc")


def test_a_browser_loads_parts_by_an_address_that_ends(bucket, make_file):
    bucket.put(make_file(b"0123456789"), "derivatives/ab/abc/preview.mp4", "video/mp4")
    address = bucket.address("derivatives/ab/abc/preview.mp4", content_type="video/mp4")

    part = urllib.request.Request(address, headers={"Range": "bytes=2-4"})
    with urllib.request.urlopen(part) as answer:
        assert (answer.status, answer.read()) == (206, b"234")
        assert answer.headers["Content-Type"] == "video/mp4"
    assert f"X-Amz-Expires={stores.PRESIGNED_S}" in address


def test_an_original_is_saved_and_not_shown(bucket, make_file):
    bucket.put(make_file(b"0123456789"), "originals/ab/abc", "text/html")
    address = bucket.address("originals/ab/abc", "abc.bin", "application/octet-stream")

    with urllib.request.urlopen(address) as answer:
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="abc.bin"'


def test_keys_are_listed_with_their_age_and_removed(bucket, make_file):
    for number in range(3):
        bucket.put(make_file(b"x"), f"originals/ab/{number}", "")
    listed = dict(bucket.keys("originals/"))
    assert sorted(listed) == [f"originals/ab/{number}" for number in range(3)]
    assert all(age_s < 3600 for age_s in listed.values())

    bucket.remove("originals/ab/0")
    assert len(list(bucket.keys("originals/"))) == 2


def test_a_bucket_that_refuses_says_so(bucket, make_file):
    bucket.bucket = "no-such-bucket"
    with pytest.raises(bucket.error):
        bucket.put(make_file(b"x"), "originals/ab/abc", "")
    with pytest.raises(HTTPError):
        urllib.request.urlopen(bucket.address("originals/ab/abc"))
    bucket.bucket = BUCKET


def test_what_is_too_large_for_one_request_goes_in_parts(bucket, make_file, monkeypatch):
    monkeypatch.setattr(stores, "PUT_AT_MOST_BYTES", 1000)
    bucket.put(make_file(b"x" * 2000), "originals/ab/abc", "video/mp4")
    bucket.put(make_file(b"y" * 2000), "originals/ab/abc", "video/mp4")
    with bucket.open("originals/ab/abc") as kept:
        assert kept.read() == b"x" * 2000
