"""Originals: found by digest, checked by digest, swept only where nobody names them."""

import hashlib
import io
import os

import pytest

from media import originals, receiving
from media.errors import OriginalMissing

pytestmark = pytest.mark.django_db


@pytest.fixture
def keep(settings):
    """Keep bytes as an original, without any row; returns the digest."""

    def make(data: bytes) -> str:
        received = receiving.receive(io.BytesIO(data))
        originals.keep(received)
        received.close()
        return received.sha256

    return make


def file_of(sha256: str, settings):
    return settings.MEDIA_ROOT / originals.key_of(sha256)


def test_an_original_is_kept_under_its_digest(keep, make_item, settings):
    digest = keep(b"an original")
    item = make_item(sha256=digest)

    assert digest == hashlib.sha256(b"an original").hexdigest()
    assert file_of(digest, settings).parent.name == digest[:2]
    with originals.open_original(item) as original:
        assert original.read() == b"an original"
    assert originals.is_intact(item)


def test_a_changed_original_is_not_intact(keep, make_item, settings):
    digest = keep(b"an original")
    path = file_of(digest, settings)
    path.chmod(0o600)
    path.write_bytes(b"an 0riginal")

    assert not originals.is_intact(make_item(sha256=digest))


def test_a_missing_original_is_not_intact_and_says_so(make_item):
    item = make_item()
    assert not originals.is_intact(item)
    with pytest.raises(OriginalMissing):
        originals.open_original(item)


def test_the_sweep_takes_old_orphans_only(keep, make_item, settings):
    named, orphan, young = keep(b"named by a row"), keep(b"old orphan"), keep(b"young orphan")
    make_item(sha256=named)
    for digest in (named, orphan):
        os.utime(file_of(digest, settings), (1, 1))

    assert originals.sweep_orphans() == 1
    assert originals.is_kept(named)
    assert originals.is_kept(young)
    assert not originals.is_kept(orphan)
