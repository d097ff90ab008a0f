"""How two shown things resemble each other, in the words and numbers of a Match row."""

from typing import Any

import numpy as np

from media.fingerprints import edits
from media.fingerprints.edits import Side
from media.fingerprints.footage import SAMPLE_MS, Segment
from media.fingerprints.geometry import CELL_AGREES, Grid, Judgement, Level
from media.fingerprints.stills import TRIMMED
from media.judging import Judged, Likeness, is_near
from media.shown import Shown

NO_OFFSET = "matches throughout, offset not determined"
_PAIRS_DRAWN = 60  # lines enough to see how the points lie
_BELIEVED_POINTS = 8  # that a map must explain before it is drawn instead of the whole frame

Moments = tuple[int, int]  # of newer and older, ms


def describe(newer: Shown, older: Shown, likeness: Likeness) -> dict[str, Any]:
    """Say everything a match row holds about a likeness, but for engine and decision."""
    nearest, best = likeness.nearest, likeness.judged
    moments = _moments_of_codes(newer, older, likeness)
    if best is not None and _is_believed(best, moments, likeness):
        moments = (best.newer_ms, best.older_ms)
        places = _placed_by_points(newer, older, best)
    else:
        places = _placed_by_codes(newer, older, moments, likeness)
    covers = dict(zip(("covers_newer", "covers_older"), places.pop("covers"), strict=True))
    for place, (side, key) in enumerate(((newer, "query"), (older, "other"))):
        if side.is_footage:
            covers[("covers_newer", "covers_older")[place]] = _time_share(side, likeness, key)
    words = places.pop("words")
    return {
        "relation": likeness.relation,
        "distance_bits": nearest.distance_bits if nearest else None,
        "edits": words + _speed_words(likeness.segments),
        "segments": [_as_row(segment) for segment in likeness.segments],
        "newer_time_ms": moments[0],
        "older_time_ms": moments[1],
        "measures": {**_measures(best), **covers},
        **places,
    }


def _is_believed(best: Judged, moments: Moments, likeness: Likeness) -> bool:
    """Whether a map says more of how two pictures lie in each other than their codes do.

    moments: of the closest codes. They know better when a still is shown in footage: points are
    kept of fewer frames.
    """
    is_copy = best.judgement.level in (Level.SAME_PICTURE, Level.PART_OF)
    if not is_near(likeness.nearest):
        return is_copy or best.judgement.inliers >= _BELIEVED_POINTS
    apart = max(abs(best.newer_ms - moments[0]), abs(best.older_ms - moments[1]))
    if apart >= SAMPLE_MS and not likeness.segments:
        return False
    return is_copy


def _measures(best: Judged | None) -> dict[str, Any]:
    if best is None:
        return {"inliers": None, "distinctive": None, "agreement": None}
    judgement = best.judgement
    agreement = None if judgement.agreement is None else round(judgement.agreement, 4)
    return {
        "inliers": judgement.inliers,
        "distinctive": judgement.distinctive,
        "agreement": agreement,
    }


# --- Places -------------------------------------------------------------------------------------
def _placed_by_points(newer: Shown, older: Shown, best: Judged) -> dict[str, Any]:
    """Region, covered shares and words from the judge's map."""
    judgement = best.judgement
    sides = Side(newer.width_px, newer.height_px), Side(older.width_px, older.height_px)
    there = edits.in_pixels(judgement.there, sides[1], sides[0])
    (view,) = newer.views(best.pair[:1])
    return {
        "region": edits.region(sides[1], there),
        "region_back": edits.region(sides[0], np.linalg.inv(there)),
        "covers": tuple(round(share, 4) for share in judgement.covers),
        "words": edits.from_map(judgement.there, sides[1], sides[0], view.luma, judgement.grid),
        "drawn": _drawn(judgement),
    }


