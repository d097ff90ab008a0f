"""The hash door: every code within a radius, exactly, by plain columns and b-tree indexes.

A code is one row however many frames share it. Search after the codes were committed, never
before: of two workers with two copies, the later one then always sees the other's code.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from media.fingerprints import bands, scan
from media.fingerprints.scan import Hit
from media.fingerprints.stills import PDQ
from media.models import Code
from media.models.fingerprint import BAND_COLUMNS

SEARCHED = frozenset({PDQ})  # phash finds nothing PDQ does not, see docs/hashing.md
_QUERIES = 64  # codes searched in one go: bounds the memory of a search


def keep_codes(algorithm: str, bits: Iterable[bytes]) -> dict[bytes, Code]:
    """Make sure each hash value has its one row, and return the rows by value.

    Safe to run twice and in parallel: rows are written in the order of their values, so that two
    workers with the same values wait for each other instead of locking each other out.
    """
    wanted = sorted(set(bits))
    Code.objects.bulk_create(
        [Code(algorithm=algorithm, bits=value, **_columns(algorithm, value)) for value in wanted],
        ignore_conflicts=True,
        batch_size=500,
    )
    kept: dict[bytes, Code] = {}
    for start in range(0, len(wanted), 500):
        rows = Code.objects.filter(algorithm=algorithm, bits__in=wanted[start : start + 500])
        kept |= {bytes(row.bits): row for row in rows}
    return kept


def find(code: bytes, radius: int) -> list[Hit]:
    """Find every kept code at most `radius` bits from `code`, nearest first, ties by key.

    code: 32 bytes. A hit's `key` is the `Code`'s primary key. Exact: nothing within the radius
    is missed (see media/fingerprints/bands.py). Raises ValueError for a negative radius.
    """
    return find_many([code], radius)[code]


def find_many(codes: Sequence[bytes], radius: int) -> dict[bytes, list[Hit]]:
    """Do what `find` does for many codes at once, such as the eight turns of a picture."""
    found: dict[bytes, list[Hit]] = {}
    distinct = list(dict.fromkeys(codes))
    for start in range(0, len(distinct), _QUERIES):
        found |= _search(distinct[start : start + _QUERIES], radius)
    return found


def _columns(algorithm: str, value: bytes) -> dict[str, int]:
    if algorithm not in SEARCHED:
        return {}
    return dict(zip(BAND_COLUMNS, bands.cut(value), strict=True))


def _search(codes: list[bytes], radius: int) -> dict[bytes, list[Hit]]:
    near = _in_reach(codes, radius)
    keys = list(near)
    found: dict[bytes, list[Hit]] = {code: [] for code in codes}
    if keys:
        apart = scan.distances(scan.words(codes), scan.words(list(near.values())))
        for query, place in zip(*(apart <= radius).nonzero(), strict=True):
            found[codes[query]].append(Hit(keys[place], int(apart[query, place])))
    for hits in found.values():
        hits.sort(key=lambda hit: (hit.distance_bits, hit.key))
    return found


def _in_reach(codes: list[bytes], radius: int) -> dict[int, bytes]:
    """Every row that shares a probed band value with one of the codes, by key."""
    values: dict[str, set[int]] = defaultdict(set)
    for code in codes:
        for column, probes in zip(BAND_COLUMNS, bands.probes(code, radius), strict=True):
            values[column].update(probes)
    near: dict[int, bytes] = {}
    for column, wanted in values.items():
        rows = Code.objects.filter(**{f"{column}__among": sorted(wanted)})
        near.update((key, bytes(bits)) for key, bits in rows.values_list("pk", "bits"))
    return near
