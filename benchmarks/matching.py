"""Which copies are found and how well told, and which different pictures are taken for copies?

Every photograph is edited in some 80 ways (copies.py); different pictures that look alike are laid
beside each other (lookalikes.py). "Found" is what the running product decides: PDQ at 31 bits with
sufficient quality, in eight turns, whole and trimmed, or the geometric judge's levels "same
picture" and "part of". Beside it, in the same run: imagehash's phash at 10 of 64 bits, and the
reference PDQ at 31 of 256.

Photographs: the demo's 12, or those of a folder. docs/pictures.md says where the 57 come from.

Prints tables and writes them to matching.txt and matching.json. What is kept there was measured on
one of two busy cores, on the half of 57 photographs that no threshold was chosen on, by

    python benchmarks/matching.py --photographs FOLDER --half odd --every 4

    python benchmarks/matching.py [--photographs FOLDER] [--half even|odd] [--every N] [--quick]
"""

import argparse
import itertools
import json
import os
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"  # one core is counted

import cv2
import imagehash
import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import copies  # noqa: E402 - after the path is set
import lookalikes  # noqa: E402

from media.fingerprints import features, geometry, stills, tracks  # noqa: E402
from media.fingerprints.geometry import Judgement, Level  # noqa: E402
from media.fingerprints.pictures import shrunk  # noqa: E402
from media.fingerprints.quality import MIN_QUALITY  # noqa: E402
from media.fingerprints.tracks import FrameCodes  # noqa: E402

try:
    import pdqhash
except ModuleNotFoundError:  # one of requirements-reference.txt; the product's own is the same
    pdqhash = None

cv2.setNumThreads(1)
PHASH_BITS, PDQ_BITS = 10, 31
LONGEST_PX = 1024  # what decoding hands on
SHOWN = (Level.SAME_PICTURE, Level.PART_OF)
OTHERS = 3  # other photographs that every copy is judged against
SPENT: dict[str, list[float]] = defaultdict(list)  # ms of CPU by stage


@dataclass(frozen=True)
class Looked:
    """What the product and its rivals keep of one picture."""

    size: tuple[int, int]
    features: features.Features
    track: tracks.Track
    is_comparable: bool
    phash: Any
    pdq: Any
    packed_bytes: int


def timed(stage: str, work: Any, *given: Any) -> Any:
    start = time.process_time()
    result = work(*given)
    SPENT[stage].append((time.process_time() - start) * 1000)
    return result


def look(picture: Image.Image) -> Looked:
    small = shrunk(picture, LONGEST_PX)
    codes = timed("hashes", stills.fingerprint, small)
    found = timed("extract", features.extract, small)
    packed = timed("pack", features.pack, found)
    kept = [c for c in codes.codes if c.algorithm == stills.PDQ and c.quality >= MIN_QUALITY]
    if not codes.is_comparable:
        kept = []
    return Looked(
        picture.size,
        timed("unpack", features.unpack, packed),
        tracks.track([FrameCodes(0, {code.variant: b"".join(code.turns) for code in kept})]),
        codes.is_comparable or found.is_comparable,
        imagehash.phash(picture),
        plain_pdq(picture),
        len(packed),
    )


def plain_pdq(picture: Image.Image) -> Any:
    if pdqhash is not None:
        return pdqhash.compute(np.asarray(picture))[0]
    return np.unpackbits(np.frombuffer(stills.pdq(picture)[0], np.uint8))


def judged(query: Looked, other: Looked) -> Judgement | None:
    if not (query.features.is_comparable and other.features.is_comparable):
        return None
    return timed("judge", geometry.judge, query.features, other.features)


def is_near(query: Looked, other: Looked) -> bool:
    """Whether the product's hashes alone find it."""
    nearest = tracks.nearest(query.track, other.track, range(len(stills.TURNS)))
    return nearest is not None and nearest.distance_bits <= PDQ_BITS


def rivals(query: Looked, other: Looked) -> tuple[bool, bool]:
    bits = int((query.pdq != other.pdq).sum())
    return bool(query.phash - other.phash <= PHASH_BITS), bits <= PDQ_BITS


