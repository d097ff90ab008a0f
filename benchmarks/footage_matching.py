"""Which edited copies of footage are found, and how exactly is told when?

Measured in November 2026 on clips this script makes: a camera that pans and zooms over the demo's
photographs, scenes of 2 to 6 s, 24 to 40 s in all, no photograph twice. Every clip is edited in
each way, its frames compressed (JPEG, quality 55, 640 px), and looked at as a decoding child
does: codes twice a second, features about every two. All pairs of frames with features are judged
as the matcher judges them, then the two are aligned.

- found:      copies with at least one segment
- iou:        of the times told and the true ones, in the copy and in the original, median
- ends:       how far the first and the last moment lie from the true ones, s, median and worst
- segments:   told, per piece there is
- hashes:     found where nothing was judged
- false:      edited copies against clips of other photographs

Prints a table and writes it to footage_matching.txt and footage_matching.json.

    python benchmarks/footage_matching.py [--clips 4] [--kept FOLDER]
"""

import argparse
import hashlib
import io
import json
import os
import pickle
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"  # one core is counted

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from media.decoding import child  # noqa: E402 - after the path is set
from media.decoding.gathering import Gatherer  # noqa: E402
from media.decoding.still import fingerprinted  # noqa: E402
from media.fingerprints import featurefile, footage, geometry, stills, tracks  # noqa: E402
from media.fingerprints.geometry import Level  # noqa: E402
from media.fingerprints.tracks import FrameCodes, Track  # noqa: E402

SIZE = (640, 360)
FRAME_MS = 40
RADIUS = 31
MIRRORED = stills.TURNS.index("mirrored")
ACCEPTED = {Level.SAME_PICTURE, Level.PART_OF}
FIRST = ("temple", "coffee", "astronaut", "brick", "rocket", "moon")
SECOND = ("cat", "flower", "camera", "grass", "gravel", "galaxies")
HEAD = ("edit", "copies", "found", "iou_copy", "iou_original", "ends_s", "worst_s", "segments",
        "hashes", "false")  # fmt: skip

Picture = Image.Image
Range = tuple[float, float]  # ms
Piece = tuple[Range, Range]  # where in the copy, where in the original


@dataclass(frozen=True)
class Shot:
    """A camera's way over a photograph. boxes: left, top, width as shares, at start and end."""

    photo: str
    boxes: tuple[tuple[float, float, float], tuple[float, float, float]]
    length_ms: int

    def at(self, ms: float) -> Picture:
        share = ms / self.length_ms
        left, top, wide = (a + (b - a) * share for a, b in zip(*self.boxes, strict=True))
        picture = PHOTOS[self.photo]
        width = wide * picture.width
        height = min(width * SIZE[1] / SIZE[0], picture.height)
        x = left * (picture.width - width)
        y = top * (picture.height - height)
        box = (x, y, x + width, y + height)
        return picture.resize(SIZE, Image.Resampling.BICUBIC, box=box)


PHOTOS = {
    name: Image.open(ROOT / f"verify/demo/pictures/{name}.jpg").convert("RGB")
    for name in (*FIRST, *SECOND)
}


@dataclass(frozen=True)
class Clip:
    """Something to be played. at: the picture shown at a time."""

    length_ms: float
    at: Callable[[float], Picture]


def original(names: tuple[str, ...], seed: int) -> Clip:
    random = np.random.default_rng(seed)
    shots = []
    for name in random.permutation(names):
        one, other = random.random((2, 3))
        other = one + (other - one) * random.uniform(0.1, 0.7)  # most cameras move slowly
        wide = 0.55 + 0.4 * random.random()
        ends = [(float(x), float(y), float(wide + 0.1 * (z - 0.5))) for x, y, z in (one, other)]
        shots.append(Shot(str(name), (ends[0], ends[1]), int(random.integers(2000, 6001))))
    starts = np.concatenate([[0], np.cumsum([shot.length_ms for shot in shots])])

    def at(ms: float) -> Picture:
        place = min(int(np.searchsorted(starts, ms, side="right")) - 1, len(shots) - 1)
        return shots[place].at(ms - starts[place])

    return Clip(float(starts[-1]), at)


# --- Edits: a clip, and another to mix in, become a copy and its pieces -------------------------
Edit = Callable[[Clip, Clip], tuple[Clip, list[Piece]]]


