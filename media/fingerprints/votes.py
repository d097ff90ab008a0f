"""An index of the points of all kept frames, to find those near the points of a picture. No Django.

Few frames are searched exactly. More are sorted into lists of like points, each point coded in
16 bytes (`codebook`); the number of lists grows with the collection.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from media.fingerprints import features, tally
from media.fingerprints.codebook import CODE_BYTES, Codebook, alone
from media.fingerprints.features import DESCRIPTOR, Features
from media.fingerprints.tally import Choice, Hits

VERSION = "votes-1"
POINTS = 200  # of a frame that are kept here
NEAREST = 32  # stored points that each point of a view may vote for
# Frames from which on the points are sorted into so many lists; below the first, exactly.
LADDER = [(200, 256), (750, 1024), (5000, 4096), (40_000, 16_384), (400_000, 65_536)]
_AT_ONCE = 64  # frames put in together
_PROBES = 8  # lists looked into for each point
_NEAR = 0.38  # squared distance of unit vectors beyond which a point has nothing to say
_ALIKE = 0.08  # ... within which a stored point shows the same pattern
_LIKE_DEGREES, _LIKE_OCTAVES = 30.0, 0.7  # and turned and scaled alike, as furniture is
_LEAST = 0.1  # weight left to points that many stored ones are equally near to
_SLOT_BITS, _ANGLE_STEPS, _SIZE_STEPS = 16, 256, 16  # a key: slot, angle, size in 16ths of octaves
_REPEATS = 2  # of a search, without items that took all the room
_GRAPH_FROM, _GRAPH_LINKS, _GRAPH_MADE_WITH = 4096, 32, 60  # lists; see faiss's HNSW
_APART = 64  # removals from which on the lists are written anew instead of searched for each

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


def lists_for(frames: int) -> int:
    """How many lists suit a collection of so many frames; 0 for an exact search."""
    return max([lists for least, lists in LADDER if frames >= least], default=0)


def picked(found: Features) -> Ints:
    """Which points of a frame are kept here: the strongest of each cell in turn, at most POINTS."""
    cells = features.cells(found)
    order = np.argsort(cells, kind="stable")
    starts = np.searchsorted(cells[order], cells[order])
    rank = np.empty(len(found), dtype=np.int64)
    rank[order] = np.arange(len(found)) - starts
    chosen: Ints = np.sort(np.argsort(rank, kind="stable")[:POINTS])
    return chosen


@dataclass(frozen=True)
class Held:
    """An item in the index: the name of what was read of it, and its slots."""

    tag: str
    first: int
    count: int


@dataclass(frozen=True)
class Seen:
    """What a view found: items that may hold it, best first, each with its frames and their votes;
    and which of its points are patterns that which items hold, a row for each."""

    choices: list[Choice]
    pattern_points: Ints
    pattern_items: Ints


class Index:
    """Points of frames by item. One thread at a time; nothing here is written to disk by itself.

    A frame is a slot; slots are given in order and never twice. A point's key holds its slot,
    its angle and its size, so that no other table is needed to count votes.
    """

    def __init__(self, codebook: Codebook | None = None) -> None:
        self.codebook = codebook
        self.held: dict[int, Held] = {}
        self._item_of = np.zeros(1024, dtype=np.int64)
        self._place_of = np.zeros(1024, dtype=np.int32)
        self._slots = 0
        self._searched = _lists(codebook) if codebook else _exact()

    @property
    def frames(self) -> int:
        return sum(held.count for held in self.held.values())

    @property
    def points(self) -> int:
        return int(self._searched.ntotal)

    @property
    def lists(self) -> int:
        return self.codebook.lists if self.codebook else 0

    @property
    def is_outgrown(self) -> bool:
        """Whether so many points are better sorted into more lists."""
        return lists_for(self.points // POINTS) > self.lists

    def add(self, item: int, tag: str, frames: Iterable[tuple[int, Features]]) -> None:
        """Add an item, with (place, features) of its frames. tag: names what was read.

        Raises ValueError for an item that is here already; and whatever `frames` raises, then
        nothing of the item stays.
        """
        if item in self.held:
            raise ValueError(f"item {item} is in the index already")
        alone()
        first, left = self._slots, iter(frames)
        try:
            while part := list(islice(left, _AT_ONCE)):
                self._add_part(item, part)
        except BaseException:
            self._searched.remove_ids(_range(Held(tag, first, self._slots - first)))
            raise
        self.held[item] = Held(tag, first, self._slots - first)

    def _add_part(self, item: int, frames: list[tuple[int, Features]]) -> None:
        self._grow(self._slots + len(frames))
        points, keys = [], []
        for slot, (place, found) in enumerate(frames, self._slots):
            self._item_of[slot], self._place_of[slot] = item, place
            kept = picked(found)
            points.append(found.rooted[kept])
            keys.append(_keys(slot, found.angles[kept], found.sizes[kept]))
        self._slots += len(frames)
        if sum(map(len, keys)):
            self._searched.add_with_ids(np.concatenate(points), np.concatenate(keys))

    def remove(self, items: Iterable[int]) -> None:
        """Forget items; those that are not here are no fault."""
        gone = [self.held.pop(item) for item in set(items) if item in self.held]
        alone()
        if len(gone) >= _APART:
            self._write_anew()
            return
        for held in gone:
            if held.count:
                self._searched.remove_ids(_range(held))

    def look(self, view: Features, apart_from: int | None = None, most: int = 10) -> Seen:
        """Find what holds most of a view's points, in either orientation, but one item."""
        none = np.zeros(0, dtype=np.int64)
        if not len(view) or not self.points:
            return Seen([], none, none)
        alone()
        hits, apart = _hits(view, *self._near(view, apart_from))
        votes = tally.count(hits)
        choices = tally.choose(votes, self._item_of[votes.slots], most)
        is_like = _is_like(hits, apart)
        return Seen(choices, hits.points[is_like], self._item_of[hits.slots[is_like]])

    def _near(self, view: Features, apart_from: int | None) -> tuple[Floats, Ints, Floats]:
        """Stored points near each point of a view, plain and then mirrored: how far away, their
        keys, and how far the search went.

        Long footage that shows one thing would take all the room: where half of it goes to one
        item, the search is repeated without that item, and its answer put beside the first.
        """
        rooted = view.rooted
        wanted = np.concatenate([rooted, features.mirrored(rooted)])
        left_out = set() if apart_from is None else {apart_from}
        away, keys = self._searched.search(wanted, NEAREST, params=self._apart(left_out))
        farthest = away[:, -1].copy()
        last = keys
        rows = np.arange(len(wanted))
        for _ in range(_REPEATS):
            crowded, crowding = self._crowded(last)
            rows, left_out = rows[crowded], left_out | crowding
            if not len(rows):
                break
            more, last = self._searched.search(wanted[rows], NEAREST, params=self._apart(left_out))
            farthest[rows] = more[:, -1]
            away = np.hstack([away, np.full((len(away), NEAREST), np.inf, dtype=np.float32)])
            keys = np.hstack([keys, np.full((len(keys), NEAREST), -1)])
            away[rows, -NEAREST:], keys[rows, -NEAREST:] = more, last
        return away, keys, farthest

    def _crowded(self, keys: Ints) -> tuple[npt.NDArray[np.bool_], set[int]]:
        """Which rows give half of their room to one item, and to which items."""
        items = np.where(keys >= 0, self._item_of[keys >> _SLOT_BITS], -1)
        items.sort(axis=1)
        half = NEAREST // 2
        is_half = (items[:, half:] == items[:, :-half]) & (items[:, half:] >= 0)
        crowding: set[int] = set(np.unique(items[:, half:][is_half]).tolist())
        return is_half.any(axis=1), crowding

    def place(self, slot: int) -> int:
        """The place of a slot's frame in its item's features."""
        return int(self._place_of[slot])

    def save(self, path: Path) -> None:
        """Write a checkpoint, whole or not at all. Raises ValueError for an exact index."""
        if self.codebook is None:
            raise ValueError("few frames are read again sooner than a checkpoint")
        partial = path.with_name(f"{path.name}.{os.getpid()}.part")
        try:
            with partial.open("wb") as file:
                np.savez(file, **self._arrays())
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)

    def _arrays(self) -> dict[str, Any]:
        assert self.codebook is not None
        head = {
            "version": VERSION,
            "features": features.ALGORITHM,
            "held": [[item, *vars(held).values()] for item, held in self.held.items()],
        }
        sizes, keys, codes = _contents(self._searched)
        return {
            "head": np.frombuffer(json.dumps(head).encode(), dtype=np.uint8),
            "centres": self.codebook.centres,
            "parts": self.codebook.parts,
            "items": self._item_of[: self._slots],
            "places": self._place_of[: self._slots],
            "sizes": sizes,
            "keys": keys,
            "codes": codes,
        }

    def _grow(self, slots: int) -> None:
        if slots > len(self._item_of):
            more = max(slots, 2 * len(self._item_of)) - len(self._item_of)
            self._item_of = np.append(self._item_of, np.zeros(more, dtype=np.int64))
            self._place_of = np.append(self._place_of, np.zeros(more, dtype=np.int32))

    def _write_anew(self) -> None:
        """Keep the points of items that are held, and none else."""
        is_held = np.zeros(self._slots + 1, dtype=bool)
        for held in self.held.values():
            is_held[held.first : held.first + held.count] = True
        if self.codebook is None:
            flat = faiss.downcast_index(self._searched.index)
            keys = faiss.vector_to_array(self._searched.id_map)
            points = (
                flat.reconstruct_n(0, flat.ntotal) if flat.ntotal else np.zeros((0, DESCRIPTOR))
            )
            stays = is_held[keys >> _SLOT_BITS]
            self._searched = _exact()
            self._searched.add_with_ids(points[stays], keys[stays])
            return
        sizes, keys, codes = _contents(self._searched)
        stays = is_held[keys >> _SLOT_BITS]
        list_of = np.repeat(np.arange(len(sizes)), sizes)[stays]
        self._searched = _lists(self.codebook)
        left = np.bincount(list_of, minlength=len(sizes))
        _fill(self._searched, left, keys[stays], codes[stays])

    def _apart(self, items: set[int]) -> Any:
        """How to search, without the points of some items."""
        told: dict[str, Any] = {"nprobe": _PROBES} if self.codebook else {}
        left_out = [self.held[item] for item in sorted(items) if item in self.held]
        ranges = [_range(held) for held in left_out if held.count]
        if ranges:
            told["sel"] = faiss.IDSelectorNot(reduce(faiss.IDSelectorOr, ranges))
        return faiss.SearchParametersIVF(**told) if self.codebook else _plain(told)


