"""Moving GIF, WebP, PNG and AVIF, as Pillow decodes them."""

from collections.abc import Iterator
from typing import BinaryIO

from PIL import Image

from media.decoding import derived, faults
from media.decoding.moments import Moment
from media.decoding.request import Request
from media.fingerprints import pictures
from media.metadata import exif
from media.metadata.facts import Facts

_HASTY_MS, _USUAL_MS = 10, 100  # browsers show frames of 10 ms and less for 100 ms
_MAX_SHOWN_MS = 3_600_000
_MAX_PIXELS = 5_000_000_000  # decoded in all: 2,400 frames of 1080p; a few bytes can ask for more


class Animation:
    """The frames of one moving picture."""

    def __init__(self, file: BinaryIO, asked: Request) -> None:
        """Open, and decode the first frame. Raises UndecodableError."""
        self._asked = asked
        self._pixels = 0
        self._shown: Image.Image | None = None
        self.facts = Facts()
        self.end_ms = 0
        with faults.of_the_file():
            self._opened = pictures.open_picture(file, asked.max_pixels, asked.max_pixels)
            exif.read_header(self._opened, self.facts)
            self._load()
            self.width_px, self.height_px = pictures.upright_size(self._opened, self._opened.size)
        exif.read_exif(self._opened, self.facts)
        self.facts.codec = self.facts.format
        self.facts.has_audio = False
        self.facts.is_browser_playable = False  # not by a player, which previews are for

    def moments(self) -> Iterator[Moment]:
        """Yield every frame in order; a broken one ends it and is noted in the facts."""
        count = 0
        while True:
            start_ms, self.end_ms = self.end_ms, self.end_ms + self._shown_ms()
            count += 1
            yield Moment(start_ms, self.end_ms, self._shrink)
            if self._pixels > _MAX_PIXELS or not self._asked.may_read():
                self.facts.notes.append("It is too long to be read to its end here.")
                break
            if not self._step(count):
                break
        self.facts.frames_decoded = count

    def hurry(self, apart_ms: int = 0) -> None:
        """Change nothing: each frame is needed for the next."""

    def close_eyes(self) -> None:
        """Change nothing: each frame is needed for the next."""

    def _step(self, count: int) -> bool:
        """Go on to the next frame. False at the end, or where the file breaks off."""
        try:
            self._opened.seek(count)
            self._load()
        except EOFError:
            return False
        except Exception:  # whatever the damage, the frames before it count
            self.facts.is_truncated = True
            self.facts.notes.append("It is damaged and could not be read to its declared end.")
            return False
        return True

    def _load(self) -> None:
        """Decode the current frame; a frame may be larger than the header said."""
        width, height = self._opened.size
        if width * height > self._asked.max_pixels:
            raise pictures.TooManyPixelsError(f"{width} x {height} px")
        self._pixels += width * height
        self._opened.load()
        self._shown = None

    def _shown_ms(self) -> int:
        try:
            shown_ms = int(self._opened.info.get("duration") or 0)
        except (TypeError, ValueError, OverflowError):
            shown_ms = 0
        return _USUAL_MS if shown_ms <= _HASTY_MS else min(shown_ms, _MAX_SHOWN_MS)

    def _shrink(self, longest_px: int) -> Image.Image:
        """Show the current frame, which most are not asked for."""
        if self._shown is None:
            self._shown = pictures.upright(self._opened, derived.POSTER_PX)
        return pictures.shrunk(self._shown, longest_px)
