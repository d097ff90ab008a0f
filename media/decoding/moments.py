"""Shown moments: what footage of any kind is to the code that looks at it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from PIL import Image

from media.metadata.facts import Facts

MAX_STEP_MS = 3_600_000  # a longer jump of the clock is a break in it, not an hour of stillness
GUESSED_STEP_MS = 40.0  # where nothing tells how long a frame is shown


@dataclass(frozen=True, slots=True)
class Moment:
    """One frame as shown: from time_ms until end_ms, counted from the first shown frame.

    picture: makes it upright RGB, at most so many pixels on its long side; to be called before
    the next moment is taken. video: a shorter way from the decoder to an encoder, if there is one:
    makes it a video frame of exactly this size.
    """

    time_ms: int
    end_ms: int
    picture: Callable[[int], Image.Image]
    video: Callable[[tuple[int, int]], Any] | None = None


class Moving(Protocol):
    """Footage that can be looked at once, from its start."""

    facts: Facts
    width_px: int  # upright, in square pixels
    height_px: int
    end_ms: int  # how far it was measured so far

    def moments(self) -> Iterator[Moment]:
        """Yield every shown frame in order. A broken tail ends it and is noted in the facts."""
        ...

    def hurry(self, apart_ms: int = 0) -> None:
        """Yield only what costs little from now on, and no closer together than asked."""
        ...

    def close_eyes(self) -> None:
        """Yield nothing more; read on to learn how long it is."""
        ...


class Clock:
    """Turns the time stamps of frames, missing or jumping ones too, into a time that only rises."""

    def __init__(self, step_ms: float = GUESSED_STEP_MS) -> None:
        self.step_ms = step_ms if 0 < step_ms <= MAX_STEP_MS else GUESSED_STEP_MS
        self._last_ms: float | None = None
        self._base_ms: float | None = None

    def at(self, stamp_ms: float | None) -> float:
        """Tell when a frame with this stamp is shown, in ms from the first; None: no stamp."""
        if self._last_ms is None:
            self._last_ms = 0.0
            self._base_ms = stamp_ms
            return 0.0
        expected = self._last_ms + self.step_ms
        if stamp_ms is None:
            time_ms = expected
        elif self._base_ms is None:
            self._base_ms, time_ms = stamp_ms - expected, expected
        else:
            time_ms = stamp_ms - self._base_ms
            if not self._last_ms < time_ms <= self._last_ms + MAX_STEP_MS:
                self._base_ms, time_ms = stamp_ms - expected, expected
        self._last_ms = time_ms
        return time_ms

    def offset(self, stamp_ms: float) -> float | None:
        """Tell when sound with this stamp is heard, on the clock of the frames so far."""
        return None if self._base_ms is None else stamp_ms - self._base_ms


def is_shown_at_a_step(moment: Moment, step_ms: int) -> bool:
    """Whether one of the instants 0, step, 2 x step … falls while this moment is shown."""
    next_instant = -(-moment.time_ms // step_ms) * step_ms
    return next_instant < moment.end_ms
