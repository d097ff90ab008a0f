"""Why do two items match, or why not? Every measure of both doors beside what it has to reach.

Asked by people, of any two items, and answered from what is kept: no original is decoded.
"""

from dataclasses import dataclass

from django.conf import settings

from media import judging, matching, shown
from media.fingerprints import features, geometry
from media.fingerprints.features import Features
from media.fingerprints.geometry import Judgement, Level
from media.judging import Likeness
from media.likeness import describe
from media.models import Item, Match
from media.shown import Shown

MET, MISSED, UNKNOWN = "met", "missed", "unknown"
_CELLS_OF_GRID = features.CELLS**2


@dataclass(frozen=True)
class Measure:
    """One number, what it has to reach, and whether it does.

    outcome: met, missed, or unknown where there was nothing to measure. meaning: one sentence.
    """

    name: str
    value: str
    needed: str
    outcome: str
    meaning: str


@dataclass(frozen=True)
class Explanation:
    """What is said of two items.

    match: as it would be written, never saved; its relation is empty where the two would not be
    shown as alike. written: the row that exists, with what people decided. lacking: why one side
    cannot be compared well, as sentences. doors: title, what it is, measures.
    """

    match: Match
    written: Match | None
    summary: str
    lacking: list[str]
    doors: list[tuple[str, str, list[Measure]]]

    @property
    def is_alike(self) -> bool:
        return bool(self.match.relation)


def explain(one: Item, other: Item) -> Explanation:
    """Measure an item ("this") against another. Nothing is written."""
    found = matching.explain(one, other)
    newer, older = found.newer, found.older
    sides = shown.of_item(newer), shown.of_item(older)
    values = dict(found.values)
    if not values:
        values = describe(*sides, Likeness(Match.Relation.SIMILAR, None, found.best))
        values |= {"relation": "", "distance_bits": found.closest_bits}
    match = Match(older=older, newer=newer, engine=matching.ENGINE, **values)
    written = Match.objects.filter(older=older, newer=newer).select_related("decided_by").first()
    judgement = found.best.judgement if found.best else None
    places = found.best.pair if found.best else (0, 0)
    views = [_view(side, place) for side, place in zip(sides, places, strict=True)]
    if one == older:  # told in the order asked
        sides, views = sides[::-1], views[::-1]
    return Explanation(
        match,
        written,
        _summary(match, judgement),
        [
            sentence
            for item, side, view in zip((one, other), sides, views, strict=True)
            if (sentence := _lack(item, side, view))
        ],
        [
            (
                "By hash",
                "A short code of the whole picture. It finds what was re-encoded, resized, "
                "mirrored or turned, at any size of collection.",
                _of_hash(sides, found.closest_bits),
            ),
            (
                "By points",
                "Spots that survive crops, captions and collages, and a judge that lays one "
                "picture over the other.",
                _of_points(views, judgement, written),
            ),
        ],
    )


def _view(side: Shown, place: int) -> Features | None:
    return side.views([place])[0] if side.view_times_ms else None


def _lack(item: Item, side: Shown, view: Features | None) -> str:
    """Say what keeps an item from being compared, empty if nothing does."""
    if item.state != Item.State.READY:
        return f"{_named(item)} has not been read: there is nothing to compare."
    has_points = view is not None and view.is_comparable
    if side.track.is_comparable.any() or has_points:
        return ""
    return (
        f"{_named(item)} has not enough detail to compare. That nothing looks like it says "
        "nothing; only an identical file would be found."
    )


def _named(item: Item) -> str:
    name = item.submissions.exclude(file_name="").values_list("file_name", flat=True).first()
    return f"“{name}”" if name else f"The {item.kind} {item.sha256[:8]}"


def _summary(match: Match, judgement: Judgement | None) -> str:
    """The outcome in one sentence, by the same rules as the matcher's."""
    if match.relation == Match.Relation.SIMILAR:
        return "Their codes are rather near, and nothing else confirms it: shown as similar, below."
    if match.relation:
        return f"These two are flagged as “{match.get_relation_display()}”. A person decides."
    if judgement is None:
        return "Nothing lies in both in the same way: these two are not flagged."
    return "Too little agrees: these two are not flagged."


# --- Measures -----------------------------------------------------------------------------------
def _outcome(is_met: bool | None) -> str:
    return UNKNOWN if is_met is None else MET if is_met else MISSED