def load(path: Path) -> Index:
    """Read a checkpoint. Raises ValueError for one of another version, or damaged, and OSError."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            arrays = {name: kept[name] for name in kept.files}
    except OSError:
        raise
    except Exception as fault:  # zip files break in many ways
        raise ValueError("the checkpoint is damaged") from fault
    try:
        head = json.loads(arrays["head"].tobytes())
        if [head["version"], head["features"]] != [VERSION, features.ALGORITHM]:
            raise ValueError(f"a checkpoint of {head['version']}, {head['features']}")
        return _restored(head, arrays)
    except (KeyError, TypeError, IndexError) as fault:
        raise ValueError("the checkpoint is damaged") from fault


def _restored(head: dict[str, Any], arrays: dict[str, Any]) -> Index:
    """Check that the parts fit each other before faiss is given any, then put them together."""
    centres, parts = arrays["centres"], arrays["parts"]
    sizes, keys, codes = arrays["sizes"], arrays["keys"], arrays["codes"]
    slots = len(arrays["items"])
    fits = (
        centres.dtype == parts.dtype == np.float32
        and centres.ndim == 2
        and centres.shape[1] == DESCRIPTOR
        and parts.shape == (CODE_BYTES, 256, DESCRIPTOR // CODE_BYTES)
        and sizes.shape == (len(centres),)
        and sizes.min(initial=0) >= 0
        and keys.dtype == np.int64
        and keys.shape == (sizes.sum(),)
        and codes.dtype == np.uint8
        and codes.shape == (len(keys), CODE_BYTES)
        and arrays["places"].shape == (slots,)
        and keys.min(initial=0) >= 0
        and keys.max(initial=0) >> _SLOT_BITS < max(slots, 1)
    )
    if not fits:
        raise ValueError("the parts of the checkpoint do not fit each other")
    index = Index(Codebook(centres, parts))
    index.held = {int(item): Held(str(tag), int(a), int(n)) for item, tag, a, n in head["held"]}
    index._grow(slots)
    index._item_of[:slots], index._place_of[:slots] = arrays["items"], arrays["places"]
    index._slots = slots
    _fill(index._searched, sizes, keys, codes)
    return index


def _exact() -> Any:
    return faiss.IndexIDMap2(faiss.IndexFlatL2(DESCRIPTOR))


def _lists(codebook: Codebook) -> Any:
    """Empty lists, made of a codebook."""
    alone()
    quantizer = _nearest_lists(codebook.lists)
    quantizer.add(codebook.centres)
    made = faiss.IndexIVFPQ(quantizer, DESCRIPTOR, codebook.lists, CODE_BYTES, 8)
    faiss.copy_array_to_vector(codebook.parts.ravel(), made.pq.centroids)
    made.is_trained = True
    made.precompute_table()
    return made


def _nearest_lists(count: int) -> Any:
    """How the lists nearest to a point are found: by a graph where they are many.

    Of 16,384 lists it finds 996 in 1,000 of the nearest eight, in a quarter of the time.
    """
    if count < _GRAPH_FROM:
        return faiss.IndexFlatL2(DESCRIPTOR)
    graph = faiss.IndexHNSWFlat(DESCRIPTOR, _GRAPH_LINKS)
    graph.hnsw.efConstruction, graph.hnsw.efSearch = _GRAPH_MADE_WITH, _GRAPH_LINKS
    return graph


def _contents(lists: Any) -> tuple[Ints, Ints, Bytes]:
    """Points per list, and the keys and codes of all, list by list."""
    inverted = lists.invlists
    sizes = np.array([inverted.list_size(number) for number in range(lists.nlist)], dtype=np.int64)
    keys = np.empty(sizes.sum(), dtype=np.int64)
    codes = np.empty((len(keys), CODE_BYTES), dtype=np.uint8)
    ends = np.cumsum(sizes)
    for number in np.flatnonzero(sizes).tolist():
        size, end = int(sizes[number]), int(ends[number])
        held, coded = inverted.get_ids(number), inverted.get_codes(number)
        keys[end - size : end] = faiss.rev_swig_ptr(held, size)
        codes[end - size : end] = faiss.rev_swig_ptr(coded, size * CODE_BYTES).reshape(size, -1)
        inverted.release_ids(number, held)
        inverted.release_codes(number, coded)
    return sizes, keys, codes


def _fill(lists: Any, sizes: Ints, keys: Ints, codes: Bytes) -> None:
    """Put into empty lists what `_contents` gave."""
    ends = np.cumsum(sizes)
    keys, codes = np.ascontiguousarray(keys), np.ascontiguousarray(codes)
    for number in np.flatnonzero(sizes).tolist():
        size, end = int(sizes[number]), int(ends[number])
        lists.invlists.add_entries(
            number,
            size,
            faiss.swig_ptr(keys[end - size : end]),
            faiss.swig_ptr(codes[end - size : end]),
        )
    lists.ntotal = len(keys)


def _range(held: Held) -> Any:
    """The keys of an item's points."""
    return faiss.IDSelectorRange(held.first << _SLOT_BITS, (held.first + held.count) << _SLOT_BITS)


