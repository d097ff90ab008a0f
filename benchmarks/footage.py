"""How many seconds of footage does one second of CPU look at, and match?

Measured in November 2026 on one of two shared cores, Python 3.11, PyAV, on clips this script makes:
a camera over the demo's photographs, 30 s of 1080p and of 360p at 25 frames a second, H.264 as
libx264 makes it (medium, CRF 23, a key frame every 250). In the same run:

- decoding:   every frame decoded, nothing else
- looking:    all that a decoding child does: two frames a second made into codes, one every two
              seconds into features, poster, proxies and strip
- glance:     key frames alone of the same twenty times over, for an early answer, in s per s of
              CPU and in all
- of_pure:    what is left of the speed of pure decoding
- matching:   the tracks of two such clips aligned, in milliseconds of CPU; and of an hour against
              an hour of codes that change like filmed ones

Prints a table and writes it to footage.txt and footage.json.

    python benchmarks/footage.py [--seconds 30]
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"  # one core is counted

import av
import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from media.decoding import child, client  # noqa: E402 - after the path is set
from media.decoding.footage import decode_footage  # noqa: E402
from media.decoding.protocol import Decoded  # noqa: E402
from media.decoding.request import Request  # noqa: E402
from media.fingerprints import footage, stills, tracks  # noqa: E402
from media.fingerprints.tracks import FrameCodes, Track  # noqa: E402

RATE = 25
SIZES = {"1080p": (1920, 1080), "360p": (640, 360)}
RADIUS = 31
REPEATED = 20
ASKED = Request("footage", "ingest", 10**8, 10**8, 10_000)
GLANCE = Request("footage", "glance", 10**8, 10**8, 10_000)
HEAD = (
    "clip",
    "decoding_s_per_s",
    "looking_s_per_s",
    "of_pure",
    "glance_s_per_s",
    "glance_s",
    "matching_ms",
)


def filmed(size: tuple[int, int], seconds: int) -> Iterator[Image.Image]:
    """A camera that travels over three photographs, one after the other."""
    names = ("temple", "coffee", "rocket")
    frames = seconds * RATE
    for index in range(frames):
        picture = Image.open(ROOT / f"verify/demo/pictures/{names[index * 3 // frames]}.jpg")
        share = index * 3 % frames / frames
        wide = picture.width * 0.6
        high = wide * size[1] / size[0]
        left, top = (picture.width - wide) * share, (picture.height - high) / 2
        yield picture.resize(
            size, Image.Resampling.BILINEAR, box=(left, top, left + wide, top + high)
        )


def written(path: Path, size: tuple[int, int], seconds: int) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"crf": "23", "g": "250"})
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        for picture in filmed(size, seconds):
            container.mux(stream.encode(av.VideoFrame.from_image(picture)))
        container.mux(stream.encode())


def decoded(path: Path) -> float:
    """CPU seconds to decode every frame and do nothing else, on one thread."""
    start = time.process_time()
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_count = 1
        for _ in container.decode(stream):
            pass
    return time.process_time() - start


def looked_at(path: Path, asked: Request = ASKED) -> tuple[float, Decoded]:
    """CPU seconds of all that a decoding child does, and what it hands back."""
    start = time.process_time()
    with path.open("rb") as file:
        found = decode_footage(file, "video/mp4", asked)
    return time.process_time() - start, found


def repeated(path: Path, times: int) -> Path:
    """The same pictures over and over in one long file, without encoding them again."""
    longer = path.with_stem(f"{path.stem}-{times}")
    with av.open(str(path)) as source, av.open(str(longer), "w") as made:
        given = source.streams.video[0]
        stream = made.add_stream_from_template(given)
        for turn in range(times):
            source.seek(0)
            for packet in source.demux(given):
                if packet.dts is not None:
                    packet.pts += turn * given.duration
                    packet.dts += turn * given.duration
                    packet.stream = stream
                    made.mux(packet)
    return longer


def track_of(found: Decoded) -> Track:
    frames = []
    for frame in found.frames:
        turns = {c.variant: b"".join(c.turns) for c in frame.codes if c.algorithm == stills.PDQ}
        frames.append(FrameCodes(frame.time_ms, turns))
    return tracks.track(frames, found.duration_ms or 0)


def aligned_ms(one: Track, other: Track) -> float:
    start = time.process_time()
    assert footage.align(one, other, 0, RADIUS), "a clip must match itself"
    return round((time.process_time() - start) * 1000, 1)


def an_hour() -> Track:
    """Codes that change by 14 bits each half second, as filmed ones do."""
    random = np.random.default_rng(1)
    bits = random.integers(0, 2, 256)
    frames = []
    for place in range(7200):
        bits[random.choice(256, 14, replace=False)] ^= 1
        frames.append(FrameCodes(500 * place, {"whole": np.packbits(bits).tobytes() * 8}))
    return tracks.track(frames, 3_600_000)


def measure(name: str, folder: Path, seconds: int) -> dict[str, Any]:
    path = folder / f"{name}.mp4"
    written(path, SIZES[name], seconds)
    decoding = min(decoded(path) for _ in range(2))
    timed = [looked_at(path) for _ in range(2)]
    glance, seen = looked_at(repeated(path, REPEATED), GLANCE)
    assert len(seen.frames) > 5, "a glance has to see something"
    looking = min(taken for taken, _ in timed)
    track = track_of(timed[0][1])
    return {
        "clip": name,
        "decoding_s_per_s": round(seconds / decoding, 1),
        "looking_s_per_s": round(seconds / looking, 1),
        "glance_s_per_s": round(seconds * REPEATED / glance, 1),
        "glance_s": round(glance, 1),
        "of_pure": round(decoding / looking, 2),
        "matching_ms": aligned_ms(track, track),
    }


def line(row: dict[str, Any]) -> str:
    return "".join(f"{row.get(name, '')!s:>18}" for name in HEAD)


def main() -> None:
    if "GLIBC_TUNABLES" not in os.environ:  # read by the C library when a program starts
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | client.LARGE_PAGES)
    child.preload()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=30, help="length of the clips")
    given = parser.parse_args()
    heading = "".join(f"{name:>18}" for name in HEAD)
    print(heading)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name in SIZES:
            rows.append(measure(name, Path(folder), given.seconds))
            print(line(rows[-1]), flush=True)
    hour = an_hour()
    rows.append({"clip": "hour x hour", "matching_ms": aligned_ms(hour, hour)})
    print(line(rows[-1]))
    here = Path(__file__)
    here.with_suffix(".txt").write_text("\n".join([heading, *map(line, rows)]) + "\n")
    here.with_suffix(".json").write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