def _of_hash(sides: tuple[Shown, Shown], bits: int | None) -> list[Measure]:
    radius = settings.MATCH_PDQ_RADIUS_BITS
    usable = [int(side.track.is_comparable.sum()) for side in sides]
    looked = [len(side.track) for side in sides]
    return [
        Measure(
            "Frames with enough detail",
            f"{usable[0]} of {looked[0]} of this, {usable[1]} of {looked[1]} of the other",
            f"1 in each, of quality {settings.MATCH_MIN_QUALITY} of 100 or more",
            _outcome(min(usable) > 0),
            "A flat or dark picture gives a code that means nothing.",
        ),
        Measure(
            "Distance",
            "no codes to compare" if bits is None else f"{bits} of 256 bits differ",
            f"{radius} or fewer; up to {judging.SIMILAR_BITS} two stills count as similar only",
            _outcome(None if bits is None else bits <= radius),
            "Between their two closest codes, mirrored and turned in every way. Unrelated "
            "pictures differ in about half of the bits.",
        ),
    ]


def _of_points(
    views: list[Features | None], judgement: Judgement | None, written: Match | None
) -> list[Measure]:
    counts = [len(view) if view else 0 for view in views]
    enough = [bool(view and view.is_comparable) for view in views]
    return [
        Measure(
            "Points compared",
            f"{counts[0]} of this with {counts[1]} of the other",
            f"{features.MIN_POINTS} in each, in {features.MIN_CELLS} of {_CELLS_OF_GRID} places",
            _outcome(all(enough)),
            "Fewer, or all in one corner, are not enough detail to tell a picture from others.",
        ),
        *_of_agreeing_points(judgement, written),
        *_of_overlap(judgement),
        Measure(
            "What it adds up to",
            _LEVELS[judgement.level if judgement else Level.NOTHING],
            "a part, or more",
            _outcome(bool(judgement and judgement.level in {Level.SAME_PICTURE, Level.PART_OF})),
            "Distinctive points and agreement are both needed: pictures of one app or one "
            "channel share many points, and little else.",
        ),
    ]


_LEVELS = {
    Level.SAME_PICTURE: "same picture",
    Level.PART_OF: "part of",
    Level.SAME_SCENE: "same scene, perhaps another picture",
    Level.NOTHING: "nothing in common",
}


def _of_agreeing_points(judgement: Judgement | None, written: Match | None) -> list[Measure]:
    inliers = judgement.inliers if judgement else 0
    is_dense = bool(judgement and judgement.grid.is_dense)
    part = geometry.DENSE_DISTINCTIVE if is_dense else geometry.PART_DISTINCTIVE
    same = geometry.DENSE_DISTINCTIVE if is_dense else geometry.SAME_DISTINCTIVE
    distinctive = judgement.distinctive if judgement else 0
    return [
        Measure(
            "Points that agree",
            str(inliers),
            f"{part} or more",
            _outcome(inliers >= part),
            "They look alike and lie where one map of the whole picture says they should.",
        ),
        Measure(
            "Distinctive points",
            f"{distinctive}{_as_matched(written)}",
            f"{part} for a part, {same} for the same picture"
            + (", few because nearly every cell agrees" if is_dense else "")
            + f"; {geometry.SCENE_INLIERS} alone only say “same scene”",
            _outcome(distinctive >= part),
            "Without those in letters and screens, and without patterns that many unrelated "
            "pictures share. This page does not know these patterns; the matcher does, and may "
            "count fewer.",
        ),
    ]


def _of_overlap(judgement: Judgement | None) -> list[Measure]:
    moved = judgement.grid.moved if judgement else 0.0
    agreement = judgement.agreement if judgement else None
    covers = max(judgement.covers) if judgement else None
    return [
        Measure(
            "Agreement",
            "too few cells to say" if agreement is None else f"{agreement:.2f}",
            f"{geometry.PART_AGREEMENT} for a part, {geometry.SAME_AGREEMENT} for the same picture",
            _outcome(None if agreement is None else agreement >= geometry.PART_AGREEMENT),
            "Laid over each other and cut into cells: of those where both show something, the "
            "share that show the same.",
        ),
        Measure(
            "Beside their place",
            "nothing to compare" if judgement is None else f"{moved:.0%}".replace("%", " %"),
            f"less than {geometry.PARALLAX:.0%} of the cells".replace("%", " %"),
            _outcome(None if judgement is None else moved < geometry.PARALLAX),
            "Cells that show the same a little beside where they should: the same place from "
            "another point of view, so another picture.",
        ),
        Measure(
            "Covers",
            "nothing" if covers is None else f"{covers:.0%} of one of them".replace("%", " %"),
            f"{geometry.SAME_COVERS:.0%} for the same picture; a part may be smaller".replace(
                "%", " %"
            ),
            _outcome(None if covers is None else covers >= geometry.SAME_COVERS),
            "How much of the picture that is explained best the other one explains.",
        ),
    ]


def _as_matched(written: Match | None) -> str:
    counted = written.measures.get("distinctive") if written else None
    return "" if counted is None else f" (the matcher counted {counted})"
