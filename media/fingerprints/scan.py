"""Compare a code with every other, in one pass. The oracle of the tests, and a distance."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Hit:
    """A code found near another."""

    key: int
    distance_bits: int


def words(codes: Sequence[bytes]) -> Words:
    """Lay codes of one length (a multiple of 8 bytes) out as rows of 64-bit words."""
    if not codes:
        return np.zeros((0, 0), dtype=np.uint64)
    return np.frombuffer(b"".join(codes), dtype=np.uint64).reshape(len(codes), -1)


def distances(left: Words, right: Words) -> npt.NDArray[np.uint16]:
    """Count the bits in which rows differ. left: n x w, right: m x w. Returns n x m.

    Memory: n x m x 10 bytes; give large sets in slices.
    """
    total = np.zeros((len(left), len(right)), dtype=np.uint16)
    for column in range(left.shape[1]):
        total += np.bitwise_count(left[:, column, None] ^ right[None, :, column])
    return total


class FlatScan:
    """Every code in one array, compared in one pass.

    Memory: the codes and 8 bytes each. Time: proportional to the number of codes.
    """

    def __init__(self, pairs: Iterable[tuple[int, bytes]]) -> None:
        """pairs: (key, code), codes of one length."""
        pairs = list(pairs)
        self._keys = [key for key, _ in pairs]
        self._words = words([bits for _, bits in pairs])

    def within(self, bits: bytes, radius: int) -> list[Hit]:
        """Find codes at most `radius` bits away, nearest first, ties by key."""
        if not self._keys:
            return []
        apart = distances(words([bits]), self._words)[0]
        near = np.flatnonzero(apart <= radius)
        hits = [Hit(self._keys[i], int(apart[i])) for i in near]
        return sorted(hits, key=lambda hit: (hit.distance_bits, hit.key))
