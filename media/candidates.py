"""The hash door: every code within a radius, exactly, by plain columns and b-tree indexes.

A code is one row however many frames share it. Search after the codes were committed, never
before: of two workers with two copies, the later one then always sees the other's code.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice

import numpy as np
from django.conf import settings
from django.db import connection
from django.db.models import Count

from media.fingerprints import bands, scan
from media.fingerprints.scan import Hit
from media.fingerprints.stills import PDQ
from media.fingerprints.tracks import Ints, Track
from media.models import Code, Fingerprint, Item
from media.models.fingerprint import BAND_COLUMNS, Among

log = logging.getLogger(__name__)

SHARED_ITEMS = 50  # of the items that share one code, the oldest so many are looked at
CANDIDATES = 500  # items compared with one item, those with most codes in common
SEARCHED = frozenset({PDQ})  # phash finds nothing PDQ does not, see docs/hashing.md
_QUERIES = 64  # codes searched in one go; these two bound the memory of a search
_SLICE = 50_000  # rows compared with them in one go


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
    distinct = list(dict.fromkeys(codes))
    found: dict[bytes, list[Hit]] = {code: [] for code in distinct}
    for start in range(0, len(distinct), _QUERIES):
        batch = distinct[start : start + _QUERIES]
        for places, keys, bits in _near(batch, radius):
            for place, key, apart in zip(places, keys, bits, strict=True):
                found[batch[place]].append(Hit(int(key), int(apart)))
    for hits in found.values():
        hits.sort(key=lambda hit: (hit.distance_bits, hit.key))
    return found


def _columns(algorithm: str, value: bytes) -> dict[str, int]:
    if algorithm not in SEARCHED:
        return {}
    return dict(zip(BAND_COLUMNS, bands.cut(value), strict=True))


def _near(codes: list[bytes], radius: int) -> Iterator[tuple[Ints, Ints, Ints]]:
    """Rows within `radius` of any code: place in `codes`, key and distance, in slices."""
    wanted = scan.words(codes)
    for keys, rows in _in_reach(codes, radius):
        apart = scan.distances(wanted, scan.words(rows))
        places, columns = (apart <= radius).nonzero()
        yield places, np.array(keys, dtype=np.int64)[columns], apart[places, columns].astype(int)


def _in_reach(codes: list[bytes], radius: int) -> Iterator[tuple[list[int], list[bytes]]]:
    """Keys and codes of all rows that can lie within `radius`, in slices."""
    if radius > bands.MAX_RADIUS_BITS:
        every = Code.objects.filter(algorithm__in=SEARCHED).values_list("pk", "bits")
        rows = ((key, bytes(bits)) for key, bits in every.iterator(chunk_size=_SLICE))
    else:
        rows = iter(_in_some_band(codes, radius).items())
    while part := list(islice(rows, _SLICE)):
        yield [key for key, _ in part], [bits for _, bits in part]


def _in_some_band(codes: list[bytes], radius: int) -> dict[int, bytes]:
    """Every row that shares a probed band value with one of the codes, by key."""
    values: dict[str, set[int]] = defaultdict(set)
    for code in codes:
        for column, probes in zip(BAND_COLUMNS, bands.probes(code, radius), strict=True):
            values[column].update(probes)
    given = [Among.parameter(values[column], connection.vendor) for column in BAND_COLUMNS]
    with connection.cursor() as cursor:
        cursor.execute(_in_any_band(connection.vendor), given)
        return {key: bytes(bits) for key, bits in cursor.fetchall()}


@cache
def _in_any_band(vendor: str) -> str:
    """One statement for all bands. By hand: the ORM takes four times as long as the search."""
    table, among = Code._meta.db_table, Among.condition(vendor)
    selects = (
        f"SELECT id, bits FROM {table} WHERE {column} {among}"  # noqa: S608 - our own names
        for column in BAND_COLUMNS
    )
    return " UNION ALL ".join(selects)


def near_items(track: Track, apart_from: Item | None = None) -> dict[int, set[int]]:
    """Find items that share a near code with a track, by key, with the turns of the track (places
    in TURNS) under which they do.

    Memory: bounded by the batch, not by the length of footage. At most CANDIDATES items.
    """
    shared: dict[int, Counter[int]] = defaultdict(Counter)
    for turns_of_code in _near_codes(track):
        for code_id, item_id in _holders(list(turns_of_code), apart_from):
            shared[item_id].update(turns_of_code[code_id])
    most = sorted(shared, key=lambda key: (-shared[key].total(), key))
    if len(most) > CANDIDATES:
        log.warning("%s: %d candidates, %d are compared", apart_from, len(most), CANDIDATES)
    return {key: set(shared[key]) for key in most[:CANDIDATES]}


def _near_codes(track: Track) -> Iterator[dict[int, set[int]]]:
    """Search with every distinct code in all its turns, a batch at a time: code id → turns."""
    turns_of: dict[bytes, set[int]] = defaultdict(set)
    for turns in track.words[track.is_kept]:
        for turn, words in enumerate(turns):
            turns_of[words.tobytes()].add(turn)
    wanted = list(turns_of)
    for start in range(0, len(wanted), _QUERIES):
        batch = wanted[start : start + _QUERIES]
        near: dict[int, set[int]] = defaultdict(set)
        for places, keys, _ in _near(batch, settings.MATCH_PDQ_RADIUS_BITS):
            for place, key in zip(places.tolist(), keys.tolist(), strict=True):
                near[key] |= turns_of[batch[place]]
        if near:
            yield near


def _holders(code_ids: list[int], apart_from: Item | None) -> Iterator[tuple[int, int]]:
    """(code, item) for every item that holds one of the codes.

    A code that very many items share, such as a broadcaster's end card, is counted and not
    followed to all of them: the SHARED_ITEMS oldest stand for the rest.
    """
    held = Fingerprint.objects.filter(
        code__pk__among=set(code_ids), quality__gte=settings.MATCH_MIN_QUALITY
    ).exclude(frame__item=apart_from)
    counts = held.values("code_id").annotate(items=Count("frame__item", distinct=True))
    crowded = {row["code_id"] for row in counts if row["items"] > SHARED_ITEMS}
    clear = set(code_ids) - crowded
    yield from (held.filter(code__pk__among=clear).values_list("code_id", "frame__item").distinct())
    for code_id in sorted(crowded):
        items = held.filter(code_id=code_id).order_by("frame__item")
        for item_id in items.values_list("frame__item", flat=True).distinct()[:SHARED_ITEMS]:
            yield code_id, item_id