# --- Copies -------------------------------------------------------------------------------------
def copy_rows(photographs: dict[str, Any], every: int) -> list[dict[str, Any]]:
    """One row per copy: what was found, by which way, and how well it was told.

    every: of the edits, each photograph taking the next ones, so that all edits have their turn.
    """
    known = {name: look(photograph) for name, photograph in photographs.items()}
    rows = []
    for turn, (name, photograph) in enumerate(photographs.items()):
        others = [other for other_name, other in photographs.items() if other_name != name]
        for place, (family, edit, copy) in enumerate(copies.copies_of(name, photograph, others)):
            if (place + turn) % every:
                continue
            query = look(copy.picture)
            row = {"photograph": name, "family": family, "edit": edit}
            rows.append({**row, **copy_row(query, known[name], copy)})
    return rows


def copy_row(query: Looked, other: Looked, copy: copies.Copy) -> dict[str, Any]:
    judgement, is_hashed = judged(query, other), is_near(query, other)
    phash, pdq = rivals(query, other)
    row = {
        "phash": phash, "pdq": pdq, "hashes": is_hashed, "level": "nothing",
        "found": is_hashed, "is_comparable": query.is_comparable and other.is_comparable,
    }  # fmt: skip
    if judgement is not None:
        row["level"] = str(judgement.level)
        row["found"] = is_hashed or judgement.level in SHOWN
        row["measures"] = measures(judgement)
        if judgement.level in SHOWN:
            there = np.diag([1 / query.size[0], 1 / query.size[1], 1]) @ copy.there
            there = there @ np.diag([*other.size, 1])
            row["is_mirror_told"] = judgement.is_mirrored == (np.linalg.det(there[:2, :2]) < 0)
            row["iou"] = iou(judgement.there, there)
    return row


def measures(judgement: Judgement) -> tuple[Any, ...]:
    """Inliers, distinctive, agreement, counted cells, moved, larger covered share."""
    grid, agrees = judgement.grid, judgement.agreement
    shares = (agrees if agrees is None else round(agrees, 2), round(grid.moved, 2))
    larger = round(max(judgement.covers), 2)
    return judgement.inliers, judgement.distinctive, shares[0], grid.cells, shares[1], larger


def iou(one: Any, other: Any, side: int = 500) -> float:
    """Intersection over union of where two maps lay the unit square, within the unit square."""
    masks = []
    for there in (one, other):
        corners = np.array([[0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]]) @ there.T
        mask = np.zeros((side, side), np.uint8)
        placed = np.clip(corners[:, :2] / corners[:, 2:], -9, 9) * side
        cv2.fillConvexPoly(mask, placed.round().astype(np.int32), 1)
        masks.append(mask.astype(bool))
    union = (masks[0] | masks[1]).sum()
    return float((masks[0] & masks[1]).sum() / union) if union else 0.0


def by_family(rows: list[dict[str, Any]], key: str = "family") -> list[dict[str, Any]]:
    grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        grouped[row[key]].append(row)
        if row["family"] != copies.SMALL_INSETS:
            grouped["all but insets under 10 %"].append(row)
    grouped["all"] = rows
    return [
        {
            key: name,
            "copies": len(some),
            **{way: percent([row[way] for row in some]) for way in ("phash", "pdq", "hashes")},
            "found": percent([row["found"] for row in some]),
            "same picture": percent([row["level"] == Level.SAME_PICTURE for row in some]),
            "mirror told": percent([r["is_mirror_told"] for r in some if "is_mirror_told" in r]),
            "IoU": middle([row["iou"] for row in some if "iou" in row]),
        }
        for name, some in grouped.items()
    ]


def percent(truths: list[bool]) -> float | None:
    return round(100 * sum(truths) / len(truths), 1) if truths else None


def middle(values: list[float]) -> float | None:
    return round(float(np.median(values)), 3) if values else None


# --- Different pictures -------------------------------------------------------------------------
def pair_row(one: Looked, other: Looked) -> dict[str, Any]:
    judgement, is_hashed = judged(one, other), is_near(one, other)
    phash, pdq = rivals(one, other)
    level = Level.NOTHING if judgement is None else judgement.level
    return {
        "phash": phash, "pdq": pdq, "hashes": is_hashed, "level": level,
        "shown": is_hashed or level in SHOWN,
        "measures": measures(judgement) if judgement else None,
        "is_comparable": one.is_comparable and other.is_comparable,
    }  # fmt: skip


