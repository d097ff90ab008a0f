"""The votes door: which kept frames hold the points of a picture, asked of an index in memory.

The index is a cache of what the rows of `FeatureChange` and the files of features say. It catches
up before every answer; where it cannot, it answers nothing (`DoorClosed`) rather than less.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from media.decoding.protocol import FEATURES
from media.models import FeatureChange, Item
from media.models.index import CurrentTransaction


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
