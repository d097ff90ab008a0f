import io
import random
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from media.fingerprints import featurefile, features
from media.fingerprints.features import Features


@pytest.fixture(scope="module")
def found(photo) -> list[tuple[int, Features]]:
    """Three small frames."""
    pictures = [photo(name).resize((120, 90)) for name in ("temple", "cat", "coffee")]
    return [(place * 2000, features.extract(one)) for place, one in enumerate(pictures)]


@pytest.fixture(scope="module")
def whole(found) -> bytes:
    return featurefile.write(found)


def assert_same(one: Features, other: Features) -> None:
    """Alike to the precision that is kept: places to a 64th of a pixel, greys to a few levels."""
    assert (one.width, one.height) == (other.width, other.height)
    np.testing.assert_allclose(one.places, other.places, atol=1 / 64)
    np.testing.assert_allclose(one.sizes, other.sizes, atol=1 / 64)
    np.testing.assert_allclose(one.angles, other.angles, atol=0.01)
    np.testing.assert_array_equal(one.descriptors, other.descriptors)
    assert one.luma.shape == other.luma.shape
    assert np.abs(one.luma.astype(float) - other.luma).mean() < 4


def test_what_was_written_is_read_back(found, whole):
    file = io.BytesIO(whole)
    featurefile.check(file)
    assert featurefile.times(file) == [0, 2000, 4000]
    assert all(len(one) for _, one in found)
    for (_, given), kept in zip(found, featurefile.read(file, [0, 1, 2]), strict=True):
        assert_same(given, kept)


def test_frames_are_read_in_the_order_asked(found, whole):
    last, first = featurefile.read(io.BytesIO(whole), [2, 0])
    assert_same(last, found[2][1])
    assert_same(first, found[0][1])


def test_one_frame_is_read_without_the_rest(found, whole):
    class Counted(io.BytesIO):
        taken = 0

        def read(self, size=-1):
            data = super().read(size)
            self.taken += len(data)
            return data

    file = Counted(whole)
    featurefile.read(file, [1])
    assert file.taken < len(features.pack(found[1][1])) + 200 < len(whole)


def test_a_file_may_be_empty_of_frames():
    file = io.BytesIO(featurefile.write([]))
    assert featurefile.times(file) == []
    assert featurefile.read(file, []) == []


def test_a_frame_may_be_empty_of_points():
    flat = features.extract(Image.new("RGB", (200, 100), "grey"))
    (kept,) = featurefile.read(io.BytesIO(featurefile.write([(0, flat)])), [0])
    assert len(kept) == 0
    assert_same(flat, kept)


@pytest.mark.parametrize("place", [-1, 3])
def test_a_place_it_has_not_is_refused(whole, place):
    with pytest.raises(ValueError, match="3 frames"):
        featurefile.read(io.BytesIO(whole), [place])


@pytest.mark.parametrize("times_ms", [[2000, 0], [5, 5], [-1], [1 << 60]])
def test_frames_out_of_order_are_not_written(found, times_ms):
    with pytest.raises(ValueError):
        featurefile.write([(time_ms, found[0][1]) for time_ms in times_ms])


def test_more_frames_than_allowed_are_not_written():
    with pytest.raises(ValueError, match="more frames"):
        featurefile.join([(at, b"") for at in range(featurefile.MAX_FRAMES + 1)])


def changed(data: bytes, at: int, to: bytes) -> bytes:
    return data[:at] + to + data[at + len(to) :]


@pytest.mark.parametrize(
    ("at", "to"),
    [
        (0, b"RIFF"),  # magic
        (7, b"2"),  # its version
        (8, b"sift999"),  # algorithm
        (24, b"\x00"),  # count of frames: none, but bytes for three
        (24, b"\x04"),  # one too many
        (24, b"\xff\xff\xff\xff"),
        (28, b"\xff\xff"),  # first time after the second
        (35, b"\x7f"),  # first time beyond any clock
        (36, b"\x00\x00\x00\x00"),  # length of the first
        (36, b"\xff\xff\xff\xff"),
    ],
)
def test_a_damaged_head_or_table_is_refused(whole, at, to):
    with pytest.raises(ValueError):
        featurefile.times(io.BytesIO(changed(whole, at, to)))


def test_a_file_that_ends_early_or_late_is_refused(whole):
    for data in (b"", whole[:20], whole[:50], whole[:-1], whole + b"\0"):
        with pytest.raises(ValueError):
            featurefile.times(io.BytesIO(data))


def test_points_outside_of_the_picture_are_refused(found):
    one = found[0][1]
    for field, value in (("places", one.places + 400), ("sizes", one.sizes * 0)):
        wrong = replace(one, **{field: value})
        with pytest.raises(ValueError, match="point"):
            featurefile.check(io.BytesIO(featurefile.write([(0, wrong)])))


def test_random_damage_ends_as_frames_or_a_value_error(whole):
    rng = random.Random(4)
    refused = 0
    for _ in range(300):
        broken = bytearray(whole)
        for _ in range(rng.randrange(1, 8)):
            broken[rng.choice([rng.randrange(200), rng.randrange(len(broken))])] = rng.randrange(
                256
            )
        try:
            featurefile.check(
                io.BytesIO(broken[: rng.choice([len(broken), rng.randrange(len(broken))])])
            )
        except ValueError:
            refused += 1
    assert refused > 200


def test_random_bytes_are_refused():
    rng = random.Random(5)
    for _ in range(300):
        head = featurefile.write([])[: rng.choice([0, 8, 24, 28])]
        with pytest.raises(ValueError):
            featurefile.check(io.BytesIO(head + rng.randbytes(rng.randrange(1, 400))))