def _plain(told: dict[str, Any]) -> Any:
    return faiss.SearchParameters(**told) if told else None


def _keys(slot: int, angles: Floats, sizes: Floats) -> Ints:
    turned = np.round(angles / 360 * _ANGLE_STEPS).astype(np.int64) % _ANGLE_STEPS
    octaves = np.log2(np.maximum(sizes, 2.0**-4)) + 4  # -4 to 12 octaves
    sized = np.clip(np.round(octaves * _SIZE_STEPS), 0, 255).astype(np.int64)
    keys: Ints = (slot << _SLOT_BITS) | (turned << 8) | sized
    return keys


def _hits(view: Features, away: Floats, keys: Ints, farthest: Floats) -> tuple[Hits, Floats]:
    """What was found near a view's points: the votes, and how far each is.

    A vote counts more the nearer it is, and the nearer compared with the farthest that was found:
    a point near to which everything lies says little.
    """
    away = np.where(keys >= 0, away, np.float32(np.inf))
    # Fewer than NEAREST found: what is not there is farther than all that is.
    farthest = np.clip(farthest, 1e-6, _NEAR * 4)[:, None]
    stands_out = np.clip(1 - away / farthest, _LEAST, None)
    weights = np.where(away < _NEAR, (1 - away / _NEAR) * stands_out, 0).astype(np.float32)
    rows, columns = np.nonzero(weights > 0)
    points, is_mirrored = rows % len(view), rows // len(view)
    found = keys[rows, columns]
    angles = np.where(is_mirrored == 0, view.angles[points], 180 - view.angles[points]) / 360
    sizes = np.log2(np.maximum(view.sizes[points], 2.0**-4)) + 4
    hits = Hits(
        points.astype(np.int64),
        is_mirrored.astype(np.int64),
        found >> _SLOT_BITS,
        weights[rows, columns],
        ((found >> 8 & 255) / _ANGLE_STEPS - angles).astype(np.float32) % 1,
        ((found & 255) / _SIZE_STEPS - sizes).astype(np.float32),
    )
    return hits, away[rows, columns]


def _is_like(hits: Hits, away: Floats) -> npt.NDArray[np.bool_]:
    """Which hits show the pattern of their point as furniture would: as it is, upright, as big."""
    turned = np.minimum(hits.turns, 1 - hits.turns) * 360
    alike: npt.NDArray[np.bool_] = (
        (away < _ALIKE)
        & (hits.mirrored == 0)
        & (turned < _LIKE_DEGREES)
        & (np.abs(hits.scales) < _LIKE_OCTAVES)
    )
    return alike
