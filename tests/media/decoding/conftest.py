"""Clips in every container, and the two ways to decode: in a real child, or in this process."""

import tempfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from media import decoding
from media.decoding import checking, child, kinds, protocol
from media.fingerprints import pictures

MEGAPIXEL = 1_000_000
QUICKLY = {
    "libvpx": {"deadline": "realtime", "cpu-used": "8"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"},
    "libx264": {"preset": "veryfast"},
    "libx265": {"preset": "ultrafast", "x265-params": "log-level=none"},
    "libsvtav1": {"preset": "12"},
}


@pytest.fixture(scope="session", autouse=True)
def _prepared() -> None:
    pictures.prepare()


@pytest.fixture
def decode_bytes(tmp_path: Path):
    """decode_bytes(data, work="ingest") → Decoded, through the server and a real child."""

    def decode(data: bytes, work: str = "ingest", kind: str = "") -> protocol.Decoded:
        path = tmp_path / "file"
        path.write_bytes(data)
        known = kinds.sniff(data[: kinds.HEAD_BYTES])
        with path.open("rb") as file:
            return decoding.decode(file, kind or (known[1] if known else "still"), work)

    return decode


@pytest.fixture
def run_here():
    """run_here(data, work="ingest") → Decoded or Refused, without a child: quick, unlimited."""

    def run(
        data: bytes,
        work: str = "ingest",
        kind: str = "",
        wall_s: float = 100,
        megapixels: int = 100,
    ) -> protocol.Decoded | protocol.Refused:
        known = kinds.sniff(data[: kinds.HEAD_BYTES])
        asked = {
            "kind": kind or (known[1] if known else "still"),
            "work": work,
            "max_pixels": megapixels * MEGAPIXEL,
            "max_pixels_draft": megapixels * MEGAPIXEL,
            "limits": {"wall_s": wall_s},
        }
        with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as out:
            source.write(data)
            source.flush()
            child.run(source.fileno(), out.fileno(), asked)
            return checking.read_result(out.fileno())

    return run


@pytest.fixture(scope="session")
def frames_of():
    """frames_of(photo, count, size) → pictures of a slow pan."""

    def frames(
        photo: Image.Image, count: int = 50, size: tuple[int, int] = (320, 240)
    ) -> Iterator[Image.Image]:
        wide = photo.resize((size[0] + count, size[1] + count))
        for at in range(count):
            yield wide.crop((at, at, at + size[0], at + size[1]))

    return frames


@pytest.fixture(scope="session")
def make_clip(tmp_path_factory):
    """make_clip(pictures, form="mp4", ...) → bytes of a clip."""
    folder = tmp_path_factory.mktemp("made")

    def make(
        pictures_shown,
        form: str = "mp4",
        codec: str = "libx264",
        *,
        rate: int = 25,
        times_ms: list[int] | None = None,
        turn: dict | None = None,
        sound: str = "",
        tags: dict[str, str] | None = None,
        options: dict[str, str] | None = None,
        pixels: str = "yuv420p",
    ) -> bytes:
        path = folder / "clip"
        shown = list(pictures_shown)
        with av.open(str(path), "w", format=form, container_options=options or {}) as made:
            made.metadata.update(tags or {})
            video = made.add_stream(codec, rate=rate, options=QUICKLY.get(codec, {}))
            video.width, video.height = shown[0].size
            video.pix_fmt = pixels
            if times_ms:
                video.codec_context.time_base = Fraction(1, 1000)
            if turn:
                video.set_display_rotation(**turn)
            audio = made.add_stream(sound, rate=48_000) if sound else None
            if audio is not None:
                audio.codec_context.layout = "stereo"
            for at, picture in enumerate(shown):
                frame = av.VideoFrame.from_image(picture)
                if times_ms:
                    frame.pts, frame.time_base = times_ms[at], Fraction(1, 1000)
                made.mux(video.encode(frame))
            if audio is not None:
                for part in _tone(audio, len(shown) / rate):
                    made.mux(audio.encode(part))
                made.mux(audio.encode(None))
            made.mux(video.encode(None))
        return path.read_bytes()

    return make


def _tone(audio, seconds: float):
    context = audio.codec_context
    resampler = av.AudioResampler(context.format.name, "stereo", 48_000, context.frame_size or 1024)
    for at in range(int(seconds * 50)):
        wave = (np.sin((np.arange(1920) + at * 1920) / 40) * 9000).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(wave[None], "s16", "stereo")
        frame.sample_rate, frame.pts = 48_000, at * 960
        yield from resampler.resample(frame)
