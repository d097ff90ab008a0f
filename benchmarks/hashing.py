"""What does it cost to hash a picture? Milliseconds of CPU from stored JPEG bytes to codes.

Measured in November 2026 on one of two shared cores, Python 3.11, Pillow 13, imagehash 4.3,
pdqhash 0.2.8, on photographs of the demo enlarged to 1, 12 and 24 megapixels with grain, JPEG
quality 90. In the same run:

- ours:       open upright at 1,024 px as decoding does, then phash, PDQ in eight turns, borders,
              the trimmed frame, the quality gate
- imagehash:  Image.open and imagehash.phash, which decodes every pixel
- pdqhash:    Image.open, and the reference PDQ with its eight turns of the whole picture
- decoding:   the pixels alone

Prints a table and writes it to hashing.txt and hashing.json.

    python benchmarks/hashing.py [--pictures 3]
"""

import argparse
import io
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"  # one core is counted

import imagehash
import numpy as np
import pdqhash
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from media.fingerprints import pictures, stills  # noqa: E402 - after the path is set

SIZES = {1: (1155, 866), 12: (4000, 3000), 24: (6000, 4000)}
NAMES = ("temple", "cat", "coffee", "rocket", "flower")
LONGEST_PX = 1024  # what decoding hands to the hashes
REPEATS = 5
HEAD = ("megapixels", "ours_ms", "imagehash_ms", "pdqhash_ms", "decoding_ms", "of_ours_hashing_ms")


def jpeg(name: str, size: tuple[int, int]) -> bytes:
    """A photograph at a size, with grain, so that it weighs what a camera's file weighs."""
    random = np.random.default_rng(1)
    picture = Image.open(ROOT / f"verify/demo/pictures/{name}.jpg").convert("RGB").resize(size)
    grain = random.normal(0, 5, (size[1], size[0], 1)).astype(np.float32)
    noisy = (np.asarray(picture) + grain).clip(0, 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(noisy).save(out, "JPEG", quality=90)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    picture = pictures.open_picture(io.BytesIO(data), 100_000_000, 250_000_000)
    return pictures.upright(picture, LONGEST_PX)


def ours(data: bytes) -> None:
    stills.fingerprint(opened(data))


def plain_imagehash(data: bytes) -> None:
    imagehash.phash(Image.open(io.BytesIO(data)))


def plain_pdqhash(data: bytes) -> None:
    pdqhash.compute_dihedral(np.asarray(Image.open(io.BytesIO(data)).convert("RGB")))


def decoding(data: bytes) -> None:
    Image.open(io.BytesIO(data)).load()


def cpu_ms(work: Callable[[Any], None], given: list[Any]) -> float:
    """Median over the inputs of the best of REPEATS: other work on the machine only adds."""
    each = []
    for one in given:
        taken = []
        for _ in range(REPEATS):
            start = time.thread_time()
            work(one)
            taken.append(time.thread_time() - start)
        each.append(min(taken) * 1000)
    return round(float(np.median(each)), 1)


def measure(megapixels: int, count: int) -> dict[str, Any]:
    files = [jpeg(name, SIZES[megapixels]) for name in NAMES[:count]]
    row = {
        "megapixels": megapixels,
        "ours_ms": cpu_ms(ours, files),
        "imagehash_ms": cpu_ms(plain_imagehash, files),
        "pdqhash_ms": cpu_ms(plain_pdqhash, files),
        "decoding_ms": cpu_ms(decoding, files),
        "of_ours_hashing_ms": cpu_ms(stills.fingerprint, [opened(data) for data in files]),
    }
    print("".join(f"{row[name]!s:>20}" for name in HEAD), flush=True)
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=3, help=f"of {len(NAMES)} per size")
    given = parser.parse_args()
    pictures.prepare()
    heading = "".join(f"{name:>20}" for name in HEAD)
    print(heading)
    rows = [measure(megapixels, given.pictures) for megapixels in SIZES]
    lines = ["".join(f"{row[name]!s:>20}" for name in HEAD) for row in rows]
    here = Path(__file__)
    here.with_suffix(".txt").write_text("\n".join([heading, *lines]) + "\n")
    here.with_suffix(".json").write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