def drawn(change: Callable[[Picture], Picture]) -> Edit:
    def edit(clip: Clip, _: Clip) -> tuple[Clip, list[Piece]]:
        whole = (0.0, clip.length_ms)
        return Clip(clip.length_ms, lambda ms: change(clip.at(ms))), [(whole, whole)]

    return edit


def cropped(share: float) -> Callable[[Picture], Picture]:
    """Keep 1 - share of the area, off the middle."""

    def change(picture: Picture) -> Picture:
        side = (1 - share) ** 0.5
        width, height = picture.width * side, picture.height * side
        left, top = (picture.width - width) * 0.35, (picture.height - height) * 0.6
        return picture.resize(
            SIZE, Image.Resampling.BICUBIC, box=(left, top, left + width, top + height)
        )

    return change


def captioned(picture: Picture) -> Picture:
    picture = picture.copy()
    draw = ImageDraw.Draw(picture)
    for y, text in (
        (20, "HAPPENING NOW"),
        (270, "They do not want you to see this"),
        (312, "SHARE!"),
    ):
        draw.text((24, y), text, font=ImageFont.load_default(34), fill="white", stroke_width=3,
                  stroke_fill="black")  # fmt: skip
    return picture


def barred(picture: Picture) -> Picture:
    return ImageOps.pad(picture.resize((640, 270)), SIZE, color="black")


def with_logo(picture: Picture) -> Picture:
    picture = picture.copy()
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((510, 18, 618, 62), 8, fill="crimson")
    draw.text((524, 26), "LIVE 24", font=ImageFont.load_default(24), fill="white")
    return picture


def upright_fill(picture: Picture) -> Picture:
    ground = (
        picture.resize((1138, 640)).crop((389, 0, 749, 640)).filter(ImageFilter.GaussianBlur(14))
    )
    ground.paste(picture.resize((360, 202)), (0, 219))
    return ground


def screen_recorded(picture: Picture) -> Picture:
    ground = Image.new("RGB", SIZE, (32, 33, 36))
    draw = ImageDraw.Draw(ground)
    draw.rectangle((0, 0, 640, 34), fill=(222, 225, 230))
    draw.text(
        (12, 8),
        "Watch this before it is deleted - video",
        font=ImageFont.load_default(16),
        fill="black",
    )
    for at in range(4):
        draw.rectangle((496, 60 + 70 * at, 620, 112 + 70 * at), fill=(60 + 30 * at, 64, 70))
        draw.text(
            (500, 114 + 70 * at),
            f"Related clip {at}",
            font=ImageFont.load_default(11),
            fill="white",
        )
    ground.paste(picture.resize((460, 259)), (18, 52))
    return ground


def inset(clip: Clip, other: Clip) -> tuple[Clip, list[Piece]]:
    """Picture in picture, 45 % wide, over other footage."""

    def at(ms: float) -> Picture:
        ground = other.at(ms % other.length_ms)
        ground.paste(clip.at(ms).resize((288, 162)), (330, 20))
        return ground

    whole = (0.0, clip.length_ms)
    return Clip(clip.length_ms, at), [(whole, whole)]


def played(speed: float, change: Callable[[Picture], Picture] = lambda picture: picture) -> Edit:
    def edit(clip: Clip, _: Clip) -> tuple[Clip, list[Piece]]:
        length = clip.length_ms / speed
        return Clip(length, lambda ms: change(clip.at(ms * speed))), [
            ((0.0, length), (0.0, clip.length_ms))
        ]

    return edit


def compiled(pieces: list[tuple[str, float, float]], change: Callable[[Picture], Picture]) -> Edit:
    """pieces: of which clip ("this" or "other"), from and to as shares of it."""

    def edit(clip: Clip, other: Clip) -> tuple[Clip, list[Piece]]:
        parts, told, start = [], [], 0.0
        for of, begin, end in pieces:
            one = clip if of == "this" else other
            first, last = begin * one.length_ms, end * one.length_ms
            parts.append((start, one, first))
            if of == "this":
                told.append(((start, start + last - first), (first, last)))
            start += last - first

        def at(ms: float) -> Picture:
            begin, one, first = [part for part in parts if part[0] <= ms][-1]
            return change(one.at(min(first + ms - begin, one.length_ms)))

        return Clip(start, at), told

    return edit