def _drawn(judgement: Judgement) -> dict[str, Any]:
    pairs = judgement.pairs[:_PAIRS_DRAWN]
    return {
        "there": judgement.there.tolist(),
        "grid": {
            "side": "newer" if judgement.grid.is_of_query else "older",
            "cell": list(judgement.grid.cell),
            "rows": _grid_rows(judgement.grid),
        },
        "pairs": [[round(float(value), 4) for value in pair] for pair in pairs],
    }


def _grid_rows(grid: Grid) -> list[str]:
    """One character a cell: "+" agrees, "-" does not, "." nothing to compare."""
    with np.errstate(invalid="ignore"):
        marks = np.where(np.isnan(grid.values), ".", np.where(grid.values > CELL_AGREES, "+", "-"))
    return ["".join(row) for row in marks.tolist()]


def _moments_of_codes(newer: Shown, older: Shown, likeness: Likeness) -> Moments:
    nearest = likeness.nearest
    if nearest is None:
        return 0, 0
    return (
        int(newer.track.times_ms[nearest.query_frame]),
        int(older.track.times_ms[nearest.other_frame]),
    )


def _placed_by_codes(
    newer: Shown, older: Shown, moments: Moments, likeness: Likeness
) -> dict[str, Any]:
    """Region, covered shares and words from the turn and the frames without borders."""
    nearest = likeness.nearest
    nothing = {"region": None, "region_back": None, "covers": (None, None), "drawn": {}}
    if nearest is None or not is_near(nearest):
        return {**nothing, "words": []}
    sides = (
        _side(newer, moments[0], nearest.query_variant),
        _side(older, moments[1], nearest.other_variant),
    )
    turned = edits.turn_words(nearest.turn)
    if sides[0] is None or sides[1] is None:
        return {**nothing, "words": turned}
    there = edits.transform(sides[1], sides[0], nearest.turn)
    back = edits.transform(sides[0], sides[1], edits.inverse(nearest.turn))
    region, region_back = edits.region(sides[1], there), edits.region(sides[0], back)
    words = [*turned, *edits.scale_words(there)]
    for side, shown in zip(sides, (newer, older), strict=True):
        words += edits.border_words(side, shown.name)
    return {
        "region": region,
        "region_back": region_back,
        "drawn": {},
        "covers": (
            edits.covered_share(sides[0], region),
            edits.covered_share(sides[1], region_back),
        ),
        "words": words,
    }


def _side(shown: Shown, time_ms: int, variant: str) -> Side | None:
    """One side's size and the part that matches; None when its size was never measured."""
    if not (shown.width_px and shown.height_px):
        return None
    trim = shown.trims.get(time_ms) if variant == TRIMMED else None
    return Side(shown.width_px, shown.height_px, trim or edits.WHOLE_BOX)


# --- Time ---------------------------------------------------------------------------------------
def _time_share(shown: Shown, likeness: Likeness, key: str) -> float | None:
    """Which share of a piece of footage is matched: of its time, else of its frames."""
    if likeness.shares is not None:
        return round(likeness.shares[0 if key == "query" else 1], 4)
    if not likeness.segments:
        return None
    ranges = sorted(
        (getattr(segment, f"{key}_start_ms"), getattr(segment, f"{key}_end_ms"))
        for segment in likeness.segments
    )
    covered, reached = 0, 0
    for start, end in ranges:
        covered += max(0, end - max(start, reached))
        reached = max(reached, end)
    return round(min(covered / max(shown.duration_ms, 1), 1.0), 4)


def _speed_words(segments: list[Segment]) -> list[edits.Edit]:
    speeds = {segment.speed for segment in segments}
    return edits.speed_words(speeds.pop()) if len(speeds) == 1 else []


def _as_row(segment: Segment) -> dict[str, Any]:
    row: dict[str, Any] = {
        "query_start_ms": segment.query_start_ms,
        "query_end_ms": segment.query_end_ms,
        "other_start_ms": segment.other_start_ms,
        "other_end_ms": segment.other_end_ms,
        "speed": segment.speed,
    }
    return row if segment.has_offset else {**row, "note": NO_OFFSET}
