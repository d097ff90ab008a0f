"""Footage as FFmpeg decodes it: moments in order, whatever is wrong with time stamps or tail."""

from collections import deque
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, BinaryIO

import av
import numpy as np
from PIL import Image

from media.decoding import faults, opening, reasons
from media.decoding.moments import MAX_STEP_MS, Clock, Moment
from media.decoding.request import Request
from media.fingerprints.pictures import fit

_MAX_LOST = 500  # packets that cannot be decoded, then the rest is left
_MAX_LAST_MS = 10_000  # nothing follows the last frame: how long it may claim to be shown
_MAX_EARLY_SOUND = 200  # frames of sound kept until the first picture starts the clock
_SHORT_MS = 1000  # ending so much before the declared end, and by 2 %, is a broken tail
_SHORT_SHARE = 0.98
_SANE_ASPECT = (Fraction(1, 4), Fraction(4))  # of a pixel
# (a, b, c, d) of the display matrix by sign → how the stored frame is turned for showing
_TURNS = {
    (0, 1, -1, 0): Image.Transpose.ROTATE_270,
    (-1, 0, 0, -1): Image.Transpose.ROTATE_180,
    (0, -1, 1, 0): Image.Transpose.ROTATE_90,
    (-1, 0, 0, 1): Image.Transpose.FLIP_LEFT_RIGHT,
    (1, 0, 0, -1): Image.Transpose.FLIP_TOP_BOTTOM,
    (0, 1, 1, 0): Image.Transpose.TRANSPOSE,
    (0, -1, -1, 0): Image.Transpose.TRANSVERSE,
}
_CLOCKWISE_DEG = {
    None: 0,
    Image.Transpose.ROTATE_270: 90,
    Image.Transpose.ROTATE_180: 180,
    Image.Transpose.ROTATE_90: 270,
}
_SIDEWAYS = {
    Image.Transpose.ROTATE_270,
    Image.Transpose.ROTATE_90,
    Image.Transpose.TRANSPOSE,
    Image.Transpose.TRANSVERSE,
}


