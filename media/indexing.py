"""The index of votes in this process's memory, kept in step with the database and the files.

It reads what changed since it last looked, by a watermark that no late commit slips under, and
compares count and sum of the rows, which shows removals. As the collection grows, an index with
more lists is filled beside the one in use and takes its place once it holds everything.
"""

import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.db import connection

from media.errors import DoorClosed, OriginalMissing
from media.fingerprints import codebook, featurefile, votes
from media.fingerprints.features import Features
from media.fingerprints.votes import Index
from media.models import FeatureChange
from media.stores import store

log = logging.getLogger(__name__)

CHECKPOINT, REBUILT = "votes.npz", "votes.rebuilt"
CATCH_UP_S = 10.0  # for reading what is new before one answer; what is left waits for the next
GROW_S = 1.0  # of an answer's time for filling the next index while this one is whole
_EXACT_AT_MOST = 2  # times the frames from which lists are better
_SAVE_S, _SAVE_SHARE, _SAVE_LEAST = 60.0, 0.02, 50  # a new checkpoint, after so much of change
_AGAIN_SHARE = 1.2  # times the points that were too few, before they are tried again
_FRAMES_EACH = 4  # of one item to train with
_AT_ONCE = 16  # frames of an item read at a time

_TABLE = FeatureChange._meta.db_table
_WHOLE = f"(SELECT count(*) AS count, coalesce(sum(id), 0) AS total FROM {_TABLE}) AS whole"  # noqa: S608 - our own names
_COLUMNS = "count, total, change.id, change.item_id, change.key"
# One statement, so one snapshot: what it does not see is not below the mark it gives.
_SINCE = {
    "postgresql": f"SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, {_COLUMNS} "  # noqa: S608 - our own names
    f"FROM {_WHOLE} LEFT JOIN {_TABLE} AS change ON change.written_by >= %s",
    "sqlite": f"SELECT (SELECT coalesce(max(id), 0) FROM {_TABLE}), {_COLUMNS} "  # noqa: S608 - our own names
    f"FROM {_WHOLE} LEFT JOIN {_TABLE} AS change ON change.id > %s",
}


@dataclass(frozen=True)
class Row:
    """What the table says of an item: the number of its last write, and the file."""

    number: int
    key: str


class Copy:
    """An index with what it knows of the table. Not for two threads at once."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.rows: dict[int, Row] = {}
        self.unreadable: dict[int, str] = {}
        self.changed = 0  # items put in or taken out since the last checkpoint
        self._due: set[int] = set()
        self._mark: int | None = None

    def catch_up(self, until: float) -> bool:
        """Take in what changed, until a moment of the monotonic clock. True when it holds all."""
        self._read_rows()
        for item in sorted(self._due):
            if time.monotonic() >= until or self._is_too_small():
                break
            self._take_in(item)
        return not self._due

    @property
    def left(self) -> int:
        """Items not taken in yet."""
        return len(self._due)

    def _is_too_small(self) -> bool:
        exact_frames = self.index.points // votes.POINTS
        return not self.index.lists and exact_frames >= _EXACT_AT_MOST * votes.LADDER[0][0]

    def _read_rows(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_SINCE[connection.vendor], [self._mark or 0])
            found = cursor.fetchall()
        mark, count, total = found[0][:3]
        for *_, number, item, key in found:
            known = self.rows.get(item)
            if number is not None and (known is None or known.number < number):
                self.rows[item] = Row(number, key)
                self._due.add(item)
        known_total = sum(row.number for row in self.rows.values())
        if self._mark is None or (len(self.rows), known_total) != (count, total):
            self._read_all_rows()
        self._mark = mark
        self._due -= {item for item in self._due if self._is_done(item)}

    def _read_all_rows(self) -> None:
        """Some are gone, or this is the first look at a checkpoint: compare with all there are."""
        every = FeatureChange.objects.values_list("item_id", "pk", "key")
        self.rows = {item: Row(number, key) for item, number, key in every.iterator()}
        gone = self.index.held.keys() - self.rows.keys()
        self.index.remove(gone)
        self.changed += len(gone)
        for item in self.unreadable.keys() - self.rows.keys():
            del self.unreadable[item]
        self._due = set(self.rows)

    def _is_done(self, item: int) -> bool:
        key = self.rows[item].key
        held = self.index.held.get(item)
        return (held is not None and held.tag == key) or self.unreadable.get(item) == key

    def _take_in(self, item: int) -> None:
        key = self.rows[item].key
        self.index.remove([item])
        self.unreadable.pop(item, None)
        try:
            self.index.add(item, key, _frames(key))
        except (OriginalMissing, ValueError) as fault:
            log.warning("item %d is left out of the index: %s", item, fault)
            self.unreadable[item] = key
        self._due.discard(item)
        self.changed += 1


class Keeper:
    """The index of one process. Take `lock` before anything else of it."""

    def __init__(self, folder: Path) -> None:
        self.lock = threading.RLock()
        self.now = Copy(Index())
        self._next: Copy | None = None
        self._plain_at = 0  # points, when they were found too few to train more lists with
        self.told: dict[str, object] = {}  # what health was last told
        self.folder = folder
        self._rebuilt_at: int | None = -1  # read at the first look
        self._saved_at = 0.0

    @property
    def left(self) -> int:
        """Items to be taken in before it can answer."""
        return min(copy.left for copy in (self.now, self._next) if copy)

    @property
    def is_growing(self) -> bool:
        """Whether an index with more lists is due, or being filled."""
        return self._next is not None or self._is_growth_due

    @property
    def _is_growth_due(self) -> bool:
        index = self.now.index
        return index.is_outgrown and index.points > _AGAIN_SHARE * self._plain_at

    def ready(self, budget_s: float | None = None) -> Index:
        """Give the index once it holds what the table says. Raises DoorClosed after the budget."""
        until = time.monotonic() + (CATCH_UP_S if budget_s is None else budget_s)
        self._start_anew_if_rebuilt()
        is_whole = self.now.catch_up(until)
        if self.is_growing:
            is_whole = self._grow(min(until, time.monotonic() + GROW_S) if is_whole else until) or (
                is_whole
            )
        self._save_if_due()
        if not is_whole:
            known = len(self.now.rows)
            raise DoorClosed(f"The index of votes is behind: {self.left} of {known} items to read.")
        return self.now.index

    def _grow(self, until: float) -> bool:
        """Fill the next index; True when it holds all and has taken its place."""
        if self._next is None:
            trained = _trained(self.now)
            if trained is None:
                self._plain_at = self.now.index.points
                return False
            self._next = Copy(Index(trained))
        if not self._next.catch_up(until):
            return False
        self.now, self._next = self._next, None
        self._saved_at = 0.0
        return True

    def _start_anew_if_rebuilt(self) -> None:
        """At the start, and after the command rebuilt it: read the checkpoint."""
        rebuilt_at = _written_at(self.folder / REBUILT)
        if rebuilt_at == self._rebuilt_at:
            return
        self._rebuilt_at, self._next = rebuilt_at, None
        path = self.folder / CHECKPOINT
        try:
            self.now = Copy(votes.load(path))
            log.info("read a checkpoint of %d items", len(self.now.index.held))
        except FileNotFoundError:
            self.now = Copy(Index())
        except (ValueError, OSError) as fault:
            log.warning("the checkpoint %s is not used: %s", path, fault)
            self.now = Copy(Index())

    def _save_if_due(self) -> None:
        least = max(_SAVE_LEAST, _SAVE_SHARE * len(self.now.index.held))
        since = time.monotonic() - self._saved_at
        if self._saved_at == 0.0 or (self.now.changed >= least and since >= _SAVE_S):
            self.save()

    def save(self) -> None:
        """Write a checkpoint, of an index with lists: few frames are read again as soon.

        A disk that is full is no reason to stop answering.
        """
        self._saved_at = time.monotonic()
        if not (self.now.index.lists and self.now.changed):
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.now.index.save(self.folder / CHECKPOINT)
        except OSError as fault:
            log.warning("no checkpoint could be written: %s", fault)
        else:
            self.now.changed = 0

    def forget(self) -> None:
        """Begin with nothing, whatever checkpoint there is."""
        self.now, self._next = Copy(Index()), None
        self._rebuilt_at = _written_at(self.folder / REBUILT)

    def tell_others(self) -> None:
        """Have every process of this data folder read the checkpoint, or without one the files."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.now.index.lists:
            (self.folder / CHECKPOINT).unlink(missing_ok=True)
        (self.folder / REBUILT).write_text(f"{time.time_ns()}\n")
        self._rebuilt_at = _written_at(self.folder / REBUILT)