def mirrored_crop(picture: Picture) -> Picture:
    return cropped(0.25)(ImageOps.mirror(picture))


def same(picture: Picture) -> Picture:
    return picture


CUT = [("this", 0.3, 0.75)]
BETWEEN = [("other", 0, 0.3), ("this", 0.2, 0.7), ("other", 0.5, 0.8)]
THREE = [("this", 0.6, 0.95), ("other", 0.1, 0.5), ("this", 0.05, 0.4)]
EDITS: dict[str, Edit] = {
    "re-encoded": drawn(same),
    "cut": compiled(CUT, same),
    "logo": drawn(with_logo),
    "bars": drawn(barred),
    "mirrored": drawn(ImageOps.mirror),
    "crop 20 %": drawn(cropped(0.2)),
    "crop 40 %": drawn(cropped(0.4)),
    "crop, mirrored": drawn(mirrored_crop),
    "captions": drawn(captioned),
    "9:16 fill": drawn(upright_fill),
    "inset": inset,
    "screen": drawn(screen_recorded),
    "speed 0.9": played(0.9),
    "speed 1.1": played(1.1),
    "speed 1.2": played(1.2),
    "speed 1.1, crop": played(1.1, cropped(0.25)),
    "cut, crop": compiled(CUT, cropped(0.3)),
    "insert": compiled(BETWEEN, same),
    "insert, crop": compiled(BETWEEN, cropped(0.3)),
    "three pieces": compiled(THREE, same),
    "three, captions": compiled(THREE, captioned),
    "three, crop": compiled(THREE, cropped(0.3)),
}

MIXED = {"insert", "insert, crop", "inset", "three pieces", "three, captions", "three, crop"}


# --- Looking and matching -----------------------------------------------------------------------
@dataclass
class Seen:
    """What is kept of a clip."""

    track: Track
    times_ms: list[int]
    views: list[Any]


def looked_at(clip: Clip) -> Seen:
    gatherer = Gatherer()
    frames = []
    for instant in range(0, int(clip.length_ms), footage.SAMPLE_MS):
        time_ms = instant // FRAME_MS * FRAME_MS
        frame, _ = fingerprinted(picture := compressed(clip.at(time_ms)), time_ms)
        gatherer.look(frame, picture)
        turns = {
            code.variant: b"".join(code.turns)
            for code in frame.codes
            if code.algorithm == stills.PDQ and code.quality >= 70
        }
        frames.append(FrameCodes(time_ms, turns))
    file = io.BytesIO(gatherer.file().data)
    times = featurefile.times(file)
    views = featurefile.read(file, list(range(len(times))))
    return Seen(tracks.track(frames, int(clip.length_ms)), times, views)


def compressed(picture: Picture) -> Picture:
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=55)
    small = Image.open(io.BytesIO(data.getvalue()))
    small.thumbnail((512, 512))
    return small.convert("RGB")


def judged(copy: Seen, whole: Seen) -> tuple[list[tuple[int, int, int]], int]:
    """Pairs of frames the judge accepts, and the turn of the best."""
    found = []
    best, turn = 0, 0
    for at, one in zip(copy.times_ms, copy.views, strict=True):
        for to, other in zip(whole.times_ms, whole.views, strict=True):
            said = geometry.judge(one, other)
            if said is None or said.level not in ACCEPTED:
                continue
            found.append((at, to, said.distinctive))
            if said.distinctive > best:
                best, turn = said.distinctive, MIRRORED if said.is_mirrored else 0
    return found, turn


def with_refused(
    accepted: list[tuple[int, int, int]], copy: Seen, whole: Seen
) -> list[tuple[int, int, int]]:
    """All pairs of frames: what the judge did not accept, it refused."""
    known = {(at, to) for at, to, _ in accepted}
    every = {(at, to) for at in copy.times_ms for to in whole.times_ms}
    return accepted + [(at, to, 0) for at, to in sorted(every - known)]


def kept(folder: Path | None, name: str, make: Callable[[], Any]) -> Any:
    """What was made before, where a folder to keep it in is given."""
    if folder is None:
        return make()
    path = folder / hashlib.sha256(name.encode()).hexdigest()[:24]
    if not path.exists():
        path.write_bytes(pickle.dumps(make()))
    return pickle.loads(path.read_bytes())


