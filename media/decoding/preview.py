"""A preview that browsers play, encoded anew from decoded pictures and sound."""

from collections import deque
from fractions import Fraction
from typing import Any, BinaryIO

import av
import numpy as np
from av.video.frame import PictureType

from media.decoding.animation import Animation
from media.decoding.derived import POSTER_PX
from media.decoding.files import DescriptorFile
from media.decoding.moments import Moment
from media.decoding.protocol import Decoded, DerivedFile
from media.decoding.request import Request
from media.decoding.streams import Stream
from media.fingerprints.pictures import fit

_MAX_MS = 15 * 60 * 1000  # a preview shows at most so much; the original can be downloaded
_MAX_BYTES = 240 * 1024**2
_MIN_STEP_MS = 32  # no more than about 30 frames per second
_HELD_MS = 1000  # a frame shown for longer is repeated, so that players can seek into it
_MS = Fraction(1, 1000)
_SOUND_RATE_HZ = 48_000
_OVERLAP_MS = 50  # sound that starts earlier than the last ended, by more, is left out
# One thread: the sandbox gives no second one.
_VIDEO_OPTIONS = {
    "preset": "veryfast",
    "crf": "26",
    "maxrate": "2500k",
    "bufsize": "5000k",
    "profile": "main",
    "threads": "1",
    "g": "60",
}
# bitexact: the file does not name its encoder.
_CONTAINER_OPTIONS = {"movflags": "+faststart", "fflags": "+bitexact"}


def make_preview(file: BinaryIO, content_type: str, asked: Request, out: int) -> Decoded:
    """Encode footage as H.264 and AAC in MP4, at the start of the file `out`.

    Returns the facts "preview_covers_ms" and "preview_is_cut" and one file without data, which
    is written already.
    Raises UndecodableError.
    """
    if content_type.startswith("image/"):
        return _encode(Animation(file, asked), deque(), out)
    sounds: deque[tuple[Any, float]] = deque()
    stream = Stream(file, content_type, asked, lambda frame, at: sounds.append((frame, at)))
    return _encode(stream, sounds, out)


def _encode(moving: Animation | Stream, sounds: deque[tuple[Any, float]], out: int) -> Decoded:
    width, height = _even(fit((moving.width_px, moving.height_px), POSTER_PX))
    encoder = _Encoder(out, (width, height), has_sound=bool(moving.facts.has_audio))
    is_cut = False
    with encoder:
        for moment in moving.moments():
            encoder.show(moment)
            while sounds:
                encoder.hear(*sounds.popleft())
            if moment.end_ms >= _MAX_MS or encoder.size() >= _MAX_BYTES:
                is_cut = True
                break
    made = DerivedFile("preview", "video/mp4", width, height, None, b"")
    facts = {"preview_covers_ms": encoder.covers_ms, "preview_is_cut": is_cut}
    return Decoded(facts, moving.width_px, moving.height_px, moving.end_ms, None, [], [made], "")


def _even(size: tuple[int, int]) -> tuple[int, int]:
    """H.264 in the form every browser plays wants even sides."""
    return max(2, size[0] & ~1), max(2, size[1] & ~1)


class _Encoder:
    """One MP4 being written, with no metadata but what players need."""

    def __init__(self, out: int, size: tuple[int, int], *, has_sound: bool) -> None:
        self._size = size
        self._file = DescriptorFile(out, is_writable=True)
        self._container: Any = av.open(
            self._file,
            "w",
            format="mp4",
            container_options=_CONTAINER_OPTIONS,
            # For the second pass that moves the index to the front.
            io_open=lambda url, flags, options: DescriptorFile(out),
        )
        self._video = self._add_video()
        self._sound = self._add_sound() if has_sound else None
        self._resampler = av.AudioResampler("fltp", "stereo", _SOUND_RATE_HZ, 1024)
        self._last_ms: int | None = None
        self._sound_end_ms = 0.0
        self.covers_ms = 0

    def __enter__(self) -> "_Encoder":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._mux(self._video.encode(None))
            self._end_sound()
        self._container.close()

    def size(self) -> int:
        """Return how many bytes were written."""
        return self._file.size()

    def show(self, moment: Moment) -> None:
        """Add a moment, unless the last one is too near."""
        if self._last_ms is None or moment.time_ms - self._last_ms >= _MIN_STEP_MS:
            for at in range(moment.time_ms, moment.end_ms, _HELD_MS):
                self._add_frame(self._frame_of(moment), at)
        self.covers_ms = moment.end_ms

    def hear(self, frame: Any, at_ms: float) -> None:
        """Add sound. What cannot be encoded ends the sound, not the preview."""
        if self._sound is None or at_ms < self._sound_end_ms - _OVERLAP_MS:
            return
        try:
            rate = frame.sample_rate
            frame.time_base, frame.pts = Fraction(1, rate), round(at_ms * rate / 1000)
            self._sound_end_ms = at_ms + frame.samples * 1000 / rate
            for part in self._resampler.resample(frame):
                self._mux(self._sound.encode(part))
        except (av.FFmpegError, ValueError, ZeroDivisionError):
            self._sound = None

    def _end_sound(self) -> None:
        if self._sound is None:
            return
        try:
            for part in [*self._resampler.resample(None), None]:
                self._mux(self._sound.encode(part))
        except (av.FFmpegError, ValueError):
            self._sound = None

    def _frame_of(self, moment: Moment) -> Any:
        if moment.video is not None:
            return moment.video(self._size)
        picture = moment.picture(POSTER_PX).resize(self._size)
        return av.VideoFrame.from_ndarray(np.asarray(picture), "rgb24")

    def _add_frame(self, frame: Any, at_ms: int) -> None:
        frame.pts, frame.time_base = at_ms, _MS
        frame.pict_type = PictureType.NONE  # the encoder chooses its own key frames
        self._mux(self._video.encode(frame))
        self._last_ms = at_ms

    def _add_video(self) -> Any:
        video = self._container.add_stream("libx264", rate=30, options=_VIDEO_OPTIONS)
        video.width, video.height = self._size
        video.pix_fmt = "yuv420p"
        video.codec_context.time_base = _MS
        video.codec_context.thread_count = 1
        return video

    def _add_sound(self) -> Any:
        sound = self._container.add_stream("aac", rate=_SOUND_RATE_HZ)
        sound.codec_context.layout = "stereo"
        sound.codec_context.bit_rate = 96_000
        sound.codec_context.thread_count = 1
        return sound

    def _mux(self, packets: list[Any]) -> None:
        for packet in packets:
            self._container.mux(packet)
