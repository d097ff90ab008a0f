import zlib

import numpy as np
import pytest

from media.fingerprints import greys


def grey(photo, name: str, size: tuple[int, int]) -> np.ndarray:
    return np.asarray(photo(name).convert("L").resize(size))


@pytest.mark.parametrize("size", [(320, 213), (17, 320), (8, 8), (1, 1)])
def test_a_picture_comes_back_alike_in_fewer_bytes(photo, size):
    before = grey(photo, "temple", size)
    packed = greys.pack(before)
    after = greys.unpack(packed, *before.shape)
    assert after.shape == before.shape
    assert np.abs(after.astype(float) - before).mean() < 6
    if before.size > 10_000:
        assert len(packed) < 0.35 * before.size


def test_flat_ground_stays_flat_and_extremes_stay_extreme():
    before = np.zeros((64, 64), np.uint8)
    before[:, 32:] = 255
    after = greys.unpack(greys.pack(before), 64, 64)
    assert np.abs(after.astype(int) - before).max() <= 2
    assert len(np.unique(after[:, :32])) == 1


def test_damage_is_refused(photo):
    packed = greys.pack(grey(photo, "temple", (64, 48)))
    with pytest.raises(ValueError, match="ends early"):
        greys.unpack(packed, 64, 64)
    with pytest.raises(ValueError, match="damaged"):
        greys.unpack(b"not zlib", 48, 64)
    with pytest.raises(ValueError, match="ends early"):
        greys.unpack(packed[:40], 48, 64)


def test_no_more_is_inflated_than_the_picture_needs():
    bomb = zlib.compress(bytes(50_000_000))
    assert greys.unpack(bomb, 64, 64).shape == (64, 64)
