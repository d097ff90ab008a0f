"""The pigeonhole plan: which band values a code within a radius can have.

A code is cut into bands. If two codes differ by at most r bits, and r = s·m + a for m bands, then
they differ by at most s bits in one of the first a + 1 bands, or by at most s - 1 bits in one of
the others: otherwise they would differ by (a + 1)(s + 1) + (m - a - 1)s = r + 1 bits or more.
"""

from functools import cache
from itertools import combinations, pairwise

BANDS = 11  # by measurement, see docs/decisions/hash-door-bands.md
CODE_BITS = 256
MAX_RADIUS_BITS = 43  # each further bit a band may differ by takes ten times as many probes


def edges(bands: int = BANDS, code_bits: int = CODE_BITS) -> list[int]:
    """Where each band begins, in bits from the first, and the end of the last."""
    return [code_bits * band // bands for band in range(bands + 1)]


def cut(bits: bytes, bands: int = BANDS) -> list[int]:
    """Cut a code into its band values, first bits first."""
    number, length = int.from_bytes(bits, "big"), 8 * len(bits)
    places = edges(bands, length)
    return [
        number >> (length - end) & ((1 << (end - start)) - 1) for start, end in pairwise(places)
    ]


def reach(radius: int, bands: int = BANDS) -> list[int]:
    """How many bits each band may differ by for codes within `radius`; -1: not to be searched."""
    per_band, rest = divmod(radius, bands)
    return [per_band if band <= rest else per_band - 1 for band in range(bands)]


@cache
def masks(width_bits: int, reach_bits: int) -> tuple[int, ...]:
    """Every value of `width_bits` bits with at most `reach_bits` of them set, fewest first."""
    return tuple(
        sum(1 << bit for bit in chosen)
        for count in range(reach_bits + 1)
        for chosen in combinations(range(width_bits), count)
    )


def probes(bits: bytes, radius: int, bands: int = BANDS) -> list[list[int]]:
    """The values to look for in each band, so that no code within `radius` is missed.

    bits: a code of any length. radius: 0 or more bits. The number of values grows with the power
    of radius / bands: with 11 bands of 256 bits, up to MAX_RADIUS_BITS is quicker than a scan.
    Raises ValueError for a negative radius.
    """
    if radius < 0:
        raise ValueError(f"a radius is 0 bits or more, not {radius}")
    places = edges(bands, 8 * len(bits))
    return [
        [value ^ mask for mask in masks(end - start, depth)] if depth >= 0 else []
        for value, depth, start, end in zip(
            cut(bits, bands), reach(radius, bands), places, places[1:], strict=False
        )
    ]
