import threading

import numpy as np
import pytest
from django.db import connection

from media import candidates
from media.fingerprints import tracks
from media.fingerprints.scan import FlatScan
from media.fingerprints.stills import PDQ, PHASH, TURNS
from media.fingerprints.tracks import FrameCodes, Track
from media.models import Code, Fingerprint, Frame

pytestmark = pytest.mark.django_db


def flipped(code: bytes, bits: int, random: np.random.Generator) -> bytes:
    flips = np.zeros(256, dtype=np.uint8)
    flips[random.choice(256, bits, replace=False)] = 1
    return bytes(np.frombuffer(code, np.uint8) ^ np.packbits(flips))


def random_codes(random: np.random.Generator) -> list[bytes]:
    return [random.bytes(32) for _ in range(2000)]


def clustered_codes(random: np.random.Generator) -> list[bytes]:
    first = [random.bytes(32) for _ in range(20)]
    return [flipped(first[i % 20], int(random.integers(0, 40)), random) for i in range(2000)]


@pytest.mark.parametrize("make", [random_codes, clustered_codes])
@pytest.mark.parametrize("radius", [0, 9, 10, 21, 31, 43, 44, 60])
def test_a_search_finds_what_a_flat_scan_finds(make, radius):
    random = np.random.default_rng(radius)
    stored = make(random)
    kept = candidates.keep_codes(PDQ, stored)
    oracle = FlatScan((code.pk, bits) for bits, code in kept.items())
    queries = [flipped(stored[i * 97], int(random.integers(0, 45)), random) for i in range(12)]
    found = candidates.find_many(queries, radius)
    for query in queries:
        assert found[query] == oracle.within(query, radius)
    assert candidates.find(queries[0], radius) == found[queries[0]]


def test_codes_exactly_at_the_radius_are_found_and_none_beyond():
    random = np.random.default_rng(4)
    query = random.bytes(32)
    stored = {bits: flipped(query, bits, random) for bits in range(25, 40)}
    candidates.keep_codes(PDQ, stored.values())
    assert [hit.distance_bits for hit in candidates.find(query, 31)] == list(range(25, 32))


def test_one_value_is_one_row():
    random = np.random.default_rng(5)
    one, other = random.bytes(32), random.bytes(32)
    first = candidates.keep_codes(PDQ, [one, other, one])
    again = candidates.keep_codes(PDQ, iter([one]))
    assert first[one].pk == again[one].pk
    assert Code.objects.count() == 2
    assert candidates.keep_codes(PDQ, []) == {}


def test_many_codes_are_kept_at_once():
    random = np.random.default_rng(6)
    values = {random.bytes(32) for _ in range(1201)}
    assert set(candidates.keep_codes(PDQ, values)) == values


def test_a_phash_is_kept_and_not_searched():
    kept = candidates.keep_codes(PHASH, [b"12345678"])
    assert Code.objects.get(pk=kept[b"12345678"].pk).b00 is None
    assert candidates.find(b"12345678" * 4, 60) == []


def test_a_negative_radius_is_refused():
    with pytest.raises(ValueError, match="0 bits or more"):
        candidates.find(bytes(32), -1)


def test_the_search_reads_indexes_only():
    candidates.keep_codes(PDQ, random_codes(np.random.default_rng(8)))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    for column in ("b00", "b10"):
        rows = Code.objects.filter(**{f"{column}__among": set(range(300))})
        assert f"code_{column}" in rows.values_list("pk", "bits").explain()


# --- Items --------------------------------------------------------------------------------------


def track(code: bytes) -> Track:
    return tracks.track([FrameCodes(0, {"whole": code * len(TURNS)})])


def hold(item, code: bytes, quality: int = 100) -> None:
    frame = Frame.objects.create(item=item, time_ms=0, quality=quality, is_comparable=True)
    row = candidates.keep_codes(PDQ, [code])[code]
    Fingerprint.objects.create(frame=frame, code=row, quality=quality, turns=code * len(TURNS))


def test_items_with_a_near_code_are_candidates(make_item):
    random = np.random.default_rng(9)
    code = random.bytes(32)
    near, far, poor, same = (make_item() for _ in range(4))
    hold(near, flipped(code, 31, random))
    hold(far, flipped(code, 33, random))
    hold(poor, code, quality=69)
    hold(same, code)
    assert set(candidates.near_items(track(code))) == {near.pk, same.pk}
    assert set(candidates.near_items(track(code), apart_from=same)) == {near.pk}


def test_a_candidate_comes_with_the_turns_it_was_found_under(make_item):
    random = np.random.default_rng(10)
    turns = [random.bytes(32) for _ in TURNS]
    item = make_item()
    hold(item, turns[5])
    looked = tracks.track([FrameCodes(0, {"whole": b"".join(turns)})])
    assert candidates.near_items(looked) == {item.pk: {5}}


def test_a_code_that_everybody_holds_brings_only_the_oldest(make_item, monkeypatch):
    monkeypatch.setattr(candidates, "SHARED_ITEMS", 3)
    code = np.random.default_rng(11).bytes(32)
    items = [make_item() for _ in range(6)]
    for item in items:
        hold(item, code)
    found = candidates.near_items(track(code), apart_from=items[0])
    assert sorted(found) == [item.pk for item in items[1:4]]


def test_there_is_an_end_to_candidates(make_item, monkeypatch):
    monkeypatch.setattr(candidates, "CANDIDATES", 2)
    code = np.random.default_rng(12).bytes(32)
    for _ in range(4):
        hold(make_item(), code)
    assert len(candidates.near_items(track(code))) == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_may_keep_the_same_codes_at_once():
    random = np.random.default_rng(13)
    values = [random.bytes(32) for _ in range(300)]
    faults: list[BaseException] = []

    def keep(order: list[bytes]) -> None:
        try:
            for start in range(0, 300, 30):
                assert len(candidates.keep_codes(PDQ, order[start : start + 30])) == 30
        except BaseException as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=keep, args=[order]) for order in (values, values[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert Code.objects.count() == 300
