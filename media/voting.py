"""The votes door: which kept frames hold the points of a picture, asked of an index in memory.

The index is a cache of what the rows of `FeatureChange` and the files of features say. It catches
up before every answer; where it cannot, it answers nothing (`DoorClosed`) rather than less.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from django.db import DatabaseError
from django.db.models import Q

from media import indexing
from media.decoding.protocol import FEATURES
from media.errors import DoorClosed
from media.fingerprints import tally
from media.fingerprints.features import Features
from media.fingerprints.tally import FURNITURE_GROUPS
from media.fingerprints.votes import Seen
from media.indexing import Keeper
from media.models import DoorReport, FeatureChange, Item, Match
from media.models.index import CurrentTransaction

log = logging.getLogger(__name__)

DOOR = "votes"
MOST = 10  # items that one view proposes, all that a still proposes
MOST_OF_FOOTAGE = 40  # items that all views of footage propose together
PAIRS = 60  # of frames of one item
RELATED = ("identical", "same_picture", "part_of", "same_footage")
_RELATIVES = 5000  # items looked at to tell who is related; more say no more
_CHUNK = 400  # keys in one statement


@dataclass(frozen=True)
class Candidate:
    """An item that may hold what was asked. pairs: (place of the view, place of the item's frame),
    those with most votes first."""

    item_id: int
    votes: float
    pairs: list[tuple[int, int]]


@dataclass(frozen=True)
class Asked:
    """What the door answers. candidates: best first. furniture: for each view, which of its points
    are patterns that unrelated items hold too."""

    candidates: list[Candidate]
    furniture: list[npt.NDArray[np.bool_]]


@dataclass(frozen=True)
class _Looked:
    """What one view found. frames: (item, place of its frame, votes)."""

    seen: Seen
    frames: list[tuple[int, int, float]]


def ask(views: list[Features], apart_from: Item | None = None) -> Asked:
    """Find the items that hold most of the points of some views, among all kept frames.

    views: of one item, or of a picture that is looked up. Ask once the item's own features are
    committed: of two that arrive together, the later one then sees the other. Raises DoorClosed.
    """
    keeper = indexing.keeper()
    own = apart_from.pk if apart_from else None
    try:
        looked = [_look(keeper, view, own, is_first=not place) for place, view in enumerate(views)]
        _report(keeper, "")
        return Asked(_candidates(looked), _furniture(views, looked, own))
    except DoorClosed as closed:
        _report(keeper, str(closed))
        raise
    except Exception as fault:  # whatever it is: nobody may be told "no match"
        log.exception("the votes door stopped")
        sentence = "The index of votes stopped; it is asked again later."
        _report(keeper, sentence)
        raise DoorClosed(sentence) from fault


def _look(keeper: Keeper, view: Features, own: int | None, *, is_first: bool) -> _Looked:
    """Ask for one view. Between two views of long footage others may ask."""
    with keeper.lock:
        index = keeper.ready() if is_first else keeper.now.index
        seen = index.look(view, own, MOST)
        frames = [
            (choice.item, index.place(slot), score)
            for choice in seen.choices
            for slot, score in choice.slots
        ]
    return _Looked(seen, frames)


def _candidates(looked: list[_Looked]) -> list[Candidate]:
    """Add up what the views say of each item."""
    got: dict[int, float] = defaultdict(float)
    pairs: dict[int, dict[tuple[int, int], float]] = defaultdict(dict)
    for view_place, one in enumerate(looked):
        for choice in one.seen.choices:
            got[choice.item] += choice.votes
        for item, frame_place, score in one.frames:
            pairs[item][view_place, frame_place] = score
    most = MOST if len(looked) == 1 else MOST_OF_FOOTAGE
    best = sorted(got, key=lambda item: (-got[item], item))[:most]
    return [
        Candidate(
            item,
            got[item],
            sorted(pairs[item], key=lambda pair: (-pairs[item][pair], pair))[:PAIRS],
        )
        for item in best
    ]


# --- Furniture ----------------------------------------------------------------------------------


def _furniture(
    views: list[Features], looked: list[_Looked], own: int | None
) -> list[npt.NDArray[np.bool_]]:
    """For each view, which points are patterns that unrelated items hold.

    Only items whose own search is over count: of those still waiting nobody knows yet who their
    relatives are, and copies that arrive together would make furniture of their picture.
    """
    rows = [_often_held(one.seen) for one in looked]
    items = {item for _, found in rows for item in np.unique(found).tolist()}
    groups = _groups(items, own) if items else {}
    return [
        tally.furniture(points, found, groups, view.places)
        for view, (points, found) in zip(views, rows, strict=True)
    ]


def _often_held(seen: Seen) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Points whose pattern enough items hold, related or not, and the items."""
    pairs = np.unique(np.stack([seen.pattern_points, seen.pattern_items]), axis=1)
    points, items = pairs
    is_often = np.bincount(points, minlength=1)[points] >= FURNITURE_GROUPS
    return points[is_often], items[is_often]


def _groups(items: set[int], own: int | None) -> dict[int, int]:
    """Give each item that counts a name of its group: items linked by matches share one. What is
    related to the item that asks has none."""
    group_of = _linked(items | ({own} if own else set()))
    searched: set[int] = set()
    for part in _parts(items):
        searched.update(
            Item.objects.filter(pk__in=part, matched_at__isnull=False).values_list("pk", flat=True)
        )
    mine = group_of.get(own) if own else None
    return {item: group_of[item] for item in searched if group_of[item] != mine}


def _linked(items: set[int]) -> dict[int, int]:
    """The group of each item, by matches nobody rejected, over any number of steps."""
    group_of = {item: item for item in items}

    def root(item: int) -> int:
        while group_of[item] != item:
            group_of[item] = item = group_of[group_of[item]]
        return item

    fresh = set(items)
    while fresh and len(group_of) <= _RELATIVES:
        met: set[int] = set()
        for one, other in _links(fresh):
            for item in (one, other):
                if item not in group_of:
                    group_of[item] = item
                    met.add(item)
            group_of[root(one)] = root(other)
        fresh = met
    return {item: root(item) for item in items}


def _links(items: set[int]) -> Iterator[tuple[int, int]]:
    related = Match.objects.filter(relation__in=RELATED).exclude(decision=Match.Decision.REJECTED)
    for part in _parts(items):
        yield from related.filter(Q(older__in=part) | Q(newer__in=part)).values_list(
            "older_id", "newer_id"
        )


def _parts(items: Iterable[int]) -> Iterator[list[int]]:
    ordered = sorted(items)
    for start in range(0, len(ordered), _CHUNK):
        yield ordered[start : start + _CHUNK]


# --- What others are told -----------------------------------------------------------------------


def _report(keeper: Keeper, why: str) -> None:
    """Write down how the door stands, if that changed since it was last written."""
    with keeper.lock:
        index, unreadable = keeper.now.index, sorted(keeper.now.unreadable)
        told = {
            "is_open": not why,
            "why": why,
            "items": len(index.held),
            "frames": index.frames,
            "unreadable": unreadable,
        }
        if told == keeper.told:
            return
        try:
            DoorReport.objects.update_or_create(door=DOOR, defaults=told)
        except DatabaseError as fault:  # what is answered stands all the same
            log.warning("the state of the door could not be written: %s", fault)
        else:
            keeper.told = told


def note_change(item: Item) -> None:
    """Tell every index that the item's features were written, changed or dropped.

    Call it in the transaction that writes `item.derivatives`, once they are set. Safe to run
    twice: the same file is no change.
    """
    entry = item.derivatives.get(FEATURES)
    changes = FeatureChange.objects.filter(item=item)
    if entry and changes.filter(key=entry["key"]).exists():
        return
    changes.delete()
    if entry:
        FeatureChange.objects.create(item=item, key=entry["key"], written_by=CurrentTransaction())
