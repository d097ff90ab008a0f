"""What the child was asked to do, and how long it may take over each part of it."""

import time
from dataclasses import dataclass, field
from typing import Any

# Shares of the wall clock. Footage is looked at closely, then by key frames, then only measured,
# so that a clip of any length ends with an answer well before it would be killed.
_CLOSELY = 0.5  # about nine minutes of 1080p on an idle core
_BY_KEY_FRAMES = 0.7
_MEASURE = 0.8
_ENCODE = 0.60  # of a preview's wall clock


@dataclass(frozen=True, slots=True)
class Request:
    """kind: "still" or "footage"; work: as `client.decode` takes it; times in seconds."""

    kind: str
    work: str
    max_pixels: int
    max_pixels_draft: int
    wall_s: float
    started_at: float = field(default_factory=time.monotonic)

    def may_look_closely(self) -> bool:
        """Whether there is time to decode every frame."""
        return self._share_used() < _CLOSELY

    def may_look(self) -> bool:
        """Whether there is time to decode key frames."""
        return self._share_used() < _BY_KEY_FRAMES

    def may_read(self) -> bool:
        """Whether there is time to read on at all."""
        return self._share_used() < (_ENCODE if self.work == "preview" else _MEASURE)

    def _share_used(self) -> float:
        return (time.monotonic() - self.started_at) / self.wall_s


def parse(record: dict[str, Any], wall_s: float) -> Request:
    """Read what came over the server's socket."""
    return Request(
        kind=record["kind"],
        work=record["work"],
        max_pixels=record["max_pixels"],
        max_pixels_draft=record["max_pixels_draft"],
        wall_s=wall_s,
    )
