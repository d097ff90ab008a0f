"""One piece of footage: facts, fingerprints at two frames per second, features, poster, strip."""

from collections.abc import Iterator
from typing import BinaryIO

from PIL import Image

from media.decoding import derived
from media.decoding.animation import Animation
from media.decoding.gathering import EVERY_MS, Gatherer
from media.decoding.moments import Moment, Moving, is_shown_at_a_step
from media.decoding.protocol import MAX_FRAMES, Decoded, DecodedFrame, DerivedFile
from media.decoding.request import Request
from media.decoding.still import fingerprinted
from media.decoding.streams import Stream
from media.fingerprints.footage import SAMPLE_MS
from media.fingerprints.pictures import shrunk

_MAX_CELLS = 2 * derived.STRIP_CELLS
GLANCED_AT_MS = 60_000  # shorter footage is looked at closely in a few seconds
_GLANCES = 150  # key frames of a glance: ten seconds of 1080p
_GOOD_POSTER = 70  # PDQ quality at which a frame is kept as the poster


def open_footage(file: BinaryIO, content_type: str, asked: Request) -> Moving:
    """Open footage with the decoder its content asks for. Raises UndecodableError."""
    if content_type.startswith("image/"):
        return Animation(file, asked)
    return Stream(file, content_type, asked)


def decode_footage(file: BinaryIO, content_type: str, asked: Request) -> Decoded:
    """Look at footage in one pass, in memory that does not grow with its length.

    Asked for a glance, look at some of the key frames alone, and at nothing where the footage is
    too short for a glance to be worth it.
    """
    moving = open_footage(file, content_type, asked)
    looked = _Looker(asked, derived.strip_cell_size((moving.width_px, moving.height_px)))
    if asked.work == "glance":
        length_ms = moving.facts.duration_declared_ms or 0
        if length_ms < GLANCED_AT_MS:
            return Decoded({}, moving.width_px, moving.height_px, None, None, [], [], "")
        looked.hurried_at_ms = 0
        moving.hurry(max(EVERY_MS, length_ms // _GLANCES))
    for moment in _in_time(moving, asked, looked):
        looked.look(moment)
    moving.facts.sampled = looked.in_words()
    return Decoded(
        facts=moving.facts.as_dict(),
        width_px=moving.width_px,
        height_px=moving.height_px,
        duration_ms=moving.end_ms,
        frame_rate=looked.frame_rate(),
        frames=looked.frames,
        files=looked.files(),
        not_comparable=looked.not_comparable(),
    )


def _in_time(moving: Moving, asked: Request, looked: "_Looker") -> Iterator[Moment]:
    """Yield moments: every one, then key frames alone, then none, as time and room run out."""
    is_hurried = looked.hurried_at_ms is not None
    for moment in moving.moments():
        yield moment
        if not is_hurried and not asked.may_look_closely():
            is_hurried = True
            looked.hurried_at_ms = moment.end_ms
            moving.hurry()
        if looked.blind_at_ms is None and (looked.is_full() or not asked.may_look()):
            looked.blind_at_ms = moment.end_ms
            moving.close_eyes()


class _Looker:
    """Keeps what is seen: every sample's hashes, one poster, and a strip that thins itself out."""

    def __init__(self, asked: Request, cell_size: tuple[int, int]) -> None:
        self._is_for_show = asked.work == "ingest"
        self._cell_size = cell_size
        self._cells: list[tuple[int, Image.Image]] = []
        self._cells_every = 1
        self._poster: tuple[int, int, Image.Image] | None = None  # quality, time_ms, picture
        self._closely, self._closely_end_ms = 0, 0
        self._why_not = ""
        self._gatherer = Gatherer()
        self.frames: list[DecodedFrame] = []
        self.hurried_at_ms: int | None = None
        self.blind_at_ms: int | None = None

    def look(self, moment: Moment) -> None:
        """Take a moment in; hash it where one of the instants of the sampling falls into it."""
        if self.hurried_at_ms is None:
            self._closely += 1
            self._closely_end_ms = moment.end_ms
        if self.blind_at_ms is None and (
            self.hurried_at_ms is not None or is_shown_at_a_step(moment, SAMPLE_MS)
        ):
            self._sample(moment)

    def is_full(self) -> bool:
        """Whether no more frames may be handed back."""
        return len(self.frames) >= MAX_FRAMES

    def frame_rate(self) -> float | None:
        """Frames per second as measured over what was looked at closely."""
        if self._closely < 2 or not self._closely_end_ms:
            return None
        return round(self._closely * 1000 / self._closely_end_ms, 3)

    def in_words(self) -> str:
        """Say how densely it was looked at."""
        words = f"{1000 // SAMPLE_MS} frames per second"
        if self.hurried_at_ms is not None:
            words += f"; key frames alone after {self.hurried_at_ms / 1000:.0f} s"
        if self.blind_at_ms is not None:
            words += f"; not looked at after {self.blind_at_ms / 1000:.0f} s"
        return words

    def not_comparable(self) -> str:
        """Say why no frame can be compared, or "" where one can."""
        return "" if any(frame.is_comparable for frame in self.frames) else self._why_not

    def files(self) -> list[DerivedFile]:
        """Make the file of features and, where they are kept, poster, proxies, thumbnail, strip."""
        files = [self._gatherer.file()]
        if self._poster is None:
            return files
        _, time_ms, picture = self._poster
        small = shrunk(picture, derived.SMALL_PROXY_PX)
        files += [derived.as_jpeg("poster", picture, time_ms)]
        files += derived.picture_files(picture, small, time_ms)
        return [*files, derived.strip(self._evenly())]

    def _sample(self, moment: Moment) -> None:
        picture = moment.picture(derived.SMALL_PROXY_PX)
        frame, why_not = fingerprinted(picture, moment.time_ms)
        self._why_not = self._why_not or why_not
        self.frames.append(frame)
        self._gatherer.look(frame, picture)
        if self._is_for_show:
            self._keep_cell(moment.time_ms, picture)
            self._keep_poster(frame, moment)

    def _keep_cell(self, time_ms: int, picture: Image.Image) -> None:
        """Keep every n-th sample; where there are too many, every second of the kept."""
        if (len(self.frames) - 1) % self._cells_every == 0:
            self._cells.append((time_ms, derived.strip_cell(picture, self._cell_size)))
        if len(self._cells) > _MAX_CELLS:
            self._cells = self._cells[::2]
            self._cells_every *= 2

    def _keep_poster(self, frame: DecodedFrame, moment: Moment) -> None:
        """Keep the first good frame, until then the best: clips often begin in black."""
        if self._poster is None or self._poster[0] < min(frame.quality, _GOOD_POSTER):
            picture = moment.picture(derived.POSTER_PX)
            self._poster = (frame.quality, moment.time_ms, picture)

    def _evenly(self) -> list[tuple[int, Image.Image]]:
        count = min(derived.STRIP_CELLS, len(self._cells))
        last = len(self._cells) - 1
        return [self._cells[round(place * last / max(1, count - 1))] for place in range(count)]
