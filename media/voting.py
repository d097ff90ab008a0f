"""The votes door: which kept frames hold the points of a picture, asked of an index in memory.

The index is a cache of what the rows of `FeatureChange` and the files of features say. It catches
up before every answer; where it cannot, it answers nothing (`DoorClosed`) rather than less.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from media import derivatives
from media.decoding.protocol import FEATURES
from media.errors import DoorClosed, OriginalMissing
from media.fingerprints import featurefile, geometry
from media.fingerprints.features import Features
from media.models import FeatureChange, Item
from media.models.index import CurrentTransaction

MOST = 10  # items the judge looks at
LEAST = 5  # points that agree; fewer are chance


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


def ask(views: list[Features], apart_from: Item | None = None) -> Asked:
    """Find the items that hold most of the points of some views, among all kept frames.

    views: of one item, or of a picture that is looked up. Raises DoorClosed.
    """
    found = []
    for change in FeatureChange.objects.exclude(item=apart_from).select_related("item"):
        pairs = _pairs(views, change.item)
        if pairs:
            votes = float(pairs[0][0])
            found.append(Candidate(change.item_id, votes, [pair for _, pair in pairs]))
    found.sort(key=lambda one: (-one.votes, one.item_id))
    nothing = [np.zeros(len(view), dtype=bool) for view in views]
    return Asked(found[:MOST], nothing)


def _pairs(views: list[Features], item: Item) -> list[tuple[int, tuple[int, int]]]:
    try:
        with derivatives.open_derivative(item, FEATURES) as file:
            kept = featurefile.read(file, list(range(len(featurefile.times(file)))))
    except (OriginalMissing, OSError, ValueError) as fault:
        raise DoorClosed(f"The points of {item} cannot be read.") from fault
    counts = [
        (judgement.inliers, (here, there))
        for here, view in enumerate(views)
        for there, frame in enumerate(kept)
        if (judgement := geometry.judge(view, frame)) is not None
    ]
    return sorted((one for one in counts if one[0] >= LEAST), key=lambda one: (-one[0], one[1]))


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
