"""What does the votes door cost, and does it find its source, as the collection grows?

Measured in November 2026 on two shared cores, one thread, processor time. 12 photographs of the
demo are stored among made-up stills: points of the photographs' crops, each shaken by noise and
thrown together anew, so that the collection is as crowded as a real one and holds no copy. Asked
are 9 edits of each photograph; of a collage, all four sources have to be among the first ten.

- found:     sources among the first ten items, percent
- ask_ms:    media.fingerprints.votes.Index.look, both orientations; mean and 95th percentile
- add_ms:    Index.add of one still
- train_s:   media.fingerprints.codebook.train
- bytes:     of a checkpoint, per still
- load_s:    reading the checkpoint back

From 20,000 stills on the made-up points are coded once and laid into the lists with three of
their sixteen bytes changed each time: to code 20 million points one by one takes an hour.

Prints a table and writes it to votes.txt and votes.json; sizes not asked for keep their last row.

    python benchmarks/votes.py [--stills 1000 10000 100000]
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import faiss
import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from media.fingerprints import codebook, features, votes  # noqa: E402 - after the path is set
from media.fingerprints.features import Features  # noqa: E402
from media.fingerprints.votes import Index  # noqa: E402

HEAD = (
    "stills", "lists", "train_s", "add_ms", "ask_ms", "ask_p95_ms", "found", "bytes", "load_s",
)  # fmt: skip
NOISE = 18.0  # levels of 255, of each of a descriptor's numbers
CODED_ONCE = 20_000  # stills
Picture = Image.Image


# --- Queries ------------------------------------------------------------------------------------
def inset(ground: Picture, picture: Picture, share: float) -> Picture:
    page = ground.resize((900, 600))
    wide = int(900 * share)
    page.paste(picture.resize((wide, wide * picture.height // picture.width)), (70, 90))
    return page


def screenshot(picture: Picture) -> Picture:
    page = Image.new("RGB", (540, 1000), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(size=22)
    draw.rectangle((0, 0, 540, 70), fill="#1e3c78")
    draw.text((20, 20), "Home   Search   Market   12:45", font=font, fill="white")
    page.paste(picture.resize((500, 500 * picture.height // picture.width)), (20, 160))
    for line in range(8):
        text = "the convoy was seen near the bridge"[line * 2 :]
        draw.text((20, 700 + 32 * line), text, font=font, fill="black")
    return page


def collage(pictures: list[Picture]) -> Picture:
    page = Image.new("RGB", (1000, 800))
    for place, picture in enumerate(pictures):
        page.paste(picture.resize((500, 400)), ((place % 2) * 500, (place // 2) * 400))
    return page


def queries(pictures: list[Picture]) -> list[tuple[Features, set[int]]]:
    """Features of each edit, and the items it shows."""
    asked = []
    for item, one in enumerate(pictures):
        wide, high = one.size
        other = (item + 5) % len(pictures)
        quarter = one.crop((wide // 4, high // 4, wide * 3 // 4, high * 3 // 4))
        middle = one.crop((wide // 5, high // 5, wide * 4 // 5, high * 4 // 5))
        four = [(item + step) % len(pictures) for step in (0, 1, 2, 3)]
        edits = [
            (one.resize((wide // 3, high // 3)), {item}),
            (ImageOps.mirror(one), {item}),
            (one.transpose(Image.Transpose.ROTATE_90), {item}),
            (quarter, {item}),
            (ImageOps.mirror(middle), {item}),
            (screenshot(one), {item}),
            (inset(pictures[other], one, 0.5), {item, other}),
            (inset(pictures[other], one, 0.3), {item, other}),
            (collage([pictures[place] for place in four]), set(four)),
        ]
        asked += [(features.extract(picture), items) for picture, items in edits]
    return asked


# --- The collection -----------------------------------------------------------------------------
class MadeUp:
    """Stills thrown together from the points of real crops, always the same."""

    def __init__(self, pictures: list[Picture]) -> None:
        dice = random.Random(4)
        real = []
        for one in pictures:
            for _ in range(12):
                left = dice.randrange(one.width // 2)
                top = dice.randrange(one.height // 2)
                box = left, top, left + one.width // 2, top + one.height // 2
                real.append(features.extract(one.crop(box)))
        self.descriptors = np.concatenate([one.descriptors for one in real])
        self.places = np.concatenate([one.places for one in real])
        self.sizes = np.concatenate([one.sizes for one in real])
        self.angles = np.concatenate([one.angles for one in real])
        self.random = np.random.default_rng(5)

    def still(self, points: int = votes.POINTS) -> Features:
        taken = self.random.integers(0, len(self.descriptors), points)
        shaken = self.descriptors[taken] + self.random.normal(0, NOISE, (points, 128))
        return Features(
            512, 512, self.places[taken], self.sizes[taken], self.angles[taken],
            shaken.clip(0, 255).astype(np.uint8), np.zeros((1, 1), np.uint8),
        )  # fmt: skip


def spent_s() -> float:
    return time.process_time()


def fill(index: Index, made_up: MadeUp, first: int, count: int) -> float:
    """Add made-up stills one by one; return milliseconds for each."""
    spent = 0.0
    for item in range(first, first + count):
        still = made_up.still()
        start = spent_s()
        index.add(item, "", [(0, still)])
        spent += spent_s() - start
    return 1000 * spent / count


def fill_quickly(index: Index, made_up: MadeUp, first: int, count: int) -> None:
    """Lay coded points into the lists as if stills had been added."""
    coded = 1_000_000
    chunks = [made_up.still(10_000).rooted for _ in range(coded // 10_000)]
    points = np.concatenate(chunks)
    lists = index._searched
    _, list_of = lists.quantizer.search(points, 1)
    codes = np.empty((coded, codebook.CODE_BYTES), np.uint8)
    lists.encode_vectors(coded, *map(faiss.swig_ptr, (points, list_of, codes)))
    del points, chunks
    dice = np.random.default_rng(6)
    index._grow(first + count)
    sizes, keys, bodies = votes._contents(lists)
    taken = dice.integers(0, coded, count * votes.POINTS)
    slots = np.repeat(np.arange(first, first + count), votes.POINTS)
    new = codes[taken]
    for _ in range(3):
        new[np.arange(len(new)), dice.integers(0, 16, len(new))] = dice.integers(0, 256, len(new))
    new_keys = (slots << votes._SLOT_BITS) | dice.integers(0, 1 << votes._SLOT_BITS, len(slots))
    where = np.concatenate([np.repeat(np.arange(len(sizes)), sizes), list_of[taken, 0]])
    order = np.argsort(where, kind="stable")
    index._searched = votes._lists(index.codebook)
    votes._fill(
        index._searched,
        np.bincount(where, minlength=len(sizes)),
        np.concatenate([keys, new_keys])[order],
        np.concatenate([bodies, new])[order],
    )
    for item in range(first, first + count):
        index._item_of[item] = item
        index.held[item] = votes.Held("", item, 1)
    index._slots = first + count


def measure(stills: int, pictures: list[Picture], asked: list[Any]) -> dict[str, Any]:
    made_up = MadeUp(pictures)
    real = [features.extract(one) for one in pictures]
    lists = votes.lists_for(stills)
    wanted = lists * codebook.PER_LIST
    points = np.concatenate([one.rooted[votes.picked(one)] for one in real])
    parts = [made_up.still(10_000).rooted for _ in range(-(-wanted // 10_000))]
    points = np.concatenate([points, *parts])[: max(wanted, 1)]
    start = spent_s()
    index = Index(codebook.train(points, lists) if lists else None)
    train_s = spent_s() - start
    del points, parts
    for item, one in enumerate(real):
        index.add(item, "", [(0, one)])
    left = stills - len(real)
    by_hand = left if stills < CODED_ONCE else 300
    add_ms = fill(index, made_up, len(real), by_hand)
    if by_hand < left:
        fill_quickly(index, made_up, len(real) + by_hand, left - by_hand)
    taken, found, sought = [], 0, 0
    for view, items in asked:
        view.__dict__.pop("rooted", None)
        start = spent_s()
        seen = index.look(view)
        taken.append(1000 * (spent_s() - start))
        found += len(items & {choice.item for choice in seen.choices})
        sought += len(items)
    size, load_s = checkpoint(index) if lists else (0, 0.0)
    values = [
        stills, lists, train_s, add_ms, np.mean(taken), np.percentile(taken, 95),
        100 * found / sought, size / stills, load_s,
    ]  # fmt: skip
    return dict(
        zip(
            HEAD,
            [value if isinstance(value, int) else round(float(value), 2) for value in values],
            strict=True,
        )
    )


def checkpoint(index: Index) -> tuple[int, float]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "votes.npz"
        index.save(path)
        start = spent_s()
        votes.load(path)
        return path.stat().st_size, spent_s() - start


def line(row: dict[str, Any]) -> str:
    return "".join(f"{row[name]!s:>12}" for name in HEAD)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stills", type=int, nargs="+", default=[150, 1000, 10_000, 100_000])
    given = parser.parse_args()
    folder = ROOT / "verify" / "demo" / "pictures"
    pictures = [Image.open(path).convert("RGB") for path in sorted(folder.glob("*.jpg"))]
    asked = queries(pictures)
    heading = "".join(f"{name:>12}" for name in HEAD)
    print(heading)
    rows = []
    for stills in given.stills:
        rows.append(measure(stills, pictures, asked))
        print(line(rows[-1]), flush=True)
    here = Path(__file__)
    last = here.with_suffix(".json")
    kept = json.loads(last.read_text()) if last.exists() else []
    rows += [row for row in kept if row["stills"] not in given.stills]
    rows.sort(key=lambda row: row["stills"])
    here.with_suffix(".txt").write_text("\n".join([heading, *map(line, rows)]) + "\n")
    here.with_suffix(".json").write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
