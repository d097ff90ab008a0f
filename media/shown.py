"""What one item shows, laid out for comparing it with another: its codes and its points.

An item of the desk reads both from its rows and its feature file; a picture that is only looked
up brings them along.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.conf import settings

from media import derivatives
from media.decoding.protocol import FEATURES
from media.errors import OriginalMissing
from media.fingerprints import featurefile, tracks
from media.fingerprints.features import Features
from media.fingerprints.stills import PDQ, TURNS
from media.fingerprints.tracks import FrameCodes, Track
from media.models import Fingerprint, Frame, Item

log = logging.getLogger(__name__)

_TURN_BYTES = tracks.CODE_BYTES * len(TURNS)

Trims = dict[int, tuple[float, float, float, float]]


@dataclass
class Shown:
    """One still, or one piece of footage, as it is compared.

    name: the item's id, "" for a picture that is only looked up. track: codes by frame. trims:
    by time_ms, the part without bars and borders. view_times_ms: of the frames whose points are
    kept. read: reads some of them, by their places.
    """

    name: str
    kind: str
    width_px: int
    height_px: int
    duration_ms: int  # 0 for a still
    track: Track
    trims: Trims
    view_times_ms: Sequence[int]
    read: Callable[[list[int]], list[Features]]
    _views: dict[int, Features] = field(default_factory=dict)

    @property
    def is_footage(self) -> bool:
        return self.kind == Item.Kind.FOOTAGE

    @property
    def can_be_compared(self) -> bool:
        """Whether any door can be asked about it."""
        return bool(self.track.is_comparable.any()) or bool(self.view_times_ms)

    def views(self, places: Sequence[int]) -> list[Features]:
        """Points of some frames; each is read once."""
        if missing := sorted({place for place in places if place not in self._views}):
            self._views |= zip(missing, self.read(missing), strict=True)
        return [self._views[place] for place in places]


def of_item(item: Item) -> Shown:
    """Lay out an item that is ready."""
    frames = list(Frame.objects.filter(item=item).order_by("time_ms"))
    duration = 0
    if item.kind == Item.Kind.FOOTAGE:  # lasts at least one sample, whatever its container says
        duration = max(item.duration_ms or 0, max((one.time_ms for one in frames), default=0) + 1)
    times = _view_times(item)
    return Shown(
        str(item.uuid),
        item.kind,
        item.width_px or 0,
        item.height_px or 0,
        duration,
        _track(item, frames, duration),
        {one.time_ms: tuple(one.trim) for one in frames if one.trim},
        times,
        lambda places: _read(item, places),
    )


def _track(item: Item, frames: list[Frame], duration_ms: int) -> Track:
    """Load the searchable codes of an item whose quality lets them mean something."""
    turns: dict[int, dict[str, bytes]] = {frame.time_ms: {} for frame in frames}
    rows = Fingerprint.objects.filter(frame__item=item, code__algorithm=PDQ).values_list(
        "frame__time_ms", "variant", "quality", "turns"
    )
    for time_ms, variant, quality, codes in rows:
        if quality >= settings.MATCH_MIN_QUALITY and len(codes) == _TURN_BYTES:
            turns[time_ms][variant] = bytes(codes)
    return tracks.track((FrameCodes(time, codes) for time, codes in turns.items()), duration_ms)


def _view_times(item: Item) -> list[int]:
    """When the frames with kept points are shown; none where there is nothing to compare by."""
    if FEATURES not in item.derivatives or item.not_comparable or not item.width_px:
        return []
    try:
        with derivatives.open_derivative(item, FEATURES) as file:
            return featurefile.times(file)
    except (OriginalMissing, OSError, ValueError) as fault:
        log.error("%s: its points cannot be read, hashes alone are compared: %r", item, fault)
        return []


def _read(item: Item, places: list[int]) -> list[Features]:
    with derivatives.open_derivative(item, FEATURES) as file:
        return featurefile.read(file, places)
