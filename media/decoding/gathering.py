"""Which frames of footage keep their features: about one per scene and every two seconds.

A frame that looks like the last one kept adds nothing. Where there are too many, every second of
the kept ones is dropped and the next are taken half as often, so that hours fit.
"""

from PIL import Image

from media.decoding import derived
from media.decoding.protocol import DecodedFrame, DerivedFile
from media.fingerprints import features
from media.fingerprints.judged import ALIKE_BITS
from media.fingerprints.stills import PDQ, WHOLE

EVERY_MS = 2000  # while nothing else asks for a frame
MAX_FRAMES = 1200
MAX_BYTES = 80 * 1024**2  # of all frames; one takes about 80 kB
_CUT_BITS = 100  # between two samples: a new scene; a camera that moves stays below
_SCENE_SHARE = 0.5  # of the usual step, after which a new scene gets a frame


class Gatherer:
    """Takes samples in order of time and keeps the features of some, packed."""

    def __init__(self, every_ms: int = EVERY_MS, max_frames: int = MAX_FRAMES) -> None:
        self._every_ms = every_ms
        self._max_frames = max_frames
        self._kept: list[tuple[int, bytes]] = []
        self._kept_bytes = 0
        self._tried_ms: int | None = None
        self._tried_code: int | None = None  # of the last frame whose points were looked for
        self._seen_code: int | None = None  # of the last sample
        self._is_new_scene = False  # since then
        self._scene_ms = round(every_ms * _SCENE_SHARE)
        self._size = (1, 1)

    def look(self, frame: DecodedFrame, picture: Image.Image) -> None:
        """Take a sample in. picture: upright RGB."""
        code = _code(frame)
        if code is None:
            return
        if self._seen_code is not None and _bits(code, self._seen_code) > _CUT_BITS:
            self._is_new_scene = True
        self._seen_code = code
        if self._is_wanted(frame.time_ms, code):
            self._tried_ms, self._tried_code = frame.time_ms, code
            self._is_new_scene = False
            self._keep(frame.time_ms, picture)

    def file(self) -> DerivedFile:
        """All that was kept; a file without frames where nothing could be compared."""
        return derived.features_file(self._kept, self._size)

    def _is_wanted(self, time_ms: int, code: int) -> bool:
        if self._tried_ms is None or self._tried_code is None:
            return True
        since_ms = time_ms - self._tried_ms
        if _bits(code, self._tried_code) <= ALIKE_BITS:
            return False
        return since_ms >= (self._scene_ms if self._is_new_scene else self._every_ms)

    def _keep(self, time_ms: int, picture: Image.Image) -> None:
        found = features.extract(picture)
        self._size = found.width, found.height
        if not found.is_comparable:
            return
        packed = features.pack(found)
        self._kept.append((time_ms, packed))
        self._kept_bytes += len(packed)
        if len(self._kept) > self._max_frames or self._kept_bytes > MAX_BYTES:
            self._thin()

    def _thin(self) -> None:
        self._kept = self._kept[::2]
        self._kept_bytes = sum(len(packed) for _, packed in self._kept)
        self._every_ms *= 2
        self._scene_ms = self._every_ms  # or the later frames would lie denser than the first


def _code(frame: DecodedFrame) -> int | None:
    """The hash of the whole frame; None for one without."""
    for code in frame.codes:
        if (code.algorithm, code.variant) == (PDQ, WHOLE):
            return int.from_bytes(code.bits)
    return None


def _bits(one: int, other: int) -> int:
    return (one ^ other).bit_count()
