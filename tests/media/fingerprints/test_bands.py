from itertools import pairwise

import numpy as np
import pytest

from media.fingerprints import bands


def flipped(code: bytes, bits: list[int]) -> bytes:
    number = int.from_bytes(code)
    for bit in bits:
        number ^= 1 << bit
    return number.to_bytes(len(code))


def test_a_code_is_cut_without_losing_a_bit():
    code = np.random.default_rng(1).bytes(32)
    places = bands.edges()
    widths = [end - start for start, end in pairwise(places)]
    joined = 0
    for value, width in zip(bands.cut(code), widths, strict=True):
        joined = joined << width | value
    assert joined.to_bytes(32) == code
    assert sum(widths) == 256
    assert len(widths) == bands.BANDS


@pytest.mark.parametrize("count", [11, 13, 16])
@pytest.mark.parametrize("radius", [0, 1, 10, 31])
def test_no_code_within_the_radius_escapes_every_band(count, radius):
    random = np.random.default_rng(radius * 100 + count)
    code = random.bytes(32)
    probes = [set(values) for values in bands.probes(code, radius, count)]
    for _ in range(200):
        near = flipped(code, random.choice(256, radius, replace=False).tolist())
        assert any(
            value in wanted for value, wanted in zip(bands.cut(near, count), probes, strict=True)
        )


def test_the_hardest_spread_of_differences_is_still_found():
    """As many bits in each band as the pigeonhole rule leaves to chance."""
    code = bytes(32)
    reach = bands.reach(31)
    places = bands.edges()
    spread = [
        255 - (start + bit)
        for start, depth in zip(places, reach, strict=False)
        for bit in range(depth + 1)
    ]
    assert len(spread) == 32  # one more than the radius: the first that may escape
    near = flipped(code, spread[:-1])
    assert any(
        value in wanted
        for value, wanted in zip(bands.cut(near), bands.probes(code, 31), strict=True)
    )


def test_bands_that_need_no_search_are_not_searched():
    assert bands.reach(2) == [0, 0, 0] + [-1] * (bands.BANDS - 3)
    assert [len(values) for values in bands.probes(bytes(32), 2)][:4] == [1, 1, 1, 0]


def test_a_negative_radius_is_refused():
    with pytest.raises(ValueError, match="0 bits or more"):
        bands.probes(bytes(32), -1)
