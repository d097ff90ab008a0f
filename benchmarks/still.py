"""What does it cost to take in a still? Milliseconds of CPU from stored JPEG bytes to all results.

Measured in November 2026 on one of two shared cores, Python 3.11, Pillow 13, OpenCV 5.0, on
photographs of the demo enlarged to 1, 12 and 24 megapixels with grain, JPEG quality 90:

- child:      a decoding child as the server forks it, sandbox and all, from the stored bytes to
              everything written: facts, hashes, features, two proxies and a thumbnail
- checking:   what the worker does to read and check that
- of the child: opening at 1,024 px, hashing, finding points, packing them, encoding pictures

Prints a table and writes it to still.txt and still.json.

    python benchmarks/still.py [--pictures 3]
"""

import argparse
import io
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as the server sets it

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from media.decoding import checking, child, client, derived, protocol, sandbox  # noqa: E402 - path
from media.fingerprints import features, pictures, stills  # noqa: E402

SIZES = {1: (1155, 866), 12: (4000, 3000), 24: (6000, 4000)}
NAMES = ("temple", "cat", "coffee", "rocket", "grass")
REPEATS = 5
LIMITS = {"wall_s": 60, "cpu_s": 60, "memory_bytes": 3 << 30, "output_bytes": 1 << 30}
ASKED = {"kind": "still", "work": "ingest", "max_pixels": 10**8, "max_pixels_draft": 25 * 10**7}
HEAD = ("megapixels", "child", "checking", "opening", "hashing", "points", "packing", "encoding")


def jpeg(name: str, size: tuple[int, int]) -> bytes:
    """A photograph at a size, with grain, so that it weighs what a camera's file weighs."""
    random = np.random.default_rng(1)
    picture = Image.open(ROOT / f"verify/demo/pictures/{name}.jpg").convert("RGB").resize(size)
    grain = random.normal(0, 5, (size[1], size[0], 1)).astype(np.float32)
    noisy = (np.asarray(picture) + grain).clip(0, 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(noisy).save(out, "JPEG", quality=90)
    return out.getvalue()


def decoded(source: BinaryIO, out: BinaryIO) -> float:
    """Decode in a child; CPU seconds it took from fork to end."""
    server_pid = os.getpid()
    pid = os.fork()
    if pid == 0:
        sandbox.enter(sandbox.Limits(**LIMITS), server_pid)
        child.run(source.fileno(), out.fileno(), {**ASKED, "limits": LIMITS})
        os._exit(0)
    _, status, used = os.wait4(pid, 0)
    assert status == 0, "the child failed"
    return used.ru_utime + used.ru_stime


def cpu_ms(work: Callable[[], Any]) -> float:
    """The best of REPEATS: other work on the machine only adds."""
    taken = []
    for _ in range(REPEATS):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken) * 1000


def opened(data: bytes) -> Image.Image:
    picture = pictures.open_picture(io.BytesIO(data), 10**8, 25 * 10**7)
    return pictures.upright(picture, derived.PROXY_PX)


def measured(data: bytes) -> dict[str, float]:
    with tempfile.TemporaryFile() as source:
        source.write(data)
        source.flush()
        in_child = []
        for _ in range(REPEATS):
            with tempfile.TemporaryFile() as out:
                in_child.append(decoded(source, out) * 1000)
                checked = cpu_ms(lambda out=out: checking.read_result(out.fileno()))
                assert isinstance(checking.read_result(out.fileno()), protocol.Decoded)
    picture = opened(data)
    small = pictures.shrunk(picture, derived.SMALL_PROXY_PX)
    found = features.extract(small)
    return {
        "child": min(in_child),
        "checking": checked,
        "opening": cpu_ms(lambda: opened(data)),
        "hashing": cpu_ms(lambda: stills.fingerprint(picture)),
        "points": cpu_ms(lambda: features.extract(small)),
        "packing": cpu_ms(lambda: features.pack(found)),
        "encoding": cpu_ms(lambda: derived.picture_files(picture, small, None)),
    }


def row_of(megapixels: int, count: int) -> dict[str, float]:
    """The median over the pictures."""
    each = [measured(jpeg(name, SIZES[megapixels])) for name in NAMES[:count]]
    medians = {name: round(statistics.median(one[name] for one in each), 1) for name in HEAD[1:]}
    return {"megapixels": megapixels, **medians}


def line(row: dict[str, float]) -> str:
    return "".join(f"{row[name]!s:>12}" for name in HEAD)


def main() -> None:
    if "GLIBC_TUNABLES" not in os.environ:  # read by the C library when a program starts
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | client.LARGE_PAGES)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=3, help=f"of {len(NAMES)} per size")
    given = parser.parse_args()
    child.preload()
    heading = "".join(f"{name:>12}" for name in HEAD)
    print(heading)
    rows = []
    for megapixels in SIZES:
        rows.append(row_of(megapixels, given.pictures))
        print(line(rows[-1]), flush=True)
    here = Path(__file__)
    here.with_suffix(".txt").write_text("\n".join([heading, *map(line, rows)]) + "\n")
    here.with_suffix(".json").write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
