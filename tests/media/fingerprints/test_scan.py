import numpy as np
import pytest

from media.fingerprints import scan
from media.fingerprints.scan import FlatScan, Hit


def bits_apart(a: bytes, b: bytes) -> int:
    return (int.from_bytes(a) ^ int.from_bytes(b)).bit_count()


@pytest.mark.parametrize("length", [8, 32])
@pytest.mark.parametrize("radius", [0, 6, 31, 120])
def test_finds_what_counting_by_hand_finds(length, radius):
    random = np.random.default_rng(7)
    stored = [(key, random.bytes(length)) for key in range(500)]
    query = stored[3][1]
    by_hand = {Hit(k, d) for k, h in stored if (d := bits_apart(h, query)) <= radius}
    assert set(FlatScan(stored).within(query, radius)) == by_hand
    assert Hit(3, 0) in by_hand


def test_the_nearest_comes_first_and_ties_by_key():
    stored = [(9, bytes(32)), (2, bytes(31) + b"\x01"), (1, bytes(31) + b"\x02")]
    assert FlatScan(stored).within(bytes(32), 31) == [Hit(9, 0), Hit(1, 1), Hit(2, 1)]


def test_nothing_is_found_among_nothing():
    assert FlatScan([]).within(bytes(32), 31) == []


def test_distances_do_not_overflow_at_opposite_codes():
    apart = scan.distances(scan.words([bytes(32)]), scan.words([b"\xff" * 32, bytes(32)]))
    assert apart.tolist() == [[256, 0]]