class Stream:
    """The picture stream of one file, and its first sound track where it is wanted.

    heard: called with each decoded frame of sound and its time in ms on the pictures' clock.
    """

    def __init__(
        self,
        file: BinaryIO,
        content_type: str,
        asked: Request,
        heard: Callable[[Any, float], None] | None = None,
    ) -> None:
        """Open, and decode the first frame. Raises UndecodableError."""
        self._asked = asked
        self._content_type = content_type
        self._heard = heard
        self._early: deque[Any] = deque(maxlen=_MAX_EARLY_SOUND)
        self._is_hurried = self._is_blind = self._is_stopped = False
        self._broken_by: Exception | None = None
        self._lost = 0
        self._apart_ms = 0
        self._last_key_ms: float | None = None
        self.end_ms = 0
        with faults.of_the_file():
            self._container = opening.open_container(file, content_type, asked.max_pixels)
            self._video = opening.picture_stream(self._container, asked.max_pixels)
            self._sound = next(iter(self._container.streams.audio), None)
            self.facts = opening.read_facts(self._container, self._video, self._sound)
            self._clock = Clock(_usual_step_ms(self._video))
            self._frames = self._decoded()
            self._first = self._start()
        # Asked once: each asking ties a frame into a cycle that keeps its pixels for long.
        self._turn = turn = _turn(self._first)
        width, height = _square_size(self._first, self._video.sample_aspect_ratio)
        self.width_px, self.height_px = (height, width) if turn in _SIDEWAYS else (width, height)
        self.facts.rotation_deg = _CLOCKWISE_DEG.get(turn)
        self.facts.is_interlaced = bool(self._first.interlaced_frame)

    def moments(self) -> Iterator[Moment]:
        """Yield every shown frame in order; a broken tail ends it and is noted in the facts."""
        held, held_at = self._first, self._clock.at(_stamp_ms(self._first))
        count = 1
        for frame in self._frames:
            at = self._clock.at(_stamp_ms(frame))
            yield from self._moment(held, held_at, at)
            held, held_at, count = frame, at, count + 1
        last_ms = min(_shown_ms(held) or self._clock.step_ms, _MAX_LAST_MS)
        yield from self._moment(held, held_at, held_at + last_ms)
        self._finish(count)

    def hurry(self, apart_ms: int = 0) -> None:
        """Decode only key frames from now on, at least so far apart."""
        self._is_hurried, self._apart_ms = True, apart_ms
        self._video.codec_context.skip_frame = "NONKEY"

    def close_eyes(self) -> None:
        """Decode nothing from now on; read on to learn how long it is."""
        self._is_hurried = self._is_blind = True

    def _start(self) -> Any:
        """Decode the first frame: without one there is nothing to show."""
        first = next(self._frames, None)
        if first is None and self._broken_by is not None:
            raise self._broken_by
        if first is None:
            is_encrypted = self._video.codec_context.codec_tag == "encv"
            reason = reasons.ENCRYPTED if is_encrypted else reasons.NO_FRAMES
            raise faults.UndecodableError(reason)
        return first

    def _decoded(self) -> Iterator[Any]:
        """Decode to the end, over damage, and stop where the time is used up."""
        wanted = [self._video]
        if self._heard is not None and self._sound is not None:
            wanted.append(self._sound)
        try:
            for packet in self._container.demux(*wanted):
                if not self._asked.may_read():
                    self._is_stopped = True
                    self.facts.notes.append("It is too long to be read to its end here.")
                    return
                yield from self._of_packet(packet)
        except Exception as error:  # whatever the damage, the frames before it count
            self._broken_by = error
            self.facts.is_truncated = True
            self.facts.notes.append("It is damaged and could not be read to its declared end.")
            yield from self._rest()

    def _rest(self) -> Iterator[Any]:
        """Get out of the decoder what it still holds after the file broke off."""
        try:
            yield from self._video.codec_context.decode(None)
        except (av.FFmpegError, ValueError):
            return

    def _of_packet(self, packet: Any) -> Iterator[Any]:
        is_sound = self._sound is not None and packet.stream_index == self._sound.index
        if self._is_hurried and not is_sound and packet.size:
            self._measure(packet)
            if self._is_blind or not packet.is_keyframe or self._is_too_soon(packet):
                return
        try:
            frames = packet.decode()
        except av.error.EOFError:
            return
        except (av.FFmpegError, ValueError):
            self._lost += 1
            if self._lost >= _MAX_LOST:
                raise
            return
        for frame in frames:
            if is_sound:
                self._hear(frame)
            else:
                opening.hold_to_budget(frame.width, frame.height, self._asked.max_pixels)
                yield frame

    def _is_too_soon(self, packet: Any) -> bool:
        """Whether a key frame follows the last one decoded too closely to be worth its time."""
        stamp = packet.pts if packet.pts is not None else packet.dts
        if not self._apart_ms or stamp is None or packet.time_base is None:
            return False
        now = _ms(stamp, packet.time_base)
        if self._last_key_ms is not None and 0 <= now - self._last_key_ms < self._apart_ms:
            return True
        self._last_key_ms = now
        return False

    def _hear(self, frame: Any) -> None:
        """Pass sound on once the first picture has started the clock."""
        self._early.append(frame)
        while self._early and self._heard is not None:
            stamp = _stamp_ms(self._early[0])
            at = None if stamp is None else self._clock.offset(stamp)
            if at is None:
                return
            self._heard(self._early.popleft(), at)

    def _measure(self, packet: Any) -> None:
        """Learn from a packet that is not decoded how far the footage goes."""
        stamp = packet.pts if packet.pts is not None else packet.dts
        if stamp is None or packet.time_base is None:
            return
        end = self._clock.offset(_ms(stamp + (packet.duration or 0), packet.time_base))
        if end is not None and self.end_ms < end < self.end_ms + MAX_STEP_MS:
            self.end_ms = int(end)

    def _moment(self, frame: Any, time_ms: float, end_ms: float) -> Iterator[Moment]:
        """Yield a frame as a moment, unless it is shown for no whole millisecond."""
        if int(end_ms) > int(time_ms):
            self.end_ms = max(self.end_ms, int(end_ms))
            yield Moment(
                int(time_ms),
                int(end_ms),
                lambda longest: self._picture(frame, longest),
                None if self._turn is not None else lambda size: _encodable(frame, size),
            )

    def _picture(self, frame: Any, longest_px: int) -> Image.Image:
        width, height = fit(_square_size(frame, self._video.sample_aspect_ratio), longest_px)
        small = frame.reformat(width, height, "rgb24", interpolation="AREA", threads=1)
        picture = Image.fromarray(np.asarray(small.to_ndarray()))
        return picture if self._turn is None else picture.transpose(self._turn)

    def _finish(self, count: int) -> None:
        facts = self.facts
        facts.frames_decoded = count
        declared = facts.duration_declared_ms
        if declared and not self._is_stopped and declared - self.end_ms > _SHORT_MS:
            facts.is_truncated |= self.end_ms < declared * _SHORT_SHARE
        if self._lost:
            facts.notes.append(f"{self._lost} damaged parts were left out.")
        facts.is_browser_playable = opening.plays_in_browsers(self._content_type, facts)


def _encodable(frame: Any, size: tuple[int, int]) -> Any:
    return frame.reformat(*size, "yuv420p", interpolation="AREA", threads=1)


def _ms(stamp: int, time_base: Fraction) -> float:
    return float(stamp * time_base * 1000)


def _stamp_ms(frame: Any) -> float | None:
    stamp = frame.pts if frame.pts is not None else frame.dts
    return None if stamp is None or not frame.time_base else _ms(stamp, frame.time_base)


def _shown_ms(frame: Any) -> float | None:
    duration = getattr(frame, "duration", 0)
    return _ms(duration, frame.time_base) if duration and frame.time_base else None


def _usual_step_ms(stream: Any) -> float:
    rate = stream.average_rate or stream.guessed_rate
    return float(1000 / rate) if rate else 0.0


def _square_size(frame: Any, aspect: Fraction | None) -> tuple[int, int]:
    """Width and height in square pixels, before turning."""
    if aspect and _SANE_ASPECT[0] <= aspect <= _SANE_ASPECT[1]:
        return max(1, round(frame.width * aspect)), frame.height
    return frame.width, frame.height


def _turn(frame: Any) -> Image.Transpose | None:
    """Read the display matrix as a turn by quarters and mirrors; None to show as stored."""
    matrix = frame.side_data.get("DISPLAYMATRIX")
    if matrix is None:
        return None
    values = np.frombuffer(bytes(matrix), "<i4")
    if len(values) < 5:
        return None
    largest = max(1, int(np.abs(values[[0, 1, 3, 4]].astype(np.int64)).max()))
    a, b, c, d = (round(int(values[at]) / largest) for at in (0, 1, 3, 4))
    return _TURNS.get((a, b, c, d))