_keepers: dict[Path, Keeper] = {}
_making = threading.Lock()


def keeper() -> Keeper:
    """The one of this process, for the data folder of the settings."""
    folder = Path(settings.DATA_DIR)
    with _making:
        if folder not in _keepers:
            _keepers.clear()
            _keepers[folder] = Keeper(folder)
        return _keepers[folder]


def _trained(copy: Copy) -> codebook.Codebook | None:
    """A codebook for the collection: always the same for the same rows. None if it says too
    little."""
    frames = max(copy.index.points // votes.POINTS, len(copy.rows))
    lists = votes.lists_for(frames)
    points = _sampled(copy, lists * codebook.PER_LIST)
    while lists and lists * codebook.PER_LIST > len(points):
        lists = votes.lists_for(lists_before(lists))
    if lists <= copy.index.lists:
        return None
    log.info("training %d lists with %d points", lists, len(points))
    return codebook.train(points, lists)


def lists_before(lists: int) -> int:
    """The most frames for which fewer lists do."""
    return min(least for least, many in votes.LADDER if many == lists) - 1


def _sampled(copy: Copy, wanted: int) -> npt.NDArray[np.float32]:
    """Points of frames drawn from all items, at least so many if there are."""
    items = sorted(copy.rows.keys() - copy.unreadable.keys())
    taken, count = [], 0
    for place in np.random.default_rng(codebook.SEED).permutation(len(items)).tolist():
        try:
            frames = list(_frames(copy.rows[items[place]].key, _FRAMES_EACH))
        except (OriginalMissing, ValueError):
            continue  # it is left out, and named, when its turn comes
        taken += [found.rooted[votes.picked(found)] for _, found in frames]
        count += sum(len(points) for points in taken[len(taken) - len(frames) :])
        if count >= wanted:
            break
    return np.concatenate(taken) if taken else np.zeros((0, 128), dtype=np.float32)


def _frames(key: str, most: int | None = None) -> Iterator[tuple[int, Features]]:
    """Place and features of an item's frames, or of some of them evenly spread.

    Raises OriginalMissing where there is no file, ValueError where it is damaged.
    """
    with store().open(key) as file:
        places = list(range(len(featurefile.times(file))))
        if most is not None:
            places = places[:: max(1, -(-len(places) // most))]
        for start in range(0, len(places), _AT_ONCE):
            part = places[start : start + _AT_ONCE]
            yield from zip(part, featurefile.read(file, part), strict=True)


def _written_at(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None