# --- Measures -----------------------------------------------------------------------------------
def spans(told: list[Range]) -> np.ndarray:
    """Which tenths of a second lie in any of the ranges."""
    line = np.zeros(2000, dtype=bool)
    for start, end in told:
        line[round(start / 100) : round(end / 100)] = True
    return line


def iou(told: list[Range], true: list[Range]) -> float:
    one, other = spans(told), spans(true)
    return float((one & other).sum() / max(1, (one | other).sum()))


def ends_off_s(told: list[Range], true: list[Range]) -> list[float]:
    """For each true range, how far the nearest told start and end are."""
    return [
        min(abs(piece[side] - one[side]) for one in told) / 1000
        for piece in true
        for side in (0, 1)
    ]


def row_of(name: str, clips: list[Clip], seen: list[Seen], folder: Path | None) -> dict[str, Any]:
    found, by_hash, false, count, lines = 0, 0, 0, 0, []
    for place, clip in enumerate(clips):
        stranger = (place + 1) % len(clips)  # of the other photographs
        copy, pieces = EDITS[name](clip, clips[stranger])
        looked = kept(folder, f"look {name} {place}", lambda copy=copy: looked_at(copy))
        pairs, turn = kept(
            folder, f"judge {name} {place}", lambda looked=looked, p=place: judged(looked, seen[p])
        )
        count += 1
        turns = [0, MIRRORED] if name == "mirrored" else [turn]
        by_hash += any(footage.align(looked.track, seen[place].track, t, RADIUS) for t in turns)
        both = with_refused(pairs, looked, seen[place])
        segments = footage.align(looked.track, seen[place].track, turn, RADIUS, both)
        if segments:
            found += 1
            lines.append(measured(segments, pieces))
        if name not in MIXED:
            wrong, turn = kept(
                folder,
                f"wrong {name} {place}",
                lambda looked=looked, s=stranger: judged(looked, seen[s]),
            )
            both = with_refused(wrong, looked, seen[stranger])
            false += bool(footage.align(looked.track, seen[stranger].track, turn, RADIUS, both))
    ends = [off for one in lines for off in one["ends"]]
    return {
        "edit": name,
        "copies": count,
        "found": found,
        "iou_copy": median([one["iou_copy"] for one in lines]),
        "iou_original": median([one["iou_original"] for one in lines]),
        "ends_s": median(ends),
        "worst_s": round(max(ends, default=0), 2),
        "segments": round(statistics.mean([one["segments"] for one in lines] or [0]), 2),
        "hashes": by_hash,
        "false": false,
    }


def measured(segments: list[footage.Segment], pieces: list[Piece]) -> dict[str, Any]:
    told_copy = [(one.query_start_ms, one.query_end_ms) for one in segments]
    told_original = [(one.other_start_ms, one.other_end_ms) for one in segments]
    true_copy, true_original = [one for one, _ in pieces], [other for _, other in pieces]
    return {
        "iou_copy": iou(told_copy, true_copy),
        "iou_original": iou(told_original, true_original),
        "ends": ends_off_s(told_copy, true_copy) + ends_off_s(told_original, true_original),
        "segments": len(segments) / len(pieces),
    }


def median(values: list[float]) -> float:
    return round(statistics.median(values), 3) if values else 0.0


def line(row: dict[str, Any]) -> str:
    return f"{row['edit']:<18}" + "".join(f"{row[name]!s:>14}" for name in HEAD[1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=4, help="how many originals, an even number")
    parser.add_argument("--kept", type=Path, help="folder for what was looked at and judged")
    given = parser.parse_args()
    child.preload()
    clips = [original((FIRST, SECOND)[seed % 2], seed) for seed in range(given.clips)]
    seen = [
        kept(given.kept, f"original {place}", lambda clip=clip: looked_at(clip))
        for place, clip in enumerate(clips)
    ]
    heading = f"{'edit':<18}" + "".join(f"{name:>14}" for name in HEAD[1:])
    print(heading)
    rows = []
    for name in EDITS:
        rows.append(row_of(name, clips, seen, given.kept))
        print(line(rows[-1]), flush=True)
    here = Path(__file__)
    here.with_suffix(".txt").write_text("\n".join([heading, *map(line, rows)]) + "\n")
    here.with_suffix(".json").write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