def different(photographs: dict[str, Any], each: int) -> dict[str, list[dict[str, Any]]]:
    """Rows of pairs by kind. each: pairs of a template, and pictures of a flat kind, of which all
    with all are pairs; at most 20."""
    known = [look(photograph) for photograph in photographs.values()]
    kinds = {"photographs": [pair_row(*pair) for pair in itertools.combinations(known, 2)]}
    for name, make in {**lookalikes.FLAT, **lookalikes.GRAPHICS}.items():
        shown = [look(picture) for picture in lookalikes.of_kind(make, name, min(each, 20))]
        kinds[name] = [pair_row(*pair) for pair in itertools.combinations(shown, 2)]
    some = list(photographs.values())
    pairs = lookalikes.in_one_template(some, each) + lookalikes.in_one_place(some, 1)
    for name, *pair in pairs:
        label = name if name.startswith("one place") else f"one template: {name}"
        kinds.setdefault(label, []).append(pair_row(look(pair[0]), look(pair[1])))
    return kinds


def by_kind(kinds: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    templates = [row for name, rows in kinds.items() if "template" in name for row in rows]
    every = {**kinds, "one template, all": templates}
    return [
        {
            "kind": name,
            "pairs": len(rows),
            "comparable": percent([row["is_comparable"] for row in rows]),
            "phash": sum(row["phash"] for row in rows),
            "pdq": sum(row["pdq"] for row in rows),
            "hashes": sum(row["hashes"] for row in rows),
            "shown": sum(row["shown"] for row in rows),
            "same picture": sum(row["level"] == Level.SAME_PICTURE for row in rows),
            "same scene": sum(row["level"] == Level.SAME_SCENE for row in rows),
        }
        for name, rows in every.items()
    ]


# --- Running ------------------------------------------------------------------------------------
def photographs_of(folder: str | None, half: str | None) -> dict[str, Any]:
    """Photographs by name, at most 1,280 px. half: every second of them, by name."""
    places = [ROOT / "verify/demo/pictures"] if folder is None else [Path(folder)]
    paths = sorted(path for place in places for path in place.rglob("*.jpg"))
    if half is not None:
        paths = paths[half == "odd" :: 2]
    return {path.stem: shrunk(Image.open(path).convert("RGB"), 1280) for path in paths}


def table(rows: list[dict[str, Any]]) -> list[str]:
    head = list(rows[0])
    every = [head, *([str(row[name]) for name in head] for row in rows)]
    return [f"{first:<46}" + "".join(f"{each:>13}" for each in rest) for first, *rest in every]


def costs(known: list[int]) -> list[str]:
    lines = [
        f"{stage:<46}{np.mean(spent):>13.1f}{np.percentile(spent, 95):>13.1f}"
        for stage, spent in SPENT.items()
    ]
    head = f"{'ms of CPU':<46}{'mean':>13}{'95 in 100':>13}"
    return [head, *lines, f"{'bytes of a still':<46}{np.mean(known):>13.0f}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photographs", help="folder of JPEG photographs")
    parser.add_argument("--half", choices=("even", "odd"))
    parser.add_argument("--every", type=int, default=1, help="of the edits of a photograph")
    parser.add_argument("--quick", action="store_true", help="every eighth edit, fewer pairs")
    parser.add_argument("--out", default=str(Path(__file__).with_suffix("")))
    options = parser.parse_args()
    photographs = photographs_of(options.photographs, options.half)
    rows = copy_rows(photographs, 8 if options.quick else options.every)
    kinds = different(photographs, 6 if options.quick else 50)
    result = {
        "photographs": sorted(photographs),
        "families": by_family(rows),
        "edits": by_family(rows, "edit"),
        "different": by_kind(kinds),
    }
    sizes = [look(photograph).packed_bytes for photograph in photographs.values()]
    lines = [
        f"{len(photographs)} photographs, {len(rows)} copies",
        "", *table(result["families"]), "", *table(result["different"]), "", *costs(sizes),
    ]  # fmt: skip
    print("\n".join(lines))
    Path(options.out + ".txt").write_text("\n".join(lines) + "\n")
    Path(options.out + ".json").write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
